"""`tf.nn.rnn_cell.LSTMCell`: the LSTM with every option. Twin: `tf2_lstm/cells/lstm.py`.

One step, with input `x` [batch, D], state `c` [batch, U] and `h` [batch, P] (P = num_proj, or U
without projection), `s` the logistic function and `*` elementwise (equations as in `LSTMCell.call`
of TF 1.15; peepholes and projection: Sak et al. 2014, https://arxiv.org/abs/1402.1128):

    i, j, f, o = split([x; h] @ kernel + bias, 4)       input gate, candidate, forget, output gate
    f = s(f + forget_bias + w_f_diag * c)               peepholes here look at the old c
    i = s(i + w_i_diag * c)
    c' = f * c + i * activation(j)
    c' = clip(c', -cell_clip, cell_clip)                when cell_clip is given
    o = s(o + w_o_diag * c')                            here at the new c, already clipped
    h' = o * activation(c')
    h' = h' @ projection/kernel                         when num_proj is given
    h' = clip(h', -proj_clip, proj_clip)                when num_proj and proj_clip are given
    output = h'

Variables, under the cell's scope `lstm_cell`:

    kernel [D + P, 4 U]       rows 0..D-1 meet the input; columns in the order i, j, f, o
    bias   [4 U]              starts at 0, forget quarter included
    w_f_diag, w_i_diag, w_o_diag [U]     with use_peepholes
    projection/kernel [U, P]             with num_proj; there is no projection bias

Arguments and defaults:

    num_units            U
    use_peepholes=False  add the three diagonal terms
    cell_clip=None       bound of |c'|; every number counts, 0.0 too
    initializer=None     for kernel, peepholes and projection; None takes the scope's
    num_proj=None        P; None is no projection
    proj_clip=None       bound of |h'|; ignored without num_proj
    num_unit_shards=None deprecated: kernel as `kernel/part_k` (a Saver still writes one tensor)
    num_proj_shards=None the same for projection/kernel
    forget_bias=1.0      added to f in every step; never in the bias variable
    state_is_tuple=True  False: the state is one tensor [batch, U + P] = [c; h]
    activation=None      None is tanh; used for the candidate and for the output
    reuse=None           whether to look variables up instead of making them
    name=None            the scope's name in place of `lstm_cell`
    dtype=None           None takes the dtype of the input

The state is `LSTMStateTuple(c, h)`, c first, of widths U and P.

Traps: Keras orders the gates i, f, c, o and the state [h, c]. `forget_bias`, the clips and the
activation leave no trace in a checkpoint. D = rows - P, not rows - U. Without options this cell
and `BasicLSTMCell` compute the same and differ in the scope's name alone.

```python
from legacy_tf1 import session
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, 3])
    cell = LSTMCell(5, use_peepholes=True, cell_clip=0.5, num_proj=4, proj_clip=0.25)
    output, state = cell(inputs, cell.zero_state(2, tf.float32))
with session.session(graph) as sess:
    new = sess.run(state, feed_dict={inputs: [[1, 2, 3], [4, 5, 6]]})
    assert new.c.shape == (2, 5) and new.h.shape == (2, 4)
    assert abs(new.c).max() <= 0.5 and abs(new.h).max() <= 0.25
```
"""

from legacy_tf1.compat import rnn_cell

LSTMCell = rnn_cell.LSTMCell
LSTMStateTuple = rnn_cell.LSTMStateTuple
