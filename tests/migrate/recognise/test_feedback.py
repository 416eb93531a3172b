"""What goes back into a recurrence past its model is named; what only looks like it is not (record_feedback.py)."""

import pytest
from test_graphs import GRAPHS, read

from tf2_lstm.migrate.convert.converting import Conversion
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.recognise import recognise

#: Graph -> of the first loss: into which tensor, and the kind of the first operation between.
LOST = {
    "mixed_state": ("", "Mul"),
    "clipped_state": ("", "Minimum"),
    "attention_between_steps": ("concat_1:0", "Mul"),
    "reset_by_where": ("reset_2:0", "Select"),
    "reset_by_factor": ("kept_2:0", "Mul"),
    "reset_by_factor_gru": ("kept_1:0", "Mul"),
    "variable_decays": ("c/read:0", "Mul"),
    "variable_reset_by_cond": ("reset/Merge:0", "Merge"),
    "steps_reset_by_cond": ("reset_1/Merge:0", "Merge"),
    "step_reset_behind": ("", "Merge"),
    "gru_state_mixed": ("", "Mul"),
    "output_mixed_as_state": ("", "Select"),
    "highway_by_hand": ("", "Mul"),
    "projection_by_hand": ("", "MatMul"),
    "loss_of_each_step": ("", "MatMul"),
    "state_turned": ("Reshape:0", "Reshape"),
}
#: Graph -> the trees of calls of its models, each a text of its wrappers and its cell; all of the program is in them.
CONTAINED = {
    "residual_by_hand": ["residual(gru)"],
    "dropout_by_hand": ["dropout output(basic_lstm)"],
    "wrapped_without_a_scope": ["residual(dropout output state(basic_lstm))"],
    "residual_step": ["residual(basic_lstm)"],
    "residual_between_layers": ["residual(gru)", "gru"],
    "dropout_meets_dropout": [
        "multi_rnn(dropout input output(basic_lstm), residual(dropout input output(basic_lstm)))"
    ],
    "rates_with_defaults": ["dropout input output state(gru)"],
    "average_over_time": ["basic_lstm"],
    "layer_after_the_last_step": ["basic_lstm"],
    "state_of_its_own_shape": ["gru"],
    "states_by_way_of_another_shape": ["basic_lstm"],
    "states_in_a_stack": ["basic_lstm"],
}


@pytest.mark.parametrize("name", LOST)
def test_what_goes_back_is_named(name):
    findings = recognise(read(f"../feedback/{name}"))
    assert findings.recurrences
    loss = findings.not_in_the_model[0]
    into, operation = LOST[name]
    assert loss.into == into
    assert f"through {loss.operation} ({operation})" in loss.reason
    assert loss.output in loss.reason
    names = [one.name for one in findings.recurrences]
    assert not Conversion(None, findings, None, names).complete


@pytest.mark.parametrize(
    ("name", "into"),
    [("states_exchanged", "c/read:0"), ("states_in_a_stack_exchanged", "basic_lstm_cell/Mul_2:0")],
)
def test_states_that_change_places_are_named(name, into):
    findings = recognise(read(f"../feedback/{name}"))
    [loss] = findings.not_in_the_model
    assert (loss.into, loss.operation) == (into, "")
    assert "gives state_h of one step to the next as its state_c" in loss.reason


@pytest.mark.parametrize("name", ["variable_keeps", "encoder_decoder", "siamese", "trained_step"])
def test_what_is_handed_on_or_stands_behind_is_no_loss(name):
    findings = recognise(read(f"../feedback/{name}"))
    assert findings.recurrences
    assert findings.not_in_the_model == []


def test_a_choice_in_front_is_no_loss_and_is_named():
    findings = recognise(read("../feedback/reset_in_front"))
    assert findings.not_in_the_model == []
    assert findings.recurrences[0].around.in_front == ("Merge (reset/Merge)", "Merge (reset/Merge_1)")


def said(call):
    """A tree of calls as a text: "residual(dropout output(gru))"."""
    inner = ", ".join(said(one) for _, one in inner_calls(call))
    keeps = [name.partition("_")[0] for name in sorted(call.arguments) if name.endswith("keep_prob")]
    return " ".join([call.pair, *keeps]) + (f"({inner})" if inner else "")


@pytest.mark.parametrize("name", CONTAINED)
def test_what_wraps_each_step_is_in_the_model(name):
    findings = recognise(read(f"../feedback/{name}"))
    assert [said(one.call.arguments["cell"]) for one in findings.recurrences] == CONTAINED[name]
    assert findings.not_in_the_model == []


def test_the_default_of_a_placeholder_is_the_rate_that_is_written():
    [recurrence] = recognise(read("../feedback/rates_with_defaults")).recurrences
    keeps = recurrence.call.arguments["cell"].arguments
    assert [keeps[f"{name}_keep_prob"].value for name in ("input", "output", "state")] == [
        pytest.approx(0.6, abs=1e-7),
        0.75,
        1.0,
    ]
    assert [round(rate.value, 6) for rate in program_of(recurrence).rates.values()] == [0.4, 0.25, 0.0]


def test_every_graph_is_expected():
    recorded = {path.stem for path in (GRAPHS.parent / "feedback").glob("*.pb")}
    assert recorded >= {*LOST, *CONTAINED, "states_exchanged"}
