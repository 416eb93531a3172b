"""The proofs in float64: the same graph and the same Keras code, with rounding errors a billion times smaller."""

from dataclasses import replace
from functools import partial

import numpy as np

from tf2_lstm.migrate.build import BuildError
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.graph.in_double import in_double
from tf2_lstm.migrate.graph.shapes import import_errors
from tf2_lstm.migrate.prove.graph_side import run_graph
from tf2_lstm.migrate.prove.program_gradients import count_held
from tf2_lstm.migrate.prove.programs import compare_whole, run_whole
from tf2_lstm.migrate.prove.recurrences import compare_model
from tf2_lstm.migrate.prove.replay import ReplayError
from tf2_lstm.migrate.prove.samples import LARGE, Sample, count_weights
from tf2_lstm.migrate.roles import Form
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.whole import ProgramRefused

#: Recurrences without float64 in TensorFlow, without a graph, or with weights that the graph computes in float32.
_FLOAT32_ALONE = (Form.BLOCK, Form.CUDNN, Form.KERAS, Form.NAMES)
#: The dtypes of floats that are widened.
_NARROW = ("float16", "float32")
#: Errors of a program without float64: an operation without it, a layer that keeps to float32.
_NO_FLOAT64 = (ProgramRefused, ReplayError, BuildError, TypeError)


def recurrence_in_double(tf1, recurrence, samples, elsewhere=""):
    """Prove the Keras model of a recurrence in float64.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        samples: the `Sample`s of the proof in float32, or None for seeded ones.
        elsewhere: as of `run_graph`.

    Returns:
        A `CaseReport`; None where the recurrence has no float64.
    """
    if not _has_float64(tf1, recurrence):
        return None
    wide = _widened(recurrence)
    given = None if samples is None else [_widened_sample(one) for one in samples]
    graph = run_graph(tf1, wide, given, double=True, elsewhere=elsewhere)
    return compare_model(tf1, wide, build_model(wide, _widened_variables(tf1.variables)), graph)


def whole_in_double(tf1, findings, whole, graph, translated):
    """Prove the Keras model of a whole program in float64.

    Args:
        tf1: the `TF1Model`.
        findings: its `Findings`.
        whole: the `Whole`.
        graph: the `GraphSide` of the proof in float32, whose samples are run.
        translated: translates a `TF1Model` with its `Findings` as this one was.

    Returns:
        A `CaseReport`; None where the program has no float64, or more weights than gradients are compared of.
    """
    recurrences = whole.recurrences.values()
    if count_held(tf1, whole) > LARGE or not all(_has_float64(tf1, one) for one in recurrences):
        return None
    wide = _widened_model(tf1)
    known = replace(findings, recurrences=[_widened(one) for one in findings.recurrences])
    try:
        again = translated(wide, known)
        runs = run_whole(wide, again, samples=[_widened_sample(run.sample) for run in graph.runs])
        return compare_whole(wide, again, build_whole(again, wide), runs)
    except (*_NO_FLOAT64, *import_errors()):
        return None


def _widened_model(tf1):
    graph = type(tf1.graph)()
    graph.CopyFrom(tf1.graph)
    in_double(graph)
    return replace(tf1, graph=graph, variables=_widened_variables(tf1.variables))


def _widened_variables(variables):
    return {
        name: replace(one, dtype="float64", read=partial(_read_wide, one)) if one.dtype in _NARROW else one
        for name, one in variables.items()
    }


def _read_wide(variable):
    return np.asarray(variable.read(), np.float64)


def _has_float64(tf1, recurrence):
    computed = any(cell.computed for cell in recurrence.cells)
    if tf1.graph is None or recurrence.form in _FLOAT32_ALONE or computed:
        return False
    return count_weights(tf1, recurrence) <= LARGE


def _widened(recurrence):
    return replace(
        recurrence,
        inputs=[_wide(tensor) for tensor in recurrence.inputs],
        outputs=[_wide(tensor) for tensor in recurrence.outputs],
    )


def _wide(tensor):
    return replace(tensor, dtype="float64") if tensor.dtype in _NARROW else tensor


def _widened_sample(sample):
    values = {
        name: value.astype("float64") if value.dtype in _NARROW else value
        for name, value in sample.values.items()
    }
    return Sample(sample.label, values)


__all__ = ["recurrence_in_double", "whole_in_double"]
