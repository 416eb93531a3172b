"""The shape of a tensor that a loop writes: a function before the loop has the needed part of its first step."""

from tensorflow.core.framework import function_pb2

from tf2_lstm.migrate.export.litert.saved_functions import INT32, behind, make, read_by

OUTPUT = "shape_written"


def written(body, place):
    """Return the tensor that the body of a loop writes into a list; None where there is none.

    Args:
        body: its `lists.Rewriting`, done.
        place: the number of the list among the carried values.
    """
    argument = body.function.signature.input_arg[place].name
    items = [
        node.input[2]
        for node in body.nodes.values()
        if node.op == "TensorListSetItem" and body.source(node.input[0]) == argument
    ]
    return body.renamed.get(items[0], items[0]) if items else None


def first_step(body, tensor, dtype, name):
    """Return a function of some carried values that returns the shape of one tensor of the loop's body.

    Args:
        body: the FunctionDef of the body.
        tensor: the tensor.
        dtype: its dtype, an enum of TensorFlow's.
        name: the name of the function.

    Returns:
        The FunctionDef, and the numbers of the carried values that it takes.
    """
    needed = behind({node.name: node for node in body.node_def}, tensor)
    places = [place for place, one in enumerate(body.signature.input_arg) if one.name in needed]
    step = function_pb2.FunctionDef()
    step.signature.name, step.signature.is_stateful = name, body.signature.is_stateful
    for new, old in enumerate(places):
        step.signature.input_arg.append(body.signature.input_arg[old])
        step.arg_attr[new].CopyFrom(body.arg_attr[old])
    step.node_def.extend(node for node in body.node_def if node.name in needed)
    for node in step.node_def:
        node.input[:] = read_by(node)
    step.node_def.append(make(OUTPUT, "Shape", [tensor], T=dtype, out_type=INT32))
    step.signature.output_arg.add(name=OUTPUT, type=INT32)
    step.ret[OUTPUT] = f"{OUTPUT}:output:0"
    return step, places
