"""Walks over what is computed from one another: each part is looked at once, however deep it lies."""


def fold(start, known, below, value):
    """Return the value of a part, after the values of all parts below it.

    Args:
        start: the part, anything hashable.
        known: a dict from part to value; what is found is added to it.
        below: a function from a part to the parts whose values its own needs.
        value: a function from a part to its value, called when those below it are known.

    Returns:
        The value of `start`.

    Example:
        ```python
        def below(number):
            return [number - 1, number - 2] if number > 1 else []

        known = {}
        assert fold(90, known, below, lambda one: sum(known[n] for n in below(one)) or 1) > 2**60
        ```
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
    """Return the set of those terms that are computed from one of the starts, the starts included.

    Args:
        starts: terms.
        terms: terms, with each what it is computed from, as `leaves` gives them.

    Returns:
        A set of terms.

    Example:
        ```python
        from tf2_lstm.migrate.graph.terms import Terms, leaves

        table = Terms()
        x, y = table.make("Placeholder", (), "x"), table.make("Placeholder", (), "y")
        squashed = table.make("Tanh", (x,))
        assert computed_from([x], leaves(table.add(squashed, y))) == {x, squashed, table.add(squashed, y)}
        ```
    """
    found = set(starts)
    for term in sorted(terms, key=lambda one: one.number):
        if any(arg in found for arg in term.args):
            found.add(term)
    return found
