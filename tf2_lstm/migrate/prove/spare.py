"""The values of placeholders that a subgraph reads and no edge feeds: numbers of no meaning.

A subgraph may read more than its outputs depend on: the other columns of a wider state, a batch that is the size of
another tensor. With any values there, the outputs are the same; if they are not, they are not the model's, which does
not have these placeholders, and the proof fails.
"""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.graph.operations import OPEN


def open_placeholders(part, fed):
    """Find the placeholders of a subgraph that are not fed.

    Args:
        part: the `GraphDef` of the subgraph.
        fed: the names of the placeholders that are fed.

    Returns:
        An OrderedDict from name to (dtype's name, shape with None, or None where the rank is not known); those of
        neither integers nor floats are left out.
    """
    found = OrderedDict()
    for node in part.node:
        dtype = DTYPES.get(attribute(node, "dtype").type, "")
        if node.op in OPEN and node.name not in fed and ("int" in dtype or "float" in dtype):
            shape = attribute(node, "shape").shape
            sizes = None if shape.unknown_rank else tuple(_size(one.size) for one in shape.dim)
            found[node.name] = dtype, sizes
    return found


def _size(size):
    return None if size < 0 else size


def spare_numbers(placeholders, sizes, label):
    """Draw the values of open placeholders.

    Args:
        placeholders: the result of `open_placeholders`.
        sizes: a batch, and perhaps steps, in the order of the axes: open sizes take them, one after the other.
        label: the sample's label, from which the numbers are drawn.

    Returns:
        A dict from name to array. Floats are drawn as widely as all inputs; integers are 0, which every table of
        embeddings has, and a single integer is the batch.
    """
    found = {}
    for name, (dtype, shape) in placeholders.items():
        free, whole = list(sizes), []
        for size in shape or ():
            whole.append(size if size is not None else free.pop(0) if len(free) > 1 else free[0])
        values = wide(draws(0, f"{label}:{name}"), whole, 1.0) if "float" in dtype else np.zeros(whole)
        found[name] = (values if shape != () or "float" in dtype else np.array(min(sizes))).astype(dtype)
    return found
