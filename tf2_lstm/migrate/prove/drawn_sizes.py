"""Give random numbers that are fed the sizes for which the graph would draw them."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import draws
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.prove.spare import spare_numbers
from tf2_lstm.migrate.translate.edges.drawn import draw_of


def with_drawn_sizes(tf1, whole, tensors, tries, seed):
    """Draw the random numbers of samples anew where the graph asks for other sizes.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        tensors: the `Edge`s of the graph's inputs.
        tries: a list of lists of `Sample`s.
        seed: an int.

    Returns:
        The same lists; a sample that the graph does not take stays as it is.
    """
    nodes = {node.name: node for node in tf1.graph.node}
    drawn = [one for one in tensors if draw_of(nodes, one.tf1) and draw_of(nodes, one.tf1).of is None]
    wanted = {one: normal(data_inputs(nodes[node_of(one.tf1)])[0]) for one in drawn}
    if not wanted:
        return tries
    feeds = {one.tf1: (one.dtype, one.shape) for one in tensors if one not in drawn}
    with suppress(ReplayError), Replay(tf1, wanted.values(), feeds, dict(whole.boundary.fixed), "") as replay:
        return [[_sized(nodes, replay, wanted, sample, seed) for sample in samples] for samples in tries]
    return tries


def _sized(nodes, replay, wanted, sample, seed):
    fed = {name: value for name, value in sample.values.items() if name not in {one.tf1 for one in wanted}}
    try:
        found = replay.run(fed, spare_numbers(replay.open, (1,), sample.label))
    except ReplayError:
        return sample
    values = dict(sample.values)
    for one, tensor in wanted.items():
        shape = tuple(found[tensor])
        if shape != values[one.tf1].shape:
            generator = draws(seed, f"program:{sample.label}:{one.tf1}")
            values[one.tf1] = np.asarray(draw_of(nodes, one.tf1).values(generator, shape), one.dtype)
    return replace(sample, values=values)
