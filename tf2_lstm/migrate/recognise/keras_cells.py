"""The equations of tf.keras 1.15 cells inside an ordinary graph: two kernels, gates in Keras's order.

    LSTM:  i, f, c, o = x @ kernel + h @ recurrent_kernel + bias, whole or gate by gate
           c' = rec(f) * c + rec(i) * act(c);  h' = rec(o) * act(c')
    SimpleRNN:  h' = act(x @ kernel + bias + h @ recurrent_kernel)

rec is the sigmoid or Keras 1's hard_sigmoid, clip(0.2 x + 0.5, 0, 1).
Source: TensorFlow 1.15, `python/keras/layers/recurrent.py`.
"""

from collections import OrderedDict

from tf2_lstm.migrate.graph.terms import scalar
from tf2_lstm.migrate.recognise.cell_match import ACTIVATIONS, CellMatch, activation, is_variable


def keras_applications(terms, term):
    """Find the Keras cells whose new h is this term; a list of `CellMatch`s."""
    return _lstm(terms, term) + _simple(terms, term)


def recurrent(term):
    """Take rec(x) apart: (name, x), or None."""
    if term.op == "Sigmoid":
        return "sigmoid", term.args[0]
    if (
        term.op != "clip"
        or term.attr != (0.0, 1.0)
        or term.args[0].op != "add"
        or len(term.args[0].args) != 2
    ):
        return None
    for half, scaled in (term.args[0].args, term.args[0].args[::-1]):
        if scalar(half) == 0.5 and scaled.op == "mul" and len(scaled.args) == 2:
            for fifth, inside in (scaled.args, scaled.args[::-1]):
                if scalar(fifth) == 0.2:
                    return "hard_sigmoid", inside
    return None


def _lstm(terms, term):
    if term.op != "mul" or len(term.args) != 2:
        return []
    for gate, squashed in (term.args, term.args[::-1]):
        out = recurrent(gate)
        if (
            out
            and squashed.op in ACTIVATIONS
            and squashed.args[0].op == "add"
            and len(squashed.args[0].args) == 2
        ):
            for keep, write in (squashed.args[0].args, squashed.args[0].args[::-1]):
                for (one, forget), old in _gated(keep):
                    for (two, enter), candidate in _gated(write):
                        if candidate.op == squashed.op and {one, two} == {out[0]}:
                            gates = (enter, forget, candidate.args[0], out[1])
                            found = _keras_lstm(terms, term, gates, old, squashed, out[0])
                            if found:
                                return [found]
    return []


def _gated(term):
    if term.op != "mul" or len(term.args) != 2:
        return []
    found = [(recurrent(gate), value) for gate, value in (term.args, term.args[::-1])]
    return [(gate, value) for gate, value in found if gate]


def _keras_lstm(terms, h, gates, c, squashed, rec):
    parts = [_affine(terms, gate) for gate in gates]
    if None in parts or len({part[:5] for part in parts}) != 1:
        return None
    x, kernel, old_h, weights, bias = parts[0][:5]
    units = kernel.attr[1][1] // 4
    if [part[5] for part in parts] != [(number * units, (number + 1) * units) for number in range(4)]:
        return None
    options = OrderedDict(
        num_units=units, forget_bias=0.0, **activation(squashed.op), recurrent_activation=rec
    )
    variables = _variables(kernel, weights, bias)
    old, new = OrderedDict(c=c, h=old_h), OrderedDict(c=squashed.args[0], h=h)
    return CellMatch("basic_lstm", options, variables, x, old, new, h, "keras1")


def _variables(kernel, weights, bias):
    found = OrderedDict(kernel=kernel, recurrent_kernel=weights)
    return found if bias is None else OrderedDict(found, bias=bias)


def _affine(terms, gate):
    """Take a gate apart: (x, kernel, h, recurrent kernel, bias or None, columns), or None."""
    whole = gate.op == "column_slice"
    inside = gate.args[0] if whole else gate
    products = [arg for arg in inside.args if arg.op == "matmul"]
    biases = [arg for arg in inside.args if arg.op != "matmul"]
    if inside.op != "add" or len(products) != 2 or len(biases) > 1:
        return None
    pieces = [_piece(product.args[1]) for product in products] + [_piece(bias) for bias in biases]
    if None in pieces or len({columns for _, columns in pieces}) != 1:
        return None
    columns = gate.attr if whole else pieces[0][1]
    if whole and pieces[0][1] is not None:
        return None
    # h is what is multiplied with the square kernel of units rows; x may be as wide, then the order of the sum is lost.
    first, second = zip(products, pieces[:2], strict=True)
    units = columns[1] - columns[0] if columns else pieces[0][0].attr[1][1]
    if first[1][0].attr[1][0] == units and not _is_state(second[0].args[0], first[0].args[0]):
        first, second = second, first
    bias = pieces[2][0] if biases else None
    return first[0].args[0], first[1][0], second[0].args[0], second[1][0], bias, columns


def _is_state(term, other):
    """Whether of two factors this one is carried and the other one read."""
    return term.op == "loopvar" and other.op != "loopvar"


def _piece(term):
    """A variable or columns of it: (variable, columns or None)."""
    if is_variable(term):
        return term, None
    return (term.args[0], term.attr) if term.op == "column_slice" and is_variable(term.args[0]) else None


def _simple(terms, term):
    if term.op not in ACTIVATIONS:
        return []
    found = _affine(terms, term.args[0])
    if found is None or found[5] is not None:
        return []
    x, kernel, h, weights, bias, _ = found
    if kernel.attr[1][1] != weights.attr[1][0] or weights.attr[1][0] != weights.attr[1][1]:
        return []
    options = OrderedDict(num_units=kernel.attr[1][1], **activation(term.op))
    variables = _variables(kernel, weights, bias)
    old, new = OrderedDict([("", h)]), OrderedDict([("", term)])
    return [CellMatch("basic_rnn", options, variables, x, old, new, term, "keras1")]
