"""A whole program that differs a little in float32 or float16 is settled in float64; a mistake as small is not."""

import re
from functools import partial

import numpy as np
import pytest

from legacy_tf1 import session, unroll
from legacy_tf1.compat import rnn_cell, tf
from tests.zoo.tampering import FILES
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import WholeConverter, translated
from tf2_lstm.migrate.prove.programs import run_whole
from tf2_lstm.migrate.prove.proof_in_double import whole_in_double
from tf2_lstm.migrate.prove.replay import eagerly
from tf2_lstm.migrate.translate import as_model
from tf2_lstm.migrate.translate.recovered import layer_norm


def written(prefix, dtype, program):
    """An LSTM of a dtype and what a program makes of its outputs, with drawn weights: (request, TF1Model, Findings)."""
    with session.graph(seed=1) as graph:
        x = tf.placeholder(dtype, [None, None, 4], name="x")
        program(unroll.dynamic_rnn(rnn_cell.LSTMCell(4), x, dtype=dtype)[0])
        with session.session(graph, rewrite=False) as sess:
            for number, variable in enumerate(tf.global_variables()):
                random = np.random.RandomState(number)
                variable.load(random.uniform(-1, 1, variable.shape.as_list()), sess)
            tf.train.Saver().save(sess, prefix, write_state=False)
    request = Request(prefix, program=True)
    return request, *look(request)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """An LSTM whose normalised outputs are decibels: small numbers differ in more than their last digits."""

    def decibels(outputs):
        centred = outputs - tf.reduce_mean(outputs, 2, keepdims=True)
        spread = tf.reduce_mean(tf.square(centred), 2, keepdims=True)
        power = tf.square(centred * tf.rsqrt(spread + 1e-3)) + 1e-4
        tf.multiply(10 / np.log(10).astype("float32"), tf.log(power), name="decibels")

    return written(str(tmp_path_factory.mktemp("decibels") / "model.ckpt"), tf.float32, decibels)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A program in float16 whose probabilities are float32."""

    def probabilities(outputs):
        scores = tf.tensordot(outputs, tf.get_variable("scores", [4, 3], tf.float16), 1)
        tf.nn.softmax(tf.cast(scores + tf.constant(0.3, tf.float16), tf.float32), name="probabilities")

    return written(str(tmp_path_factory.mktemp("narrow") / "model.ckpt"), tf.float16, probabilities)


def test_float32_of_what_rounds_in_float16_is_settled(narrow):
    case, problem = converted(narrow)
    assert (problem, case.passed, case.diagnosis) == ("", True, "")
    settled = {tensor.name: tensor for tensor in case.tensors if tensor.dtype == "float64"}
    assert "probabilities, in float64" in settled
    assert all(one.tolerance < 1e-10 for one in settled.values())
    (note,) = [one for one in case.notes if one.startswith("model: probabilities differs by ")]
    assert re.fullmatch(
        r".* by \S+ in float32, where \S+ is allowed, .* by \S+ in float64: float16 rounds.*", note
    )


def test_a_mistake_that_float16_would_hide_is_not_settled(narrow, monkeypatch):
    right, seen = as_model.set_weights, []

    def wrong(layer, arrays, name, *others):
        seen.append(name)
        right(layer, [one * (1 + 1e-4) for one in arrays] if name == "scores" else arrays, name, *others)

    monkeypatch.setattr(as_model, "set_weights", wrong)
    case, problem = converted(narrow)
    assert "scores" in seen
    assert problem.startswith("over tolerance: probabilities: off by ")
    assert not any("in float64" in one for one in (*case.notes, *(tensor.name for tensor in case.tensors)))


def converted(saved):
    request, tf1, findings = saved
    _, case, _, problem = WholeConverter(tf1, findings, request, None).convert()
    return case, problem


def test_what_rounds_is_settled_and_both_figures_are_said(saved):
    case, problem = converted(saved)
    assert (problem, case.passed, case.diagnosis) == ("", True, "")
    settled = {tensor.name: tensor for tensor in case.tensors if tensor.dtype == "float64"}
    assert {
        "decibels, in a tf.function, in float64",
        "gradient of rnn/lstm_cell/kernel, in float64",
    } <= settled.keys()
    (note,) = [one for one in case.notes if one.startswith("model: decibels, in a tf.function differs by ")]
    assert re.fullmatch(
        r".* by \S+ in float32, where \S+ is allowed, .* by \S+ in float64: float32 rounds.*", note
    )


def test_an_epsilon_that_is_a_millionth_off_is_not_settled(saved, monkeypatch):
    right, seen = layer_norm.written, []

    def wrong(epsilon):
        seen.append(right(epsilon))
        return right(epsilon) * (1 + 1e-6)

    monkeypatch.setattr(layer_norm, "written", wrong)
    case, problem = converted(saved)
    assert set(seen) == {1e-3}
    assert problem.startswith("over tolerance: decibels, in a tf.function: off by ")
    assert not any("in float64" in one for one in (*case.notes, *(tensor.name for tensor in case.tensors)))


@pytest.mark.parametrize("name", ["fused/model.ckpt", "computed_kernels/model.ckpt"])
def test_a_program_without_float64_has_no_second_look(name):
    request = Request(str(FILES / name), program=True)
    tf1, findings = look(request)
    again = partial(translated, request=request)
    whole = again(tf1, findings)
    with eagerly():
        assert whole_in_double(tf1, findings, whole, run_whole(tf1, whole), again) is None
