"""One LSTM cell, called once by hand. Twin: `tf2_lstm/programs/single_lstm.py`.

Run it: `python -m legacy_tf1.programs.single_lstm`.
"""

import collections

from legacy_tf1 import session
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.compat import tf

LSTM_CELL_SIZE = 4
SAMPLE_INPUT = [[3, 2, 2, 3, 2, 2]]

Graph = collections.namedtuple("Graph", ["sample_input", "output", "state"])


def build():
    """Add the cell, its zero state and one call of it to the default graph; return a `Graph`."""
    lstm_cell = BasicLSTMCell(LSTM_CELL_SIZE, state_is_tuple=True)
    state = (tf.zeros([1, LSTM_CELL_SIZE]),) * 2
    sample_input = tf.constant(SAMPLE_INPUT, dtype=tf.float32)
    with tf.variable_scope("LSTM_sample1"):
        output, state_new = lstm_cell(sample_input, state)
    return Graph(sample_input, output, state_new)


def run(session, built):
    """Run the one step.

    Args:
        session: a session on the graph of `built`, its variables set.
        built: what `build` returned.

    Returns:
        An OrderedDict of `state.c`, `state.h` and `output`, each [1, 4].
    """
    state, output = session.run([built.state, built.output])
    return collections.OrderedDict([("state.c", state.c), ("state.h", state.h), ("output", output)])


def main():
    """Initialise, run once, print the input, the state tuple and the output."""
    with session.graph(seed=1) as graph:
        built = build()
    with session.session(graph) as sess:
        print(sess.run(built.sample_input))
        print(sess.run(built.state))
        print(run(sess, built)["output"])


if __name__ == "__main__":
    main()
