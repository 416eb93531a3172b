"""One recurrence over a sequence, with a gradient written by hand.

TensorFlow's own gradient of a loop computes the weights' gradients step by step and carries them
along. Here the inputs' product is taken for all steps before the loop, the loop backwards has one
product, that of dh, and the weights' gradients are one product over all steps after it.
"""

import tensorflow as tf

from tf2_lstm.backends.tensorflow import gru, lstm, rnn

EQUATIONS = {"lstm": lstm, "gru": gru, "rnn": rnn}


def recurrence(cell, schedule, x, states, tensors):
    """Run one recurrence.

    Args:
        cell: its `plan.Cell`.
        schedule: a schedule, `schedule.py`.
        x: the inputs in the schedule's layout, [..., D].
        states: the first states, h first, each [B, W], sorted.
        tensors: the weights in the plan's order.

    Returns:
        The outputs in the schedule's layout, and the last states, sorted.
    """
    count = cell.states

    @tf.custom_gradient
    def run(x, *arguments):
        first, weights = list(arguments[:count]), EQUATIONS[cell.kind].named(cell, arguments[count:])
        history, saved = _forwards(cell, weights, schedule, x, first)
        last = schedule.last(history, first)

        def gradient(*upstream):
            # A gradient of tf.gather comes as IndexedSlices.
            dy, *d_last = (tf.convert_to_tensor(tensor) for tensor in upstream)
            found = _backwards(cell, weights, schedule, x, first, history, saved, dy, d_last)
            return _once_only(found, [x, *arguments, dy, *d_last])

        return (history[0], *last), gradient

    outputs, *last = run(x, *states, *tensors)
    return outputs, last


def _forwards(cell, weights, schedule, x, first):
    """The states after each step and what the gradient needs, in the schedule's layout."""
    equations = EQUATIONS[cell.kind]
    z = equations.project(cell, weights, _flat(x))
    steps = schedule.split(_shaped(z, x))
    widths = equations.saves(cell, weights)
    arrays = [schedule.array(t.shape[-1], t.dtype) for t in first]
    arrays += [schedule.array(width, z.dtype) for width in widths.values()]

    def body(time, states, arrays):
        old = schedule.trim(states, time)
        new, found = equations.step(cell, weights, steps.read(time), old)
        states = schedule.choose(time, new, old)
        values = [*states, *(found[name] for name in widths)]
        return time + 1, states, [a.write(time, v) for a, v in zip(arrays, values, strict=True)]

    _, _, arrays = loop(schedule, body, first, arrays)
    joined = [schedule.join(array) for array in arrays]
    return joined[: cell.states], dict(zip(["h", "c"][: cell.states] + list(widths), joined, strict=True))


def loop(schedule, body, states, arrays):
    """A while loop over the steps whose states may lose rows, or gain them."""
    shapes = [schedule.shape(state) for state in states]
    stop = schedule.stop
    return tf.while_loop(
        lambda time, *_: time < stop,
        body,
        (tf.constant(0), states, arrays),
        shape_invariants=(tf.TensorShape(()), shapes, [tf.TensorShape(None)] * len(arrays)),
        maximum_iterations=schedule.steps,
    )


def _backwards(cell, weights, schedule, x, first, history, saved, dy, d_last):
    """The gradients of x, of the first states and of the weights, in this order."""
    equations = EQUATIONS[cell.kind]
    before = [_flat(state) for state in schedule.before(history, first)]
    saved = {name: _flat(value) for name, value in saved.items()}
    factors = equations.factors(cell, weights, saved, before)
    # Once: a product with a kernel turned on the fly takes up to five times as long.
    turned = {name: tf.transpose(weight) for name, weight in weights.items() if weight.shape.rank == 2}
    d_first, found = _loop_back(cell, turned, schedule, factors, dy, d_last)
    dx, by_name = equations.gradients(cell, weights, turned, _flat(x), before, saved, found)
    return [_shaped(dx, x), *d_first, *(by_name[name] for name in cell.weights)]


def _loop_back(cell, turned, schedule, factors, dy, d_last):
    equations = EQUATIONS[cell.kind]
    steps = {name: schedule.split(_shaped(value, dy)) for name, value in factors.items()}
    upstream, stop = schedule.split(dy), schedule.stop
    widths = equations.finds(cell, turned)
    arrays = [schedule.array(width, dy.dtype) for width in widths.values()]

    def body(count, states, arrays):
        time = stop - 1 - count
        states = schedule.grow(states, d_last, time)
        states[0] += upstream.read(time)
        here = {name: array.read(time) for name, array in steps.items()}
        new, found = equations.step_back(cell, turned, here, *states)
        values = schedule.choose(time, [found[name] for name in widths], [None] * len(widths))
        arrays = [a.write(time, v) for a, v in zip(arrays, values, strict=True)]
        return count + 1, schedule.choose(time, new, states), arrays

    _, states, arrays = loop(schedule, body, schedule.start_back(d_last), arrays)
    joined = [_flat(schedule.join(array)) for array in arrays]
    return schedule.end_back(states, d_last), dict(zip(widths, joined, strict=True))


def _flat(y):
    return tf.reshape(y, [-1, y.shape[-1]])


def _shaped(flat, like):
    """Rows [N, W] in the layout of another tensor."""
    if like.shape.rank == 2:
        return flat
    return tf.reshape(flat, tf.concat([tf.shape(like)[:-1], [flat.shape[-1]]], axis=0))


def _once_only(gradients, inputs):
    """The gradients as they are, with an error for whoever asks for theirs."""

    @tf.custom_gradient
    def same(*tensors):
        def refuse(*_):
            raise NotImplementedError(
                "tf2_lstm: the fast unroll has first-order gradients; received a request for those of a "
                "gradient. Call the layer inside `with tf2_lstm.backends.plain():`."
            )

        return [tf.identity(tensor) for tensor in tensors[: len(gradients)]], refuse

    return same(*gradients, *inputs)
