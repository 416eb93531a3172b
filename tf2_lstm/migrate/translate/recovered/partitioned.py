"""Lookups in a table that is kept in parts, which TensorFlow 1 does part by part: DynamicPartition, Gather, stitch."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.writing.values import Refusal, Untranslated, known, sizes_of


def looked_up(writer, nodes, node, value):
    """Write tf.nn.embedding_lookup in a partitioned table as one lookup in the whole table.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef that stitches the rows of the parts together.
        value: a function from a reference to its value.

    Returns:
        The `Live`; an `Untranslated` where the ids are not translated.

    Raises:
        Refusal: the node stitches anything else together.
    """
    given = data_inputs(node)
    places, rows = given[: len(given) // 2], given[len(given) // 2 :]
    gathers = [_copied(nodes, one)[0] for one in rows]
    if not all(one.op in ("Gather", "GatherV2", "ResourceGather") for one in gathers):
        raise Refusal("what it puts together is no lookup in parts of a table. Use tf.nn.embedding_lookup")
    numbers, parts = _partitioned(nodes, places)
    ids, same = _partitioned(nodes, [data_inputs(one)[1] for one in gathers])
    counts = value(numbers)
    if isinstance(counts, Untranslated):
        return counts
    if same != parts or not getattr(counts, "counts", False):
        raise Refusal("it puts rows together in an order of its own. Use tf.nn.embedding_lookup")
    tables = [value(data_inputs(one)[0]) for one in gathers]
    sizes = [sizes_of(one) for one in tables]
    if not all(isinstance(one[0], int) for one in sizes):
        raise Refusal("how many rows a part has is open. Give the variable its shape")
    begins = known(np.cumsum([0, *[one[0] for one in sizes[:-1]]]))
    whole = [writer.tensor(one) for one in tables]
    table = writer.program.add("table", Apply("keras.ops.concatenate", (whole,), {"axis": 0}))
    begin = writer.step(node, "take", writer.tensor(begins), writer.tensor(value(parts)), axis=0)
    places = writer.step(node, "add", writer.step(node, "cast", writer.tensor(value(ids)), "int32"), begin)
    dims = (*sizes_of(value(ids)), *sizes[0][1:])
    return writer.op(node, "take", table, places, axis=0, dims=dims)


def _copied(nodes, reference):
    """Return (the node that computes a tensor, the number of its output), through copies."""
    name, number = edge(reference)
    while nodes[name].op == "Identity":
        name, number = edge(data_inputs(nodes[name])[0])
    return nodes[name], number


def _partitioned(nodes, references):
    """Return (the data, the numbers of the parts) of a partition whose parts are these tensors in order."""
    found = [_copied(nodes, one) for one in references]
    node = found[0][0]
    whole = [number for one, number in found if one.name == node.name] == list(range(len(references)))
    if node.op != "DynamicPartition" or not whole:
        raise Refusal("what it puts together is no lookup in parts of a table. Use tf.nn.embedding_lookup")
    return data_inputs(node)
