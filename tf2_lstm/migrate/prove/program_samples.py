"""Draw the inputs of a whole program for its proof: seeded numbers, ids below their tables' rows, several sizes."""

import math
from collections import Counter

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import MOVES
from tf2_lstm.migrate.prove.drawn_sizes import with_drawn_sizes
from tf2_lstm.migrate.prove.samples import Sample, fixed_sizes, spread_of
from tf2_lstm.migrate.prove.sparse_samples import sparse_tensors, sparse_values
from tf2_lstm.migrate.roles import Role
from tf2_lstm.migrate.translate.edges.drawn import draw_of

#: (batch, steps) where they are open; a last sample has as many rows as steps, a size that weights have too.
SIZES = ((3, 5), (1, 1))
#: The bounds of the last sample's rows and steps: a size that many weights have.
_LEAST, _LARGEST = 4, 12
#: The size of open axes behind batch and steps, and the value of integers of unknown meaning.
_MORE, _LIMIT = 4, 2


def whole_samples(tf1, whole, tensors, seed=0, wanted=()):
    """Draw the inputs of a whole program.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        tensors: the `Edge`s of the graph's inputs.
        seed: an int.
        wanted: several pairs (batch, steps) for open sizes; () for those of a proof.

    Returns:
        A list of lists of `Sample`s to try one after the other, as the graph does not say which axes are batch and
        steps.
    """
    nodes = {node.name: node for node in tf1.graph.node}
    lengths = _lengths(nodes, whole)
    sparse = {
        one.tf1 for parts in sparse_tensors(nodes, tensors) for several in parts.values() for one in several
    }
    dense = [one for one in tensors if one.tf1 not in sparse]
    drawn = wanted or (*SIZES, 2 * (_common_size(tf1),))
    time_major = any(one.time_major for one in whole.recurrences.values())
    tries = []
    for major in dict.fromkeys([time_major, not time_major]):
        for own in (True, False):
            samples = {}
            for batch, steps in drawn:
                sizes = _sizes(whole, dense, batch, steps, major) if own else (batch, steps)
                samples.setdefault(sizes, _sample(nodes, whole, tensors, lengths, *sizes, major, seed))
            tries.append(list(samples.values()))
    same = [_sample(nodes, whole, tensors, lengths, size, size, False, seed) for size in (3, 1, 4)]
    # A step of a loop may read values of earlier steps at fed places: the nodes of a tree.
    sizes = dict.fromkeys(_sizes(whole, dense, *one, False) for one in drawn)
    before = [_sample(nodes, whole, tensors, lengths, *one, False, seed, before=True) for one in sizes]
    # A program that takes them has empty rows and ids below zero; one that checks its ids takes none.
    plain = [_sample(nodes, whole, tensors, lengths, *one, False, seed, odd=False) for one in sizes]
    tries += [same, before, *([plain] if sparse else [])]
    return with_drawn_sizes(tf1, whole, tensors, tries, seed)


def _common_size(tf1):
    """Return the most common size in the weights: a mistaken axis shows where sizes are equal."""
    every = Counter(size for one in tf1.variables.values() for size in one.shape or ())
    common = [size for size, _ in every.most_common() if _LEAST <= size <= _LARGEST]
    return common[0] if common else _LEAST


def _lengths(nodes, whole):
    """Return the fed tensors that are the lengths of rows."""
    todo = [
        tensor.tf1
        for one in whole.recurrences.values()
        for tensor in one.inputs
        if tensor.role is Role.LENGTHS and tensor.tf1
    ]
    found = set()
    while todo:
        name = normal(todo.pop())
        if name in found:
            continue
        found.add(name)
        node = nodes.get(node_of(name))
        todo += data_inputs(node)[:1] if node is not None and node.op in MOVES else []
    return found


def _sizes(whole, tensors, batch, steps, major):
    """Return the sizes that a recurrence or a fed tensor fixes."""
    for one in whole.recurrences.values():
        apart = [tensor for tensor in one.inputs if tensor.role is Role.INPUTS]
        batch, steps = fixed_sizes(one, batch, len(apart) if len(apart) > 1 else steps)
    # A state of several layers has neither batch nor steps in front.
    sequences = [one.shape for one in tensors if len(one.shape) == (2 if "int" in one.dtype else 3)]
    first, second = [shape[0] for shape in sequences], [shape[1] for shape in sequences]
    if major:
        first, second = second, first
    first += [one.shape[0] for one in tensors if len(one.shape) == 1]
    batches, times = ([one for one in sizes if one is not None] for sizes in (first, second))
    return (batches or [batch])[0], (times or [steps])[0]


def _sample(nodes, whole, tensors, lengths, batch, steps, major, seed, before=False, odd=True):
    values = {}
    for one in tensors:
        free = [steps, batch] if major and len(one.shape) > 1 else [batch, steps]
        shape = [
            size if size is not None else free[axis] if axis < 2 else _MORE
            for axis, size in enumerate(one.shape)
        ]
        shape[:1] = _rows(whole.reshapes.get(one.tf1), free, shape)
        generator = draws(seed, f"program:{batch}x{steps}:{one.tf1}")
        values[one.tf1] = _values(nodes, whole, one, shape, generator, lengths, steps)
        if before and len(shape) == 1 and one.tf1 not in whole.limits:
            values[one.tf1] = _before(values[one.tf1])
    values |= sparse_values(nodes, whole.limits, tensors, batch, steps, _LIMIT, seed, odd)
    return Sample(f"{batch} x {steps}", values)


def _rows(target, free, shape):
    """Return the first size of a tensor that the graph reshapes at once, where its sizes divide."""
    if target is None:
        return shape[:1]
    sizes = [
        size if size is not None else free[axis] if axis < 2 else _MORE for axis, size in enumerate(target)
    ]
    rows, left = divmod(math.prod(sizes), max(math.prod(shape[1:]), 1))
    return shape[:1] if left else [rows]


def _before(values):
    """Return a vector of places before their own, or of flags with the first half on; other values as they are."""
    numbers = np.arange(values.size)
    if values.dtype == bool:
        return numbers < (values.size + 1) // 2
    return (numbers // 2).astype(values.dtype) if values.dtype.kind == "i" else values


def _values(nodes, whole, one, shape, generator, lengths, steps):
    if one.dtype == "bool":
        return generator.random_sample(shape) < 0.5
    draw = draw_of(nodes, one.tf1)
    if draw is not None and draw.values:
        return draw.values(generator, shape).astype(one.dtype)
    if "float" in one.dtype:
        return wide(generator, shape, spread_of(shape[-1] if len(shape) > 1 else 1)).astype(one.dtype)
    limit = whole.limits.get(one.tf1)
    if one.tf1 in lengths or (limit is None and len(shape) < 2):
        # The first row has all steps, so that a tensor as long as the longest row fits.
        longest = max(steps, 1) if len(shape) < 2 else _MORE
        return np.asarray(longest - np.arange(np.prod(shape, dtype=int)) % longest, one.dtype).reshape(shape)
    return generator.randint(0, limit or _LIMIT, shape).astype(one.dtype)
