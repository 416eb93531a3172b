"""`tf.nn.rnn_cell.BasicRNNCell`: the plain recurrence. Twin: `tf2_lstm/cells/basic_rnn.py`.

One step, with input `x` [batch, D], state `h` [batch, U] and `@` the matrix product (equations as
in `BasicRNNCell.call` of TF 1.15):

    h' = activation([x; h] @ kernel + bias)
    output = h'

Variables, under the cell's scope `basic_rnn_cell`:

    kernel [D + U, U]    rows 0..D-1 meet the input, the other U rows the state
    bias   [U]           starts at 0

Arguments and defaults:

    num_units            U
    activation=None      None is tanh; a function or its name
    reuse=None           whether to look variables up instead of making them
    name=None            the scope's name in place of `basic_rnn_cell`
    dtype=None           None takes the dtype of the input

The state is a bare tensor [batch, U], not a tuple; output and new state are the same tensor.

Traps: one matrix holds what Keras keeps as `kernel` and `recurrent_kernel`, and where it splits is
not in the checkpoint: D = rows - U. In a checkpoint the shapes look like those of a dense layer.
The kernel starts as glorot-uniform over D + U rows, the scope's initialiser allowing.

```python
from legacy_tf1 import session
from legacy_tf1.cells.basic_rnn import BasicRNNCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, 3])
    cell = BasicRNNCell(4)
    output, state = cell(inputs, cell.zero_state(2, tf.float32))
with session.session(graph) as sess:
    h, new = sess.run([output, state], feed_dict={inputs: [[1, 2, 3], [4, 5, 6]]})
    assert h.shape == (2, 4) and (h == new).all()
```
"""

from legacy_tf1.compat import rnn_cell

BasicRNNCell = rnn_cell.BasicRNNCell
