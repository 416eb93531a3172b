"""Tell which dropout of a step's new state is carried on as the state, and which is the step's output.

Both are dropout of one tensor. The next step shows which one it reads; for the last step it is the one at the same
place in the order of the graph. For a single step the readers of the two show it, or the order of TF1's
DropoutWrapper, which drops the state first; else a note says that it is not known.
"""

from dataclasses import dataclass
from functools import cached_property

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import Term, holds, masked, scalar
from tf2_lstm.migrate.recognise.steps.wrapped_layers import around, below_dropout, is_part, stripped


@dataclass(frozen=True)
class Cells:
    """The inputs and the new states of all cells of a graph, as two sets of terms.

    Attributes:
        terms: the table of terms.
        read: the inputs: an output that a cell reads as it is was not dropped.
        news: the new states: a tensor of several of them, or of dropouts of them, is a state.
    """

    terms: object
    read: frozenset
    news: frozenset

    @classmethod
    def of(cls, terms, matches):
        """Return the `Cells` of some `CellMatch`s."""
        news = (new for one in matches for new in one.new.values())
        return cls(terms, frozenset(one.inputs for one in matches), frozenset(news))

    @cached_property
    def added(self):
        """The values that a residual connection may add: an input, or the value that it is a dropout of."""
        return {value for one in self.read for value, _ in below_dropout(self.terms, one)}

    def is_state(self, value):
        """Whether a value is a new state or dropout of one."""
        return any(below in self.news for below, _ in below_dropout(self.terms, value))


@dataclass(frozen=True)
class StateWay:
    """Which dropouts of a single step's new state are the state's.

    Attributes:
        way: from the new state to the state that is carried on, as `follow` takes it.
        doubt: where nothing tells it (a dropout's term, whose it is taken for: "state" or "output"); else None.
    """

    way: list
    doubt: tuple[Term, str] | None = None


def dropped_state_of(step):
    """Return the name of the state of a `CellMatch` that dropout acts on: c is not dropped."""
    return "h" if "h" in step.new else ""


def follow(terms, value, way):
    """List the values on a way from a new state to the state that is carried on, both included.

    Args:
        terms: the table of terms.
        value: the term of the new state.
        way: which dropout of each value comes next, counted in the order of the graph.
    """
    found = [value]
    for place in way:
        found += _dropped(terms, found[-1])[place : place + 1]
    return found


def way_to(terms, new, wanted):
    """Return the way from a new state to the term that a later step reads; None where no dropout leads there."""
    return next((way for value, way in _ways(terms, new) if value is wanted), None)


def state_way(terms, step, state, cells):
    """Tell the state from the output among the dropouts of a new state that no later step reads.

    A term that a cell reads, or that is added to such a term, is the output. A term that is assigned to a variable, or
    joined with other states, is the state, and so is one that keeps the old state where its row has ended.

    Args:
        terms: the table of terms.
        step: the `CellMatch`.
        state: the name of the state.
        cells: the `Cells` of the graph.

    Returns:
        A `StateWay`.
    """
    new, old = step.new[state], step.old[state]
    ways = list(_ways(terms, new))
    kept = [way for value, way in ways if mask_of(terms, old, value)]
    if kept:
        return StateWay(kept[0])
    outputs = [way for value, way in ways if value in cells.read]
    used = _uses(terms, ways)
    if not outputs:
        held = [way for way, user in used if _holds_state(terms, cells, new, user)]
        if held:
            return StateWay(held[0])
        outputs = [way for value, way in ways if _is_added(terms, cells, value)]
    if outputs:
        return StateWay(_beside(ways, max(outputs, key=len)))
    return _by_use(ways, {tuple(way[:1]) for way, _ in used})


