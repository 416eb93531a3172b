"""What the manifest says of the weights of a cell."""

from types import SimpleNamespace

import pytest

from tf2_lstm.migrate.convert.manifest import weight_paths
from tf2_lstm.migrate.model import CellVariables
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import tensors_of

GRU = Call("gru", num_units=2, reset_after=True)
WEIGHTS = ("kernel", "recurrent_kernel", "bias")
BOTH = ["kernel", "recurrent_kernel"]
CASES = [
    (GRU, Layout.KERAS, {one: [one] for one in WEIGHTS}),
    (Call("basic_lstm", num_units=2), Layout.CUDNN, {one: [one] for one in WEIGHTS}),
    (Call("basic_lstm", num_units=2), Layout.TF1, {"kernel": BOTH, "bias": ["bias"]}),
    (Call("dense", units=2, use_bias=True), Layout.TF1, {"kernel": ["kernel"], "bias": ["bias"]}),
    (
        GRU,
        Layout.TF1,
        {
            "gates/kernel": BOTH,
            "gates/bias": ["bias"],
            "candidate/input_projection/kernel": ["kernel"],
            "candidate/input_projection/bias": ["bias"],
            "candidate/hidden_projection/kernel": ["recurrent_kernel"],
            "candidate/hidden_projection/bias": ["bias"],
        },
    ),
]


@pytest.mark.parametrize(
    ("call", "layout", "expected"), CASES, ids=[f"{one[0]} {one[1].value}" for one in CASES]
)
def test_each_variable_has_the_weights_that_hold_its_numbers(call, layout, expected):
    leaves = dict.fromkeys(one.name for one in tensors_of(call, layout))
    cell = CellVariables(call, "scope", {leaf: f"scope/{leaf}" for leaf in leaves}, layout)
    names = dict.fromkeys(one.name for one in tensors_of(call, Layout.KERAS))
    found = weight_paths(cell, [SimpleNamespace(path=f"rnn/{name}") for name in names])
    assert found == {f"scope/{leaf}": [f"rnn/{name}" for name in own] for leaf, own in expected.items()}
