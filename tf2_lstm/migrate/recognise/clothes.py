"""Known cells in other clothes: gates in any order, a matrix a gate, input and state apart, kernels transposed.

A gate is a sum of products of the input and of the state with weights, and of biases. Which piece of which variable
stands where in TF1's own kernel is all that differs from `BasicLSTMCell`, `LSTMCell` with its options or `GRUCell`. A
gate may add no bias; the update gate of a GRU may be turned round, whose weights are then negative.
The equations are the same, and every part of every gate is read here: what is in none of the pieces is not the cell.
"""

from collections import OrderedDict
from itertools import combinations, product

from tf2_lstm.migrate.model import Block
from tf2_lstm.migrate.recognise.blends import mixtures, turned_mixtures
from tf2_lstm.migrate.recognise.cell_match import ACTIVATIONS, CellMatch, activation, forget_bias
from tf2_lstm.migrate.recognise.lstm import gated, projected, unclipped
from tf2_lstm.migrate.recognise.summands import summed

#: The layout of `layouts`.
REARRANGED = "rearranged"


def clothed_applications(terms, term):
    """Find the cells whose new h is this term, their weights in any order.

    Args:
        terms: the table of terms.
        term: any term.

    Returns:
        A list of `CellMatch`s; several where either of two factors may be the state.
    """
    return _lstms(terms, term) or _grus(terms, term)


def _lstms(terms, h):
    found = []
    for gates, old_c, squashed, clip in _readings(terms, h):
        found = found or _lstm(terms, h, gates, old_c, squashed, clip)
    return found


def _readings(terms, h):
    """All ways to read a term as sigmoid(o) * act(sigmoid(f) * c + sigmoid(i) * act(j))."""
    if h.op != "mul" or len(h.args) != 2:
        return
    for gate, squashed in (h.args, h.args[::-1]):
        if gate.op != "Sigmoid" or squashed.op not in ACTIVATIONS:
            continue
        c, clip = unclipped(squashed.args[0])
        if c.op != "add" or len(c.args) != 2:
            continue
        for keep, write in (c.args, c.args[::-1]):
            for (forget, old), (enter, candidate) in product(gated(terms, keep), gated(terms, write)):
                if candidate.op == squashed.op:
                    gates = {"i": enter, "j": candidate.args[0], "f": forget, "o": gate.args[0]}
                    yield gates, old, squashed, clip


def _lstm(terms, h, gates, old_c, squashed, clip):
    new_c = squashed.args[0]
    looks = {"i": old_c, "f": old_c, "o": new_c}
    sums = {name: summed(terms, gate, looks.get(name)) for name, gate in gates.items()}
    if None in sums.values() or any(sums[name].constant for name in "ijo"):
        return []
    peepholes = [sums[name].peephole for name in "ifo"]
    if len({one is None for one in peepholes}) > 1:
        return []
    options = OrderedDict(num_units=sums["i"].units, **forget_bias(sums["f"].constant))
    options.update(activation(squashed.op))
    more = OrderedDict()
    if peepholes[0] is not None:
        options["use_peepholes"] = True
        more.update(zip(("w_i_diag", "w_f_diag", "w_o_diag"), peepholes, strict=True))
    if clip is not None:
        options["cell_clip"] = clip
    found = []
    for output, said, weights in projected(terms, h, sums["i"].units):
        for old_h in _states(sums["i"], said.get("num_proj")):
            old, new = OrderedDict(c=old_c, h=old_h), OrderedDict(c=new_c, h=output)
            laid = _laid([("kernel", "bias", [(sums[name], old_h, 1) for name in "ijfo"])])
            pair = "lstm" if more or said or clip is not None else "basic_lstm"
            own = OrderedDict(options, **said)
            found += _application(terms, pair, own, laid, OrderedDict(more, **weights), old, new)
    return found


