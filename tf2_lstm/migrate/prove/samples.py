"""The inputs of a recurrence for its proof: seeded numbers of several batch sizes and lengths, or the user's own."""

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.roles import Ends, Role

#: (batch, steps, kind of sequence_length) where the graph leaves them free.
SIZES = ((3, 5, "mixed"), (1, 1, "full"), (4, 7, "mixed"), (2, 4, "none"))
#: The same where a loop ends with its longest row: in one batch no row is as long as the input.
SIZES_OF_ENDING = ((3, 5, "mixed"), (1, 1, "full"), (4, 7, "short"), (2, 4, "none"))
#: The same for a large model. The gradient of several rows at once takes ten times as long as that of one.
SIZES_OF_LARGE = ((3, 5, "mixed"), (1, 3, "full"), (2, 2, "none"))
#: A model with more weights than this, 128 MB in float32, is large.
LARGE = 2**25
#: A graph of more operations than this is long. TensorFlow writes gradients one by one, those of 10,000 operations with
#: open sizes in 13 seconds: they are written once, in the proof of the program, and for the sizes of one sample.
LONG = 5000
#: Rounding grows with the length of a sum: inputs of more numbers than this are drawn smaller, and the sum is as large
#: as of so many. In sums of 20,000 numbers of order 1 two correct programs differ by more than the tolerance.
SUMMED = 1024


@dataclass(frozen=True)
class Sample:
    """One set of inputs.

    Attributes:
        label: for the report, "3 x 5 steps".
        values: `key_of` a tensor -> array.
    """

    label: str
    values: dict


def count_weights(tf1, recurrence):
    """Return how many numbers the variables of a recurrence have."""
    names = {name for cell in recurrence.cells for name in cell.names.values()}
    return sum(math.prod(tf1.variables[name].shape) for name in names)


def samples_of(recurrence, seed=0, large=False):
    """Draw the seeded inputs of a recurrence.

    Args:
        recurrence: a `model.Recurrence`.
        seed: an int.
        large: whether the model is a large one, which is given fewer and shorter ones.

    Returns:
        A list of `Sample`s with a value for each tensor that the Keras model takes; sizes that the graph fixes are
        kept, the others vary. With a sequence_length or a mask there are rows of length 0 and a batch of nothing but
        padding; a mask has rows that begin with padding, and rows with holes.
    """
    lengths = any(tensor.role in (Role.LENGTHS, Role.MASK) for tensor in fed_tensors(recurrence))
    found = OrderedDict()
    ending = recurrence.ends == Ends.WITH_LONGEST
    for batch, steps, kind in SIZES_OF_LARGE if large else SIZES_OF_ENDING if ending else SIZES:
        batch, steps = fixed_sizes(recurrence, batch, steps)
        if kind == "none" and not lengths:
            continue
        label = _label(recurrence, batch, steps, kind if lengths else "")
        if label not in found:
            found[label] = Sample(label, _values(recurrence, batch, steps, kind, seed))
    return list(found.values())


def compared_tensors(recurrence):
    """List the outputs that a proof compares: those that the graph has, or all where there is no graph."""
    known = [tensor for tensor in recurrence.outputs if tensor.tf1]
    return known or list(recurrence.outputs)


def key_of(tensor):
    """Return the key of a tensor in a sample: its TF1 name, or its own name where the model has no graph."""
    return tensor.tf1 or tensor.name


def fed_tensors(recurrence):
    """List the input tensors that a proof feeds: those that the Keras model takes."""
    return [tensor for tensor in recurrence.inputs if tensor.is_input]


def sizes_of(recurrence, sample):
    """Return (batch, steps) of a sample in the order of the inputs' axes; (batch,) where nothing has steps."""
    given = [(one, np.shape(sample.values[key_of(one)])) for one in fed_tensors(recurrence)]
    whole = [shape[:2] for one, shape in given if one.role is Role.INPUTS and len(shape) == 3]
    return whole[0] if whole else next(shape[:1] for one, shape in given if one.role is Role.INPUTS)


