"""Find the lines that are needed, from the outputs back."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref, Repeat


def names_in(expression):
    """Return the set of names that an expression reads.

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
    """Return the set of names that the lines of a `Cycle` read and that none of them assigns."""
    lines = [*cycle.before, *cycle.condition, *cycle.body]
    read = names_in([*(line.value for line in lines), cycle.goes_on, *cycle.results])
    return read - {target for line in lines for target in line.targets} - {one.name for one in cycle.carried}


def needed(program):
    """Return a `Program` without the lines and inputs that no output needs.

    Args:
        program: the `Program`; it stays as it is.
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
    """Count how many lines follow each other from an input to each line.

    Args:
        inputs: the `Ref`s of the inputs.
        lines: the `Line`s, each after those that it reads.

    Returns:
        A dict from the name of an input or a line's target to the number; a line that depends on no input is not in it.
    """
    found = {one.name: 0 for one in inputs}
    for line in lines:
        before = [found[name] for name in names_in(line.value) if name in found]
        if before:
            found.update((target.lstrip("*"), max(before) + 1) for target in line.targets)
    return found
