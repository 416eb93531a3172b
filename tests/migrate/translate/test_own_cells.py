"""Loops over the steps of a sequence: cells in `keras.layers.RNN`, or loops where they are more than that."""

import functools
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold, model_of
from step_programs import (
    CELLS,
    LOOPS,
    REASONS,
    WIDTH,
    from_the_end,
    numbers,
    squares,
    two_sequences,
    two_states,
    ugrnn,
)

import tf2_lstm
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.keras_code.expression import Ref
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.control import own_loops
from tf2_lstm.migrate.translate.control.cell_lines import NoCell
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.writing.writer import Writer

v1 = tf.compat.v1
SIZES = ((3, 5), (1, 1), (4, 7))


def model_of_programs(programs, functional=False, time=None):
    """(The graph, its `TF1Model`, what is fetched) of programs, each under a scope of its name."""
    before = v1.control_flow_v2_enabled()
    (v1.enable_control_flow_v2 if functional else v1.disable_control_flow_v2)()
    graph, fetch = tf.Graph(), []
    with graph.as_default():
        x = v1.placeholder(tf.float32, [None, time, WIDTH], name="x")
        start = v1.placeholder(tf.float32, [None, WIDTH], name="start")
        for name, program in programs.items():
            with v1.name_scope(name):
                found = program(x, start)
            for number, one in enumerate(found if isinstance(found, tuple) else (found,)):
                fetch.append(tf.identity(one, name=f"{name}_{number}").name)
    (v1.enable_control_flow_v2 if before else v1.disable_control_flow_v2)()
    shapes = {one.name: one.outputs[0].shape for one in graph.get_operations() if one.type == "VariableV2"}
    random = np.random.RandomState(0)
    return (
        graph,
        model_of(
            graph, {name: random.uniform(-1, 1, shape).astype("float32") for name, shape in shapes.items()}
        ),
        fetch,
    )


def whole_of(tf1, fetch):
    findings = Findings(shapes=inferred(tf1.graph))
    return translate(tf1, findings, boundary_of(tf1, findings, fetch))


def samples(sizes):
    random = np.random.RandomState(sum(sizes))
    return {
        "x": random.normal(size=(*sizes, WIDTH)).astype("float32"),
        "start": random.normal(size=(sizes[0], WIDTH)).astype("float32"),
    }


@pytest.fixture(scope="module", params=[False, True], ids=["v1", "v2"])
def converted(request, tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded)."""
    graph, tf1, fetch = model_of_programs({**CELLS, **LOOPS}, request.param)
    whole = whole_of(tf1, fetch)
    path = tmp_path_factory.mktemp("cells") / "model.keras"
    build_whole(whole, tf1).save(path)
    return graph, tf1, whole, keras.models.load_model(path)


def test_it_is_a_cell_where_it_is_a_step_of_a_sequence(converted):
    _, _, whole, model = converted
    assert len(whole.cells) == len(CELLS)
    assert len(whole.loops) == len(LOOPS)
    assert len([one for one in model.layers if isinstance(one, keras.layers.RNN)]) == len(CELLS)


@pytest.mark.parametrize("program", REASONS, ids=LOOPS)
def test_it_stays_a_loop_for_its_own_reason(program, monkeypatch):
    right, said = own_loops.stepped, []

    def told(*arguments):
        try:
            return right(*arguments)
        except NoCell as reason:
            said.append(str(reason))
            raise

    monkeypatch.setattr(own_loops, "stepped", told)
    _, tf1, fetch = model_of_programs({program.__name__: program})
    assert whole_of(tf1, fetch).loops
    assert said == [REASONS[program]]


def test_a_cell_of_float64_keeps_it():
    def doubled(x, start):
        wide, state = tf.cast(x, tf.float64) * (1 + 1e-9), tf.cast(start, tf.float64)
        steps = tf.reshape(tf.transpose(wide, [1, 0, 2]), [tf.shape(x)[1], -1, 2, 2])
        return tf.scan(lambda h, x: tf.tanh(x @ h + x), steps, tf.reshape(state, [-1, 2, 2]))

    graph, tf1, fetch = model_of_programs({"y": doubled})
    whole = whole_of(tf1, fetch)
    assert [one.dtype for one in whole.cells.values()] == ["float64"]
    [expected] = fetched(graph, tf1, fetch[0], [samples((3, 5))])
    [found] = build_whole(whole, tf1)(samples((3, 5))).values()
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-13)


def test_its_weights_have_the_names_of_the_variables(converted):
    _, _, whole, model = converted
    [name] = [one for one in whole.layers if "two_states" in one]
    variables = [one.rpartition("/own_cell/")[2] for one in whole.layers[name]]
    assert sorted(variables) == ["hidden/kernel", "input/kernel", "scale"]
    assert [one.name for one in model.get_layer(name).weights] == [one.replace("/", "_") for one in variables]
    [by_hand] = [cell for cell in whole.cells.values() if "by_hand" in cell.note]
    assert [one.name for one in by_hand.weights] == ["weights_"]


def test_it_gives_what_the_session_gives(converted):
    graph, tf1, whole, model = converted
    names = {one.name: one.tf1 for one in whole.outputs}
    feeds = list(map(samples, SIZES))
    hold(model, feeds, fetched(graph, tf1, names, feeds))


def test_the_source_gives_the_numbers_of_the_model(converted):
    _, _, whole, model = converted
    names = {}
    text = emit_whole(whole)
    exec(compile(text, "model.py", "exec"), names)
    written = names["build_model"]()
    written.set_weights(model.get_weights())
    expected = model(samples((2, 3)))
    for name, value in written(samples((2, 3))).items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(expected[name]), err_msg=name)
    assert "self.input_kernel = self.add_weight(" in text


def test_the_proof_says_so_of_gradients_too():
    _, tf1, fetch = model_of_programs(CELLS)
    whole = whole_of(tf1, fetch)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    proved = {one.name for one in report.tensors}
    assert {f"gradient of {name}" for name in tf1.variables} <= proved


def test_it_is_streamed_step_by_step():
    _, tf1, fetch = model_of_programs({"y": ugrnn})
    model = build_whole(whole_of(tf1, fetch), tf1)
    x = samples((2, 4))["x"]
    step = tf2_lstm.streaming(model)
    state, found = step.initial_state(2), []
    for number in range(4):
        outputs, state = step({"x": x[:, number : number + 1]}, state)
        found.append(np.asarray(outputs["y_0"]))
    np.testing.assert_allclose(np.concatenate(found, 1), np.asarray(model({"x": x})["y_0"]), atol=1e-6)


def exchanged(found):
    """The states, each in the other's place."""
    cell = found.cell
    return replace(found, cell=replace(cell, results=cell.results[::-1]))


