"""A model that was written by hand against the whole TF1 graph: what is right is equal, each mistake is seen."""

import json
import shutil
from pathlib import Path

import keras
import pytest

from legacy_tf1.cells.basic_rnn import BasicRNNCell
from legacy_tf1.compat import tf
from legacy_tf1.unroll import dynamic_rnn
from tests.migrate.prove import tagger
from tf2_lstm import SequenceMask
from tf2_lstm.cli.main import main
from tf2_lstm.migrate.convert import against
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.candidate import CandidateError
from tf2_lstm.migrate.roles import Role
from tf2_lstm.testing import assert_equivalent

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The prefix of the tagger's checkpoint, its weights, and the folder."""
    folder = tmp_path_factory.mktemp("tagger")
    return *tagger.save(folder), folder


def test_what_is_right_is_equal_and_what_was_matched_is_said(saved):
    path, values, _ = saved
    report = assert_equivalent(path, tagger.hand_written(values))
    assert {tensor.name for tensor in report.cases[0].tensors} == {"probabilities", "tags"}
    assert len({tensor.reference for tensor in report.cases[0].tensors}) == 3
    assert "input word_ids is word_ids:0" in report.notes
    assert "output tags is tags:0" in report.notes
    assert any(note.startswith("no gradients were compared: no input is of floats") for note in report.notes)
    assert "keep_prob:0 is 1.0 in it, as at inference" in report.notes


