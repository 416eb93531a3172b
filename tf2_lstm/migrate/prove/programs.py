"""The proof of a whole program: the whole graph, replayed, against the Keras model; a difference is located."""

from collections import OrderedDict
from dataclasses import replace
from functools import partial

import numpy as np

from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.equivalence.tolerance import level_of
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of
from tf2_lstm.migrate.keras_code.rates import is_alone, places_of, sentence, setting
from tf2_lstm.migrate.prove.graph_side import GraphRun, GraphSide, dropped, keep_all
from tf2_lstm.migrate.prove.keras_side import accelerated, call_keeping, in_function
from tf2_lstm.migrate.prove.own_inputs import own_samples
from tf2_lstm.migrate.prove.program_gradients import (
    compared_gradients,
    graph_gradients,
    model_gradients,
    not_finite,
    targets_of,
    without_gradients,
)
from tf2_lstm.migrate.prove.program_samples import whole_samples
from tf2_lstm.migrate.prove.references import cudnn_equations
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.prove.rounding import beyond_rounding, settled
from tf2_lstm.migrate.prove.samples import LONG
from tf2_lstm.migrate.prove.spare import spare_numbers
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.whole import Edge
from tf2_lstm.migrate.translate.writing.sharing import notes_of

#: The name of the side that a model is compared with.
REFERENCE = "TF1 graph"
#: What follows the name of an output that was computed as `predict` computes it.
IN_FUNCTION = ", in a tf.function"
WHERE = "the whole program, which --feed begins elsewhere and --recurrences leaves out"


def replay_whole(tf1, whole, tensors=None, gradients="", own=True, served=False, most=None, sizes=None):
    """Open a replay of the whole graph from its inputs to its outputs.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        tensors: the tensors to fetch; None for its outputs.
        gradients: what to differentiate by, as `Replay` has it.
        own: whether the models of its recurrences are those that are written here.
        served: whether it is to be as fast as in a program.
        most: the most operations that are differentiated; None for any number.
        sizes: TF1 tensor -> shape, for inputs whose sizes are not to be open; None for none.

    Returns:
        A `Replay`.
    """
    constants = dict(whole.boundary.fixed)
    for one in whole.recurrences.values():
        constants.update(keep_all(one))
    feeds = {edge.tf1: (edge.dtype, (sizes or {}).get(edge.tf1, edge.shape)) for edge in whole.inputs}
    keep = bool(whole.rates) or any(dropped(one.call) for one in whole.recurrences.values())
    outputs = tensors or [edge.tf1 for edge in whole.outputs]
    # A StopGradient in a recurrence is noted as not in its model, and let through as in its own proof.
    stops = {node.name for node in tf1.graph.node} - _inside(tf1, whole.recurrences.values() if own else ())
    return Replay(
        tf1,
        outputs,
        feeds,
        constants,
        gradients,
        keep,
        stops=stops,
        served=served,
        most=most,
        equations=cudnn_equations(tf1, whole.recurrences.values()),
    )


def _inside(tf1, recurrences):
    """Return the names of the nodes between the inputs of recurrences and their outputs."""
    nodes, found = {node.name: node for node in tf1.graph.node}, set()
    for one in recurrences:
        begins = {node_of(tensor.tf1) for tensor in one.inputs if tensor.tf1}
        todo = [node_of(tensor.tf1) for tensor in one.outputs if tensor.tf1]
        while todo:
            name = todo.pop()
            if name in nodes and name not in begins and name not in found:
                found.add(name)
                todo += map(node_of, data_inputs(nodes[name]))
    return found


def run_whole(tf1, whole, without="", inputs=None, samples=None, by="weights"):
    """Run the whole graph, and differentiate it by its variables and its inputs of floats.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        without: why nobody needs the gradients; "" when they are to be computed.
        inputs: a `.npz` of the user's own data, as `Request.inputs`; None for seeded numbers.
        samples: the `Sample`s to run in place of those.
        by: "inputs" where somebody else wrote the model, whose weights have no TF1 names: it is differentiated by its
            inputs alone, and a StopGradient in a recurrence stops.

    Returns:
        A `GraphSide`; its notes say which samples the graph does not take, and why there are no gradients.

    Raises:
        ArtifactError: the user's data do not lead to the inputs.
        ReplayError: the graph cannot be replayed, or takes no sample.
    """
    wanted = {edge.tf1: edge.dtype for edge in whole.inputs}
    own = samples or own_samples(tf1, wanted, inputs, WHERE)
    replay, why = _opened(tf1, whole, without, by)
    side = GraphSide(REFERENCE, narrowest=replay.narrowest)
    with replay:
        failed = []
        for samples in [own] if own else whole_samples(tf1, whole, whole.inputs):
            runs, left = _run_all(replay, whole, samples)
            if not side.runs or len(runs) > len(side.runs):
                side.runs, failed = runs, left
            if not left:
                break
        why = why or replay.no_gradients
    if not side.runs:
        raise failed[0][1]
    if replay.too_long and not replay.writes:
        too_long, why = why, _differentiate_first(tf1, whole, by, side.runs)
        alone = f"gradients were compared for {side.runs[0].sample.label} alone: {too_long}"
        side.notes += [] if why else [alone]
    side.notes += [f"{label}: this sample was left out: {error}" for label, error in failed]
    side.notes += [f"no gradients were compared: {why.partition('. ')[0]}"] if why else []
    side.notes += [replay.remark] if replay.remark else []
    return side


