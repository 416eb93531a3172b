"""The loops over the steps of one recurrence: forwards, forwards for the outputs alone, and backwards.

`xla.compiled` runs each as a program of its own; without it they are TensorFlow's loops.
"""

import tensorflow as tf

from tf2_lstm.backends.tensorflow import gru, lstm, rnn

EQUATIONS = {"lstm": lstm, "gru": gru, "rnn": rnn}


def forwards(cell, layout, z, first, weights):
    """Return the states after each step and the values for the gradient, in the layout by name; the last states."""
    equations = EQUATIONS[cell.kind]
    steps, widths = layout.split(z), equations.saves(cell, weights)
    arrays = [layout.array(t.shape[-1], t.dtype) for t in first]
    arrays += [layout.array(width, z.dtype) for width in widths.values()]

    def body(time, states, arrays):
        old = layout.trim(states, time)
        new, found = equations.step(cell, weights, steps.read(time), old)
        states = layout.choose(time, new, old)
        values = [*states, *(found[name] for name in widths)]
        return time + 1, states, [a.write(time, v) for a, v in zip(arrays, values, strict=True)]

    _, last, arrays = loop(layout, body, first, arrays)
    joined = [layout.join(array) for array in arrays]
    saved = dict(zip([*"hc"[: cell.states], *widths], joined, strict=True))
    return saved, layout.last(last, history(cell, saved), first)


def outputs(cell, layout, z, first, weights):
    """Return the output of each step, in the layout, and the last states; not for Packed."""
    steps, array = layout.split(z), layout.array(first[0].shape[-1], z.dtype)

    def body(time, old, array):
        new, _ = EQUATIONS[cell.kind].step(cell, weights, steps.read(time), old)
        new = layout.choose(time, new, old)
        return time + 1, new, [array[0].write(time, new[0])]

    _, last, (array,) = loop(layout, body, first, [array])
    return layout.join(array), last


def loop(layout, body, states, arrays):
    """Run a while loop over the steps, in which states may lose or gain rows."""
    if layout.is_short:
        for time in range(layout.steps):
            _, states, arrays = body(time, states, arrays)
        return layout.steps, states, arrays
    shapes = [layout.shape(state) for state in states]
    stop = layout.stop
    return tf.while_loop(
        lambda time, *_: time < stop,
        body,
        (tf.constant(0), states, arrays),
        shape_invariants=(tf.TensorShape(()), shapes, [tf.TensorShape(None)] * len(arrays)),
        maximum_iterations=layout.steps,
    )


def backwards(cell, layout, dy, d_last, first, weights, transposed, saved):
    """Return the gradients of the first states, and the values for the other gradients, [N, ...] by name."""
    equations = EQUATIONS[cell.kind]
    before = [flat(state) for state in layout.before(history(cell, saved), first)]
    flat_saved = {name: flat(value) for name, value in saved.items()}
    factors = equations.factors(cell, weights, flat_saved, before)
    steps = {name: layout.split(shaped(value, dy)) for name, value in factors.items()}
    upstream, stop = layout.split(dy), layout.stop
    widths = equations.gradient_values(cell, transposed)
    arrays = [layout.array(width, dy.dtype) for width in widths.values()]

    def body(count, states, arrays):
        time = stop - 1 - count
        states = layout.grow(states, d_last, time)
        states[0] += upstream.read(time)
        here = {name: array.read(time) for name, array in steps.items()}
        new, found = equations.step_back(cell, transposed, here, *states)
        values = layout.choose(time, [found[name] for name in widths], [None] * len(widths))
        arrays = [a.write(time, v) for a, v in zip(arrays, values, strict=True)]
        return count + 1, layout.choose(time, new, states), arrays

    _, states, arrays = loop(layout, body, layout.start_back(d_last), arrays)
    joined = [flat(layout.join(array)) for array in arrays]
    return layout.end_back(states, d_last), dict(zip(widths, joined, strict=True))


def history(cell, saved):
    """Return the states after each step, h first."""
    return [saved[name] for name in "hc"[: cell.states]]


def flat(y):
    """Turn a layout into rows: [..., W] into [N, W]."""
    return tf.reshape(y, [-1, y.shape[-1]])


def shaped(flat, like):
    """Turn rows [N, W] into the layout of another tensor."""
    if like.shape.rank == 2:
        return flat
    return tf.reshape(flat, tf.concat([tf.shape(like)[:-1], [flat.shape[-1]]], axis=0))
