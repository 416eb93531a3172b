"""Which dropout of a step's new state is the state that is carried on, where another one is the step's output.

Both are dropout of one tensor. A later step shows which it reads; of the last step, and of a single one, it is the one
at the same place in the order of the graph, in which TF1's DropoutWrapper drops the state first.
"""

from dataclasses import dataclass

from tf2_lstm.migrate.graph.operations import ASSIGNS, SILENT
from tf2_lstm.migrate.graph.terms import holds, leaves, masked, scalar
from tf2_lstm.migrate.recognise.wrappers import around, stripped


@dataclass(frozen=True)
class Cells:
    """What all cells of a graph read and leave, two sets of terms.

    Attributes:
        read: their inputs: an output that one reads as it is, or that is added to one, was not dropped.
        news: their new states: what holds several of them is a state.
    """

    read: frozenset
    news: frozenset

    @classmethod
    def of(cls, applications):
        """Return those of some `Application`s."""
        news = (new for one in applications for new in one.new.values())
        return cls(frozenset(one.inputs for one in applications), frozenset(news))


def dropped_state_of(step):
    """Return the name of the state of an `Application` that dropout acts on: c is not dropped."""
    return "h" if "h" in step.new else ""


def follow(terms, value, way):
    """List the values on a way, from a new state to the state that is carried on, both included.

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
    """Return the way from a new state to what a later step reads; None where no dropout leads there."""
    return next((way for value, way in _ways(terms, new) if value is wanted), None)


def way_of_one(terms, step, state, cells):
    """Return the way from a new state that no later step reads.

    Args:
        terms: the table of terms.
        step: the `Application`.
        state: the name of the state; where its row has ended, it keeps the old one.
        cells: the `Cells` of the graph.
    """
    new, old = step.new[state], step.old[state]
    kept = [way for value, way in _ways(terms, new) if mask_of(terms, old, value)]
    if kept:
        return kept[0]
    value, way = new, []
    is_state = len(_dropped(terms, new)) > 1 or _told(terms, step, state, cells)[0] == "state"
    while is_state and (found := _dropped(terms, value)):
        value, way = found[0], [*way, 0]
    return way


def untold(terms, chain, cells):
    """Say what nothing tells of a single step's dropout: whether it is the state's or the output's.

    Args:
        terms: the table of terms.
        chain: the `Chain`.
        cells: the `Cells` of the graph.

    Returns:
        (dropout's term, whose it is taken for: "state" or "output"); None where it is told, or there are more of them.
    """
    if len(chain.steps) > 1:
        return None
    state = dropped_state_of(chain.steps[0])
    whose, is_told = _told(terms, chain.steps[0], state, cells)
    return None if is_told else (_dropped(terms, chain.steps[0].new[state])[0], whose)


def _told(terms, step, state, cells):
    """Whose the one dropout of a new state is, as what reads the two shows, and whether that tells it.

    What a cell reads is the output. A variable that is assigned, and a tensor of several states, hold the state. Where
    what was dropped is read alone, it is the output; where the other one is read, nothing tells it, and that one is
    taken for the output.
    """
    new = step.new[state]
    dropped = _dropped(terms, new)
    if len(dropped) != 1:
        return "output", True
    if dropped[0] in cells.read or new in cells.read:
        return "output" if dropped[0] in cells.read else "state", True
    own = leaves(dropped[0], stop=(new,))
    raw = [one for one in _readers(terms, new) if one not in own]
    used = _readers(terms, dropped[0])
    for readers, found in ((used, "state"), (raw, "output")):
        if any(_holds_state(cells, new, one) for one in readers):
            return found, True
    if any(one.op == "add" and terms.without(one, new) in cells.read for one in around(terms, new)):
        return "state", True
    return "state" if raw else "output", bool(used and not raw)


def _readers(terms, value):
    """What a node of the forward part makes of a value; sums and products are flat, its parts stand in them."""
    parts = [one for one in value.args if value.op in ("add", "mul") and scalar(one) is None][:1]
    larger = [
        user for part in parts for user in terms.users(part) if user.op == value.op and user is not value
    ]
    users = terms.users(value) + [user for user in larger if holds(user, value)]
    users = [user for user in users if user.op in ASSIGNS or user.op not in SILENT]
    places = [(user, terms.places.get(user.number)) for user in users]
    return [user for user, place in places if place and place not in terms.backward]


def _holds_state(cells, new, term):
    others = [one for one in term.args if one is not new] if term.op == "concat" else ()
    return term.op in ASSIGNS or any(one in cells.news for one in others)


def mask_of(terms, old, value):
    """The term that is a value, or where the row has ended the old state; None for none."""
    users = [user for user in terms.users(value) if masked(user)]
    return next((one for one in users if one.args[1] is old and one.args[2] is value), None)


def drops_on(terms, values):
    """The `Dropped` ones between the values on a way, from the outside in."""
    return [
        one
        for outer, value in zip(values[:0:-1], values[-2::-1], strict=True)
        for one in stripped(terms, outer, value)
    ]


def _ways(terms, new):
    """Each dropout of a new state with the way to it, the state itself first, no value twice."""
    todo, seen = [(new, [])], {new}
    while todo:
        value, way = todo.pop(0)
        yield value, way
        for place, one in enumerate(_dropped(terms, value)):
            if one not in seen:
                seen.add(one)
                todo.append((one, [*way, place]))


def _dropped(terms, value):
    """The terms that are dropout of a value, in the order of the graph."""
    return [one for one in around(terms, value) if one.op != "add"]
