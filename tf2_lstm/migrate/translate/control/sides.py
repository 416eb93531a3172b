"""Conditionals in a loop with a computed predicate: both branches are computed, and one is chosen."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.frames import begins_a_branch
from tf2_lstm.migrate.graph.nodes import copied, data_inputs, node_of
from tf2_lstm.migrate.graph.operations import MERGES, Trait, operation
from tf2_lstm.migrate.translate.control.fixed import with_name
from tf2_lstm.migrate.translate.writing.values import Elements, Known, Refusal, Size, Untranslated, sizes_of


def chosen(writer, nesting, node, inputs, value):
    """Write the outputs of a Merge.

    Args:
        writer: the `Writer`.
        nesting: the `Nesting` of the conditionals around it.
        node: the Merge.
        inputs: the values of the two branches.
        value: a function from the name of a tensor to its value.

    Returns:
        A list: the chosen value, and the number of the branch that it comes from.

    Raises:
        Refusal: no predicate is found, or a branch cannot be computed where it is not taken.
    """
    found = nesting.decided(node)
    if found is None:
        raise Refusal("no predicate of this conditional is found")
    predicate, number = found
    decision = value(predicate)
    if isinstance(decision, Known) and not decision.open:
        number = number if decision.array else 1 - number
        found = with_name(inputs[number], f"{node.name}:0", decision.origin)
        return [found, Known(np.array(number, np.int32), "int32")]
    which = writer.op(node, "where", writer.tensor(decision), number, 1 - number, dims=(), number=1)
    taken, other = inputs[number], inputs[1 - number]
    alone = _is_alone(nesting.nodes[node_of(predicate)], value)
    return [selected(writer, node, decision, taken, other, alone=alone), which]


def chooses(nodes, node):
    """Return, in a list, the predicate of a Merge whose branches are constants; else []."""
    for one in data_inputs(node) if node.op in MERGES else ():
        alone = nodes.get(node_of(one))
        for waits in alone.input if alone is not None and not data_inputs(alone) else ():
            pivot = nodes.get(node_of(copied(nodes, waits)))
            if pivot is not None and begins_a_branch(nodes, pivot):
                return [copied(nodes, pivot.input[1])]
    return []


def _is_alone(node, value):
    """Whether a predicate is that a size is 1."""
    given = [value(one) for one in node.input[:2]] if node.op == "Equal" else []
    sizes = [one for one in given if isinstance(one, Known) and one.array.shape == ()]
    return len(sizes) == 2 and any(one.open for one in sizes) and any(one.array == 1 for one in sizes)


def selected(writer, node, predicate, taken, other, number=0, alone=False):
    """Write a choice between two values.

    Args:
        writer: the `Writer`.
        node: the NodeDef that gives it.
        predicate: the value of a boolean scalar.
        taken: the value where it is true.
        other: the value where it is false.
        number: the number of the node's output.
        alone: whether the predicate is that an axis has one element: a size of 1 is then the whole axis.

    Raises:
        Refusal: they are not of one shape.
    """
    lost = next((one for one in (taken, other) if isinstance(one, Untranslated)), None)
    if lost is not None:
        return lost
    decides = writer.tensor(predicate)
    if isinstance(taken, Elements):
        if taken.value is None or other.value is None:
            raise Refusal("a branch writes the first element of an array. Write in both")
        ref = writer.step(node, "where", decides, taken.value.ref, other.value.ref)
        return replace(taken, value=replace(taken.value, ref=ref))
    if len(sizes_of(taken)) != len(sizes_of(other)):
        raise Refusal("its branches give tensors of different ranks")
    dims = tuple(_agreed(*sizes, alone) for sizes in zip(sizes_of(taken), sizes_of(other), strict=True))
    both = writer.tensor(taken), writer.tensor(other)
    return writer.op(node, "where", decides, *both, dims=dims, number=number)


def _agreed(size, other, alone):
    """Return the size of a choice between two values; 1 and another size would be broadcast, and are refused."""
    if size == other:
        return size
    numbers = [one for one in (size, other) if not isinstance(one, Size)]
    if alone and size == 1 and isinstance(other, Size):
        return None
    if len(numbers) == 2 or 1 in numbers:
        raise Refusal("its branches give tensors of different sizes. Fetch what each branch computes")
    return numbers[0] if numbers else None


def decides(nodes, node):
    """Whether a node is a conditional, or the beginning of one, and no part of a loop."""
    return Trait.CONDITIONAL in operation(node.op).traits or begins_a_branch(nodes, node)
