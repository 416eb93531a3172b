"""Why a recurrence is not converted: its first operation that no known cell has, and the next step."""

import re
from dataclasses import replace

from tf2_lstm.migrate.graph.operations import VARIABLES, Trait, having, operation
from tf2_lstm.migrate.graph.terms import leaves

#: (pattern of an operation, what people call it, the next step); the first pattern that matches is taken.
KINDS = (
    (
        re.compile(r"FakeQuant\w+$"),
        "numbers are rounded as in 8 bits, as tf.contrib.quantize makes it",
        "convert the .meta of the graph without the rewriting, --weights this checkpoint",
    ),
    (
        re.compile(r"(Dequantize|Quantize\w*|Quantized\w+|Requantiz\w+)$"),
        "numbers are kept in 8 bits, as quantize_weights or quantize_nodes writes them",
        "convert the graph as it was before that",
    ),
    (
        re.compile("|".join(f"{one}$" for one in sorted(having(Trait.MOMENT)))),
        "what a step computes is normalised by its moments",
        "",
    ),
)
#: The next step where there is a graph: the whole program has the recurrence, whatever it is.
IN_WHOLE = "convert the whole program, without --recurrences: it has this too, or says why not"
#: The next step for a checkpoint without its graph.
GRAPH = "name the graph (.meta) too, with this checkpoint as --weights"
#: The next step where no graph can be had.
BY_HAND = "write the cell with keras.ops around its variables, as in docs/chapters/own-cells.md"
SAVE_IT = (
    "save it with the others, by a tf.train.Saver whose var_list has it, or by opt.swapping_saver() of an optimizer "
    "that averages"
)


def first_special(reading, ends):
    """Find the first operation of a step that no known cell has.

    Args:
        reading: the `GraphReader` of the graph.
        ends: the terms that the step carries on.

    Returns:
        (said, next_step): "Mean (rnn/while/rnn/cell/Mean): what a step computes is normalised by its moments", and
        what to do; ("", `IN_WHOLE`) where every operation is one of an ordinary cell.
    """
    every = leaves(ends, {term for term in leaves(ends) if term.op == "element"})
    placed = [(reading.place(term), term) for term in sorted(every, key=lambda term: term.number)]
    for place in dict.fromkeys(place for place, _ in placed if place):
        op = reading.operation(place)
        if op and Trait.ORDINARY not in operation(op).traits:
            said, step = next(((said, step) for kind, said, step in KINDS if kind.match(op)), ("", ""))
            return f"{op} ({place})" + (f": {said}" if said else ""), step or IN_WHOLE
    unsaved = [place for place, term in placed if term.op == "var" and place not in reading.model.nodes]
    if unsaved and reading.operation(unsaved[0]) in VARIABLES:
        return f"{reading.operation(unsaved[0])} ({unsaved[0]}): the checkpoint has no value of it", SAVE_IT
    return "", IN_WHOLE


def explained(reading, refusal, ends, term=None, step=""):
    """Return a copy of a `NotConverted` whose reason names the first special operation and the next step.

    Args:
        reading: the `GraphReader` of the graph.
        refusal: the `NotConverted`.
        ends: see `first_special`.
        term: where the problem is seen, if every operation is one of an ordinary cell; None for `ends`.
        step: the next step, "" for that of `first_special`.
    """
    special, usual = first_special(reading, ends)
    named = (
        f"the first operation that no known cell has is {special}" if special else _seen(reading, term, ends)
    )
    return replace(refusal, reason=f"{refusal.reason}{named and '; '}{named}. Next step: {step or usual}")


def _seen(reading, term, ends):
    """Name the operation at which a problem is seen; "" where no node computes it."""
    terms = [*_computed(reading, term), *ends]
    places = [place for place in map(reading.place, terms) if reading.operation(place)]
    return f"it is seen at {reading.operation(places[0])} ({places[0]})" if places else ""


def _computed(reading, term):
    """Return [term], or for a term that only matching made, all terms of its operation, which nodes compute."""
    if term is None or reading.place(term):
        return [term] if term is not None else []
    return [one for one in reading.terms.every if one.op == term.op]


#: The reason for a loop, or steps, in the body of another loop.
IN_ANOTHER_LOOP = "it runs inside the step of another loop"


class NotUnderstood(Exception):
    """A part of a recurrence is not one of the known equations.

    Args:
        said: the problem, one sentence without a full stop.
        term: the term at which it is seen, None where that is the step's new state.
        step: the next step, "" where the equations must be written by hand.
    """

    def __init__(self, said, term=None, step=""):
        super().__init__(said)
        self.term, self.step = term, step
