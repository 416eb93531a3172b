"""Track which numbers come from values that inference fixes: flags, and dropout's keep_prob."""

from dataclasses import replace

from tf2_lstm.migrate.graph.operations import ENTERS, SWITCHES
from tf2_lstm.migrate.translate.writing.values import Known, Origin

_HANDS_ON = frozenset({"Identity", "Cast", *ENTERS, *SWITCHES})


def with_origin(node, inputs, found):
    """Add to the result of a node of known numbers the fixed values that it is computed from.

    Args:
        node: the NodeDef.
        inputs: the `Known`s that it reads.
        found: its result, a value or a list of them.
    """
    origin = _origin(node, inputs)
    if origin is None:
        return found
    several = isinstance(found, list)
    values = [
        replace(one, origin=origin) if isinstance(one, Known) else one
        for one in (found if several else [found])
    ]
    return values if several else values[0]


def with_name(value, tensor, origin):
    """Return a number chosen by a fixed value, with the name of its tensor; any other value as it is.

    Args:
        value: the value of the branch that is taken.
        tensor: the name of the conditional's output.
        origin: the `Origin` of the predicate, None where it is no switch.
    """
    if origin is None or not isinstance(value, Known) or value.open or value.array.shape != ():
        return value
    return replace(value, origin=Origin((tensor,), "itself"))


def _origin(node, inputs):
    given = [one.origin for one in inputs if one.origin is not None]
    if not given:
        return None
    if node.op in _HANDS_ON:
        return inputs[0].origin
    if node.op == "Sub" and inputs[0].origin is None and inputs[0].array.shape == () and inputs[0].array == 1:
        return inputs[1].origin.less()
    return Origin(tuple(sorted({tensor for one in given for tensor in one.tensors})))
