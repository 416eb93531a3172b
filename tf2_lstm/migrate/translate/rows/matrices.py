"""Rows of operations on matrices: their diagonals, and bands around them."""

from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.writing.values import Refusal, Size, number_of, sizes_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


def _with_axes(count, x):
    """Return the sizes of a tensor of matrices, or of vectors, that has as many axes at least.

    Raises:
        Refusal: it has fewer.
    """
    sizes = sizes_of(x)
    if len(sizes) < count:
        raise Refusal(
            f"it takes a tensor of {count} axes or more, and has one of {len(sizes)}. Correct its shape"
        )
    return sizes


@row("MatrixDiag")
def diagonal_matrix(writer, node, inputs):
    """Write vectors as the diagonals of matrices, zeros around them."""
    [x] = inputs
    sizes = _with_axes(1, x)
    on_it = _compared(writer, node, "equal", sizes[-1], sizes[-1])
    column = writer.step(node, "expand_dims", writer.tensor(x), -1)
    return _where(writer, node, on_it, column, (*sizes, sizes[-1]))


@row("MatrixDiagPart")
def diagonal(writer, node, inputs):
    """Write the diagonals of matrices."""
    [x] = inputs
    *front, rows, columns = _with_axes(2, x)
    both = isinstance(rows, int) and isinstance(columns, int)
    size = min(rows, columns) if both else rows if rows == columns else None
    return writer.op(node, "diagonal", writer.tensor(x), axis1=-2, axis2=-1, dims=(*front, size))


@row("MatrixSetDiag")
def with_diagonal(writer, node, inputs):
    """Write matrices with other diagonals."""
    x, new = inputs
    *_, rows, columns = _with_axes(2, x)
    if rows != columns and (isinstance(rows, Size) or isinstance(columns, Size) or rows > columns):
        raise Refusal("it has not as many rows as columns, or an open number. Use square matrices")
    on_it = _compared(writer, node, "equal", rows, columns)
    column = writer.step(node, "expand_dims", writer.tensor(new), -1)
    return writer.op(node, "where", on_it, column, writer.tensor(x), dims=sizes_of(x))


@row("MatrixBandPart")
def band(writer, node, inputs):
    """Write matrices with zeros outside of a band around the diagonal; a width below 0 is no limit."""
    x, *widths = inputs
    below, above = (int(number_of(one, "how wide its band is")) for one in widths)
    *_, rows, columns = _with_axes(2, x)
    parts = [
        _compared(writer, node, "less_equal", *sizes, width, is_above)
        for sizes, width, is_above in (((rows, columns), below, False), ((rows, columns), above, True))
        if width >= 0
    ]
    if not parts:
        return x
    inside = parts[0] if len(parts) == 1 else writer.step(node, "logical_and", *parts)
    return _where(writer, node, inside, writer.tensor(x), sizes_of(x))


def _compared(writer, node, symbol, rows, columns, width=0, above=False):
    """Write the comparison of (row number - column number) with a width; `above`, of (column - row)."""
    down = writer.step(node, "expand_dims", _numbers(writer, rows), -1)
    across = _numbers(writer, columns)
    first, second = (across, down) if above else (down, across)
    if symbol == "equal":
        return writer.step(node, symbol, first, second)
    return writer.step(node, symbol, writer.step(node, "subtract", first, second), width)


def _numbers(writer, size):
    """Write 0, 1, 2, ... up to a size."""
    if not isinstance(size, Size):
        return writer.program.add("numbers", Apply("keras.ops.arange", (int(size),), {"dtype": "int32"}))
    return writer.numbers(size)


def _where(writer, node, chosen, x, dims):
    """Write a tensor where a condition holds, zeros elsewhere."""
    if dtypes_of(node)[0] == "bool":
        return writer.op(node, "logical_and", chosen, x, dims=dims)
    zero = Apply("keras.ops.convert_to_tensor", (0, dtypes_of(node)[0]))
    return writer.op(node, "where", chosen, x, writer.program.add("zero", zero), dims=dims)
