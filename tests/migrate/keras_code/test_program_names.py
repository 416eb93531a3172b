"""The names of a program's lines: each is new, and finding one looks at each line once."""

from tf2_lstm.migrate.keras_code.expression import Line
from tf2_lstm.migrate.keras_code.program import Program


class Counted(list):
    """A list that counts the items that somebody looks at."""

    looked = 0

    def __iter__(self):
        for one in super().__iter__():
            self.looked += 1
            yield one

    def __getitem__(self, place):
        found = super().__getitem__(place)
        self.looked += len(found) if isinstance(place, slice) else 1
        return found


def test_a_name_that_is_taken_gets_the_first_number_that_is_free():
    program = Program()
    assert [program.add(name, 1).name for name in ("x", "x", "x_1", "x", "x_1", "y")] == [
        *("x", "x_0", "x_1", "x_2", "x_1_0", "y")
    ]


def test_lines_that_others_added_are_seen():
    program = Program()
    program.unpack(["x", "*rest"], 1)
    program.lines.append(Line(("x_0",), 1, ""))
    assert program.fresh("rest") == "rest_0"
    assert program.fresh("x") == program.fresh("x") == "x_1"


def test_each_line_is_looked_at_once():
    program = Program(lines=Counted())
    for _ in range(500):
        program.add("x", 1)
    assert program.lines.looked <= 500
    assert len({line.targets for line in program.lines}) == 500
