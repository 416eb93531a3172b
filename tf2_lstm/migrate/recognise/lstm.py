"""The equations of BasicLSTMCell and LSTMCell, with all their options.

    i, j, f, o = split([x; h] @ kernel + bias)
    c' = clip(sigmoid(f + forget_bias + w_f * c) * c + sigmoid(i + w_i * c) * act(j))
    h' = clip(sigmoid(o + w_o * c') * act(c') @ projection)

Source: TensorFlow 1.15, `rnn_cell_impl.py`. The whole of each sum and product must be these parts and nothing else.
"""

from collections import OrderedDict

from tf2_lstm.migrate.graph.terms import scalar
from tf2_lstm.migrate.recognise.cell_match import (
    ACTIVATIONS,
    CellMatch,
    activation,
    forget_bias,
    inputs_and_state,
    is_variable,
    linear,
)

GATES = "ijfo"


def lstm_applications(terms, term):
    """Find the LSTM cells whose h before a projection is this term.

    Args:
        terms: the table of terms.
        term: any term.

    Returns:
        A list of `CellMatch`s: the cell without a projection, then with each one that the graph has.
    """
    if term.op != "mul" or len(term.args) != 2:
        return []
    for gate, squashed in (term.args, term.args[::-1]):
        if gate.op == "Sigmoid" and squashed.op in ACTIVATIONS:
            found = _match(terms, term, gate.args[0], squashed)
            if found:
                return found
    return []


def any_order(terms, term):
    """The order of the gates of an LSTM that is one but for the order, "ifoj"; "" for anything else."""
    if term.op != "mul" or len(term.args) != 2:
        return ""
    for gate, squashed in (term.args, term.args[::-1]):
        c = unclipped(squashed.args[0])[0] if squashed.op in ACTIVATIONS else term
        if gate.op == "Sigmoid" and c.op == "add" and len(c.args) == 2:
            for keep, write in (c.args, c.args[::-1]):
                for forget, _ in gated(terms, keep):
                    for enter, candidate in gated(terms, write):
                        parts = {"i": enter, "f": forget, "o": gate.args[0], "j": (candidate.args or (c,))[0]}
                        starts = {name: _start(part) for name, part in parts.items()}
                        if None not in starts.values() and len(set(starts.values())) == 4:
                            return "".join(sorted(starts, key=starts.get))
    return ""


def _start(term):
    columns = [
        part for part in (term.args if term.op == "add" else (term,)) if part.op in ("column_slice", "split")
    ]
    return columns[0].attr[0] if len(columns) == 1 else None


def _match(terms, h, output_gate, squashed):
    c, clip = unclipped(squashed.args[0])
    if c.op != "add" or len(c.args) != 2:
        return []
    for keep, write in (c.args, c.args[::-1]):
        for forget, old in gated(terms, keep):
            for enter, candidate in gated(terms, write):
                if candidate.op != squashed.op:
                    continue
                gates = {"i": enter, "j": candidate.args[0], "f": forget, "o": output_gate}
                found = _cell(terms, h, gates, old, squashed, clip)
                if found:
                    return found
    return []


def gated(terms, term):
    """All ways to read a product as sigmoid(gate) * value: pairs (gate's argument, value).

    The value may be a product itself: a state that a program changed before the step, c * (1 - done).
    """
    gates = [arg for arg in term.args if arg.op == "Sigmoid"] if term.op == "mul" else []
    found = [(gate.args[0], terms.without(term, gate)) for gate in gates]
    return [
        (gate, value)
        for gate, value in found
        if value is not None and (value.op != "const" or len(value.attr[1]) > 1)
    ]


def unclipped(term):
    """Take clip(x, -b, b) apart into (x, b); (term, None) when there is no clip."""
    if term.op == "clip" and term.attr[0] == -term.attr[1]:
        return term.args[0], term.attr[1]
    return term, None


