"""The summands of a gate before its function: products with weights, biases, a constant, a peephole."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from tf2_lstm.migrate.graph.terms import Term, scalar
from tf2_lstm.migrate.recognise.cells.cell_match import is_variable

#: The most parts of a sum, or variables of a weight, that are looked at, and the most levels of nesting.
MOST_TILES, MOST_NESTED = 10_000, 32


@dataclass(frozen=True)
class Tile:
    """A part of a variable, and its place in the weights of one gate.

    Attributes:
        variable: the term of the whole variable.
        rows: the rows of the variable, (start, stop); None for a vector.
        columns: the columns of the variable, (start, stop).
        flipped: whether the part is transposed in the gate's matrix.
        below: the row of the gate's matrix at which the part begins.
        right: the column of the gate's matrix at which it begins.
    """

    variable: Term
    rows: tuple | None
    columns: tuple
    flipped: bool = False
    below: int = 0
    right: int = 0

    @property
    def height(self):
        """The number of rows that the tile has in the gate's matrix."""
        start, stop = (self.columns if self.flipped else self.rows) or (0, 0)
        return stop - start

    @property
    def width(self):
        """The number of columns that the tile has in the gate's matrix."""
        start, stop = self.rows if self.flipped else self.columns
        return stop - start


@dataclass
class Sum:
    """A gate's sum.

    Attributes:
        units: the number of columns.
        products: factor -> (its width, the `Tile`s of the weights that it is multiplied with).
        biases: a list of lists of `Tile`s, one for each bias.
        constant: the sum of the constants.
        peephole: (the term of the weights, a vector; the term that it is multiplied with), None without one.
        open: products of concatenations whose parts have no known width, as `_product` adds them.
    """

    units: int
    products: OrderedDict = field(default_factory=OrderedDict)
    biases: list = field(default_factory=list)
    constant: float = 0.0
    peephole: tuple | None = None
    open: list = field(default_factory=list)


def summed(terms, term):
    """Take the sum of a gate apart.

    Args:
        terms: the table of terms.
        term: the argument of the gate's function.

    Returns:
        A `Sum`; None where the term has any other part.
    """
    units = term.attr[1] - term.attr[0] if term.op == "column_slice" else terms.width(term)
    if not units:
        return None
    found = Sum(units)
    return found if _read(terms, found, term, (0, units)) else None


def _read(terms, found, term, columns):
    """Add the given columns of a term to a `Sum`; return whether every part of them is known."""
    todo, looks = [(term, columns)], 0
    while todo:
        part, columns = todo.pop()
        looks += 1
        if part.op == "add" and looks <= MOST_TILES:
            todo += [(arg, columns) for arg in part.args[::-1]]
        elif part.op == "column_slice" and part.args[0].op in ("add", "matmul"):
            start = part.attr[0]
            todo.append((part.args[0], (columns[0] + start, columns[1] + start)))
        elif not _read_part(terms, found, part, columns):
            return False
    return True


def _read_part(terms, found, term, columns):
    if term.op == "matmul":
        return _product(terms, found, term, columns)
    if scalar(term) is not None:
        found.constant += scalar(term)
        return True
    if term.op == "mul":
        return _peephole(found, term)
    tiles = _vector(term, columns)
    found.biases += [tiles] if tiles else []
    return tiles is not None


def _peephole(found, term):
    weights = [arg for arg in term.args if is_variable(arg, 1)]
    if len(term.args) != 2 or len(weights) != 1 or found.peephole is not None:
        return False
    (seen,) = [arg for arg in term.args if arg is not weights[0]]
    found.peephole = weights[0], seen
    return weights[0].attr[1] == (found.units,)


def _product(terms, found, term, columns):
    """Add a product with weights to a `Sum`: each part of a concatenation is a factor; return whether it is known."""
    whole, weight = term.args
    shape = _shape(weight)
    factors = list(whole.args) if whole.op == "concat" and whole.attr in (1, -1) else [whole]
    widths = [terms.width(factor) for factor in factors] if len(factors) > 1 else [None]
    if shape is None or len(shape) != 2 or columns[1] > shape[1]:
        return False
    if widths.count(None) > 1:
        found.open.append((factors, widths, weight, columns))
        return True
    return _factors(found, factors, widths, weight, columns)


def _factors(found, factors, widths, weight, columns):
    """Add the products of factors with weights; one width may be None, for the rest of the rows."""
    rows = _shape(weight)[0]
    rest = rows - sum(width for width in widths if width is not None)
    widths, start = [rest if width is None else width for width in widths], 0
    for factor, width in zip(factors, widths, strict=True):
        tiles = _matrix(weight, (start, start + width), columns)
        if not tiles or width < 1 or factor in found.products:
            return False
        found.products[factor] = (width, tiles)
        start += width
    return start == rows


