"""The places of the rates of dropout in a written model, and the call that sets them."""

from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.keras_code.recurrence import program_of


def places_of(whole):
    """Return the places of the fed rates: description of a `Rate` -> a list, as `tf2_lstm.set_dropout` has them.

    Args:
        whole: the `Whole`.
    """
    found = {rate.said: [] for rate in whole.program.rates.values()}
    for line in whole.program.lines:
        for name, places in [*_places(whole, line.value), *_inner_places(whole, line)]:
            found[whole.program.rates[name].said] += places
    return found


def _inner_places(whole, line):
    """Yield (parameter of the program, places) for the dropout that a loop holds, or the cell of an RNN."""
    symbol = line.value.what if isinstance(line.value, Apply) else None
    drops, path = (), ""
    if symbol in whole.loops:
        drops, path = whole.loops[symbol].drops, line.value.options["name"]
    elif symbol == "tf2_lstm.RNN":
        [cell] = line.value.arguments
        [made] = [one.value.what for one in whole.program.lines if one.targets == (cell.name,)]
        drops, path = whole.cells[made].drops, f"{line.value.options['name']}/cell"
    for one in drops:
        if isinstance(one.rate, Ref):
            yield one.rate.name, [f"{path}/{one.name}"]


def _places(whole, value):
    """Yield (parameter of the program, places) for the line of a layer, or of a recurrence's model."""
    if not isinstance(value, Apply):
        return
    if value.what == "keras.layers.Dropout" and isinstance(value.arguments[0], Ref):
        yield value.arguments[0].name, [value.options["name"]]
    one = whole.recurrences.get(value.what) if isinstance(value.what, str) else None
    for own, given in value.options.items() if one is not None else ():
        if isinstance(given, Ref):
            yield given.name, [f"{one.name}/{place}" for place in program_of(one).rates[own].places]


def is_alone(whole):
    """Whether one number sets all rates of a program: there is one fed rate, and no constant one."""
    constant = bool(whole.rates) or any(_constants(one) for one in whole.recurrences.values())
    return len(whole.program.rates) == 1 and not constant


def _constants(recurrence):
    """Whether a dropout of a recurrence has a rate that the graph fixes."""
    return any(not isinstance(value, str) and value != 1.0 for value in recurrence.keep_probs.values())


def setting(places, alone):
    """Return the call that sets a rate of the loaded model.

    Args:
        places: the places of the rate.
        alone: whether every dropout of the model has it.

    Example:
        ```python
        assert setting(["dropout"], alone=True) == "tf2_lstm.set_dropout(model, rate)"
        assert setting(["dropout"], alone=False) == "tf2_lstm.set_dropout(model, {'dropout': rate})"
        ```
    """
    listed = ", ".join(f"{place!r}: rate" for place in places)
    return f"tf2_lstm.set_dropout(model, {'rate' if alone else f'{{{listed}}}'})"


def sentence(parameter, rate, call, model):
    """Return what a report says of a rate that a TF1 program feeds.

    Args:
        parameter: the name that the rate has in the written source.
        rate: the `Rate`.
        call: the call that sets it, as `setting` returns it.
        model: the name of the model.
    """
    return (
        f"dropout drops with training=True only; its rate, {rate.said}, is {rate.value:g} as written. "
        f"{call} sets another, as does load({parameter}=rate) of {model}.py"
    )


__all__ = ["is_alone", "places_of", "sentence", "setting"]
