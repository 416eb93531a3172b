"""Whole programs a step at a time: what the steps give is what TensorFlow 1.15.5 computed of the whole sequence."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from streamed import D, T, check, inputs, stream, wide

from tf2_lstm import streaming
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.stream import plan
from tf2_lstm.stream import step as streaming_step
from tf2_lstm.stream import time_axis as following

ZOO = Path(__file__).resolve().parents[1] / "zoo"
#: Program -> (its sequences, with their time axes; its outputs, with the axis along which steps are put together, None
#: for what is known after the last step).
STREAMED = {
    "files/char_model": ({"input_data": 1}, {"probs": 1, "final_state": None}),
    "whole/ptb_fed": ({"input": 1}, {"probabilities": 1, "state_2_h": None}),
    "whole/a3c_policy": ({"s": 0}, {"softmax": 0, "strided_slice_1": None}),
    "files/episode_policy": ({"x": 0}, {"biasadd": 0, "exit_3": None}),
    "files/policy": ({}, {"softmax": None, "add_1": None}),
    "whole/gru4rec": ({}, {"yhat": None, "best_1": None, "final_state_1": None}),
    "files/saved_model": ({"words": 1}, {"scores": 1}),
    "files/dynamic_initial_state": ({"x": 1}, {"transpose_1": 1, "exit_3": None}),
    "files/own_while_loop": ({"x": 0}, {"tensorarraygatherv3": 0}),
    "files/nas_cell": ({"x": 1}, {"transpose_1": 1, "exit_4": None}),
}
#: Those that NumPy has a kernel for.
IN_NUMPY = ("files/char_model", "whole/ptb_fed")
#: Program -> why it is refused.
REFUSED = {
    "files/tagger": "Bidirectional 'rnn' also reads from the last step to the first",
    "files/static_rnn": "Unstack .* looks along time",
    "whole/char_model_static": "Reshape .* is not known to work for any number of steps",
    "whole/drqn": "is not known to work for any number of steps",
    "whole/hyper_lstm": "Multiply .* counts the steps of a call",
    "whole/anomaly_autoencoder": "Multiply .* joins every step with what is known after the last one only",
    "whole/sketch_mixture": "is computed inside the model, at every call, from 'z', which the steps read too",
    "whole/handwriting_window": "Loop 'rnn_while' .* is a loop of its own",
}


def program(name, folder):
    """The Keras model of a program, its inputs and outputs with their TF1 names, and what 1.15.5 computed."""
    place = ZOO / name
    expected, artefact = json.loads((place / "expected.json").read_text()), place
    if (place / "artefact.zip").exists():
        artefact = folder / "artefact"
        shutil.unpack_archive(place / "artefact.zip", artefact)
    options = {key: tuple(value) for key, value in expected.get("options", {}).items()}
    request = Request(str(artefact / expected["artifact"]), program=True, **options)
    tf1, findings = look(request)
    whole = translated(tf1, findings, request)
    names = {one.name: one.tf1 for one in [*whole.inputs, *whole.outputs]}
    with np.load(next(iter(sorted(place.glob("run*.npz"))))) as held:
        recorded = {name: held[tf1_name] for name, tf1_name in names.items() if tf1_name in held.files}
    return build_whole(whole, tf1), recorded


def run(model, step, recorded, sequences):
    """The outputs of every step of the recorded sequence."""
    reads = {tensor.name for tensor in keras.tree.flatten(step._plan.inputs)}
    lengths = {tensor.name for tensor in step._plan.lengths}
    rows = step._plan.rows or next(
        value.shape[1 if sequences.get(name) == 0 else 0] for name, value in recorded.items() if name in reads
    )
    made = {name: recorded[name] for name in model.input if name not in reads}
    state, found = step.initial_state(rows, made), []
    count = next((recorded[name].shape[axis] for name, axis in sequences.items()), 1)
    for time in range(count):
        given = {name: recorded[name] for name in reads}
        given.update((name, np.take(recorded[name], time, axis)) for name, axis in sequences.items())
        given.update((name, (recorded[name] > time).astype("int32")) for name in lengths)
        outputs, state = step(given, state)
        found.append(outputs)
    return found


@pytest.mark.parametrize("name", STREAMED)
def test_the_steps_of_a_program_give_what_tensorflow_1_15_computed(name, tmp_path):
    sequences, outputs = STREAMED[name]
    model, recorded = program(name, tmp_path)
    for path in ("numpy" if name in IN_NUMPY else "auto", "keras"):
        found = run(model, streaming(model, path), recorded, sequences)
        assert len(found) > 1 or not sequences
        for output, axis in outputs.items():
            last = found[-1][output] if axis is None else np.stack([one[output] for one in found], axis)
            check(last.reshape(recorded[output].shape), recorded[output])


@pytest.mark.parametrize("name", REFUSED)
def test_a_program_that_cannot_be_streamed_is_refused_with_its_reason(name, tmp_path):
    with pytest.raises(plan.StreamingError, match=REFUSED[name]):
        streaming(program(name, tmp_path)[0])


def test_a_number_of_streams_that_is_built_in_is_said(tmp_path):
    model, _ = program("files/char_model", tmp_path)
    step = streaming(model)
    with pytest.raises(ValueError, match=r"'model' has 3 stream\(s\) built in; received 2"):
        step.initial_state(2)
    with pytest.raises(ValueError, match=r"no initial state is made of 'input_data'; they are made of"):
        step.initial_state(3, {"input_data": np.zeros((3, 1))})


def test_an_initial_state_of_the_caller_is_where_the_stream_begins(tmp_path):
    model, recorded = program("files/dynamic_initial_state", tmp_path)
    step, x = streaming(model), recorded["x"]
    fed, zero = (step.initial_state(len(x), made) for made in ({"c": recorded["c"]}, None))
    assert np.array_equal(fed["rnn"][1], recorded["c"])
    assert not zero["rnn"][1].any()


def test_a_layer_that_is_called_twice_has_two_states():
    x, layer = keras.Input((None, D)), keras.layers.GRU(D, return_sequences=True)
    model, values = wide(keras.Model(x, layer(layer(x)))), inputs()
    found, state = stream(streaming(model), values, [1] * T)
    assert list(state) == [layer.name, f"{layer.name}_1"]
    check(found, model(values))


@pytest.mark.parametrize(
    ("said", "shown"), [("no kernel for it\nmore", "no kernel for it"), ("", "RuntimeError")]
)
def test_what_a_backend_says_of_the_drawn_sequence_is_a_reason(said, shown, monkeypatch):
    def fails(*_):
        raise RuntimeError(said)

    monkeypatch.setattr(streaming_step, "check_steps", fails)
    with pytest.raises(plan.StreamingError, match=rf"on a drawn sequence, step by step: {shown}\. Call"):
        streaming(_sabotaged(ops.tanh))


def _neighbour(x):
    return ops.concatenate([x[:, :1], x[:, :-1]], axis=1)


def _sabotaged(join):
    x = keras.Input((None, D))
    return wide(keras.Model(x, join(keras.layers.GRU(D, return_sequences=True)(x))))


#: What looks at another step than its own, in shapes that give no sign of it.
NEIGHBOURS = {
    "the step before": lambda y: ops.add(y, _neighbour(y)),
    "the sum so far": lambda y: ops.add(y, ops.cumsum(y, axis=1)),
    "backwards": lambda y: y[:, ::-1],
    "the last joined with every step": lambda y: ops.add(y, ops.expand_dims(y[:, -1], 1)),
    "scrambled by a reshape": lambda y: ops.reshape(ops.swapaxes(y, 1, 2), (-1, T, D)),
    "attention": lambda y: ops.matmul(ops.softmax(ops.matmul(y, ops.swapaxes(y, 1, 2))), y),
    "softmax over time": lambda y: ops.softmax(y, axis=1),
    "mean over time": lambda y: ops.subtract(y, ops.mean(y, axis=1, keepdims=True)),
    "a layer of a stranger": lambda y: keras.layers.Lambda(_neighbour)(y),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_looks_at_a_neighbour_is_refused(name):
    with pytest.raises(plan.StreamingError):
        streaming(_sabotaged(NEIGHBOURS[name]))


@pytest.mark.parametrize("name", ["the sum so far", "softmax over time"])
def test_a_drawn_sequence_sees_what_the_table_lets_through(name, monkeypatch):
    monkeypatch.setattr(following, "mixed_axes", lambda operation, place, rank: set())
    with pytest.raises(plan.StreamingError, match=r"of a drawn sequence .* is off by"):
        streaming(_sabotaged(NEIGHBOURS[name]))
