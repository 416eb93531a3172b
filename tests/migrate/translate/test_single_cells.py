"""Known cells in loops and steps of one's own: called as Keras cells, or by their equations where these are read."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold, hold_source
from single_cell_programs import CELLS, attention, fed_back, gru, gru_weights, residual, unrolled, zeros
from step_programs import WIDTH
from test_own_cells import SIZES, model_of_programs, samples

from tf2_lstm.migrate.layouts import to_keras
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.recognise.recognising import recognise
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.writing.held import single_cells


def whole_of(tf1, fetch, change=None):
    """The `Whole` of what is fetched; `change` makes another list of the cells that were found."""
    findings = recognise(tf1)
    if change is not None:
        findings = replace(
            findings,
            single_cells={name: list(map(change, one)) for name, one in findings.single_cells.items()},
        )
    return translate(tf1, findings, boundary_of(tf1, findings, fetch))


@pytest.fixture(scope="module", params=[False, True], ids=["v1", "v2"])
def converted(request, tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded), of all programs."""
    graph, tf1, fetch = model_of_programs({one.__name__: one for one in CELLS}, request.param)
    whole = whole_of(tf1, fetch)
    path = tmp_path_factory.mktemp("single") / "model.keras"
    build_whole(whole, tf1).save(path)
    return graph, tf1, whole, keras.models.load_model(path, safe_mode=True)


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("program", CELLS, ids=lambda one: one.__name__)
def test_a_known_cell_stays_that_cell(program, functional):
    _, tf1, fetch = model_of_programs({program.__name__: program}, functional)
    whole = whole_of(tf1, fetch)
    found = single_cells(whole)
    assert tuple(path.rpartition("/")[2] for path, _ in found) == CELLS[program]
    held = {name for _, cell in found for name in cell.variables}
    assert held == {name for name in tf1.variables if "cell" in name and CELLS[program]}
    outside = {one for sources in whole.layers.values() for one in sources if isinstance(one, str)}
    outside |= {name for one in whole.recurrences.values() for cell in one.cells for name in cell.variables}
    assert outside | held == {*tf1.variables}
    assert not outside & held


def test_it_gives_what_the_session_gives(converted):
    graph, tf1, whole, model = converted
    names = {one.name: one.tf1 for one in whole.outputs}
    feeds = list(map(samples, SIZES))
    hold(model, feeds, fetched(graph, tf1, names, feeds))


def test_the_source_gives_the_numbers_of_the_model(converted, tmp_path):
    _, _, whole, model = converted
    text = hold_source(whole, model, samples((2, 3)), tmp_path)
    names = {path.rpartition("/")[2] for path, _ in single_cells(whole) if "/" in path}
    assert all(f"self.{one} = keras.layers." in text and f"self.{one}.build((None, " in text for one in names)


def test_the_proof_says_so_of_gradients_too():
    programs = {one.__name__: one for one in (attention, fed_back, residual, unrolled)}
    _, tf1, fetch = model_of_programs(programs)
    whole = whole_of(tf1, fetch)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    proved = {one.name for one in report.tensors}
    assert {f"gradient of {name}" for name in tf1.variables} <= proved


def test_a_step_that_is_called_once_is_the_model_of_its_recurrence():
    def once(x, start):
        return gru(gru_weights(WIDTH), start, zeros(x)) * 2.0

    _, tf1, fetch = model_of_programs({"y": once})
    whole = whole_of(tf1, fetch)
    assert not single_cells(whole)
    assert [one.cells[0].call.pair for one in whole.recurrences.values()] == ["gru"]


def test_a_loop_of_float64_keeps_it_in_the_file_and_in_the_source(tmp_path):
    def doubled(x, start):
        weights, wide = (
            [tf.cast(one, tf.float64) for one in gru_weights(WIDTH)],
            tf.cast(start, tf.float64) * (1 + 1e-9),
        )
        body = lambda step, h: (step + 1, tf.sin(gru(weights, wide, h) * 3.0))  # noqa: E731
        return tf.while_loop(lambda step, _: step < 4, body, [0, wide[:, :3]])[1]

    graph, tf1, fetch = model_of_programs({"y": doubled})
    whole = whole_of(tf1, fetch)
    model = build_whole(whole, tf1)
    model.save(tmp_path / "model.keras")
    (tmp_path / "model.py").write_text(emit_whole(whole))
    names = {"__file__": str(tmp_path / "model.py")}
    exec(compile(emit_whole(whole), "model.py", "exec"), names)
    [expected] = fetched(graph, tf1, fetch[0], [samples((3, 5))])
    given = {one.name: samples((3, 5))[one.name] for one in whole.inputs}
    for one in (model, keras.models.load_model(tmp_path / "model.keras"), names["load"]()):
        [found] = one(given).values()
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("trained", "cells", "weights"),
    [("none", ["lstm_cell"], 0), ("the bias", [], 2), ("all", ["lstm_cell"], 0)],
)
def test_what_tf1_does_not_train_does_not_train(trained, cells, weights):
    _, tf1, fetch = model_of_programs({"y": attention})
    fixed = {"none": ("kernel", "bias"), "the bias": ("kernel",), "all": ()}[trained]
    held = frozenset(tf1.variables) - {f"y/lstm_cell/{name}" for name in fixed}
    tf1 = replace(tf1, trainable=held)
    whole = whole_of(tf1, fetch)
    assert [path.rpartition("/")[2] for path, _ in single_cells(whole)] == cells
    assert len([one for sources in whole.layers.values() for one in sources if "lstm_cell" in one]) == weights
    model = build_whole(whole, tf1)
    assert len(model.trainable_weights) == 3 * len(cells) * (trained == "all") + 1 + (trained == "the bias")
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed
    assert "gradient of y/lstm_cell/bias" in {one.name for one in report.tensors}


def states_exchanged(cell):
    """c in the place of h."""
    return replace(cell, states=cell.states[::-1])


def next_exchanged(cell):
    """The next c in the place of the next h."""
    return replace(cell, next_states=cell.next_states[::-1])


def other_forget_bias(cell):
    """TF1's default in the place of another one."""
    call = replace_call(cell.cell.call, forget_bias=0.5)
    return replace(cell, cell=replace(cell.cell, call=call))


def replace_call(call, **options):
    """A call with other arguments."""
    return type(call)(call.pair, **{**call.arguments, **options})


@pytest.mark.parametrize("wrong", [states_exchanged, next_exchanged, other_forget_bias])
@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
def test_a_wrong_cell_is_no_proof(wrong, functional):
    _, tf1, fetch = model_of_programs({"y": attention}, functional)
    whole = whole_of(tf1, fetch, wrong)
    assert single_cells(whole)
    assert not prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed


def test_its_weights_are_the_variables_in_keras_order(converted):
    _, tf1, whole, model = converted
    [(path, cell)] = [one for one in single_cells(whole) if one[1].scope == "attention/lstm_cell"]
    layer, _, name = path.partition("/")
    own = {leaf: tf1.variables[one].read() for leaf, one in cell.names.items()}
    found = getattr(model.get_layer(layer), name).get_weights()
    for expected, array in zip(to_keras(cell, own), found, strict=True):
        np.testing.assert_array_equal(array, expected)
