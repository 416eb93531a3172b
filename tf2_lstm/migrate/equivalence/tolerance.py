"""The one tolerance table. A tensor is equal if max|a - b| <= max(atol, rtol * max|b|), b the TF1 side.

The figures come from the differences of two TensorFlows on the same graph: TF 1.15.5 and TF 2.21 agree on all cases
to 4e-7 in float32 (outputs of order 1), and in float64 up to rounding.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """An absolute and a relative bound."""

    atol: float
    rtol: float

    def allowed(self, largest):
        """Return the largest allowed difference, for a tensor whose largest magnitude is `largest`."""
        return max(self.atol, self.rtol * largest)


#: (dtype, level of proof) -> tolerance. Outputs of order 1 agree to 1e-6 in float32.
TABLE = {
    # Half a unit in the last place is 5e-4 of the value, and a step adds a few roundings.
    ("float16", "result"): Tolerance(4e-3, 4e-3),
    ("float16", "gradient"): Tolerance(1e-2, 1e-2),
    ("float32", "result"): Tolerance(1e-6, 1e-6),
    ("float32", "gradient"): Tolerance(1e-6, 1e-5),
    ("float32", "training"): Tolerance(2e-6, 1e-5),
    ("float64", "result"): Tolerance(1e-12, 1e-12),
    ("float64", "gradient"): Tolerance(1e-12, 1e-12),
    ("float64", "training"): Tolerance(1e-12, 1e-12),
}


def level_of(name):
    """Return the level of proof that a tensor's name belongs to."""
    if name.startswith("gradient of "):
        return "gradient"
    return "training" if name == "losses" or name.startswith("trained ") else "result"


def tolerance_for(dtype, name, atol=None, rtol=None):
    """Return the tolerance of a tensor; `atol` and `rtol` replace the table's figures when given."""
    entry = TABLE[dtype, level_of(name)]
    return Tolerance(entry.atol if atol is None else atol, entry.rtol if rtol is None else rtol)
