"""Layers by the names that they were to have, once lines that nothing needs are gone."""

import itertools
from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Ref


def with_short_names(program, wanted):
    """Give layers of a program the names that they were to have, as far as no line has them now.

    A layer is made again when its bias and its activation are found; only the last one is needed.

    Args:
        program: the `Program`, whose lines are changed.
        wanted: name of a layer -> the name that it was to have.

    Returns:
        A dict: name of a layer -> the name that it has now, of those that have another.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.program import Program

        program = Program()
        program.add("dense_2", Apply("keras.layers.Dense", (3,), {"name": "dense_2"}))
        assert with_short_names(program, {"dense_2": "dense"}) == {"dense_2": "dense"}
        assert program.lines[0].targets == ("dense",)
        ```
    """
    taken = {target for line in program.lines for target in line.targets}
    renamed = {}
    for line in program.lines:
        name = line.targets[0]
        short = _free(wanted.get(name, name), name, taken) if _is_layer(line.value) else name
        if short != name:
            renamed[name] = short
            taken.add(short)
    program.lines[:] = [_renamed(line, renamed) for line in program.lines]
    return renamed


def _free(wanted, name, taken):
    """The first of a name and the name with a number that no line has; the one that it has at the latest."""
    candidates = itertools.chain([wanted], (f"{wanted}_{number}" for number in itertools.count()))
    return next(one for one in candidates if one == name or one not in taken)


def _is_layer(value):
    symbol = value.what if isinstance(value, Apply) and isinstance(value.what, str) else ""
    return symbol.startswith("keras.layers.") or symbol == "tf2_lstm.RNN"


def _renamed(line, renamed):
    value, name = line.value, line.targets[0]
    if name in renamed:
        options = value.options | {"name": renamed[name]}
        return replace(line, targets=(renamed[name],), value=replace(value, options=options))
    if isinstance(value, Apply) and isinstance(value.what, Ref) and value.what.name in renamed:
        return replace(line, value=replace(value, what=Ref(renamed[value.what.name])))
    return line


__all__ = ["with_short_names"]
