"""Whole sequences from one cell, in each way TF1 has. Twin: `tf2_lstm/unroll.py`.

    name                             inputs             default scope           returns
    dynamic_rnn                      [B, T, D]          rnn                     outputs, state
    static_rnn                       T x [B, D]         rnn                     T x output, state
    python_loop                      [B, T, D], T fixed rnn                     T x output, state

B rows, T steps, D wide. Under the scope comes the cell's own scope. Both directions at once:
`bidirectional.py`.

`sequence_length` [B]: from a row's length on its outputs are 0 and its state is copied through; a
row of length 0 returns the initial state. A length beyond T counts as T.
`time_major=True` takes and gives [T, B, D].

Traps: Keras repeats the last output on padding unless told to give zeros. `static_rnn` needs a
Python list (`tf.unstack(inputs, axis=1)`), hence a fixed T.

```python
from legacy_tf1 import session, unroll
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, 4, 3])
    length = tf.placeholder(tf.int32, [2])
    with tf.variable_scope("model"):
        outputs, state = unroll.dynamic_rnn(
            BasicLSTMCell(5), inputs, sequence_length=length, dtype=tf.float32
        )
    with tf.variable_scope("model", reuse=True):
        by_hand, _ = unroll.python_loop(BasicLSTMCell(5), inputs)
with session.session(graph) as sess:
    feed = {inputs: [[[1, 2, 3]] * 4] * 2, length: [4, 2]}
    out, new, last = sess.run([outputs, state, by_hand[-1]], feed_dict=feed)
    assert (out[1, 2:] == 0).all() and (out[1, 1] == new.h[1]).all()
    assert abs(out[0, -1] - last[0]).max() < 1e-6
```
"""

from legacy_tf1.compat import tf

dynamic_rnn = tf.nn.dynamic_rnn
static_rnn = tf.nn.static_rnn


def python_loop(cell, inputs, state=None, scope="rnn"):
    """The cell called once a step in a Python loop, the second step on with its scope reused.

    The scope is `rnn`, so that the variables are those of `dynamic_rnn`; programs after the PTB
    tutorial call it `RNN`. One step is one direct call of the cell.

    Args:
        cell: any cell.
        inputs: [batch, T, D], T static.
        state: the initial state; None is `cell.zero_state`.
        scope: the variable scope around the calls.

    Returns:
        (list of T outputs [batch, output width], the state after the last step).
    """
    if state is None:
        state = cell.zero_state(tf.shape(inputs)[0], inputs.dtype)
    outputs = []
    with tf.variable_scope(scope):
        for time, step in enumerate(tf.unstack(inputs, axis=1)):
            if time > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(step, state)
            outputs.append(output)
    return outputs, state
