"""The proof: the user's graph, replayed, against the Keras model; outputs and states step by step, then gradients."""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.convert.diagnose import diagnose_sample
from tf2_lstm.migrate.convert.equations import Equations
from tf2_lstm.migrate.convert.keras_side import run_gradients, run_model
from tf2_lstm.migrate.convert.replay import Replay, ReplayError
from tf2_lstm.migrate.convert.samples import compared_tensors, fed_tensors, key_of, samples_of
from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.inputs import target
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.pairs.tree import inner_calls


def prove_model(tf1, recurrence, model, samples=None, seed=0):
    """Prove that a Keras model computes what a recurrence of a TF1 graph computes.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        model: the Keras model.
        samples: `Sample`s to feed; None for seeded ones.
        seed: of the seeded ones.

    Returns:
        A `CaseReport`; a graph that cannot be replayed is a failed one, and says why.
    """
    report = CaseReport(recurrence.name, [], notes=_notes(recurrence))
    samples = samples_of(recurrence, seed) if samples is None else samples
    proof = Proof(tf1, recurrence, model, report)
    try:
        with replay_of(tf1, recurrence) as replay:
            for sample in samples:
                proof.compare(replay, sample)
            report.notes += proof.remarks(replay)
    except ReplayError as error:
        report.tensors.clear()
        report.diagnosis = f"not proved: {error}"
    return report


def replay_of(tf1, recurrence):
    """Open the slice of the user's graph between a recurrence's inputs and outputs; the equations where none runs."""
    if tf1.graph is None or recurrence.form == "cudnn":
        return Equations(tf1, recurrence)
    feeds = {tensor.tf1: (tensor.dtype, tensor.shape) for tensor in fed_tensors(recurrence)}
    outputs = [tensor.tf1 for tensor in recurrence.outputs if tensor.tf1]
    return Replay(
        tf1, outputs, feeds, keep_all(recurrence), not _unlike(tf1, recurrence), dropped(recurrence.call)
    )


def keep_all(recurrence):
    """What switches dropout off: tensor name -> 1, for every keep_prob that is a tensor of the graph."""
    return {value: np.float32(1.0) for value in recurrence.keep_probs.values() if isinstance(value, str)}


def dropped(call):
    """Whether there is a dropout wrapper in a call tree."""
    return call.pair == "dropout" or any(dropped(inner) for _, inner in inner_calls(call))


def _notes(recurrence):
    notes = [f"{recurrence.name}: {note}" for note in recurrence.notes]
    notes += [f"{recurrence.name}: assumed: {note}" for note in recurrence.assumed]
    if not dropped(recurrence.call):
        return notes
    numbers = {value for value in recurrence.keep_probs.values() if not isinstance(value, str)} - {1.0}
    if numbers:
        listed = ", ".join(f"{value:g}" for value in sorted(numbers))
        return [
            *notes,
            f"{recurrence.name}: dropout with the constant keep_prob {listed} was proved with every unit kept and "
            "scaled by 1 / keep_prob. That graph drops at inference too; Keras drops in training only.",
        ]
    return [*notes, f"{recurrence.name}: dropout was proved at keep_prob 1, as at inference."]


class Proof:
    """One recurrence against its Keras model, sample by sample."""

    def __init__(self, tf1, recurrence, model, report):
        self.tf1, self.recurrence, self.model, self.report = tf1, recurrence, model, report
        self._outputs = {tensor.name: key_of(tensor) for tensor in compared_tensors(recurrence)}
        self._not_run = []

    def compare(self, replay, sample):
        """Add one sample's tensors to the report."""
        try:
            ran = replay.run(sample.values)
        except ReplayError as error:
            # A batch that the user's own graph cannot take is no difference; one must run, though.
            self._not_run.append((sample.label, error))
            return
        expected = OrderedDict((name, ran[tensor]) for name, tensor in self._outputs.items())
        received = run_model(self.model, self.recurrence, sample.values)
        witness = f"{replay.witness}, {sample.label}"
        reports = _compared(witness, self.recurrence, expected, received)
        if not all(tensor.passed for tensor in reports) and not self.report.diagnosis:
            self.report.diagnosis = diagnose_sample(self.tf1, self.recurrence, sample, expected, received)
        self.report.tensors += reports
        if not replay.no_gradients:
            self.report.tensors += self._gradients(witness, replay, sample, expected)

    def remarks(self, replay):
        """What a person must know of how it went."""
        if self._not_run and not self.report.tensors:
            raise self._not_run[0][1]
        name = self.recurrence.name
        notes = [f"{name}: {label} was left out: {error}" for label, error in self._not_run]
        notes += [f"{name}: {flag} was fed {value}" for flag, value in replay.switches.items()]
        if replay.no_gradients:
            why = _unlike(self.tf1, self.recurrence) or replay.no_gradients.partition(". ")[0]
            notes.append(f"{name}: no gradients were compared: {why}")
        return notes + [f"{name}: {replay.remark}"] * bool(replay.remark)

    def _gradients(self, witness, replay, sample, expected):
        # A tensor may be two outputs, the last output and h: it has one target.
        first = {tensor: name for name, tensor in reversed(self._outputs.items())}
        targets = {
            name: target(name, expected[name].shape, 0).astype(expected[name].dtype)
            for name in first.values()
        }
        try:
            raw = replay.run_gradients(
                sample.values, {tensor: targets[name] for tensor, name in first.items()}
            )
        except ReplayError as error:
            replay.no_gradients = f"TensorFlow {error}"
            return []
        received = run_gradients(self.model, self.recurrence, sample.values, targets)
        wanted = _by_variable(raw, self.tf1.nodes)
        wanted = {name: _like(wanted.get(name), value) for name, value in received.items()}
        sides = [
            OrderedDict((f"gradient of {name}", side[name]) for name in received)
            for side in (wanted, received)
        ]
        return compare_results(RunResult(witness, sides[0]), RunResult(KERAS, sides[1]))


def _unlike(tf1, recurrence):
    """Why TF1's gradient is not that of its own equations, "" where it is."""
    if recurrence.form != "block" or tf1.graph is None:
        return ""
    if any(node.op == "BlockLSTM" and node.attr["cell_clip"].f > 0 for node in tf1.graph.node):
        return "the gradient of TF1's BlockLSTM goes through cell_clip as if nothing were clipped"
    return ""


def _compared(witness, recurrence, expected, received):
    """Compare in the order batch, time, unit, whatever the layout, so that a report can name the step."""
    sides = [
        OrderedDict((name, _batch_major(recurrence, name, value)) for name, value in side.items())
        for side in (expected, received)
    ]
    return compare_results(RunResult(witness, sides[0]), RunResult(KERAS, sides[1]))


def _batch_major(recurrence, name, value):
    turn = recurrence.time_major and name.startswith("outputs") and np.ndim(value) == 3
    return np.swapaxes(value, 0, 1) if turn else value


def _like(gradient, received):
    """TF1's gradient in the dtype of the model; float32 masters of a half-precision graph have half the digits.

    None is a gradient that does not exist: zero.
    """
    return np.zeros_like(received) if gradient is None else np.asarray(gradient, received.dtype)


def _by_variable(gradients, nodes):
    """Name the gradients of variables' nodes by checkpoint name, the parts of partitioned ones joined."""
    found, parts = {}, {}
    for name, value in gradients.items():
        variable, rows = nodes.get(name, (name, None))
        if rows is None:
            found[variable] = value
        else:
            parts.setdefault(variable, {})[rows[0]] = value
    for variable, pieces in parts.items():
        found[variable] = np.concatenate([pieces[start] for start in sorted(pieces)])
    return found
