"""Graphs whose variables are held against TF 1.15's: every cell, stack, wrapper and unroll.

`python tests/legacy_tf1/legacy_variable_cases.py`, run by TF 1.15.5, prints `variables_tf115.json`.
"""

import importlib
import json

from legacy_tf1 import bidirectional, session, stack, unroll, wrappers
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.cells.basic_rnn import BasicRNNCell
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf

BATCH, TIME, DEPTH, UNITS = 3, 4, 5, 6


def inputs():
    """The sequence placeholder of every case."""
    return tf.placeholder(tf.float32, [BATCH, TIME, DEPTH])


def dynamic(cell, **options):
    """The cell under dynamic_rnn."""
    return unroll.dynamic_rnn(cell, inputs(), dtype=tf.float32, **options)


def one_call(cell):
    """The cell called once, in the scope of the caller."""
    return cell(inputs()[:, 0], cell.zero_state(BATCH, tf.float32))


def steps():
    """The sequence as the static functions want it."""
    return tf.unstack(inputs(), axis=1)


def lengths():
    """A length for each row."""
    return tf.constant([4, 0, 2])


def scoped_call(scope, cell):
    """One call inside a variable scope."""
    with tf.variable_scope(scope):
        return one_call(cell)


def two_unnamed_cells():
    """Two cells of one class, called one after the other in one scope."""
    one_call(GRUCell(UNITS, name="first"))
    return one_call(GRUCell(UNITS, name="second"))


def program(name):
    """A whole program."""
    return importlib.import_module("legacy_tf1.programs." + name).build()


CASES = {
    "basic_rnn": lambda: dynamic(BasicRNNCell(UNITS)),
    "basic_lstm": lambda: dynamic(BasicLSTMCell(UNITS)),
    "basic_lstm_concat": lambda: dynamic(BasicLSTMCell(UNITS, state_is_tuple=False)),
    "basic_lstm_named": lambda: dynamic(BasicLSTMCell(UNITS, name="mine")),
    "lstm": lambda: dynamic(LSTMCell(UNITS)),
    "lstm_peepholes": lambda: dynamic(LSTMCell(UNITS, use_peepholes=True)),
    "lstm_projection": lambda: dynamic(LSTMCell(UNITS, num_proj=2, proj_clip=0.5)),
    "lstm_everything": lambda: dynamic(
        LSTMCell(UNITS, use_peepholes=True, cell_clip=1.0, num_proj=2, proj_clip=0.5)
    ),
    "lstm_shards": lambda: dynamic(LSTMCell(UNITS, num_proj=4, num_unit_shards=2, num_proj_shards=2)),
    "gru": lambda: dynamic(GRUCell(UNITS)),
    "one_call": lambda: one_call(BasicLSTMCell(UNITS)),
    "one_call_scoped": lambda: scoped_call("LSTM_sample1", BasicLSTMCell(UNITS)),
    "two_named_calls": two_unnamed_cells,
    "stack": lambda: dynamic(stack.distinct(LSTMCell, [4, 6])),
    "stack_mixed": lambda: dynamic(
        stack.MultiRNNCell([BasicRNNCell(3), GRUCell(4), BasicLSTMCell(5), LSTMCell(6)])
    ),
    "stack_of_one": lambda: dynamic(stack.distinct(GRUCell, [4])),
    "stack_shared": lambda: dynamic(stack.shared(BasicLSTMCell(DEPTH), 3)),
    "stack_concat": lambda: dynamic(stack.concatenated(BasicLSTMCell, [4, 6])),
    "stack_one_call": lambda: one_call(stack.distinct(GRUCell, [4, 6])),
    "dropout": lambda: dynamic(wrappers.fed_dropout(LSTMCell(UNITS))[0]),
    "residual": lambda: dynamic(wrappers.ResidualWrapper(GRUCell(DEPTH))),
    "stack_wrapped": lambda: dynamic(
        stack.MultiRNNCell(
            [wrappers.ResidualWrapper(wrappers.DropoutWrapper(GRUCell(DEPTH), 0.5)) for _ in range(2)]
        )
    ),
    "dynamic_lengths": lambda: dynamic(GRUCell(UNITS), sequence_length=lengths()),
    "dynamic_scope": lambda: dynamic(GRUCell(UNITS), scope="encoder"),
    "dynamic_time_major": lambda: dynamic(GRUCell(UNITS), time_major=True),
    "static": lambda: unroll.static_rnn(GRUCell(UNITS), steps(), dtype=tf.float32),
    "static_lengths": lambda: unroll.static_rnn(
        GRUCell(UNITS), steps(), dtype=tf.float32, sequence_length=lengths()
    ),
    "static_stack": lambda: unroll.static_rnn(
        stack.distinct(BasicLSTMCell, [4, 6]), steps(), dtype=tf.float32
    ),
    "bidirectional": lambda: bidirectional.bidirectional_dynamic_rnn(
        LSTMCell(UNITS), GRUCell(UNITS), inputs(), sequence_length=lengths(), dtype=tf.float32
    ),
    "bidirectional_stack": lambda: bidirectional.bidirectional_dynamic_rnn(
        stack.distinct(GRUCell, [4, 6]), stack.distinct(GRUCell, [4, 6]), inputs(), dtype=tf.float32
    ),
    "static_bidirectional": lambda: bidirectional.static_bidirectional_rnn(
        LSTMCell(UNITS), GRUCell(UNITS), steps(), dtype=tf.float32
    ),
    "stack_bidirectional": lambda: bidirectional.stack_bidirectional_dynamic_rnn(
        [GRUCell(4), LSTMCell(6)], [GRUCell(4), LSTMCell(6)], inputs(), dtype=tf.float32
    ),
    "python_loop": lambda: unroll.python_loop(BasicLSTMCell(UNITS), inputs()),
    "python_loop_stack": lambda: unroll.python_loop(
        stack.distinct(BasicLSTMCell, [4, 6]), inputs(), scope="RNN"
    ),
    "python_loop_shared": lambda: unroll.python_loop(stack.shared(GRUCell(DEPTH), 2), inputs()),
    "single_lstm": lambda: program("single_lstm"),
    "stacked_lstm": lambda: program("stacked_lstm"),
    "char_rnn": lambda: program("char_rnn"),
    "tagger": lambda: program("tagger"),
}


def variables(case):
    """The global variables that the case creates, in order, as [name, shape] pairs."""
    with session.graph():
        CASES[case]()
        return [[v.op.name, v.shape.as_list()] for v in tf.global_variables()]


if __name__ == "__main__":
    table = {case: variables(case) for case in sorted(CASES)}
    rows = []
    for case in sorted(table):
        variables_of_case = ",\n    ".join(map(json.dumps, table[case]))
        rows.append(f"  {json.dumps(case)}: [\n    {variables_of_case}\n  ]")
    print("{{\n{}\n}}".format(",\n".join(rows)))
