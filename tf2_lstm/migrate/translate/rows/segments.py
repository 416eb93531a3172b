"""Rows of sums, means and the like over segments: tf.nn.embedding_lookup_sparse takes them of rows of a table."""

import re

from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.writing.values import Distinct, Known, Refusal, Size, known, sizes_of
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("Unique")
def distinct(writer, node, inputs):
    """Return the distinct numbers of a vector, and the place of each number among them; nothing is written."""
    [x] = inputs
    if isinstance(x, Known):
        raise Refusal("it looks for the distinct numbers of a constant. Look the constant up as it is")
    return [Distinct(x, node.name, part) for part in ("numbers", "places")]


@row("SegmentSum SegmentMean SegmentMax SegmentMin SegmentProd")
def segments(writer, node, inputs):
    """Write the sum, the mean, the largest or smallest number or the product of the parts of each segment."""
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
    """Write the number of segments: one more than the last one; of all rows it is known."""
    if getattr(ids, "rows", None) is not None:
        return ids.rows
    last = writer.program.op("last", "max", writer.integers(ids), initial=-1)
    return Size(((writer.program.op("segments", "add", last, 1).name, None),))


def _combined(writer, node, rows, dims, ids, count):
    """Write the combination of rows by their segments that the name of the operation says."""
    dtype, [how] = dtypes_of(node)[0], _HOW.findall(node.op)
    if how == "Mean" and "int" in dtype:
        raise Refusal("it is a mean of integers, rounded towards zero. Cast to float first")
    layer = writer.layer_for(f"{how.lower()}_of_segments", "tf2_lstm.CombineSegments", how.lower())
    given = (rows, writer.integers(ids), writer.tensor(known(count)))
    return writer.result(node, Apply(layer, given), (count, *dims))


#: How an operation combines: a part of its name.
_HOW = re.compile(r"Segment(Sum|Mean|SqrtN|Max|Min|Prod)")
