"""One recurrence over a sequence, with a gradient written by hand.

TensorFlow's own gradient of a loop computes the weights' gradients step by step and carries them
along. Here the inputs' product is taken for all steps before the loop, the loop backwards has one
product, that of dh, and the weights' gradients are one product over all steps after it.

The loops are TensorFlow's, or each a program that XLA compiles; the products over all steps are
TensorFlow's either way, as XLA needs twice the time for them.
"""

import tensorflow as tf

from tf2_lstm.backends.tensorflow.step_loops import (
    EQUATIONS,
    backwards,
    flat,
    forwards,
    history,
    outputs,
    shaped,
)
from tf2_lstm.backends.tensorflow.xla import compiled


def recurrence(cell, layout, x, states, tensors, compiles=False):
    """Run one recurrence and keep what its gradient needs.

    Args:
        cell: the `cell_plan.Cell` of the recurrence.
        layout: a layout, `layout.py`; not Packed if compiled.
        x: the inputs in the layout, [..., D].
        states: the first states, h first, each [B, W], sorted.
        tensors: the weights in the plan's order.
        compiles: whether XLA compiles the loops.

    Returns:
        The outputs in the layout, and the last states, sorted.
    """
    count, equations = cell.states, EQUATIONS[cell.kind]
    call = compiled if compiles else _plain

    @tf.custom_gradient
    def run(x, *arguments):
        first, weights = list(arguments[:count]), equations.named(cell, arguments[count:])
        saved, last = call(forwards, cell, layout, _projected(cell, weights, x), first, weights)

        def gradient(*upstream):
            # A gradient of tf.gather comes as IndexedSlices.
            dy, *d_last = (tf.convert_to_tensor(tensor) for tensor in upstream)
            # Transposed once: a product that transposes the kernel itself takes up to five times as long.
            transposed = {
                name: tf.transpose(weight) for name, weight in weights.items() if weight.shape.rank == 2
            }
            d_first, found = call(backwards, cell, layout, dy, d_last, first, weights, transposed, saved)
            before = [flat(state) for state in layout.before(history(cell, saved), first)]
            flat_saved = {name: flat(value) for name, value in saved.items()}
            dx, by_name = equations.gradients(cell, weights, transposed, flat(x), before, flat_saved, found)
            found = [shaped(dx, x), *d_first, *(by_name[name] for name in cell.weights)]
            return _once_only(found, [x, *arguments, dy, *d_last])

        return (saved["h"], *last), gradient

    y, *last = run(x, *states, *tensors)
    return y, last


def outputs_of(cell, layout, x, states, tensors):
    """Run one recurrence in a loop that XLA compiles, and keep nothing; see `recurrence`.

    A gradient that is asked for after all, of a function that was traced without a tape, costs one more run.
    """
    count = cell.states

    @tf.custom_gradient
    def run(x, *arguments):
        first, weights = list(arguments[:count]), EQUATIONS[cell.kind].named(cell, arguments[count:])
        y, last = compiled(outputs, cell, layout, _projected(cell, weights, x), first, weights)

        def gradient(*upstream):
            sources = [x, *arguments]
            with tf.GradientTape() as tape:
                tape.watch(sources)
                y, last = recurrence(cell, layout, x, first, arguments[count:], compiles=True)
            return tape.gradient([y, *last], sources, output_gradients=list(upstream))

        return (y, *last), gradient

    y, *last = run(x, *states, *tensors)
    return y, last


def _projected(cell, weights, x):
    """Return the inputs' part of every step, in the layout."""
    return shaped(EQUATIONS[cell.kind].project(cell, weights, flat(x)), x)


def _plain(loop, *arguments):
    return loop(*arguments)


def _once_only(gradients, inputs):
    """Return the gradients as they are; asking for their own gradients is an error."""

    @tf.custom_gradient
    def same(*tensors):
        def refuse(*_):
            raise NotImplementedError(
                "tf2_lstm: the fast unroll has first-order gradients; received a request for those of a "
                "gradient. Call the layer inside `with tf2_lstm.backends.plain():`."
            )

        return [tf.identity(tensor) for tensor in tensors[: len(gradients)]], refuse

    return same(*gradients, *inputs)