#: What is wrong -> (the mistake, what the report says of it).
SABOTAGES = {
    "a weight": ({"wrong": 0.01}, "probabilities against the TF1 graph, 3 x 5: off by"),
    "outputs swapped": (
        {"swapped": True},
        "tags against the TF1 graph, 3 x 5: shape (3, 5, 3), expected (3, 5)",
    ),
    "no softmax": ({"softmax": False}, "probabilities against the TF1 graph, 3 x 5: off by"),
    "another dtype": (
        {"dtype": "float32"},
        "input word_ids against the TF1 graph: dtype float32, expected int32",
    ),
    "ids off by one": ({"off": 1}, "tags against the TF1 graph, 3 x 5: off by"),
    "dropout left on": ({"drops": True}, "probabilities against the TF1 graph, 3 x 5: off by"),
    "no forget bias": ({"bias": 0.0}, "probabilities against the TF1 graph, 3 x 5: off by"),
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_mistake_is_seen_and_named(saved, name):
    path, values, _ = saved
    mistake, said = SABOTAGES[name]
    with pytest.raises(AssertionError) as raised:
        assert_equivalent(path, tagger.hand_written(values, **mistake))
    assert f"the model: {said}" in str(raised.value)


#: The tagger from the words' vectors on: the input of the model -> the tensor of the graph.
VECTORS = {"x": "dropout/mul_1:0", "lengths": "lengths:0"}


def behind_the_lookup(values, stopped=lambda x: x):
    """The model from the vectors on, of which something is done with them first."""
    whole = tagger.hand_written(values)
    x, lengths = keras.Input((None, tagger.WIDTH), name="x"), keras.Input((), dtype="int32", name="lengths")
    masked = SequenceMask()([stopped(x), lengths])
    scores = whole.get_layer("proj")(whole.get_layer("lstm")(masked))
    return keras.Model([x, lengths], {"probabilities": keras.ops.softmax(scores)})


def half_stopped(x):
    """All of a tensor; half of its numbers are no way for a gradient."""
    return keras.ops.concatenate([keras.ops.stop_gradient(x[..., :2]), x[..., 2:]], -1)


def vectors_of(path):
    """The tensor that the directions read, as this TensorFlow calls it."""
    [tensor] = {
        one.tf1 for one in look(Request(str(path)))[1].recurrences[0].inputs if one.role is Role.INPUTS
    }
    return tensor


def test_gradients_are_compared_by_the_inputs_of_floats(saved):
    path, values, _ = saved
    given = {**VECTORS, "x": vectors_of(path)}
    report = assert_equivalent(path, behind_the_lookup(values), given, {"probabilities": "probabilities:0"})
    assert {one.name for one in report.cases[0].tensors} == {"probabilities", "gradient of x"}
    said = (
        "gradients were compared by the inputs of floats, not by the weights: which weight is which variable"
    )
    assert [note for note in report.notes if note.startswith(said)]
    with pytest.raises(AssertionError) as raised:
        assert_equivalent(
            path, behind_the_lookup(values, half_stopped), given, {"probabilities": "probabilities:0"}
        )
    text = " ".join(str(raised.value).split())
    assert "gradient of x against the TF1 graph, 3 x 5: off by" in text
    assert "every output is equal and 1 gradient(s) differ, gradient of x first" in text
    assert "a stop_gradient that the other side lacks" in text


@pytest.fixture
def old_control_flow():
    was = tf.control_flow_v2_enabled()
    tf.disable_control_flow_v2()
    yield
    if was:
        tf.enable_control_flow_v2()


@pytest.mark.parametrize("wrong", [False, True])
def test_where_the_graph_stops_the_model_has_to(wrong, tmp_path, old_control_flow):
    """In a recurrence too, whose own model hands gradients on."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, None, 3], name="x")
        cell = StoppedCell(4)
        outputs, _ = dynamic_rnn(cell, x, dtype=tf.float32)
        tf.identity(outputs, name="y")
        session.run(tf.global_variables_initializer())
        held = session.run({one.op.name.rpartition("/")[2]: one for one in tf.global_variables()})
        path = tf.train.Saver().save(session, str(tmp_path / "model.ckpt"))
    given = keras.Input((None, 3), name="x")
    cell = keras.layers.SimpleRNNCell(4) if wrong else StoppedKerasCell(4)
    rnn = keras.layers.RNN(cell, return_sequences=True)
    model = keras.Model(given, {"y": rnn(given)})
    rnn.set_weights([held["kernel"][:3], held["kernel"][3:], held["bias"]])
    if not wrong:
        report = assert_equivalent(path, model)
        assert {one.name for one in report.cases[0].tensors} == {"y", "gradient of x"}
        return
    with pytest.raises(AssertionError, match="gradient of x against the TF1 graph"):
        assert_equivalent(path, model)


class StoppedCell(BasicRNNCell):
    """A cell that does not train through the steps before."""

    def call(self, inputs, state):
        return super().call(inputs, tf.stop_gradient(state))


class StoppedKerasCell(keras.layers.SimpleRNNCell):
    """The same in Keras."""

    def call(self, sequence, states, training=False):
        return super().call(sequence, [keras.ops.stop_gradient(states[0])], training)


def test_a_model_that_cannot_be_differentiated_is_named(saved, monkeypatch):
    path, values, _ = saved
    given = {**VECTORS, "x": vectors_of(path)}

    def broken(*arguments):
        raise LookupError("no gradient defined")

    monkeypatch.setattr(against, "differentiate", broken)
    with pytest.raises(AssertionError, match="it has no gradient of 3 x 5, the graph has one: no gradient"):
        assert_equivalent(path, behind_the_lookup(values), given, {"probabilities": "probabilities:0"})


def renamed(model, outputs):
    """The model with other names, without one of its outputs."""
    ids, lengths = keras.Input((None,), dtype="int32", name="x"), keras.Input((), dtype="int32", name="n")
    found = model({"word_ids": ids, "lengths": lengths})
    return keras.Model([ids, lengths], {mine: found[name] for mine, name in outputs.items()})


def test_what_is_not_compared_is_a_fault_unless_it_was_chosen(saved):
    path, values, _ = saved
    model = renamed(tagger.hand_written(values), {"p": "probabilities"})
    inputs = {"x": "word_ids:0", "n": "lengths"}
    with pytest.raises(AssertionError, match=r"no output of the model is it\. Next: --map OUTPUT="):
        assert_equivalent(path, model, inputs)
    report = assert_equivalent(path, model, inputs, {"p": "probabilities:0"})
    assert "not compared: tags:0: the graph gives it out, and no output of the model is it" in report.notes
    with pytest.raises(AssertionError, match="tags:0 against the TF1 graph: the graph gives it out"):
        assert_equivalent(path, model, inputs, {"p": "probabilities:0"}, fetch=["probabilities", "tags"])
    assert assert_equivalent(path, model, inputs, fetch=["probabilities"]).passed


def test_what_has_nothing_but_its_order_is_an_assumption(saved):
    path, values, _ = saved
    model = renamed(tagger.hand_written(values), {"p": "probabilities", "q": "tags"})
    report = assert_equivalent(path, model)
    assert "input x is word_ids:0, assumed by their order" in report.notes
    assert "output p is probabilities:0, assumed by their order" in report.notes
    other = keras.Model(model.inputs[::-1], model.output)
    with pytest.raises(AssertionError, match="input n is word_ids:0, assumed by their order"):
        assert_equivalent(path, other)
    assert assert_equivalent(path, other, {"x": "word_ids", "n": "lengths"}).passed


def test_a_function_says_all_its_names(saved):
    path, values, _ = saved
    model = tagger.hand_written(values)
    names = {"word_ids": "word_ids", "lengths": "lengths"}, {"tags": "tags", "probabilities": "probabilities"}
    report = assert_equivalent(path, lambda given: model(given), *names)
    assert report.passed
    assert [note for note in report.notes if "no gradients were compared: a function gives arrays" in note]
    with pytest.raises(CandidateError, match="Give inputs="):
        assert_equivalent(path, lambda given: model(given), names[0])


def test_a_model_that_cannot_be_called_with_what_the_graph_takes_is_named(saved):
    path = saved[0]
    names = {"a": "word_ids", "b": "lengths"}, {"p": "probabilities"}

    def broken(given):
        raise ValueError("two rows at least\nplease")

    with pytest.raises(
        AssertionError, match="it does not take 3 x 5, which the graph takes: two rows at least"
    ):
        assert_equivalent(path, broken, *names)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"inputs": {"ids": "word_ids"}}, "ids: expected the name of an input or output of the model"),
        ({"inputs": {"word_ids": "words"}}, "words:0: expected a tensor of the graph"),
        ({"fetch": ["logits"]}, "logits: expected a tensor of the graph"),
    ],
)
def test_a_name_that_is_not_there_is_refused(saved, said, expected):
    path, values, _ = saved
    with pytest.raises(ArtifactError, match=expected):
        assert_equivalent(path, tagger.hand_written(values), **said)


def test_a_size_that_only_the_model_fixes_is_said(saved):
    path, values, _ = saved
    model = tagger.hand_written(values)
    ids, lengths = (
        keras.Input((6,), dtype="int32", name="word_ids"),
        keras.Input((), dtype="int32", name="lengths"),
    )
    fixed = keras.Model([ids, lengths], model({"word_ids": ids, "lengths": lengths}))
    report = assert_equivalent(path, fixed)
    said = "input word_ids: proved for (None, 6), the sizes of the model; the graph has (None, None)"
    assert said in report.notes
    assert {tensor.shape[1] for tensor in report.cases[0].tensors} == {6}


def test_the_command_has_the_same_report_and_its_exit_codes(saved, capsys):
    path, values, folder = saved
    files = {name: str(folder / f"{name}.keras") for name in ("right", "wrong")}
    tagger.hand_written(values).save(files["right"])
    tagger.hand_written(values, wrong=0.01).save(files["wrong"])
    assert main(["compare", path, "--against", files["right"]]) == 0
    assert "the model: 2 tensor(s) equal" in capsys.readouterr().out
    assert main(["compare", path, "--against", files["wrong"], "--format", "json"]) == 1
    assert not json.loads(capsys.readouterr().out)["passed"]
    chosen = ["--map", "probabilities=probabilities:0", "--output", str(folder / "report.txt")]
    assert main(["compare", path, "--against", files["right"], *chosen]) == 0
    assert "not compared: output tags" not in (folder / "report.txt").read_text(encoding="utf-8")


#: What is asked for wrongly -> what is said.
REFUSED = {
    "no such model": (["--against", "no.keras"], "no.keras: expected a .keras file, no file is there"),
    "a map of nothing": (["--against", "no.keras", "--map", "ids"], "--map ids: expected NAME=TENSOR"),
    "a map of no model": (["--map", "a=b"], "--map: expected with --against, found with none"),
    "own data": (["--against", "no.keras", "--inputs", "a.npz"], "--inputs: expected with PATH alone"),
    "what pairs have": (["--against", "no.keras", "--steps", "3"], "--steps: expected with pairs and cases"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_exit_2(saved, name, capsys):
    arguments, said = REFUSED[name]
    assert main(["compare", saved[0], *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("ending", [".keras", ".meta", ".index", "a link"])
def test_what_is_read_is_never_written_over(ending, tmp_path, capsys):
    for source in (ZOO / "tagger").glob("model.ckpt*"):
        shutil.copy(source, tmp_path)
    model, link = tmp_path / "model.keras", tmp_path / "report.txt"
    model.write_text("years")
    link.symlink_to(model)
    output = {".keras": model, "a link": link}.get(ending, tmp_path / f"model.ckpt{ending}")
    was = {path: path.read_bytes() for path in tmp_path.iterdir()}
    asked = ["compare", str(tmp_path / "model.ckpt"), "--against", str(model), "--output", str(output)]
    for options in ([], ["--overwrite"]):
        assert main([*asked, *options]) == 2
        assert "which is read and never changed" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == was


def test_a_model_without_a_graph_is_refused():
    path = ZOO / "h5_lstm" / "model.h5"
    with pytest.raises(ArtifactError, match="expected a graph to run, found none"):
        assert_equivalent(path, keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
