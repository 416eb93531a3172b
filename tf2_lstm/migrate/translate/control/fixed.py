"""Track which numbers come from values that inference fixes: flags, and dropout's keep_prob."""

from dataclasses import replace

from tf2_lstm.migrate.graph.operations import ENTERS, SWITCHES
from tf2_lstm.migrate.translate.writing.values import Known, Told

_HANDS_ON = frozenset({"Identity", "Cast", *ENTERS, *SWITCHES})


def with_told(node, inputs, found):
    """Add to the result of a node of known numbers the fixed values that it is computed from.

    Args:
        node: the NodeDef.
        inputs: the `Known`s that it reads.
        found: its result, a value or a list of them.
    """
    told = _told(node, inputs)
    if told is None:
        return found
    several = isinstance(found, list)
    values = [
        replace(one, told=told) if isinstance(one, Known) else one for one in (found if several else [found])
    ]
    return values if several else values[0]


def with_name(value, tensor, told):
    """Return a number chosen by a fixed value, with the name of its tensor; any other value as it is.

    Args:
        value: the value of the branch that is taken.
        tensor: the name of the conditional's output.
        told: the `Told` of the predicate, None where it is no switch.
    """
    if told is None or not isinstance(value, Known) or value.open or value.array.shape != ():
        return value
    return replace(value, told=Told((tensor,), "itself"))


def _told(node, inputs):
    given = [one.told for one in inputs if one.told is not None]
    if not given:
        return None
    if node.op in _HANDS_ON:
        return inputs[0].told
    if node.op == "Sub" and inputs[0].told is None and inputs[0].array.shape == () and inputs[0].array == 1:
        return inputs[1].told.less()
    return Told(tuple(sorted({tensor for one in given for tensor in one.tensors})))
