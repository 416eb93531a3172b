"""Compare run results: structure first, then every number. A pure function from run results to a report."""

from dataclasses import dataclass, field

import numpy as np

from tf2_lstm.migrate.equivalence.tolerance import tolerance_for

#: Rank of an array -> the names of its axes, to tell where the largest difference is.
_AXES = {1: ("step",), 2: ("batch", "unit"), 3: ("batch", "time", "unit")}


#: The most rows and columns of a `Profile`.
_FINEST = 32


@dataclass(frozen=True)
class Profile:
    """How far a tensor is off along its last two axes: the largest difference over all other axes.

    Attributes:
        axes: the names of the two axes; "" for the first where there is only one axis.
        sizes: the sizes of the two axes.
        values: rows of differences, at most 32 by 32: each is the largest of the places that it represents.
    """

    axes: tuple
    sizes: tuple
    values: tuple


@dataclass(frozen=True)
class TensorReport:
    """One tensor of Keras against one reference.

    Attributes:
        name: the tensor's name.
        shape: its shape, a tuple.
        dtype: its dtype's name.
        reference: the name of the reference that Keras was compared with.
        max_abs_diff: the largest |difference|; inf when the structure differs.
        tolerance: the largest difference that is allowed, a number.
        passed: whether the difference is within it. A failed tensor would pass with `max_abs_diff` as tolerance.
        where: where the largest difference is, e.g. "batch 0, time 2, unit 3"; "" when it is zero.
        first_step: the first time step that is off, for a failed tensor with a time axis.
        problem: what is wrong with the structure, "" if nothing.
        profile: the `Profile` of a tensor that is off, None for one that is not.
    """

    name: str
    shape: tuple
    dtype: str
    reference: str
    max_abs_diff: float
    tolerance: float
    passed: bool
    where: str = ""
    first_step: int | None = None
    problem: str = ""
    profile: Profile | None = None


@dataclass
class CaseReport:
    """All tensors of one case.

    Attributes:
        name: the case's name.
        tensors: the `TensorReport`s.
        diagnosis: a likely cause when a tensor differs, "" otherwise.
        results: the run results that were compared.
        notes: notes for the user, e.g. that there is no record for this seed.
        drawing: the `report.drawing.Drawing` of the model, None where there is none.
        speed: its `prove.speed.Speed`, None where nobody asked.
    """

    name: str
    tensors: list
    diagnosis: str = ""
    results: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    drawing: object = None
    speed: object = None

    @property
    def passed(self):
        """Whether there are tensors to compare and all of them agree."""
        return bool(self.tensors) and all(tensor.passed for tensor in self.tensors)


@dataclass
class Report:
    """All cases of one run of the comparison.

    Attributes:
        cases: the `CaseReport`s.
        notes: notes on all of them, e.g. a loosened tolerance.
        versions: program -> version.
        subject: the TF1 model that was read, "" for pairs.
    """

    cases: list
    notes: list = field(default_factory=list)
    versions: dict = field(default_factory=dict)
    subject: str = ""

    @property
    def passed(self):
        """Whether there is at least one case and all of them passed."""
        return bool(self.cases) and all(case.passed for case in self.cases)


def compare_results(reference, candidate, atol=None, rtol=None):
    """Compare two run results tensor by tensor.

    Args:
        reference: the `RunResult` of a TF1 reference.
        candidate: the `RunResult` of Keras (or of the live session, against the record).
        atol: replaces the table's absolute tolerance.
        rtol: replaces the table's relative tolerance.

    Returns:
        A list of `TensorReport`, in the reference's order; tensors that only one side has are failures.
    """
    names = list(reference.tensors) + [name for name in candidate.tensors if name not in reference.tensors]
    reports = [
        _compare_tensor(
            name, reference.tensors.get(name), candidate.tensors.get(name), reference.side, atol, rtol
        )
        for name in names
    ]
    if list(reference.tensors) != list(candidate.tensors) and all(report.passed for report in reports):
        first = reports[0]
        reports[0] = _broken(first, "the tensors come in another order")
    return reports


def _compare_tensor(name, expected, received, reference, atol, rtol):
    known = received if expected is None else expected
    known = np.asarray(known)
    blank = TensorReport(name, known.shape, str(known.dtype), reference, float("inf"), 0.0, passed=False)
    if expected is None or received is None:
        return _broken(blank, f"only {reference if received is None else 'the other side'} has it")
    expected, received = np.asarray(expected), np.asarray(received)
    if expected.shape != received.shape:
        return _broken(blank, f"shape {received.shape}, expected {expected.shape}")
    if expected.dtype != received.dtype:
        return _broken(blank, f"dtype {received.dtype}, expected {expected.dtype}")
    if not expected.size:
        return _broken(blank, "empty: there is nothing to compare")
    if not (np.isfinite(expected).all() and np.isfinite(received).all()):
        return _broken(blank, "NaN or infinity")
    return _compare_numbers(blank, expected, received, atol, rtol)


def _broken(report, problem):
    return TensorReport(
        report.name,
        report.shape,
        report.dtype,
        report.reference,
        float("inf"),
        report.tolerance,
        False,
        problem=problem,
    )


def _compare_numbers(blank, expected, received, atol, rtol):
    wide = expected.astype("float64")
    difference = np.abs(received.astype("float64") - wide)
    tolerance = 0.0
    if expected.dtype.kind == "f":
        entry = tolerance_for(str(expected.dtype), blank.name, atol, rtol)
        tolerance = float(entry.allowed(np.abs(wide).max()))
    off = difference > tolerance
    largest = np.unravel_index(np.argmax(difference), difference.shape)
    return TensorReport(
        blank.name,
        expected.shape,
        str(expected.dtype),
        blank.reference,
        float(difference.max()),
        tolerance,
        passed=not off.any(),
        where=_place(largest) if difference.max() else "",
        first_step=int(np.argwhere(off)[:, 1].min()) if off.any() and off.ndim == 3 else None,
        profile=_profile(difference) if off.any() and off.ndim else None,
    )


def _profile(difference):
    wide = np.atleast_2d(difference)
    flat = wide.reshape(-1, *wide.shape[-2:]).max(0)
    values = _coarse(_coarse(flat).T).T
    return Profile(("", *_axes(difference.ndim))[-2:], flat.shape, tuple(map(tuple, values.tolist())))


def _coarse(values):
    """Return as many rows as a `Profile` may have, each the largest of the rows that it represents."""
    return np.stack([part.max(0) for part in np.array_split(values, min(_FINEST, len(values)))])


def _place(index):
    return ", ".join(f"{axis} {int(at)}" for axis, at in zip(_axes(len(index)), index, strict=True))


def _axes(rank):
    """Return the names of the axes of a tensor."""
    return _AXES.get(rank, tuple(f"axis {number}" for number in range(rank)))
