"""Gradients by JAX."""

import jax
import keras


def gradients(loss, variables, tensors):
    """Return the loss, and its gradients; see `tf2_lstm.backends.gradients`."""

    def of(values, tensors):
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return loss(tensors)

    found, (by_values, by_tensors) = jax.value_and_grad(of, (0, 1))(
        [variable.value for variable in variables], tensors
    )
    return found, by_values, by_tensors
