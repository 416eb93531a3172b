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
        A list of dicts, "indices" or "mask", "values" and "shape" -> a list of `Edge`s, as a program may make the same
        part twice. It does not read each of them: of weights it reads the values alone, and their matrix is that of the
        ids.
    """
    groups = {}
    for one in tensors:
        key, part = part_of(nodes, one.tf1) or (one.tf1, "")
        groups.setdefault(key, {}).setdefault(part, []).append(one)
    found = [parts for parts in groups.values() if _is_matrix(parts)]
    alone = [one for one in groups.values() if one.keys() == {"values"} and _are_vectors(one["values"])]
    return [*found, *(alone if found else [])]


def _is_matrix(parts):
    vectors = [*parts.get("values", ()), *parts.get("shape", ())]
    places = [*parts.get("indices", ()), *parts.get("mask", ())]
    return (
        bool(vectors and places)
        and _are_vectors(vectors)
        and all((one.dtype, len(one.shape)) in (("int64", 2), ("bool", 2)) for one in places)
        and all(one.shape[1] in (None, 2) for one in parts.get("indices", ()))
    )


def _are_vectors(tensors):
    return all(len(one.shape) == 1 for one in tensors)


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
    found, sparse = {}, sparse_tensors(nodes, tensors)
    # In graphs of many nodes this takes seconds, and hardly any has sparse tensors.
    pruned = pruned_ids(nodes) if odd and sparse else ()
    fills = odd and any(node.op == _FILLS for node in nodes.values())
    for parts in sparse:
        rows, columns = _sizes(parts, limits, batch, steps)
        indices, mask = _places(rows, columns, fills), np.zeros((rows, columns), bool)
        mask[tuple(indices.T)] = True
        same = {"indices": indices, "mask": mask, "shape": np.array([rows, columns], "int64")}
        for part in same.keys() & parts.keys():
            found |= {one.tf1: same[part] for one in parts[part]}
        for one in parts.get("values", ()):
            generator = draws(seed, f"program:{batch}x{steps}:{one.tf1}")
            drawn = _numbers(generator, one.dtype, len(indices), limits.get(one.tf1, limit))
            if one.tf1 in pruned:
                drawn[1::4] = -drawn[1::4] - 1
            found[one.tf1] = drawn
    return found


def _sizes(parts, limits, batch, steps):
    """Return the numbers of rows and columns: those that a mask fixes, or the limit that a shape has."""
    limited = [limits[one.tf1] for one in parts.get("shape", ()) if one.tf1 in limits]
    free = (batch, (limited or [steps])[0])
    masks = [one.shape for one in parts.get("mask", ())]
    return tuple(size or other for size, other in zip(masks[0] if masks else (None, None), free, strict=True))


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
