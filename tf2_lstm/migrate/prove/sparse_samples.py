"""Draw the sparse tensors that a program is fed: the placeholders of tf.sparse_placeholder, which fit together."""

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import wide


def sparse_inputs(tensors):
    """Group the fed tensors that are parts of one sparse matrix.

    Args:
        tensors: the `Edge`s of the graph's inputs.

    Returns:
        A list of dicts, "indices", "values" and "shape" -> `Edge`; a program does not read each of them. Of weights it
        reads the values alone, and their matrix is that of the ids.
    """
    groups = {}
    for one in tensors:
        scope, _, part = one.tf1.partition(":")[0].rpartition("/")
        groups.setdefault(scope, {})[part] = one
    found = [parts for parts in groups.values() if _is_matrix(parts)]
    alone = [one for one in groups.values() if one.keys() == {"values"} and len(one["values"].shape) == 1]
    return [*found, *(alone if found else [])]


def _is_matrix(parts):
    indices, values, shape = (parts.get(part) for part in ("indices", "values", "shape"))
    return (
        indices is not None
        and (values or shape) is not None
        and (indices.dtype, len(indices.shape)) == ("int64", 2)
        and indices.shape[1] in (None, 2)
        and all(one is None or len(one.shape) == 1 for one in (values, shape))
    )


def sparse_values(parts, batch, steps, limit, generator):
    """Draw a sparse matrix whose rows begin with their elements, in order: the first row has all, others fewer.

    Args:
        parts: one of `sparse_inputs`.
        batch, steps: the sizes of the matrix.
        limit: what integers are below.
        generator: a `numpy.random.RandomState`.

    Returns:
        A dict from the name of a tensor to its array.
    """
    # No row is empty: TensorFlow 1's weighted mean of nothing is no number.
    counts = 1 + (steps - 1 - 2 * np.arange(batch)) % steps
    indices = [(row, column) for row, count in enumerate(counts) for column in range(count)]
    found = {"indices": np.array(indices, "int64").reshape(-1, 2), "shape": np.array([batch, steps], "int64")}
    if parts.get("values") is not None:
        dtype, count = parts["values"].dtype, len(indices)
        drawn = wide(generator, (count,), 1.0) if "float" in dtype else generator.randint(0, limit, count)
        found["values"] = drawn.astype(dtype)
    return {one.tf1: found[part] for part, one in parts.items() if part in found}
