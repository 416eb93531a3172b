"""Mistakes in what makes a cell of steps that are unrolled by hand."""

from tests.mutants.mistake import mistakes

_ROOM = "tf2_lstm/migrate/translate/control/"
_TESTS = "tests/migrate/translate/test_unrolled_steps.py::"

STEPS = [
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_what_is_not_alike_stays_as_it_is",
        ("    if not states:\n", "    if False:\n"),
        (" or set(before) - set().union(*found)", ""),
        ("    if form != other or", "    if"),
    ),
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_alike_steps_are_a_cell_in_a_layer",
        ("    return first == second", "    return False"),
        (" or _are_parts(lines, *values):", ":"),
    ),
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_alike_steps_are_a_cell_in_a_layer",
        ("all(one in before and one not in onward for one in new)", "not new"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/cell_names.py",
        "tests/migrate/translate/test_written_sources.py::test_the_source_is_the_one_that_was_read[recurrent_highway]",
        ("== 1", "== 2"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_it_gives_what_the_session_gives",
        ("at = (slice(None), number) if alone", "at = (slice(None), number - 1) if alone"),
        ("1 + list(found.states).index(place)", "list(found.states).index(place)"),
        ("list(map(Ref, names)), axis=1)", "list(map(Ref, names[::-1])), axis=1)"),
        ("follow = [number for _, number in taken] == list(range(self.count))", "follow = True"),
        ("outputs[role])", "slice(0, 1))"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_what_is_not_alike_stays_as_it_is",
        ("if len(rows) > 1 or", "if"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_the_source_has_one_step_and_the_numbers_of_the_model",
        ('(self._parted("keras.ops.unstack", value.of), at)', "(None, at)"),
    ),
]
