"""Which carried values are arrays: what a step only reads and writes elements of, in one order."""

import pytest

from tf2_lstm.migrate.keras_code.cycle import Carried, Cycle
from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref
from tf2_lstm.migrate.translate.writing.written_arrays import READ, WRITE, with_arrays

STEP, ROWS, X = Ref("step"), Ref("rows"), Ref("x")
WRITTEN = Ref("written")
MORE, GOES_ON = Apply("keras.ops.add", (STEP, 1)), Apply("keras.ops.less", (STEP, 9))


def write(array, value=X, name="written"):
    return Line((name,), Apply(WRITE, (array, STEP, value)))


def line(name, function, *arguments):
    return Line((name,), Apply(function, arguments))


#: What a step does -> (its lines, what it carries on, whether the carried rows are an array).
STEPS = {
    "writes": ([write(ROWS)], WRITTEN, True),
    "reads and writes": ([line("old", READ, ROWS, STEP), write(ROWS, Ref("old"))], WRITTEN, True),
    "writes twice": ([write(ROWS), write(WRITTEN, name="again")], Ref("again"), True),
    "reads what was written": ([write(ROWS), line("y", READ, WRITTEN, STEP)], WRITTEN, True),
    "writes nothing": ([line("old", READ, ROWS, STEP)], ROWS, False),
    "reads the old one after a write": ([write(ROWS), line("y", READ, ROWS, STEP)], WRITTEN, False),
    "writes into the old one twice": ([write(ROWS), write(ROWS, name="again")], Ref("again"), False),
    "carries the old one on": ([write(ROWS)], ROWS, False),
    "adds up all": ([line("y", "keras.ops.sum", ROWS), write(ROWS)], WRITTEN, False),
    "adds up what was written": ([write(ROWS), line("y", "keras.ops.sum", WRITTEN)], WRITTEN, False),
    "writes it into itself": ([write(ROWS, ROWS)], WRITTEN, False),
    "chooses": (
        [write(ROWS), line("one", "keras.ops.where", Ref("p"), WRITTEN, ROWS)],
        Ref("one"),
        False,
    ),
}


def cycle_of(lines, result, goes_on=GOES_ON, others=()):
    carried = (Carried("step", "int32", ()), Carried("rows", "float32", (None, 3)))
    carried += tuple(Carried(f"other_{number}", "float32", ()) for number in range(len(others)))
    return Cycle(carried, (), (), goes_on, tuple(lines), (MORE, result, *others))


@pytest.mark.parametrize("name", STEPS)
def test_an_array_is_what_a_step_only_reads_and_writes_elements_of(name):
    lines, result, expected = STEPS[name]
    assert [one.array for one in with_arrays(cycle_of(lines, result)).carried] == [False, expected]


def test_what_the_condition_or_another_value_sees_is_none():
    seen = Apply("keras.ops.less", (Apply("keras.ops.sum", (ROWS,)), 9))
    assert not with_arrays(cycle_of([write(ROWS)], WRITTEN, seen)).carried[1].array
    assert not with_arrays(cycle_of([write(ROWS)], WRITTEN, others=[ROWS])).carried[1].array
