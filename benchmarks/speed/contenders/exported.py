"""onnxruntime on the file that `tf2-lstm export --format onnx` writes of a Keras model, once it is proved there."""

import tempfile
from pathlib import Path

import keras
import numpy as np

import tf2_lstm
from benchmarks.speed.contenders import graphs, onnx
from benchmarks.speed.contenders.graphs import forget, limit_threads
from tf2_lstm.migrate.export.leaving import leave

__all__ = ["build", "forget", "limit_threads", "versions"]


def versions():
    """Return what this contender uses."""
    return {**onnx.versions(), **graphs.versions(), "tf2_lstm": tf2_lstm.__version__}


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    session = _session(_model(task, arrays))
    if task.kind == "streaming":
        return _streaming(session, task, arrays)
    given = {"x": arrays["x"], **({"lengths": arrays["lengths"]} if task.varies else {})}

    def run():
        return {"outputs": session.run(["outputs"], given)[0]}

    return run, run


def _model(task, arrays):
    """Layers as `convert` writes them: stock Keras; of a stream the states are inputs and outputs."""
    inputs = {"x": keras.Input((None, task.depth), name="x")}
    if task.varies:
        inputs["lengths"] = keras.Input((), dtype="int32", name="lengths")
    y = tf2_lstm.SequenceMask()([inputs["x"], inputs["lengths"]]) if task.varies else inputs["x"]
    states, cells = {}, []
    for number, units in enumerate(task.units):
        layer = _layer(task, units)
        cells.append(layer.cell)
        if task.kind != "streaming":
            y = layer(y)
            continue
        kinds = ["h", "c"][: 2 if task.cell == "lstm" else 1]
        given = {f"{kind}_{number}": keras.Input((units,), name=f"{kind}_{number}") for kind in kinds}
        y, *after = layer(y, initial_state=list(given.values()))
        inputs |= given
        states |= {f"new_{one}": state for one, state in zip(given, after, strict=True)}
    model = keras.Model(inputs, {"outputs": y, **states})
    graphs.set_weights(cells, arrays)
    return model


def _layer(task, units):
    options = {"return_sequences": True, "return_state": task.kind == "streaming"}
    if task.varies:
        options["zero_output_for_mask"] = True
    if task.cell == "gru":
        return keras.layers.GRU(units, reset_after=False, **options)
    return keras.layers.LSTM(units, **options)


def _session(model):
    with tempfile.TemporaryDirectory() as folder:
        saved, left = Path(folder) / "model.keras", Path(folder) / "model.onnx"
        model.save(saved)
        report = leave(saved, left, "onnx")
        if not report.passed:
            raise ValueError(
                f"the file is not proved: {[one for one in report.cases[0].tensors if not one.passed]}"
            )
        return onnx.session_of(left.read_bytes())


def _streaming(session, task, arrays):
    steps = [np.ascontiguousarray(arrays["x"][:, t : t + 1]) for t in range(task.time)]
    zeros = {
        one.name: np.zeros((task.batch, one.shape[1]), "float32")
        for one in session.get_inputs()
        if one.name != "x"
    }
    fetched = ["outputs", *(f"new_{name}" for name in zeros)]

    def run():
        states, outputs = zeros, []
        for one in steps:
            y, *new = session.run(fetched, {"x": one, **states})
            states = dict(zip(zeros, new, strict=True))
            outputs.append(y)
        return {"outputs": np.concatenate(outputs, axis=1)}

    return run, run
