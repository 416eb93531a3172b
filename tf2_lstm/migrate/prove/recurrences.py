"""The proof of a recurrence: the user's graph, replayed, against the Keras model; outputs, states, gradients.

A model with stock recurrent layers can be run in two ways, and is proved in both: as Keras alone runs it, and as
`tf2_lstm.accelerate` has it run. The gradients are those of the second way: users of this package train with it, and
TensorFlow did not derive them.
"""

from collections import OrderedDict
from dataclasses import replace

import numpy as np

from tf2_lstm.backends import plain
from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.keras_code.rates import sentence, setting
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.prove.computed import pulled_back
from tf2_lstm.migrate.prove.diagnose import diagnose_sample
from tf2_lstm.migrate.prove.graph_side import by_variable, dropped
from tf2_lstm.migrate.prove.keras_side import accelerated, run_gradients, run_model
from tf2_lstm.migrate.roles import Role, read_name

#: The note about a model that the fast unrolls run too.
_TWICE = (
    'proved as keras.models.load_model gives it, which needs only Keras, and, under "accelerated", as '
    "tf2_lstm.load_model does, by the fast unrolls."
)


def compare_model(tf1, recurrence, model, graph):
    """Compare a Keras model with the results of the graph.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        model: the Keras model.
        graph: the `GraphSide` of the same recurrence.

    Returns:
        A `CaseReport`; that of a graph that cannot be replayed failed, and says why.
    """
    report = CaseReport(recurrence.name, [], notes=_notes(recurrence) + graph.notes)
    if graph.problem:
        report.diagnosis = f"not proved: {graph.problem}"
        return report
    for run in graph.runs:
        received = run_model(model, recurrence, run.sample.values)
        reports = _compared(_reference(graph, run), recurrence, run.outputs, received)
        if not _passed(reports) and not report.diagnosis:
            report.diagnosis = diagnose_sample(tf1, recurrence, run.sample, run.outputs, received)
        report.tensors += reports
    # Outputs of another shape have no loss in common.
    if any(tensor.problem for tensor in report.tensors):
        return report
    # For a large model the gradients of the fast unrolls are a second copy of the weights in memory.
    if not graph.of_weights:
        with plain():
            report.tensors += _all_gradients(tf1, recurrence, model, graph)
    with accelerated(model) as changed:
        if changed:
            _hold_accelerated(report, recurrence, model, graph)
        if graph.of_weights:
            report.tensors += _all_gradients(tf1, recurrence, model, graph)
    return report


def _hold_accelerated(report, recurrence, model, graph):
    """Compare outputs and states again with the fast unrolls, under names of their own, and add a note."""
    found = []
    for run in graph.runs:
        received = run_model(model, recurrence, run.sample.values)
        reports = _compared(_reference(graph, run), recurrence, run.outputs, received)
        found += [replace(tensor, name=f"{tensor.name}, accelerated") for tensor in reports]
    if not _passed(found) and not report.diagnosis:
        report.diagnosis = (
            "the model is equal as Keras alone runs it and differs by the fast unrolls: a mistake in tf2_lstm, please "
            "report it"
        )
    report.tensors += found
    report.notes.append(f"{recurrence.name}: {_TWICE}")


def _passed(reports):
    return all(tensor.passed for tensor in reports)


def _reference(graph, run):
    return f"{graph.reference}, {run.sample.label}"


def _all_gradients(tf1, recurrence, model, graph):
    """Compare the gradients of every sample that has some."""
    found = []
    for run in graph.runs:
        if run.gradients is not None:
            given = run_gradients(model, recurrence, run.sample.values, run.targets, graph.of_weights)
            given = pulled_back(tf1, recurrence, given)
            found += _gradients(_reference(graph, run), run, given, tf1.nodes)
    return found


def _notes(recurrence):
    notes = [f"{recurrence.name}: {note}" for note in recurrence.notes]
    notes += [f"{recurrence.name}: assumed: {note}" for note in recurrence.assumed]
    around = recurrence.around.in_words() if recurrence.around else ""
    notes += [f"{recurrence.name}: {around}"] if around else []
    return notes + _dropout(recurrence)


def notes_of_its_file(recurrence):
    """List the notes about the use of a recurrence's own file, and about parts of the graph that it does not have.

    Where the whole program is proved, its own notes say all this.

    Args:
        recurrence: the `Recurrence`.
    """
    around = recurrence.around.in_words() if recurrence.around else ""
    found = [f"{recurrence.name}: {one}" for one in (around, _TWICE) if one]
    # The note about a graph that drops at inference is in every report.
    return found + ([] if _constants(recurrence) else _dropout(recurrence))


def _dropout(recurrence):
    """List the notes about dropout and its rates."""
    if not dropped(recurrence.call):
        return []
    numbers = _constants(recurrence)
    if numbers:
        listed = ", ".join(f"{value:g}" for value in sorted(numbers))
        return [
            f"{recurrence.name}: dropout with the constant keep_prob {listed} was proved with every unit kept and "
            "scaled by 1 / keep_prob. That graph drops at inference too; Keras drops in training only.",
            *_rates(recurrence),
        ]
    return [
        f"{recurrence.name}: dropout was proved at keep_prob 1, as at inference.",
        *_rates(recurrence),
    ]


def _constants(recurrence):
    """The keep_probs that the graph fixes below 1."""
    return {value for value in recurrence.keep_probs.values() if not isinstance(value, str)} - {1.0}


def _rates(recurrence):
    """List how to set each rate that a TF1 program feeds as a keep_prob."""
    rates = program_of(recurrence).rates
    alone = len(rates) == 1 and not _constants(recurrence)
    for name, rate in rates.items():
        said = sentence(name, rate, setting(rate.places, alone), recurrence.name)
        yield f"{recurrence.name}: {said}"


def _gradients(reference, run, received, nodes):
    wanted = by_variable(run.gradients, nodes)
    wanted = {name: _like(wanted.get(name), value) for name, value in received.items()}
    sides = [
        OrderedDict((f"gradient of {name}", side[name]) for name in received) for side in (wanted, received)
    ]
    return compare_results(RunResult(reference, sides[0]), RunResult(KERAS, sides[1]))


def _compared(reference, recurrence, expected, received):
    """Compare in the order batch, time, unit, in any layout, so that a report can name the step.

    Outputs of no step, where all rows are empty, are left out: when both sides have the same shape nothing differs.
    """
    empty = {
        name for name, value in expected.items() if not np.size(value) and value.shape == received[name].shape
    }
    sides = [
        OrderedDict((name, _batch_major(recurrence, name, side[name])) for name in side if name not in empty)
        for side in (expected, received)
    ]
    return compare_results(RunResult(reference, sides[0]), RunResult(KERAS, sides[1]))


def _batch_major(recurrence, name, value):
    turn = recurrence.time_major and read_name(name).role is Role.OUTPUTS and np.ndim(value) == 3
    return np.swapaxes(value, 0, 1) if turn else value


def _like(gradient, received):
    """Return TF1's gradient in the dtype of the model: in a half-precision graph it is float32 with half the digits.

    None is a gradient that does not exist: zero.
    """
    return np.zeros_like(received) if gradient is None else np.asarray(gradient, received.dtype)
