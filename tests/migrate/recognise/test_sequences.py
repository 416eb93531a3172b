"""Runs become pairs, and steps sequences, by what they read: not by the order in which the graph has them."""

from types import SimpleNamespace

import pytest

from tf2_lstm.migrate.graph.terms import Terms
from tf2_lstm.migrate.recognise.unrolls.runs import paired
from tf2_lstm.migrate.recognise.unrolls.sequences import separate


def run(scope):
    ending = SimpleNamespace(with_longest=False)
    return SimpleNamespace(scope=scope, axis=1, lengths=None, form="while", dense=None, termination=ending)


@pytest.mark.parametrize("turned", [False, True])
def test_the_forward_run_is_the_first_of_a_pair_wherever_it_stands(turned):
    runs = [run("both/fw"), run("both/bw"), run("alone")]
    backward = {"both/fw": False, "both/bw": True, "alone": False}
    read = {"both/fw": "x", "both/bw": "x", "alone": "y"}
    found = paired(runs[::-1] if turned else runs, lambda one: (backward[one.scope], read[one.scope]))
    names = {tuple(one and one.scope for one in pair) for pair in found}
    assert names == {("both/fw", "both/bw"), ("alone", None)}


@pytest.mark.parametrize("axis", [0, 1])
def test_separate_steps_are_whole_where_the_graph_joins_them_in_their_order(axis):
    terms = Terms()
    steps = [terms.make("Placeholder", (), name) for name in "abc"]
    joined = terms.make("Pack", tuple(steps), axis)
    assert (separate(terms, steps).whole, separate(terms, steps).axis) == (joined, axis)
    assert separate(terms, steps[::-1]).whole is None
