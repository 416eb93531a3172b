"""Choose how a layer runs over a sequence on TensorFlow: a fast program, or None for Keras's loop.

| where the layer is called    | what runs                                                            |
|------------------------------|----------------------------------------------------------------------|
| inside an XLA function       | the program inline, shapes fixed                                     |
| inside another tf.function   | the program inline; its loops compiled if small and of fixed size    |
| inside of `Model.export`     | nothing, where another runtime than TensorFlow's will run the graph  |
| eagerly                      | the same in a function made once, for all batch sizes and lengths    |
"""

import functools
import inspect

import keras
import tensorflow as tf

from tf2_lstm.backends.tensorflow.run_plan import COMPILED, FIXED, FREE, LONG, Request, run
from tf2_lstm.backends.tensorflow.xla import under_xla
from tf2_lstm.cell_plan import parts_of, plan_of, recurrences, weights_of
from tf2_lstm.private import import_optional

#: XLA pays below this many units, where products do not decide alone, and this many numbers of a state (rows x units).
MOST_UNITS, MOST = 512, 16384
#: The same limit with a mask: TensorFlow leaves every padded step out, XLA only rows, a few at a time.
MOST_MASKED = 8192
#: The number of input sizes that a program is compiled for; all others run without.
SIZES = 4


def unroll(layer, sequences, initial_state, mask, training):
    """Run an RNN layer over a sequence if a fast program fits it.

    Args:
        layer: a built `tf2_lstm.RNN`; its go_backwards is ignored.
        sequences: [B, T, D], of the layer's compute dtype.
        initial_state: the first states, nested as the cell's.
        mask: bool [B, T], or None.
        training: True for dropout.

    Returns:
        As `inner_loop` of a Keras RNN: the last output, all outputs, the last states. None if only
        Keras's own loop computes it.
    """
    mask = None if mask is None else tf.cast(mask, "bool")
    # The states of a stateful layer are variables.
    states = [tf.convert_to_tensor(keras.ops.convert_to_tensor(s)) for s in keras.tree.flatten(initial_state)]
    request = _request(layer, sequences, states, mask, training)
    if request is None:
        return None
    tensors = [_tensor(weight, sequences.dtype) for weight in weights_of(layer.cell)]
    needs_gradient = _needs_gradient([sequences, *states, *tensors])
    outputs, last = _called(request, needs_gradient, sequences, states, mask, tensors)
    return outputs, outputs, keras.tree.pack_sequence_as(initial_state, last)


def _is_exported():
    """Whether `Model.export` is tracing for another runtime than TensorFlow's; only the call stack shows it."""
    export, frame = inspect.unwrap(keras.Model.export).__code__, inspect.currentframe()
    while frame is not None and frame.f_code is not export:
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("format") != "tf_saved_model"


def _request(layer, x, states, mask, training):
    """Return the `Request` of a layer; None if no fast program fits."""
    if not _is_plain(training) or not _fit(x.shape, states, mask):
        return None
    if not tf.executing_eagerly() and (under_xla() is None or _is_exported()):
        return None
    plan = plan_of(layer.cell)
    if plan is None or any(_does_more(part, training) for part in parts_of(layer.cell)):
        return None
    # With several dtypes Keras casts one to the other.
    dtypes = {one.dtype.name for one in (x, *states)} | {part.compute_dtype for part in parts_of(layer.cell)}
    holds = mask is not None and layer.return_sequences and not layer.zero_output_for_mask
    if len(dtypes) > 1 or (holds and under_xla()):
        return None
    wants = layer.return_state or layer.stateful
    return Request(plan, layer.return_sequences, wants, layer.zero_output_for_mask)


def _needs_gradient(tensors):
    """Whether a tape records computations with the tensors; True if TensorFlow does not tell."""
    records = import_optional(
        "tensorflow.python.eager.record.should_record_backprop",
        "a layer keeps what a gradient would need, also where none is asked for",
    )
    return True if records is None else records(tensors)


