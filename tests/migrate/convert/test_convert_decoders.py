"""Decoders that are fed a sequence: when they end, what is there after it, and the layer inside the loop."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.export.to_checkpoint import export
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.prove.graph_side import run_graph
from tf2_lstm.migrate.prove.recurrences import compare_model

BOUNDED, TIMED = str(ZOO / "decoder_bounded"), str(ZOO / "decoder_time_major")


def proved(path, tamper=lambda recurrence: recurrence):
    """The proof of the model of what a recurrence is taken for."""
    tf1, findings = look(Request(path))
    (recurrence,) = findings.recurrences
    model = build_model(tamper(recurrence), tf1.variables)
    return compare_model(tf1, recurrence, model, run_graph(tf1, recurrence))


MISTAKES = {
    "ends with the input": (BOUNDED, {"ends": "with the input"}),
    "rows stop at their own end": (BOUNDED, {"past_end": False}),
    "rows go on": (TIMED, {"past_end": True}),
    "no limit": (BOUNDED, {"most_steps": None}),
    "another limit": (BOUNDED, {"most_steps": 2}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_another_end_is_no_proof(name):
    path, changes = MISTAKES[name]
    assert not proved(path, lambda recurrence: replace(recurrence, **changes)).passed


def test_another_function_of_the_layer_is_no_proof():
    def tamper(recurrence):
        recurrence.output_layer.arguments["activation"] = None
        return recurrence

    case = proved(BOUNDED, tamper)
    assert not case.passed
    assert "an output layer" in case.diagnosis


def test_outputs_of_no_step_are_compared_by_their_states():
    case = proved(TIMED)
    assert case.passed
    padding = [one.name for one in case.tensors if "all padding" in one.reference]
    assert {"state_0", "state_1"} <= set(padding)
    assert "outputs" not in padding


def test_the_model_ends_with_its_longest_row(tmp_path):
    conversion = convert(Request(BOUNDED), tmp_path / "out")
    assert conversion.complete
    (entry,) = conversion.manifest["models"]
    said = {name: entry[name] for name in ("ends", "past_end", "most_steps", "output_layer")}
    layer = {"units": 3, "use_bias": True, "activation": "tanh"}
    assert said == {"ends": "with the longest row", "past_end": True, "most_steps": 3, "output_layer": layer}
    assert entry["variables"]["decoder/head/kernel"] == ["output_layer/kernel"]
    given = {"inputs": np.ones((7, 2, 4), "float32"), "initial_state": np.zeros((2, 5), "float32")}
    model = tf.keras.models.load_model(tmp_path / "out" / "decoder.keras", safe_mode=True)
    for longest, steps in ((0, 0), (2, 2), (6, 3)):
        outputs = model({**given, "sequence_length": np.array([longest, 0], "int32")})["outputs"]
        assert outputs.shape == (steps, 2, 3)


def test_the_layer_goes_back_into_a_checkpoint(tmp_path):
    convert(Request(BOUNDED), tmp_path / "out")
    path = tmp_path / "out" / "decoder.keras"
    model = tf.keras.models.load_model(path)
    layer = model.get_layer("output_layer")
    layer.kernel.assign(layer.kernel + 1.0)
    model.save(path)
    written = export(path, Request(BOUNDED), tmp_path / "new.ckpt")
    assert {"decoder/head/kernel", "decoder/head/bias"} <= set(written)
    old = tf.train.load_checkpoint(str(ZOO / "decoder_bounded" / "model.ckpt"))
    new = tf.train.load_checkpoint(str(tmp_path / "new.ckpt"))
    for name, more in (("decoder/head/kernel", 1.0), ("decoder/basic_rnn_cell/kernel", 0.0)):
        np.testing.assert_allclose(new.get_tensor(name), old.get_tensor(name) + more, rtol=1e-6)
