"""Run a drawn sequence through a model, as a whole and step by step: the numbers must be the same."""

import keras
import numpy as np
from keras import ops

from tf2_lstm.stream.keras_path import run
from tf2_lstm.stream.time_axis import BATCH, TIME

#: The steps of the drawn sequence, and the streams, where the model leaves them open.
_STEPS, _STREAMS = 4, 2
#: The largest rounding error of a number, relative to the largest number.
_ROUNDING = {"float64": 1e-7, "float16": 3e-2, "bfloat16": 2e-1}


def check_steps(plan, initial_state, paths, error):
    """Refuse a plan whose steps give other numbers than the whole sequence.

    Args:
        plan: the `Plan`.
        initial_state: a function of (number of streams, inputs of the states) that returns {name: nest of arrays}.
        paths: the functions that run a step: (flat arrays, {name: nest}) -> (outputs, new states).
        error: the exception to raise.
    """
    rows, drawn = plan.rows or _STREAMS, np.random.default_rng(0)
    lengths = {id(tensor) for tensor in plan.lengths}
    steps = keras.tree.flatten(plan.inputs)
    count = _STEPS if any(plan.axis(one) is not None for one in steps) else 1
    of_states = [tensor for tensor in plan.model.inputs if not any(tensor is one for one in steps)]
    fed = {id(tensor) for tensor in plan.state_inputs.values()}
    values = [
        _STEPS + _zeros(one, plan, rows) if id(one) in lengths else _draw(one, plan, rows, drawn)
        for one in steps
    ]
    made = {one.name: _draw(one, plan, rows, drawn) for one in of_states if id(one) not in fed}
    start = initial_state(rows, made)
    expected, _ = run(
        plan, [ops.convert_to_tensor(one) for one in values], keras.tree.map_structure(_tensor, start)
    )
    expected = [ops.convert_to_numpy(one) for one in expected]
    _check_model(plan, rows, values, made, expected, error)
    for path in paths:
        state = start
        for step in range(count):
            given = [
                np.ones_like(value) if id(one) in lengths else _cut(value, plan.seen[id(one)], step, rows)
                for one, value in zip(steps, values, strict=True)
            ]
            found, state = path(given, state)
            _check_step(plan, step, step + 1 == count, rows, expected, found, error)


def _check_model(plan, rows, values, made, expected, error):
    """Check that the plan gives the same as the model, where the model takes a sequence of this length."""
    steps = keras.tree.flatten(plan.inputs)
    given = {id(one): value for one, value in zip(steps, values, strict=True)}
    arrays = []
    for tensor in plan.model.inputs:
        value = given.get(id(tensor), made.get(tensor.name, _zeros(tensor, plan, rows)))
        if any(size not in (None, own) for size, own in zip(tensor.shape, value.shape, strict=True)):
            return
        arrays.append(value)
    nest = keras.tree.pack_sequence_as(
        _called_with(plan.model), [ops.convert_to_tensor(one) for one in arrays]
    )
    flat = dict(
        zip(map(id, plan.model.outputs), keras.tree.flatten(plan.model(nest, training=False)), strict=True)
    )
    for tensor, value in zip(_outputs(plan), expected, strict=True):
        _compare(tensor, value, ops.convert_to_numpy(flat[id(tensor[1])]), "the sequence as a whole", error)


def _called_with(model):
    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


def _check_step(plan, step, final, rows, expected, found, error):
    for tensor, value, whole in zip(_outputs(plan), found, expected, strict=True):
        seen = plan.seen[id(tensor[1])]
        if seen.axis is None and not final:
            continue
        wanted = whole if seen.axis is None else _cut(whole, seen, step, rows)
        _compare(tensor, ops.convert_to_numpy(value), wanted, f"step {step}", error)


def _outputs(plan):
    """Return the outputs with their names: the keys of a dict, else the tensors' names."""
    flat = keras.tree.flatten(plan.outputs)
    keys = {id(one): name for name, one in plan.outputs.items()} if isinstance(plan.outputs, dict) else {}
    return [(keys.get(id(one), one.name), one) for one in flat]


def _compare(output, found, wanted, where, error):
    name, tensor = output
    if found.shape != wanted.shape:
        raise error(
            f"streaming: {name!r} has the shape {list(found.shape)} at {where} and {list(wanted.shape)} in the "
            "whole sequence. Call the model on whole sequences."
        )
    if found.size == 0:
        return
    found, wanted = found.astype("float64"), wanted.astype("float64")
    allowed = _ROUNDING.get(keras.backend.standardize_dtype(tensor.dtype), 1e-4)
    largest = np.max(np.abs(wanted), where=np.isfinite(wanted), initial=1.0)
    if not np.allclose(found, wanted, rtol=0, atol=allowed * largest, equal_nan=True):
        apart = np.nanmax(np.abs(found - wanted))
        raise error(
            f"streaming: of a drawn sequence {name!r} is off by {apart:.1e} at {where}: the model does not treat "
            "every step by itself. Call it on whole sequences."
        )


def _cut(value, seen, step, rows):
    """Return one step of a sequence, its axis kept."""
    if seen.axis is None:
        return value
    inner = rows if seen.inner == BATCH else seen.inner
    split = (-1, _STEPS, inner)
    apart = value.reshape(*value.shape[: seen.axis], *split, *value.shape[seen.axis + 1 :])
    one = np.take(apart, step, axis=seen.axis + 1)
    return one.reshape(*value.shape[: seen.axis], -1, *value.shape[seen.axis + 1 :])


def _zeros(tensor, plan, rows):
    sizes = {BATCH: rows, TIME: _STEPS}
    shape = [sizes.get(size, size) for size in plan.seen[id(tensor)].shape]
    return np.zeros(shape, keras.backend.standardize_dtype(tensor.dtype))


def _draw(tensor, plan, rows, drawn):
    zeros = _zeros(tensor, plan, rows)
    if zeros.dtype.kind in "iub":
        return drawn.integers(0, 2, zeros.shape).astype(zeros.dtype)
    return np.asarray(drawn.normal(size=zeros.shape)).astype(zeros.dtype)


def _tensor(leaf):
    return ops.convert_to_tensor(leaf)
