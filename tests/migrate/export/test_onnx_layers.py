"""Every layer of the table, and what stock Keras adds to it, in onnxruntime: masks, directions, states, operators."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers, ops

from tests.layers.layer_rows import FULL, ROWS
from tests.migrate.export.proved import X, failures, masked_three_ways, operators, wide
from tf2_lstm import RNN, Bidirectional, GRUCell, LSTMCell, SequenceMask, backends, hard_sigmoid
from tf2_lstm.migrate.export import native, recurrent, stepping

#: The recurrent operators that the rows of the table of layers are written as, for one call.
OPERATORS = {
    "basic_rnn": {"RNN": 1},
    "basic_lstm": {"LSTM": 1},
    "lstm": {"LSTM": 1},
    "lstm_options": {"Scan": 1},
    "gru": {"GRU": 1},
    "stack": {"GRU": 1, "RNN": 1, "Scan": 1},
    "stack_of_one": {"LSTM": 1},
    "stack_shared": {"LSTM": 3},
    "stack_nested": {"LSTM": 2, "GRU": 1},
    "dropout": {"LSTM": 1},
    "dropout_gru": {"GRU": 1},
    "dropout_variational": {"LSTM": 1},
    "dropout_around_stack": {"GRU": 1, "RNN": 1, "Scan": 1},
    "residual": {"LSTM": 1},
    "residual_fn": {"Scan": 1},
    "bidirectional": {"LSTM": 1},
    "bidirectional_mixed": {"GRU": 1, "RNN": 1, "Scan": 2},
    "bidirectional_same_cell": {"LSTM": 1},
}


@pytest.fixture(autouse=True)
def _plain():
    """Keras's own loop is the reference, which needs no trace of each size."""
    with backends.plain():
        yield


