"""Rows of sums and means over segments, as tf.nn.embedding_lookup_sparse takes them of the rows of a table."""

from tf2_lstm.migrate.translate.rows.lookups import gather
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.rows.sources import hand_on
from tf2_lstm.migrate.translate.writing.values import Distinct, Known, Refusal, Size, sizes_of
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("Unique")
def distinct(writer, node, inputs):
    """Return the distinct numbers of a vector, and the place of each number among them; nothing is written."""
    [x] = inputs
    if isinstance(x, Known):
        raise Refusal("it looks for the distinct numbers of a constant. Look the constant up as it is")
    return [Distinct(x, node.name, part) for part in ("numbers", "places")]


@row("SegmentSum SegmentMean")
def segments(writer, node, inputs):
    """Write the sum or the mean of the rows of each segment."""
    x, ids = inputs
    return _combined(writer, node, writer.tensor(x), sizes_of(x)[1:], ids, _count(writer, ids))


@row("SparseSegmentSum SparseSegmentMean SparseSegmentSqrtN")
def chosen_segments(writer, node, inputs):
    """Write the same of some rows of a table."""
    *chosen, ids = inputs
    return _combined(writer, node, *_chosen(writer, *chosen), ids, _count(writer, ids))


@row("SparseSegmentSumWithNumSegments SparseSegmentMeanWithNumSegments SparseSegmentSqrtNWithNumSegments")
def counted_segments(writer, node, inputs):
    """Write the same for a given number of segments."""
    *chosen, ids, count = inputs
    [count] = elements_of(writer, count, "its number of segments")
    return _combined(writer, node, *_chosen(writer, *chosen), ids, count)


def _chosen(writer, table, places):
    """Return (the rows of a table that are summed, the sizes of one)."""
    if isinstance(table, Distinct):
        rows = table.at(places)
        return rows.ref, rows.shape[1:]
    return writer.program.op("rows", "take", writer.tensor(table), writer.tensor(places), axis=0), sizes_of(
        table
    )[1:]


def _count(writer, ids):
    """Write the number of segments: one more than the last one."""
    last = writer.program.op("last", "max", writer.tensor(ids), initial=-1)
    return Size(((writer.program.op("segments", "add", last, 1).name, None),))


def _combined(writer, node, rows, dims, ids, count):
    """Write the sums of rows by their segments, divided as the name of the operation says."""
    place = writer.program.op("segment", "expand_dims", writer.tensor(ids), -1)
    dtype, dims = dtypes_of(node)[0], (count, *dims)
    zeros = writer.filled(dims, 0, dtype)
    if "Mean" not in node.op and "SqrtN" not in node.op:
        return writer.op(node, "scatter_update", zeros, place, rows, reduction="add", dims=dims)
    sums = writer.program.op("sums", "scatter_update", zeros, place, rows, reduction="add")
    ones = writer.program.op("ones", "cast", writer.program.op("ones", "ones_like", place), dtype)
    each = (count, *[1] * (len(dims) - 1))
    ones = writer.program.op("ones", "reshape", ones, (-1, *each[1:]))
    counts = writer.program.op(
        "counts", "scatter_update", writer.filled(each, 0, dtype), place, ones, reduction="add"
    )
    if "SqrtN" in node.op:
        counts = writer.program.op("roots", "sqrt", counts)
    return writer.op(node, "divide_no_nan", sums, counts, dims=dims)


#: The rows that take what is known of distinct numbers; the others take tensors.
WITH_DISTINCT = {gather, hand_on, chosen_segments, counted_segments}
