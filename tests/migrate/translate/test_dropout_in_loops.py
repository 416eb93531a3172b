"""Dropout in the steps of loops and of cells of their own equations: layers that train, proved with every unit kept."""

import importlib.util

import keras
import numpy as np
import pytest
import tensorflow as tf
from loop_programs import dropped, dropped_by_a_number, dropped_within
from step_programs import WIDTH, Cell, held
from test_loops import W, graph_of
from test_loops import whole_of as loops_of
from test_own_cells import model_of_programs, whole_of

import tf2_lstm
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole

v1 = tf.compat.v1
X = np.random.RandomState(4).normal(size=(2, 3, 4)).astype("float32")


def recurrent_highway(x, start):
    """A cell of its own with dropout of the input, fed, and of what is new, a number."""
    keep = v1.placeholder_with_default(1.0, [], "keep_prob")
    kernel, gate = held("cell/kernel", 2 * WIDTH, WIDTH), held("cell/gate", WIDTH, WIDTH)

    def step(now, h):
        new = tf.tanh(tf.concat([v1.nn.dropout(now, keep_prob=keep), h], 1) @ kernel)
        t = tf.sigmoid(h @ gate)
        h = t * v1.nn.dropout(new, rate=0.5) + (1.0 - t) * h
        return h, h

    return v1.nn.dynamic_rnn(Cell(WIDTH, step), x, initial_state=start)


def passed_on(x, start):
    """What goes in goes out, dropped: the masks are seen."""
    keep = v1.placeholder_with_default(1.0, [], "keep_prob")
    kernel = held("cell/kernel", WIDTH, WIDTH)
    step = lambda now, h: (v1.nn.dropout(now, keep_prob=keep) + 0.0 * h, tf.tanh(h @ kernel))  # noqa: E731
    return v1.nn.dynamic_rnn(Cell(WIDTH, step), x, dtype=tf.float32)


def added(x, w):
    """What no step changes, dropped anew at each of four."""
    keep = v1.placeholder_with_default(1.0, [], "keep_prob")
    body = lambda step, state: (step + 1, state + v1.nn.dropout(x[:, 0], keep_prob=keep))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 4, body, [0, 0.0 * x[:, 0]])[1]


def converted(program, functional=False):
    """(`TF1Model`, `Whole`, model) of a program with a cell."""
    _, tf1, fetch = model_of_programs({"p": program}, functional)
    whole = whole_of(tf1, fetch)
    return tf1, whole, build_whole(whole, tf1)


