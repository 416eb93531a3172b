"""A report as JSON, for programs; schema 1."""

import math

from tf2_lstm.migrate.report.printable import json_text
from tf2_lstm.migrate.report.speed import speed_entry


def render(report, width=None):
    """Return a `Report` as JSON text; `width` is for the other formats. An infinite difference is null."""
    document = {
        "schema": 1,
        "passed": report.passed,
        "notes": report.notes,
        "versions": report.versions,
        "cases": [_case(case) for case in report.cases],
    }
    return json_text(document)


def _case(case):
    measured = {} if case.speed is None else {"speed": speed_entry(case.speed)}
    return {
        "name": case.name,
        "passed": case.passed,
        "diagnosis": case.diagnosis,
        "tensors": [tensor_entry(tensor) for tensor in case.tensors],
        **measured,
    }


def tensor_entry(tensor):
    """Return a `TensorReport` as plain data. An infinite difference is None."""
    return {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        "witness": tensor.reference,
        "max_abs_diff": tensor.max_abs_diff if math.isfinite(tensor.max_abs_diff) else None,
        "tolerance": tensor.tolerance,
        "passed": tensor.passed,
        "where": tensor.where,
        "first_step": tensor.first_step,
        "problem": tensor.problem,
    }
