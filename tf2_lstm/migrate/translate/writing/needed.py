"""Find the lines that are needed, from the outputs back."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref, Repeat
from tf2_lstm.migrate.roles import Role, read_name


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


def without_unread_steps(recurrences, lines):
    """Leave out outputs of single steps that a program does not read, of `tf.nn.static_rnn` all but the last as a rule.

    Args:
        recurrences: name of a function that makes the model, "build_rnn" -> the `Recurrence`.
        lines: the `Line`s of the program, which call the models "rnn".

    Returns:
        A dict as `recurrences`. The last step stays, which says how many there are.
    """
    calls = [line for line in lines if isinstance(line.value, Apply) and isinstance(line.value.what, Ref)]
    made_by = {line.targets[0]: f"build_{line.value.what.name}" for line in calls}
    made_by = {target: name for target, name in made_by.items() if name in recurrences}
    read, unknown = {name: set() for name in recurrences}, set()
    for line in lines:
        if not isinstance(line.value, Item) or not isinstance(line.value.of, Ref):
            unknown |= {made_by[name] for name in names_in(line.value) & made_by.keys()}
        elif line.value.of.name in made_by:
            read[made_by[line.value.of.name]].add(line.value.at)
    return {
        name: one if name in unknown else _read_alone(one, read[name]) for name, one in recurrences.items()
    }


def _read_alone(recurrence, read):
    places = {one.name: read_name(one.name) for one in recurrence.outputs}
    steps = {
        name: one.step for name, one in places.items() if one.role is Role.OUTPUTS and one.step is not None
    }
    last = max(steps.values(), default=0)
    unread = {name for name, step in steps.items() if name not in read and step < last}
    return replace(recurrence, outputs=[one for one in recurrence.outputs if one.name not in unread])


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
