"""The sequence that separate steps in the graph are: a whole tensor, reversed or not, or just separate tensors."""

from dataclasses import dataclass

from tf2_lstm.migrate.graph.terms import Term, scalar


@dataclass(frozen=True)
class Sequence:
    """The inputs or the outputs of a recurrence, step by step.

    Attributes:
        steps: the terms of the steps in the order of time.
        whole: the term of the tensor that holds them all, None when they are separate tensors.
        axis: the axis of time of the whole tensor.
        read: the term of the operation that reads the whole tensor, None for outputs.
    """

    steps: tuple
    whole: Term | None = None
    axis: int = 0
    read: Term | None = None


def taken(terms, steps):
    """Read the inputs of steps as a sequence.

    Args:
        terms: the table of terms.
        steps: the terms, in the order in which they are used.

    Returns:
        A pair: whether they are used from the last to the first (by sequence_length: the term of the lengths), and the
        `Sequence` in the order of time.
    """
    order = [scalar(step.args[1]) if step.op == "element" else None for step in steps]
    sources = {step.args[0] for step in steps if step.op == "element"}
    if None in order or len(sources) != 1 or len({step.attr for step in steps}) != 1:
        return False, separate(terms, steps)
    source, axis = sources.pop(), steps[0].attr
    if order == list(range(len(steps))):
        if source.op == "ReverseSequence" and source.attr == axis and source.args[0].op == "Pack":
            inner = source.args[0]
            if inner.attr == axis and len(inner.args) == len(steps):
                return source.args[1], taken(terms, list(inner.args))[1]
        return False, oriented(steps, source, axis)
    if order == list(range(len(steps) - 1, -1, -1)) and len(steps) > 1:
        return True, oriented(steps[::-1], source, axis)
    return False, separate(terms, steps)


def oriented(steps, source, axis):
    """Return the sequence of a whole tensor as the program had it before a transpose."""
    if source.op == "swap" and axis == 0:
        return Sequence(tuple(steps), source.args[0], 1, source)
    return Sequence(tuple(steps), source, axis, steps[0])


def separate(terms, steps):
    """Return the sequence of separate steps; it has a whole tensor where the graph joins them."""
    for axis in (0, 1):
        whole = terms.find("Pack", tuple(steps), axis)
        if whole is not None:
            return Sequence(tuple(steps), whole, axis)
    return Sequence(tuple(steps))


def reversed_back(terms, steps, reverse):
    """Return the outputs of a backward run in the order of the input; None where the graph does not reverse them."""
    if reverse is True:
        return list(steps[::-1])
    packed = terms.find("Pack", tuple(steps), 0) if None not in steps else None
    source = terms.find("ReverseSequence", (packed, reverse), 0) if packed is not None else None
    if source is None:
        return None
    found = [terms.find("element", (source, terms.number(at)), 0) for at in range(len(steps))]
    return None if None in found else found
