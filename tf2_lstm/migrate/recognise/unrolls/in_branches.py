"""Recurrences in a branch of a tf.cond that is a function of the graph: no tensor outside has their outputs."""

from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.model import NotConverted

_CONDITIONALS = having(Trait.CONDITIONAL)
#: The next step for such a recurrence.
WITHOUT_FUNCTIONS = (
    "build the graph with tf.disable_control_flow_v2(), which makes the branches parts of it, and convert that .meta, "
    "--weights this checkpoint"
)


def without_branches(reading, recurrences):
    """Separate the recurrences that can be proved from those that only a branch's function has.

    Args:
        reading: the `GraphReader` of the graph.
        recurrences: the `Recurrence`s.

    Returns:
        (kept, refused): the `Recurrence`s but for those in branches, and a `NotConverted` for each of these.
    """
    places = [conditional(reading, one.scope) for one in recurrences]
    hidden = [
        bool(place) and not any(tensor.tf1 for tensor in one.outputs)
        for one, place in zip(recurrences, places, strict=True)
    ]
    kept = [one for one, is_hidden in zip(recurrences, hidden, strict=True) if not is_hidden]
    refused = [
        in_a_branch(reading, one.scope, place, _variables(one), one.cells[0].call.pair)
        for one, place, is_hidden in zip(recurrences, places, hidden, strict=True)
        if is_hidden
    ]
    return kept, refused


def _variables(recurrence):
    return tuple(dict.fromkeys(name for cell in recurrence.cells for name in cell.variables))


def conditional(reading, scope):
    """Return the name of the conditional whose branch a scope is in, "" for none.

    Args:
        reading: the `GraphReader` of the graph.
        scope: the scope of a recurrence, "cond/rnn".
    """
    parts = scope.split("/")
    around = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    return next((name for name in around if reading.operation(name) in _CONDITIONALS), "")


def in_a_branch(reading, scope, place, variables, pair):
    """Return the `NotConverted` of a recurrence in a branch.

    Args:
        reading: the `GraphReader` of the graph.
        scope: its scope.
        place: the name of the conditional.
        variables: the checkpoint names of its variables.
        pair: the row of its cell.
    """
    reason = (
        "it runs in a branch of a tf.cond, whose branches are functions of the graph: the tensors of the graph itself "
        "have what the program chose, never what the recurrence alone gives out; it is seen at "
        f"{reading.operation(place)} ({place}). Next step: {WITHOUT_FUNCTIONS}"
    )
    return NotConverted(scope, reason, tuple(variables), (), (), pair, "nothing but where it stands")


__all__ = ["WITHOUT_FUNCTIONS", "conditional", "in_a_branch", "without_branches"]
