"""State in TF1: `LSTMStateTuple` built, fed and fed back. Twin: `tf2_lstm/state.py`.

An LSTM's state is the namedtuple `LSTMStateTuple(c, h)`; a GRU's or a plain RNN's a bare tensor
[batch, U]; a stack's a tuple of its cells' states. `Session.run` fetches such a structure as it
stands and takes it as a key of `feed_dict`, with a structure of arrays of the same nest as value.

Traps: c comes first here and second in Keras; a pair given the wrong way round has the right shapes
and no error. `zero_state` makes new tensors at every call: the one to feed is the one the graph
was built with. The state fetched from a run is NumPy and can be fed back as it is.

```python
from legacy_tf1 import session, state
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf
from legacy_tf1.stack import MultiRNNCell

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [1, None, 3])
    cell = MultiRNNCell([LSTMCell(4), LSTMCell(4)])
    initial = cell.zero_state(1, tf.float32)
    _, final = tf.nn.dynamic_rnn(cell, inputs, initial_state=initial)
    unpacked = state.from_packed(tf.stack(final))
with session.session(graph) as sess:
    carried = sess.run(initial)
    for _ in range(2):
        carried = sess.run(final, feed_dict={inputs: [[[1, 2, 3]]], initial: carried})
    assert carried[1].h.shape == (1, 4)
    again = sess.run(unpacked, feed_dict={final: carried})
    assert (again[1].h == carried[1].h).all()
```
"""

from legacy_tf1.compat import rnn_cell, tf

LSTMStateTuple = rnn_cell.LSTMStateTuple


def placeholders(state_size, batch_size=None, dtype=tf.float32):
    """Placeholders in the structure of a cell's state, to be fed with a state of that structure.

    Args:
        state_size: `cell.state_size`.
        batch_size: rows, None for any number.
        dtype: of every part.

    Returns:
        The structure of `state_size` with a placeholder [batch_size, size] for each size.
    """
    return tf.nest.map_structure(
        lambda size: tf.placeholder(dtype, [batch_size, int(size)], name="state"), state_size
    )


def from_packed(packed):
    """The states of a stack of LSTMs from one tensor, as many programs keep them.

    Args:
        packed: [layers, 2, batch, U]; along the second axis c, then h. `layers` must be static.

    Returns:
        A tuple over layers of `LSTMStateTuple`, each part [batch, U].
    """
    return tuple(LSTMStateTuple(layer[0], layer[1]) for layer in tf.unstack(packed, axis=0))
