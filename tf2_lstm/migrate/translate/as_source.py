"""A `Whole` as Python source: a function for each recurrence, then one for the program that calls them."""

from tf2_lstm.migrate.emit import function_of, module_of
from tf2_lstm.migrate.keras_code.cycle import class_of
from tf2_lstm.migrate.keras_code.own_cell import class_of_cell
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.keras_code.sized import with_sizes

_DOC = "The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."


def emit_whole(whole):
    """Write the Keras model of a whole program as Python source.

    Args:
        whole: the `Whole`.

    Returns:
        The text of a module with `build_model()` and `load()`. Names out of the TF1 graph stand in comments and string
        literals only, escaped, or are letters, digits and underscores.
    """
    programs = {name: program_of(one) for name, one in whole.recurrences.items()}
    programs["build_model"] = whole.program
    sized, loops, cells, sizes = with_sizes(programs, whole.loops, whole.cells)
    functions = [
        function_of(
            name, sized[name], one, [f"TF1 scope: {one.scope or '(none)'}", f"TF1 call: {one.call!r}"]
        )
        for name, one in whole.recurrences.items()
    ]
    notes = [f"{tensor} is {value} in it, as at inference" for tensor, value in whole.boundary.fixed.items()]
    classes = [_class(class_of(name, cycle)) for name, cycle in loops.items()]
    classes += [_class(class_of_cell(name, cell)) for name, cell in cells.items()]
    whole_function = function_of("build_model", sized["build_model"], whole, notes)
    by_order = any(cycle.cells or cycle.layers for cycle in whole.loops.values())
    return module_of(_DOC, sizes, [*classes, *functions, whole_function], whole.program.defaults(), by_order)


def _class(lines):
    """Return (whether a class needs tf2_lstm, its lines)."""
    return any("tf2_lstm." in line for line in lines), lines
