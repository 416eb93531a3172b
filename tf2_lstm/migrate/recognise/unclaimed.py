"""The variables that no recurrence claims, each with the reason that the graph gives."""

from tf2_lstm.migrate.model import Unclaimed


def unclaimed(model, findings, reading=None):
    """List the variables of a model that are in no recurrence, converted or not.

    Args:
        model: the `TF1Model`.
        findings: the `Findings` so far.
        reading: the `Reading` of the graph.

    Returns:
        A list of `Unclaimed`.
    """
    claimed = {name for one in findings.recurrences for cell in one.cells for name in cell.names.values()}
    claimed |= {name for one in findings.not_converted for name in one.variables}
    return [
        Unclaimed(name, tuple(variable.shape or ()), "read by no recurrence")
        for name, variable in model.variables.items()
        if name not in claimed
    ]