def fixed_sizes(recurrence, batch, steps):
    """Return batch and steps as the graph fixes them by inputs and outputs.

    Args:
        recurrence: a `model.Recurrence`.
        batch: the batch where it is free.
        steps: the steps where they are.
    """
    known = [_sizes_of(recurrence, tensor) for tensor in (*recurrence.inputs, *recurrence.outputs)]
    batches, times = ([size for size in sizes if size is not None] for sizes in zip(*known, strict=True))
    return (batches or [batch])[0], (times or [steps])[0]


def _sizes_of(recurrence, tensor):
    """Return (batch, steps) of a tensor, None for one that it does not fix; cuDNN's states are [layers, B, U]."""
    if tensor.role not in (Role.INPUTS, Role.OUTPUTS):
        return (tensor.shape[-2] if len(tensor.shape) > 1 else tensor.shape[0]), None
    if len(tensor.shape) < 3:
        return tensor.shape[0], None
    first, second = tensor.shape[:2]
    batch, steps = (second, first) if recurrence.time_major else (first, second)
    return batch, steps if tensor.role is Role.INPUTS or recurrence.ends == Ends.WITH_INPUT else None


def _label(recurrence, batch, steps, kind):
    sequence = len(next(t for t in recurrence.inputs if t.role is Role.INPUTS).shape) == 3
    padding = {"none": ", all padding", "mixed": f", lengths 0 to {steps}"}.get(kind, "")
    padding = f", lengths 0 to {_short(steps)}" if kind == "short" else padding
    return (f"{batch} x {steps} steps" if sequence else f"batch {batch}") + padding


def _values(recurrence, batch, steps, kind, seed):
    values = {}
    for tensor in fed_tensors(recurrence):
        generator = draws(seed, f"{recurrence.name}:{batch}x{steps}:{key_of(tensor)}")
        if tensor.role is Role.LENGTHS:
            values[key_of(tensor)] = _lengths(batch, steps, kind).astype(tensor.dtype)
        elif tensor.role is Role.MASK:
            mask = _mask(batch, steps, kind)
            values[key_of(tensor)] = mask.T if recurrence.time_major else mask
        elif key_of(tensor) not in values:
            shape = _shape(tensor, batch, steps, recurrence.time_major)
            values[key_of(tensor)] = wide(generator, shape, _spread(tensor)).astype(tensor.dtype)
    return values


def _spread(tensor):
    return spread_of(tensor.shape[-1] if tensor.role is Role.INPUTS else 1)


def spread_of(depth):
    """Return the width of the distribution of inputs with so many numbers each, a float of at most 1."""
    return min(1.0, math.sqrt(SUMMED / max(depth, 1)))


def _mask(batch, steps, kind):
    """Return a mask with every step, with none, or with padding in front, within and at the end of rows."""
    if kind != "mixed":
        return np.full((batch, steps), kind == "full")
    mask, step = np.full((batch, steps), True), np.arange(steps)
    mask[1::3], mask[2::3], mask[3::3] = False, step % 3 != 0, step < steps // 2
    return mask


def _lengths(batch, steps, kind):
    """Return the full length, 0, or both with lengths between; or lengths that leave out the last steps."""
    if kind in ("mixed", "short"):
        steps = steps if kind == "mixed" else _short(steps)
        return np.array([steps, 0, *[1 + row % max(steps - 1, 1) for row in range(batch)]])[:batch]
    return np.full(batch, steps if kind == "full" else 0)


def _short(steps):
    """Return a number of steps that leaves some steps after the longest row has ended."""
    return max(steps - 2, 1)


def _shape(tensor, batch, steps, time_major):
    if tensor.role is not Role.INPUTS:
        return (*tensor.shape[:-2], batch, *tensor.shape[-1:])
    free = [batch] + [steps] * (len(tensor.shape) == 3)
    if time_major and len(free) == 2:
        free.reverse()
    return (*free, *tensor.shape[len(free) :])
