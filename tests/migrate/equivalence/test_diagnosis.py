"""The harness is tested to fail: each known way to get a migration wrong is caught, and named."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

import tf2_lstm
from tf2_lstm.migrate.equivalence import keras_runner
from tf2_lstm.migrate.equivalence.diagnosis import MISTAKES, diagnose
from tf2_lstm.migrate.equivalence.keras_runner import KerasCase, read_checkpoint
from tf2_lstm.migrate.equivalence.prove import Options, prove
from tf2_lstm.migrate.equivalence.reference import Reference
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.pairs import CASES
from tf2_lstm.migrate.pairs.tree import scoped_cells

FORWARD = Options(steps=0, gradients=False)


def sabotaged(tamper, load=True):
    """A Keras runner that does everything right, then lets `tamper` spoil it."""

    def run(case, seed, prefix, dtype="float32", **levels):
        built, variables = KerasCase(case, seed, dtype), read_checkpoint(prefix)
        if load:
            built.load(variables)
        tamper(built, variables)
        return RunResult(KERAS, built.run_levels(**levels))

    return run


def cells_of(built):
    return [built.builder.cell(call) for call in scoped_cells(built.case.call).values()]


def array(weight):
    return np.array(ops.convert_to_numpy(weight))


def permuted(weight, order):
    blocks = np.split(array(weight), len(order), axis=-1)
    return np.concatenate([blocks[place] for place in order], axis=-1)


def leave_gates(built, variables):
    for cell in cells_of(built):
        order = (
            (0, 2, 1, 3)
            if len(cell.state_size if isinstance(cell.state_size, list) else [1]) == 2
            else (1, 0, 2)
        )
        for weight in cell.trainable_weights:
            weight.assign(permuted(weight, order))


def leave_gates_but_not_the_bias_of_forget(built, variables):
    leave_gates(built, variables)
    for cell in cells_of(built):
        bias, units = array(cell.bias), cell.units
        bias[2 * units : 3 * units] -= 1.0
        bias[units : 2 * units] += 1.0
        cell.bias.assign(bias)


def add_to_forget_bias(amount):
    def tamper(built, variables):
        for cell in cells_of(built):
            bias = array(cell.bias)
            bias[cell.units : 2 * cell.units] += amount
            cell.bias.assign(bias)

    return tamper


def split_rows_at_the_wrong_place(built, variables):
    [cell] = cells_of(built)
    [name] = [name for name in variables if name.endswith("kernel")]
    kernel, width = permuted(variables[name], (0, 2, 1, 3)), cell.recurrent_kernel.shape[0]
    cell.recurrent_kernel.assign(kernel[:width])
    cell.kernel.assign(kernel[width:])


def swap(state):
    if isinstance(state, tf2_lstm.LSTMStateTuple):
        return tf2_lstm.LSTMStateTuple(c=state.h, h=state.c)
    return tuple(swap(inner) for inner in state)


def swap_fed_state(built, variables):
    initial_state = built.initial_state
    built.initial_state = lambda call, name="initial_state": swap(initial_state(call, name))


def swap_returned_state(built, variables):
    run = built._run

    def swapped():
        outputs, state = run()
        return outputs, swap(state)

    built._run = swapped


def swap_both_states(built, variables):
    swap_fed_state(built, variables)
    swap_returned_state(built, variables)


def reset_after(built, variables):
    [call] = scoped_cells(built.case.call).values()
    right = built.builder.cell(call)
    wrong = keras.layers.GRUCell(right.units, reset_after=True)
    wrong.build((None, built.case.input_size))
    wrong.kernel.assign(right.kernel)
    wrong.recurrent_kernel.assign(right.recurrent_kernel)
    wrong.bias.assign(np.stack([array(right.bias), np.zeros(3 * right.units)]))
    right.call = wrong.call


def wrong_lstm(peephole="new", clip="before"):
    """A second LSTMCell.call with the mistake asked for, written out here on purpose."""

    def tamper(built, variables):
        [cell] = cells_of(built)

        def call(inputs, states, training=False):
            h, c = states
            z = ops.matmul(inputs, cell.kernel) + ops.matmul(h, cell.recurrent_kernel) + cell.bias
            i, f, j, o = ops.split(z, 4, axis=-1)
            if cell.use_peepholes:
                i, f = i + cell.input_peephole * c, f + cell.forget_peephole * c
            free = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(j)
            limit = cell.cell_clip or np.inf
            clipped = ops.clip(free, -limit, limit)
            seen = clipped if clip == "before" else free
            if cell.use_peepholes:
                o = o + cell.output_peephole * (seen if peephole == "new" else c)
            h = ops.sigmoid(o) * ops.tanh(seen)
            if cell.projection_units:
                bound = cell.projection_clip
                if clip == "before":
                    h = ops.clip(ops.matmul(h, cell.projection_kernel), -bound, bound)
                else:
                    h = ops.matmul(ops.clip(h, -bound, bound), cell.projection_kernel)
            return h, [h, clipped]

        cell.call = call

    return tamper


def repeat_padding(built, variables):
    layer = tf2_lstm.RNN(
        built.builder.cell(built.case.call.arguments["cell"]),
        return_sequences=True,
        return_state=True,
        zero_output_for_mask=False,
    )

    def run():
        outputs, h, c = layer(built.fed["inputs"], mask=built.mask)
        return outputs, tf2_lstm.LSTMStateTuple(c=c, h=h)

    built._run = run


def ignore_lengths(built, variables):
    built.__class__ = type("WithoutMask", (KerasCase,), {"mask": None})


def swap_layers(built, variables):
    first, second, *_ = cells_of(built)
    for one, other in zip(first.trainable_weights, second.trainable_weights, strict=True):
        value = array(one)
        one.assign(other)
        other.assign(value)


def backward(run_backward):
    """Replace the backward direction of a Bidirectional of LSTMs by `run_backward(cell, inputs, mask)`."""

    def tamper(built, variables):
        run = built._run
        cell = built.builder.cell(built.case.call.arguments["cell_bw"])

        def spoiled():
            outputs, state = run()
            outputs["bw"], h, c = run_backward(cell, built.fed["inputs"], built.mask)
            state["bw"] = tf2_lstm.LSTMStateTuple(c=c, h=h)
            return outputs, state

        built._run = spoiled

    return tamper


def _sequence(cell, inputs, mask):
    return tf2_lstm.RNN(cell, return_sequences=True, return_state=True)(inputs, mask=mask)


def reversed_whole(cell, inputs, mask):
    outputs, h, c = _sequence(cell, ops.flip(inputs, axis=1), mask)
    return ops.flip(outputs, axis=1), h, c


def over_padding(cell, inputs, mask):
    outputs, h, c = _sequence(cell, ops.flip(inputs, axis=1), None)
    return ops.flip(outputs, axis=1), h, c


def drop_residual(built, variables):
    built.builder.cell(built.case.call.arguments["cell"]).residual_fn = lambda inputs, outputs: outputs


SABOTAGES = [
    (
        "gates left in TF1 order, forget_bias too",
        "basic_lstm/default",
        leave_gates,
        "gates_in_tf1_order_and_bias",
    ),
    (
        "gates left in TF1 order",
        "basic_lstm/default",
        leave_gates_but_not_the_bias_of_forget,
        "gates_in_tf1_order",
    ),
    ("GRU gates left in TF1 order", "gru/default", leave_gates, "gates_in_tf1_order"),
    ("forget_bias dropped", "basic_lstm/default", add_to_forget_bias(-1.0), "forget_bias_missing"),
    ("forget_bias doubled", "lstm/all_options", add_to_forget_bias(1.0), "forget_bias_doubled"),
    (
        "kernel rows split wrongly",
        "basic_lstm/units_equal_inputs",
        split_rows_at_the_wrong_place,
        "kernel_split",
    ),
    ("c and h swapped, in and out", "basic_lstm/initial_state", swap_both_states, "c_and_h_swapped"),
    ("c and h swapped, in", "multi_rnn/two_lstm", swap_fed_state, "fed_c_and_h_swapped"),
    ("c and h swapped, out", "multi_rnn/two_lstm", swap_returned_state, "returned_c_and_h_swapped"),
    ("c and h swapped, of two widths", "lstm/projection_wider", swap_returned_state, "c_and_h_swapped"),
    ("reset_after for reset-before", "gru/default", reset_after, "reset_after"),
    (
        "output peephole on the old c",
        "lstm/peepholes",
        wrong_lstm(peephole="old"),
        "output_peephole_on_old_c",
    ),
    ("cell clip after", "lstm/cell_clip", wrong_lstm(clip="after"), "clip_after"),
    ("projection clip before", "lstm/proj_clip", wrong_lstm(clip="after"), "clip_after"),
    ("padding repeated", "basic_lstm/lengths", repeat_padding, "padding_repeated"),
    ("lengths ignored", "basic_lstm/lengths", ignore_lengths, "sequence_length_ignored"),
    ("layers swapped", "multi_rnn/equal_sizes", swap_layers, "layers_swapped"),
    ("directions swapped", "bidirectional_dynamic_rnn/lengths", swap_layers, "layers_swapped"),
    (
        "bw reversed whole",
        "bidirectional_dynamic_rnn/lengths",
        backward(reversed_whole),
        "backward_reversed_whole",
    ),
    (
        "bw over the padding",
        "bidirectional_dynamic_rnn/lengths",
        backward(over_padding),
        "backward_over_padding",
    ),
    ("bw not reversed", "bidirectional_dynamic_rnn/default", backward(_sequence), "backward_not_reversed"),
    ("residual dropped", "residual/default", drop_residual, "residual_missing"),
]


@pytest.mark.parametrize(
    ("case", "tamper", "mistake"), [r[1:] for r in SABOTAGES], ids=[r[0] for r in SABOTAGES]
)
def test_a_sabotage_is_caught_and_named(case, tamper, mistake):
    report = prove(CASES[case], FORWARD, run_candidate=sabotaged(tamper))
    assert not report.passed
    assert report.diagnosis == f"likely cause: {MISTAKES[mistake]} [{mistake}]"
    reference, candidate = report.results[-2:]
    for name in reference.tensors:
        near = {**candidate.tensors, name: candidate.tensors[name] + np.float32(0.01)}
        said = diagnose(CASES[case], reference, replace(candidate, tensors=near))
        assert said.startswith("no known mistake gives these numbers"), (
            "a cause where its numbers do not agree"
        )


def test_every_known_mistake_has_a_sabotage():
    assert {row[3] for row in SABOTAGES} == set(MISTAKES)


@pytest.mark.parametrize("case", ["lstm/peepholes_cell_clip", "lstm/proj_clip"])
def test_the_sabotage_of_equations_spoils_nothing_without_its_mistake(case):
    assert prove(CASES[case], FORWARD, run_candidate=sabotaged(wrong_lstm())).passed


def test_an_unknown_mistake_is_said_to_be_unknown():
    def tamper(built, variables):
        [cell] = cells_of(built)
        cell.kernel.assign(cell.kernel * 1.01)

    report = prove(CASES["basic_lstm/default"], FORWARD, run_candidate=sabotaged(tamper))
    assert (
        report.diagnosis == "no known mistake gives these numbers; the first tensor that differs is outputs"
    )


def test_a_wrong_gradient_alone_is_caught():
    def tamper(built, variables):
        results = built.results
        built.results = lambda: {
            name: value if name != "state.c" else ops.stop_gradient(value)
            for name, value in results().items()
        }

    options = Options(steps=0)
    report = prove(CASES["basic_lstm/default"], options, run_candidate=sabotaged(tamper))
    assert {tensor.name.split(" ")[0] for tensor in report.tensors if not tensor.passed} == {"gradient"}
    assert "the first tensor that differs is gradient of rnn/basic_lstm_cell/bias" in report.diagnosis


def test_a_wrong_training_step_alone_is_caught(monkeypatch):
    monkeypatch.setattr(keras_runner, "LEARNING_RATE", 0.126)
    report = prove(CASES["basic_lstm/default"], Options(gradients=False))
    assert {tensor.name.split(" ")[0] for tensor in report.tensors if not tensor.passed} == {
        "losses",
        "trained",
    }


def test_noise_is_not_guessed_at():
    case = CASES["dropout/all_three"]
    result = RunResult(KERAS, {})
    assert diagnose(case, result, result).startswith("no diagnosis: the case draws noise")


def test_a_changed_tensorflow_is_named(monkeypatch):
    from tf2_lstm.migrate.equivalence import prove as module

    live = module.run_live

    def drifted(*arguments, **options):
        result = live(*arguments, **options)
        result.tensors["outputs"] = result.tensors["outputs"] + 0.01
        return result

    monkeypatch.setattr(module, "run_live", drifted)
    report = prove(CASES["basic_lstm/default"], FORWARD)
    assert report.diagnosis.startswith(
        "TensorFlow changed: the live session differs from the TF 1.15 record too"
    )


def test_a_mistake_that_changes_nothing_of_a_case_is_no_cause():
    """An LSTM has no reset gate: with it after the matmul all is as before, whatever the other side computes."""
    case = CASES["basic_lstm/default"]
    scopes, units = scoped_cells(case.call), case.call.arguments["cell"].arguments["num_units"]
    shapes = {"kernel": (case.input_size + units, 4 * units), "bias": (4 * units,)}
    weights = {
        f"{scope}/{leaf}": np.random.RandomState(0).randn(*shape)
        for scope in scopes
        for leaf, shape in shapes.items()
    }
    ours = Reference(case, weights).run()
    other = RunResult("TF1 graph", {name: value + 0.1 for name, value in ours.items()}, weights)
    assert diagnose(case, other, RunResult(KERAS, ours)).startswith("no known mistake gives these numbers")
