"""Recognise a TF1 model: a model in, findings out."""

import re
from dataclasses import replace

from tf2_lstm.migrate.graph.reader import GraphReader
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.graph.training import Training
from tf2_lstm.migrate.model import ArtifactError, Findings
from tf2_lstm.migrate.recognise.of_graph import OfGraph
from tf2_lstm.migrate.recognise.outside.all_states import unheld_states
from tf2_lstm.migrate.recognise.outside.around import name_around
from tf2_lstm.migrate.recognise.outside.feedback import feedback
from tf2_lstm.migrate.recognise.outside.stopped import stopped
from tf2_lstm.migrate.recognise.outside.wide_states import wide_states
from tf2_lstm.migrate.recognise.rest.called import called_cells
from tf2_lstm.migrate.recognise.rest.copies import name_replicas, name_shared
from tf2_lstm.migrate.recognise.rest.unclaimed import name_absent, unclaimed
from tf2_lstm.migrate.recognise.without_graph.assumptions import parse
from tf2_lstm.migrate.recognise.without_graph.graphless import graphless
from tf2_lstm.migrate.recognise.without_graph.keras1 import keras_layers


def recognise(model, assume=(), assume_defaults=False, infer=inferred, fetched=()):
    """Find every recurrence of a TF1 model and say what each one is.

    Args:
        model: a `TF1Model`.
        assume: the user's assumptions about a model without a graph: "rnn/lstm_cell: forget_bias=0".
        assume_defaults: whether TF1's defaults may be assumed for options that a model without a graph cannot tell.
        infer: a function that infers the shapes of a graph, as `graph.shapes.inferred` does.
        fetched: names of tensors that the user asks for, beside the outputs of signatures.

    Returns:
        `Findings`: recurrences, those that are not converted and why, and the variables that no recurrence claims.

    Raises:
        ArtifactError: the graph is damaged, or an assumption is none or names a scope that a model without a graph does
            not have.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts import read

        [found] = recognise(read("tests/zoo/files/lstm_peepholes/model.ckpt")).recurrences
        assert repr(found.call) == "dynamic_rnn(cell=lstm(num_units=5, use_peepholes=True))"
        ```
    """
    findings, assumptions = Findings(), parse(assume, assume_defaults)
    reading, training, scopes = None, None, []
    if model.config is not None:
        keras_layers(model, findings)
    elif model.graph is None:
        scopes = graphless(model, assumptions, findings)
    else:
        served = [name for one in model.signatures.values() for name in one["outputs"].values()]
        reading = _read(model, findings, infer, [*fetched, *served])
        name_absent(model, findings)
    _name(findings.recurrences)
    findings.not_converted = [replace(one, scope=one.scope or _called(one)) for one in findings.not_converted]
    if reading is not None:
        copies = name_replicas(model, findings.recurrences)
        name_shared([one for one in findings.recurrences if one not in copies])
        training = Training({node.name: node for node in model.graph.node}, _holders(model))
        name_around(model, reading, findings, training)
        findings.not_in_the_model += feedback(reading.nodes, findings.recurrences, served)
        findings.not_in_the_model += stopped(reading.nodes, findings.recurrences)
        findings.not_in_the_model += unheld_states(reading, findings.recurrences)
        findings.not_in_the_model += wide_states(reading, findings.recurrences)
    findings.notes += [f"{said}: not needed by any cell, and not used" for said in assumptions.unused()]
    findings.unclaimed = unclaimed(model, findings, reading, training)
    called_cells(findings)
    if model.graph is None and model.config is None:
        assumptions.check(scopes + [one.scope for one in findings.not_converted], model.path)
    return findings


def _read(model, findings, infer, fetched):
    """Read the graph of a model, add its recurrences to the findings, and return the `GraphReader`."""
    try:
        reading = GraphReader(model, infer, fetched)
        findings.shapes = reading.shapes
        OfGraph(reading, findings).find()
    except ArtifactError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        # A damaged graph can fail anywhere: nothing checks every attribute of every operation.
        raise ArtifactError(
            f"{model.path}: the graph is damaged, or read wrongly: its nodes do not fit together "
            f"({type(error).__name__}: {' '.join(str(error).split())[:200]}). Write the graph again with TensorFlow "
            "1.x; if TensorFlow runs it as it is, please report this"
        ) from error
    return reading


def _holders(model):
    """Map the name of each variable to the names of the nodes that hold it, or parts of it."""
    found = {}
    for node, (name, _) in model.nodes.items():
        found.setdefault(name, []).append(node)
    return found


def _called(one):
    """Return a name for a `NotConverted` without a scope: the scopes of its variables, or their names."""
    scopes = dict.fromkeys(name.rpartition("/")[0] or name for name in one.variables)
    return ", ".join(list(scopes)[:2]) or "(no scope)"


def _name(recurrences):
    """Give each recurrence a name that is safe as a file name and unique."""
    used = set()
    for recurrence in recurrences:
        safe = re.sub(r"[^A-Za-z0-9_-]+", "_", recurrence.scope).strip("_-")[:80] or "rnn"
        name, number = safe, 1
        while name.lower() in used:
            number += 1
            name = f"{safe}_{number}"
        used.add(name.lower())
        recurrence.name = name
