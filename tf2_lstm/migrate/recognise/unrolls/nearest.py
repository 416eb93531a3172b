"""Describe a recurrence that is not converted: its operations and variables, and the nearest known cell."""

from tf2_lstm.migrate.graph.operations import ELEMENTWISE
from tf2_lstm.migrate.graph.terms import leaves, negated, scalar
from tf2_lstm.migrate.graph.walks import computed_from
from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS
from tf2_lstm.migrate.recognise.cells.readings import unclipped
from tf2_lstm.migrate.recognise.unrolls.unrolled import base

#: Operation of the normal form -> the names that people know.
PEOPLE = {
    "add": "Add",
    "mul": "Mul",
    "matmul": "MatMul",
    "concat": "ConcatV2",
    "column_slice": "Split",
    "split": "Split",
    "select": "Select",
    "clip": "ClipByValue",
    "element": "TensorArrayReadV3",
    "inverse": "Reciprocal",
    "piece": "Split",
    "or": "LogicalOr",
    "reverse": "ReverseV2",
    "swap": "Transpose",
}
#: Leaves and bookkeeping, which are not named as operations.
LEAVES = {"var", "const", "loopvar", "exit", "output", "write", "steps", "less", "ge", "and", "size", "which"}


def not_converted(terms, scope, reason, states, matches):
    """Describe a recurrence that is not converted.

    Args:
        terms: the table of terms.
        scope: its TF1 scope.
        reason: why, one sentence.
        states: [(leaf, the term of its new value)] of the carried values.
        matches: every `CellMatch` of the model.

    Returns:
        A `NotConverted`.
    """
    own = {leaf for leaf, _ in states}
    ends = [new for _, new in states]
    inside = step_terms(ends, own)
    read = {arg for term in inside for arg in term.args}
    # A term that is added to a state's product belongs to the step too: x @ W beside h @ U.
    read |= {one.args[1] for one in read - set(inside) if one.op == "matmul"}
    variables = sorted(set(_weights(read)))
    operations = dict.fromkeys(PEOPLE.get(term.op, term.op) for term in inside if term.op not in LEAVES)
    carried = [leaf for leaf, new in states if not _counts(leaf, new) and new.op not in ("write", "or")]
    near, differs = nearest(terms, inside, own, ends, len(carried), matches)
    shapes = tuple((None, terms.width(leaf)) for leaf in carried)
    return NotConverted(scope, reason, tuple(variables), tuple(operations), shapes, near, differs or reason)


def whole(reading, term, reason, row):
    """Describe a recurrence that is one operation and is not converted."""
    place = reading.place(term)
    variables = tuple(sorted({arg.attr[0] for arg in term.args if arg.op == "var"}))
    return NotConverted(place.rpartition("/")[0] or place, reason, variables, (term.op,), (), row, reason)


def step_terms(ends, own):
    """List the terms of one step that are computed from the carried values, in order."""
    every = sorted(leaves(ends), key=lambda term: term.number)
    depends = computed_from(own & set(every), every)
    return [term for term in every if term in depends]


def _weights(terms):
    """List the variables of some terms, of those that are computed from variables alone."""
    every = leaves(terms)
    plain = ("var", "const", "mul", "add", "inverse", "concat", "column_slice")
    other = computed_from([one for one in every if one.op not in plain], every)
    return [one.attr[0] for one in leaves([one for one in terms if one not in other]) if one.op == "var"]


def _counts(leaf, new):
    """Whether a carried value only counts, or stays as it is."""
    return new is leaf or (
        new.op == "add" and leaf in new.args and all(scalar(arg) == 1 for arg in new.args if arg is not leaf)
    )


