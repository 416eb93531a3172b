"""Run one case on all references, golden record and live session, and on Keras -> a `CaseReport`."""

import dataclasses
import os
import tempfile
from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.equivalence import goldens
from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.diagnosis import diagnose
from tf2_lstm.migrate.equivalence.inputs import case_inputs
from tf2_lstm.migrate.equivalence.keras_runner import run_keras
from tf2_lstm.migrate.equivalence.legacy_runner import run_and_save, run_live
from tf2_lstm.migrate.equivalence.recorder import SEED, STEPS
from tf2_lstm.migrate.equivalence.result import RECORD
from tf2_lstm.migrate.pairs import PAIRS


@dataclass(frozen=True)
class Options:
    """How far and how strictly to compare.

    Attributes:
        seed: the seed of inputs and weights; only 0 has golden records.
        dtype: "float32", or "float64" where both sides can.
        atol: replaces the table's absolute tolerance.
        rtol: replaces the table's relative tolerance.
        steps: SGD steps of the training level, 0 for none.
        gradients: whether to compare gradients.
    """

    seed: int = SEED
    dtype: str = "float32"
    atol: float | None = None
    rtol: float | None = None
    steps: int = STEPS
    gradients: bool = True


def prove(case, options=None, run_candidate=run_keras):
    """Run every reference of a case and compare Keras with each of them.

    Args:
        case: the `Case`.
        options: the `Options`.
        run_candidate: a function that runs the Keras side; the tests put a sabotaged one here.

    Returns:
        A `CaseReport`.

    Raises:
        RecordError: the golden record is missing, damaged or of another configuration.
        WeightError: the checkpoint does not fit the case.
    """
    options = options or Options()
    if PAIRS[case.call.pair].kind == "program":
        options = dataclasses.replace(options, dtype="float32", steps=STEPS, gradients=True)
    levels = {"dtype": options.dtype, "steps": options.steps, "gradients": options.gradients}
    with tempfile.TemporaryDirectory() as folder:
        if options.seed == SEED:
            prefix = goldens.checkpoint_of(case)
            references = [_record(case, options), run_live(case, options.seed, prefix, **levels)]
        else:
            prefix = os.path.join(folder, "weights")
            references = [run_and_save(case, options.seed, prefix, **levels)]
        candidate = run_candidate(case, options.seed, prefix, **levels)
    references = [reference for reference in references if reference is not None]
    report = CaseReport(case.name, [], results=[*references, candidate])
    for reference in references:
        compared = _as_recorded(candidate, options) if reference.side == RECORD else candidate
        report.tensors += compare_results(reference, compared, options.atol, options.rtol)
    if not report.passed:
        report.diagnosis = _diagnosis(case, references, candidate, options)
    return report


def _record(case, options):
    """Return the golden record, without levels that were not asked for; None in a dtype that is not recorded."""
    if options.dtype != "float32":
        return None
    inputs = OrderedDict() if PAIRS[case.call.pair].kind == "program" else case_inputs(case, options.seed)
    return _as_recorded(goldens.read_record(case, inputs), options)


def _as_recorded(result, options):
    """Return only the tensors of a result that a record has: it has the training of exactly `STEPS` steps."""
    keep = OrderedDict(
        (name, value)
        for name, value in result.tensors.items()
        if (options.gradients or not name.startswith("gradient of "))
        and (options.steps == STEPS or not (name == "losses" or name.startswith("trained ")))
    )
    return dataclasses.replace(result, tensors=keep)


def _diagnosis(case, references, candidate, options):
    if len(references) == 2:
        record, live = references
        live = _as_recorded(live, options)
        changed = [t for t in compare_results(record, live, options.atol, options.rtol) if not t.passed]
        if changed:
            first = changed[0].name
            return (
                f"TensorFlow changed: the live session differs from the TF 1.15 record too, first in {first}"
            )
    if PAIRS[case.call.pair].kind == "program":
        return "no diagnosis for a whole program; compare the pairs that it uses"
    return diagnose(case, references[-1], candidate, options.seed)


def announcements(options):
    """List the notes for a reader of the report: how the comparison was made."""
    notes = []
    if options.atol is not None or options.rtol is not None:
        notes.append(
            "CAUTION: the tolerance was set by hand (atol={}, rtol={}), not taken from the table.".format(
                *("table" if value is None else f"{value:g}" for value in (options.atol, options.rtol))
            )
        )
    if options.seed != SEED:
        notes.append(
            f"Seed {options.seed} has no golden record: Keras is compared with the live session alone."
        )
    if options.dtype != "float32":
        notes.append("Golden records are float32: in float64 Keras is compared with the live session alone.")
        notes.append("Programs are written in float32 and run in float32.")
    if options.steps != STEPS and options.seed == SEED and options.dtype == "float32":
        notes.append(
            f"The records hold {STEPS} training steps: {options.steps} are compared with the live session alone."
        )
    if not options.gradients:
        notes.append("Gradients were not compared.")
    return notes