@keras.saving.register_keras_serializable(package="tests")
class Leaky(keras.layers.Layer):
    """A cell of somebody's own: weights on the left of a product, a first state that is not zero."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.state_size = self.output_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.state_size), name="kernel")
        self.rate = self.add_weight(shape=(self.state_size,), name="rate")

    def call(self, inputs, states, training=False):
        [h] = states
        h = (1 - self.rate) * h + self.rate * ops.tanh(ops.matmul(inputs, self.kernel))
        return h, [h]

    def get_initial_state(self, batch_size=None):
        return [0.5 * ops.ones((batch_size, self.state_size))]


def test_the_table_of_operators_is_that_of_the_layers():
    assert OPERATORS.keys() == ROWS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_every_row_gives_the_numbers_of_keras(name, tmp_path):
    model = masked_three_ways(partial(ROWS[name], **FULL))
    assert operators(model) == {
        kind: (4 if name.startswith("bidirectional") and name != "bidirectional_mixed" else 3) * count
        for kind, count in OPERATORS[name].items()
    }
    assert not failures(model, tmp_path)


#: Options of an LSTM whose operator must have them too, or else is a Scan: options -> operator.
OPTIONS = {
    "peepholes": (partial(LSTMCell, 4, use_peepholes=True), "LSTM"),
    "a clip of c": (partial(LSTMCell, 4, cell_clip=0.3), "Scan"),
    "a projection": (partial(LSTMCell, 4, projection_units=3), "Scan"),
    "no bias": (partial(LSTMCell, 4, use_bias=False), "LSTM"),
    "activations": (partial(layers.LSTMCell, 4, "relu", "hard_sigmoid"), "LSTM"),
    "an affine activation": (partial(layers.LSTMCell, 4, "linear", "tanh"), "LSTM"),
    "Keras 1's gates": (partial(layers.LSTMCell, 4, recurrent_activation=hard_sigmoid), "Scan"),
    "another activation": (partial(layers.LSTMCell, 4, "gelu"), "Scan"),
    "reset after": (partial(layers.GRUCell, 4), "GRU"),
    "reset after, no bias": (partial(layers.GRUCell, 4, use_bias=False), "GRU"),
    "activations of a GRU": (partial(layers.GRUCell, 4, "relu", "hard_sigmoid", reset_after=False), "GRU"),
    "relu": (partial(layers.SimpleRNNCell, 4, "relu"), "RNN"),
    "own": (partial(Leaky, 4), "Scan"),
}


@pytest.mark.parametrize(("make", "operator"), OPTIONS.values(), ids=OPTIONS)
def test_every_option_of_a_cell(make, operator, tmp_path):
    """Backwards, which holds directions and flips beside the options."""
    model = masked_three_ways(lambda: RNN(make(), go_backwards=True, **FULL))
    assert operators(model) == {operator: 3}
    assert not failures(model, tmp_path)


VARIANTS = {
    "last": {"return_state": True},
    "last, backwards": {"return_state": True, "go_backwards": True},
    "held": {"zero_output_for_mask": False, **FULL},
    "held, backwards": {"zero_output_for_mask": False, "go_backwards": True, **FULL},
    "backwards": {"go_backwards": True, **FULL},
}
KINDS = {
    "ours": lambda **options: RNN([LSTMCell(4), LSTMCell(4, projection_units=3)], **options),
    "LSTM": partial(layers.LSTM, 4),
    "stock": lambda **options: layers.RNN([layers.GRUCell(3), layers.LSTMCell(4)], **options),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_every_ending_and_direction(kind, options, tmp_path):
    assert not failures(masked_three_ways(partial(KINDS[kind], **options)), tmp_path)


@pytest.mark.parametrize("zero", [False, True])
def test_stock_layers_pad_in_their_own_way(zero, tmp_path):
    """Of a padded row that is not returned as a sequence, stock Keras gives zeros where it zeroes."""
    make = partial(layers.LSTM, 4, zero_output_for_mask=zero)
    assert not failures(masked_three_ways(make), tmp_path)


def test_every_way_to_merge(tmp_path):
    """Of both classes, alike on both sides and not; five ways in one model."""
    x, lengths = keras.Input(**X), keras.Input((), dtype="int32", name="lengths")
    padded, outputs = SequenceMask()([x, lengths]), {}
    for mode in ("concat", "sum", "mul", "ave", None):
        ours = Bidirectional(RNN(GRUCell(4), **FULL), merge_mode=mode)
        stock = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode=mode)
        last = layers.Bidirectional(layers.SimpleRNN(3), merge_mode=mode)
        outputs[str(mode)] = [ours(padded), stock(x), last(padded)]
    model = wide(keras.Model([x, lengths], outputs))
    assert operators(model) == {"GRU": 5, "LSTM": 5, "RNN": 10}
    assert not failures(model, tmp_path)


@pytest.mark.parametrize("name", ["lstm", "stack", "bidirectional", "gru"])
def test_first_states_are_inputs(name, tmp_path):
    layer = ROWS[name](**FULL)
    parts = [layer.forward_layer, layer.backward_layer] if isinstance(layer, Bidirectional) else [layer]
    sizes = keras.tree.flatten([part.cell.state_size for part in parts])
    states = [keras.Input((size,), name=f"state_{place}") for place, size in enumerate(sizes)]
    nest = states
    if name == "stack":
        nest = keras.tree.pack_sequence_as(layer.cell.state_size, states)
    assert not failures(masked_three_ways(lambda: layer, initial_state=nest), tmp_path)


def test_float64_is_written_as_the_cell_itself(tmp_path):
    """onnxruntime has its recurrent operators in float32 alone."""
    x = keras.Input(**X, dtype="float64")
    model = wide(keras.Model(x, layers.GRU(4, dtype="float64", return_sequences=True)(x)))
    assert operators(model) == {"Scan": 1}
    assert not failures(model, tmp_path)


def _swapped(monkeypatch):
    monkeypatch.setitem(native.ORDER, "lstm", (0, 3, 2, 1))


def _without_peepholes(monkeypatch):
    monkeypatch.setattr(native, "_peepholes", lambda one: np.zeros(12))


def _peepholes_in_another_order(monkeypatch):
    names = ("input", "forget", "output")
    monkeypatch.setattr(
        native, "_peepholes", lambda one: np.concatenate([one.weights[f"{name}_peephole"] for name in names])
    )


def _one_direction(monkeypatch):
    monkeypatch.setattr(stepping.Sequence, "direction", "forward")


def _without_lengths(monkeypatch):
    plain = recurrent.Sequence
    monkeypatch.setattr(recurrent, "Sequence", lambda writer, x, lengths, *more: plain(writer, x, "", *more))


def _rows_without_a_step(monkeypatch):
    monkeypatch.setattr(stepping, "_of_started", lambda sequence, last, first: last)


def _unpacked(monkeypatch):
    monkeypatch.setattr(recurrent, "_packed", lambda graph, x, mask: x)


SABOTAGES = [
    _swapped,
    _without_peepholes,
    _peepholes_in_another_order,
    _one_direction,
    _without_lengths,
    _rows_without_a_step,
    _unpacked,
]


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_a_sabotage_is_seen(sabotage, tmp_path, monkeypatch):
    states = [keras.Input((4,), name=name) for name in "hc"]
    make = lambda: RNN(LSTMCell(4, use_peepholes=True), go_backwards=True, **FULL)  # noqa: E731
    model = masked_three_ways(make, initial_state=states)
    assert not failures(model, tmp_path)
    sabotage(monkeypatch)
    assert failures(model, tmp_path)
