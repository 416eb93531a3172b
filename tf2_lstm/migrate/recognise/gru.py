"""The equations of GRUCell, of the cuDNN-compatible GRU and of BasicRNNCell.

    GRUCell:     r, u = split(sigmoid([x; h] @ gates + b));  c = act([x; r * h] @ candidate + b);  h' = u*h + (1-u)*c
    reset after: c = act(x @ input_projection + b + r * (h @ hidden_projection + b)), the rest alike
    BasicRNN:    h' = act([x; h] @ kernel + bias)

Source: TensorFlow 1.15, `rnn_cell_impl.py`, `contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py`.
"""

from collections import OrderedDict

from tf2_lstm.migrate.model import Block
from tf2_lstm.migrate.recognise.blends import mixtures
from tf2_lstm.migrate.recognise.cell_match import (
    ACTIVATIONS,
    CellMatch,
    activation,
    inputs_and_state,
    linear,
)


def gru_applications(terms, term):
    """Find the GRU whose new state is this term; a list of none or one `CellMatch`."""
    for update, h, candidate in mixtures(terms, term):
        found = _match(terms, term, update, h, candidate)
        if found:
            return [found]
    return []


def _match(terms, new, update, h, candidate):
    if update.op != "Sigmoid" or update.args[0].op != "column_slice":
        return None
    columns = update.args[0]
    units = columns.attr[1] - columns.attr[0]
    reset = terms.find("Sigmoid", (terms.column_slice(columns.args[0], 0, units),))
    gates = linear(terms, columns.args[0])
    if reset is None or columns.attr != (units, 2 * units) or gates is None or gates[2] is None:
        return None
    split = inputs_and_state(terms, gates[0])
    if split is None or split[1] is not h or gates[1].attr[1][-1] != 2 * units:
        return None
    variables = OrderedDict([("gates/kernel", gates[1]), ("gates/bias", gates[2])])
    options = OrderedDict(num_units=units, **activation(candidate.op))
    inside = candidate.args[0]
    before = _reset_before(terms, inside, split[0], terms.mul(reset, h))
    after = None if before else _reset_after(terms, inside, split[0], h, reset)
    if not before and not after:
        return None
    variables.update(before or after)
    if after:
        options["reset_after"] = True
    old, found = OrderedDict([("", h)]), OrderedDict([("", new)])
    return CellMatch("gru", options, variables, split[0], old, found, new, "reset_after" if after else "")


def _reset_before(terms, term, inputs, reset_h):
    affine = linear(terms, term)
    if affine is None or affine[2] is None or inputs_and_state(terms, affine[0]) != (inputs, reset_h):
        return None
    return [("candidate/kernel", affine[1]), ("candidate/bias", affine[2])]


def _reset_after(terms, term, inputs, h, reset):
    if term.op != "add":
        return None
    for product in term.args:
        inner = terms.without(product, reset) if product.op == "mul" else None
        rest = terms.without(term, product) if inner is not None else None
        if rest is None:
            continue
        hidden, direct = linear(terms, inner), linear(terms, rest)
        if None in (hidden, direct) or hidden[2] is None or direct[2] is None:
            continue
        if hidden[0] == [h] and terms.concat(direct[0], 1) is inputs:
            names = ("candidate/input_projection/", "candidate/hidden_projection/")
            found = zip(names, (direct, hidden), strict=True)
            return [
                (name + leaf, one[at]) for name, one in found for at, leaf in ((1, "kernel"), (2, "bias"))
            ]
    return None


def rnn_applications(terms, term):
    """Find the BasicRNNCell whose new state is this term; a list of none or one `CellMatch`."""
    if term.op not in ACTIVATIONS:
        return []
    affine = linear(terms, term.args[0])
    split = inputs_and_state(terms, affine[0]) if affine else None
    if split is None:
        return []
    rows, units = affine[1].attr[1]
    if units >= rows:
        return []
    options = OrderedDict(num_units=units, **activation(term.op))
    variables, form = OrderedDict(kernel=affine[1], bias=affine[2]), ("", ())
    if affine[2] is None:
        del variables["bias"]
        form = "rearranged", (Block("kernel", (0, rows), (0, units), "kernel", (0, rows), (0, units)),)
    old, new = OrderedDict([("", split[1])]), OrderedDict([("", term)])
    return [CellMatch("basic_rnn", options, variables, split[0], old, new, term, *form)]
