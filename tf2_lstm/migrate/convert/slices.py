"""The part of a TF1 graph that lies between two sets of tensors, cut out of the rest."""

from collections import OrderedDict

#: Noise that is above every rate but the very largest; exact in half precision, and no sum with it rounds to 2.
KEPT = 0.9990234375
#: What marks the placeholder that stands for a tensor that is fed.
_FED = "fed_{}"


class SliceError(ValueError):
    """The graph does not hold what is asked for."""


def cut(graph, outputs, feeds):
    """Cut out what computes some tensors from others.

    Args:
        graph: a `GraphDef`; it is not changed.
        outputs: names of the tensors to compute, "rnn/transpose_1:0".
        feeds: name of a tensor -> (dtype's enum, shape with None) of the placeholder that takes its place.

    Returns:
        (GraphDef, feeds): the slice, and an OrderedDict from the name of a fed tensor to its placeholder's. Nothing
        before a fed tensor is in the slice.

    Raises:
        SliceError: a tensor is not in the graph.
    """
    nodes = {node.name: node for node in graph.node}
    fed = OrderedDict((name, _unused(_FED.format(n), nodes)) for n, name in enumerate(feeds))
    found = _ancestors(nodes, outputs, fed)
    found |= _loop_ends(graph, found)
    part = type(graph)(versions=graph.versions, library=graph.library)
    for name, placeholder in fed.items():
        _add_placeholder(part, placeholder, *feeds[name])
    for node in graph.node:
        if node.name in found:
            _copy(part, node, fed)
    _add_loop_ends(part)
    return part, fed


def keep_everything(graph):
    """Replace the noise of dropout, in functions too, by a number that every keep_prob keeps.

    A draw inside a loop cannot be fed, so it is changed in the slice itself: each RandomUniform becomes a Fill.

    Args:
        graph: the `GraphDef` of a slice; changed in place.

    Returns:
        How many draws there were.
    """
    draws = [(graph.node, node, "{}", "^{}") for node in graph.node if node.op == "RandomUniform"]
    for function in graph.library.function:
        found = [node for node in function.node_def if node.op == "RandomUniform"]
        draws += [(function.node_def, node, "{}:output:0", "^{}") for node in found]
    for nodes, node, reference, control in draws:
        _fill(nodes, node, reference, control)
    return len(draws)


def silence(graph):
    """Let nothing in a slice print, in functions too: what it prints may be anything, and is nobody's result.

    Args:
        graph: the `GraphDef` of a slice; changed in place: each Print hands on what it is given.
    """
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            if node.op == "Print":
                kept = [node.input[0], *(name for name in node.input[1:] if name.startswith("^"))]
                dtype = node.attr["T"].type
                node.op = "Identity"
                node.attr.clear()
                node.attr["T"].type = dtype
                del node.input[:]
                node.input.extend(kept)


def _fill(nodes, node, reference, control):
    value = nodes.add(name=f"{node.name}/kept", op="Const")
    dtype = node.attr["dtype"].type
    value.attr["dtype"].type = dtype
    value.attr["value"].tensor.CopyFrom(_scalar(dtype))
    # The constant must be in the loop of the draw.
    value.input.append(control.format(node.input[0].lstrip("^").partition(":")[0]))
    kept = [node.input[0], reference.format(value.name), *node.input[1:]]
    index = node.attr["T"].type
    node.op = "Fill"
    node.attr.clear()
    node.attr["T"].type = dtype
    node.attr["index_type"].type = index
    del node.input[:]
    node.input.extend(kept)


def _scalar(dtype):
    from tensorflow.python.framework import dtypes, tensor_util

    return tensor_util.make_tensor_proto(KEPT, dtypes.as_dtype(dtype), [])


def normal(name):
    """Return a tensor's name with its output number: "a" is "a:0".

    Example:
        ```python
        assert normal("a") == "a:0" and normal("a:1") == "a:1"
        ```
    """
    return name if ":" in name else f"{name}:0"


def node_of(name):
    """Return the name of the node that a tensor or an input of a node is of: "^a" and "a:1" are of "a"."""
    return name.lstrip("^").partition(":")[0]


def _unused(name, nodes):
    while name in nodes:
        name += "_"
    return name


def _ancestors(nodes, outputs, fed):
    waiting, found = [name for name in outputs if normal(name) not in fed], set()
    while waiting:
        name = waiting.pop()
        node = node_of(name)
        if node in found:
            continue
        if node not in nodes:
            raise SliceError(f"{name}: not in the graph. Was the graph changed after it was read?")
        found.add(node)
        waiting += [one for one in nodes[node].input if one.startswith("^") or normal(one) not in fed]
    return found


def _loop_ends(graph, found):
    """The Exit of every loop variable in the slice: gradients need them all."""
    return {
        node.name for node in graph.node if node.op in ("Exit", "RefExit") and node_of(node.input[0]) in found
    }


def _add_loop_ends(part):
    """Give an Exit to each loop variable whose own was pruned, in a frozen graph."""
    conditions = {node.name for node in part.node if node.op == "LoopCond"}
    left = {node_of(node.input[0]) for node in part.node if node.op in ("Exit", "RefExit")}
    switches = [node for node in part.node if node.op == "Switch" and node_of(node.input[1]) in conditions]
    for switch in switches:
        if switch.name not in left:
            end = part.node.add(name=f"{switch.name}/exit", op="Exit", input=[switch.name])
            end.attr["T"].CopyFrom(switch.attr["T"])


def _add_placeholder(part, name, dtype, shape):
    node = part.node.add(name=name, op="Placeholder")
    node.attr["dtype"].type = dtype
    if shape is None:
        node.attr["shape"].shape.unknown_rank = True
        return
    node.attr["shape"].shape.SetInParent()
    for size in shape:
        node.attr["shape"].shape.dim.add(size=-1 if size is None else size)


def _copy(part, node, fed):
    copy = part.node.add()
    copy.CopyFrom(node)
    copy.device = ""
    # Colocation may name a node that is not in the slice.
    copy.attr.pop("_class", None)
    for number, name in enumerate(node.input):
        if not name.startswith("^") and normal(name) in fed:
            copy.input[number] = fed[normal(name)]
