"""Layers of a .h5 file by its configuration: what is read, what is refused, which variables are whose."""

import pytest

from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}}


def model(*layers, **shapes):
    """A file with these layers; "rnn__kernel" stands for the variable "rnn/kernel"."""
    names = {name.replace("__", "/"): shape for name, shape in shapes.items()}
    variables = {name: Variable(name, shape, "float32", None) for name, shape in names.items()}
    config = {"class_name": "Sequential", "config": {"layers": list(layers)}}
    return TF1Model("keras_h5", "m.h5", variables=variables, config=config)


def weights(scope, gates=4):
    return {
        f"{scope}__kernel": (3, 2 * gates),
        f"{scope}__recurrent_kernel": (2, 2 * gates),
        f"{scope}__bias": (2 * gates,),
    }


@pytest.mark.parametrize("function", ["activation", "recurrent_activation"])
@pytest.mark.parametrize("value", ["swish", {"class_name": "Mine"}, None])
def test_an_activation_that_is_not_known_is_refused(function, value):
    findings = recognise(model(layer("LSTM", "lstm", units=2, **{function: value}), **weights("lstm")))
    assert not findings.recurrences
    assert not findings.unclaimed
    (said,) = findings.not_converted
    assert said.reason.startswith("LSTM: ")
    assert ("'swish'" if value == "swish" else "that is no name") in said.reason


@pytest.mark.parametrize("units", [-5, 0, "5", 5.5, float("nan"), None, [1], True])
def test_units_that_are_no_number_of_units_are_refused(units):
    one = model(layer("LSTM", "lstm", units=units), **weights("lstm"))
    (left,) = recognise(one).not_converted
    assert "a whole number of units above 0, found" in left.reason


@pytest.mark.parametrize("function", ["hard_sigmoid", "linear", "softsign"])
def test_an_activation_that_is_known_is_read(function):
    findings = recognise(model(layer("LSTM", "lstm", units=2, activation=function), **weights("lstm")))
    assert not findings.not_converted
    assert findings.recurrences[0].cells[0].call.arguments["activation"] == function


WRAPPED = {
    "LSTM": (layer("LSTM", "lstm", units=2), weights("each")),
    "Bidirectional": (
        layer("Bidirectional", "both", layer=layer("GRU", "gru", units=2)),
        {**weights("each__forward_gru", 3), **weights("each__backward_gru", 3)},
    ),
    "ConvLSTM2D": (layer("ConvLSTM2D", "conv"), weights("each")),
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_the_variables_of_a_wrapped_layer_have_the_wrappers_name(kind):
    inner, shapes = WRAPPED[kind]
    wrapper = layer("TimeDistributed", "each", layer=inner)
    findings = recognise(model(wrapper, layer("Dense", "dense"), **shapes, dense__kernel=(2, 3)))
    found = [*findings.recurrences, *findings.not_converted]
    assert [one.scope for one in found] == [f"each/{inner['config']['name']}"]
    assert [one.name for one in findings.unclaimed] == ["dense/kernel"]
    assert len(findings.not_converted) == (kind == "ConvLSTM2D")
