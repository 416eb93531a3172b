"""`tf.nn.rnn_cell.GRUCell`: the gated recurrent unit, reset before. Twin: `tf2_lstm/cells/gru.py`.

One step, with input `x` [batch, D], state `h` [batch, U], `s` the logistic function and `*`
elementwise (equations as in `GRUCell.call` of TF 1.15; Cho et al. 2014,
https://arxiv.org/abs/1406.1078):

    r, u = split(s([x; h] @ gates/kernel + gates/bias), 2)            reset gate, update gate
    c = activation([x; r * h] @ candidate/kernel + candidate/bias)
    h' = u * h + (1 - u) * c
    output = h'

Variables, under the cell's scope `gru_cell`:

    gates/kernel     [D + U, 2 U]  rows 0..D-1 meet the input; columns in the order r, u
    gates/bias       [2 U]         starts at 1
    candidate/kernel [D + U, U]
    candidate/bias   [U]           starts at 0

Arguments and defaults:

    num_units                U
    activation=None          None is tanh; used for the candidate, the gates are logistic
    reuse=None               whether to look variables up instead of making them
    kernel_initializer=None  for both kernels; None takes the scope's
    bias_initializer=None    for both biases; None is 1 for the gates and 0 for the candidate
    name=None                the scope's name in place of `gru_cell`
    dtype=None               None takes the dtype of the input

The state is a bare tensor [batch, U]; output and new state are the same tensor.

Traps: the reset gate acts before the matrix product, so the twin needs `reset_after=False`; the
Keras default is True and is silently another cell. Keras orders the gates z (= u), r, h. The 1 of
the gates' bias is a real variable, already in the checkpoint: nothing is to be added to it.

```python
from legacy_tf1 import session
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, 3])
    cell = GRUCell(4)
    output, state = cell(inputs, cell.zero_state(2, tf.float32))
with session.session(graph) as sess:
    h, new = sess.run([output, state], feed_dict={inputs: [[1, 2, 3], [4, 5, 6]]})
    assert h.shape == (2, 4) and (h == new).all()
```
"""

from legacy_tf1.compat import rnn_cell

GRUCell = rnn_cell.GRUCell
