"""Which runs of a checkpoint without a graph are two directions of one, and when that is asked for."""

import pytest

from tf2_lstm.migrate.artifacts.old_names import rename
from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise


def found(scopes, *said, defaults=True, inputs=(4, 4)):
    """What is found of LSTMs with 5 units at these scopes; names may be old ones."""
    shapes = {}
    for scope, depth in zip(scopes, inputs, strict=True):
        old = scope.endswith("Cell")
        shapes[scope + ("/Linear/Matrix" if old else "/kernel")] = (depth + 5, 20)
        shapes[scope + ("/Linear/Bias" if old else "/bias")] = (20,)
    variables = {name: Variable(name, shape, "float32", None) for name, shape in sorted(shapes.items())}
    return recognise(TF1Model("weights", "m.ckpt", variables=rename(variables)[0]), said, defaults)


OWN = {
    "bidirectional_rnn": ["bidirectional_rnn/{}/lstm_cell", "fw", "bw"],
    "of 0.x": ["BiRNN/{}/BasicLSTMCell", "FW", "BW"],
    "of 0.x, with a loop in it": ["BiRNN/{}/RNN/BasicLSTMCell", "FW", "BW"],
    "of 0.x, in one word": ["BiRNN_{}/BasicLSTMCell", "FW", "BW"],
    "of 0.x, a stack": ["model/BiRNN/{}/RNN/MultiRNNCell/Cell0/BasicLSTMCell", "FW", "BW"],
    "one layer of a stack": ["stack/cell_0/bidirectional_rnn/{}/lstm_cell", "fw", "bw"],
    "inside of an encoder": ["encoder/bidirectional_rnn_1/{}/lstm_cell", "fw", "bw"],
    "of a backward pass": ["backward/bidirectional_rnn/{}/lstm_cell", "fw", "bw"],
}


@pytest.mark.parametrize("name", OWN)
def test_names_that_tensorflow_gives_to_two_directions_are_one_recurrence(name):
    scope, *sides = OWN[name]
    findings = found([scope.format(side) for side in sides])
    assert not findings.not_converted
    (run,) = findings.recurrences
    assert run.call.pair == "bidirectional_dynamic_rnn"
    forward, backward = (cell.scope for cell in run.cells)
    assert "/fw/" in forward
    assert backward == forward.replace("/fw/", "/bw/")
    assert not any("direction=" in text for text in run.assumed)


#: Names that a program gave itself: (forward, backward).
OTHERS = [
    ("forward/rnn/lstm_cell", "backward/rnn/lstm_cell"),
    ("Forward/lstm_cell", "Backward/lstm_cell"),
    ("LSTMForward/lstm_cell", "LSTMBackward/lstm_cell"),
    ("rnn_fwd/lstm_cell", "rnn_bwd/lstm_cell"),
    ("rnn/fw_lstm_cell", "rnn/bw_lstm_cell"),
    ("tower_FW/lstm_cell", "tower_BW/lstm_cell"),
    ("fw/rnn/lstm_cell", "bw/rnn/lstm_cell"),
]


@pytest.mark.parametrize("scopes", OTHERS)
def test_other_names_of_directions_are_asked_for_with_the_text_to_give(scopes):
    (said,) = found(scopes, defaults=False).not_converted
    assert f"--assume '{scopes[1]}: direction=bidirectional'" in said.reason
    assert "bidirectional, forward, backward" in said.reason
    assert len(said.variables) == 4
    (run,) = found(scopes).recurrences
    assert run.call.pair == "bidirectional_dynamic_rnn"
    assert [cell.scope for cell in run.cells] == list(scopes)
    assert run.assumed[0] == f"{scopes[1]}: direction=bidirectional (by its name), with {scopes[0]}"


@pytest.mark.parametrize("said", ["forward", "backward"])
@pytest.mark.parametrize("scopes", OTHERS)
def test_what_is_said_of_the_direction_is_what_is_built(scopes, said):
    runs = {run.cells[0].scope: run for run in found(scopes, f"{scopes[1]}: direction={said}").recurrences}
    assert set(runs) == set(scopes)
    assert [runs[scope].reverse for scope in scopes] == [False, said == "backward"]
    assert runs[scopes[1]].assumed[0] == f"{scopes[1]}: direction={said} (as was said)"


@pytest.mark.parametrize(("first", "second"), [("encoder/rnn", "bw/rnn"), ("forward/rnn", "back/bw")])
def test_a_backward_run_without_its_other_direction_is_asked_for_alone(first, second):
    scopes = [f"{first}/lstm_cell", f"{second}/lstm_cell"]
    assert [
        one.scope for one in found(scopes, defaults=False).not_converted if "direction" in one.reason
    ] == [second]
    runs = {run.scope: run for run in found(scopes).recurrences}
    assert [runs[scope].reverse for scope in (first, second)] == [False, True]


def test_runs_over_inputs_of_two_widths_are_no_two_directions_of_one():
    findings = found(["x/fw/lstm_cell", "x/bw/lstm_cell"], inputs=(4, 7))
    assert [run.call.pair for run in findings.recurrences] == ["dynamic_rnn"] * 2


@pytest.mark.parametrize("scope", ["rnn", "encoder/RNN", "embedding_rnn_seq2seq/rnn"])
def test_a_run_whose_direction_nothing_shows_says_that_forward_is_assumed(scope):
    (run,) = found([f"{scope}/lstm_cell"], inputs=(4,)).recurrences
    assert any("assumed to go from the first step to the last" in note for note in run.notes)


def test_runs_and_layers_are_in_the_order_of_their_numbers():
    scopes = [f"cell_{number}/rnn/lstm_cell" for number in (0, 2, 10)]
    assert [run.cells[0].scope for run in found(scopes, inputs=(4, 4, 4)).recurrences] == scopes
    layers = [f"RNN/MultiRNNCell/Cell{number}/BasicLSTMCell" for number in range(11)]
    (run,) = found(layers, inputs=(4, *[5] * 10)).recurrences
    assert [cell.scope.split("/")[2] for cell in run.cells] == [f"cell_{number}" for number in range(11)]


def test_a_direction_that_is_none_is_refused():
    with pytest.raises(
        ArtifactError, match="one of the directions bidirectional, forward, backward, found 'up'"
    ):
        found(["rnn/lstm_cell"], "rnn: direction=up", inputs=(4,))
