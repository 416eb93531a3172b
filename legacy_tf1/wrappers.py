"""`DropoutWrapper` and `ResidualWrapper` of `tf.nn.rnn_cell`. Twin: `tf2_lstm/wrappers.py`.

`DropoutWrapper` (TF 1.15), in this order in every step:

    x = drop(x, input_keep_prob)
    output, state = cell(x, state)
    state = drop(state, state_keep_prob)       every part but the c of an LSTMStateTuple
    output = drop(output, output_keep_prob)

where drop keeps a value with the probability given and divides it by that, else gives 0.
Arguments and defaults: `cell`, `input_keep_prob=1.0`, `output_keep_prob=1.0`,
`state_keep_prob=1.0`, `variational_recurrent=False` (True: one mask [1, size] a run, the same for
all steps and all rows), `input_size=None` (needed when variational and the input is dropped),
`dtype=None` (needed when variational), `seed=None`, `dropout_state_filter_visitor=None`.

`ResidualWrapper`: `output = residual_fn(x, cell's output)`, by default `x + output`, which needs
equal widths; the state is the cell's. Arguments: `cell`, `residual_fn=None`.

Neither has variables or a scope of its own: a checkpoint does not show them.

Traps: these are keep probabilities, Keras has rates (1 - keep). A keep probability of the number
1.0 builds no dropout at all; a placeholder always does, and dropping depends on what is fed, not on
a training flag. With output dropout the output is not `state.h`: the recurrence goes on undropped.
Inside `dynamic_rnn` even a seeded mask differs from run to run, unless `parallel_iterations=1` or
variational. Under `sequence_length` a residual output is 0 on padding, not x.

```python
from legacy_tf1 import session, wrappers
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, None, 4])
    cell, keep_prob = wrappers.fed_dropout(GRUCell(4), seed=3)
    cell = wrappers.ResidualWrapper(cell)
    outputs, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
with session.session(graph) as sess:
    feed = {inputs: [[[1, 2, 3, 4]] * 3] * 2}
    evaluated = sess.run(outputs, feed_dict=feed)
    trained = sess.run(outputs, feed_dict={**feed, keep_prob.output: 0.5})
    assert (evaluated != trained).any()
```
"""

import collections

from legacy_tf1.compat import rnn_cell, tf

DropoutWrapper = rnn_cell.DropoutWrapper
ResidualWrapper = rnn_cell.ResidualWrapper

KeepProb = collections.namedtuple("KeepProb", ["input", "output", "state"])


def fed_dropout(cell, **options):
    """A `DropoutWrapper` whose three keep probabilities are placeholders, 1.0 unless fed.

    Args:
        cell: the cell to wrap.
        **options: further arguments of `DropoutWrapper`, such as `seed` or
            `variational_recurrent` with `dtype` and `input_size`.

    Returns:
        (the wrapped cell, `KeepProb` of the placeholders, each a scalar of the type float32 or,
        when variational, of `dtype`).
    """
    dtype = options.get("dtype") or tf.float32
    keep = KeepProb(
        *[
            tf.placeholder_with_default(tf.ones([], dtype), [], name=part + "_keep_prob")
            for part in KeepProb._fields
        ]
    )
    wrapped = DropoutWrapper(
        cell,
        input_keep_prob=keep.input,
        output_keep_prob=keep.output,
        state_keep_prob=keep.state,
        **options,
    )
    return wrapped, keep
