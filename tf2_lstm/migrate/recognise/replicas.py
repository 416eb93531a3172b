"""Copies of one recurrence that tf.distribute runs on several devices."""

import re

from tf2_lstm.migrate.model import describe

REPLICA = re.compile(r"(^|/)replica_[1-9]\d*(?=/|$)")


def name_replicas(model, recurrences):
    """Say of each recurrence that is a copy on another device which one it is a copy of.

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


__all__ = ["name_replicas"]
