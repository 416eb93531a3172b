"""Which dropout of a step's new state is the state that is carried on, where another one is the step's output.

Both are dropout of one tensor. A later step shows which it reads; of the last step, and of a single one, it is the one
at the same place in the order of the graph, in which TF1's DropoutWrapper drops the state first.
"""

from tf2_lstm.migrate.graph.terms import masked
from tf2_lstm.migrate.recognise.wrappers import around, stripped


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


def way_of_one(terms, new, old, read):
    """Return the way from a new state that no later step reads.

    Args:
        terms: the table of terms.
        new: the term of the new state.
        old: the term of the old one, which a state keeps where its row has ended.
        read: the inputs of all cells: an output that one reads as it is, or that is added to one, was not dropped.
    """
    kept = [way for value, way in _ways(terms, new) if mask_of(terms, old, value)]
    if kept:
        return kept[0]
    value, way = new, []
    residual = any(one.op == "add" and terms.without(one, new) in read for one in around(terms, new))
    is_state = new in read or residual or len(_dropped(terms, new)) > 1
    while is_state and (found := _dropped(terms, value)):
        value, way = found[0], [*way, 0]
    return way


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
    return [one for one in around(terms, value) if stripped(terms, one, value)]
