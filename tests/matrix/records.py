"""All cases on the Keras backend of the environment, held against the records of TensorFlow 1.15.5.

KERAS_BACKEND=jax python -m tests.matrix.records REPORT.json [CASE ...]

TensorFlow need not be there: the weights are those that a record's seed draws.
"""

import contextlib
import json
import sys
from pathlib import Path

import keras

from tf2_lstm.migrate.equivalence.compare import compare_results
from tf2_lstm.migrate.equivalence.goldens import read_record
from tf2_lstm.migrate.equivalence.inputs import case_inputs, case_weights
from tf2_lstm.migrate.equivalence.keras_program import KerasProgram
from tf2_lstm.migrate.equivalence.keras_runner import KerasCase
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.pairs import CASES, PAIRS


def main(argv):
    """Write what came of each case: its number of comparisons, and the tensors that differ."""
    report, *names = argv
    found = {name: held(CASES[name]) for name in names or CASES}
    Path(report).write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def held(case, spoil=lambda tensors: tensors):
    """Run a case and hold it against its record.

    Args:
        case: the `Case`.
        spoil: changes what Keras computed, for a test of this function.

    Returns:
        A dict of `equal`, a number of tensors, and `different`, their names with how far each is off.
    """
    is_program = PAIRS[case.call.pair].kind == "program"
    built = KerasProgram(case) if is_program else KerasCase(case)
    built.load(case_weights(case, {name: value.shape for name, value in built.named().items()}, 0))
    # The noise of TensorFlow 1.15.5 is handed out step by step, in Python.
    with _interpreted() if case.noise else contextlib.nullcontext():
        tensors = built.run_levels(steps=0)
    if not is_program:
        with _interpreted():
            tensors["losses"] = built.run_levels(steps=10, gradients=False)["losses"]
    if "losses" in tensors:
        tensors.update(("trained " + name, value) for name, value in built.named().items())
    record = read_record(case, {} if is_program else case_inputs(case, 0))
    reports = compare_results(record, RunResult(KERAS, spoil(tensors), {}, {}))
    different = {one.name: one.problem or one.max_abs_diff for one in reports if not one.passed}
    return {"equal": len(reports) - len(different), "different": different}


def _interpreted():
    """Where JAX compiles nothing: it would compile each training step of a case anew."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.disable_jit()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
