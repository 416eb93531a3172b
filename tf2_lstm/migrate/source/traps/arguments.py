"""Traps in the arguments of a call: those that are given, left out, or given by position."""

import re

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source.alternatives import Made, Symbol, members
from tf2_lstm.migrate.source.traps.trap import Trap, at, trap_rule

_BIAS = (
    "TF1 adds forget_bias to the forget gate at every step and never stores it, so a checkpoint does not "
    "show it. Keras has no such argument; unit_forget_bias is only an initialiser. A wrong value is silent: "
    "reading a checkpoint with 0 instead of 1 changed outputs by 0.21."
)
_BIAS_AFTER = "# keras.layers.LSTMCell(64); forget_bias is added once to the forget quarter of the bias"

RULES = (
    trap_rule(501, "forget-bias-default", "unsafe", "forget_bias is left at TF1's default, 1.0.", _BIAS,
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64)", _BIAS_AFTER),
    trap_rule(502, "forget-bias-constant", "unsafe", "forget_bias is given as a number.", _BIAS,
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64, forget_bias=0.0)", _BIAS_AFTER),
    trap_rule(503, "forget-bias-variable", "manual", "forget_bias is given as a variable.",
              _BIAS + " Find out with which value the checkpoint was trained.",
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64, forget_bias=FLAGS.forget_bias)", _BIAS_AFTER),
    trap_rule(504, "flat-state", "unsafe", "state_is_tuple=False: the state is one tensor [c; h].",
              "Keras states are lists, [h, c] a layer. Code that slices or feeds the flat tensor must be "
              "changed; to_tf1_state and to_keras_state join and split it.",
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64, state_is_tuple=False)",
              "states = tf2_lstm.to_keras_state(cell, flat)"),
    trap_rule(505, "positional-argument", "unsafe",
              "An argument after the inputs is given by position.",
              "The third argument of dynamic_rnn is sequence_length, that of static_rnn is initial_state, "
              "and Keras layers take neither there: keras RNN(cell)(x, y) reads y as the initial state.",
              "outputs, state = tf.nn.dynamic_rnn(cell, x, lengths)",
              "outputs, *state = layer(x, mask=tf2_lstm.sequence_mask(lengths, time))"),
    trap_rule(506, "time-major", "unsafe", "time_major: the tensors are [time, batch, depth].",
              "Keras 3 has no time_major and raises on it. Left out, the axes are read the wrong way round, "
              "which fails only if the sizes differ.",
              "outputs, state = tf.nn.dynamic_rnn(cell, x, time_major=True, dtype=tf.float32)",
              "outputs, *state = layer(keras.ops.swapaxes(x, 0, 1))"),
    trap_rule(507, "sequence-length", "unsafe", "sequence_length is given: the sequences are padded.",
              "TF1 gives zeros on padded steps and copies the state through. keras.layers.RNN repeats the "
              "last output on padded steps unless zero_output_for_mask=True; a Masking layer drops real "
              "all-zero frames.",
              "outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)",
              "outputs, *state = tf2_lstm.RNN(cell, return_sequences=True, return_state=True)(x, mask=mask)"),
    trap_rule(508, "initial-state", "unsafe", "An initial state is given.",
              "TF1 orders an LSTM's state (c, h), Keras [h, c]. Both have the same shape, so a swap is "
              "silent.",
              "outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=state)",
              "outputs, *state = layer(x, initial_state=tf2_lstm.to_keras_state(cell, state))"),
    trap_rule(513, "reuse", "manual", "Weights are shared by name: reuse, or a variable scope entered again.",
              "Keras shares weights by sharing the object. Two layers are two sets of weights, whatever "
              "their names: make the layer once and call it twice.",
              'with tf.variable_scope("rnn", reuse=True):\n    outputs, state = tf.nn.dynamic_rnn(cell, y)',
              "layer = tf2_lstm.RNN(cell)\na, b = layer(x), layer(y)"),
    trap_rule(516, "activation", "unsafe", "An activation other than tanh is given.",
              "It is not in the checkpoint. TF1 uses it for the candidate and for the output; name it on "
              "the Keras cell as well (activation=, not recurrent_activation=).",
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64, activation=tf.nn.relu)",
              'cell = keras.layers.LSTMCell(64, activation="relu")'),
    trap_rule(517, "clip", "unsafe", "A clip of the cell or of the projection is given.",
              "It is not in the checkpoint, and the Keras cells have none; tf2_lstm.LSTMCell has both.",
              "cell = tf.nn.rnn_cell.LSTMCell(64, cell_clip=3.0)", "cell = tf2_lstm.LSTMCell(64, "
                                                                   "cell_clip=3.0)"),
    trap_rule(518, "peepholes", "unsafe", "Peepholes: the gates look at the cell state.",
              "The Keras cells have none, so w_i_diag, w_f_diag and w_o_diag would be lost; "
              "tf2_lstm.LSTMCell has them.",
              "cell = tf.nn.rnn_cell.LSTMCell(64, use_peepholes=True)",
              "cell = tf2_lstm.LSTMCell(64, use_peepholes=True)"),
    trap_rule(519, "projection", "unsafe", "num_proj: c and h differ in width.",
              "The Keras cells have no projection; tf2_lstm.LSTMCell has projection_units.",
              "cell = tf.nn.rnn_cell.LSTMCell(64, num_proj=32)", "cell = tf2_lstm.LSTMCell(64, "
                                                                 "projection_units=32)"),
    trap_rule(526, "initializer", "manual", "An initialiser is given.",
              "With a checkpoint it is of no account. To train afresh, give kernel_initializer and "
              "recurrent_initializer: TF1 draws one fused kernel, Keras two, the second orthogonal.",
              "cell = tf.nn.rnn_cell.LSTMCell(64, initializer=init)",
              "cell = keras.layers.LSTMCell(64, kernel_initializer=init, recurrent_initializer=init)",
              severity="note"),
    trap_rule(527, "hidden-arguments", "manual", "Arguments are passed with * or **: they cannot be read "
                                                 "here.",
              "forget_bias, activation, clips or state_is_tuple may be among them.",
              "cell = cell_fn(64, **params)", "cell = keras.layers.LSTMCell(64)"),
    trap_rule(528, "unknown-argument", "manual", "An argument that TF 1.15 does not have at this function.",
              "It comes from an older version (input_size, loop_function), or is misspelt.",
              "cell = tf.nn.rnn_cell.BasicLSTMCell(64, input_size=32)", "cell = keras.layers.LSTMCell(64)"),
    trap_rule(529, "refused-argument", "manual", "An argument that the twin cannot take over.",
              "The pairs table refuses it and says why; the conversion stops there.",
              "cell = tf.nn.rnn_cell.DropoutWrapper(cell, dropout_state_filter_visitor=visit)"),
)  # fmt: skip

