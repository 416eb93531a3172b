"""A loop on JAX whose steps draw random numbers.

`jax.lax.scan` traces one step for all. An assignment in the step is lost there, also that of a seed generator's state,
so that each step would draw the numbers of the first. Here these states are carried along with those of the cell.
"""

import warnings

import jax
import keras
from jax import lax
from keras import ops

from tf2_lstm.stack import step


def loop(cell, sequences, states, mask, training):
    """Run a cell over a sequence, forwards; each step draws what the unrolled loop draws there.

    Args:
        cell: a Keras cell, built.
        sequences: [B, T, D].
        states: the states before the first step, a nest as `cell.state_size`.
        mask: bool [B, T] or [1, T]; None when all steps are valid. At a padded step the states stay, and the output is
            the one before, at first zeros.
        training: as for any Keras call.

    Returns:
        The outputs [B, T, P] and the states after the last step.

    Raises:
        NotImplementedError: a step assigns a variable that is no state of a seed generator.

    ```python
    import keras

    if keras.backend.backend() == "jax":
        from tf2_lstm import DropoutWrapper, LSTMCell
        from tf2_lstm.backends.jax.random_loop import loop

        cell = DropoutWrapper(LSTMCell(4), output_dropout=0.5)
        cell.build((2, 3))
        outputs, (h, c) = loop(cell, keras.ops.ones((2, 5, 3)), cell.get_initial_state(2), None, True)
        print(outputs.shape, h.shape)
    ```
    """
    weights = [(weight, weight.value) for weight in cell.weights]
    known = {id(weight) for weight in cell.weights}
    seeds = [one for one in cell.variables if id(one) not in known]

    def advance(carried, now):
        states, drawn = carried
        inputs, valid = now
        # Each step has its own scope: its assignments must not outlive the trace.
        with keras.StatelessScope(state_mapping=[*weights, *zip(seeds, drawn, strict=True)]) as scope:
            output, after = step(cell, inputs, states, training)
        _check_weights(cell, weights, scope)
        after = keras.tree.pack_sequence_as(states, keras.tree.flatten(after))
        if valid is not None:
            keep = valid[:, None]
            after = keras.tree.map_structure(lambda new, old: ops.where(keep, new, old), after, states)
        return (after, [scope.get_current_value(seed) for seed in seeds]), output

    steps = ops.swapaxes(sequences, 0, 1), None if mask is None else ops.swapaxes(mask, 0, 1)
    (states, drawn), outputs = lax.scan(advance, (states, [seed.value for seed in seeds]), steps)
    for seed, value in zip(seeds, drawn, strict=True):
        seed.assign(value)
    outputs = ops.swapaxes(outputs, 0, 1)
    return outputs if mask is None else _repeated(outputs, mask), states


def warn_of_one_mask(name, inputs):
    """Warn where JAX traces a step that draws outside of the loops of this package.

    Args:
        name: the name of the layer that draws.
        inputs: the inputs of the step.

    ```python
    import keras

    if keras.backend.backend() == "jax":
        from tf2_lstm.backends.jax.random_loop import warn_of_one_mask

        warn_of_one_mask("dropout", keras.ops.ones((2, 3)))
    ```
    """
    if isinstance(inputs, jax.core.Tracer):
        warnings.warn(
            f"DropoutWrapper {name!r}: JAX traces a training step outside of tf2_lstm.RNN, Bidirectional and "
            "python_loop. In the loop of keras.layers.RNN every step drops the same units: take tf2_lstm.RNN.",
            RuntimeWarning,
            stacklevel=2,
        )


def _repeated(outputs, valid):
    """Return the outputs, at padded steps those of the last valid step before, zeros where there is none."""
    steps = ops.arange(valid.shape[1], dtype="int32")
    last = lax.cummax(ops.where(valid, steps, -1), axis=1)[:, :, None]
    found = ops.take_along_axis(
        outputs, ops.broadcast_to(ops.maximum(last, 0), (*outputs.shape[:2], 1)), axis=1
    )
    return ops.where(last < 0, ops.zeros_like(outputs), found)


def _check_weights(cell, weights, scope):
    for weight, value in weights:
        if scope.get_current_value(weight) is not value:
            raise NotImplementedError(
                f"{cell.name!r}: in a JAX loop whose steps draw, a step cannot assign {weight.path}. Use unroll=True."
            )
