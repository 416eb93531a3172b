"""Weights in another form go back into the checkpoint that they came from; what has no place there is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO, read_run

from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.export.to_checkpoint import export
from tf2_lstm.migrate.model import ArtifactError

v1 = tf.compat.v1


def run_graph(meta, prefix, outputs, feeds):
    with tf.Graph().as_default(), v1.Session() as session:
        v1.train.import_meta_graph(meta).restore(session, prefix)
        return session.run(outputs, feeds)


def trained(path, change=lambda weights: weights):
    """The model with other weights, as after training; `change` has the last word."""
    model = keras.models.load_model(path)
    draw = np.random.default_rng(1).normal
    model.set_weights(change([one + 0.3 * draw(size=one.shape) for one in model.get_weights()]))
    model.save(path)
    return model


def test_the_old_program_computes_with_what_was_trained(tmp_path):
    prefix = str(ZOO / "clothes_each_gate" / "model.ckpt")
    (entry,) = convert(Request(prefix), tmp_path / "out").manifest["models"]
    model = trained(tmp_path / "out" / entry["file"])
    written = export(str(tmp_path / "out" / entry["file"]), Request(prefix), str(tmp_path / "new.ckpt"))
    assert len(written) == 12
    x = read_run("clothes_each_gate")["x:0"]
    names = {one["name"]: one["tf1"] for one in entry["outputs"]}
    received, before = (
        run_graph(f"{prefix}.meta", where, names, {"x:0": x})
        for where in (str(tmp_path / "new.ckpt"), prefix)
    )
    for name, wanted in model({"inputs": x}).items():
        np.testing.assert_allclose(received[name], wanted, rtol=0, atol=2e-6)
        assert np.abs(before[name] - wanted).max() > 0.05


@pytest.fixture(scope="module")
def without_bias(tmp_path_factory):
    """A program of three steps whose update gate is turned round and whose candidate has no bias."""
    folder = tmp_path_factory.mktemp("without_bias")
    with tf.Graph().as_default(), v1.Session() as session:
        x, h = (
            v1.placeholder("float32", shape, name) for shape, name in (((None, 3, 3), "x"), ((None, 4), "h"))
        )
        kernel, bias, inner = (
            v1.get_variable(name, shape, use_resource=False)
            for name, shape in (("K", (7, 8)), ("b", (8,)), ("C", (7, 4)))
        )
        for one in tf.unstack(x, axis=1):
            u, r = tf.split(tf.sigmoid(tf.matmul(tf.concat([one, h], 1), kernel) + bias), 2, 1)
            h = (1 - u) * h + u * tf.tanh(tf.matmul(tf.concat([one, r * h], 1), inner))
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(folder / "model.ckpt"))
    convert(Request(str(folder / "model.ckpt")), folder / "out")
    return folder, h.name


def test_a_bias_that_the_cell_does_not_have_is_refused_and_zeros_are_written(without_bias, tmp_path):
    folder, last = without_bias
    (path,), request = (folder / "out").glob("*.keras"), Request(str(folder / "model.ckpt"))
    trained(path)
    with pytest.raises(
        ArtifactError, match=r"adds no bias to every gate .* expected zeros there, found up to 0\.\d"
    ):
        export(str(path), request, str(tmp_path / "new.ckpt"))
    assert not list(tmp_path.iterdir())

    def set_to_zero(weights):
        weights[-1][..., 8:] = 0
        return weights

    model = trained(path, set_to_zero)
    assert export(str(path), request, str(tmp_path / "new.ckpt")) == ["K", "b", "C"]
    draw = np.random.default_rng(2).normal
    fed = {"x": draw(size=(2, 3, 3)).astype("float32"), "h": draw(size=(2, 4)).astype("float32")}
    feeds = {f"{name}:0": value for name, value in fed.items()}
    received = run_graph(str(folder / "model.ckpt.meta"), str(tmp_path / "new.ckpt"), last, feeds)
    wanted = model({"inputs": fed["x"], "initial_state": fed["h"]})["state"]
    np.testing.assert_allclose(received, wanted, rtol=0, atol=1e-6)
