"""What `inspect` shows: everything that is known of a recurrence and of what is not converted, each by its word."""

import pytest

from tf2_lstm.migrate.convert.findings_as_text import render
from tf2_lstm.migrate.model import Findings, NotConverted, NotInTheModel, Recurrence, TF1Model
from tf2_lstm.migrate.pairs import Call

CALL = Call("dynamic_rnn", cell=Call("basic_lstm", num_units=3))


def shown(**found):
    return " ".join(render(TF1Model("frozen_graph", "graph.pb"), Findings(**found), width=400).split())


def of_run(**options):
    return shown(recurrences=[Recurrence("rnn", "scope", "while", CALL, [], [], **options)])


#: What is special of a recurrence -> the words.
RUNS = {
    "time-major": ({"time_major": True}, "while, time-major"),
    "backward": ({"reverse": True}, "while, backward"),
    "ends": ({"ends": "with the longest row"}, "ends with the longest row"),
    "ends after steps": (
        {"ends": "with the longest row", "most_steps": 7},
        "ends with the longest row, after 7 steps at most",
    ),
    "goes on": ({"past_end": True}, "rows go on past their own end"),
    "rates": ({"keep_probs": {"input_keep_prob": 0.75}}, "input_keep_prob: 0.75"),
    "an output layer": ({"output_layer": Call("dense", units=2)}, "output layer"),
    "assumed": ({"assumed": ["forget_bias=1"]}, "assumed: forget_bias=1"),
    "a note": ({"notes": ["it is [odd] \x1b[31m"]}, "it is [odd] \\x1b[31m"),
}


@pytest.mark.parametrize(("options", "words"), RUNS.values(), ids=RUNS)
def test_what_is_special_of_a_recurrence_is_shown(options, words):
    assert words not in of_run()
    assert words in of_run(**options)


LEFT = NotConverted(
    "left", "no known cell", ("w", "b"), ("Mean", "Exp"), ((2, 3), (4,)), "LSTMCell", "a Mean more"
)


def test_all_that_is_known_of_what_is_not_converted_is_shown():
    text = shown(not_converted=[LEFT])
    for words in (
        "scope left: no known cell",
        "nearest: LSTMCell; a Mean more",
        "states: (2, 3), (4,)",
        "operations: Mean, Exp",
        "variable w",
        "variable b",
    ):
        assert words in text
    assert "no recurrence" not in text


def test_what_the_reason_says_is_not_said_again():
    said = NotConverted("left", "no known cell, a Mean more", (), (), (), "LSTMCell", "a Mean more")
    assert shown(not_converted=[said]).count("a Mean more") == 1


def test_losses_and_the_notes_of_both_are_shown_and_do_nothing():
    loss = NotInTheModel("scope", "h:0", "x:0", "Mul", "an average of both")
    model = TF1Model("frozen_graph", "graph.pb", notes=["of the file [/] \x1b[31m"])
    text = render(model, Findings(not_in_the_model=[loss], notes=["of the graph"]), width=400)
    for words in (
        "of the file [/] \\x1b[31m",
        "of the graph",
        "scope: not in the model: an average of both",
        "no recurrence: no loop and no step carries a state",
    ):
        assert words in text
