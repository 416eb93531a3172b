"""The nodes of a GraphDef by name, in an order in which each comes after its inputs."""

from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.operations import MERGES, VARIABLES, Trait, operation
from tf2_lstm.migrate.model import ArtifactError


def edge(reference):
    """Split a reference to a tensor into the node's name and the output's number.

    Args:
        reference: "name", "name:1", or within a function "name:output:1"; "^name" is no tensor.

    Returns:
        A pair (name, number), or (name, (output name, number)) within a function.
    """
    parts = reference.split(":")
    if len(parts) == 3:
        return parts[0], (parts[1], int(parts[2]))
    return parts[0], int(parts[1]) if len(parts) == 2 else 0


def normal(name):
    """Return a tensor's name with its output number: "a" is "a:0".

    Example:
        ```python
        assert normal("a") == "a:0" and normal("a:1") == "a:1"
        ```
    """
    return name if ":" in name else f"{name}:0"


def node_of(name):
    """Return the name of the node of a tensor or of a node's input: "a" for "^a" and "a:1"."""
    return name.lstrip("^").partition(":")[0]


def data_inputs(node):
    """List the tensors that a node reads, without control dependencies."""
    return [reference for reference in node.input if not reference.startswith("^")]


def in_order(nodes, path):
    """Sort nodes so that each comes after its inputs; the way back of a loop is not followed.

    Args:
        nodes: a dict from name to NodeDef.
        path: the file, for messages.

    Returns:
        A list of NodeDefs.

    Raises:
        ArtifactError: a node reads a tensor that is computed from its own output.
    """
    order, is_open = [], {}
    for name in nodes:
        todo = [(name, False)]
        while todo:
            name, done = todo.pop()
            if done:
                order.append(nodes[name])
                is_open[name] = False
            elif is_open.get(name):
                raise ArtifactError(
                    f"{path}: the graph is damaged: node {name!r} ({nodes[name].op}) reads what comes of itself. "
                    "Write the graph again with TensorFlow 1.x"
                )
            elif name not in is_open and name in nodes:
                is_open[name] = True
                todo.append((name, True))
                todo += [(one, False) for one in reversed(before(nodes, nodes[name]))]
    return order


def before(nodes, node):
    """Return the names of the nodes that a node reads or waits for; the way back of a loop is not followed."""
    found = [edge(reference.lstrip("^"))[0] for reference in node.input]
    if node.op in MERGES:
        found = [
            name for name in found if name not in nodes or Trait.NEXT not in operation(nodes[name].op).traits
        ]
    return found


def op_of(nodes, reference):
    """Return the operation of a tensor's node, "" where it is not among the nodes."""
    node = nodes.get(node_of(reference))
    return node.op if node is not None else ""


def copied(nodes, tensor):
    """Return the tensor that one is a copy of, by Identity alone; a tensor that is no copy is returned itself.

    Args:
        nodes: name -> NodeDef.
        tensor: the name of the tensor.
    """
    while op_of(nodes, tensor) == "Identity" and normal(tensor).endswith(":0"):
        tensor = data_inputs(nodes[node_of(tensor)])[0]
    return normal(tensor)


def functions_of(graph):
    """Return name -> FunctionDef, of a graph's library."""
    return {one.signature.name: one for one in graph.library.function}


def shape_of(node):
    """Return the shape attribute of a node as a tuple with None for unknown sizes; None for an unknown rank."""
    if "shape" not in node.attr or node.attr["shape"].shape.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else dim.size for dim in node.attr["shape"].shape.dim)


def dtype_of(node, names=("dtype", "T", "Tparams", "DstT", "output_type")):
    """Return the dtype's name of a node's output, "float32" where the node does not say it."""
    for name in names:
        if attribute(node, name).type:
            return DTYPES.get(attribute(node, name).type, "float32")
    return "float32"


def variable_nodes(graph):
    """Return name -> node, for the nodes that hold a variable, in the order of the graph.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="kernel", op="VariableV2")
        assert list(variable_nodes(graph)) == ["kernel"]
        ```
    """
    return {node.name: node for node in graph.node if node.op in VARIABLES}


def attribute(node, name):
    """Return an attribute, an empty one if the node has none of that name; the node is not changed.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="x", op="Enter")
        assert not attribute(node, "is_constant").b and "is_constant" not in node.attr
        ```
    """
    return node.attr[name] if name in node.attr else type(node)().attr[name]


def static_shape(node):
    """Return a node's `shape` attribute as a tuple, None where any size is open.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="kernel", op="VariableV2")
        node.attr["shape"].shape.dim.add(size=3)
        assert static_shape(node) == (3,)
        ```
    """
    if "shape" not in node.attr:
        return None
    shape = node.attr["shape"].shape
    sizes = tuple(dim.size for dim in shape.dim)
    return None if shape.unknown_rank or min(sizes, default=0) < 0 else sizes
