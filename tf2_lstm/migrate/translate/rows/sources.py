"""Rows of constants, placeholders and operations that hand their input on."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.values import (
    LARGEST,
    Held,
    Known,
    Live,
    Refusal,
    Untranslated,
    check_size,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("Const")
def const(writer, node, inputs):
    """Return a constant as a known value."""
    tensor = attribute(node, "value").tensor
    check_size(dim.size for dim in tensor.tensor_shape.dim)
    array = array_of(tensor, LARGEST)
    if array is None:
        raise Refusal("it is no constant of numbers")
    return Known(array, dtypes_of(node)[0])


@row("Identity StopGradient PreventGradient CheckNumerics EnsureShape ReadVariableOp Snapshot Print")
def hand_on(writer, node, inputs):
    """Return the input; StopGradient is written out, so that training stops there too."""
    if node.op == "StopGradient" and isinstance(inputs[0], (Held, Live)):
        # A variable too: a reader behind StopGradient does not train it.
        return writer.op(node, "stop_gradient", writer.tensor(inputs[0]), dims=sizes_of(inputs[0]))
    if node.op == "EnsureShape" and isinstance(inputs[0], Live):
        x = inputs[0]
        return replace(x, shape=writer.shape(f"{node.name}:0", x.ref, x.shape))
    return inputs[0]


@row("IdentityN")
def hand_all_on(writer, node, inputs):
    """Return all inputs as the outputs."""
    return list(inputs)


@row("Switch RefSwitch")
def switch(writer, node, inputs):
    """Return the data for the branch that a constant chooses, and `Untranslated` for the other branch."""
    data, chosen = inputs
    if writer.selects and isinstance(chosen, Live):
        return [data, data]
    if not isinstance(chosen, Known) or chosen.open:
        raise Refusal(
            "a tensor that is computed decides which branch is taken. Fetch what each branch computes"
        )
    taken = bool(chosen.array)
    return [Untranslated() if taken else data, data if taken else Untranslated()]


@row("Merge RefMerge")
def merge(writer, node, inputs):
    """Return the value of the only branch that is left."""
    alive = [(number, one) for number, one in enumerate(inputs) if one != Untranslated()]
    lost = [one for _, one in alive if isinstance(one, Untranslated)]
    if len(alive) > 1 and lost:
        return [lost[0], lost[0]]
    if not alive:
        # This is a conditional in a branch that is not taken.
        return [Untranslated(), Untranslated()]
    if len(alive) > 1:
        raise Refusal(
            "a tf.cond of which more than one branch computes something, as one with a recurrence in it does. "
            "Fetch what the branch computes with --fetch"
        )
    number, value = alive[0]
    return [value, Known(np.array(number, np.int32), "int32")]


@fold("Identity StopGradient Snapshot")
def _handed_on(node, arrays):
    return arrays[0]
