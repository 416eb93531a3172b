"""Flat states that hold more than a recurrence has: the program carries the rest on, outside of the model."""

from tf2_lstm.migrate.model import NotInTheModel
from tf2_lstm.migrate.recognise.steps.flat import in_order
from tf2_lstm.migrate.roles import Form


def wide_states(reading, recurrences):
    """Find the tensors that carry the state of a recurrence together with a part that no model has.

    Args:
        reading: the `GraphReader` of the graph.
        recurrences: the `Recurrence`s that were found in it.

    Returns:
        A list of `NotInTheModel`, at most one for each tensor.
    """
    made = {part for one in recurrences for term in _terms(reading, one.outputs) for part in _parts(term)}
    found = {}
    for one in recurrences:
        roots = {term.args[0] for term in _terms(reading, _states(one.inputs)) if term.op == "column_slice"}
        for wide in _joins(reading.terms, [*_terms(reading, _states(one.outputs))]):
            rest = [part for part in wide.args if part not in made]
            source = next((root for root in roots if _alike(reading, root, wide)), None)
            if rest and source is not None:
                found.setdefault(wide, _loss(reading, one, source, wide, rest[0]))
            elif one.form == Form.STEP and _is_exchanged(reading, one, wide):
                found.setdefault(wide, _exchange(reading, one, wide))
    return list(found.values())


def _is_exchanged(reading, one, wide):
    """Whether a step joins its new states in another order than that of the tensor that they are read from."""
    olds = {
        tensor.name.removeprefix("initial_"): reading.term(tensor.tf1)
        for tensor in _states(one.inputs)
        if tensor.tf1
    }
    news = [
        tensor.name
        for part in wide.args
        for tensor in one.outputs
        if tensor.tf1 and reading.term(tensor.tf1) is part
    ]
    read = [olds[name] for name in news if name in olds]
    return len({old.args for old in read}) == 1 < len(read) and not in_order(read)


def _exchange(reading, one, wide):
    name = reading.name(wide)
    said = (
        f"{name}: the program leaves the states of a step in another order than it reads them, so that the next one "
        "has c as its h. Exchange them between the calls of the model, as the program does"
    )
    return NotInTheModel(one.scope or one.name, name, "", reading.place(wide), said)


def _states(tensors):
    return [one for one in tensors if one.role.is_state]


def _terms(reading, tensors):
    return [reading.term(one.tf1) for one in tensors if one.tf1]


def _parts(term):
    return {term, *(term.args if term.op == "concat" else ())}


def _joins(terms, news):
    """List the concatenations that hold all of some new states."""
    parts = [part for new in news for part in (new.args if new.op == "concat" else [new])]
    users = terms.users(parts[0]) if parts else []
    return [user for user in users if user.op == "concat" and set(parts) <= set(user.args)]


def _alike(reading, root, wide):
    """Whether the tensor that is read and the one that is made may have one width, as far as the graph says."""
    widths = {(reading.shapes.get(reading.name(term)) or (None,))[-1] for term in (root, wide)}
    return len(widths - {None}) < 2


def _loss(reading, one, source, wide, rest):
    whole, name = reading.name(source), reading.name(wide)
    said = (
        f"{name}, the state that the program carries on from {whole}, holds more than the states of the cell, first "
        f"{reading.name(rest) or 'what is computed beside it'}: that is not in the model. Compute it between the calls "
        "of the model, as the program does"
    )
    return NotInTheModel(one.scope or one.name, name, whole, reading.place(wide), said)
