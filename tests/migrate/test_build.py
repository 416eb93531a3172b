"""TF1 calls become Keras layers by the rows."""

import keras
import pytest

import tf2_lstm
from tf2_lstm.migrate.build import Builder, BuildError, resolve, set_weights
from tf2_lstm.migrate.equivalence.case_functions import FUNCTIONS, half_sum
from tf2_lstm.migrate.pairs import Call, Fed

LSTM = Call("lstm", num_units=4)

TRANSLATED = [
    (Call("basic_rnn", num_units=3, activation="relu"), {"units": 3, "activation": "relu"}),
    (Call("gru", num_units=3), {"units": 3, "reset_after": False}),
    (Call("basic_lstm", num_units=3, forget_bias=0.0, state_is_tuple=False), {"units": 3}),
    (
        Call(
            "lstm",
            num_units=3,
            num_proj=2,
            proj_clip=0.5,
            cell_clip=1.0,
            use_peepholes=True,
            num_unit_shards=2,
        ),
        {"units": 3, "projection_units": 2, "projection_clip": 0.5, "cell_clip": 1.0, "use_peepholes": True},
    ),
    (Call("lstm", num_units=3, proj_clip=0.5), {"units": 3}),
    (Call("lstm", num_units=3, name="mine", reuse=True), {"units": 3}),
]


@pytest.mark.parametrize(("call", "options"), TRANSLATED, ids=[repr(row[0]) for row in TRANSLATED])
def test_arguments_are_translated(call, options):
    assert Builder().options(call) == options


@pytest.mark.parametrize(("keep_prob", "rate"), [(0.75, 0.25), (Fed(0.75), 0.25), (Fed(1.0), 0.0)])
def test_keep_prob_becomes_rate(keep_prob, rate):
    cell = Builder().cell(Call("dropout", cell=LSTM, output_keep_prob=keep_prob))
    assert float(cell.output_dropout) == rate
    assert cell.input_dropout is None


def test_keep_prob_1_is_no_dropout():
    assert Builder().cell(Call("dropout", cell=LSTM, output_keep_prob=1.0)).output_dropout is None


def test_the_same_call_is_the_same_cell_and_an_equal_one_is_not():
    builder = Builder()
    stack = builder.cell(Call("multi_rnn", cells=(LSTM, LSTM, Call("lstm", num_units=4))))
    first, second, third = stack.cells
    assert first is second is builder.cell(LSTM)
    assert third is not first


def test_a_function_is_found_by_its_name():
    cell = Builder(functions=FUNCTIONS).cell(Call("residual", cell=LSTM, residual_fn="half_sum"))
    assert cell.residual_fn is half_sum


def test_unrolls_become_layers():
    builder = Builder("float64")
    layer = builder.layer(Call("static_rnn", cell=LSTM))
    assert isinstance(layer, tf2_lstm.RNN)
    assert layer.unroll
    assert layer.dtype_policy.name == layer.cell.dtype_policy.name == "float64"
    both = Call("static_bidirectional_rnn", cell_fw=LSTM, cell_bw=Call("gru", num_units=2))
    assert builder.layer(both).merge_mode == "concat"
    layers = builder.layer(Call("stack_bidirectional_dynamic_rnn", cells_fw=(LSTM,), cells_bw=(LSTM,)))
    assert [type(layer) for layer in layers] == [tf2_lstm.Bidirectional]


@pytest.mark.parametrize("call", [LSTM, Call("python_loop", cell=LSTM)])
def test_what_is_no_layer_is_refused(call):
    with pytest.raises(BuildError, match="expected an unroll that is a Keras layer"):
        Builder().layer(call)


def test_weights_of_another_depth_are_refused():
    cell = Builder().cell(LSTM)
    cell.build((None, 3))
    import numpy as np

    with pytest.raises(BuildError, match=r"scope: expected the weights of lstm_cell.* Was the cell built"):
        set_weights(cell, [np.ones((2, 16)), np.ones((4, 16)), np.ones(16)], "scope")


def test_symbols_resolve():
    assert resolve("keras.layers.GRUCell") is keras.layers.GRUCell
    assert resolve("tf2_lstm.programs.tagger").__name__ == "tf2_lstm.programs.tagger"
