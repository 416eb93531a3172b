"""A part of a graph in float64: the same operations, with rounding errors a billion times smaller."""

import numpy as np

from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph.constants import written
from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import HANDS_ON, MERGES, SWITCHES

_FLOAT, _DOUBLE, _HALF = 1, 2, 19
#: What becomes float64 -> NumPy's dtype, and the field of a constant that holds its numbers.
_NARROW = {_FLOAT: (np.float32, "float_val"), _HALF: (np.float16, "half_val")}
#: TensorFlow knows functions by their names across graphs.
_SUFFIX = "_in_double"


def in_double(graph):
    """Change all float32 and float16 in a graph to float64, also in functions.

    Args:
        graph: the `GraphDef` of a slice; changed in place.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="y", op="Tanh", input=["x"]).attr["T"].type = 1
        in_double(graph)
        assert graph.node[0].attr["T"].type == 2
        ```
    """
    for pair in graph.library.gradient:
        pair.function_name, pair.gradient_func = pair.function_name + _SUFFIX, pair.gradient_func + _SUFFIX
    for function in graph.library.function:
        function.signature.name += _SUFFIX
        for argument in (*function.signature.input_arg, *function.signature.output_arg):
            argument.type = _DOUBLE if argument.type in _NARROW else argument.type
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        fixed = _of_one_dtype(nodes)
        for node in nodes:
            for value in node.attr.values() if node.name not in fixed else ():
                _change(value)


def _of_one_dtype(nodes):
    """Return the nodes that hand on a tensor declared as float32: the flow of a TensorArray, which is no number."""
    readers, todo, found = {}, [], set()
    for node in nodes:
        for reference in data_inputs(node):
            name, number = edge(reference)
            readers.setdefault(name, []).append((number, node))
        declared = definition(node.op)
        outputs = declared.output_arg if declared is not None else ()
        todo += [(node.name, at, one.name) for at, one in enumerate(outputs) if one.type == _FLOAT]
    while todo:
        name, at, called = todo.pop()
        for number, reader in readers.get(name, ()):
            hands_on = reader.op in HANDS_ON | SWITCHES | MERGES and reader.name not in found
            if hands_on and number in (at, (called, 0)):
                found.add(reader.name)
                todo += [(reader.name, 0, "output"), (reader.name, 1, "output_true")]
    return found


def _change(value):
    for called in (value.func, *value.list.func) if value.HasField("func") or value.list.func else ():
        called.name += _SUFFIX if called.name else ""
    if value.type in _NARROW:
        value.type = _DOUBLE
    for number, one in enumerate(value.list.type):
        if one in _NARROW:
            value.list.type[number] = _DOUBLE
    if value.HasField("tensor") and value.tensor.dtype in _NARROW:
        _widen(value.tensor)


def _widen(tensor):
    """Make a constant float64; one number, however often repeated, as `Terms.const` reads it for the model."""
    packed, (dtype, values) = bool(tensor.tensor_content), _NARROW[tensor.dtype]
    if packed:
        numbers = np.frombuffer(tensor.tensor_content, dtype)
    elif tensor.dtype == _HALF:
        # The bits of each, as an integer.
        numbers = np.array(tensor.half_val, np.uint16).view(dtype)
    else:
        numbers = np.array(tensor.float_val, dtype)
    wide = numbers.astype(np.float64)
    if numbers.size and np.all(numbers == numbers[0]):
        wide[:] = written(numbers[0])
    tensor.dtype = _DOUBLE
    tensor.ClearField(values)
    if packed:
        tensor.tensor_content = wide.tobytes()
    else:
        # One number may stand for a whole tensor, of any size.
        tensor.double_val.extend(wide)


def narrowest(graph):
    """Return the dtype of floats that rounds most in a graph and its functions: "float16" or "float32".

    Args:
        graph: the `GraphDef` of a slice.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="y", op="Tanh", input=["x"]).attr["T"].type = 19
        assert narrowest(graph) == "float16"
        ```
    """
    nodes = (*graph.node, *(node for function in graph.library.function for node in function.node_def))
    types = {one for node in nodes for value in node.attr.values() for one in (value.type, *value.list.type)}
    return "float16" if _HALF in types else "float32"


__all__ = ["in_double", "narrowest"]
