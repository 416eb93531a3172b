"""A second look in float64 at what float32 leaves open: whether a small difference is rounding or a mistake.

A recurrence feeds its own rounding back. With wide weights two programs that compute the same differ by more than
float32 is allowed to; in float64 the difference of two such programs is a billion times smaller, a mistake's is not.
"""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.convert.graph_side import run_graph
from tf2_lstm.migrate.convert.prove import compare_model
from tf2_lstm.migrate.convert.samples import LARGE, Sample, count_weights
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.roles import Form

#: A difference of more than so many times what is allowed is not rounding.
MOST = 16
#: What has no float64 in TensorFlow, no graph, or weights that the graph computes in float32.
_FLOAT32_ALONE = (Form.BLOCK, Form.CUDNN, Form.KERAS, Form.NAMES)


def settled(tf1, recurrence, samples, report):
    """Settle by float64 what differs a little in float32.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        samples: the `Sample`s of the proof in float32, or None for seeded ones.
        report: the `CaseReport` of the proof in float32.

    Returns:
        The report as it was, or, when all that differs agrees in float64, one that holds those tensors in float64 and
        says how far they were off in float32.
    """
    wrong = [tensor for tensor in report.tensors if not tensor.passed]
    if not wrong or not all(map(_is_small, wrong)) or not _has_float64(tf1, recurrence):
        return report
    wide = _widened(recurrence)
    given = None if samples is None else [_widened_sample(one) for one in samples]
    graph = run_graph(tf1, wide, given, double=True)
    exact = compare_model(tf1, wide, build_model(wide, _WideVariables(tf1.variables)), graph)
    names = {tensor.name for tensor in wrong}
    found = [tensor for tensor in exact.tensors if tensor.name in names]
    if not exact.passed or {tensor.name for tensor in found} != names:
        return report
    kept = [tensor for tensor in report.tensors if tensor.name not in names]
    found = [replace(tensor, name=f"{tensor.name}, in float64") for tensor in found]
    return replace(
        report, tensors=kept + found, diagnosis="", notes=[*report.notes, *_notes(report, exact, wrong)]
    )


class _WideVariables:
    """Variables that are read as float64: what is added to one when it becomes a weight rounds as the graph does."""

    def __init__(self, variables):
        self._variables = variables

    def __getitem__(self, name):
        variable = self._variables[name]
        return replace(variable, read=lambda: np.asarray(variable.read(), np.float64))


def _is_small(tensor):
    return not tensor.problem and tensor.max_abs_diff <= MOST * tensor.tolerance and tensor.dtype == "float32"


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
    return replace(tensor, dtype="float64") if tensor.dtype == "float32" else tensor


def _widened_sample(sample):
    values = {
        name: value.astype("float64") if value.dtype == "float32" else value
        for name, value in sample.values.items()
    }
    return Sample(sample.label, values)


def _notes(report, exact, wrong):
    """Say of each tensor how far it was off in float32 and in float64."""
    for name in dict.fromkeys(tensor.name for tensor in wrong):
        off = max(tensor.max_abs_diff for tensor in wrong if tensor.name == name)
        allowed = min(tensor.tolerance for tensor in wrong if tensor.name == name)
        least = max(tensor.max_abs_diff for tensor in exact.tensors if tensor.name == name)
        yield (
            f"{report.name}: {name} differs by {off:.3g} in float32, where {allowed:.3g} is allowed, and with the same "
            f"weights and inputs by {least:.3g} in float64: float32 rounds, and the two add up in another order"
        )


__all__ = ["settled"]
