"""What JAX cannot do is refused before it is tried: a loop whose every step draws."""

import keras
import numpy as np
import pytest
from layer_rows import FULL, inputs

from tf2_lstm import RNN, Bidirectional, DropoutWrapper, GRUCell, LSTMCell, ResidualWrapper, StackedRNNCells


@pytest.fixture
def on_jax(monkeypatch):
    """The layers of this package take the backend for JAX; Keras itself goes on with its own."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")


def dropout(cell=None, **options):
    """A rate at which a mask of four that lasts for a whole sequence drops all of it in one run of 10^8."""
    return DropoutWrapper(cell or LSTMCell(4), **{"output_dropout": 0.01, **options})


DRAWS = {
    "dropout": dropout,
    "of the input": lambda: DropoutWrapper(GRUCell(4), input_dropout=0.5),
    "of the state": lambda: DropoutWrapper(GRUCell(4), state_dropout=0.5),
    "inside a residual": lambda: ResidualWrapper(dropout()),
    "inside another dropout": lambda: dropout(dropout(), variational=True),
    "inside a stack": lambda: StackedRNNCells([GRUCell(4), dropout()]),
    "around a stack": lambda: dropout(StackedRNNCells([GRUCell(4)])),
}
DRAWS_NOT = {
    "no dropout": lambda: LSTMCell(4),
    "variational": lambda: dropout(variational=True),
    "no rate": lambda: DropoutWrapper(LSTMCell(4)),
    "masks of Keras": lambda: LSTMCell(4, dropout=0.5, recurrent_dropout=0.5),
}


@pytest.mark.parametrize("cell", DRAWS.values(), ids=DRAWS)
def test_a_training_loop_that_draws_at_every_step_is_refused(on_jax, cell):
    layer = RNN(cell(), name="reader", **FULL)
    with pytest.raises(
        NotImplementedError, match="RNN 'reader': in a JAX loop every step would draw the same mask"
    ):
        layer(inputs(), training=True)
    layer(inputs(), training=False)
    layer(inputs())


@pytest.mark.parametrize("cell", DRAWS.values(), ids=DRAWS)
def test_without_a_loop_it_runs(on_jax, cell):
    assert np.any(RNN(cell(), unroll=True, **FULL)(inputs(), training=True)[0])


@pytest.mark.parametrize("cell", DRAWS_NOT.values(), ids=DRAWS_NOT)
def test_what_draws_nothing_or_once_runs(on_jax, cell):
    assert np.any(RNN(cell(), **FULL)(inputs(), training=True)[0])


def test_either_direction_is_looked_at(on_jax):
    layers = RNN(GRUCell(4), **FULL), RNN(dropout(), go_backwards=True, **FULL)
    with pytest.raises(NotImplementedError, match="in a JAX loop"):
        Bidirectional(*layers)(inputs(), training=True)


@pytest.mark.parametrize("cell", DRAWS.values(), ids=DRAWS)
def test_elsewhere_it_is_not_refused(cell):
    assert np.any(RNN(cell(), **FULL)(inputs(), training=True)[0])
