"""TensorFlow's declarations of operations: the number of inputs, and the output that a name in a function means."""

from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, edge
from tf2_lstm.migrate.model import ArtifactError


def position(op, output):
    """Return the number of an output that a function body names.

    Args:
        op: the operation.
        output: the number, or (name, number) as `nodes.edge` gives it.

    Example:
        ```python
        assert position("TopKV2", ("indices", 0)) == 1 and position("Split", ("output", 2)) == 2
        ```
    """
    if isinstance(output, int):
        return output
    name, number = output
    declared = definition(op)
    names = [one.name for one in declared.output_arg] if declared is not None else []
    return names.index(name) + number if name in names else number


def inputs(op):
    """Return how many tensors an operation reads; None where its attributes tell it, or it is not known.

    Example:
        ```python
        assert inputs("Sub") == 2 and inputs("ConcatV2") is None
        ```
    """
    declared = definition(op)
    if declared is None or any(one.number_attr or one.type_list_attr for one in declared.input_arg):
        return None
    return len(declared.input_arg)


def completed(node):
    """Return a node with the attributes that a file may leave out because they are TensorFlow's defaults.

    Args:
        node: the NodeDef; it is not changed.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="x", op="OneHot")
        assert completed(node).attr["axis"].i == -1
        ```
    """
    declared = definition(node.op)
    missing = [one for one in declared.attr if one.HasField("default_value")] if declared is not None else []
    missing = [one for one in missing if one.name not in node.attr]
    if not missing:
        return node
    whole = type(node).FromString(node.SerializeToString())
    for one in missing:
        whole.attr[one.name].CopyFrom(one.default_value)
    return whole


def output_of(node, number):
    """Return (the declared name of a node's output, its number among those of that name); ("", 0) for none.

    Args:
        node: the NodeDef.
        number: the number of the output.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="parsed", op="ParseExample")
        node.attr["Nsparse"].i = 2
        node.attr["sparse_types"].list.type.extend([9, 9])
        assert output_of(node, 3) == ("sparse_values", 1)
        ```
    """
    first, declared = 0, definition(node.op)
    for one in declared.output_arg if declared is not None else ():
        count = _count(node, one)
        if number < first + count:
            return one.name, number - first
        first += count
    return "", 0


def input_named(node, name):
    """Return (the number of a node's first input with a declared name, whether there are several); (None, False)."""
    first, declared = 0, definition(node.op)
    for one in declared.input_arg if declared is not None else ():
        if one.name == name:
            return first, bool(one.number_attr)
        first += _count(node, one)
    return None, False


def _count(node, argument):
    if argument.number_attr:
        return attribute(completed(node), argument.number_attr).i
    if argument.type_list_attr:
        return len(attribute(completed(node), argument.type_list_attr).list.type)
    return 1


def check_functions(functions, path):
    """Raise an error for a function that returns a missing tensor, or has a node that `check_inputs` refuses.

    Args:
        functions: a dict from name to FunctionDef.
        path: the file, for messages.

    Raises:
        ArtifactError: there is such a function.
    """
    for name, function in functions.items():
        arguments = {arg.name for arg in function.signature.input_arg}
        nodes = {node.name: node for node in function.node_def}
        check_inputs(nodes, path, arguments)
        for result in function.signature.output_arg:
            if edge(function.ret.get(result.name, ""))[0] not in arguments | nodes.keys():
                raise ArtifactError(
                    f"{path}: the graph is damaged: function {name!r} returns {result.name!r}, which it does not "
                    "compute. Write the graph again with TensorFlow 1.x"
                )


def check_inputs(nodes, path, arguments=frozenset()):
    """Raise an error for a node that reads a missing tensor, or another number of tensors than its operation does.

    Args:
        nodes: a dict from name to NodeDef.
        path: the file, for messages.
        arguments: names of a function's arguments, which nodes read too.

    Raises:
        ArtifactError: there is such a node.
    """
    known = arguments | nodes.keys()
    for node in nodes.values():
        read = data_inputs(node)
        missing = [reference for reference in read if edge(reference)[0] not in known]
        if missing:
            raise ArtifactError(
                f"{path}: the graph is damaged: node {node.name!r} ({node.op}) reads {missing[0]!r}, which is no node "
                "of the graph. Write the graph again with TensorFlow 1.x"
            )
        expected = inputs(node.op)
        if expected not in (None, len(read)):
            raise ArtifactError(
                f"{path}: the graph is damaged: node {node.name!r} ({node.op}) reads {len(read)} tensor(s), expected "
                f"{expected}. Write the graph again with TensorFlow 1.x"
            )
