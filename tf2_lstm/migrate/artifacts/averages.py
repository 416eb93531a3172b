"""Exponential moving averages, which many programs trained beside the variables and served in their place."""

from collections import OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.model import ArtifactError

AVERAGE = "/ExponentialMovingAverage"


def serve(model):
    """Read every variable that has an average from the average.

    Args:
        model: a `TF1Model`, which is left as it is.

    Returns:
        A `TF1Model` with other `nodes`; without a graph with variables that read their averages. A note says so.

    Raises:
        ArtifactError: there are no averages.

    Example:
        ```python
        from tf2_lstm.migrate.model import TF1Model, Variable

        names = ("kernel", "kernel/ExponentialMovingAverage")
        variables = {name: Variable(name, (1,), "float32", lambda name=name: name) for name in names}
        served = serve(TF1Model("weights", "model.ckpt", variables=variables))
        assert served.variables["kernel"].read() == "kernel/ExponentialMovingAverage"
        ```
    """
    if model.graph is None:
        averages = {name: name + AVERAGE for name in model.variables if name + AVERAGE in model.variables}
        changed = {"variables": _read_averages(model.variables, averages)}
    else:
        averages = {node: _average(model, node, held[0]) for node, held in model.nodes.items()}
        averages = {node: name for node, name in averages.items() if name}
        held = {node: (averages.get(node, held[0]), held[1]) for node, held in model.nodes.items()}
        changed = {"nodes": held}
    if not averages:
        raise ArtifactError(
            f"{files.shown(model.path)}: averages were asked for, expected variables named ...{AVERAGE}, found none "
            f"among {len(model.variables)}. Leave out --ema, or name the checkpoint that has them."
        )
    note = (
        f"The exponential moving averages are served: {len(averages)} variable(s) have the values of {AVERAGE[1:]}; "
        "the others have none and are served as they are."
    )
    return replace(model, notes=[*model.notes, note], **changed)


def _average(model, node, name):
    """Return the checkpoint name of a node's average, "" for none; a Saver may restore it into the node already."""
    if name.endswith(AVERAGE):
        return "" if node.endswith(AVERAGE) else name
    by_node = model.nodes.get(node + AVERAGE, ("", None))[0]
    return by_node or (name + AVERAGE if name + AVERAGE in model.variables else "")


def _read_averages(variables, averages):
    changed = OrderedDict(variables)
    for name, average in averages.items():
        changed[name] = replace(variables[name], read=variables[average].read)
    return changed
