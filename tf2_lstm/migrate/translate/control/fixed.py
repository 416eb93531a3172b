"""What numbers are computed of that inference fixes: flags, and what dropout is told to keep."""

from dataclasses import replace

from tf2_lstm.migrate.graph.operations import ENTERS, SWITCHES
from tf2_lstm.migrate.translate.writing.values import Known, Told

_HANDS_ON = frozenset({"Identity", "Cast", *ENTERS, *SWITCHES})


def with_told(node, inputs, found):
    """Return what a node of known numbers gives, with what these are computed of.

    Args:
        node: the NodeDef.
        inputs: the `Known`s that it reads.
        found: the value that it gives, or a list of them.

    Example:
        ```python
        import numpy as np

        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="keep", op="Sub")
        rate = Known(np.float32(0), "float32", Told(("rate:0",), "itself"))
        keep = with_told(node, [Known(np.float32(1), "float32"), rate], Known(np.float32(1), "float32"))
        assert keep.told.said() == "1 - rate:0"
        ```
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
    """Return a number that what inference fixes has chosen, with the tensor that it is; any other value as it is.

    Args:
        value: of a branch that is taken.
        tensor: the name of what the conditional gives.
        told: the `Told` of what decides, None of what is no switch.
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
