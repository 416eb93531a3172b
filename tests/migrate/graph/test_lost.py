"""Operations that TensorFlow lacks today: their NumPy and Keras layers against what TensorFlow 1.15.5 recorded."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from tf2_lstm import GatherTree
from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.graph.lost import LOST
from tf2_lstm.migrate.graph.operations import OPERATIONS
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.private import import_private

RECORDS = Path(__file__).parent / "lost"
#: Operation -> what stands for it in a Keras model.
LAYERS = {"GatherTree": GatherTree}
INT32 = 3


def records(of_numbers):
    """A list of (operation, case, what is given, what it gives); that is a text where TensorFlow 1 refuses."""
    found = []
    for name in sorted(LOST):
        held = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
        assert held["tensorflow"] == "1.15.5"
        for case, one in held["cases"].items():
            if isinstance(one["gives"], str) != of_numbers:
                given = [np.array(array, "int32") for array in one["given"]]
                found.append(pytest.param(name, given, one["gives"], id=f"{name}, {case}"))
    return found


def test_what_is_lost_is_lost_and_everything_stands_for_it():
    known = import_private("tensorflow.python.framework.op_def_registry.get", "to read a graph")
    assert [name for name in LOST if known(name) is not None] == []
    assert LOST.keys() == LAYERS.keys() <= OPERATIONS.keys()
    assert {path.stem for path in RECORDS.glob("*.json")} == LOST.keys()


@pytest.mark.parametrize(("name", "given", "gives"), records(True))
def test_numpy_and_the_layer_give_what_tensorflow_1_15_5_gave(name, given, gives):
    for found in (LOST[name].compute(*given), np.asarray(LAYERS[name]()(*given))):
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, gives)


@pytest.mark.parametrize(("name", "given", "said"), records(False))
def test_what_tensorflow_1_refused_numpy_refuses_and_the_layer_marks(name, given, said):
    of_parents = said.startswith("Saw invalid parent id ")
    with pytest.raises(ValueError, match="is no beam" if of_parents else "and a length a row"):
        LOST[name].compute(*given)
    if of_parents:
        assert np.any(np.asarray(LAYERS[name]()(*given)) == -1)


def test_a_model_of_it_is_saved_and_takes_any_batch(tmp_path):
    words, parents = (keras.Input((None, 5), dtype="int32", name=name) for name in ("words", "parents"))
    lengths = keras.Input((), dtype="int32", name="lengths")
    model = keras.Model([words, parents, lengths], GatherTree()(words, parents, lengths, end=2))
    model.save(tmp_path / "model.keras")
    given, gives = next(one.values[1:] for one in records(True) if "7 x 5 x 5" in one.id)
    for one in (model, keras.models.load_model(tmp_path / "model.keras")):
        np.testing.assert_array_equal(np.asarray(one(given[:3])), gives)


@pytest.fixture(scope="module")
def graph():
    """Beams that are put together, and their negatives."""
    found = message("GraphDef")
    shapes = {"words": (4, -1, 3), "parents": (4, -1, 3), "lengths": (-1,), "end": ()}
    for name, shape in shapes.items():
        node = found.node.add(name=name, op="Placeholder")
        node.attr["dtype"].type = INT32
        node.attr["shape"].shape.SetInParent()
        for size in shape:
            node.attr["shape"].shape.dim.add(size=size)
    found.node.add(name="beams", op="GatherTree", input=list(shapes))
    found.node.add(name="minus", op="Neg", input=["beams"]).attr["T"].type = INT32
    return found


def test_its_output_has_the_shape_and_dtype_of_its_words(graph):
    assert inferred(graph)["minus:0"] == (4, None, 3)


def test_a_program_with_it_is_proved_and_the_report_says_how(graph):
    tf1, request = TF1Model("frozen_graph", "", graph=graph), Request("", program=True)
    findings = Findings(shapes=inferred(graph))
    _, case, _, problem = WholeConverter(tf1, findings, request, None).convert()
    assert problem == ""
    assert (case.passed, len(case.tensors)) == (True, 4)
    (note,) = [
        one for one in case.notes if "has no beams (GatherTree): in the replay NumPy stood for it" in one
    ]
    assert note.startswith("model: TensorFlow 2.")


def test_a_program_with_it_cannot_be_timed_and_the_report_says_so(graph):
    tf1, request = TF1Model("frozen_graph", "", graph=graph), Request("", program=True, speed=True)
    _, case, _, problem = WholeConverter(tf1, Findings(shapes=inferred(graph)), request, None).convert()
    assert problem == ""
    assert case.speed.timings == ()
    (why,) = case.speed.problems
    assert "has no beams (GatherTree)" in why