def _opened(tf1, whole, without, by):
    """Return (a replay with gradients, ""), or (one without them, why there are none)."""
    why = without or without_gradients(tf1, whole)
    if not why:
        try:
            replay = replay_whole(tf1, whole, gradients=by, own=by == "weights", most=LONG)
        except ReplayError as error:
            return replay_whole(tf1, whole), str(error)
        if replay.writes:
            # The backward part may read a value that has been written.
            replay.no_gradients = f"a run of the graph writes variables: {replay.writes[0]}"
        return replay, replay.no_gradients
    return replay_whole(tf1, whole), why


def _differentiate_first(tf1, whole, by, runs):
    """Add gradients to the first run, from a graph of its sizes, for which TensorFlow writes half as many operations.

    Returns:
        Why there are none; "" when there are.
    """
    sample = runs[0].sample
    sizes = {name: np.shape(value) for name, value in sample.values.items()}
    try:
        with replay_whole(tf1, whole, gradients=by, own=by == "weights", sizes=sizes) as replay:
            spare = spare_numbers(replay.open, (1,), sample.label)
            targets, gradients = _gradients(replay, whole, sample, runs[0].outputs, spare)
            runs[0] = replace(runs[0], targets=targets, gradients=gradients)
            return replay.no_gradients
    except ReplayError as error:
        return str(error)


def _run_all(replay, whole, samples):
    """Return the `GraphRun`s of samples, and (label, error) of those that the graph does not take."""
    runs, failed = [], []
    for sample in samples:
        spare = spare_numbers(replay.open, (1,), sample.label)
        try:
            found = replay.run(sample.values, spare)
        except ReplayError as error:
            failed.append((sample.label, error))
            continue
        outputs = OrderedDict((one.name, found[one.tf1]) for one in whole.outputs)
        empty = [one.tf1 for one in whole.outputs if not np.size(found[one.tf1])]
        if empty:
            failed.append(
                (sample.label, ReplayError(f"{empty[0]} has no element, there is nothing to compare"))
            )
            continue
        runs.append(GraphRun(sample, outputs, *_gradients(replay, whole, sample, outputs, spare)))
    return runs, failed


def _gradients(replay, whole, sample, outputs, spare):
    """Return the targets and the gradients of one sample; ({}, None) when there are none."""
    targets = {} if replay.no_gradients else targets_of(whole, outputs)
    if not targets:
        return {}, None
    try:
        return targets, graph_gradients(replay, whole, sample.values, targets, spare)
    except ReplayError as error:
        replay.no_gradients = str(error)
        return {}, None


def prove_whole(tf1, whole, model, graph, in_double=None):
    """Compare a Keras model with the results of the whole graph; doubts of rounding are settled in float64.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model.
        graph: the `GraphSide` of `run_whole`.
        in_double: returns the `CaseReport` in float64, None where there is none, as `rounding.settled` takes it; None
            for no second look.

    Returns:
        A `CaseReport`.
    """
    report = compare_whole(tf1, whole, model, graph)
    report = settled(report, in_double, graph.narrowest) if in_double else report
    if not report.passed:
        report.diagnosis = _diagnosis(tf1, whole, model, graph, report)
    return report


def compare_whole(tf1, whole, model, graph):
    """Compare outputs, and gradients where no output is off by more than rounding; nothing is settled or located.

    The first sample is called; all of them are run in one `tf.function`, as `predict` and an export run the model.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model.
        graph: the `GraphSide` of `run_whole`.

    Returns:
        A `CaseReport`.
    """
    said = (
        *whole.boundary.notes,
        *_rates(whole),
        *notes_of(whole, tf1),
        *graph.notes,
        *not_finite(graph.runs),
    )
    notes = [f"{whole.name}: {note}" for note in said]
    report = CaseReport(whole.name, [], notes=notes)
    called = partial(call_keeping, model)
    report.tensors += _compared(whole, called, graph.runs[:1])
    report.tensors += _compared(whole, in_function(model), graph.runs, IN_FUNCTION)
    with accelerated(model) as changed:
        if changed:
            report.tensors += _compared(whole, called, graph.runs, ", accelerated")
        if not beyond_rounding(report, graph.narrowest):
            report.tensors += _all_gradients(tf1, whole, model, graph)
    return report


