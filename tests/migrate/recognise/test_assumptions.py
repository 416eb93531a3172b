"""What is said of a checkpoint without a graph is used where it belongs, and asked for where it is missing."""

import shlex

import pytest

from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.without_graph.assumptions import parse


def model(**shapes):
    variables = {
        name.replace("__", "/"): Variable(name.replace("__", "/"), shape, "float32", None)
        for name, shape in shapes.items()
    }
    return TF1Model("weights", "model.ckpt", variables=variables)


def lstm(scope="rnn__lstm_cell", units=5, inputs=4):
    return {f"{scope}__kernel": (inputs + units, 4 * units), f"{scope}__bias": (4 * units,)}


BAD = [
    "forget_bias=1",
    "rnn/lstm_cell",
    "rnn/lstm_cell:",
    "rnn/lstm_cell: forget_bias",
    "rnn/lstm_cell: forget_bias=one",
    "rnn/lstm_cell: forget_bias=nan",
    "rnn/lstm_cell: forget_bias=inf",
    "rnn/lstm_cell: forgetbias=1",
    "rnn/lstm_cell: activation=gelu",
    ": forget_bias=1",
]


@pytest.mark.parametrize("text", BAD)
def test_an_assumption_that_is_none_is_refused(text):
    with pytest.raises(ArtifactError, match="expected") as error:
        parse([text])
    assert "\n" not in str(error.value)


SCOPES = ["rnn/lstm_cell", "lstm_cell", "rnn", "/rnn/"]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_is_the_cells_its_end_or_one_around(scope):
    findings = recognise(model(**lstm()), [f"{scope}: forget_bias=0, activation=relu"])
    (found,) = findings.recurrences
    assert found.cells[0].call.arguments == {"num_units": 5, "forget_bias": 0.0, "activation": "relu"}
    assert found.assumed == [
        "rnn/lstm_cell: forget_bias=0.0 (as was said)",
        "rnn/lstm_cell: activation=relu (as was said)",
    ]


def test_what_is_missing_is_asked_for_by_name():
    findings = recognise(model(**lstm()), ["rnn/lstm_cell: forget_bias=0"])
    assert not findings.recurrences
    (said,) = findings.not_converted
    assert "--assume 'rnn/lstm_cell: activation=tanh'" in said.reason
    assert "--assume-defaults" in said.reason


TWO_LAYERS = {
    f"rnn__multi_rnn_cell__cell_{layer}__lstm_cell__{name}": shape
    for layer in (0, 1)
    for name, shape in (("kernel", (10, 20)), ("bias", (20,)))
}
BOTH = {
    f"{side}__rnn__lstm_cell__{name}": shape
    for side in ("forward", "backward")
    for name, shape in (("kernel", (9, 20)), ("bias", (20,)))
}


@pytest.mark.parametrize("variables", [lstm(), TWO_LAYERS, BOTH], ids=["one", "two layers", "two directions"])
def test_the_command_line_that_is_asked_for_works_word_for_word(variables):
    (asked,) = recognise(model(**variables)).not_converted
    words = shlex.split(asked.reason.partition(": give ")[2].partition(" with what")[0])
    assert words[::2] == ["--assume"] * len(words[::2])
    findings = recognise(model(**variables), words[1::2])
    assert not findings.not_converted
    assert not findings.notes
    assert len(findings.recurrences) == 1
    said = {text.partition(" (")[0] for text in findings.recurrences[0].assumed}
    assert said == {f"{scope.strip()}: {one.strip()}" for scope, one in _one_by_one(words[1::2])}


def _one_by_one(texts):
    return [
        (scope, one) for scope, _, rest in (text.rpartition(":") for text in texts) for one in rest.split(",")
    ]


