"""Every layer of the table under every dtype policy: what it says of its outputs' dtypes, and what they are."""

import keras
import pytest
from keras import ops
from layer_rows import BATCH, CELLS, DEPTH, FULL, ROWS, TIME, equal, inputs, ready

from tf2_lstm import (
    RNN,
    Bidirectional,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
    backends,
)

POLICIES = {
    "float32": "float32",
    "float64": "float64",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "mixed_float16": "float16",
    "mixed_bfloat16": "bfloat16",
}
every_policy = pytest.mark.parametrize(("policy", "computes"), POLICIES.items(), ids=POLICIES)


def dtypes(nest):
    return [keras.backend.standardize_dtype(leaf.dtype) for leaf in keras.tree.flatten(nest)]


def check(layer, computes):
    """Hold what is announced, symbolically and by compute_output_spec, and what comes against the policy."""
    x = keras.Input(batch_shape=(BATCH, TIME, DEPTH))
    outputs = layer(inputs())
    assert layer.compute_dtype == computes
    assert dtypes(outputs) == dtypes(layer(x)) == dtypes(layer.compute_output_spec(x))
    assert set(dtypes(outputs)) == {computes}


def with_policy(row, policy):
    """A layer of the table whose own policy is another than that of the cells in it."""
    layer = row(**FULL)
    return type(layer).from_config({**layer.get_config(), "dtype": policy})


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@every_policy
def test_a_layer_gives_the_dtype_of_its_own_policy(row, policy, computes):
    check(with_policy(row, policy), computes)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("policy", [name for name in POLICIES if name != "bfloat16"])
def test_a_layer_gives_the_dtype_of_the_global_policy(row, policy):
    """Keras cannot draw its orthogonal weights in bfloat16."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        check(row(**FULL), POLICIES[policy])
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave", None])
@every_policy
def test_both_directions_are_merged_into_one_dtype(merge_mode, policy, computes):
    forward = RNN(LSTMCell(4, dtype="float64"), **FULL)
    backward = RNN(GRUCell(4, dtype="float32"), **FULL, go_backwards=True)
    check(Bidirectional(forward, backward, merge_mode=merge_mode, dtype=policy), computes)


#: A cell whose own policy is another than that of the cell in it.
MIXED = {
    "dropout": lambda policy: DropoutWrapper(LSTMCell(4), output_dropout=0.1, dtype=policy),
    "residual": lambda policy: ResidualWrapper(LSTMCell(4), dtype=policy),
    "residual_fn": lambda policy: ResidualWrapper(GRUCell(4), residual_fn=lambda x, y: x * y, dtype=policy),
    "first_of_stack": lambda policy: StackedRNNCells([LSTMCell(4, dtype=policy), GRUCell(4)]),
    "around_stack": lambda policy: DropoutWrapper(
        StackedRNNCells([LSTMCell(4), GRUCell(4)]), 0.1, dtype=policy
    ),
}


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("cell", MIXED.values(), ids=MIXED)
@pytest.mark.parametrize("policy", ["float64", "mixed_float16"])
def test_cells_of_other_dtypes_run_inside_of_a_cell(cell, policy, unroll):
    layer = RNN(cell(policy), **FULL, unroll=unroll)
    check(layer, POLICIES[policy])
    assert set(dtypes(layer(inputs(), training=True))) == {POLICIES[policy]}


@pytest.mark.parametrize("name", CELLS)
def test_half_precision_is_near_to_single(name):
    """To Keras's own loop; half a unit in the last place is 5e-4 of a value, and five steps add up."""
    single = ready(ROWS[name](**FULL))
    half = with_policy(ROWS[name], "mixed_float16")
    half = ready(half)
    for one, two in zip(single.weights, half.weights, strict=True):
        two.assign(one)
    found = keras.tree.map_structure(lambda leaf: ops.cast(leaf, "float32"), half(inputs()))
    with backends.plain():
        equal(found, single(inputs()), atol=5e-3)
