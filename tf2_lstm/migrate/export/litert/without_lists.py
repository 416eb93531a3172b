"""Rewrite lists of TensorFlow as tensors: LiteRT's converter does so only where all sizes of an element are known.

A list of N elements becomes a tensor [N, ...]. Where a list is reserved before its loop, open sizes of an element are
those of the element that the loop's first step writes.
"""

from tensorflow.core.framework import function_pb2

from tf2_lstm.migrate.export.litert.list_operations import ROWS
from tf2_lstm.migrate.export.litert.lists import LOOPS, Kept, Rewriting
from tf2_lstm.migrate.export.litert.saved_functions import put, read_by


def without_lists(library):
    """Rewrite the lists of all functions as tensors, if only loops use them.

    Args:
        library: a FunctionDefLibrary.
    """
    changed = function_pb2.FunctionDefLibrary.FromString(library.SerializeToString())
    named = {function.signature.name: function for function in changed.function}
    loops = [node for function in changed.function for node in function.node_def if node.op in LOOPS]
    inner = {node.attr[part].func.name for node in loops for part in ("cond", "body")}
    try:
        for name in [name for name in named if name not in inner]:
            _rewrite(named[name], named, {})
    except Kept:
        return
    del library.function[:]
    library.function.extend(named.values())


def _rewrite(function, named, lists):
    found = Rewriting(function, named, lists, {node.name: node for node in function.node_def})
    # The loops first: they write the elements of a list.
    for node in sorted(found.nodes.values(), key=lambda node: node.op not in LOOPS):
        given = [found.elements(tensor) for tensor in read_by(node)] if node.op not in ROWS else []
        if node.op in ROWS:
            ROWS[node.op](found, node)
        elif any(given):
            _carry(found, node, given)
        else:
            found.made.append(node)
    put(function, found.made, found.renamed)
    return found


def _carry(found, node, given):
    """Let a node that hands a list on hand on a tensor."""
    if node.op == "Identity":
        node.attr["T"].type = given[0].dtype
    elif node.op in LOOPS:
        _loop(found, node, given)
    else:
        raise Kept
    node.attr.pop("_output_shapes", None)
    node.ClearField("experimental_type")
    found.made.append(node)


def _loop(found, node, given):
    for place, elements in enumerate(given):
        if elements:
            node.attr["T"].list.type[place] = elements.dtype
            if "output_shapes" in node.attr:
                node.attr["output_shapes"].list.shape[place].CopyFrom(elements.shape)
    for part in ("cond", "body"):
        function = found.named[node.attr[part].func.name]
        arguments = function.signature.input_arg
        _retype(function, arguments, given)
        _retype(function, function.signature.output_arg if part == "body" else (), given)
        # The function has the types of its arguments in another attribute, too.
        function.attr.pop("_input_shapes", None)
        lists = {one.name: elements for one, elements in zip(arguments, given, strict=True) if elements}
        found.bodies[node.name] = _rewrite(function, found.named, lists)


def _retype(function, arguments, given):
    for place, (argument, elements) in enumerate(zip(arguments, given, strict=False)):
        if elements:
            argument.type = elements.dtype
            argument.ClearField("handle_data")
            argument.ClearField("experimental_full_type")
            function.arg_attr[place].attr["_output_shapes"].list.Clear()
            function.arg_attr[place].attr["_output_shapes"].list.shape.append(elements.shape)
