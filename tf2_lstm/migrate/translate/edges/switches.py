"""Scalars that only switch between training and inference: flags, and dropout's keep_prob."""

import re

from tf2_lstm.migrate.graph.constants import DTYPES, array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of
from tf2_lstm.migrate.graph.operations import ENTERS, OPEN, SWITCHES

#: Operations without a value until they are fed, or with a default.
FRESH_INPUTS = OPEN | {"PlaceholderWithDefault"}
#: Names of flags that are False at inference. Nobody can guess another flag's value: it is fed.
_TRAINING = re.compile("train|phase|learning")
#: Operations that hand a scalar on; those that noise goes through; and all that read a scalar of dropout.
_HANDS_ON = frozenset({"Identity", "Cast", *ENTERS, *SWITCHES})
_NOISE = frozenset({"Add", "AddV2", "Sub", "Mul", *_HANDS_ON})
_TOLD = frozenset({"Sub", "GreaterEqual", "Add", "AddV2", "RealDiv", "Div", *_HANDS_ON})


def switches(nodes, shapes):
    """Return the values at inference of the scalars that are only switches.

    Args:
        nodes: name -> NodeDef.
        shapes: name of a tensor -> shape, by TensorFlow's inference.

    Returns:
        A dict from the name of a placeholder to False, a number, or its default.
    """
    dropouts, found = _dropouts(nodes), {}
    for name, node in nodes.items():
        if node.op in FRESH_INPUTS and shapes.get(f"{name}:0") in ((), None):
            value = _value(nodes, node)
            value = dropouts.get(name) if value is None and node.op in OPEN else value
            if value is not None:
                found[name] = value
    return found


def _value(nodes, node):
    """Return the value that a placeholder's name tells, False for training, 1 for a keep_prob; or its default."""
    dtype, name = DTYPES.get(attribute(node, "dtype").type, ""), node.name.lower().rpartition("/")[2]
    if dtype == "bool" and _TRAINING.search(name):
        return False
    if node.op == "PlaceholderWithDefault":
        default = nodes[node_of(node.input[0])]
        array = array_of(attribute(default, "value").tensor) if default.op == "Const" else None
        is_switch = array is not None and array.shape == () and (dtype == "bool" or "float" in dtype)
        return array.item() if is_switch else None
    return 1.0 if "float" in dtype and "keep" in name else None


def _dropouts(nodes):
    """Map each scalar that only dropout reads to 1 where it is the kept share, to 0 where it is the dropped one."""
    found = {}
    for node in nodes.values():
        if node.op == "GreaterEqual" and _is_noise(nodes, data_inputs(node)[0]):
            rate = _origin(nodes, data_inputs(node)[1])
            if rate.op == "Sub":
                found[_origin(nodes, data_inputs(rate)[1]).name] = 1.0
            else:
                found[rate.name] = 0.0
        elif node.op == "Floor":
            added = _origin(nodes, data_inputs(node)[0])
            both = data_inputs(added)[:2] if added.op in ("Add", "AddV2") else []
            noise = [_is_noise(nodes, one) for one in both]
            if sorted(noise) == [False, True]:
                found[_origin(nodes, both[noise.index(False)]).name] = 1.0
    readers = {}
    for node in nodes.values():
        for one in data_inputs(node):
            readers.setdefault(node_of(one), []).append(node)
    return {name: value for name, value in found.items() if _is_told(readers, name)}


def _origin(nodes, reference):
    """Return the node that computes a scalar, before all that hand it on."""
    node = nodes[node_of(reference)]
    while node.op in _HANDS_ON:
        node = nodes[node_of(node.input[0])]
    return node


def _is_noise(nodes, reference):
    """Whether a tensor is random numbers, at most shifted and scaled."""
    todo, seen = [reference], set()
    while todo:
        node = nodes[node_of(todo.pop())]
        if node.op == "RandomUniform":
            return True
        if node.op in _NOISE and node.name not in seen:
            seen.add(node.name)
            todo += data_inputs(node)
    return False


def _is_told(readers, name):
    """Whether only dropout reads a scalar."""
    todo, seen = [name], set()
    while todo:
        for node in readers.get(todo.pop(), ()):
            if node.op not in _TOLD:
                return False
            if node.op in _HANDS_ON and node.name not in seen:
                seen.add(node.name)
                todo.append(node.name)
    return True
