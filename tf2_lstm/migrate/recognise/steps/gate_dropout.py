"""tf.keras's dropout in a graph: a mask for each gate, chosen by the flag of training."""

from tf2_lstm.migrate.graph.terms import leaves

#: The reason for it, and the next step.
GATES_DROPPED = "each gate reads its input through a dropout of its own, as tf.keras's layers with dropout do"
NO_LEARNING = (
    "build the graph after tf.keras.backend.set_learning_phase(0), and convert that .meta, --weights this "
    "checkpoint"
)


def dropped_gates(term):
    """Find the dropout masks, chosen by a flag of training, that one input is multiplied with for several gates.

    Args:
        term: the term of a new state.

    Returns:
        The term of the first mask; None where there are not several.
    """
    found = {}
    for one in leaves(term):
        if one.op == "matmul" and one.args[0].op == "mul":
            masks = [arg for arg in one.args[0].args if arg.op == "select"]
            flagged = [arg for arg in masks if arg.args[0].op.startswith("Placeholder")]
            rest = tuple(arg for arg in one.args[0].args if arg not in flagged)
            found.setdefault((rest, leaves(one.args[1])[-1]), set()).update(flagged)
    several = [masks for masks in found.values() if len(masks) > 1]
    return min(several[0], key=lambda mask: mask.number) if several else None


__all__ = ["GATES_DROPPED", "NO_LEARNING", "dropped_gates"]
