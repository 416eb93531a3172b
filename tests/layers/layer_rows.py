"""The table of layers, for the tests that hold each of them to be a good Keras citizen.

Adding a layer is adding a row to `ROWS`; each row builds an RNN or a Bidirectional layer with
options.
"""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    BasicRNNCell,
    Bidirectional,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
)

BATCH, TIME, DEPTH = 3, 5, 4
LENGTHS = [5, 2, 0]


@keras.saving.register_keras_serializable(package="tests")
def half_sum(inputs, outputs):
    return (inputs + outputs) / 2


def _options():
    return {"use_peepholes": True, "cell_clip": 0.8, "projection_units": 4, "projection_clip": 0.4}


def _shared_lstm():
    return [LSTMCell(4)] * 3


def _dropout(**options):
    rates = {"input_dropout": 0.1, "state_dropout": 0.1, "output_dropout": 0.2}
    return DropoutWrapper(LSTMCell(4, recurrent_dropout=0.1), **rates, **options)


def _mixed():
    return [LSTMCell(3, **_options()), GRUCell(4), BasicRNNCell(5)]


def _nested():
    return [StackedRNNCells([LSTMCell(2), GRUCell(4)]), ResidualWrapper(_dropout(variational=True))]


def _both(forward, backward, **options):
    return Bidirectional(RNN(forward(), **options), RNN(backward(), go_backwards=True, **options))


def same(**options):
    cell = LSTMCell(4)
    return Bidirectional(RNN(cell, **options), RNN(cell, go_backwards=True, **options))


CELLS = {
    "basic_rnn": lambda: BasicRNNCell(4),
    "basic_lstm": lambda: BasicLSTMCell(4),
    "lstm": lambda: LSTMCell(4, dropout=0.1, implementation=1),
    "lstm_options": lambda: LSTMCell(5, **_options()),
    "gru": lambda: GRUCell(4),
    "stack": _mixed,
    "stack_of_one": lambda: [LSTMCell(4)],
    "stack_shared": _shared_lstm,
    "stack_nested": _nested,
    "dropout": _dropout,
    "dropout_gru": lambda: DropoutWrapper(GRUCell(4), state_dropout=0.2),
    "dropout_variational": partial(_dropout, variational=True),
    "dropout_around_stack": lambda: DropoutWrapper(StackedRNNCells(_mixed()), state_dropout=0.1),
    "residual": lambda: ResidualWrapper(LSTMCell(4)),
    "residual_fn": lambda: ResidualWrapper(GRUCell(4), residual_fn=half_sum),
}

RNN_ROWS = {name: (lambda cell=cell, **options: RNN(cell(), **options)) for name, cell in CELLS.items()}

ROWS = {
    **RNN_ROWS,
    "bidirectional": partial(_both, CELLS["basic_lstm"], CELLS["basic_lstm"]),
    "bidirectional_mixed": partial(_both, CELLS["lstm_options"], _mixed),
    "bidirectional_same_cell": same,
}

every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)

#: Rows that are parts of other rows and nothing besides: what takes its time runs them there.
PARTS = ("basic_rnn", "basic_lstm", "gru", "stack_of_one", "dropout_gru", "residual", "bidirectional")
WHOLES = {name: row for name, row in ROWS.items() if name not in PARTS}

every_whole = pytest.mark.parametrize("row", WHOLES.values(), ids=WHOLES)

every_rnn = pytest.mark.parametrize("row", RNN_ROWS.values(), ids=RNN_ROWS)


def inputs(dtype="float32", batch=BATCH, time=TIME):
    return np.random.default_rng(1).normal(size=(batch, time, DEPTH)).astype(dtype)


def ready(layer):
    """Build a layer and give it wide weights; the dropout rates stay."""
    if not layer.built:
        layer.build((BATCH, TIME, DEPTH))
    rng = np.random.default_rng(2)
    for weight in layer.weights:
        if not weight.name.endswith("_dropout"):
            weight.assign(rng.uniform(-1, 1, weight.shape))
    return layer


def pair(row, first, second):
    """The same layer with two sets of options."""
    one, two = ready(row(**first)), ready(row(**second))
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    return one, two


def arrays(nest):
    return [ops.convert_to_numpy(leaf) for leaf in keras.tree.flatten(nest)]


def equal(one, two, atol=0.0):
    one, two = arrays(one), arrays(two)
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=atol)


FULL = {"return_sequences": True, "return_state": True}


def model(layer, **inputs):
    x = keras.Input((TIME, DEPTH), **inputs)
    return keras.Model(x, layer(x))