def written(whole, model, folder):
    """The module of the source beside its weights."""
    (folder / "model.py").write_text(emit_whole(whole))
    model.save(folder / "model.keras")
    spec = importlib.util.spec_from_file_location("written_model", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(x):
    for _ in range(3):
        x = np.tanh(x @ W)
    return x


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("program", [dropped, dropped_by_a_number, dropped_within])
def test_a_loop_with_dropout_is_proved_as_it_trains(program, functional):
    tf1, whole = loops_of(graph_of({"y": program}, functional), ["y:0"])
    model = build_whole(whole, tf1)
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed, report.diagnosis
    places = tf2_lstm.set_dropout(model, {})
    assert len(places) == {dropped: 1, dropped_by_a_number: 1, dropped_within: 3}[program]
    assert not any("keeps everything" in note for note in report.notes)
    # A constant rate is proved with its scale, which a loop that forgets its dropout lacks.
    assert any("was proved with every unit kept" in note for note in report.notes) == (program is not dropped)
    if program is dropped_by_a_number:
        np.testing.assert_allclose(model({"x": X})["y"], steps(X[:, 0]), rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
def test_a_cell_with_dropout_is_proved_as_it_trains(functional):
    tf1, whole, model = converted(recurrent_highway, functional)
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed, report.diagnosis
    [layer] = [one for one in model.layers if isinstance(one, keras.layers.RNN)]
    assert type(layer) is tf2_lstm.RNN
    said = f"tf2_lstm.set_dropout(model, {{'{layer.name}/cell/dropout': rate}}) sets another"
    assert [note for note in report.notes if said in note]
    assert sorted(tf2_lstm.set_dropout(model, {}).values()) == [0.0, 0.5]


def test_a_dropout_that_a_loop_forgets_is_seen():
    tf1, whole, model = converted(recurrent_highway)
    tf2_lstm.set_dropout(model, 0.0)
    assert not prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed


def test_each_step_drops_others_and_fit_trains_with_it():
    _, whole, model = converted(passed_on)
    [place] = tf2_lstm.set_dropout(model, 0.5)
    ones = {"x": np.ones((5, 6, WIDTH), "float32")}
    outputs = next(one.name for one in whole.outputs if len(one.shape) == 3)
    calls = [np.asarray(model(ones, training=True)[outputs]) for _ in range(2)]
    assert set(np.unique(calls)) == {0.0, 2.0}
    masks = [step.tobytes() for one in calls for step in np.swapaxes(one, 0, 1)]
    assert len(set(masks)) == len(masks)
    np.testing.assert_array_equal(model(ones)[outputs], ones["x"])
    trained = keras.Model(model.inputs, model.output[outputs])
    trained.compile("sgd", "mse", jit_compile=False)
    losses = trained.fit(ones["x"], ones["x"], epochs=2, verbose=0).history["loss"]
    # Each number is off by 1, dropped or doubled.
    assert losses == [1.0, 1.0]
    assert trained.evaluate(ones["x"], ones["x"], verbose=0) == 0.0
    assert place.endswith("/cell/dropout")


@pytest.mark.parametrize("program", [recurrent_highway, passed_on])
def test_the_source_and_the_file_drop_as_the_model(program, tmp_path):
    _, whole, model = converted(program)
    given = {"x": X, "start": X[:, 0]}
    given = {one.name: given[one.name] for one in model.inputs}
    module = written(whole, model, tmp_path)
    expected, found = model(given), module.load()(given)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    dropping = module.load(dropout_rate=0.4)
    assert 0.4 in [
        one.rate for one in tf2_lstm.stock.layers_of(dropping) if type(one) is keras.layers.Dropout
    ]
    name = next(iter(expected))
    assert np.any(np.asarray(dropping(given, training=True)[name]) != np.asarray(expected[name]))
    places = tf2_lstm.set_dropout(model, 0.3)
    model.save(tmp_path / "set.keras")
    loaded = keras.models.load_model(tmp_path / "set.keras", safe_mode=True)
    assert tf2_lstm.set_dropout(loaded, {}) == places
    # Also in the classes of the source, which are those of whoever keeps it.
    assert tf2_lstm.set_dropout(module.load(), 0.3) == places


def test_the_source_of_a_loop_makes_its_dropout(tmp_path):
    tf1, whole = loops_of(graph_of({"y": dropped_within}, False), ["y:0"])
    model = build_whole(whole, tf1)
    module = written(whole, model, tmp_path)
    np.testing.assert_array_equal(module.load()({"x": X})["y"], model({"x": X})["y"])
    assert "def __init__(self, dropout_rate=0.0, **options):" in (tmp_path / "model.py").read_text()
    dropping = module.load(dropout_rate=0.9)({"x": X}, training=True)["y"]
    assert np.any(np.asarray(dropping) == 0.0)


def test_what_no_step_changes_is_dropped_at_each():
    tf1, whole = loops_of(graph_of({"y": added}, False), ["y:0"])
    model = build_whole(whole, tf1)
    tf2_lstm.set_dropout(model, 0.5)
    found = np.asarray(model({"x": np.ones((50, 1, 4), "float32")}, training=True)["y"])
    # The sum of four that are 0 or 2; of one that is drawn once 0 or 8.
    assert set(np.unique(found)) == {0.0, 2.0, 4.0, 6.0, 8.0}
