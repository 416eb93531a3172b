"""Layers in the steps of a loop: held by the loop, or lines where something else reads of them."""

import re

import keras
import pytest
from layer_programs import LAYERS, bahdanau, bahdanau_by_hand, bias_of_two, dense, luong
from live_models import fetched, hold, hold_source
from test_own_cells import SIZES, model_of_programs, samples, whole_of

from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole

#: Keras says so of a sequence of one step.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


def without_numbers(layers):
    """Names and classes, the names without the numbers that tell lines of several programs apart."""
    return sorted((re.sub(r"_\d+$", "", name), kind) for name, kind in layers)


def classes(whole):
    """Name of a program -> the names and classes of the layers of its loop."""
    return {
        line.value.options["name"].removesuffix("_while"): without_numbers(
            (one.name, one.call.what.rpartition(".")[2]) for one in whole.loops[line.value.what].layers
        )
        for line in whole.program.lines
        if getattr(line.value, "what", None) in whole.loops
    }


@pytest.fixture(scope="module", params=[False, True], ids=["v1", "v2"])
def converted(request, tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded), of all programs."""
    graph, tf1, fetch = model_of_programs({one.__name__: one for one in LAYERS}, request.param)
    whole = whole_of(tf1, fetch)
    path = tmp_path_factory.mktemp("layers") / "model.keras"
    build_whole(whole, tf1).save(path)
    return graph, tf1, whole, keras.models.load_model(path, safe_mode=True)


def test_a_loop_holds_the_layers_whose_weights_it_alone_reads(converted):
    _, tf1, whole, model = converted
    assert classes(whole) == {one.__name__: without_numbers(layers.items()) for one, layers in LAYERS.items()}
    held = [one for sources in whole.layers.values() for one in sources]
    assert sorted(held) == sorted(tf1.variables)
    assert sum(map(len, (one.weights for one in model.layers))) == len(held)


def test_it_gives_what_the_session_gives(converted):
    graph, tf1, whole, model = converted
    feeds = list(map(samples, SIZES))
    hold(model, feeds, fetched(graph, tf1, {one.name: one.tf1 for one in whole.outputs}, feeds))


def test_the_source_gives_the_numbers_of_the_model(converted, tmp_path):
    _, _, whole, model = converted
    hold_source(whole, model, samples((2, 3)), tmp_path)


def test_the_proof_says_so_of_gradients_too():
    programs = {one.__name__: one for one in (dense, bias_of_two, bahdanau, bahdanau_by_hand, luong)}
    _, tf1, fetch = model_of_programs(programs)
    whole = whole_of(tf1, fetch)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    assert {f"gradient of {name}" for name in tf1.variables} <= {one.name for one in report.tensors}
    assert any("TF1 gives NaN" in note for note in report.notes)