def _does_more(part, training):
    """Whether Keras's loop does more than the plan has: a loss of every step, noise, a state in another nest."""
    if part.activity_regularizer is not None:
        return True
    wrapped = any(rate is not None for rate in getattr(part, "rates", ()))
    drops = wrapped or any(getattr(part, name, 0) for name in ("dropout", "recurrent_dropout"))
    # Stock Keras loses the nest of the state of a stack with one cell.
    return (training and drops) or (type(part) is keras.layers.StackedRNNCells and len(part.cells) == 1)


def _tensor(weight, dtype):
    # Converted twice: Keras casts to the compute dtype, but may return a variable.
    return tf.convert_to_tensor(keras.ops.convert_to_tensor(weight, dtype=dtype.name))


def _called(request, needs_gradient, x, states, mask, tensors):
    inside = not tf.executing_eagerly()
    if inside and under_xla():
        return run(request, needs_gradient, x, states, mask, tensors, FIXED)
    way = COMPILED if pays_to_compile(request, needs_gradient, x.shape, mask is not None) else FREE
    if inside:
        return run(request, needs_gradient, x, states, mask, tensors, way)
    flat = [x, *states, *tensors] + ([] if mask is None else [mask])
    data = [x, *states, mask] if way == FREE else []
    specs = tuple(_loose(t) if any(t is one for one in data) else _fixed(t) for t in flat)
    outputs, last = _function(request, needs_gradient, len(states), specs, way)(*flat)
    return outputs, list(last)


@functools.lru_cache(maxsize=256)
def _function(request, needs_gradient, states, specs, way):
    """Return a function: for one size, with compiled loops, or else for all sizes; the weights are arguments."""
    end = 1 + states + sum(len(cell.weights) for cell in recurrences(request.plan))

    def fast_unroll(*tensors):
        mask = tensors[end] if len(tensors) > end else None
        x, *first = tensors[: 1 + states]
        return run(request, needs_gradient, x, first, mask, tensors[1 + states : end], way)

    # TensorFlow counts functions of one name as one that is traced again and again, and would warn of the fifth layer.
    return tf.function(fast_unroll, autograph=False, input_signature=specs).get_concrete_function()


def pays_to_compile(request, needs_gradient, shape, is_masked):
    """Whether XLA is worth its compilation, which is made for each size anew.

    It is if every size is known, the steps are many and each is small, so that TensorFlow's cost for
    every operation counts; and until a plan has been compiled for SIZES sizes.

    Args:
        request: the `Request`.
        needs_gradient: whether a gradient will be asked for.
        shape: the shape of the inputs, [B, T, D].
        is_masked: whether there is a mask; only the other program leaves padding out.

    Returns:
        A bool.
    """
    if None in shape or shape[1] < LONG or (is_masked and not request.zero):
        return False
    units = max(cell.units for cell in recurrences(request.plan))
    if units >= MOST_UNITS or shape[0] * units > (MOST_MASKED if is_masked else MOST):
        return False
    sizes = _sizes(request, needs_gradient, is_masked)
    if len(sizes) < SIZES:
        sizes.add(tuple(shape))
    return tuple(shape) in sizes


@functools.lru_cache(maxsize=256)
def _sizes(request, needs_gradient, is_masked):
    """Return the set of sizes that a program has been compiled for; it grows."""
    return set()


def _loose(tensor):
    """Return the spec of a tensor whose batch, and time, may differ from call to call."""
    free = 2 if tensor.dtype == tf.bool or tensor.shape.rank == 3 else 1
    return tf.TensorSpec([None] * free + tensor.shape[free:], tensor.dtype)


def _fixed(tensor):
    return tf.TensorSpec(tensor.shape, tensor.dtype)


def _fit(shape, states, mask):
    """Whether the inputs are [B, T, D], with states and mask of these sizes; Keras may broadcast others, or refuse."""
    if shape.rank != 3 or shape[-1] is None or 0 in shape:
        return False
    fits = [state.shape.is_compatible_with([shape[0], None]) for state in states]
    if mask is not None:
        # One row of a batch of unknown size may be a mask for all rows.
        fits.append(mask.shape.is_compatible_with(shape[:2]) and (mask.shape[0] != 1 or shape[0] == 1))
    return all(fits)


def _is_plain(training):
    return training is None or isinstance(training, (bool, int))
