"""Draw the sparse tensors that a program is fed, by placeholders or behind a parser: their parts fit together."""

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.translate.edges.ids import pruned_ids
from tf2_lstm.migrate.translate.edges.sparse_parts import part_of

#: An operation that gives an empty row an element: a program with it takes empty rows.
_FILLS = "SparseFillEmptyRows"


def sparse_tensors(nodes, tensors):
    """Group the fed tensors that are parts of one sparse matrix.

    Args:
        nodes: name -> NodeDef.
        tensors: the `Edge`s of the graph's inputs.

    Returns:
        A list of dicts, "indices" or "mask", "values" and "shape" -> `Edge`; a program does not read each of them. Of
        weights it reads the values alone, and their matrix is that of the ids.
    """
    groups = {}
    for one in tensors:
        key, part = part_of(nodes, one.tf1) or (one.tf1, "")
        groups.setdefault(key, {})[part] = one
    found = [parts for parts in groups.values() if _is_matrix(parts)]
    alone = [one for one in groups.values() if one.keys() == {"values"} and len(one["values"].shape) == 1]
    return [*found, *(alone if found else [])]


def _is_matrix(parts):
    indices, mask, values, shape = (parts.get(part) for part in ("indices", "mask", "values", "shape"))
    if (values or shape) is None or any(one and len(one.shape) != 1 for one in (values, shape)):
        return False
    if mask is not None:
        return (mask.dtype, len(mask.shape)) == ("bool", 2)
    return (
        indices is not None
        and (indices.dtype, len(indices.shape)) == ("int64", 2)
        and indices.shape[1] in (None, 2)
    )


def sparse_values(nodes, limits, tensors, batch, steps, limit, seed, odd=True):
    """Draw the sparse matrices: rows begin with their elements, in order, and the first row has all.

    Some rows are empty where the program fills empty rows, and some ids below zero where it leaves out such ids.

    Args:
        nodes: name -> NodeDef.
        limits: name of a tensor -> what ids are below; of the shape, the number of columns.
        tensors: the `Edge`s of the graph's inputs.
        batch, steps: the sizes of the matrices.
        limit: what integers without a limit are below.
        seed: an int.
        odd: whether there may be empty rows and ids below zero.

    Returns:
        A dict from the name of a tensor to its array.
    """
    found, pruned = {}, pruned_ids(nodes) if odd else ()
    fills = odd and any(node.op == _FILLS for node in nodes.values())
    for parts in sparse_tensors(nodes, tensors):
        names = {part: one.tf1 for part, one in parts.items()}
        columns = limits.get(names.get("shape"), steps)
        if "mask" in names:
            batch, columns = (
                size or free for size, free in zip(parts["mask"].shape, (batch, columns), strict=True)
            )
        indices = _places(batch, columns, fills)
        generator = draws(seed, f"program:{batch}x{steps}:{next(iter(names.values()))}")
        drawn = {"indices": indices, "shape": np.array([batch, columns], "int64")}
        drawn["mask"] = np.zeros((batch, columns), bool)
        drawn["mask"][tuple(indices.T)] = True
        if "values" in names:
            below = limits.get(names["values"], limit)
            drawn["values"] = _numbers(generator, parts["values"].dtype, len(indices), below)
            drawn["values"][1::4] *= -1 if names["values"] in pruned else 1
            drawn["values"][1::4] -= 1 if names["values"] in pruned else 0
        found |= {name: drawn[part] for part, name in names.items()}
    return found


def _places(batch, columns, fills):
    """Return the indices of the elements."""
    # TensorFlow 1's weighted mean of nothing is no number: no row is empty where none is filled.
    counts = 1 + (columns - 1 - 2 * np.arange(batch)) % columns
    counts[1::2] *= not fills
    places = [(row, column) for row, count in enumerate(counts) for column in range(count)]
    return np.array(places, "int64").reshape(-1, 2)


def _numbers(generator, dtype, count, limit):
    drawn = wide(generator, (count,), 1.0) if "float" in dtype else generator.randint(0, limit, count)
    return drawn.astype(dtype)