_LAYER_KEYWORDS = ("trainable", "name", "dtype", "scope", "_reuse", "reuse", "activity_regularizer", "**")


def check_arguments(observer, resolver, seen):
    """Yield the traps in the arguments of a call of a TF1 RNN name."""
    for use, entry in seen.uses:
        if use.family.startswith("keras"):
            continue
        given = seen.given(entry.params)
        where = {"name": use.name, "pair": entry.pair}
        yield from _forget_bias(seen, entry, given, where)
        yield from _by_position(seen, entry, where)
        pairs = _may_be_pairs(given)
        for name, argument in given.items():
            if pairs or _OFF.get(name, ("",))[0] != "RNN508":
                yield from _one(seen, entry, name, argument, where)
        if seen.open and entry.params and entry.kind != "state":
            yield Trap(
                "RNN527", seen.node.func, "arguments are passed with * or **, so they cannot be read", **where
            )


def _forget_bias(seen, entry, given, where):
    if "forget_bias" not in entry.params:
        return
    argument = given.get("forget_bias")
    if argument is None:
        if not seen.open:
            yield Trap(
                "RNN501", seen.node.func, "forget_bias is 1.0 by default: add it to the forget bias", **where
            )
        return
    is_constant, value = argument.constant()
    node = at(argument, seen.node.func)
    if is_constant:
        advice = "add nothing to the bias" if value == 0 else "add it to the forget bias"
        yield Trap("RNN502", node, f"forget_bias is {value!r} and not in the checkpoint: {advice}", **where)
    else:
        text = f"forget_bias is {argument.text()}: find the value that the checkpoint was trained with"
        yield Trap("RNN503", node, text, **where)


