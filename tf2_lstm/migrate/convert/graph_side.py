"""The TF1 side of a proof: what the user's graph computes from each sample, kept when the session is over.

The session ends before the Keras model is needed: of a large model there is room for one side at a time.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from tf2_lstm.migrate.convert.equations import Equations
from tf2_lstm.migrate.convert.replay import Replay, ReplayError
from tf2_lstm.migrate.convert.samples import compared_tensors, fed_tensors, key_of
from tf2_lstm.migrate.equivalence.inputs import target
from tf2_lstm.migrate.pairs.tree import inner_calls

#: With more weights than this, 128 MB in float32, no gradients with respect to weights are compared: each is as large
#: as the weights, on both sides, of every sample.
GRADIENT_LIMIT = 2**25


@dataclass(frozen=True)
class GraphRun:
    """What the graph computed from one sample.

    Attributes:
        sample: the `Sample`.
        outputs: output name -> array.
        targets: output name -> array, what the gradients' loss measures the outputs against.
        gradients: name of a tensor or of a variable's node -> array; None where there are none.
    """

    sample: object
    outputs: OrderedDict
    targets: dict = field(default_factory=dict)
    gradients: object = None


@dataclass
class GraphSide:
    """Everything that a proof needs of the TF1 graph.

    Attributes:
        witness: who computed it.
        runs: the `GraphRun`s.
        of_weights: whether the gradients are also those with respect to weights.
        notes: what a person must know of how it went, one sentence each.
        problem: why nothing ran, "" when something did.
    """

    witness: str = ""
    runs: list = field(default_factory=list)
    of_weights: bool = True
    notes: list = field(default_factory=list)
    problem: str = ""


def run_graph(tf1, recurrence, samples):
    """Replay the slice of the user's graph between a recurrence's inputs and outputs with every sample.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        samples: the `Sample`s.

    Returns:
        A `GraphSide`; a graph that cannot be replayed has a `problem`.
    """
    side = GraphSide(of_weights=count_weights(tf1, recurrence) <= GRADIENT_LIMIT)
    failed = []
    try:
        with replay_of(tf1, recurrence, side.of_weights) as replay:
            side.witness = replay.witness
            for sample in samples:
                try:
                    side.runs.append(_run(replay, recurrence, sample))
                except ReplayError as error:
                    # A batch that the user's own graph cannot take is no difference; one must run, though.
                    failed.append((sample.label, error))
            if not side.runs and failed:
                raise failed[0][1]
            side.notes = _notes(tf1, recurrence, replay, failed, side.of_weights)
    except ReplayError as error:
        side.problem = str(error)
    return side


def count_weights(tf1, recurrence):
    """Return how many numbers the variables of a recurrence have."""
    names = {name for cell in recurrence.cells for name in cell.names.values()}
    return sum(math.prod(tf1.variables[name].shape) for name in names)


def replay_of(tf1, recurrence, of_weights=True):
    """Open the slice of the user's graph between a recurrence's inputs and outputs; the equations where none runs."""
    if tf1.graph is None or recurrence.form == "cudnn":
        return Equations(tf1, recurrence)
    feeds = {tensor.tf1: (tensor.dtype, tensor.shape) for tensor in fed_tensors(recurrence)}
    outputs = [tensor.tf1 for tensor in recurrence.outputs if tensor.tf1]
    gradients = "" if _unlike(tf1, recurrence) else "weights" if of_weights else "inputs"
    return Replay(tf1, outputs, feeds, keep_all(recurrence), gradients, dropped(recurrence.call))


def keep_all(recurrence):
    """What switches dropout off: tensor name -> 1, for every keep_prob that is a tensor of the graph."""
    return {value: np.float32(1.0) for value in recurrence.keep_probs.values() if isinstance(value, str)}


def dropped(call):
    """Whether there is a dropout wrapper in a call tree."""
    return call.pair == "dropout" or any(dropped(inner) for _, inner in inner_calls(call))


def _run(replay, recurrence, sample):
    tensors = {tensor.name: key_of(tensor) for tensor in compared_tensors(recurrence)}
    ran = replay.run(sample.values)
    outputs = OrderedDict((name, ran[tensor]) for name, tensor in tensors.items())
    if replay.no_gradients:
        return GraphRun(sample, outputs)
    # A tensor may be two outputs, the last output and h: it has one target.
    first = {tensor: name for name, tensor in reversed(tensors.items())}
    targets = {
        name: target(name, outputs[name].shape, 0).astype(outputs[name].dtype) for name in first.values()
    }
    try:
        gradients = replay.run_gradients(
            sample.values, {tensor: targets[name] for tensor, name in first.items()}
        )
    except ReplayError as error:
        replay.no_gradients = f"TensorFlow {error}"
        return GraphRun(sample, outputs)
    return GraphRun(sample, outputs, targets, gradients)


def _notes(tf1, recurrence, replay, failed, of_weights):
    """What a person must know of how it went."""
    notes = [f"{label} was left out: {error}" for label, error in failed]
    notes += [f"{flag} was fed {value}" for flag, value in replay.switches.items()]
    if replay.no_gradients:
        why = _unlike(tf1, recurrence) or replay.no_gradients.partition(". ")[0]
        notes.append(f"no gradients were compared: {why}")
    elif not of_weights:
        notes.append(
            "gradients with respect to weights were not compared, those with respect to the inputs were: it has "
            f"{count_weights(tf1, recurrence):,} weights, the limit is {GRADIENT_LIMIT:,}"
        )
    return [f"{recurrence.name}: {note}" for note in [*notes, *filter(None, [replay.remark])]]


def _unlike(tf1, recurrence):
    """Why TF1's gradient is not that of its own equations, "" where it is."""
    if recurrence.form != "block" or tf1.graph is None:
        return ""
    if any(node.op == "BlockLSTM" and node.attr["cell_clip"].f > 0 for node in tf1.graph.node):
        return "the gradient of TF1's BlockLSTM goes through cell_clip as if nothing were clipped"
    return ""
