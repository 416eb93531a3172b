"""Walks over things that are computed from one another: each is looked at once, at any depth."""


def fold(start, known, below, value):
    """Return the value of a part, after the values of all parts below it.

    Args:
        start: the part, anything hashable.
        known: a dict from part to value; new values are added to it.
        below: a function from a part to the parts whose values its own needs.
        value: a function from a part to its value, called when those below it are known.

    Returns:
        The value of `start`.
    """
    todo = [start]
    while todo:
        part = todo[-1]
        waiting = [one for one in below(part) if one not in known] if part not in known else []
        if not waiting:
            if part not in known:
                known[part] = value(part)
            todo.pop()
        todo += waiting
    return known[start]


def computed_from(starts, terms):
    """Return the set of the terms that are computed from one of the starts, the starts included.

    Args:
        starts: terms.
        terms: all terms to look at, with those that they are computed from, as `leaves` gives them.

    Returns:
        A set of terms.
    """
    found = set(starts)
    for term in sorted(terms, key=lambda one: one.number):
        if any(arg in found for arg in term.args):
            found.add(term)
    return found