def _by_position(seen, entry, where):
    if entry.kind != "unroll" or "inputs" not in entry.params:
        return
    first = entry.params.index("inputs") + 1
    for number, argument in enumerate(seen.positional[first:], start=first):
        name = entry.params[number] if number < len(entry.params) else "unknown"
        text = f"argument {number + 1}, given by position, is {name}; Keras reads that place differently"
        yield Trap("RNN505", argument.node, text, **where)


def _one(seen, entry, name, argument, where):
    is_constant, value = argument.constant()
    node = at(argument, seen.node.func)
    if name in _OFF and not (is_constant and value in _OFF[name][1]):
        rule, _, text = _OFF[name]
        if name != "activation" or not _is_tanh(argument.value):
            yield Trap(rule, node, text.format(argument.text()), **where)
    is_strange = name not in entry.params and name not in _LAYER_KEYWORDS
    if entry.params and is_strange and not argument.perhaps:
        yield Trap(
            "RNN528", node, f"{name}= is not an argument of TF 1.15's {where['name'].split('.')[-1]}", **where
        )
    if entry.pair and name in entry.params:
        for row in PAIRS[entry.pair].arguments:
            if row.tf1 == name and row.how == "refused":
                yield Trap("RNN529", node, f"{name}= cannot be taken over: {row.why}", **where)


def _may_be_pairs(given):
    """Whether the state of a call's cells may be a pair (c, h): not a GRU's or another library's."""
    cells = [v for name in _CELLS if name in given for v in members(given[name].value)]
    made = [v for v in cells if isinstance(v, Made)]
    single = all(v.role != "cell" or _SINGLE.fullmatch(v.detail) for v in made)
    return not made or len(made) < len(cells) or not single


def _is_tanh(value):
    return bool(value) and all(isinstance(v, Symbol) and v.dotted.endswith("tanh") for v in value)


_CELLS = ("cell", "cell_fw", "cell_bw", "cells_fw", "cells_bw")
_SINGLE = re.compile(r"\w*(GRU|UGRNN|BasicRNN|IndRNN|SimpleRNN|TfLiteRNN)\w*")
_STATE = "{} is the initial state: TF1 orders it (c, h), Keras [h, c]"
_CLIP = ("RNN517", (None,), "a clip of {}: use tf2_lstm.LSTMCell, the Keras cells have none")
_PEEPHOLE = ("RNN518", (None, False), "peepholes: use tf2_lstm.LSTMCell, the Keras cells have none")
_INITIALIZER = ("RNN526", (None,), "{} matters only when training afresh: name both Keras initialisers")
_TIME_MAJOR = ("RNN506", (None, False), "time_major={}: Keras 3 is batch-major, swap axes 0 and 1 outside")

# parameter -> (rule, the constants without an effect, the message)
_OFF = {
    "state_is_tuple": ("RNN504", (True,), "state_is_tuple={}: the state is one tensor [c; h], in Keras a "
                                          "list"),
    "time_major": _TIME_MAJOR,
    "output_time_major": _TIME_MAJOR,
    "sequence_length": ("RNN507", (None,), "sequence_length={}: TF1 gives zeros on padded steps, Keras "
                                           "repeats"),
    "initial_state": ("RNN508", (None,), _STATE),
    "initial_state_fw": ("RNN508", (None,), _STATE),
    "initial_state_bw": ("RNN508", (None,), _STATE),
    "initial_states_fw": ("RNN508", (None,), _STATE),
    "initial_states_bw": ("RNN508", (None,), _STATE),
    "initial_cell_state": ("RNN508", (None,), _STATE),
    "reuse": ("RNN513", (None, False), "reuse={}: Keras shares weights by sharing the layer object"),
    "activation": ("RNN516", (None, "tanh"), "activation={} is not in the checkpoint: name it on the Keras "
                                             "cell"),
    "y_activation": ("RNN516", (None,), "y_activation={} is not in the checkpoint"),
    "cell_clip": _CLIP,
    "proj_clip": _CLIP,
    "use_peepholes": _PEEPHOLE,
    "use_peephole": _PEEPHOLE,
    "num_proj": ("RNN519", (None,), "num_proj={}: use tf2_lstm.LSTMCell(projection_units=...), Keras has "
                                    "none"),
    "initializer": _INITIALIZER,
    "kernel_initializer": _INITIALIZER,
    "bias_initializer": _INITIALIZER,
}  # fmt: skip

ON_CALL = (check_arguments,)
