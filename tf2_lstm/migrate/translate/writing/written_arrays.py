"""Find the carried values of a loop that are arrays of which the steps only read and write elements."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.translate.writing.needed import names_in

READ, WRITE = "tf2_lstm.read_element", "tf2_lstm.write_element"


def with_arrays(cycle):
    """Return a `Cycle` that marks its carried values that are such arrays.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.cycle import Carried, Cycle
        from tf2_lstm.migrate.keras_code.expression import Line

        step, rows = Carried("step", "int32", ()), Carried("rows", "float32", (None, 3))
        written = Line(("written",), Apply(WRITE, (Ref("rows"), Ref("step"), Ref("x"))))
        more, goes_on = Apply("keras.ops.add", (Ref("step"), 1)), Apply("keras.ops.less", (Ref("step"), 9))
        cycle = Cycle((step, rows), (), (), goes_on, (written,), (more, Ref("written")))
        assert [one.array for one in with_arrays(cycle).carried] == [False, True]
        ```
    """
    carried = [replace(one, array=_is_array(cycle, number)) for number, one in enumerate(cycle.carried)]
    return replace(cycle, carried=tuple(carried))


def _is_array(cycle, number):
    """Whether the steps write elements of a carried value, and otherwise only read elements of it."""
    name = first = cycle.carried[number].name
    seen = {first}
    if names_in([cycle.goes_on, *(line.value for line in cycle.condition)]) & seen:
        return False
    for line in cycle.body:
        # After a write the old array is used no more: the new one has another name.
        if _is_call(line.value, WRITE, name, seen):
            name = line.targets[0]
            seen.add(name)
        elif not _is_call(line.value, READ, name, seen) and names_in(line.value) & seen:
            return False
    others = [result for at, result in enumerate(cycle.results) if at != number]
    return name != first and cycle.results[number] == Ref(name) and not names_in(others) & seen


def _is_call(value, symbol, name, seen):
    """Whether an expression is a call with this array, which is in no other argument."""
    return (
        isinstance(value, Apply)
        and value.what == symbol
        and value.arguments[0] == Ref(name)
        and not names_in(value.arguments[1:]) & seen
    )
