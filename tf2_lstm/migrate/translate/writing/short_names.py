"""Give layers the names that were meant for them, once lines that nothing needs are gone."""

import itertools
from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Ref


def with_short_names(program, wanted):
    """Rename layers of a program to the names that were meant for them, as far as these are free now.

    A layer is made again when its bias and its activation are found; only the last one is needed.

    Args:
        program: the `Program`, whose lines are changed.
        wanted: name of a layer -> the name that was meant for it.

    Returns:
        A dict: old name of a layer -> its new name, for those that changed.
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
    """Return the first of a name and the name with a number that no line has; at the latest the present name."""
    candidates = itertools.chain([wanted], (f"{wanted.rstrip('_')}_{number}" for number in itertools.count()))
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
