"""Cut the part of a TF1 graph between two sets of tensors out of the rest: a subgraph."""

from collections import OrderedDict

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.feeds import ancestors, merged_feeds
from tf2_lstm.migrate.graph.frames import ends_a_loop
from tf2_lstm.migrate.graph.nodes import attribute, node_of, normal
from tf2_lstm.migrate.graph.operations import EXITS, Trait, operation

#: Noise above every rate but the very largest; exact in half precision, and no sum with it rounds to 2.
KEPT = 0.9990234375
#: The name of the placeholder of a fed tensor.
_FED = "fed_{}"


def cut(graph, outputs, feeds, same=None):
    """Cut out the subgraph that computes some tensors from others.

    Args:
        graph: a `GraphDef`; it is not changed.
        outputs: names of the tensors to compute, "rnn/transpose_1:0".
        feeds: name of a tensor -> (dtype's enum, shape with None) of the placeholder that takes its place.
        same: name of a tensor that has a fed tensor's value, perhaps in another dtype -> the name of the fed tensor;
            the subgraph reads the fed value for it.

    Returns:
        (GraphDef, feeds): the subgraph, and an OrderedDict from the name of a fed tensor to its placeholder's. Nothing
        before a fed tensor is in the subgraph, nor anything that only waits for such a node.

    Raises:
        SliceError: a tensor is not in the graph.
    """
    nodes = {node.name: node for node in graph.node}
    fed = OrderedDict((name, _unused(_FED.format(n), nodes)) for n, name in enumerate(feeds))
    shapes, added = _known_shapes(nodes, fed)
    kept = {*fed, *map(normal, outputs)}
    merged = {name: one for name, one in (same or {}).items() if name not in kept}
    given, casts = merged_feeds(nodes, fed, {name: feeds[one][0] for name, one in merged.items()}, merged)
    given, added = {**given, **fed}, added + casts
    found = ancestors(nodes, outputs, given, shapes)
    found |= _loop_ends(graph, found)
    part = type(graph)(versions=graph.versions, library=graph.library)
    for name, placeholder in fed.items():
        _add_placeholder(part, placeholder, *feeds[name])
    part.node.extend(added)
    for node in graph.node:
        if node.name in found:
            _copy(part, node, {**given, **shapes} if node.op == "Shape" else given, found)
    _add_loop_ends(part)
    _add_loop_copies(part)
    return part, fed


def keep_everything(graph):
    """Replace the noise of dropout, in functions too, by a number that every keep_prob keeps.

    A draw inside a loop cannot be fed, so it is changed in the slice itself: each RandomUniform becomes a Fill.

    Args:
        graph: the `GraphDef` of a slice; changed in place.

    Returns:
        The number of draws.
    """
    draws = [(graph.node, node, "{}", "^{}") for node in graph.node if node.op == "RandomUniform"]
    for function in graph.library.function:
        found = [node for node in function.node_def if node.op == "RandomUniform"]
        draws += [(function.node_def, node, "{}:output:0", "^{}") for node in found]
    for nodes, node, reference, control in draws:
        _fill(nodes, node, reference, control)
    return len(draws)


def let_through(graph, but=()):
    """Let gradients through where the graph stops them; `recognise.stopped` finds these places.

    Args:
        graph: the `GraphDef` of a subgraph; changed in place: each StopGradient outside of functions becomes an
            Identity.
        but: the names of the nodes that stay.
    """
    for node in graph.node:
        if node.op == "StopGradient" and node.name not in but:
            node.op = "Identity"


def silence(graph):
    """Keep a subgraph from printing, also in functions: a print may have any text, and is no result.

    Args:
        graph: the `GraphDef` of a subgraph; changed in place: each Print becomes an Identity.
    """
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            if node.op == "Print":
                kept = [node.input[0], *(name for name in node.input[1:] if name.startswith("^"))]
                dtype = attribute(node, "T").type
                node.op = "Identity"
                node.attr.clear()
                node.attr["T"].type = dtype
                del node.input[:]
                node.input.extend(kept)


def _fill(nodes, node, reference, control):
    value = nodes.add(name=f"{node.name}/kept", op="Const")
    dtype = attribute(node, "dtype").type
    value.attr["dtype"].type = dtype
    value.attr["value"].tensor.CopyFrom(_scalar(dtype))
    # The constant must be in the loop of the draw.
    value.input.append(control.format(node.input[0].lstrip("^").partition(":")[0]))
    kept = [node.input[0], reference.format(value.name), *node.input[1:]]
    index = attribute(node, "T").type
    node.op = "Fill"
    node.attr.clear()
    node.attr["T"].type = dtype
    node.attr["index_type"].type = index
    del node.input[:]
    node.input.extend(kept)


