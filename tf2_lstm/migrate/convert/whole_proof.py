"""The proof of a whole program: the whole graph, replayed, against the Keras model; what differs is located."""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.convert.graph_side import dropped, keep_all
from tf2_lstm.migrate.convert.keras_side import accelerated, call_keeping
from tf2_lstm.migrate.convert.replay import Replay, ReplayError
from tf2_lstm.migrate.convert.spare import spare_numbers
from tf2_lstm.migrate.convert.whole_samples import whole_samples
from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.graph.nodes import node_of
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.sharing import notes_of
from tf2_lstm.migrate.translate.whole import Edge


def replay_whole(tf1, whole, tensors=None):
    """Open the whole graph from what is fed to what is fetched.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        tensors: what is fetched; None for its outputs.

    Returns:
        A `Replay`.
    """
    constants = dict(whole.boundary.fixed)
    for one in whole.recurrences.values():
        constants.update(keep_all(one))
    feeds = {edge.tf1: (edge.dtype, edge.shape) for edge in whole.inputs}
    keep = bool(whole.rates) or any(dropped(one.call) for one in whole.recurrences.values())
    outputs = tensors or [edge.tf1 for edge in whole.outputs]
    return Replay(tf1, outputs, feeds, constants, gradients="", keep=keep)


def run_whole(tf1, whole):
    """Run the whole graph.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.

    Returns:
        A list of (`Sample`, name of an output -> array).

    Raises:
        ReplayError: the graph cannot be replayed, or takes no sample.
    """
    with replay_whole(tf1, whole) as replay:
        failed, best = None, []
        for samples in whole_samples(tf1, whole, whole.inputs):
            runs = []
            for sample in samples:
                try:
                    found = replay.run(sample.values, spare_numbers(replay.open, (1,), sample.label))
                except ReplayError as error:
                    failed = failed or error
                    continue
                runs.append((sample, OrderedDict((one.name, found[one.tf1]) for one in whole.outputs)))
            best = max(best, runs, key=len)
            if len(runs) == len(samples):
                break
    if not best:
        raise failed
    return best


def prove_whole(tf1, whole, model, runs):
    """Hold a Keras model against what the whole graph computed.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model.
        runs: of `run_whole`.

    Returns:
        A `CaseReport`.
    """
    notes = [
        f"{whole.name}: {note}" for note in (*whole.boundary.notes, *_rates(whole), *notes_of(whole, tf1))
    ]
    report = CaseReport(whole.name, [], notes=notes)
    for sample, expected in runs:
        report.tensors += _compared(whole, model, sample, expected, "")
    with accelerated(model) as changed:
        for sample, expected in runs if changed else ():
            report.tensors += _compared(whole, model, sample, expected, ", accelerated")
    if not report.passed:
        report.diagnosis = located(tf1, whole, runs)
    return report


def _rates(whole):
    """Say what is special of dropout with a constant rate."""
    if whole.rates:
        listed = ", ".join(f"{rate:g}" for rate in sorted(set(whole.rates)))
        yield (
            f"dropout with the constant rate {listed} was proved with every unit kept and scaled by 1 / (1 - rate). "
            "That graph drops at inference too; Keras drops in training only"
        )


def _compared(whole, model, sample, expected, ending):
    outputs = call_keeping(model, {one.name: sample.values[one.tf1] for one in whole.inputs})
    names = {one.name: f"{one.name}{ending}" for one in whole.outputs}
    sides = [
        OrderedDict((names[name], np.asarray(side[name])) for name in names) for side in (expected, outputs)
    ]
    return compare_results(RunResult(f"TF1 graph, {sample.label}", sides[0]), RunResult(KERAS, sides[1]))


def located(tf1, whole, runs):
    """Name the first tensor in the order of the graph that differs.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        runs: of `run_whole`.

    Returns:
        One sentence.
    """
    model = build_whole(whole, tf1, everything=True)
    try:
        with replay_whole(tf1, whole, list(whole.tensors)) as replay:
            for sample, _ in runs:
                expected = replay.run(sample.values, spare_numbers(replay.open, (1,), sample.label))
                given = call_keeping(model, {one.name: sample.values[one.tf1] for one in whole.inputs})
                wrong = _first_wrong(whole.tensors, expected, given)
                if wrong:
                    return f"the first tensor that differs is {_said(tf1, wrong)}"
    except ReplayError as error:
        return f"not located: {error}"
    return (
        "what the graph's operations compute agrees one by one: the model that was written differs from them"
    )


def _first_wrong(tensors, expected, given):
    for tensor, line in tensors.items():
        sides = [OrderedDict([(tensor, np.asarray(side))]) for side in (expected[tensor], given[line])]
        [report] = compare_results(RunResult("TF1 graph", sides[0]), RunResult(KERAS, sides[1]))
        if not report.passed and "empty" not in report.problem:
            return tensor, report
    return None


def _said(tf1, wrong):
    tensor, report = wrong
    op = next(node.op for node in tf1.graph.node if node.name == node_of(tensor))
    how = report.problem or f"off by {report.max_abs_diff:.3g} at {report.where}"
    return f"{tensor} ({op}): {how}"


__all__ = ["Edge", "located", "prove_whole", "run_whole"]
