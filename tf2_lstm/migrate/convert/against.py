"""Compare a model that somebody wrote with the whole TF1 graph: matched, replayed, called, compared.

Gradients are compared by the inputs of floats: nothing tells which weight of the model is which variable.
"""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm.migrate.convert.converting import look
from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, TensorReport, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.claim import claim_of
from tf2_lstm.migrate.prove.keras_side import differentiate
from tf2_lstm.migrate.prove.programs import run_whole
from tf2_lstm.migrate.prove.replay import ReplayError, eagerly, first_line, tensorflow_version

#: The name of the step that `tell` is called with.
NAME = "the model"
_REFERENCE = "TF1 graph"


def hold(request, candidate, said=None, advance=lambda name: None):
    """Compare a model with the whole TF1 graph.

    Args:
        request: the `Request` of the TF1 model; its `fetch` and `feed` say where the graph ends and begins.
        candidate: the `Candidate`.
        said: name of an input or output of the candidate -> the TF1 tensor that it is.
        advance: called with `NAME` as the graph is run.

    Returns:
        A `Report` of one case: passed when every output is equal and nothing is left out that its notes do not name.

    Raises:
        ArtifactError: the TF1 model cannot be used, has no graph, or a name is not there.
    """
    tf1, findings = look(request)
    if tf1.graph is None:
        raise ArtifactError(
            f"{request.path}: expected a graph to run, found none. Name a checkpoint with its .meta, or a SavedModel."
        )
    claim = claim_of(tf1, findings, request, candidate, said or {})
    case = CaseReport(NAME, [_fault(*one) for one in claim.faults], notes=list(claim.notes))
    advance(NAME)
    if NAME in request.skipped:
        case.diagnosis = f"not proved: {request.skipped[NAME]}"
    elif not case.tensors:
        _run(tf1, claim.whole, candidate, case)
    versions = {_REFERENCE: {"TensorFlow": tensorflow_version()}, KERAS: {"Keras": keras.__version__}}
    return Report([case], [*tf1.notes, *case.notes], versions)


def _fault(name, problem):
    """Return the report of an input or output that cannot be compared."""
    return TensorReport(name, (), "", _REFERENCE, float("inf"), 0.0, False, problem=problem)


def _run(tf1, whole, candidate, case):
    try:
        graph = run_whole(tf1, whole, _why_no_gradients(whole, candidate), by="inputs")
    except ReplayError as error:
        case.diagnosis = f"not proved: {error}"
        return
    case.notes += graph.notes
    with eagerly():
        for run in graph.runs:
            case.tensors += _compared(whole, candidate, run.sample, run.outputs)
        differentiated = [run for run in graph.runs if run.gradients is not None] if case.passed else []
        for run in differentiated:
            case.tensors += _gradients(whole, candidate, run)
    if differentiated:
        case.notes.append(_BY_INPUTS)
    wrong = [one.name for one in case.tensors if not one.passed] if differentiated else []
    if wrong:
        case.diagnosis = (
            f"every output is equal and {len(set(wrong))} gradient(s) differ, {wrong[0]} first: between it and the "
            "outputs something has another derivative, or a stop_gradient that the other side lacks"
        )


#: The note on gradients that are not compared.
_BY_INPUTS = (
    "gradients were compared by the inputs of floats, not by the weights: which weight is which variable "
    "nothing says"
)


def _why_no_gradients(whole, candidate):
    """Return why no gradients are compared, "" where they are."""
    if candidate.tensors is None:
        return "a function gives arrays, and nothing differentiates it"
    if not any("float" in one.dtype for one in whole.inputs):
        return "no input is of floats, and which weight of the model is which variable nothing says"
    return ""


def _gradients(whole, candidate, run):
    """Compare the gradients of one sample by its inputs of floats; a gradient that one side lacks counts as zeros."""
    reference = f"{_REFERENCE}, {run.sample.label}"
    inputs = {one.name: run.sample.values[one.tf1] for one in whole.inputs}
    try:
        found, _ = differentiate(candidate.tensors, inputs, run.targets, [])
    except Exception as error:  # It is anybody's code.
        return [
            _fault(NAME, f"it has no gradient of {run.sample.label}, the graph has one: {first_line(error)}")
        ]
    names = {f"gradient of {one.name}": one for one in whole.inputs if one.name in found}
    received = OrderedDict((name, found[one.name]) for name, one in names.items())
    expected = OrderedDict(
        (name, np.asarray(run.gradients.get(one.tf1, np.zeros_like(found[one.name]))))
        for name, one in names.items()
    )
    return compare_results(RunResult(reference, expected), RunResult(KERAS, received))


def _compared(whole, candidate, sample, expected):
    reference = f"{_REFERENCE}, {sample.label}"
    try:
        found = candidate.call({one.name: sample.values[one.tf1] for one in whole.inputs})
    except Exception as error:  # It is anybody's code.
        return [_fault(NAME, f"it does not take {sample.label}, which the graph takes: {first_line(error)}")]
    received = OrderedDict((name, found[name]) for name in expected)
    return compare_results(RunResult(reference, expected), RunResult(KERAS, received))