def nearest(terms, inside, own, ends, count, matches):
    """Return the row that is nearest to a step, and the difference: ("gru", "..."); ("", "") for none."""
    here = [one for one in matches if any(base(old) in own for old in one.old.values())]
    cells = [one for one in here if one.pair != "basic_rnn"]
    if cells:
        return cells[0].pair, _misplaced(cells[0], own, ends)
    for term in inside:
        order = _any_order(terms, term)
        if order == "ijfo":
            return "basic_lstm", "a gate holds more than its columns, a constant and a peephole"
        if order:
            return "basic_lstm", f"the gates stand in the order {', '.join(order)} and not i, j, f, o"
    mixed = [term for term in inside if term.op == "add" and any(_kept(arg, own) for arg in term.args)]
    gated = [term for term in mixed if any(_gated(arg, own) for arg in term.args)]
    gates = "by other gates" if gated else "by gates that are no sigmoids"
    for term in gated or mixed:
        if count == 1 and any(_complement(arg) for arg in term.args):
            return "gru", _unknown_activation(
                term, own
            ) or f"the state is mixed with a candidate, but {gates}"
    if gated and count > 1:
        return "basic_lstm", "c is kept and written by gates, but by other equations"
    if mixed and count > 1:
        return "basic_lstm", f"c is kept and written, but {gates}"
    squashed = [
        term for term in inside if term.op in ELEMENTWISE and any(arg in own for arg in _summed(term))
    ]
    if here or (squashed and count == 1):
        return "basic_rnn", "" if here else "what is squashed is not [x, h] @ kernel + bias"
    return "", ""


def _summed(term):
    """List the factors of the products in the sum below an activation."""
    parts = term.args[0].args if term.args[0].op == "add" else term.args
    return [arg for part in parts for arg in part.args]


def _misplaced(cell, own, ends):
    """Return what is at a wrong place in a step that has a cell's equations; "" if nothing is."""
    carried = {arg for end in ends for arg in (end, *end.args)}
    for state, old in cell.old.items():
        if base(old) not in own:
            return f"what it multiplies as the state {state or 'h'} is not carried by the step"
        if cell.new[state] not in carried:
            return f"what is carried on is not its new state {state or 'h'}"
    return ""


def _unknown_activation(term, own):
    """Return the sentence for a GRU's candidate whose activation is not known; "" for any other term."""
    new = [arg for arg in term.args if _complement(arg) and not _kept(arg, own)]
    squashed = [arg for one in new for arg in one.args if arg.op not in ("add", "Sigmoid") and arg.args]
    names = [one.op for one in squashed if one.op not in ELEMENTWISE]
    return f"its activation is not known: {PEOPLE.get(names[0], names[0])}" if names else ""


def _kept(term, own):
    """Whether a term is a product with a state."""
    return term.op == "mul" and any(base(arg) in own for arg in term.args)


def _gated(term, own):
    """Whether a term is a gate times a state."""
    return _kept(term, own) and any(arg.op == "Sigmoid" or _sigmoid_inside(arg) for arg in term.args)


def _sigmoid_inside(term):
    return term.op in ("split", "column_slice") and term.args[0].op == "Sigmoid"


def _complement(term):
    """Whether a product has a factor 1 - gate."""
    return term.op == "mul" and any(
        arg.op == "add"
        and any(scalar(one) == 1 for one in arg.args)
        and any(negated(one) for one in arg.args)
        for arg in term.args
    )


def _any_order(terms, term):
    """Return the order of the gates of an LSTM in which only that differs, "ifoj"; "" for any other term."""
    if term.op != "mul" or len(term.args) != 2:
        return ""
    for gate, squashed in (term.args, term.args[::-1]):
        c = unclipped(squashed.args[0])[0] if squashed.op in ACTIVATIONS else term
        if gate.op == "Sigmoid" and c.op == "add" and len(c.args) == 2:
            for keep, write in (c.args, c.args[::-1]):
                for forget, _ in _gated_values(terms, keep):
                    for enter, candidate in _gated_values(terms, write):
                        parts = {"i": enter, "f": forget, "o": gate.args[0], "j": (candidate.args or (c,))[0]}
                        starts = {name: _start(part) for name, part in parts.items()}
                        if None not in starts.values() and len(set(starts.values())) == 4:
                            return "".join(sorted(starts, key=starts.get))
    return ""


def _start(term):
    columns = [
        part for part in (term.args if term.op == "add" else (term,)) if part.op in ("column_slice", "split")
    ]
    return columns[0].attr[0] if len(columns) == 1 else None


def _gated_values(terms, term):
    """List all ways to read a product as sigmoid(x) * value, as pairs (x, value).

    The value may be a product itself: a state that a program changed before the step, c * (1 - done).
    """
    gates = [arg for arg in term.args if arg.op == "Sigmoid"] if term.op == "mul" else []
    found = [(gate.args[0], terms.without(term, gate)) for gate in gates]
    return [
        (gate, value)
        for gate, value in found
        if value is not None and (value.op != "const" or len(value.attr[1]) > 1)
    ]