def _grus(terms, new):
    ways = [(1, way) for way in mixtures(terms, new)] + [(-1, way) for way in turned_mixtures(terms, new)]
    for sign, (update, old, candidate) in ways:
        outer = summed(terms, update.args[0]) if update.op == "Sigmoid" else None
        inner = summed(terms, candidate.args[0])
        if inner is None or outer is None or inner.constant or outer.constant:
            continue
        for reset_h in _states(inner):
            gate = _reset(terms, reset_h, old)
            if gate is None or gate.constant:
                continue
            gates = ("gates/kernel", "gates/bias", [(gate, old, 1), (outer, old, sign)])
            laid = _laid([gates, ("candidate/kernel", "candidate/bias", [(inner, reset_h, 1)])])
            options = OrderedDict(num_units=outer.units, **activation(candidate.op))
            states = OrderedDict([("", old)]), OrderedDict([("", new)])
            found = _application(terms, "gru", options, laid, {}, *states)
            if found:
                return found
    return []


def _reset(terms, reset_h, old):
    """The sum of the reset gate of reset * h, None for anything else."""
    rest = terms.without(reset_h, old) if reset_h.op == "mul" else None
    return summed(terms, rest.args[0]) if rest is not None and rest.op == "Sigmoid" else None


def _states(one, units=None):
    """The factors of a sum that are as wide as its gate or its projection, the last first: x stands before h."""
    wanted = units or one.units
    return [factor for factor, (width, _) in reversed(one.products.items()) if width == wanted]


def _application(terms, pair, options, laid, more, old, new):
    if laid is None:
        return []
    blocks, variables, inputs = laid
    variables = OrderedDict(variables, **more)
    if len(set(variables.values())) < len(variables):
        return []
    output = new.get("h", new.get(""))
    x = terms.concat(inputs, 1)
    return [CellMatch(pair, options, variables, x, old, new, output, REARRANGED, blocks)]


def _laid(kernels):
    """Lay the gates of kernels side by side.

    Args:
        kernels: a list of (kernel's leaf, bias's leaf, list of (`Sum` of a gate, term of the state, its sign)).

    Returns:
        (blocks, variables, terms of the input); None where they are not of one input and one width.
    """
    gates = [gate for *_, sums in kernels for gate in sums]
    inputs = _inputs(*gates[0][:2])
    if not inputs or any(
        _inputs(gate, state) != inputs or state not in gate.products for gate, state, _ in gates
    ):
        return None
    units, blocks, variables = gates[0][0].units, [], OrderedDict()
    width = gates[0][0].products[gates[0][1]][0]
    if any(gate.units != units or gate.products[state][0] != width for gate, state, _ in gates):
        return None
    for kernel, bias, sums in kernels:
        for number, (gate, state, sign) in enumerate(sums):
            placed = _placed(gate, [*(factor for factor, _ in inputs), state])
            placed = [(kernel, *one) for one in placed]
            placed += [(bias, tile, None) for each in gate.biases for tile in each]
            blocks += [_block(leaf, tile, row, number * units, variables, sign) for leaf, tile, row in placed]
    once = _all_once(blocks, variables)
    return (tuple(blocks), variables, [factor for factor, _ in inputs]) if once else None


def _inputs(gate, state):
    """The factors of a gate that are not its state, each with its width."""
    return [(factor, width) for factor, (width, _) in gate.products.items() if factor is not state]


def _placed(gate, factors):
    """The tiles of a gate, each with the row of the kernel at which its factor begins."""
    row = 0
    for factor in factors:
        width, tiles = gate.products[factor]
        yield from ((tile, row) for tile in tiles)
        row += width


def _block(target, tile, row, column, variables, sign):
    leaf = next((leaf for leaf, known in variables.items() if known is tile.variable), None)
    if leaf is None:
        leaf = f"{target} {len(variables)}"
        variables[leaf] = tile.variable
    rows = None if row is None else (row + tile.below, row + tile.below + tile.height)
    columns = (column + tile.right, column + tile.right + tile.width)
    return Block(target, rows, columns, leaf, tile.rows, tile.columns, tile.flipped, sign)


def _all_once(blocks, variables):
    """Whether every number of every variable stands in the cell exactly once."""
    for leaf, variable in variables.items():
        own = [(one.from_rows or (0, 1), one.from_columns) for one in blocks if one.leaf == leaf]
        size = 1
        for length in variable.attr[1]:
            size *= length
        if sum((r[1] - r[0]) * (c[1] - c[0]) for r, c in own) != size:
            return False
        if any(_meet(a[0], b[0]) and _meet(a[1], b[1]) for a, b in combinations(own, 2)):
            return False
    return True


def _meet(one, other):
    return one[0] < other[1] and other[0] < one[1]
