"""Steps that are unrolled by hand: a cell in a layer where they are alike, lines where they are not."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold
from step_programs import WIDTH
from test_own_cells import model_of_programs, whole_of
from unrolled_programs import CELLS, STAY, TIME, stacked

import tf2_lstm
from tf2_lstm.lines import OPERATIONS
from tf2_lstm.migrate.keras_code.expression import Line, Ref
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.control.rolled import in_order
from tf2_lstm.migrate.translate.recovered.layers import ACTIVATIONS

v1 = tf.compat.v1


def samples(rows):
    random = np.random.RandomState(rows)
    return {
        "x": random.normal(size=(rows, TIME, WIDTH)).astype("float32"),
        "start": random.normal(size=(rows, WIDTH)).astype("float32"),
    }


def converted(programs):
    graph, tf1, fetch = model_of_programs(programs, time=TIME)
    return graph, tf1, whole_of(tf1, fetch)


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded) of the steps that are alike."""
    graph, tf1, whole = converted(CELLS)
    path = tmp_path_factory.mktemp("cells") / "model.keras"
    build_whole(whole, tf1).save(path)
    return graph, tf1, whole, keras.models.load_model(path, safe_mode=True)


def test_alike_steps_are_a_cell_in_a_layer(cells):
    _, _, whole, model = cells
    assert len(whole.cells) == len(CELLS)
    layers = [one for one in model.layers if isinstance(one, keras.layers.RNN)]
    assert sorted(one.name for one in layers) == sorted(CELLS)
    assert [one.name for one in model.layers if isinstance(one, keras.layers.Dense)] == ["keys"]
    assert {type(one) for one in layers if one.name == "dropping"} == {tf2_lstm.RNN}
    assert all(one.unroll for one in layers)
    counts = sorted(cell.note.rpartition(", ")[2] for cell in whole.cells.values())
    assert counts == ["3 steps", *[f"{TIME} steps"] * (len(CELLS) - 1)]


def test_it_gives_what_the_session_gives(cells):
    graph, tf1, whole, model = cells
    names = {one.name: one.tf1 for one in whole.outputs if not one.name.startswith("dropping")}
    feeds = list(map(samples, (3, 1, 5)))
    hold(model, feeds, fetched(graph, tf1, names, feeds))


def test_the_proof_says_so_of_gradients_too(cells):
    _, tf1, whole, model = cells
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed, report.diagnosis
    assert {f"gradient of {name}" for name in tf1.variables} <= {one.name for one in report.tensors}


def test_the_source_has_one_step_and_the_numbers_of_the_model(cells):
    _, _, whole, model = cells
    names, text = {}, emit_whole(whole)
    exec(compile(text, "model.py", "exec"), names)
    written = names["build_model"]()
    written.set_weights(model.get_weights())
    expected = model(samples(2))
    for name, value in written(samples(2)).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
    # One in each cell but the two inputs' and the two states', which have another product, and attention has two.
    assert text.count("keras.ops.tanh(") == len(CELLS) + 1
    assert "# rate 1 - dropping/keep_prob:0" in text
    _, _, alone = converted({"stacked": stacked})
    assert "stacked_outputs = stacked(x, initial_state=[start])" in emit_whole(alone)


def test_what_is_not_alike_stays_as_it_is():
    _, tf1, whole = converted(STAY)
    assert not whole.cells
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed, report.diagnosis


def test_each_activation_of_a_dense_layer_is_an_operation_of_cells():
    assert {f"keras.ops.{one}" for one in ACTIVATIONS} <= OPERATIONS


def test_the_order_of_lines_is_that_of_what_they_read():
    read = {"d": "bc", "c": "a", "b": "a", "a": ""}
    lines = [Line((name,), [Ref(one) for one in names]) for name, names in read.items()]
    assert [line.targets[0] for line in in_order(lines)] == ["a", "c", "b", "d"]