def _scalar(dtype):
    import tensorflow as tf

    return tf.make_tensor_proto(KEPT, tf.as_dtype(dtype), [])


def _unused(name, nodes):
    while name in nodes:
        name += "_"
    return name


def _known_shapes(nodes, fed):
    """Find tensors before a fed one that have its shape: the input of a reversal, and the input of a transpose before.

    Returns:
        (shapes, added): name of a tensor -> the node of the subgraph that has its shape, and nodes to add for that.
    """
    shapes, added = {}, []
    for name, placeholder in fed.items():
        reversal = nodes.get(node_of(name))
        if reversal is None or Trait.REVERSES not in operation(reversal.op).traits:
            continue
        shapes[normal(reversal.input[0])] = placeholder
        before = nodes.get(node_of(reversal.input[0]))
        if before is not None and before.op == "Transpose" and swaps_two(nodes[node_of(before.input[1])]):
            added += _transposed(placeholder, before, nodes[node_of(before.input[1])])
            shapes[normal(before.input[0])] = added[-1].name
    return shapes, added


def swaps_two(order):
    """Whether a node is a constant order of axes that swaps the first two: done twice, it changes nothing."""
    values = array_of(attribute(order, "value").tensor) if order.op == "Const" else None
    return values is not None and [*values.flat] == [1, 0, *range(2, values.size)]


def _transposed(placeholder, transpose, order):
    """Return nodes that transpose the fed tensor as a node of the graph does: the order and the transpose."""
    axes, swapped = type(order)(), type(order)()
    axes.CopyFrom(order)
    swapped.CopyFrom(transpose)
    axes.name, swapped.name = f"{placeholder}_order", f"{placeholder}_swapped"
    axes.input[:], swapped.input[:] = [], [placeholder, axes.name]
    for copy in (axes, swapped):
        copy.device = ""
        copy.attr.pop("_class", None)
    return [axes, swapped]


def _loop_ends(graph, found):
    """Return the Exit of every loop variable in the subgraph: gradients need them all."""
    return {node.name for node in graph.node if node.op in EXITS and node_of(node.input[0]) in found}


def _add_loop_ends(part):
    """Add an Exit for each loop variable whose own was pruned, in a frozen graph."""
    left = {node_of(node.input[0]) for node in part.node if node.op in EXITS}
    for switch in _loop_switches(part):
        if switch.name not in left:
            end = part.node.add(name=f"{switch.name}/exit", op="Exit", input=[switch.name])
            end.attr["T"].CopyFrom(switch.attr["T"])


def _loop_switches(part):
    nodes = {node.name: node for node in part.node}
    return [node for node in part.node if ends_a_loop(nodes, node)]


def _add_loop_copies(part):
    """Add for each loop variable the Identity that begins a step: without it TensorFlow's gradients are wrong.

    Tools that make a frozen graph smaller remove it.
    """
    entered = {f"{node.name}:1": node for node in _loop_switches(part)}
    made = set()
    for node in list(part.node):
        for number, name in enumerate(node.input):
            if name in entered and node.op != "Identity":
                node.input[number] = f"{node_of(name)}/entered"
                made.add(name)
    for name in sorted(made):
        copy = part.node.add(name=f"{node_of(name)}/entered", op="Identity", input=[name])
        copy.attr["T"].CopyFrom(entered[name].attr["T"])


def _add_placeholder(part, name, dtype, shape):
    node = part.node.add(name=name, op="Placeholder")
    node.attr["dtype"].type = dtype
    if shape is None:
        node.attr["shape"].shape.unknown_rank = True
        return
    node.attr["shape"].shape.SetInParent()
    for size in shape:
        node.attr["shape"].shape.dim.add(size=-1 if size is None else size)


def _copy(part, node, fed, found):
    copy = part.node.add()
    copy.CopyFrom(node)
    copy.device = ""
    # Colocation may name a node that is not in the subgraph; no gradient leaves a loop that is marked for XLA.
    for mark in ("_class", "_XlaCompile", "_XlaScope", "_XlaSeparateCompiledGradients"):
        copy.attr.pop(mark, None)
    kept = [name for name in node.input if not name.startswith("^") or node_of(name) in found]
    copy.input[:] = [fed.get(normal(name), name) if not name.startswith("^") else name for name in kept]
