"""The TF1 side of a proof: the results of the user's graph for each sample, kept when the session is closed.

The session is closed before the Keras model is needed: memory has room for only one side of a large model.
"""

import math
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import target
from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.prove.numpy_side import Equations
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.prove.samples import (
    LARGE,
    LONG,
    compared_tensors,
    count_weights,
    fed_tensors,
    key_of,
    samples_of,
    sizes_of,
)
from tf2_lstm.migrate.prove.spare import spare_numbers
from tf2_lstm.migrate.roles import Form, Role


@dataclass(frozen=True)
class GraphRun:
    """The results of the graph for one sample.

    Attributes:
        sample: the `Sample`.
        outputs: output name -> array.
        targets: output name -> array, the targets of the loss that is differentiated.
        gradients: name of a tensor or of a variable's node -> array; None where there are none.
    """

    sample: object
    outputs: OrderedDict
    targets: dict = field(default_factory=dict)
    gradients: object = None


@dataclass
class GraphSide:
    """All results of the TF1 graph that a proof needs.

    Attributes:
        reference: the name of what computed them, "TF1 graph".
        runs: the `GraphRun`s.
        of_weights: whether the gradients are also those with respect to weights. Of a large model they are not:
            each is as large as the weights, on both sides, of every sample.
        notes: notes for the user about the run, one sentence each.
        problem: why nothing ran, "" when something did.
        narrowest: the dtype of floats that rounds most in it, as `rounding.settled` takes it.
    """

    reference: str = ""
    runs: list = field(default_factory=list)
    of_weights: bool = True
    notes: list = field(default_factory=list)
    problem: str = ""
    narrowest: str = "float32"


def run_graph(tf1, recurrence, samples=None, seed=0, double=False, elsewhere=""):
    """Replay the subgraph between a recurrence's inputs and outputs with every sample.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        samples: the `Sample`s; None for seeded ones.
        seed: the seed of these.
        double: whether the graph is to compute in float64 instead of float32 and float16.
        elsewhere: the name of a program whose proof has the gradients by all its variables; "" without one.

    Returns:
        A `GraphSide`; a graph that cannot be replayed has a `problem`.
    """
    large = count_weights(tf1, recurrence) > LARGE
    samples = samples_of(recurrence, seed, large) if samples is None else samples
    side = GraphSide(of_weights=not large)
    # Only one sample for a large model: a gradient of several rows takes minutes.
    differentiated = [min(samples, key=_size)] if large else samples
    try:
        with replay_of(tf1, recurrence, side.of_weights, double, LONG if elsewhere else None) as replay:
            side.reference = replay.reference
            failed = _run_all(replay, recurrence, samples, differentiated, side.runs)
            side.notes = _notes(tf1, recurrence, replay, failed, side, elsewhere)
    except ReplayError as error:
        side.problem = str(error)
    return side


def _run_all(replay, recurrence, samples, differentiated, runs):
    """Fill `runs`; return (label, error) of the samples that the graph does not take.

    A batch that the user's own graph cannot take is no difference; but one sample must run.
    """
    failed = []
    for sample in samples:
        try:
            runs.append(_run(replay, recurrence, sample, any(sample is one for one in differentiated)))
        except ReplayError as error:
            failed.append((sample.label, error))
    if failed and not runs:
        raise failed[0][1]
    return failed


def replay_of(tf1, recurrence, of_weights=True, double=False, most=None):
    """Open the subgraph between a recurrence's inputs and outputs; the equations where none can be run."""
    if tf1.graph is None or recurrence.form == Form.CUDNN:
        return Equations(tf1, recurrence)
    feeds = {tensor.tf1: (tensor.dtype, tensor.shape) for tensor in fed_tensors(recurrence)}
    outputs = [tensor.tf1 for tensor in recurrence.outputs if tensor.tf1]
    gradients = "" if unlike_its_equations(tf1, recurrence) else "weights" if of_weights else "inputs"
    same = {name: tensor.tf1 for tensor in fed_tensors(recurrence) for name in tensor.same}
    keep = dropped(recurrence.call)
    return Replay(tf1, outputs, feeds, keep_all(recurrence), gradients, keep, same, double, most=most)


def keep_all(recurrence):
    """Return the values that switch dropout off: 1 for every keep_prob that is a tensor of the graph."""
    return {value: np.float32(1.0) for value in recurrence.keep_probs.values() if isinstance(value, str)}


