"""A second look in float64 where float32 leaves it open whether a small difference is rounding or a mistake.

A recurrence feeds its own rounding back, and a logarithm of small numbers makes it larger. Then two programs that
compute the same differ by more than float32 is allowed to; in float64 the difference of two such programs is a billion
times smaller, that of a mistake is not.
"""

from dataclasses import replace

#: A difference of more than this many times the tolerance is not rounding.
MOST = 16


def settled(report, in_double):
    """Settle small differences in float32 by float64.

    Args:
        report: the `CaseReport` of the proof in float32.
        in_double: returns the `CaseReport` of the same proof in float64, None where there is none; it is called only
            when all differences are small.

    Returns:
        The report as it was, or, when all tensors that differ agree in float64, one with these tensors in float64 and
        notes on how far they were off in float32.
    """
    wrong = [tensor for tensor in report.tensors if not tensor.passed]
    exact = in_double() if wrong and not beyond_rounding(report) else None
    if exact is None:
        return report
    names = {tensor.name for tensor in wrong}
    found = [tensor for tensor in exact.tensors if tensor.name in names]
    if not exact.passed or {tensor.name for tensor in found} != names:
        return report
    kept = [tensor for tensor in report.tensors if tensor.name not in names]
    found = [replace(tensor, name=f"{tensor.name}, in float64") for tensor in found]
    return replace(
        report, tensors=kept + found, diagnosis="", notes=[*report.notes, *_notes(report, exact, wrong)]
    )


def beyond_rounding(report):
    """Whether a tensor differs by more than float32 can have rounded.

    Args:
        report: a `CaseReport`.
    """
    return not all(tensor.passed or _is_small(tensor) for tensor in report.tensors)


def _is_small(tensor):
    return not tensor.problem and tensor.max_abs_diff <= MOST * tensor.tolerance and tensor.dtype == "float32"


def _notes(report, exact, wrong):
    """Yield for each tensor how far it was off in float32, where that was most, and in float64."""
    for name in dict.fromkeys(tensor.name for tensor in wrong):
        called = [tensor for tensor in wrong if tensor.name == name]
        most = max(called, key=lambda tensor: tensor.max_abs_diff / tensor.tolerance)
        least = max(tensor.max_abs_diff for tensor in exact.tensors if tensor.name == name)
        yield (
            f"{report.name}: {name} differs by {most.max_abs_diff:.3g} in float32, where {most.tolerance:.3g} is "
            f"allowed, and with the same weights and inputs by {least:.3g} in float64: float32 rounds, and the two "
            "compute in another order"
        )


__all__ = ["beyond_rounding", "settled"]
