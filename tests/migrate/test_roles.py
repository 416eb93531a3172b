"""The names of the tensors at the edge of a recurrence: what they say, and that they are read in one place."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf2_lstm.migrate.roles import Ends, Form, Place, Role, read_name

MIGRATE = Path(__file__).parents[2] / "tf2_lstm" / "migrate"
ROOMS = ("recognise", "convert", "keras_code", "graph")
PLACES = st.builds(
    Place,
    role=st.sampled_from(Role),
    side=st.sampled_from(["", "fw", "bw"]),
    numbers=st.lists(st.integers(0, 999), max_size=3).map(tuple),
    leaf=st.sampled_from(["", "c", "h"]),
)


@given(PLACES)
def test_a_name_says_what_it_was_made_of(place):
    assert read_name(place.name) == place


@pytest.mark.parametrize(
    ("name", "role", "step", "leaf"),
    [
        ("inputs", Role.INPUTS, None, ""),
        ("inputs_12", Role.INPUTS, 12, ""),
        ("sequence_length", Role.LENGTHS, None, ""),
        ("mask", Role.MASK, None, ""),
        ("initial_state_bw_1_c", Role.INITIAL, None, "c"),
        ("outputs_fw", Role.OUTPUTS, None, ""),
        ("outputs_0", Role.OUTPUTS, 0, ""),
        ("state_h", Role.STATE, None, "h"),
    ],
)
def test_names(name, role, step, leaf):
    place = read_name(name)
    assert (place.role, place.step, place.leaf, place.name) == (role, step, leaf, name)
    assert place.role.is_state == ("state" in name)


@pytest.mark.parametrize(
    "name", ["", "input", "state_x", "outputs_", "inputs_-1", "initial_state_c_0", "states"]
)
def test_what_is_no_name_of_an_edge_is_refused(name):
    with pytest.raises(ValueError, match="expected the name of an input"):
        read_name(name)


def test_words_are_written_as_themselves():
    assert (
        f"{Form.STATIC} {Ends.WITH_LONGEST} {Role.LENGTHS}" == "static with the longest row sequence_length"
    )


def taken_apart(source):
    """The lines that ask how a name of an edge begins, or compare a form or an end with a text."""
    words = {f"{role}{rest}" for role in Role for rest in ("", "_fw", "_bw")} | {"inputs_"}
    texts = {str(one) for one in (*Form, *Ends)} - {""}
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "startswith"
        ):
            asked = [one.value for arg in node.args for one in ast.walk(arg) if isinstance(one, ast.Constant)]
            if words & set(asked):
                yield node.lineno
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
            right = [one.value for one in node.comparators if isinstance(one, ast.Constant)]
            if node.left.attr in ("form", "ends") and texts & set(right):
                yield node.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_place_takes_a_name_apart(room):
    found = {
        f"{path.relative_to(MIGRATE)}:{line}"
        for path in (MIGRATE / room).glob("*.py")
        for line in taken_apart(path.read_text(encoding="utf-8"))
    }
    # The names of the arrays of `equivalence`, "outputs.fw" and "state[0].c", are another spelling.
    assert found <= {name for name in found if name.startswith("prove/equations.py")}


def test_a_name_that_is_taken_apart_is_seen():
    assert list(taken_apart("one.name.startswith('inputs')")) == [1]
    assert list(taken_apart("one.name.startswith(('state', 'initial_state'))")) == [1]
    assert list(taken_apart("run.form == 'step'")) == [1]
    assert not list(taken_apart("name.startswith('multi_rnn_cell') or run.name == 'step'"))