def too_early(found):
    """The output, by the state before the step."""
    return replace(found, cell=replace(found.cell, output=Ref(found.cell.states[0][0])))


def other_places(found):
    """The sequences, each in the other's place."""
    return replace(found, sequences=dict(reversed(found.sequences.items())))


def other_arrays(found):
    """What is given out, cut at another place."""
    return replace(found, arrays=dict(zip(found.arrays, [*found.arrays.values()][::-1], strict=True)))


def forwards(found):
    """The first step first."""
    return replace(found, backwards=not found.backwards)


def other_weights(found):
    """The matrices, each in the other's place."""
    matrices = [one for one in found.sources if one.endswith("kernel")]
    other = dict(zip(matrices, matrices[::-1], strict=True))
    return replace(found, sources=tuple(other.get(one, one) for one in found.sources))


#: What is wrong -> (how a loop is a cell, the program on which that is).
SABOTAGES = {
    "states exchanged": (exchanged, two_states),
    "output before the step": (too_early, two_states),
    "weights exchanged": (other_weights, two_states),
    "sequences exchanged": (other_places, two_sequences),
    "outputs cut elsewhere": (other_arrays, numbers),
    "the first step first": (forwards, from_the_end),
    "the last step first": (forwards, squares),
}


@pytest.fixture(scope="module")
def proved():
    """A function from a program to (its `TF1Model`, what is fetched, the runs of the graph)."""

    @functools.cache
    def runs_of(program):
        _, tf1, fetch = model_of_programs({"y": program})
        return tf1, fetch, run_whole(tf1, whole_of(tf1, fetch))

    return runs_of


def proof(tf1, fetch, runs):
    whole = whole_of(tf1, fetch)
    assert whole.cells
    return prove_whole(tf1, whole, build_whole(whole, tf1), runs)


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_wrong_cell_is_seen(name, proved, monkeypatch):
    wrong, program = SABOTAGES[name]
    runs = proved(program)
    assert proof(*runs).passed
    right = own_loops.stepped
    monkeypatch.setattr(own_loops, "stepped", lambda *arguments: wrong(right(*arguments)))
    assert not proof(*runs).passed


def test_a_sequence_that_is_not_turned_is_seen(proved, monkeypatch):
    right = Writer.swapped
    wrong = lambda self, ref, *name: right(self, ref, *name) if name else ref  # noqa: E731
    monkeypatch.setattr(Writer, "swapped", wrong)
    assert not proof(*proved(two_states)).passed
