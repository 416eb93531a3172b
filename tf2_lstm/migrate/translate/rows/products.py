"""Rows of products of matrices."""

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.writing.values import Refusal, rank_of, sizes_of


@row("MatMul")
def matrix_product(writer, node, inputs):
    """Write a product of two matrices: with weights a dense layer."""
    x, y = inputs
    transposes = [attribute(node, name).b for name in ("transpose_a", "transpose_b")]
    if not any(transposes):
        dense = layers.product(writer, node, x, y)
        if dense is not None:
            return dense
    return _product(writer, node, inputs, transposes)


@row("BatchMatMul BatchMatMulV2")
def products(writer, node, inputs):
    """Write products of matrices, one for each row of the batch."""
    return _product(writer, node, inputs, [attribute(node, name).b for name in ("adj_x", "adj_y")])


def _product(writer, node, inputs, transposes):
    if min(map(rank_of, inputs)) < 2:
        raise Refusal("one of its inputs is no matrix. Correct their shapes")
    sides = [
        writer.step(node, "swapaxes", writer.tensor(one), -1, -2) if turn else writer.tensor(one)
        for one, turn in zip(inputs, transposes, strict=True)
    ]
    shapes = [
        (*shape[:-2], shape[-1], shape[-2]) if turn else tuple(shape)
        for shape, turn in zip(map(sizes_of, inputs), transposes, strict=True)
    ]
    same = rank_of(inputs[0]) == rank_of(inputs[1])
    return writer.op(node, "matmul", *sides, dims=(*shapes[0][:-1], shapes[1][-1]) if same else None)
