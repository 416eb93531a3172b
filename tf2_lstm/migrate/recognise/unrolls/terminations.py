"""How a loop over a sequence ends: with the sequence, or with its longest row."""

from dataclasses import dataclass

from tf2_lstm.migrate.graph.indexing import fixed_size, size
from tf2_lstm.migrate.graph.terms import Term, describe, leaves, scalar
from tf2_lstm.migrate.recognise.refusals import NotUnderstood


@dataclass(frozen=True)
class Termination:
    """How long a loop runs.

    Attributes:
        lengths: the term of sequence_length, None when nothing depends on one.
        with_longest: whether the loop ends with its longest row, and so has that many outputs.
        past_end: whether rows go on past their own end to that of the longest one.
        most: the largest number of steps, None without a limit.
    """

    lengths: Term | None = None
    with_longest: bool = False
    past_end: bool = False
    most: int | None = None


def termination_of(terms, step, source, axis):
    """Read a loop's condition: it must run over all steps, or to the end of the longest row.

    Args:
        terms: the table of terms.
        step: a `_Step`, with its `loop`, `times`, the `lengths` by which states stop, `output` and `finished`.
        source: the term of the whole input.
        axis: the axis of time of the input.

    Returns:
        A `Termination`.

    Raises:
        NotUnderstood: the loop goes on by another condition.
    """
    if step.loop.condition is None:
        raise NotUnderstood("nothing says when the loop ends")
    parts = _opened(step.loop.condition, lambda part: part.op == "and")
    ended = [mask.args[1] for mask in (_all_ended(step, part) for part in parts) if mask is not None]
    if any(lengths is not ended[0] for lengths in ended) or (ended and step.lengths not in (None, ended[0])):
        raise NotUnderstood("the loop ends by other lengths than its rows", step.loop.condition)
    end = _End(terms, source, axis, step.lengths if step.lengths is not None or not ended else ended[0])
    most = None
    for part in parts:
        if _all_ended(step, part) is not None:
            continue
        bound = part.args[1] if part.op == "less" and part.args[0] in step.times else None
        if bound is None or not (end.reached(bound) or (ended and end.longest(bound))):
            if ended and bound is not None and not isinstance(scalar(bound), int):
                raise NotUnderstood(
                    f"the loop also ends after a number of steps that the graph computes, {describe(bound)}: a "
                    "maximum_iterations that is neither a number nor tf.reduce_max(sequence_length)",
                    bound,
                    "build the graph without it",
                )
            if not ended or bound is None:
                raise NotUnderstood(f"the loop goes on by a condition of its own: {describe(part)}", part)
            most = scalar(bound) if most is None else min(most, scalar(bound))
    grows = bool(ended) and _grows(step.output)
    if (most is not None or (ended and step.lengths is None)) and step.output is not None and not grows:
        raise NotUnderstood(
            "the loop ends with its longest row and has room for outputs after that", step.output.next
        )
    return Termination(end.lengths, grows, bool(ended) and step.lengths is None, most)


def _opened(term, joined):
    """List the parts that a term joins, through all nested joints, each part once."""
    below = leaves(term, {one for one in leaves(term) if not joined(one)})
    return [one for one in sorted(below, key=lambda one: one.number) if not joined(one)]


def _is_least(term):
    """Whether a term is a minimum of two terms, or a maximum with 1."""
    return (term.op == "minimum" and len(term.args) == 2) or (
        term.op == "maximum" and term.attr == ("bound", 1)
    )


def _all_ended(step, part):
    """Return the mask of ended rows in a condition "not all rows have ended"; None for any other condition."""
    inner = part.args[0] if part.op == "LogicalNot" else part
    mask = inner.args[0] if inner.op == "All" and inner is not part else None
    return mask if mask is not None and step.finished(mask) else None


def _grows(output):
    """Whether the outputs are collected in an array that grows with each write."""
    flow = output.initial if output is not None else None
    if flow is not None and flow.op == "TensorListReserve":
        return scalar(flow.args[1]) == 0
    array = flow.args[0] if flow is not None and flow.op == "output" else None
    return array is not None and array.op == "TensorArrayV3" and ("dynamic_size", True) in array.attr[1]


class _End:
    """The bounds of a counter, compared with the length of a sequence and with its longest row."""

    def __init__(self, terms, source, axis, lengths):
        self.terms, self.source, self.axis, self.lengths = terms, source, axis, lengths

    def reached(self, bound):
        """Whether a bound is the length of the sequence, or the longest row's length where that comes first."""
        while bound.op == "maximum" and bound.attr == ("bound", 1):
            bound = bound.args[0]
        parts = _opened(bound, _is_least)
        return all(self._reached(part) or (part is not bound and self.longest(part)) for part in parts)

    def _reached(self, bound):
        fixed = fixed_size(self.terms, self.source, self.axis)
        if isinstance(scalar(bound), int):
            return scalar(bound) == fixed
        if bound.op == "size":
            return bound is size(self.terms, self.source, self.axis)
        if bound.op == "minimum" or (bound.op == "clip" and bound.attr[0] == 1):
            return bound.attr[1] == fixed and self.longest(bound.args[0])
        return False

    def longest(self, term):
        """Whether a term is the length of the longest row, or the maximum of that and 1."""
        inner = term.args[0] if term.op == "maximum" and term.attr == ("bound", 1) else term
        return self.lengths is not None and inner.op == "Max" and inner.args[0] is self.lengths
