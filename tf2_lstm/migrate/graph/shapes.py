"""The shapes that a graph fixes, by TensorFlow's own inference; nothing of the graph is run for it.

TensorFlow evaluates constants while it infers, so operations that may not be run are replaced by placeholders of the
same dtype. So are large constants, whose shapes are enough, and operations that this TensorFlow does not know.
"""

import functools
import math
import re

from tf2_lstm.migrate.artifacts.protos import definition, message, tensorflow
from tf2_lstm.migrate.graph.declared import completed
from tf2_lstm.migrate.graph.lost import LOST
from tf2_lstm.migrate.graph.nodes import attribute, node_of
from tf2_lstm.migrate.graph.operations import operation
from tf2_lstm.migrate.graph.outside_shapes import shapes_of_outputs
from tf2_lstm.migrate.graph.safety import ALLOWED, refused_operations
from tf2_lstm.private import warn_gone

#: No shape is a constant of more numbers than this.
_LARGEST = 256
#: TensorFlow's number of the dtype of strings.
STRING = 7


def inferred(graph, without=()):
    """Infer the shapes of a graph's tensors.

    Args:
        graph: a `GraphDef` whose functions come to an end.
        without: names of nodes that TensorFlow is not to look into.

    Returns:
        A dict from the name of a tensor, "x:0", to a tuple with None where a size is free; a tensor of unknown rank is
        not in it. {} when TensorFlow cannot import the graph.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        node = graph.node.add(name="x", op="Placeholder")
        node.attr["dtype"].type = 1
        for size in (-1, 4):
            node.attr["shape"].shape.dim.add(size=size)
        node = graph.node.add(name="y", op="Tanh", input=["x"])
        node.attr["T"].type = 1
        assert inferred(graph) == {"x:0": (None, 4), "y:0": (None, 4)}
        ```
    """
    if not graph.node:
        return {}
    part = importable(graph, without)
    try:
        known = _imported(part)
    except import_errors():
        # The replay reports what TensorFlow finds wrong with the graph.
        return {}
    graph_names = {node.name for node in graph.node}
    tensors = [tensor for operation in _operations(known) for tensor in operation.outputs]
    found = {one.name: tuple(one.shape.as_list()) for one in tensors if one.shape.rank is not None}
    return {_name_of_output(name, graph_names): shape for name, shape in found.items()}


def misfit(part, shapes):
    """Return why a graph cannot be fed arrays of some shapes.

    Args:
        part: the result of `importable`; its placeholders get the shapes.
        shapes: name of a placeholder -> tuple.

    Returns:
        TensorFlow's own words; "" when its inference knows no reason.
    """
    for node in part.node:
        if node.name in shapes:
            node.attr["shape"].shape.Clear()
            node.attr["shape"].shape.SetInParent()
            for size in shapes[node.name]:
                node.attr["shape"].shape.dim.add(size=size)
    try:
        _imported(part)
    except import_errors() as error:
        return str(error)
    return ""


def import_errors():
    """Return the classes of errors with which TensorFlow refuses a graph; any other is a defect of this program."""
    return ValueError, tensorflow().errors.OpError


def _imported(part):
    tf = tensorflow()
    known = _kind_of_graph()()
    with known.as_default():
        tf.import_graph_def(part, name="")
    return known


def _operations(known):
    made = [tensorflow().Operation._from_c_op(one, known) for one in known.new_operations()]
    return made or known.get_operations()


@functools.cache
def _kind_of_graph():
    """Return the class of graph to import into: most time of an import is spent to prepare runs and gradients."""
    tf = tensorflow()
    for kind, name in ((tf.Graph, "_add_new_tf_operations"), (tf.Operation, "_from_c_op")):
        if not hasattr(kind, name):
            warn_gone(f"tensorflow.{kind.__name__}.{name}", "shapes are inferred more slowly")
            return tf.Graph

    class Known(tf.Graph):
        def _add_new_tf_operations(self, compute_devices=True):
            return []

    return Known


def importable(graph, without=()):
    """Return a copy of a graph without operations that TensorFlow must not or cannot import, or that only wait.

    Args:
        graph: a `GraphDef`.
        without: names of nodes that placeholders replace.
    """
    part = message("GraphDef")
    part.versions.CopyFrom(graph.versions)
    part.library.CopyFrom(graph.library)
    lost, renamed, nodes = set(), {}, {node.name: node for node in graph.node}
    for node in graph.node:
        if node.op == "Const" and _size(attribute(node, "value").tensor) > _LARGEST:
            _placeholder(
                part, node.name, attribute(node, "dtype").type, attribute(node, "value").tensor.tensor_shape
            )
        elif node.name in without or _is_refused(graph, node):
            _stand_in(part, nodes, node, lost, renamed)
        elif node.op in LOST:
            _like(part, node)
        else:
            _copy(part, node)
    _rename(part, renamed)
    _drop(part, lost)
    return part


