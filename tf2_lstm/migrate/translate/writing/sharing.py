"""What parts of a program share: recurrences that are one model, called twice; variables that are held twice."""

from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.translate.writing.held import single_cells


def identity(recurrence):
    """Return what two recurrences have in common when they are one Keras model: the code and the variables.

    Args:
        recurrence: a `Recurrence`.

    Returns:
        A text, the same for two towers of a siamese program that take inputs of the same fixed sizes.
    """
    program = program_of(recurrence)
    lines = [(line.targets, line.value) for line in program.lines]
    variables = [(cell.names, cell.computed) for cell in recurrence.cells]
    rates = (sorted(program.rates.items()), sorted(recurrence.keep_probs.items()))
    return repr((lines, program.inputs, program.outputs, variables, rates))


def held_twice(whole, tf1):
    """Find the variables that are weights of several parts of a program, each with a copy of its own.

    Args:
        whole: the `Whole`.
        tf1: the `TF1Model`.

    Returns:
        A dict: checkpoint name -> the names of the parts, for variables that more than one part has.
    """
    holders = {}
    for one in whole.recurrences.values():
        for name in dict.fromkeys(name for cell in one.cells for name in cell.variables):
            holders.setdefault(name, []).append((one.name, None))
    for path, cell in single_cells(whole):
        for name in cell.variables:
            holders.setdefault(name, []).append((path.partition("/")[0], None))
    for layer, sources in whole.layers.items():
        for name, place in (tf1.nodes[source] for source in sources if isinstance(source, str)):
            holders.setdefault(name, []).append((layer.partition("/")[0], place))
    shared = {name: _sharing(held) for name, held in holders.items()}
    return {name: parts for name, parts in shared.items() if len(parts) > 1}


def _sharing(held):
    """Return the parts that have some of a variable in common: of a partitioned one a part may have a slice alone."""
    places = [repr(place) for _, place in held]
    return [
        part
        for (part, _), place in zip(held, places, strict=True)
        if "None" in places or places.count(place) > 1
    ]


def notes_of(whole, tf1):
    """Yield a note for each group of parts that hold copies of the same variables, which training changes apart.

    Args:
        whole: the `Whole`.
        tf1: the `TF1Model`.
    """
    together = {}
    for name, parts in held_twice(whole, tf1).items():
        together.setdefault(tuple(parts), []).append(name)
    for parts, names in together.items():
        yield (
            f"{', '.join(names)}: {' and '.join(parts)} have a copy each, TF1 one for all. Equal at inference; trained "
            "together they go apart. Fetch with --fetch what one of them computes, and train that"
        )
