"""The weights and known cells that the layers of a whole program hold."""

from tf2_lstm.migrate.functional import find
from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.keras_code.recurrence import program_of


def weights_of(layer, sources):
    """Return the weights that belong to a layer itself, not to the known cells in it.

    Args:
        layer: the Keras layer.
        sources: where the weights come from, in order; Keras lists a layer's own first.
    """
    return layer.weights[: len(sources)]


def single_cells(whole):
    """List the known cells that the program, its loops and its own cells call.

    Args:
        whole: the `Whole`.

    Returns:
        A list of (path, `CellVariables`), a path as `functional.find` takes it from the model; [] for a model written
        by
        hand, which has no lines.
    """
    found, owns = list(whole.held.items()), {}
    for line in whole.program.lines if whole.program else ():
        value, name = line.value, line.targets[0]
        symbol = value.what if isinstance(value, Apply) else None
        if isinstance(symbol, str) and symbol in whole.loops:
            found += [(f"{name}/{one.name}", one.cell) for one in whole.loops[symbol].cells]
        elif isinstance(symbol, str) and symbol in whole.cells:
            owns[name] = whole.cells[symbol].cells
        elif symbol in ("keras.layers.RNN", "tf2_lstm.RNN") and isinstance(value.arguments[0], Ref):
            inner = owns.get(value.arguments[0].name, ())
            found += [(f"{name}/cell/{one.name}", one.cell) for one in inner]
    return found


def known_cells(whole, model):
    """Yield every known cell of a whole program, those of its recurrences first.

    Args:
        whole: the `Whole`.
        model: the Keras model of the program.

    Yields:
        (`Recurrence` or None, `CellVariables`, the Keras cell).
    """
    for one in whole.recurrences.values():
        inner, cells = model.get_layer(one.name), program_of(one).cells
        for cell in one.cells:
            yield one, cell, find(inner, cells[id(cell.call)])
    for path, cell in single_cells(whole):
        yield None, cell, find(model, path)