def test_an_assumption_that_no_cell_needs_is_not_used_and_said():
    gru = {"rnn__gru_cell__gates__kernel": (9, 10), "rnn__gru_cell__gates__bias": (10,)}
    gru |= {"rnn__gru_cell__candidate__kernel": (9, 5), "rnn__gru_cell__candidate__bias": (5,)}
    findings = recognise(model(**gru), ["gru_cell: forget_bias=0"], assume_defaults=True)
    assert findings.recurrences[0].cells[0].call.arguments == {"num_units": 5}
    assert findings.notes == ["gru_cell: forget_bias=0.0: not needed by any cell, and not used"]


@pytest.mark.parametrize("scope", ["rnn/gru_cell", "cell", "rn", "rnn/lstm_cell/kernel", "dense"])
def test_an_assumption_of_a_scope_that_is_not_there_is_refused(scope):
    found = model(**lstm(), gru__kernel=(4, 9), gru__recurrent_kernel=(3, 9), dense__kernel=(5, 2))
    with pytest.raises(ArtifactError) as error:
        recognise(found, [f"{scope}: forget_bias=0"], assume_defaults=True)
    assert str(error.value).endswith(
        f"found none called {scope!r}. The cells are rnn/lstm_cell, gru: name one."
    )


def test_defaults_are_said():
    (found,) = recognise(model(**lstm()), assume_defaults=True).recurrences
    assert found.assumed == [
        "rnn/lstm_cell: forget_bias=1.0 (TF1's default)",
        "rnn/lstm_cell: activation=tanh (TF1's default)",
    ]


def test_a_clip_may_be_said():
    (found,) = recognise(model(**lstm()), ["rnn: cell_clip=3"], assume_defaults=True).recurrences
    assert found.cells[0].call.pair == "lstm"
    assert found.cells[0].call.arguments["cell_clip"] == 3.0


SHAPES = [
    ({"rnn__lstm_cell__kernel": (9, 20), "rnn__lstm_cell__bias": (16,)}, "another bias"),
    ({"rnn__lstm_cell__kernel": (5, 20), "rnn__lstm_cell__bias": (20,)}, "no rows for an input"),
    ({**lstm(), "rnn__lstm_cell__gamma": (5,)}, "a variable more"),
    ({"dense__kernel": (9, 20), "dense__bias": (20,)}, "no cell by its name"),
]


@pytest.mark.parametrize(("shapes", "why"), SHAPES, ids=[why for _, why in SHAPES])
def test_what_does_not_fit_is_not_taken_for_a_cell(shapes, why):
    findings = recognise(model(**shapes), assume_defaults=True)
    assert not findings.recurrences
    named = {one.name for one in findings.unclaimed} | {
        n for one in findings.not_converted for n in one.variables
    }
    assert named == {name.replace("__", "/") for name in shapes}


UNKNOWN = [
    (
        {"gru__kernel": (4, 9), "gru__recurrent_kernel": (3, 9), "gru__bias": (2, 9)},
        "gru",
        "layer of tf.keras",
    ),
    ({"net__lstm__kernel": (4, 12), "net__lstm__recurrent_kernel": (3, 12)}, "net/lstm", "layer of tf.keras"),
    (
        {"rnn__nas_cell__kernel": (4, 40), "rnn__nas_cell__recurrent_kernel": (5, 40)},
        "rnn/nas_cell",
        "of no known one",
    ),
    ({"rnn__sru_cell__kernel": (4, 16), "rnn__sru_cell__bias": (8,)}, "rnn/sru_cell", "of no known one"),
]


@pytest.mark.parametrize(("shapes", "scope", "reason"), UNKNOWN, ids=[scope for _, scope, _ in UNKNOWN])
def test_a_recurrence_by_its_names_that_is_of_no_known_cell_is_reported(shapes, scope, reason):
    findings = recognise(model(**shapes, dense__kernel=(4, 3)), assume_defaults=True)
    assert not findings.recurrences
    (said,) = findings.not_converted
    assert said.scope == scope
    assert reason in said.reason
    assert set(said.variables) == {name.replace("__", "/") for name in shapes}
    assert [one.name for one in findings.unclaimed] == ["dense/kernel"]
