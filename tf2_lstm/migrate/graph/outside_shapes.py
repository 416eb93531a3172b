"""The shapes of what queues, data sets, parsers of records and crosses of columns give out."""

import re

from tf2_lstm.migrate.artifacts.protos import definition, message, tensorflow
from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.declared import completed
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of

_DEQUEUES = re.compile(r"(Reader|Queue)Dequeue(Many|UpTo)?(V2)?$")
_CROSSES = re.compile(r"SparseCross(V2|Hashed)?$")
_PARSES = re.compile(r"Parse(Single)?(Sequence)?Example(V2)?$")


def shapes_of_outputs(nodes, node):
    """Return the shapes of a node's outputs, as far as its attributes or those of its queue tell them.

    Args:
        nodes: name -> NodeDef.
        node: the NodeDef.

    Returns:
        A list of `TensorShapeProto`, perhaps shorter than the outputs.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        queue = graph.node.add(name="queue", op="FIFOQueueV2")
        queue.attr["shapes"].list.shape.add().dim.add(size=5)
        node = graph.node.add(name="batch", op="QueueDequeueUpToV2", input=["queue", "n"])
        (shape,) = shapes_of_outputs({"queue": queue}, node)
        assert [one.size for one in shape.dim] == [-1, 5]
        ```
    """
    if "output_shapes" in node.attr:
        return list(node.attr["output_shapes"].list.shape)
    taken = _DEQUEUES.match(node.op)
    if taken:
        return _of_queue(nodes, node, taken[2])
    if _CROSSES.match(node.op):
        # The indices, the values and the shape of a sparse matrix.
        return [_shape(-1, 2), _shape(-1), _shape(2)]
    return _of_parser(node) if _PARSES.match(node.op) else []


def _shape(*sizes):
    shape = message("GraphDef").node.add().attr["shape"].shape
    for size in sizes:
        shape.dim.add(size=size)
    return shape


def _of_queue(nodes, node, several):
    queue = nodes.get(node_of(data_inputs(node)[0]))
    found = list(attribute(queue, "shapes").list.shape) if queue is not None else []
    return (
        [_of_rows(_number(nodes, node) if several == "Many" else -1, one) for one in found]
        if several
        else found
    )


def _of_rows(number, shape):
    whole = type(shape)()
    if shape.unknown_rank:
        whole.unknown_rank = True
        return whole
    whole.dim.add(size=number)
    whole.dim.extend(shape.dim)
    return whole


def _number(nodes, node):
    """Return how many elements are taken at once, -1 where that is no constant."""
    count = nodes.get(node_of(data_inputs(node)[1]))
    value = array_of(attribute(count, "value").tensor) if count is not None and count.op == "Const" else None
    return int(value) if value is not None and value.size == 1 else -1


def _of_parser(node):
    """Infer the shapes of parsed records: TensorFlow looks at the node alone, and has no value of its inputs."""
    tf, part = tensorflow(), message("GraphDef")
    dtypes = _input_dtypes(node)
    if len(dtypes) != len(data_inputs(node)) or not all(dtypes):
        return []
    for number, dtype in enumerate(dtypes):
        given = part.node.add(name=f"given_{number}", op="Placeholder")
        given.attr["dtype"].type = dtype
        given.attr["shape"].shape.unknown_rank = number > 0
    # The records: one, or a batch of them.
    if "Single" not in node.op:
        part.node[0].attr["shape"].shape.dim.add(size=-1)
    copy = part.node.add(name="parsed", op=node.op, input=[one.name for one in part.node])
    for name, value in node.attr.items():
        if not name.startswith("_"):
            copy.attr[name].CopyFrom(value)
    try:
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(part, name="")
    except (ValueError, tf.errors.OpError):
        return []
    return [one.shape.as_proto() for one in graph.get_operation_by_name("parsed").outputs]


def _input_dtypes(node):
    found, whole = [], completed(node)
    declared = definition(node.op)
    for one in declared.input_arg if declared is not None else ():
        if one.type_list_attr:
            found += attribute(whole, one.type_list_attr).list.type
        else:
            dtype = one.type or attribute(whole, one.type_attr).type
            found += [dtype] * (attribute(whole, one.number_attr).i if one.number_attr else 1)
    return found
