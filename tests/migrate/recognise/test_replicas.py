"""A copy of tf.distribute is one by its scope, its equations and variables that have copies; nothing else is."""

import pytest

from tf2_lstm.migrate.model import CellVariables, Recurrence, TF1Model
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.rest.copies import name_replicas

MIRRORED = ("rnn/kernel", "rnn/kernel/replica_1")


def run(name, scope, units=3):
    cell = Call("gru", num_units=units)
    held = CellVariables(cell, scope, {"gates/kernel": "rnn/kernel"})
    return Recurrence(name, scope, "while", Call("dynamic_rnn", cell=cell), [], [], cells=[held])


#: What runs -> (scope and units of the second, the nodes of the variable, whether it is a copy).
RUNS = {
    "a copy": ("replica_1/rnn", 3, MIRRORED, True),
    "the same scope again": ("rnn", 3, MIRRORED, False),
    "another scope": ("replica_1/other", 3, MIRRORED, False),
    "other equations": ("replica_1/rnn", 4, MIRRORED, False),
    "a scope that the program called so": ("replica_1/rnn", 3, MIRRORED[:1], False),
}


@pytest.mark.parametrize(("scope", "units", "nodes", "copied"), RUNS.values(), ids=RUNS)
def test_a_copy_is_named_and_nothing_else(scope, units, nodes, copied):
    runs = [run("first", "rnn"), run("second", scope, units)]
    name_replicas(TF1Model("checkpoint", "own", nodes=dict.fromkeys(nodes, ("rnn/kernel", None))), runs)
    assert runs[0].notes == []
    assert ["first.keras is enough" in note for note in runs[1].notes] == [True] * copied
