"""The values of weights that the graph computes, and their gradients as gradients of the variables behind them.

The expression is cut out of the graph and run with the checkpoint's values. Inside of a loop it is the same at every
step, so that the loop is left out.
"""

from collections import OrderedDict
from dataclasses import replace
from functools import partial

import numpy as np

from tf2_lstm.migrate.artifacts import nan_check
from tf2_lstm.migrate.graph.operations import ENTERS
from tf2_lstm.migrate.model import Variable
from tf2_lstm.migrate.weights import WeightError


def add_computed(tf1, recurrences):
    """Add the computed weights of recurrences to a model's variables; each is computed when it is read.

    Args:
        tf1: the `TF1Model`; its `variables` get one for each tensor.
        recurrences: the `Recurrence`s.
    """
    for weight in (one for run in recurrences for cell in run.cells for one in cell.computed):
        tf1.variables[weight.tensor] = Variable(
            weight.tensor, weight.shape, weight.dtype, partial(_value, tf1, weight)
        )


def pulled_back(tf1, recurrence, gradients):
    """Turn the gradients of computed weights into those of the variables that they are computed from.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        gradients: name -> gradient; a computed weight is named by its tensor.

    Returns:
        An OrderedDict in which the gradients of computed weights are replaced by those of all float variables behind
        them, zeros where the graph stops the gradient; a variable that is also a weight has the sum.
    """
    from tf2_lstm.migrate.prove.graph_side import by_variable

    found = OrderedDict(gradients)
    for weight in (one for cell in recurrence.cells for one in cell.computed if one.tensor in gradients):
        with _expression(tf1, weight) as replay:
            behind = replay.pull_back(weight.tensor, found.pop(weight.tensor))
        behind = by_variable(behind, tf1.nodes)
        for source in (tf1.variables[name] for name in weight.sources):
            if "float" in source.dtype:
                stopped = np.zeros(source.shape, source.dtype)
                found[source.name] = found.get(source.name, 0) + behind.get(source.name, stopped)
    return found


def _value(tf1, weight):
    from tf2_lstm.migrate.prove.replay import ReplayError

    try:
        with _expression(tf1, weight) as replay:
            value = np.asarray(replay.run({})[weight.tensor])
    except ReplayError as error:
        raise WeightError(f"{weight.tensor}: cannot be computed from {weight.origin}: {error}") from error
    return nan_check.finite(value, weight.tensor, tf1.path)


def _expression(tf1, weight):
    """Open a replay of the expression alone."""
    from tf2_lstm.migrate.graph.feeds import ancestors
    from tf2_lstm.migrate.graph.hoisted import with_hoisted
    from tf2_lstm.migrate.prove.replay import Replay

    part = type(tf1.graph)(versions=tf1.graph.versions, library=tf1.graph.library)
    nodes = {node.name: node for node in with_hoisted(tf1.graph, tf1.path).node}
    found = ancestors(nodes, [weight.tensor], {}, {})
    for node in (node for name, node in nodes.items() if name in found):
        _copy(part, node)
    return Replay(replace(tf1, graph=part), [weight.tensor], {}, gradients="")


def _copy(part, node):
    """Add a copy of a node; an Enter becomes an Identity, and control inputs are dropped."""
    copy = part.node.add()
    copy.CopyFrom(node)
    copy.input[:] = [name for name in node.input if not name.startswith("^")]
    if node.op in ENTERS:
        copy.op = "Identity"
        for name in [name for name in copy.attr if name != "T"]:
            copy.attr.pop(name)
