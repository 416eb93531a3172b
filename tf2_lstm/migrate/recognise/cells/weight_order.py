"""Where the weights of a cell are in those of its row: in TF1's order, in tf.keras's, or in another.

The gates that were found are laid side by side in the order of the row's weight map. Each part of a variable is a
`Block` there; every number of every variable must be in the cell exactly once.
"""

from collections import OrderedDict
from itertools import combinations
from math import prod

from tf2_lstm.migrate.model import Block

#: The kinds of rows that are a bias, not a kernel.
_BIASES = ("bias", "recurrent_bias")


def gates_layout(weights, gates):
    """Lay gates side by side.

    Args:
        weights: the `WeightMap` of the cell.
        gates: letter -> the `Gate`, with its state.

    Returns:
        (blocks, variables, factors of the input with their widths); None where the gates are not of one input, one
        width and one state, or a number occurs twice.
    """
    inputs = [_given(one) for one in gates.values() if one.reads_input]
    others = [_given(one) for one in gates.values() if not one.reads_input]
    states = {one.sum.products[one.state][0] for one in gates.values() if one.reads_state}
    units = {one.sum.units for one in gates.values()}
    if (
        not inputs[0]
        or any(one != inputs[0] for one in inputs)
        or any(others)
        or len(states) > 1
        or len(units) > 1
    ):
        return None
    blocks, variables = [], OrderedDict()
    for tensor in weights.tf1:
        own = tensor.gates if tensor.rows[-1] in ("input", "recurrent") else ""
        for number, letter in enumerate(own):
            gate = gates[letter]
            placed = [(tensor.name, *one) for one in _placed(gate, inputs[0])]
            placed += [(bias_of(weights, letter), tile, None) for each in gate.sum.biases for tile in each]
            blocks += [_block(*one, number * gate.sum.units, variables, gate.sign) for one in placed]
    return (tuple(blocks), variables, inputs[0]) if _all_once(blocks, variables) else None


def bias_of(weights, letter):
    """Return the name of the TF1 bias that has a gate's columns."""
    return next(one.name for one in weights.tf1 if one.rows[0] in _BIASES and letter in one.gates)


def _given(gate):
    """The factors of a gate that are not its state, each with its width."""
    return [(factor, width) for factor, (width, _) in gate.sum.products.items() if factor is not gate.state]


def _placed(gate, inputs):
    """Yield the tiles of a gate, each with the row of the kernel at which its factor begins."""
    row = 0
    factors = [factor for factor, _ in inputs] if gate.reads_input else []
    for factor in [*factors, *([gate.state] if gate.reads_state else [])]:
        width, tiles = gate.sum.products[factor]
        yield from ((tile, row) for tile in tiles)
        row += width


def _block(target, tile, row, column, variables, sign):
    leaf = next((leaf for leaf, known in variables.items() if known is tile.variable), None)
    if leaf is None:
        leaf = f"{target} {len(variables)}" if target in variables else target
        variables[leaf] = tile.variable
    rows = None if row is None else (row + tile.below, row + tile.below + tile.height)
    columns = (column + tile.right, column + tile.right + tile.width)
    return Block(target, rows, columns, leaf, tile.rows, tile.columns, tile.flipped, sign)


def _all_once(blocks, variables):
    """Whether every number of every variable is in the cell exactly once."""
    for leaf, variable in variables.items():
        own = [(one.from_rows or (0, 1), one.from_columns) for one in blocks if one.leaf == leaf]
        if sum((r[1] - r[0]) * (c[1] - c[0]) for r, c in own) != prod(variable.attr[1]):
            return False
        if any(_meet(a[0], b[0]) and _meet(a[1], b[1]) for a, b in combinations(own, 2)):
            return False
    return True


def _meet(one, other):
    return one[0] < other[1] and other[0] < one[1]


def as_layout(layout, weights, blocks, variables, depth, units):
    """Name the variables of a cell whose weights are in a layout.

    Args:
        layout: the `Layout`.
        weights: the `WeightMap`.
        blocks, variables: as `gates_layout` gives them.
        depth: the width of the input.
        units: the number of columns of a gate.

    Returns:
        The layout's name -> the term of its variable, without the biases that are not there; None for another order.
    """
    tensors, found = getattr(weights, layout.value), {}
    for block in blocks:
        own = next(one for one in weights.tf1 if one.name == block.target)
        number, start = divmod(block.columns[0], units)
        letter, columns = own.gates[number], (start, start + block.columns[1] - block.columns[0])
        kind, rows = _kind(own, block, depth)
        places = [_place(one, kind, letter, columns, rows, depth, units) for one in tensors]
        name = next((name for name, *place in filter(None, places) if not _moved(block, *place)), None)
        if name is None:
            return None
        found.setdefault(name, set()).add(variables[block.leaf])
    several = any(len(terms) > 1 for terms in found.values())
    names = dict.fromkeys(one.name for one in tensors if one.name in found)
    return None if several else OrderedDict((name, *found[name]) for name in names)


def _moved(block, rows, columns):
    """Whether a block is at another place of its variable, transposed, or negative."""
    return block.flipped or block.sign < 0 or (block.from_rows, block.from_columns) != (rows, columns)


def _kind(tensor, block, depth):
    """Return the kind of a block's rows, and the rows counted from the first one of that kind."""
    if block.rows is None:
        return "bias", None
    if "input" in tensor.rows and block.rows[0] < depth:
        return "input", block.rows
    above = depth if "input" in tensor.rows else 0
    return "recurrent", (block.rows[0] - above, block.rows[1] - above)


def _place(tensor, kind, letter, columns, rows, depth, units):
    """Return where a tensor has columns of a gate, (its name, rows, columns); None where it has none of them."""
    kinds = ["bias" if one in _BIASES else one for one in tensor.rows]
    if kind not in kinds or letter not in tensor.gates:
        return None
    at = tensor.gates.index(letter) * units
    if tensor.row is not None:
        rows = (tensor.row, tensor.row + 1)
    elif kinds.index(kind):
        rows = (rows[0] + depth, rows[1] + depth)
    return tensor.name, rows, (at + columns[0], at + columns[1])
