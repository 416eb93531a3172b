"""A second look in float64 where float32 leaves it open whether a small difference is rounding or a mistake.

A recurrence feeds its own rounding back, a logarithm of small numbers makes it larger, and a softmax in float32 may be
of what was computed in float16. Then two programs that compute the same differ by more than float32 is allowed to; in
float64 the difference of two such programs is a billion times smaller, that of a mistake is not.
"""

from dataclasses import replace

from tf2_lstm.migrate.equivalence.tolerance import TABLE, level_of

#: A difference of more than this many times the tolerance is not rounding.
MOST = 16


def settled(report, in_double, narrowest="float32"):
    """Settle small differences in float32 and float16 by float64.

    Args:
        report: the `CaseReport` of the proof.
        in_double: returns the `CaseReport` of the same proof in float64, None where there is none; it is called only
            when all differences are small.
        narrowest: the dtype of floats that rounds most in what was computed, "float32" or "float16".

    Returns:
        The report as it was, or, when all tensors that differ agree in float64, one with these tensors in float64 and
        notes on how far they were off before.
    """
    wrong = [tensor for tensor in report.tensors if not tensor.passed]
    exact = in_double() if wrong and not beyond_rounding(report, narrowest) else None
    if exact is None:
        return report
    names = {tensor.name for tensor in wrong}
    found = [tensor for tensor in exact.tensors if tensor.name in names]
    if not exact.passed or {tensor.name for tensor in found} != names:
        return report
    kept = [tensor for tensor in report.tensors if tensor.name not in names]
    found = [replace(tensor, name=f"{tensor.name}, in float64") for tensor in found]
    return replace(
        report,
        tensors=kept + found,
        diagnosis="",
        notes=[*report.notes, *_notes(report, exact, wrong, narrowest)],
    )


def beyond_rounding(report, narrowest="float32"):
    """Whether a tensor differs by more than the floats that it is computed of can have rounded.

    Args:
        report: a `CaseReport`.
        narrowest: as of `settled`.
    """
    return not all(tensor.passed or _is_small(tensor, narrowest) for tensor in report.tensors)


def _is_small(tensor, narrowest):
    if tensor.problem or tensor.dtype not in ("float16", "float32"):
        return False
    own, coarse = (TABLE[dtype, level_of(tensor.name)] for dtype in (tensor.dtype, narrowest))
    times = max(1, min(coarse.atol / own.atol, coarse.rtol / own.rtol))
    return tensor.max_abs_diff <= MOST * times * tensor.tolerance


def _notes(report, exact, wrong, narrowest):
    """Yield for each tensor how far it was off, where that was most, and in float64."""
    for name in dict.fromkeys(tensor.name for tensor in wrong):
        called = [tensor for tensor in wrong if tensor.name == name]
        most = max(called, key=lambda tensor: tensor.max_abs_diff / tensor.tolerance)
        least = max(tensor.max_abs_diff for tensor in exact.tensors if tensor.name == name)
        yield (
            f"{report.name}: {name} differs by {most.max_abs_diff:.3g} in {most.dtype}, where {most.tolerance:.3g} is "
            f"allowed, and with the same weights and inputs by {least:.3g} in float64: {narrowest} rounds, and the two "
            "compute in another order"
        )


__all__ = ["beyond_rounding", "settled"]
