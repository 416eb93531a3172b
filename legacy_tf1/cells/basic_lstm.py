"""`tf.nn.rnn_cell.BasicLSTMCell`: the LSTM most programs use. Twin: `tf2_lstm/cells/basic_lstm.py`.

One step, with input `x` [batch, D], state `(c, h)` of [batch, U] each, `s` the logistic function
and `*` elementwise (equations as in `BasicLSTMCell.call` of TF 1.15; Zaremba et al. 2014,
https://arxiv.org/abs/1409.2329):

    i, j, f, o = split([x; h] @ kernel + bias, 4)       input gate, candidate, forget, output gate
    c' = c * s(f + forget_bias) + s(i) * activation(j)
    h' = activation(c') * s(o)
    output = h'

Variables, under the cell's scope `basic_lstm_cell`:

    kernel [D + U, 4 U]  rows 0..D-1 meet the input; columns in the order i, j, f, o
    bias   [4 U]         starts at 0, forget quarter included

Arguments and defaults:

    num_units            U
    forget_bias=1.0      added to f in every step; never in the bias variable
    state_is_tuple=True  False: the state is one tensor [batch, 2 U] = [c; h]
    activation=None      None is tanh; used for the candidate and for the output
    reuse=None           whether to look variables up instead of making them
    name=None            the scope's name in place of `basic_lstm_cell`
    dtype=None           None takes the dtype of the input

The state is `LSTMStateTuple(c, h)`, c first.

Traps: Keras orders the gates i, f, c, o and the state [h, c]. `forget_bias` leaves no trace in a
checkpoint, and programs pass 0.0 nearly as often as they leave 1.0: read the constructor call.
`num_units` is U, never 4 U; D = rows - U.

```python
from legacy_tf1 import session
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [1, 6])
    lstm_cell = BasicLSTMCell(4)
    with tf.variable_scope("LSTM_sample1"):
        output, state = lstm_cell(inputs, lstm_cell.zero_state(1, tf.float32))
with session.session(graph) as sess:
    h, new = sess.run([output, state], feed_dict={inputs: [[3, 2, 2, 3, 2, 2]]})
    assert new.c.shape == (1, 4) and (new.h == h).all()
```
"""

from legacy_tf1.compat import rnn_cell

BasicLSTMCell = rnn_cell.BasicLSTMCell
LSTMStateTuple = rnn_cell.LSTMStateTuple
