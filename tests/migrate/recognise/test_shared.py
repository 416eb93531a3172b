"""Recurrences that share variables say with which others, and what both have; others say nothing."""

import pytest

from tf2_lstm.migrate.model import CellVariables, Computed, Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.rest.copies import name_shared, sharing

GRU = Call("gru", num_units=3)


def run(name, *variables, computed=()):
    names = {str(number): variable for number, variable in enumerate(variables)}
    cell = CellVariables(GRU, name, names, computed=computed)
    return Recurrence(name, name, "while", Call("dynamic_rnn", cell=GRU), [], [], cells=[cell])


def made_of(*sources):
    return (Computed("kernel/mul:0", (4, 6), "float32", sources),)


#: What runs -> (the recurrences, name -> how its note begins).
RUNS = {
    "two towers": (
        [run("left", "k", "b"), run("right", "k", "b"), run("other", "k2", "b2")],
        {
            "left": "it shares all its variables with right:",
            "right": "it shares all its variables with left:",
        },
    ),
    "one layer of two": (
        [run("left", "k", "b", "k2", "b2"), run("right", "k", "b")],
        {"left": "it shares k, b with right:", "right": "it shares all its variables with left:"},
    ),
    "what a weight is computed from": (
        [run("left", "kernel/mul:0", computed=made_of("v", "g")), run("right", "v", "b")],
        {"left": "it shares v with right:", "right": "it shares v with left:"},
    ),
    "five calls of a cell": (
        [run(f"step_{number}", "k") for number in range(5)],
        {"step_0": "it shares all its variables with step_1, step_2, step_3 and 1 more:"},
    ),
    "nothing": ([run("left", "k"), run("right", "k2")], {}),
}


@pytest.mark.parametrize(("runs", "said"), RUNS.values(), ids=RUNS)
def test_what_is_shared_is_said_with_whom(runs, said):
    runs = [Recurrence(**{**vars(one), "notes": []}) for one in runs]
    name_shared(runs)
    told = {one.name: one.notes for one in runs}
    assert all(len(notes) == (name in said) for name, notes in told.items())
    assert all(told[name][0].startswith(begins) for name, begins in said.items())
    assert set(sharing(runs)) == (set(told) if len(said) == 1 else set(said))
