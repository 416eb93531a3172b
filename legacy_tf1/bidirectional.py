"""Both directions over a sequence, in each way TF1 has. Twin: `tf2_lstm/bidirectional.py`.

    name                             inputs      default scope            returns
    bidirectional_dynamic_rnn        [B, T, D]   bidirectional_rnn        (fw, bw), (fw, bw)
    static_bidirectional_rnn         T x [B, D]  bidirectional_rnn        T x [fw; bw], fw, bw
    stack_bidirectional_dynamic_rnn  [B, T, D]   stack_bidirectional_rnn  outputs, fws, bws

B rows, T steps, D wide. Under the scope come `fw/` and `bw/` (`cell_N/bidirectional_rnn/fw/` in the
stack), then the cell's own scope.

The backward direction reverses each row within its `sequence_length`; padded outputs are 0 and a
row of length 0 returns the initial states.

Traps: a length beyond T is an InvalidArgumentError here, while `dynamic_rnn` takes it as T. The two
directions need two cells: one object for both is one set of variables. Only the static function
concatenates the outputs.

```python
from legacy_tf1 import bidirectional, session
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, 4, 3])
    (fw, bw), (state_fw, state_bw) = bidirectional.bidirectional_dynamic_rnn(
        BasicLSTMCell(5), BasicLSTMCell(5), inputs, sequence_length=[4, 2], dtype=tf.float32
    )
with session.session(graph) as sess:
    out, state = sess.run([bw, state_bw], {inputs: [[[1, 2, 3]] * 4] * 2})
    assert (out[1, 2:] == 0).all() and (out[:, 0] == state.h).all()
```
"""

from legacy_tf1 import compat
from legacy_tf1.compat import tf

bidirectional_dynamic_rnn = tf.nn.bidirectional_dynamic_rnn
static_bidirectional_rnn = tf.nn.static_bidirectional_rnn


def _stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations=None,
    time_major=False,
    scope=None,
    swap_memory=False,
):
    """What `tf.contrib.rnn.stack_bidirectional_dynamic_rnn` does, for a TensorFlow without contrib.

    Layer N runs both directions over the concatenated outputs of layer N - 1, in the scope
    `stack_bidirectional_rnn/cell_N`.

    Args:
        cells_fw: the forward cell of each layer.
        cells_bw: the backward cell of each layer.
        inputs: [batch, T, D].
        initial_states_fw: a list, a state a layer, or None for zeros.
        initial_states_bw: the same for the backward cells.
        dtype: of the initial states; needed when those are None.
        sequence_length: [batch], or None.
        parallel_iterations: as in `dynamic_rnn`.
        time_major: inputs and outputs are [T, batch, width].
        scope: in place of `stack_bidirectional_rnn`.
        swap_memory: as in `dynamic_rnn`.

    Returns:
        (outputs [batch, T, forward + backward width], tuple of the forward states, tuple of the
        backward states).

    Raises:
        ValueError: the lists differ in length, or are empty.
    """
    layers = len(cells_fw)
    starts_fw = initial_states_fw or [None] * layers
    starts_bw = initial_states_bw or [None] * layers
    if not layers or not layers == len(cells_bw) == len(starts_fw) == len(starts_bw):
        raise ValueError(
            "stack_bidirectional_dynamic_rnn: expected one or more forward cells and as many "
            f"backward cells and initial states; received {layers} forward cells, "
            f"{len(cells_bw)} backward cells, {len(starts_fw)} and {len(starts_bw)} initial "
            "states. Give one of each a layer."
        )
    states_fw, states_bw = [], []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for layer in range(layers):
            with tf.variable_scope(f"cell_{layer}"):
                outputs, (state_fw, state_bw) = bidirectional_dynamic_rnn(
                    cells_fw[layer],
                    cells_bw[layer],
                    inputs,
                    initial_state_fw=starts_fw[layer],
                    initial_state_bw=starts_bw[layer],
                    sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations,
                    dtype=dtype,
                    swap_memory=swap_memory,
                    time_major=time_major,
                )
            inputs = tf.concat(outputs, axis=2)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)


stack_bidirectional_dynamic_rnn = compat.stack_bidirectional_dynamic_rnn or _stack_bidirectional_dynamic_rnn
