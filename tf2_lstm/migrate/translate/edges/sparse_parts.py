"""Find which fed tensors are the indices, the values and the shape of one sparse tensor, or the mask of its places."""

from tf2_lstm.migrate.graph.declared import input_named, output_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, edge, node_of, normal
from tf2_lstm.migrate.graph.operations import HANDS_ON, OPEN, operation
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: The end of the name of an output of a parser of records, or of a cross of columns -> the part.
_ENDS = {
    "sparse_indices": "indices",
    "sparse_values": "values",
    "sparse_shapes": "shape",
    "output_indices": "indices",
    "output_values": "values",
    "output_shape": "shape",
}
#: What a program computes of a matrix of strings to make it sparse -> the part: what is no "", as a mask.
_OF_STRINGS = {"NotEqual": "mask", "GatherNd": "values", "Shape": "shape"}


def part_of(nodes, tensor):
    """Return which part of which sparse tensor a tensor is.

    A `tf.sparse_placeholder` names its parts; a parser of records gives out all indices, then all values and shapes;
    a matrix of strings is made sparse by where it is no "".

    Args:
        nodes: name -> NodeDef.
        tensor: the name of a tensor; one that is looked up of values, as ids of words are, is the values.

    Returns:
        (a key, the same for the parts of one sparse tensor; "indices", "mask", "values" or "shape"); None for another
        tensor.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="a/ids/values", op="Placeholder")
        assert part_of({node.name: node}, "a/ids/values:0") == ("a/ids", "values")
        ```
    """
    node, number = _source(nodes, tensor)
    if node is None:
        return None
    if strings := _strings_of(nodes, node):
        return strings, _OF_STRINGS[node.op]
    if node.op in OPEN:
        scope, _, part = node.name.rpartition("/")
        return (scope, part) if part in _ENDS.values() else None
    name, number = output_of(node, number)
    kind = next((end for end in _ENDS if name.endswith(end)), None)
    return None if kind is None else (f"{node.name}:{name.removesuffix(kind)}{number}", _ENDS[kind])


def _strings_of(nodes, node):
    """Return the matrix of strings that a node is computed of, to make it sparse; "" for any other node."""
    strings = normal(data_inputs(node)[0]) if node.op in _OF_STRINGS else ""
    name, number = edge(strings)
    return strings if name in nodes and dtypes_of(nodes[name])[number : number + 1] == [""] else ""


def fed_name(nodes, tensor):
    """Return a name for a fed tensor that says which part of which sparse tensor, or which feature, it is.

    Args:
        nodes: name -> NodeDef.
        tensor: the name of a tensor.

    Returns:
        "words_values", "words_mask" of a matrix of strings, or "age" of a dense feature; "" for another tensor.
    """
    node, number = _source(nodes, tensor)
    if node is not None and (strings := _strings_of(nodes, node)):
        return f"{fed_name(nodes, strings) or node_of(strings).rpartition('/')[2]}_{_OF_STRINGS[node.op]}"
    if node is None or node.op in OPEN:
        key, part = part_of(nodes, tensor) or ("", "")
        scope = key.rpartition("/")[2]
        return f"{scope}_{part}" if scope else ""
    name, number = output_of(node, number)
    feature = _feature(nodes, node, name.partition("_")[0], number)
    return "_".join([feature, _ENDS[name]] if name in _ENDS else [feature]) if feature else ""


def _feature(nodes, node, kind, number):
    """Return the key by which a parser of records knows a feature; "" where nothing says."""
    key = f"{kind}_keys"
    texts, (found, several) = list(attribute(node, key).list.s), input_named(node, key)
    given, place = data_inputs(node), (found or 0) + number * several
    if found is not None and place < len(given) and node_of(given[place]) in nodes:
        texts = list(attribute(nodes[node_of(given[place])], "value").tensor.string_val)
        number = 0 if several else number
    return texts[number].decode(errors="replace") if number < len(texts) else ""


def _source(nodes, tensor):
    """Return (the NodeDef, the number of its output) that a tensor is handed on, or looked up, from."""
    seen = set()
    while (name := edge(normal(tensor))[0]) in nodes and name not in seen:
        seen.add(name)
        node = nodes[name]
        like, given = 0 if node.op in HANDS_ON else operation(node.op).like, data_inputs(node)
        if like is None or not 0 <= like < len(given):
            return node, edge(normal(tensor))[1]
        tensor = given[like]
    return None, 0


def sparse_shapes(nodes, tensors, shapes):
    """Return those of some tensors that are shapes of sparse tensors with a known number of axes.

    Args:
        nodes: name -> NodeDef.
        tensors: names of tensors.
        shapes: name of a tensor -> its shape.

    Returns:
        A set of names.
    """
    parts = {one: part_of(nodes, one) for one in tensors}
    keys = {part[0] for part in parts.values() if part and part[1] in ("indices", "mask")}
    return {
        one
        for one, part in parts.items()
        if part and part[0] in keys and part[1] == "shape" and None not in (shapes.get(one) or (None,))
    }