def _size(tensor):
    return math.prod(dim.size for dim in tensor.tensor_shape.dim)


def _is_refused(graph, node):
    if node.op not in ALLOWED:
        return True
    calls = any(value.HasField("func") or value.list.func for value in node.attr.values())
    return calls and bool(refused_operations(graph, [node.name]))


def _copy(part, node):
    copy = part.node.add()
    copy.CopyFrom(node)
    copy.device = ""
    for mark in ("_class", "_output_shapes"):
        copy.attr.pop(mark, None)
    # Control inputs do not change a shape.
    copy.input[:] = [name for name in node.input if not name.startswith("^")]
    if _is_scalar(node) and not part.versions.producer:
        # In a graph without a version TensorFlow takes the shape [] for an unknown one, but not for this operation.
        copy.op = "PlaceholderV2"


def _like(part, node):
    """Add a node with the shape and dtype of one that TensorFlow no longer knows."""
    copy = part.node.add(name=node.name, op="Identity", input=[node.input[LOST[node.op].like]])
    copy.attr["T"].type = output_dtypes(node)[0]


def _is_scalar(node):
    shape = attribute(node, "shape").shape
    return node.op == "Placeholder" and "shape" in node.attr and not (shape.unknown_rank or shape.dim)


def _placeholder(part, name, dtype, shape=None):
    node = part.node.add(name=name, op="Placeholder")
    node.attr["dtype"].type = dtype
    if shape is None:
        node.attr["shape"].shape.unknown_rank = True
    else:
        node.attr["shape"].shape.CopyFrom(shape)


def _stand_in(part, nodes, node, lost, renamed):
    """Add placeholders for the outputs of a node that may not be run; it is lost where the outputs are not known."""
    dtypes = output_dtypes(node)
    if dtypes is None:
        lost.add(node.name)
        return
    if operation(node.op).like is not None:
        _shaped(part, node, dtypes[0])
        return
    shapes = shapes_of_outputs(nodes, node)
    for number, dtype in enumerate(dtypes):
        name = f"{node.name}/output_{number}" if number else node.name
        _placeholder(part, name, dtype, shapes[number] if number < len(shapes) else None)
        renamed[f"{node.name}:{number}"] = name


def _shaped(part, node, dtype):
    """Add a node with the shape of one of a node's inputs, which are strings, and another dtype; or a number."""
    if operation(node.op).like < 0:
        number = part.node.add(name=node.name, op="Placeholder")
        number.attr["dtype"].type = dtype
        number.attr["shape"].shape.SetInParent()
        return
    shape = part.node.add(name=f"{node.name}/shape", op="Shape", input=[node.input[operation(node.op).like]])
    shape.attr["T"].type = attribute(node, "Tin").type or STRING
    _placeholder(part, f"{node.name}/value", dtype)
    full = part.node.add(name=node.name, op="Fill", input=[shape.name, f"{node.name}/value"])
    full.attr["T"].type = dtype


def _name_of_output(tensor, names):
    """Return a tensor's name in the graph, also where a placeholder replaces it."""
    stands = re.fullmatch(r"(.+)/output_(\d+):0", tensor)
    if stands is None or stands[1] not in names or tensor.removesuffix(":0") in names:
        return tensor
    return f"{stands[1]}:{stands[2]}"


def output_dtypes(node):
    """Return the enums of the dtypes of a node's outputs; None for an operation that this TensorFlow does not know."""
    declared = definition(node.op)
    if declared is None:
        return None
    found = []
    for output in declared.output_arg:
        if output.type_list_attr:
            found += node.attr[output.type_list_attr].list.type
        else:
            dtype = output.type or attribute(completed(node), output.type_attr).type
            found += [dtype] * (attribute(node, output.number_attr).i if output.number_attr else 1)
    return found if all(found) else None


def _rename(part, renamed):
    for node in part.node:
        node.input[:] = [renamed.get(name if ":" in name else f"{name}:0", name) for name in node.input]


def _drop(part, lost):
    """Remove the readers of lost nodes, and theirs."""
    readers = {}
    for node in part.node:
        for name in node.input:
            readers.setdefault(node_of(name), []).append(node.name)
    waiting, gone = list(lost), set()
    while waiting:
        found = [name for name in readers.get(waiting.pop(), ()) if name not in gone]
        gone.update(found)
        waiting += found
    kept = [node for node in part.node if node.name not in gone]
    if len(kept) < len(part.node):
        copies = [type(node).FromString(node.SerializeToString()) for node in kept]
        del part.node[:]
        part.node.extend(copies)
