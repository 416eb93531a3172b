"""Variables that several recurrences share, which become copies in the models; and copies that tf.distribute makes."""

import re

from tf2_lstm.migrate.model import describe

#: The most names of a list that a note has.
_MOST = 3


def sharing(recurrences):
    """Find which recurrences share variables.

    Args:
        recurrences: the `Recurrence`s of a model, with their names.

    Returns:
        name -> {name of another one: the names of the variables that both have}, in their order; only of those that
        share any.

    Example:
        ```python
        from tf2_lstm.migrate.model import CellVariables, Recurrence
        from tf2_lstm.migrate.pairs import Call

        cell = CellVariables(Call("gru", num_units=3), "rnn/gru_cell", {"gates/kernel": "k"})
        runs = [Recurrence(name, "rnn", "while", cell.call, [], [], cells=[cell]) for name in ("left", "right")]
        assert sharing(runs) == {"left": {"right": ["k"]}, "right": {"left": ["k"]}}
        ```
    """
    variables = {one.name: list(dict.fromkeys(_variables(one))) for one in recurrences}
    owners = {}
    for name, own in variables.items():
        for variable in own:
            owners.setdefault(variable, []).append(name)
    found = {}
    for name, own in variables.items():
        for variable in own:
            for other in owners[variable]:
                if other != name:
                    found.setdefault(name, {}).setdefault(other, []).append(variable)
    return found


def name_shared(recurrences):
    """Add a note to each recurrence about the others that share its variables.

    Where a recurrence shares them with many, as steps by hand do, only the first of them has the note.

    Args:
        recurrences: as `sharing` takes them.
    """
    shared, noted = sharing(recurrences), set()
    for one in recurrences:
        if one.name in shared and not (one.name in noted and len(shared[one.name]) > _MOST):
            noted |= set(shared[one.name])
            one.notes.append(_note(shared[one.name], list(dict.fromkeys(_variables(one)))))


def _variables(recurrence):
    return [name for cell in recurrence.cells for name in cell.variables]


def _note(others, own):
    both = [name for name in own if any(name in names for names in others.values())]
    what = "all its variables" if both == own else _first(both)
    return (
        f"it shares {what} with {_first(list(others))}: in the program they are one, each written model has a copy. To "
        "train them as the program does, call one layer in every place"
    )


def _first(names):
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


REPLICA = re.compile(r"(^|/)replica_[1-9]\d*(?=/|$)")


def name_replicas(model, recurrences):
    """Add a note to each recurrence that is a copy on another device: it names the first one.

    Args:
        model: the `TF1Model`; a copy's variables are nodes "kernel/replica_1" that a variable of the checkpoint fills.
        recurrences: the `Recurrence`s with their names; their `notes` are added to.

    Returns:
        The `Recurrence`s that are copies.
    """
    copied = {name for node, (name, _) in model.nodes.items() if REPLICA.search(node)}
    first, copies = {}, []
    for one in recurrences:
        variables = tuple(name for cell in one.cells for name in cell.names.values())
        key = (REPLICA.sub("", one.scope).strip("/"), variables, str(describe(one.call)))
        known = first.setdefault(key, one)
        if known is not one and REPLICA.search(one.scope) and set(variables) <= copied:
            copies.append(one)
            one.notes.append(
                f"it is the copy of {known.name} that tf.distribute (MirroredStrategy) runs on another device, with "
                f"the same equations and variables: {known.name}.keras is enough"
            )
    return copies
