"""The equations of the GRU layer of tf.keras 1.15 inside an ordinary graph, in all four ways that it writes them.

    z, r = rec(x @ kernel + h @ recurrent_kernel + bias), gate by gate or whole
    before: c = act(x @ kernel + (r * h) @ recurrent_kernel + bias)
    after:  c = act(x @ kernel + bias[0] + r * (h @ recurrent_kernel + bias[1]))
    h' = z * h + (1 - z) * c

Whatever way a gate is written, it is the same sum of pieces: products with columns of a kernel, and columns of a bias.
A layer may have no bias. Source: TensorFlow 1.15, `python/keras/layers/recurrent.py`.
"""

from collections import OrderedDict

from tf2_lstm.migrate.graph.terms import MOST_PARTS, scalar
from tf2_lstm.migrate.recognise.blends import mixtures
from tf2_lstm.migrate.recognise.cell_match import CellMatch, activation, is_variable
from tf2_lstm.migrate.recognise.keras_cells import recurrent


def keras_gru_applications(terms, term):
    """Find the Keras GRU whose new state is this term; a list of none or one `CellMatch`.

    Args:
        terms: the table of terms.
        term: any term.
    """
    for update, h, candidate in mixtures(terms, term):
        found = _match(terms, term, update, h, candidate)
        if found:
            return [found]
    return []


def _match(terms, new, update, h, candidate):
    gate, inside = recurrent(update) or ("", None), candidate.args[0]
    pieces = _pieces(gate[1], None) if gate[0] else None
    products = [piece for piece in pieces or () if piece[0] == "product"]
    kernels = {source is h: (source, kernel) for _, source, kernel, _ in products}
    biases = {bias for kind, _, bias, _ in pieces or () if kind == "bias"}
    if len(products) != 2 or len(kernels) != 2 or len(biases) > 1:
        return None
    (x, kernel), (_, weights), bias = kernels[False], kernels[True], next(iter(biases), None)
    units = weights.attr[1][0]
    if kernel.attr[1][1] != 3 * units or weights.attr[1] != (units, 3 * units):
        return None
    cell = _Cell(terms, x, h, kernel, weights, bias, units)
    if pieces != cell.gate(0):
        return None
    for name, reset in cell.resets(gate[0], inside):
        if name == "before" and _pieces(inside, None) == cell.sum(2, terms.mul(reset, h)):
            return cell.match(new, candidate, gate[0], {})
        if name == "after" and cell.resets_after(inside, reset):
            return cell.match(new, candidate, gate[0], {"reset_after": True})
    return None


class _Cell:
    """The variables of a cell that may be one, and the pieces that its gates must have."""

    def __init__(self, terms, x, h, kernel, weights, bias, units):
        self.terms, self.x, self.h, self.units = terms, x, h, units
        self.kernel, self.weights, self.bias = kernel, weights, bias
        shapes = {(2, 3 * units): (0, 1), (3 * units,): (None,)}
        self.rows = () if bias is None else shapes.get(bias.attr[1], ())

    def _columns(self, number):
        return number * self.units, (number + 1) * self.units

    def sum(self, number, state):
        """The pieces of a gate: of the input, of what stands for the state, of every row of the bias."""
        columns = self._columns(number)
        found = {("product", self.x, self.kernel, columns), ("product", state, self.weights, columns)}
        return found | self._bias(self.rows, columns)

    def _bias(self, rows, columns):
        return {("bias", row, self.bias, columns) for row in rows}

    def gate(self, number):
        """The pieces of an ordinary gate."""
        return self.sum(number, self.h)

    def resets(self, name, inside):
        """Every way to find r in a candidate: ("before" or "after", r)."""
        for part in inside.args if inside.op == "add" else ():
            product = part.args[0] if part.op == "matmul" else part
            kind = "after" if product is part else "before"
            for factor in product.args if product.op == "mul" else ():
                found = recurrent(factor)
                if found and found[0] == name and _pieces(found[1], None) == self.gate(1):
                    yield kind, factor

    def resets_after(self, inside, reset):
        """Whether a candidate is the input's part and r times the state's."""
        columns = self._columns(2)
        given = {("product", self.x, self.kernel, columns)} | self._bias(self.rows[:1], columns)
        state = {("product", self.h, self.weights, columns)} | self._bias(self.rows[1:], columns)
        for product in inside.args:
            hidden = self.terms.without(product, reset) if product.op == "mul" else None
            rest = self.terms.without(inside, product) if hidden is not None else None
            if rest is not None and _pieces(hidden, None) == state and _pieces(rest, None) == given:
                return True
        return False

    def match(self, new, candidate, gate, more):
        """The `CellMatch`, or None where the bias is that of the other kind."""
        if self.bias is not None and (self.rows == (0, 1)) != bool(more):
            return None
        options = OrderedDict(
            num_units=self.units, **activation(candidate.op), recurrent_activation=gate, **more
        )
        variables = OrderedDict(kernel=self.kernel, recurrent_kernel=self.weights)
        if self.bias is not None:
            variables["bias"] = self.bias
        old, found = OrderedDict([("", self.h)]), OrderedDict([("", new)])
        return CellMatch("gru", options, variables, self.x, old, found, new, "keras1")


def _pieces(term, columns):
    """A sum as a set of pieces, None if it is none.

    A piece is (kind, what is multiplied or the bias's row, variable, columns).
    """
    found, todo = set(), [(term, columns)]
    for one, own in todo:
        if one.op == "column_slice" and not is_variable(one.args[0]) and _row(one.args[0]) is None:
            todo.append((one.args[0], _within(one.attr, own)))
        elif one.op == "add":
            todo += [(arg, own) for arg in one.args]
        else:
            piece = _piece(one, own)
            if piece is None or piece in found:
                return None
            found.add(piece)
        if len(todo) > MOST_PARTS:
            return None
    return found


def _piece(term, columns):
    if term.op == "matmul":
        kernel, own = _variable(term.args[1])
        return None if kernel is None else ("product", term.args[0], kernel, _within(own, columns))
    bias, own = _variable(term)
    return None if bias is None else ("bias", _row(term), bias, _within(own, columns))


def _variable(term):
    """The variable that a term is, is columns of, or is a row of: (variable, columns or None)."""
    own = term.attr if term.op == "column_slice" else None
    inner = term.args[0] if term.op == "column_slice" else term
    inner = inner.args[0] if inner.op == "element" and _row(inner) is not None else inner
    return (inner, own) if is_variable(inner) else (None, None)


def _row(term):
    """Which row of a variable a term is, or is columns of; None for none."""
    term = term.args[0] if term.op == "column_slice" else term
    row = term.op == "element" and term.attr == 0 and is_variable(term.args[0], 2)
    return scalar(term.args[1]) if row else None


def _within(outer, inner):
    """Columns of columns."""
    if outer is None or inner is None:
        return outer if inner is None else inner
    return outer[0] + inner[0], outer[0] + inner[1]
