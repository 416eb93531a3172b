"""Lines that something needs, found from the outputs back."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref, Repeat


def names_in(expression):
    """Return the names that an expression reads, a set.

    Example:
        ```python
        assert names_in(Apply(Ref("f"), ([Ref("x")],), {"mask": Item(Ref("m"), 0)})) == {"f", "x", "m"}
        ```
    """
    found, todo = set(), [expression]
    while todo:
        one = todo.pop()
        if isinstance(one, Ref):
            found.add(one.name)
        elif isinstance(one, Item):
            todo.append(one.of)
        elif isinstance(one, Apply):
            todo += [one.what, *one.arguments, *one.options.values()]
        elif isinstance(one, Repeat):
            found |= free_names(one.cycle)
            todo += one.initial
        elif isinstance(one, (list, tuple)):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()
    return found


def free_names(cycle):
    """Return the names that the lines of a `Cycle` read and that none of them assigns, a set."""
    lines = [*cycle.before, *cycle.condition, *cycle.body]
    read = names_in([*(line.value for line in lines), cycle.goes_on, *cycle.results])
    return read - {target for line in lines for target in line.targets} - {one.name for one in cycle.carried}


def needed(program):
    """Take out of a `Program` the lines that no output needs, inputs too.

    Args:
        program: the `Program`; a new one is returned.
    """
    wanted = names_in(list(program.outputs.values()))
    lines = []
    for line in reversed(program.lines):
        if any(target in wanted for target in line.targets):
            wanted |= names_in(line.value)
            lines.append(line)
    inputs = {name: ref for name, ref in program.inputs.items() if ref.name in wanted}
    rates = {name: rate for name, rate in program.rates.items() if name in wanted}
    return replace(program, lines=lines[::-1], inputs=inputs, rates=rates)


def behind(inputs, lines):
    """Count how many lines follow each other from what is fed to each line.

    Args:
        inputs: the `Ref`s of what is fed.
        lines: the `Line`s, each behind those that it reads.

    Returns:
        A dict from the name of what a line computes to the number, what is fed among them; a line into which nothing
        goes that is fed has none.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.expression import Line

        lines = [Line(("y",), Apply("f", (Ref("x"),))), Line(("z",), Apply("g", (1,)))]
        assert behind([Ref("x")], lines) == {"x": 0, "y": 1}
        ```
    """
    found = {one.name: 0 for one in inputs}
    for line in lines:
        before = [found[name] for name in names_in(line.value) if name in found]
        if before:
            found.update((target.lstrip("*"), max(before) + 1) for target in line.targets)
    return found
