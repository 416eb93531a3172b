"""Lines that something needs, found from the outputs back."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref


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
        elif isinstance(one, (list, tuple)):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()
    return found


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
