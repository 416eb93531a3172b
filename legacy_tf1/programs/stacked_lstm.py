"""Two LSTM layers under `dynamic_rnn`. Twin: `tf2_lstm/programs/stacked_lstm.py`.

Run it: `python -m legacy_tf1.programs.stacked_lstm`.
"""

import collections

from legacy_tf1 import session
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf
from legacy_tf1.stack import MultiRNNCell
from legacy_tf1.unroll import dynamic_rnn

INPUT_DIM = 6
LSTM_CELL_SIZE_1 = 4
LSTM_CELL_SIZE_2 = 5
SAMPLE_INPUT = [
    [[1, 2, 3, 4, 3, 2], [1, 2, 1, 1, 1, 2], [1, 2, 2, 2, 2, 2]],
    [[1, 2, 3, 4, 3, 2], [3, 2, 2, 1, 1, 2], [0, 0, 0, 0, 3, 2]],
]

Graph = collections.namedtuple("Graph", ["data", "output", "state"])


def build():
    """Add the placeholder and the unrolled stack to the default graph; return a `Graph`."""
    cells = []
    cells.append(LSTMCell(LSTM_CELL_SIZE_1))
    cells.append(LSTMCell(LSTM_CELL_SIZE_2))
    stacked_lstm = MultiRNNCell(cells)
    data = tf.placeholder(tf.float32, [None, None, INPUT_DIM])
    output, state = dynamic_rnn(stacked_lstm, data, dtype=tf.float32)
    return Graph(data, output, state)


def run(session, built):
    """Run the sample through the stack.

    Args:
        session: a session on the graph of `built`, its variables set.
        built: what `build` returned.

    Returns:
        An OrderedDict of `output` [2, 3, 5], `state[0].c`, `state[0].h` [2, 4], `state[1].c` and
        `state[1].h` [2, 5].
    """
    feed = {built.data: SAMPLE_INPUT}
    output, state = session.run([built.output, built.state], feed_dict=feed)
    results = collections.OrderedDict([("output", output)])
    for layer, (c, h) in enumerate(state):
        results[f"state[{layer}].c"] = c
        results[f"state[{layer}].h"] = h
    return results


def main():
    """Initialise, run once, print the output and the state of each layer."""
    with session.graph(seed=1) as graph:
        built = build()
    with session.session(graph) as sess:
        feed = {built.data: SAMPLE_INPUT}
        print(repr(sess.run(built.output, feed_dict=feed)))
        for layer in sess.run(built.state, feed_dict=feed):
            print(layer)


if __name__ == "__main__":
    main()
