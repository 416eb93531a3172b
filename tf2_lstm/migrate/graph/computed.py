"""Weights that a graph computes from variables and constants alone, and that go into a product, sum or cell.

A norm times a gain, a mask times a kernel, a reshaped or quantised matrix: with any expression the numbers are the same
at every run, so that the cell's weight is the number. Parts of variables that are only put beside one another stay as
they are: `summands` reads them, and they can be exported again.
"""

from tf2_lstm.migrate.graph.forms import whole_variable
from tf2_lstm.migrate.graph.nodes import dtype_of, edge
from tf2_lstm.migrate.graph.operations import Trait, having, operation
from tf2_lstm.migrate.model import Computed

_PURE = having(Trait.PURE)
_FLOATS = ("float16", "float32", "float64")


class ComputedWeights:
    """Tracks which terms are computed from variables and constants alone.

    Args:
        reading: the `GraphReader` whose terms they are.

    Attributes:
        found: TF1 tensor -> `Computed`, for tensors that are read as weights.
    """

    def __init__(self, reading):
        self._reading, self._terms, self._sources, self.found = reading, reading.terms, {}, {}
        # Terms that the matching of cells reads by itself.
        self._read = set()

    def follow(self, node, args, found):
        """Record the outputs of a node that reads only weights.

        Args:
            node: the NodeDef.
            args: the terms of its inputs.
            found: the term of its output, or a list of the terms of its outputs.
        """
        known = [self._of(arg) for arg in args]
        if node.op not in _PURE or not known or None in known:
            return
        sources = frozenset().union(*known)
        for term in found if isinstance(found, list) else [found]:
            self._sources.setdefault(term.number, sources)

    def weighed(self, node, args):
        """Return the inputs of a node, with a variable in place of each computed weight.

        Args:
            node: the NodeDef.
            args: the terms of its inputs.
        """
        row = operation(node.op)
        start = row.weights
        # A cell's own operation may read variables alone: a constant state is one.
        if start is None or (node.op in _PURE and all(self._of(arg) is not None for arg in args)):
            return args
        # Matrices in a sum are no weights but a state.
        rank = 1 if row.form in ("add", "sub", "mul") else None
        return [*args[:start], *(self._weight(arg, rank) for arg in args[start:])]

    def is_of_variables(self, term):
        """Whether a term is a variable, or computed from variables and constants alone."""
        return bool(self._of(term))

    def _of(self, term):
        """Return the names of the variables that a term is computed from; None where anything else goes into it."""
        if term.op == "const":
            return frozenset()
        if term.op == "var":
            return frozenset([term.attr[0]]) if term.attr[0] in self._reading.model.variables else None
        return self._sources.get(term.number)

    def _weight(self, term, rank):
        if self._of(term) is None or self._is_read(term) or rank not in (None, self._rank(term)):
            return term
        return self._variable(term)

    def _is_read(self, term):
        """Whether a term only puts variables in place, or adds vectors: the matching of cells reads that."""
        todo, seen = [term], {term}
        while todo:
            part = todo.pop()
            if part in self._read:
                continue
            if part.op in ("swap", "concat", "column_slice") or (part.op == "add" and self._rank(part) == 1):
                inner = [one for one in dict.fromkeys(part.args) if one not in seen]
                seen.update(inner)
                todo += inner
            elif part.op not in ("var", "const") and not self._is_row(part):
                return False
        self._read |= seen
        return True

    def _is_row(self, term):
        return term.op == "element" and term.args[0].op == "var" and len(term.args[0].attr[1]) == 2

    def _rank(self, term):
        shape = self._reading.shapes.get(self._tensor(term))
        return None if shape is None else len(shape)

    def _tensor(self, term):
        names = self._reading.names.get(term.number)
        return names[0][0] if names else ""

    def _variable(self, term):
        """Return a variable for a computed weight; the term itself where its name or shape is not known."""
        tensor = self._tensor(term)
        shape = self._reading.shapes.get(tensor)
        if not shape or None in shape or len(shape) > 2:
            return term
        dtype = dtype_of(self._reading.nodes[edge(tensor)[0]])
        if dtype not in _FLOATS:
            return term
        self.found[tensor] = Computed(tensor, shape, dtype, tuple(sorted(self._of(term))))
        return whole_variable(self._terms, (tensor, shape))