def dropped(call):
    """Whether there is a dropout wrapper in a call tree."""
    return call.pair == "dropout" or any(dropped(inner) for _, inner in inner_calls(call))


def _size(sample):
    return sum(value.size for value in sample.values.values())


def _run(replay, recurrence, sample, differentiate):
    tensors = {tensor.name: key_of(tensor) for tensor in compared_tensors(recurrence)}
    ran, spare = _run_with_spare(replay, recurrence, sample)
    outputs = OrderedDict((name, ran[tensor]) for name, tensor in tensors.items())
    if replay.no_gradients or not differentiate:
        return GraphRun(sample, outputs)
    # A tensor may be two outputs, the last output and h: it has one target.
    first = {tensor: name for name, tensor in reversed(tensors.items())}
    targets = {
        name: target(name, outputs[name].shape, 0).astype(outputs[name].dtype) for name in first.values()
    }
    try:
        gradients = replay.run_gradients(
            sample.values, {tensor: targets[name] for tensor, name in first.items()}, spare
        )
    except ReplayError as error:
        replay.no_gradients = f"TensorFlow {error}"
        return GraphRun(sample, outputs)
    return GraphRun(sample, outputs, targets, gradients)


def _run_with_spare(replay, recurrence, sample):
    """Run with numbers for tensors that no edge feeds: of the sizes of the fed ones, or all in one axis."""
    sizes = sizes_of(recurrence, sample)
    steps = max(sum(tensor.role is Role.INPUTS for tensor in fed_tensors(recurrence)), 1)
    spare = spare_numbers(replay.open, sizes, sample.label)
    try:
        return replay.run(sample.values, spare), spare
    except ReplayError:
        if not replay.open:
            raise
        in_one_axis = spare_numbers(replay.open, (math.prod(sizes) * steps,), sample.label)
        with suppress(ReplayError):
            return replay.run(sample.values, in_one_axis), in_one_axis
        raise


def _notes(tf1, recurrence, replay, failed, side, elsewhere):
    """List the notes for the user about the run."""
    notes = [f"{label}: this sample was left out: {error}" for label, error in failed]
    notes += [f"{flag} was fed {value}" for flag, value in replay.switches.items()]
    notes += [
        f"{name} was fed numbers of no meaning: nothing that was compared depends on them"
        for name in replay.open
    ]
    if replay.no_gradients:
        why = unlike_its_equations(tf1, recurrence) or replay.no_gradients.partition(". ")[0]
        why += f"; those by its variables are compared in {elsewhere}" if replay.too_long else ""
        notes.append(f"no gradients were compared: {why}")
    elif not side.of_weights:
        notes.append(_note_of_large(count_weights(tf1, recurrence), side))
    return [f"{recurrence.name}: {note}" for note in [*notes, *filter(None, [replay.remark])]]


def _note_of_large(weights, side):
    labels = [run.sample.label for run in side.runs if run.gradients is not None]
    return (
        f"it has {weights:,} weights; of more than {LARGE:,} the gradients with respect to weights are not compared. "
        f"Those with respect to what is fed were compared with {' and '.join(labels) or 'no sample'}, by Keras's own "
        "loop"
    )


def unlike_its_equations(tf1, recurrence):
    """Return why TF1's gradient of a recurrence is not that of its own equations; "" where it is."""
    if recurrence.form != Form.BLOCK or tf1.graph is None:
        return ""
    if any(node.op == "BlockLSTM" and attribute(node, "cell_clip").f > 0 for node in tf1.graph.node):
        return "the gradient of TF1's BlockLSTM goes through cell_clip as if nothing were clipped"
    return ""


def by_variable(gradients, nodes):
    """Name the gradients of variables' nodes by checkpoint name; join parts of partitioned ones, add up copies.

    Args:
        gradients: name of a variable's node, or of a tensor, -> gradient.
        nodes: the `nodes` of a `TF1Model`.

    Returns:
        A dict from checkpoint name, or name of a tensor, to gradient.
    """
    found, parts = {}, {}
    for name, value in gradients.items():
        variable, place = nodes.get(name, (name, None))
        if place is None:
            found[variable] = found.get(variable, 0) + value
        else:
            parts.setdefault(variable, []).append((place, value))
    for variable, pieces in parts.items():
        shape = [max(one.stop for one in axis) for axis in zip(*(place for place, _ in pieces), strict=True)]
        found[variable] = np.zeros(shape, pieces[0][1].dtype)
        for place, value in pieces:
            found[variable][place] = value
    return found
