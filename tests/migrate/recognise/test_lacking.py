"""A checkpoint without a graph that lacks variables: each is named, with a next step, and no smaller stack is made."""

import pytest
from test_assumptions import model

from tf2_lstm.migrate.recognise import recognise

CELL = "rnn__multi_rnn_cell__cell_{}__basic_lstm_cell__{}"


def said(**shapes):
    findings = recognise(model(**shapes), assume_defaults=True)
    assert not findings.recurrences
    assert all("Next step: name a checkpoint that has all" in one.reason for one in findings.not_converted)
    return [(one.scope, one.reason) for one in findings.not_converted]


@pytest.mark.parametrize(
    ("shapes", "lacks"),
    [
        ({"rnn__basic_lstm_cell__kernel": (9, 20)}, "rnn/basic_lstm_cell/bias."),
        ({"rnn__lstm_cell_1__bias": (20,)}, "rnn/lstm_cell_1/kernel."),
        (
            {"c__lstm_cell__kernel": (9, 20), "c__lstm_cell__bias": (20,), "c__lstm_cell__w_i_diag": (5,)},
            "c/lstm_cell/w_f_diag, c/lstm_cell/w_o_diag.",
        ),
        (
            {"a__gru_cell__gates__kernel": (9, 10), "a__gru_cell__candidate__kernel": (9, 5)},
            "a/gru_cell/gates/bias, ",
        ),
        ({"a__gru_block_cell__w_ru": (9, 10), "a__gru_block_cell__w_c": (9, 5)}, "a/gru_block_cell/b_ru, "),
        ({"a__basic_rnn_cell__kernel": (9, 5)}, "a/basic_rnn_cell/bias."),
    ],
)
def test_the_variables_that_a_cell_lacks_are_named(shapes, lacks):
    ((_, reason),) = said(**shapes)
    assert f"the checkpoint lacks {lacks}" in reason


def layers(*numbers):
    return {
        CELL.format(number, leaf): shape
        for number in numbers
        for leaf, shape in (("kernel", (10, 20)), ("bias", (20,)))
    }


@pytest.mark.parametrize(("there", "absent"), [((0, 2), (1,)), ((1, 2), (0,)), ((2,), (0, 1))])
def test_a_stack_without_a_layer_is_no_smaller_stack(there, absent):
    ((scope, reason),) = said(**layers(*there))
    assert scope == "rnn"
    assert f": {', '.join(f'rnn/multi_rnn_cell/cell_{number}' for number in absent)}. Next" in reason


def test_a_stack_whose_last_layer_lacks_a_bias_is_refused_with_the_bias():
    (stack, cell) = said(**layers(0), **{CELL.format(1, "kernel"): (10, 20)})
    assert "without a whole cell in the checkpoint: rnn/multi_rnn_cell/cell_1." in stack[1]
    assert "lacks rnn/multi_rnn_cell/cell_1/basic_lstm_cell/bias." in cell[1]


def test_a_whole_stack_at_the_root_is_one():
    names = {name.removeprefix("rnn__"): shape for name, shape in layers(0, 1).items()}
    (found,) = recognise(model(**names), assume_defaults=True).recurrences
    assert len(found.cells) == 2
