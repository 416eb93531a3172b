"""Seeded inputs for a model of which only the graph is known: several sizes, padded rows, rows without a step."""

from dataclasses import dataclass

import keras
import numpy as np

from tf2_lstm.migrate.export.model_edges import inputs_of
from tf2_lstm.migrate.prove.samples import Sample
from tf2_lstm.stock import layers_of

#: Rows and steps where the model leaves them free, and whether rows are padded.
SIZES = ((3, 5, True), (1, 1, False), (4, 7, True), (2, 12, False))
#: The number of different integers where their limit is not known.
FEW = 4


@dataclass(frozen=True)
class Guess:
    """A guess of what the inputs of a model mean.

    Attributes:
        swapped: whether a sequence whose rows are open has its steps first.
        shortest: the fewest steps of a row.
        few: how many different integers there are, where no limit is known.
        lengths: whether integers of rank 1 without a limit are lengths; if not, they are ids, and no limit above `few`
            is believed.
    """

    swapped: bool = False
    shortest: int = 0
    few: int = FEW
    lengths: bool = True


#: The guesses of what inputs mean, the likeliest first.
GUESSES = (
    *(Guess(swapped, shortest, few) for swapped in (False, True) for shortest in (0, 1) for few in (FEW, 2)),
    Guess(few=2, lengths=False),
)


def drawn(model, limits, seed=0, guess=GUESSES[0]):
    """Draw the inputs of a model; this does not try whether the model accepts them.

    Args:
        model: a Sequential or functional model.
        limits: name of an input of integers -> how many different ones it may be.
        seed: an int.
        guess: the `Guess` of what they mean.

    Returns:
        A list of `Sample`s, their values by the names of the inputs. Integers of rank 1 without a limit are lengths, up
        to all steps; padded rows end with the value that the model masks.
    """
    inputs, found = inputs_of(model), []
    for size in SIZES:
        values = _values(model, inputs, limits, size, np.random.default_rng(seed), guess)
        found.append(Sample(f"{size[0]} x {size[1]}{', padded' if size[2] else ''}", values))
    return found


def limits_of(model):
    """Return how many different integers the inputs of a model may be, by the smallest table of an Embedding.

    An input of rank 1 is lengths where there is another one of integers.
    """
    tables = [layer.input_dim for layer in layers_of(model) if isinstance(layer, keras.layers.Embedding)]
    whole = {name: len(tensor.shape) for name, tensor in inputs_of(model).items() if "int" in tensor.dtype}
    deepest = max(whole.values(), default=0)
    return {name: min(tables) for name, rank in whole.items() if tables and rank == deepest}


def _values(model, inputs, limits, size, random, guess):
    size = _fixed(inputs, size, guess.swapped)
    shapes = {name: _shape(tensor, size, guess.swapped) for name, tensor in inputs.items()}
    return {
        name: _value(tensor, limits.get(name), size, random, shapes[name], _padding(model), guess)
        for name, tensor in inputs.items()
    }


def _fixed(inputs, size, swapped):
    """Return rows and steps, as far as a sequence among the inputs does not fix them."""
    for tensor in inputs.values():
        if len(tensor.shape) > 2:
            known = tensor.shape[1::-1] if swapped else tensor.shape[:2]
            size = tuple(one or free for one, free in zip(known, size, strict=False)) + size[2:]
    return size


def _shape(tensor, size, swapped):
    """Return the shape of an input, with its rows and steps; swapped, a sequence has its steps first."""
    sequence = len(tensor.shape) > 2 or tensor.shape[:2] == (None, None)
    steps_first = swapped and sequence and tensor.shape[1] is None
    free = size[1::-1] if steps_first else size[:2]
    return [free[min(axis, 1)] if known is None else known for axis, known in enumerate(tensor.shape)]


def _value(tensor, limit, size, random, shape, padding, guess):
    _, steps, padded = size
    if "float" in tensor.dtype:
        value = random.normal(size=shape).astype(tensor.dtype)
    elif tensor.dtype == "bool":
        return _counted(shape, random, guess) if padded and len(shape) > 1 else np.ones(shape, bool)
    elif len(shape) == 1 and limit is None and guess.lengths:
        return _lengths(shape[0], steps, padded, random, guess).astype(tensor.dtype)
    else:
        most = limit or guess.few
        most = most if guess.lengths else min(most, guess.few)
        value = random.integers(0, most, shape).astype(tensor.dtype)
    if padded and len(shape) > 1 and tensor.shape[1] is None:
        value[_after(shape, random, guess)] = 0 if "int" in tensor.dtype else padding
    return value


def _lengths(rows, steps, padded, random, guess):
    """Return the lengths of rows: the first one is full, the second one has as few steps as allowed."""
    if not padded:
        return np.full(rows, steps)
    return np.array([steps, guess.shortest, *random.integers(1, steps + 1, max(rows - 2, 0))][:rows])


def _counted(shape, random, guess):
    """Return a mask of steps that count; the last row has holes."""
    mask = ~_after(shape, random, guess)
    mask[-1, guess.shortest :: 2] = False
    return mask


def _after(shape, random, guess):
    """Return where padding is, [B, T]: after the end of each row, and once within one."""
    ends = _lengths(shape[0], shape[1], True, random, guess)
    after = np.arange(shape[1]) >= ends[:, None]
    after[-1, :1] = guess.shortest == 0
    return after


def _padding(model):
    """Return the value that a Masking layer of the model masks, else 0."""
    found = [layer.mask_value for layer in layers_of(model) if isinstance(layer, keras.layers.Masking)]
    return found[0] if found else 0
