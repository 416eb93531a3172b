"""The variables of a `CellVariables` to the weights of its Keras cell, and back; plain NumPy.

The variables are in a `Layout`, or parts of any variables are placed in one, by the `Block`s of the cell: every number
of every variable once, or its negative. Where several biases are added, the cell has their sum; on the way back each
gets its share of the sum, and the whole of a gradient. A bias that no variable is a part of is zero; its numbers on the
way back are in no variable.
"""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate import weights
from tf2_lstm.migrate.pairs.row import Layout


def to_keras(cell, own):
    """Turn the variables of a cell into the weights of its Keras cell.

    Args:
        cell: the `CellVariables`.
        own: leaf name -> array.

    Returns:
        A list of arrays in the order of the Keras cell's `weights`.

    Raises:
        WeightError: a variable is missing, left over or of the wrong shape.

    Example:
        ```python
        from tf2_lstm.migrate.model import CellVariables
        from tf2_lstm.migrate.pairs import Call

        cell = CellVariables(Call("basic_rnn", num_units=2), "rnn", {}, Layout.KERAS)
        own = {"kernel": np.ones((3, 2)), "recurrent_kernel": np.ones((2, 2)), "bias": np.ones(2)}
        assert [one.shape for one in to_keras(cell, own)] == [(3, 2), (2, 2), (2,)]
        ```
    """
    return weights.to_keras(cell.call, arrange(cell, own), cell.scope, cell.layout)


def from_keras(cell, arrays, folded=True):
    """Turn the weights of a Keras cell, or their gradients, back into the variables of a cell.

    Args:
        cell: the `CellVariables`.
        arrays: in the order of the Keras cell's `weights`.
        folded: False for gradients; see `weights.to_tf1`.

    Returns:
        An OrderedDict from leaf name to array.
    """
    return take_apart(cell, weights.to_tf1(cell.call, arrays, folded, cell.scope, cell.layout), folded)


def to_equations(cell, own):
    """Turn the variables of a cell into those that TF1's equations are written with, leaf name -> array."""
    return weights.relaid(cell.call, arrange(cell, own), cell.layout, Layout.TF1, where=cell.scope)


def arrange(cell, own):
    """Put the variables of a cell in the order of its row.

    Args:
        cell: the `CellVariables`; a variable that is in none of its `blocks` stays as it is.
        own: leaf name -> array, of every variable.

    Returns:
        An OrderedDict from the row's leaf name to array.
    """
    arranged = OrderedDict()
    for block in cell.blocks:
        value = own[block.leaf][_source(block)]
        if block.target not in arranged:
            arranged[block.target] = np.zeros(_shape(cell, block.target), value.dtype)
        value = value.T if block.flipped else value
        # A bias may be a row of a matrix.
        value = value[0] if block.rows is None and value.ndim == 2 else value
        arranged[block.target][_place(block)] += block.sign * value
    for kernel in [name for name in arranged if name.endswith("kernel")]:
        value = arranged[kernel]
        arranged.setdefault(kernel[: -len("kernel")] + "bias", np.zeros(value.shape[1], value.dtype))
    placed = {block.leaf for block in cell.blocks}
    arranged.update((leaf, value) for leaf, value in own.items() if leaf not in placed)
    return arranged


def take_apart(cell, arranged, total=True):
    """Undo `arrange`.

    Args:
        cell: the `CellVariables`.
        arranged: the row's leaf name -> array.
        total: False for gradients: each of several biases has the gradient of the sum.

    Returns:
        An OrderedDict from leaf name to array.
    """
    shapes, own = OrderedDict(), OrderedDict()
    for block in cell.blocks:
        stops = [one[1] for one in (block.from_rows, block.from_columns) if one is not None]
        shapes[block.leaf] = tuple(np.maximum(shapes.get(block.leaf, np.zeros_like(stops)), stops))
    counts = {one.target: np.zeros(arranged[one.target].shape, "int64") for one in cell.blocks}
    for block in cell.blocks:
        counts[block.target][_place(block)] += 1
    for block in cell.blocks:
        value = arranged[block.target][_place(block)]
        value = value / counts[block.target][_place(block)].astype(value.dtype) if total else value
        whole = own.setdefault(block.leaf, np.zeros(shapes[block.leaf], value.dtype))
        whole[_source(block)] = block.sign * (value.T if block.flipped else value)
    own.update((leaf, arranged[leaf]) for leaf in cell.names if leaf not in own)
    return OrderedDict((leaf, own[leaf]) for leaf in cell.names)


def _shape(cell, target):
    """Return the shape of a kernel; a bias, of which parts may be missing, has the columns of its kernel."""
    scope = target.rpartition("/")[0]
    columns = max(block.columns[1] for block in cell.blocks if block.target.rpartition("/")[0] == scope)
    rows = [block.rows[1] for block in cell.blocks if block.target == target and block.rows is not None]
    return (max(rows), columns) if rows else (columns,)


def _place(block):
    return _index(block.rows, block.columns)


def _source(block):
    return _index(block.from_rows, block.from_columns)


def _index(rows, columns):
    return tuple(slice(*one) for one in (rows, columns) if one is not None)