def _cell(terms, h, gates, old_c, squashed, clip):
    new_c = squashed.args[0]
    parts = {name: _gate(terms, term, new_c if name == "o" else old_c) for name, term in gates.items()}
    if None in parts.values():
        return []
    columns = {name: part[0] for name, part in parts.items()}
    base = columns["i"].args[0] if columns["i"].op == "column_slice" else None
    units = columns["i"].attr[1] - columns["i"].attr[0] if base else 0
    order = {name: (number * units, (number + 1) * units) for number, name in enumerate(GATES)}
    if any(
        one.op != "column_slice" or one.args[0] is not base or one.attr != order[name]
        for name, one in columns.items()
    ):
        return []
    if any(parts[name][1] for name in "ijo") or parts["j"][2] is not None:
        return []
    peepholes = [parts[name][2] for name in "ifo"]
    affine = linear(terms, base)
    if affine is None or affine[2] is None or affine[1].attr[1][-1] != 4 * units:
        return []
    split = inputs_and_state(terms, affine[0])
    if split is None or len({peephole is None for peephole in peepholes}) > 1:
        return []
    options = OrderedDict(num_units=units, **forget_bias(parts["f"][1]))
    options.update(activation(squashed.op))
    variables = OrderedDict(kernel=affine[1], bias=affine[2])
    if peepholes[0] is not None:
        options["use_peepholes"] = True
        variables.update(zip(("w_i_diag", "w_f_diag", "w_o_diag"), peepholes, strict=True))
    if clip is not None:
        options["cell_clip"] = clip
    return _projections(terms, h, (split[0], old_c, split[1], new_c), options, variables)


def _gate(terms, term, c):
    """Take a gate's argument apart: (columns, constant, peephole variable or None), None for anything else."""
    parts = list(term.args) if term.op == "add" else [term]
    columns, constant, peephole = [], 0.0, []
    for part in parts:
        if part.op in ("column_slice", "split"):
            columns.append(part)
        elif scalar(part) is not None:
            constant += scalar(part)
        elif part.op == "mul" and len(part.args) == 2 and c in part.args:
            weight = part.args[0] if part.args[1] is c else part.args[1]
            if not is_variable(weight, 1) or weight.attr[1] != (terms.width(columns_of(term)),):
                return None
            peephole.append(weight)
        else:
            return None
    if len(columns) != 1 or len(peephole) > 1:
        return None
    return columns[0], constant, peephole[0] if peephole else None


def columns_of(term):
    """The first piece of columns in a sum."""
    return next((part for part in term.args if part.op in ("column_slice", "split")), term)


def _projections(terms, h, states, options, variables):
    inputs, old_c, old_h, new_c = states
    old = OrderedDict(c=old_c, h=old_h)

    def cell(output, more, weights):
        said = OrderedDict(options, **more)
        plain = not {"use_peepholes", "cell_clip", "num_proj", "proj_clip"} & set(said)
        new = OrderedDict(c=new_c, h=output)
        pair = "basic_lstm" if plain else "lstm"
        return CellMatch(pair, said, OrderedDict(variables, **weights), inputs, old, new, output)

    found = [cell(*one) for one in projected(terms, h, options["num_units"])]
    rows = variables["kernel"].attr[1][0]
    return [one for one in found if one.width < rows and terms.width(old_h) in (None, one.width)]


def projected(terms, h, units):
    """List what may be the output of a cell with this h before a projection.

    Args:
        terms: the table of terms.
        h: the term.
        units: its width.

    Returns:
        A list of (term, options, variables): h itself, then the products with each matrix that the graph has, clipped
        and not.
    """
    found = [(h, {}, {})]
    for user in terms.users(h):
        if user.op != "matmul" or user.args[0] is not h or not is_variable(user.args[1], 2):
            continue
        if user.args[1].attr[1][0] != units:
            continue
        more, weights = {"num_proj": user.args[1].attr[1][1]}, {"projection/kernel": user.args[1]}
        found.append((user, more, weights))
        for clipped in terms.users(user):
            if clipped.op == "clip" and clipped.attr[0] == -clipped.attr[1]:
                found.append((clipped, {**more, "proj_clip": clipped.attr[1]}, weights))
    return found
