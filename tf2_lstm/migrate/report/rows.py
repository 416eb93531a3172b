"""The rows that the text and the Markdown report share: one for each tensor, with a column for each reference."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One tensor of a case, against all references.

    Attributes:
        name: the tensor.
        shape: as text, "2x3x5".
        differences: reference -> largest difference as text, "-" where that reference has no such tensor.
        tolerance: as text.
        passed: whether all references agree.
    """

    name: str
    shape: str
    differences: dict
    tolerance: str
    passed: bool


def rows_of(case):
    """Return the `Row`s of a `CaseReport`, in order."""
    references = references_of(case)
    grouped = OrderedDict()
    for tensor in case.tensors:
        grouped.setdefault(tensor.name, {})[tensor.reference] = tensor
    return [_row(name, tensors, references) for name, tensors in grouped.items()]


def references_of(case):
    """Return the names of the references that Keras is compared with, in order."""
    return list(OrderedDict.fromkeys(tensor.reference for tensor in case.tensors))


def _row(name, tensors, references):
    first = next(iter(tensors.values()))
    return Row(
        name,
        "x".join(str(size) for size in first.shape) or "scalar",
        {reference: _difference(tensors.get(reference)) for reference in references},
        f"{max(tensor.tolerance for tensor in tensors.values()):.1e}",
        all(tensor.passed for tensor in tensors.values()),
    )


def _difference(tensor):
    if tensor is None:
        return "-"
    return tensor.problem or f"{tensor.max_abs_diff:.1e}"


def failures_of(case):
    """Return one sentence for each failed tensor: what, where, how far, what would have passed."""
    return [_failure(tensor) for tensor in case.tensors if not tensor.passed]


def _failure(tensor):
    if tensor.problem:
        return f"{tensor.name} against the {tensor.reference}: {tensor.problem}"
    first = "" if tensor.first_step is None else f"; the first step that is off is {tensor.first_step}"
    return (
        f"{tensor.name} against the {tensor.reference}: off by {tensor.max_abs_diff:.3g} at {tensor.where}{first}; "
        f"allowed {tensor.tolerance:.3g}, would pass with atol {tensor.max_abs_diff:.3g}"
    )


def worst_of(case, reference):
    """Return the largest difference of a case against one reference as text."""
    found = [tensor.max_abs_diff for tensor in case.tensors if tensor.reference == reference]
    return f"{max(found):.1e}" if found else "-"


def equal_line(case):
    """Return one line for all equal tensors of a case, with the one nearest to its tolerance; "" if there is none."""
    failed = {tensor.name for tensor in case.tensors if not tensor.passed}
    equal = [tensor for tensor in case.tensors if tensor.name not in failed]
    if not equal:
        return ""
    count = len({tensor.name for tensor in equal})
    far = [tensor for tensor in equal if tensor.max_abs_diff]
    if not far:
        return f"{case.name}: {count} tensor(s) equal to the last bit"
    worst = max(far, key=lambda tensor: tensor.max_abs_diff / tensor.tolerance)
    return (
        f"{case.name}: {count} tensor(s) equal; nearest to its tolerance: {worst.name}, "
        f"off by {worst.max_abs_diff:.1e}, allowed {worst.tolerance:.1e}"
    )


def closing_line(report):
    """Return the last line of a report."""
    different = [case.name for case in report.cases if not case.passed]
    tensors = sum(len(case.tensors) for case in report.cases)
    if different:
        return f"DIFFERENT: {len(different)} of {len(report.cases)} case(s): {', '.join(different)}"
    if not tensors:
        return "NOT PROVED: nothing was compared"
    return f"EQUAL: {len(report.cases)} case(s), {tensors} comparisons"
