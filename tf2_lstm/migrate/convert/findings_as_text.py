"""Findings as a tree for a terminal."""

import io

from rich.console import Console
from rich.tree import Tree

from tf2_lstm.migrate.model import describe
from tf2_lstm.migrate.recognise.rest.unclaimed import OPTIMIZERS
from tf2_lstm.migrate.report.rich_text import for_rich
from tf2_lstm.migrate.roles import Ends


def render(tf1, findings, width=None, programs=()):
    """Return a model's findings as text.

    Args:
        tf1: the `TF1Model`.
        findings: the `Findings`.
        width: the width of a line; None for the terminal's, at least 100 where there is none.
        programs: the result of `whole_edges.edges_of`.

    Returns:
        The text; names of the model are escaped, so that they cannot colour or move the terminal.
    """
    terminal = Console()
    wide = width or (terminal.width if terminal.is_terminal else max(terminal.width, 100))
    console = Console(
        file=io.StringIO(), width=wide, force_terminal=terminal.is_terminal and width is None, highlight=False
    )
    producer = f", written by TensorFlow {tf1.producer}" if tf1.producer else ""
    root = Tree(f"[bold]{for_rich(tf1.path)}[/]: {tf1.kind.replace('_', ' ')}{for_rich(producer)}")
    for note in [*tf1.notes, *findings.notes]:
        root.add(f"[yellow]{for_rich(note)}[/]")
    for recurrence in findings.recurrences:
        _recurrence(root, recurrence)
    for one in findings.not_in_the_model:
        root.add(f"[bold red]{for_rich(one.scope) or '(none)'}[/]: not in the model: {for_rich(one.reason)}")
    for one in findings.not_converted:
        _not_converted(root, one)
    _unclaimed(root, findings.unclaimed)
    for one in programs:
        _program(root, one, f": {one['name']}" if len(programs) > 1 else "")
    if not findings.recurrences and not findings.not_converted:
        root.add("no recurrence: no loop and no step carries a state through weights")
    console.print(root)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def _recurrence(root, one):
    how = [one.form.replace("_", " ")] + ["time-major"] * one.time_major + ["backward"] * one.reverse
    how += _ending(one)
    branch = root.add(
        f"[bold green]{for_rich(one.name)}[/]: scope {for_rich(one.scope) or '(none)'}, {', '.join(how)}"
    )
    _cells(branch, describe(one.call))
    if one.output_layer:
        branch.add(for_rich(f"output layer {one.output_layer!r}"))
    for title, tensors in (("inputs", one.inputs), ("outputs", one.outputs)):
        inside = branch.add(title)
        for tensor in tensors:
            inside.add(f"{tensor.name}: {_origin(tensor)} {tensor.dtype} {_shape(tensor.shape)}")
    variables = branch.add("variables")
    for cell in one.cells:
        origins = {weight.tensor: weight.origin for weight in cell.computed}
        for leaf, name in cell.names.items():
            behind = f", computed from {origins[name]}" if name in origins else ""
            variables.add(for_rich(f"{name} ({leaf}{behind})"))
    for argument, value in one.keep_probs.items():
        branch.add(f"{argument}: {for_rich(str(value))}")
    if one.around and one.around.in_words():
        branch.add(for_rich(one.around.in_words()))
    for note in [*(f"assumed: {text}" for text in one.assumed), *one.notes]:
        branch.add(f"[yellow]{for_rich(note)}[/]")


def _program(root, program, name):
    if "problem" in program:
        root.add(f"[bold]the whole program[/]{name}: {for_rich(program['problem'])}")
        return
    branch = root.add(f"[bold]the whole program[/]{name}")
    for title in ("inputs", "outputs"):
        inside = branch.add(title)
        for one in program[title]:
            name = f"{one['name']}: " if "name" in one else ""
            shape = "shape not known" if one["shape"] is None else _shape(one["shape"])
            inside.add(f"{for_rich(name + one['tf1'])} {one['dtype']} {shape}")
    for note in program["notes"]:
        branch.add(f"[yellow]{for_rich(note)}[/]")


def _ending(one):
    """Return how the loop ends, in words, where it does not end with the input."""
    said = [f"ends {one.ends}"] if one.ends != Ends.WITH_INPUT else []
    said += [f"after {one.most_steps} steps at most"] if one.most_steps is not None else []
    return said + ["rows go on past their own end"] * one.past_end


def _cells(branch, tree):
    arguments = ", ".join(f"{name}={value!r}" for name, value in tree["arguments"].items())
    inside = branch.add(
        for_rich(f"{tree['cell']}({arguments})" if arguments or not tree["cells"] else tree["cell"])
    )
    for cell in tree["cells"]:
        _cells(inside, cell)


def _origin(tensor):
    if tensor.value is not None:
        return for_rich(f"fixed to {list(tensor.value)}")
    zeros = "zeros" if tensor.zero else "not in the graph"
    inside = " (inside: cannot be fetched)" if tensor.closed else ""
    return for_rich(tensor.tf1) + (" (zeros)" if tensor.zero else "") + inside if tensor.tf1 else zeros


def _shape(shape):
    return for_rich("[" + ", ".join("?" if size is None else str(size) for size in shape) + "]")


def _not_converted(root, one):
    branch = root.add(
        f"[bold red]not convertible[/]: scope {for_rich(one.scope) or '(none)'}: {for_rich(one.reason)}"
    )
    if one.nearest:
        differs = f"; {for_rich(one.differs)}" if one.differs not in one.reason else ""
        branch.add(f"nearest: {for_rich(one.nearest)}{differs}")
    if one.state_shapes:
        branch.add(for_rich("states: " + ", ".join(str(shape) for shape in one.state_shapes)))
    if one.operations:
        branch.add(for_rich("operations: " + ", ".join(one.operations)))
    for name in one.variables:
        branch.add(f"variable {for_rich(name)}")


def _unclaimed(root, unclaimed):
    if not unclaimed:
        return
    branch = root.add(f"variables that no recurrence claims: {len(unclaimed)}")
    noise = [one for one in unclaimed if one.reason in OPTIMIZERS]
    if noise:
        branch.add(f"{len(noise)} of an optimizer, slots and numbers; --format json names them")
    for one in (one for one in unclaimed if one not in noise):
        branch.add(f"{for_rich(one.name)} {_shape(one.shape)}: {for_rich(one.reason)}")