def _diagnosis(tf1, whole, model, graph, report):
    wrong = list(dict.fromkeys(tensor.name for tensor in report.tensors if not tensor.passed))
    if wrong and _is_of_function(whole, model, graph, wrong):
        return (
            "the model is equal where it is called and differs in a tf.function, as its predict calls it: a mistake in "
            "tf2_lstm, please report it"
        )
    if not wrong or level_of(wrong[0]) != "gradient":
        return located(tf1, whole, graph.runs)
    return (
        f"every output is equal and {len(wrong)} gradient(s) differ, {wrong[0]} first: something between it and "
        "the outputs has another derivative"
    )


def _is_of_function(whole, model, graph, wrong):
    """Whether what is wrong in a function is right where the model is called: not every sample was called before."""
    return all(name.endswith(IN_FUNCTION) for name in wrong) and all(
        tensor.passed for tensor in _compared(whole, partial(call_keeping, model), graph.runs)
    )


def _rates(whole):
    """Yield how to set a rate that TF1 programs feed, and what is special about a constant one."""
    places, alone = places_of(whole), is_alone(whole)
    for name, rate in whole.program.rates.items():
        yield sentence(name, rate, setting(places[rate.said], alone), whole.name)
    if whole.rates:
        listed = ", ".join(f"{rate:g}" for rate in sorted(set(whole.rates)))
        yield (
            f"dropout with the constant rate {listed} was proved with every unit kept and scaled by 1 / (1 - rate). "
            "That graph drops at inference too; Keras drops in training only"
        )


def _compared(whole, call, runs, ending=""):
    """Compare the outputs of each run with those of a call; an ending says in their names how it was called."""
    found, names = [], {one.name: f"{one.name}{ending}" for one in whole.outputs}
    for run in runs:
        outputs = call({one.name: run.sample.values[one.tf1] for one in whole.inputs})
        sides = [
            OrderedDict((names[name], np.asarray(side[name])) for name in names)
            for side in (run.outputs, outputs)
        ]
        found += compare_results(RunResult(_reference(run), sides[0]), RunResult(KERAS, sides[1]))
    return found


def _all_gradients(tf1, whole, model, graph):
    """Compare the gradients of every sample that has some."""
    found = []
    for run in graph.runs:
        if run.gradients is not None:
            given = model_gradients(tf1, whole, model, run.sample.values, run.targets)
            found += compared_gradients(tf1, whole, _reference(run), run.gradients, given)
    return found


def _reference(run):
    return f"{REFERENCE}, {run.sample.label}"


def located(tf1, whole, runs):
    """Name the first tensor, in the order of the graph, that differs.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        runs: the `GraphRun`s.

    Returns:
        One sentence.
    """
    model = build_whole(whole, tf1, everything=True)
    try:
        with replay_whole(tf1, whole, list(whole.tensors)) as replay:
            for sample in (run.sample for run in runs):
                expected = replay.run(sample.values, spare_numbers(replay.open, (1,), sample.label))
                given = call_keeping(model, {one.name: sample.values[one.tf1] for one in whole.inputs})
                wrong = _first_wrong(whole.tensors, expected, given)
                if wrong:
                    return f"the first tensor that differs is {_difference(tf1, wrong)}"
    except ReplayError as error:
        return f"not located: {error}"
    return (
        "what the graph's operations compute agrees one by one: the model that was written differs from them"
    )


def _first_wrong(tensors, expected, given):
    for tensor, line in tensors.items():
        if np.array_equal(expected[tensor], given[line], equal_nan=True):
            # Infinite on both sides, as a beam that has not begun.
            continue
        sides = [OrderedDict([(tensor, np.asarray(side))]) for side in (expected[tensor], given[line])]
        [report] = compare_results(RunResult("TF1 graph", sides[0]), RunResult(KERAS, sides[1]))
        if not report.passed and "empty" not in report.problem:
            return tensor, report
    return None


def _difference(tf1, wrong):
    tensor, report = wrong
    op = next(node.op for node in tf1.graph.node if node.name == node_of(tensor))
    how = report.problem or f"off by {report.max_abs_diff:.3g} at {report.where}"
    return f"{tensor} ({op}): {how}"


__all__ = ["Edge", "compare_whole", "located", "prove_whole", "replay_whole", "run_whole"]
