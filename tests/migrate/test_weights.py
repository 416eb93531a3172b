"""TF1 variables <-> Keras weights: bit for bit, total, with errors that name what is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf2_lstm.migrate import weights
from tf2_lstm.migrate.pairs import CASES, Call
from tf2_lstm.migrate.weights import WeightError

DTYPES = ("float16", "float32", "float64")


def variables_of(call, depth, dtype="float64", seed=0):
    """Draw the TF1 variables of a cell: every entry another number."""
    generator = np.random.RandomState(seed)
    units = call.arguments["num_units"]
    width = call.arguments.get("num_proj") or units
    shapes = {
        "basic_rnn": {"kernel": (depth + units, units), "bias": (units,)},
        "gru": {
            "gates/kernel": (depth + units, 2 * units),
            "gates/bias": (2 * units,),
            "candidate/kernel": (depth + units, units),
            "candidate/bias": (units,),
        },
    }.get(call.pair, {"kernel": (depth + width, 4 * units), "bias": (4 * units,)})
    if call.arguments.get("use_peepholes"):
        shapes.update({f"w_{gate}_diag": (units,) for gate in "ifo"})
    if call.arguments.get("num_proj"):
        shapes["projection/kernel"] = (units, width)
    return {name: generator.uniform(-2, 2, shape).astype(dtype) for name, shape in shapes.items()}


@st.composite
def cells(draw):
    units = draw(st.integers(1, 6))
    pair = draw(st.sampled_from(["basic_rnn", "basic_lstm", "lstm", "gru"]))
    options = {"num_units": units}
    if pair.endswith("lstm"):
        options["forget_bias"] = draw(st.sampled_from([0.0, 1.0, 2.5, -0.3]))
    if pair == "lstm":
        options["use_peepholes"] = draw(st.booleans())
        options["num_proj"] = draw(st.sampled_from([None, 1, 3, 7]))
    return Call(pair, **options)


@settings(deadline=None, max_examples=150)
@given(cells(), st.integers(1, 5), st.sampled_from(DTYPES), st.integers(0, 2**31))
def test_round_trip_is_bit_exact(call, depth, dtype, seed):
    variables = variables_of(call, depth, dtype, seed)
    keras_side = weights.to_keras(call, variables)
    back = weights.to_tf1(call, keras_side)
    assert set(back) == set(variables)
    folded = call.arguments.get("forget_bias", 1.0) if call.pair.endswith("lstm") else 0.0
    units = call.arguments["num_units"]
    for name, value in variables.items():
        assert back[name].dtype == value.dtype
        exact = np.ones(value.shape, bool)
        if name == "bias" and folded:
            exact[2 * units : 3 * units] = False
            inexact = ~exact
            bound = np.spacing(np.abs(value[inexact]) + np.asarray(abs(folded), dtype))
            assert (np.abs(back[name][inexact] - value[inexact]) <= bound).all()
        assert (back[name][exact] == value[exact]).all()


def test_forget_bias_is_one_unless_it_is_said():
    """TF1's default, and where it goes: the second quarter of Keras's bias."""
    variables = {"kernel": np.zeros((5, 8), "float32"), "bias": np.zeros(8, "float32")}
    for said, added in (({}, 1.0), ({"forget_bias": 0.0}, 0.0), ({"forget_bias": -2.5}, -2.5)):
        *_, bias = weights.to_keras(Call("basic_lstm", num_units=2, **said), variables)
        assert bias.tolist() == [0, 0, added, added, 0, 0, 0, 0]


@settings(deadline=None, max_examples=50)
@given(cells(), st.integers(1, 5), st.integers(0, 2**31))
def test_gradients_go_back_without_the_fold(call, depth, seed):
    variables = variables_of(call, depth, "float64", seed)
    unfolded = Call(call.pair, **{**call.arguments, **({"forget_bias": 0.0} if "lstm" in call.pair else {})})
    back = weights.to_tf1(call, weights.to_keras(unfolded, variables), folded=False)
    assert all((back[name] == value).all() for name, value in variables.items())


def test_lstm_columns_and_rows_land_where_keras_reads_them():
    units, depth = 2, 3
    kernel = np.arange((depth + units) * 4 * units, dtype="float64").reshape(depth + units, -1)
    bias = np.arange(8.0)
    i, j, f, o = np.split(kernel, 4, axis=1)
    keras_kernel, recurrent, keras_bias = weights.to_keras(
        Call("basic_lstm", num_units=units, forget_bias=0.5), {"kernel": kernel, "bias": bias}
    )
    expected = np.concatenate([i, f, j, o], axis=1)
    assert (keras_kernel == expected[:depth]).all()
    assert (recurrent == expected[depth:]).all()
    assert keras_bias.tolist() == [0, 1, 4.5, 5.5, 2, 3, 6, 7]


def test_gru_update_gate_comes_first():
    variables = variables_of(Call("gru", num_units=2), 3)
    r, u = np.split(variables["gates/kernel"], 2, axis=1)
    kernel, recurrent, _ = weights.to_keras(Call("gru", num_units=2), variables)
    expected = np.concatenate([u, r, variables["candidate/kernel"]], axis=1)
    assert (kernel == expected[:3]).all()
    assert (recurrent == expected[3:]).all()


def test_parts_are_joined_in_numeric_order():
    whole = np.arange(24.0).reshape(12, 2)
    parts = {f"k/part_{n}": whole[n : n + 1] for n in reversed(range(12))}
    assert (weights.join_partitions(parts)["k"] == whole).all()


def test_a_missing_part_is_an_error():
    with pytest.raises(WeightError, match=r"k: a partitioned variable with 2 part.s., but part_1 is missing"):
        weights.join_partitions({"k/part_0": np.ones(1), "k/part_2": np.ones(1)})


_LSTM = Call("lstm", num_units=2, use_peepholes=True)

BROKEN = [
    ("missing", {"w_f_diag": None}, r"scope/w_f_diag: missing\. Expected kernel, bias, w_i_diag"),
    ("left over", {"gamma": np.ones(2)}, r"scope/gamma: left over\. Expected only kernel"),
    ("bias too long", {"bias": np.ones(9)}, r"scope/bias: expected shape \[8\] .* received \[9\]"),
    (
        "kernel too narrow",
        {"kernel": np.ones((5, 6))},
        r"expected shape \[input depth \+ 2, 8\] .* received \[5, 6\]",
    ),
    ("no input rows", {"kernel": np.ones((2, 8))}, r"expected shape \[input depth \+ 2, 8\]"),
    ("peephole a matrix", {"w_o_diag": np.ones((2, 2))}, r"scope/w_o_diag: expected shape \[2\]"),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_does_not_fit_is_named(change, message):
    variables = {**variables_of(_LSTM, 3), **change}
    variables = {name: value for name, value in variables.items() if value is not None}
    with pytest.raises(WeightError, match=message):
        weights.to_keras(_LSTM, variables, where="scope")


def test_matrices_of_two_cells_are_not_mixed():
    variables = variables_of(Call("gru", num_units=2), 3)
    variables["candidate/kernel"] = np.ones((6, 2))
    with pytest.raises(WeightError, match="input depth is 3 by one matrix and 4 by another"):
        weights.to_keras(Call("gru", num_units=2), variables)


def test_a_wrong_number_of_keras_weights_is_named():
    with pytest.raises(WeightError, match=r"expected 6 weights .*input_peephole.* received 3"):
        weights.to_tf1(_LSTM, [np.ones((3, 8)), np.ones((2, 8)), np.ones(8)])


def test_every_variable_of_a_checkpoint_is_claimed_or_named():
    call = CASES["multi_rnn/mixed"].call
    from tf2_lstm.migrate.pairs.tree import scoped_cells

    variables, depth = {}, 4
    for scope, cell in scoped_cells(call).items():
        variables.update({f"{scope}/{n}": v for n, v in variables_of(cell, depth).items()})
        depth = cell.arguments["num_units"]
    assert [scope for scope, _, _ in weights.read_cells(call, variables)] == list(scoped_cells(call))
    variables["global_step"] = np.zeros(())
    with pytest.raises(WeightError, match="global_step: left over, no cell claims it"):
        weights.read_cells(call, variables)
    assert len(weights.read_cells(call, variables, ignore=["global_step"])) == 3
    del variables["rnn/multi_rnn_cell/cell_1/gru_cell/gates/bias"]
    with pytest.raises(WeightError, match="cell_1/gru_cell/gates/bias: missing"):
        weights.read_cells(call, variables, ignore=["global_step"])
