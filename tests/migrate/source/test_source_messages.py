# ruff: noqa: E501 - a row of a table is a line
"""What a trap says: every text, word for word, with the figures and names of the program in it.

The texts were written from TensorFlow 1.15 and Keras 3; a change here needs the same care.
"""

import pytest
from snippet_marks import findings
from test_source_traps import ROWS

from tf2_lstm.migrate.source.rules import RULES
from tf2_lstm.migrate.source.traps import RULES as TRAPS

CODE = dict(ROWS)
#: (row of `test_source_traps.ROWS`, rule, what is said of it).
MESSAGES = (
    ("forget_bias by default", "RNN501", "forget_bias is 1.0 by default: add it to the forget bias"),
    ("forget_bias -1", "RNN502", "forget_bias is -1.0 and not in the checkpoint: add it to the forget bias"),
    ("forget_bias 0", "RNN502", "forget_bias is 0.0 and not in the checkpoint: add nothing to the bias"),
    ("forget_bias from a name that is a number", "RNN502", "forget_bias is 0.5 and not in the checkpoint: add it to the forget bias"),
    ("forget_bias 1 by position", "RNN502", "forget_bias is 1.0 and not in the checkpoint: add it to the forget bias"),
    ("forget_bias a variable", "RNN503", "forget_bias is FLAGS.fb: find the value that the checkpoint was trained with"),
    ("forget_bias a parameter", "RNN503", "forget_bias is fb: find the value that the checkpoint was trained with"),
    ("state_is_tuple False", "RNN504", "state_is_tuple=False: the state is one tensor [c; h], in Keras a list"),
    ("state_is_tuple a variable", "RNN504", "state_is_tuple=flag: the state is one tensor [c; h], in Keras a list"),
    ("static_rnn's third argument", "RNN505", "argument 3, given by position, is initial_state; Keras reads that place differently"),
    ("dynamic_rnn's third argument", "RNN505", "argument 3, given by position, is sequence_length; Keras reads that place differently"),
    ("dynamic_rnn's third and fourth argument", "RNN505", "argument 4, given by position, is initial_state; Keras reads that place differently"),
    ("bidirectional_dynamic_rnn's fourth argument", "RNN505", "argument 4, given by position, is sequence_length; Keras reads that place differently"),
    ("time_major True", "RNN506", "time_major=True: Keras 3 is batch-major, swap axes 0 and 1 outside"),
    ("time_major a variable", "RNN506", "time_major=self.time_major: Keras 3 is batch-major, swap axes 0 and 1 outside"),
    ("dynamic_rnn's third argument", "RNN507", "sequence_length=n: TF1 gives zeros on padded steps, Keras repeats"),
    ("dynamic_rnn's third and fourth argument", "RNN508", "s is the initial state: TF1 orders it (c, h), Keras [h, c]"),
    ("initial states of both directions", "RNN508", "t is the initial state: TF1 orders it (c, h), Keras [h, c]"),
    ("zero_state as a feed key", "RNN509", "a state is fed: pass initial_state= and keep the states that the Keras layer returns"),
    ("[cell] * n", "RNN510", "every layer is the same cell object: one set of weights, in Keras too"),
    ("one cell twice in a list", "RNN511", "one cell object stands in this list more than once: shared weights"),
    ("one cell in two unrolls", "RNN511", "this cell object is used elsewhere as well, or once a turn of the loop: the weights are shared"),
    ("one object both ways", "RNN512", "forward and backward are one cell object: one set of weights"),
    ("reuse of a cell", "RNN513", "reuse=tf.get_variable_scope().reuse: Keras shares weights by sharing the layer object"),
    ("a scope with reuse", "RNN513", "variables are shared by name: Keras shares weights by sharing the layer object"),
    ("keep_prob by position", "RNN514", "input_keep_prob=k is not a constant: Keras has rate = 1 - keep_prob and the training argument"),
    ("keep_prob as 1 - x", "RNN514", "output_keep_prob=1 - drop is not a constant: Keras has rate = 1 - keep_prob and the training argument"),
    ("keep_prob a placeholder", "RNN514", "output_keep_prob=k is a placeholder: Keras has rate = 1 - keep_prob and the training argument"),
    ("no keep_prob", "RNN515", "no keep probability is given, so nothing is dropped"),
    ("activation relu", "RNN516", "activation=tf.nn.relu is not in the checkpoint: name it on the Keras cell"),
    ("cell_clip", "RNN517", "a clip of 1.0: use tf2_lstm.LSTMCell, the Keras cells have none"),
    ("peepholes", "RNN518", "peepholes: use tf2_lstm.LSTMCell, the Keras cells have none"),
    ("proj_clip", "RNN519", "num_proj=2: use tf2_lstm.LSTMCell(projection_units=...), Keras has none"),
    ("num_proj", "RNN519", "num_proj=P: use tf2_lstm.LSTMCell(projection_units=...), Keras has none"),
    ("a state fed by part", "RNN520", ".c of a state: TF1 orders (c, h), Keras [h, c]"),
    ("a state fed by part", "RNN520", ".h of a state: TF1 orders (c, h), Keras [h, c]"),
    ("state[1] of a wrapped LSTM", "RNN520", "[-1] of this state is h in TF1 and the other in Keras"),
    ("state[1] of an LSTM", "RNN520", "[1] of this state is h in TF1 and the other in Keras"),
    ("the parts of a state fed", "RNN520", "unpacked as (c, h), TF1's order; Keras returns [h, c]"),
    ("a subclass of RNNCell", "RNN521", "a cell of your own: in Keras a layer with state_size, build() and call(inputs, states)"),
    ("a cell of one's own that is called", "RNN522", "called once a turn of this loop: tf2_lstm.python_loop, or one layer over the sequence"),
    ("a Saver beside RNNs", "RNN523", "its checkpoint has TF1's names and layouts: convert it, Keras cannot load it"),
    ("zero_state as a feed key", "RNN524", "zero_state: Keras starts from zeros by itself; get_initial_state(batch_size) gives [h, c]"),
    ("variational dropout", "RNN525", "one mask for all steps and rows; dropout= of Keras cells is another thing"),
    ("initializer", "RNN526", "i matters only when training afresh: name both Keras initialisers"),
    ("arguments with **", "RNN527", "arguments are passed with * or **, so they cannot be read"),
    ("an argument of 0.x", "RNN528", "input_size= is not an argument of TF 1.15's GRUCell"),
    ("a refused argument", "RNN529", "dropout_state_filter_visitor= cannot be taken over: Only TF1's default filter (all of the state but the c of an LSTM) is carried over."),
    ("[cell] * 1", "RNN530", "a stack of one cell: keras.layers.RNN([cell]) collapses its state"),
    ("tf.keras's LSTM in a TF1 file", "RNN541", "recurrent_activation was hard_sigmoid by default in tf.keras 1.x, it is sigmoid in Keras 3"),
    ("hard_sigmoid by name", "RNN542", "hard_sigmoid has slope 0.2 in tf.keras 1.x and 1/6 in Keras 3"),
    ("time_major of keras", "RNN543", "time_major=False: Keras 3 raises on it; swap axes outside"),
    ("time_major of tf.keras", "RNN543", "time_major=True: Keras 3 raises on it; swap axes outside"),
    ("tf.keras's GRU in a TF1 file", "RNN544", "reset_after was False by default in tf.keras 1.x, it is True in Keras 3"),
)  # fmt: skip
#: What a person must do: nothing with a fixer, look at a fix that may be wrong, or do it.
APPLICABILITY = {
    "safe": "RNN515",
    "unsafe": "RNN501 RNN502 RNN504 RNN505 RNN506 RNN507 RNN508 RNN510 RNN511 RNN512 RNN516 RNN517 RNN518 RNN519 RNN520 RNN522 RNN524 RNN525 RNN530 RNN541 RNN542 RNN543 RNN544",
    "manual": "RNN503 RNN509 RNN513 RNN514 RNN521 RNN523 RNN526 RNN527 RNN528 RNN529",
}
SEVERITY = {
    "warning": "RNN501 RNN502 RNN503 RNN504 RNN505 RNN506 RNN507 RNN508 RNN509 RNN510 RNN511 RNN512 RNN513 RNN514 RNN516 RNN517 RNN518 RNN519 RNN520 RNN521 RNN522 RNN523 RNN525 RNN527 RNN528 RNN529 RNN541 RNN542 RNN543 RNN544",
    "note": "RNN515 RNN524 RNN526 RNN530",
}


@pytest.mark.parametrize(
    ("row", "rule", "message"), MESSAGES, ids=[f"{rule} {row}" for row, rule, _ in MESSAGES]
)
def test_a_trap_says_what_is_so(row, rule, message):
    assert message in [one.message for one in findings(CODE[row]) if one.rule == rule]


def test_every_trap_has_its_text_here():
    assert {rule for _, rule, _ in MESSAGES} == {rule.id for rule in TRAPS}


def test_nothing_else_is_said_of_any_trap():
    said = {
        (one.rule, one.message) for code in CODE.values() for one in findings(code) if one.rule >= "RNN500"
    }
    assert said == {(rule, message) for _, rule, message in MESSAGES}


@pytest.mark.parametrize(("table", "field"), [(APPLICABILITY, "applicability"), (SEVERITY, "severity")])
def test_how_grave_a_trap_is_and_who_mends_it(table, field):
    wanted = {rule: kind for kind, rules in table.items() for rule in rules.split()}
    assert {rule.id: getattr(rule, field) for rule in TRAPS} == wanted
    assert {name: getattr(RULES[name], field) for name in wanted} == wanted
