"""Choose how a layer runs over a sequence on TensorFlow: a fast program, or None for Keras's loop.

| where the layer is called    | what runs                                                            |
|------------------------------|----------------------------------------------------------------------|
| inside an XLA function       | the program inline, shapes fixed                                     |
| inside another tf.function   | the program inline; compiled by XLA if it is small and of fixed size |
| eagerly                      | the same in a function made once, for all batch sizes and lengths    |
"""

import functools

import keras
import tensorflow as tf
from tensorflow.python.eager import record
from tensorflow.python.ops import control_flow_util

from tf2_lstm.backends.tensorflow.plan import dtypes_of, plan_of, recurrences, weights_of
from tf2_lstm.backends.tensorflow.program import Request, run


def unroll(layer, sequences, initial_state, mask, training):
    """Run an RNN layer over a sequence if a fast program fits it.

    Args:
        layer: a built `tf2_lstm.RNN`; its go_backwards is not looked at.
        sequences: [B, T, D], of the layer's compute dtype.
        initial_state: the first states, nested as the cell's.
        mask: bool [B, T], or None.
        training: True for dropout.

    Returns:
        What `inner_loop` of a Keras RNN returns: the last output, all outputs, the last states. None
        if only Keras's own loop computes it.

    ```python
    import keras

    from tf2_lstm import RNN, LSTMCell
    from tf2_lstm.backends.tensorflow.unroll import unroll

    layer, x = RNN(LSTMCell(4)), keras.ops.ones((2, 5, 3))
    layer.build(x.shape)
    last, _, (h, c) = unroll(layer, x, layer.get_initial_state(2), None, False)
    print(last.shape, c.shape)
    ```
    """
    # The states of a stateful layer are variables.
    states = [tf.convert_to_tensor(keras.ops.convert_to_tensor(s)) for s in keras.tree.flatten(initial_state)]
    request = _request(layer, sequences, states, mask, training)
    if request is None:
        return None
    tensors = weights_of(layer.cell)
    trains = record.should_record_backprop([sequences, *states, *tensors])
    outputs, last = _called(request, trains, sequences, states, mask, tensors)
    return outputs, outputs, keras.tree.pack_sequence_as(initial_state, last)


def _request(layer, x, states, mask, training):
    """What to compute; None if a fast program does not fit."""
    if not _is_plain(training) or x.shape.rank != 3 or x.shape[-1] is None or 0 in x.shape:
        return None
    if mask is not None and mask.shape.rank != 2:
        return None
    dtypes = dtypes_of(layer.cell) | {tensor.dtype.name for tensor in (x, *states)}
    plan = plan_of(layer.cell, bool(training)) if len(dtypes) == 1 else None
    holds = mask is not None and layer.return_sequences and not layer.zero_output_for_mask
    if plan is None or (holds and under_xla()):
        return None
    wants = layer.return_state or layer.stateful
    return Request(plan, layer.return_sequences, wants, layer.zero_output_for_mask)


def _called(request, trains, x, states, mask, tensors):
    if not tf.executing_eagerly():
        return run(request, trains, x, states, mask, tensors, fixed=under_xla())
    flat = [x, *states, *tensors] + ([] if mask is None else [mask])
    loose = 1 + len(states)
    specs = [
        _loose(t) if n < loose or t is mask else tf.TensorSpec(t.shape, t.dtype) for n, t in enumerate(flat)
    ]
    outputs, last = _function(request, trains, len(states), tuple(specs))(*flat)
    return outputs, list(last)


@functools.lru_cache(maxsize=256)
def _function(request, trains, states, specs):
    """One function for all batch sizes and lengths; the weights are arguments."""
    end = 1 + states + sum(len(cell.weights) for cell in recurrences(request.plan))

    def fast_unroll(x, *rest):
        tensors = [x, *rest]
        mask = tensors[end] if len(tensors) > end else None
        first, weights = tensors[1 : 1 + states], tensors[1 + states : end]
        return run(request, trains, x, first, mask, weights, fixed=False)

    return tf.function(fast_unroll, autograph=False, input_signature=specs)


def _loose(tensor):
    """The spec of a tensor whose batch, and time, may differ from call to call."""
    free = 2 if tensor.dtype == tf.bool or tensor.shape.rank == 3 else 1
    return tf.TensorSpec([None] * free + tensor.shape[free:], tensor.dtype)


def under_xla():
    """Whether what is being traced will be compiled by XLA."""
    return control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


def _is_plain(training):
    return training is None or isinstance(training, (bool, int))