def _by_use(ways, used):
    """Tell state and output by the dropouts that are read, where no cell shows it, and then by their order.

    A single dropout that is read is the output's; where only the new state itself is read, it is in doubt. Of two
    dropouts the only one that is read is the output's.
    """
    first = {tuple(way): value for value, way in ways if len(way) == 1}
    if len(first) < 2:
        whose = "state" if () in used else "output"
        doubt = None if not first or used == {(0,)} else (first[0,], whose)
        return StateWay(_beside(ways, []) if whose == "state" else [], doubt)
    read = [way for way in ((0,), (1,)) if way in used]
    if len(read) == 1:
        return StateWay(_beside(ways, list(read[0])))
    return _by_order(ways, first)


def _by_order(ways, first):
    """Choose the fewest wrappers that drop in the order of the graph, each the state before the output.

    Where the first of two dropouts has the last one too, so that there are as many either way, a wrapper of the output
    alone came first.
    """
    last = max((one for one in ways if one[1]), key=lambda one: one[0].number)
    if last[1][0] != 0:
        return StateWay(_beside(ways, [1]))
    return StateWay(_beside(ways, [0]), (first[0,], "output"))


def _beside(ways, output):
    """Return the way of the state, where the output is on another one: to its last dropout."""
    every = [way for _, way in ways]
    others = [way for way in every if len(way) == 1 and way != output[:1]]
    way = others[0] if others else []
    while way and [*way, 0] in every:
        way = [*way, 0]
    return way


def _uses(terms, ways):
    """List (way, term) of the terms that read a new state or a dropout of it, without the dropouts themselves."""
    found, own = [], {value for value, _ in ways}
    for value, way in ways:
        drops = _dropped(terms, value)
        users = [user for user in _readers(terms, value) if user not in own]
        found += [(way, user) for user in users if not any(_is_of(terms, user, one, value) for one in drops)]
    return found


def _is_of(terms, user, dropped, value):
    """Whether a reader of a value is a part of its dropout, or reads only that dropout: products are flat."""
    whole = dropped.args[1] if dropped.op == "select" else dropped
    if is_part(user, whole):
        return True
    rest = terms.without(user, dropped) if user.op == dropped.op == "mul" else None
    return rest is not None and rest is not value and not (rest.op == "mul" and holds(rest, value))


def _is_added(terms, cells, value):
    """Whether a residual connection adds a value to the input of a cell."""
    sums = [one for one in around(terms, value) if one.op == "add"]
    rests = [rest for one in sums if (rest := terms.without(one, value)) is not None]
    return any(part in cells.added for one in rests for part in (one, *(one.args if one.op == "add" else ())))


def _readers(terms, value):
    """List the forward terms that read a value; sums and products are flat, so larger ones with all its parts do."""
    parts = [one for one in value.args if value.op in ("add", "mul") and scalar(one) is None][:1]
    larger = [
        user for part in parts for user in terms.users(part) if user.op == value.op and user is not value
    ]
    users = terms.users(value) + [user for user in larger if holds(user, value)]
    return [user for user in users if terms.is_forward(user)]


def _holds_state(terms, cells, new, term):
    if term.op in ASSIGNS:
        return True
    others = [one for one in term.args if stripped(terms, one, new) is None] if term.op == "concat" else ()
    return any(cells.is_state(one) for one in others)


def mask_of(terms, old, value):
    """Return the term that is the old state where the row has ended, else a value; None where there is none."""
    users = [user for user in terms.users(value) if masked(user)]
    return next((one for one in users if one.args[1] is old and one.args[2] is value), None)


def drops_on(terms, values):
    """List the `Dropped` between the values on a way, from the outside in."""
    return [
        one
        for outer, value in zip(values[:0:-1], values[-2::-1], strict=True)
        for one in stripped(terms, outer, value)
    ]


def _ways(terms, new):
    """Yield a new state and each dropout of it with the way to it, no value twice."""
    todo, seen = [(new, [])], {new}
    while todo:
        value, way = todo.pop(0)
        yield value, way
        for place, one in enumerate(_dropped(terms, value)):
            if one not in seen:
                seen.add(one)
                todo.append((one, [*way, place]))


def _dropped(terms, value):
    """List the terms that are one dropout of a value, in the order of the graph."""
    return [one for one in around(terms, value) if one.op != "add"]
