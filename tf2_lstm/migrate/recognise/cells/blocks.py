"""The cells that are one operation: LSTMBlockCell, GRUBlockCell; and what LSTMBlockCell and BlockLSTM share.

An attribute that a stripped graph leaves out has the operation's default, which for cell_clip is 3, not off.
Source: TensorFlow 1.15, `core/ops/rnn_ops.cc`, `contrib/rnn/ops/gru_ops.cc`; a cell_clip of 0 or less is off.
"""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.graph.constants import written
from tf2_lstm.migrate.pairs.shared_arguments import FORGET_BIAS
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch, is_variable


def block_matches(terms, term):
    """Find the block cell that a term is; a list of none or one `CellMatch`."""
    if term.op == "LSTMBlockCell":
        x, c, h, *weights = term.args
        found = block_lstm(term, *weights)
        if found is None:
            return []
        pair, options, variables = found
        new = OrderedDict(c=output(terms, term, 1), h=output(terms, term, 6))
        return [CellMatch(pair, options, variables, x, OrderedDict(c=c, h=h), new, new["h"])]
    if term.op == "GRUBlockCell" and all(is_variable(arg) for arg in term.args[2:]):
        x, h, w_ru, w_c, b_ru, b_c = term.args
        names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
        variables = OrderedDict(zip(names, (w_ru, b_ru, w_c, b_c), strict=True))
        options, new = OrderedDict(num_units=b_c.attr[1][0]), OrderedDict([("", output(terms, term, 3))])
        return [CellMatch("gru", options, variables, x, OrderedDict([("", h)]), new, new[""])]
    return []


def output(terms, term, number):
    """Return the term of one output of an operation that has several."""
    return terms.make("output", (term,), number)


def block_lstm(term, w, wci, wcf, wco, b):
    """Read the weights and attributes of a block LSTM operation.

    Returns:
        A triple (pair, options, variables), or None when a weight is no variable.
    """
    attributes = decoded(term)
    clip = written(attributes.get("cell_clip", np.float32(3.0)))
    added = written(attributes.get("forget_bias", np.float32(1.0)))
    options = OrderedDict(num_units=b.attr[1][0] // 4 if is_variable(b) else 0)
    if added != FORGET_BIAS.default:
        options["forget_bias"] = float(added)
    variables = OrderedDict(kernel=w, bias=b)
    if attributes.get("use_peephole", False):
        options["use_peepholes"] = True
        variables.update(w_i_diag=wci, w_f_diag=wcf, w_o_diag=wco)
    if clip > 0:
        options["cell_clip"] = clip
    if not all(is_variable(variable) for variable in variables.values()):
        return None
    plain = not {"use_peepholes", "cell_clip"} & set(options)
    return "basic_lstm" if plain else "lstm", options, variables


def decoded(term):
    """The float and bool attributes of an operation's term, by name."""
    return dict(term.attr[1])
