"""The inputs that a model is proved on: seeded ones that it accepts, or the user's own."""

import os
from dataclasses import dataclass, field

import numpy as np

from tf2_lstm.migrate.export.model_edges import call, inputs_of
from tf2_lstm.migrate.export.seeded import GUESSES, drawn
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.migrate.prove.own_inputs import fitted, read_arrays
from tf2_lstm.migrate.prove.samples import Sample


@dataclass(frozen=True)
class Accepted:
    """Inputs that a model accepts.

    Attributes:
        samples: the `Sample`s.
        notes: which drawn inputs it does not accept, and why.
    """

    samples: list
    notes: list = field(default_factory=list)


def samples_of(model, limits, seed=0):
    """Draw inputs of several sizes that a model accepts.

    Args:
        model: a Sequential or functional model.
        limits: name of an input of integers -> how many different ones it may be.
        seed: an int.

    Returns:
        The `Accepted`. The first sizes, of padded rows, are among them, and one more at least. Of inputs without which
        some output is NaN or infinite those that make none are preferred.

    Raises:
        ExportError: the model accepts none of them.
    """
    runs, problem = None, ""
    for guess in GUESSES:
        given = drawn(model, limits, seed, guess)
        first = _try(model, given[0])
        if first.problem:
            problem = problem or first.problem
            continue
        if not first.is_fine and runs is not None:
            continue
        said = [first, *(_try(model, sample) for sample in given[1:])]
        if sum(one.is_fine for one in said) > 1 and first.is_fine:
            return _comparable(given, said)
        runs = runs or _comparable(given, [Trial(one.problem) for one in said])
    if runs is not None and len(runs.samples) > 1:
        return runs
    raise ExportError(
        f"{model.name}: expected a model that takes seeded inputs, Keras says: {problem or runs.notes[0]}. Without "
        "numbers nothing is proved, and nothing is written: give your own with --inputs FILE.npz."
    )


@dataclass(frozen=True)
class Trial:
    """The result of a model for a sample.

    Attributes:
        problem: why it does not run, "" if it does.
        empty: the name of an output without a number, "" if there is none.
        finite: whether all numbers are finite.
    """

    problem: str
    empty: str = ""
    finite: bool = True

    @property
    def is_fine(self):
        """Whether all outputs can be compared."""
        return not self.problem and not self.empty and self.finite


def _try(model, sample):
    try:
        found = call(model, sample.values)
    except Exception as error:
        return Trial(" ".join(str(error).split())[:200].rstrip("."))
    empty = [name for name, value in found.items() if not value.size]
    return Trial("", (empty or [""])[0], all(np.all(np.isfinite(value)) for value in found.values()))


def _comparable(given, said):
    """Leave out the samples that cannot be compared; those that would show a difference stay."""
    pairs = list(zip(given, said, strict=True))
    return Accepted(
        [sample for sample, one in pairs if one.is_fine],
        [
            f"inputs of {sample.label} are left out: {_reason(one)}"
            for sample, one in pairs
            if not one.is_fine
        ],
    )


def _reason(said):
    if said.problem:
        return f"Keras says: {said.problem}"
    return f"{said.empty} has no number" if said.empty else "Keras computes NaN or infinity"


def own_samples(model, path):
    """Read the user's own inputs of a model.

    Args:
        model: a Sequential or functional model.
        path: a `.npz`; its keys are the names of the inputs.

    Returns:
        The `Accepted`, of one sample.

    Raises:
        UserError: it is no such file, or the model does not accept it.
    """
    arrays, inputs = read_arrays(path, "inputs of the model"), inputs_of(model)
    if arrays.keys() != inputs.keys():
        raise ExportError(
            f"{path}: expected the arrays {', '.join(inputs)}, found {', '.join(arrays) or 'none'}. Write one for each "
            "input of the model with numpy.savez."
        )
    values = {name: fitted(arrays[name], one.dtype, f"{path}: {name}") for name, one in inputs.items()}
    sample = Sample(f"inputs of {os.path.basename(path)}", values)
    said = _try(model, sample)
    if said.problem or said.empty:
        raise ExportError(f"{path}: expected inputs that {model.name} takes: {_reason(said)}. Correct them.")
    return Accepted([sample])