def resolved(terms, one, width):
    """Resolve open concatenations: their last part is a state of this width, all before it one factor; None if not."""
    found = replace(one, products=OrderedDict(one.products), open=[])
    for factors, widths, weight, columns in one.open:
        before = terms.concat(factors[:-1], 1)
        if widths[-1] not in (None, width) or not _factors(
            found, [before, factors[-1]], [None, width], weight, columns
        ):
            return None
    return found


def _shape(weight):
    """Return the shape of a variable, or of variables beside one another; None for any other term."""
    return _joined_shape(weight) if _is_of_variables(weight) else None


def _is_of_variables(weight):
    """Whether a weight is put together of variables alone, and of no more than `MOST_TILES` in `MOST_NESTED` levels."""
    todo, looks = [(weight, 0)], 0
    while todo:
        part, depth = todo.pop()
        looks += 1
        if is_variable(part):
            continue
        if part.op not in ("swap", "concat", "column_slice") or depth == MOST_NESTED or looks > MOST_TILES:
            return False
        todo += [(one, depth + 1) for one in part.args]
    return True


def _joined_shape(weight):
    if is_variable(weight):
        return weight.attr[1]
    if weight.op == "swap":
        inner = _joined_shape(weight.args[0])
        return inner[::-1] if inner is not None and len(inner) == 2 else None
    if weight.op == "column_slice":
        inner = _joined_shape(weight.args[0])
        return None if inner is None else (*inner[:-1], weight.attr[1] - weight.attr[0])
    if weight.op != "concat":
        return None
    shapes = [_joined_shape(part) for part in weight.args]
    if None in shapes or len({len(shape) for shape in shapes}) > 1:
        return None
    axis = weight.attr % len(shapes[0]) if shapes[0] else 0
    rest = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
    if len(rest) > 1:
        return None
    return (*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1 :])


def _matrix(weight, rows, columns, below=0, right=0):
    """Return the `Tile`s of rows and columns of a matrix of weights; None where a part is no variable."""
    if is_variable(weight, 2):
        return [Tile(weight, rows, columns, False, below, right)]
    if weight.op == "swap":
        transposed = _matrix(weight.args[0], columns, rows, right, below)
        return transposed and [
            Tile(one.variable, one.rows, one.columns, not one.flipped, one.right, one.below)
            for one in transposed
        ]
    if weight.op == "column_slice":
        start = weight.attr[0]
        return _matrix(weight.args[0], rows, (columns[0] + start, columns[1] + start), below, right)
    if weight.op != "concat":
        return None
    found, at, axis = [], 0, weight.attr % 2
    for part in weight.args:
        size, wanted = _joined_shape(part)[axis], (rows, columns)[axis]
        start, stop = max(wanted[0] - at, 0), min(wanted[1] - at, size)
        if start < stop:
            ahead = at + start - wanted[0]
            pieces = [(start, stop), columns, below + ahead, right]
            if axis == 1:
                pieces = [rows, (start, stop), below, right + ahead]
            tiles = _matrix(part, *pieces)
            if tiles is None:
                return None
            found += tiles
        at += size
    return found


def _vector(term, columns):
    """Return the `Tile`s of columns of a bias; None for any other term."""
    if term.op == "column_slice":
        return _vector(term.args[0], (columns[0] + term.attr[0], columns[1] + term.attr[0]))
    if is_variable(term, 1):
        return [Tile(term, None, columns)] if columns[1] <= term.attr[1][0] else None
    if (
        term.op == "element"
        and term.attr == 0
        and is_variable(term.args[0], 2)
        and scalar(term.args[1]) is not None
    ):
        # tf.keras keeps the two biases of a GRU in the rows of one variable.
        row = scalar(term.args[1])
        return (
            [Tile(term.args[0], (row, row + 1), columns)] if columns[1] <= term.args[0].attr[1][1] else None
        )
    shape = _shape(term) if term.op == "concat" else None
    if shape is None or len(shape) != 1:
        return None
    found, at = [], 0
    for part in term.args:
        start, stop = (
            max(columns[0] - at, 0),
            min(columns[1] - at, part.attr[1][0] if part.op == "var" else 0),
        )
        if start < stop:
            found.append(Tile(part, None, (start, stop), right=at + start - columns[0]))
        at += _joined_shape(part)[0]
    return found if sum(tile.width for tile in found) == columns[1] - columns[0] else None
