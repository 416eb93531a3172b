"""The table of planted mistakes is up to date, and its runner tells a mistake that is seen from one that is not."""

import ast
from pathlib import Path

import pytest

from tests.mutants.mistake import Mistake
from tests.mutants.planted import PLANTED
from tests.mutants.running import ROOT, judge, worker

#: What must have mistakes planted in it, and how many at least.
SPREAD = {
    "tf2_lstm/cells/": 10,
    "tf2_lstm/unroll.py": 10,
    "tf2_lstm/stream/": 10,
    "tf2_lstm/backends/": 20,
    "tf2_lstm/migrate/weights.py": 8,
    "tf2_lstm/migrate/artifacts/": 15,
    "tf2_lstm/migrate/recognise/": 25,
    "tf2_lstm/migrate/prove/replay.py": 4,
    "tf2_lstm/migrate/convert/folder.py": 10,
    "tf2_lstm/migrate/equivalence/": 15,
    "tf2_lstm/migrate/report/": 10,
    "tf2_lstm/migrate/source/": 15,
}


def test_there_are_enough_of_every_room_and_none_is_there_twice():
    assert len(PLANTED) >= 120
    assert len({(one.file, one.old, one.new, one.test) for one in PLANTED}) == len(PLANTED)
    for start, most in SPREAD.items():
        assert sum(one.file.startswith(start) for one in PLANTED) >= most, start


@pytest.mark.parametrize("file", sorted({one.file for one in PLANTED}))
def test_every_mistake_can_be_planted(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    before = ast.dump(ast.parse(text))
    for one in PLANTED:
        if one.file == file:
            assert ast.dump(ast.parse(one.planted(text))) != before, one


@pytest.mark.parametrize("file", sorted({one.test.partition("::")[0] for one in PLANTED}))
def test_every_test_exists(file):
    defined = {
        one.name for one in ast.parse((ROOT / file).read_text(encoding="utf-8")).body if hasattr(one, "name")
    }
    named = {one.test.partition("::")[2].partition("[")[0] for one in PLANTED if one.test.startswith(file)}
    assert named <= defined


WRONG = {
    "a text that is gone": ("no such text", "x"),
    "a text that is there twice": ("Tolerance(", "Tolerance (1 + "),
    "nothing changed": ("class Tolerance:", "class Tolerance:"),
}
FILE = "tf2_lstm/migrate/equivalence/tolerance.py"


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG)
def test_a_row_that_is_out_of_date_is_an_error(old, new):
    text = (ROOT / FILE).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="once, to be changed; it is there"):
        Mistake(FILE, old, new, "").planted(text)


def test_a_mistake_that_is_no_python_is_an_error():
    text = (ROOT / FILE).read_text(encoding="utf-8")
    with pytest.raises(SyntaxError):
        Mistake(FILE, "class Tolerance:", "class Tolerance", "").planted(text)


TEST = "tests/migrate/equivalence/test_tolerance.py::test_the_table_has_these_rows_and_no_others"
LOOSE = ('("float32", "result"): Tolerance(1e-6, 1e-6)', '("float32", "result"): Tolerance(1e-3, 1e-6)')


def test_the_runner_tells_what_is_seen_from_what_is_not():
    """One worker, its copy of the tree as it is: the table itself is not touched."""
    before = (ROOT / FILE).read_bytes()
    seen, unseen = Mistake(FILE, *LOOSE, TEST), Mistake(FILE, "An absolute and", "A relative and", TEST)
    breaks = Mistake(FILE, "from dataclasses import dataclass", "from dataclasses import no_such_thing", TEST)
    with worker() as one:
        found = [outcome.problem for outcome in judge(one, TEST, [seen, unseen, breaks, seen])]
        absent = [outcome.problem for outcome in judge(one, TEST + "_at_all", [seen])]
        changed = (Path(one.folder) / FILE).read_bytes()
        folder = one.folder
    assert found == ["", "the test passes", "the test breaks before it runs", ""]
    assert absent == ["the test does not pass without a mistake"]
    assert changed == before == (ROOT / FILE).read_bytes()
    assert not Path(folder).exists()
