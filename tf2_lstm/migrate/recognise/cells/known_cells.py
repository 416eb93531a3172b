"""Known cells among terms, found by the equations of their rows.

A cell matches only as a whole: a sum or product with a part that is in no equation is not the cell. Neither the order
in which a program wrote the equations matters (`readings`, `blends`, `summands`) nor the order of its weights
(`weight_order`).
"""

from collections import OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.graph.indexing import stacked
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.equations import parsed
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.recognise.cells.blocks import block_matches
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch, is_variable
from tf2_lstm.migrate.recognise.cells.readings import SIGMOID, Readings, gates_of, unclipped
from tf2_lstm.migrate.recognise.cells.weight_order import as_layout, gates_layout


class Cell:
    """A cell of the pairs table, looked for among terms.

    Args:
        row: the `Pair`.
        variant: one of its `Variant`s, None for the cell of its own class.
    """

    def __init__(self, row, variant=None):
        self.row, self.variant, self.weights = row, variant, (variant or row).weights
        self.states = parsed((variant or row).equations)
        self.top = self.states["h'"]
        self.is_projected = self.top.name == "clip" and self.top.parts[0].name == "project"
        if self.is_projected:
            self.top = self.top.parts[0].parts[0]

    def matches(self, terms, term):
        """List the cells whose output before a projection is this term.

        Args:
            terms: the table of terms.
            term: any term.

        Returns:
            A list of `CellMatch`s: with each projection that the graph has, and with each factor that may be the state.
        """
        named, others = [], []
        for known in Readings(terms, self.states).of(self.top, term, {}):
            found = [
                one for more in self._outputs(terms, term, known) for one in self._of(terms, known, *more)
            ]
            others = others or [one for one in found if one.blocks]
            named = named or [one for one in found if not one.blocks]
            if named:
                break
        return named + others

    def _outputs(self, terms, term, known):
        """List the possible outputs of a cell, as (term, options, variables)."""
        units = gates_of(known)[0].sum.units
        return projected(terms, term, units) if self.is_projected else [(term, {}, {})]

    def _of(self, terms, known, output, said, weights):
        """List the `CellMatch`s with a given output, one for each factor that may be the state."""
        width = said.get("num_proj") or gates_of(known)[0].sum.units
        found = [
            made
            for one in Readings(terms, self.states).with_states(known, width)
            if (made := self._made(terms, one, output, said, weights))
        ]
        as_in_keras = [one for one in found if one.layout is Layout.KERAS]
        # Of two factors of one width either may be the state: the one that a loop carries is.
        chosen = next(
            (one for one in as_in_keras if _is_carried(one)), as_in_keras[-1] if as_in_keras else None
        )
        return [one for one in found if one.layout is not Layout.KERAS or one is chosen]

    def _made(self, terms, known, output, said, weights):
        gates = {one.node.name: one for one in gates_of(known)}
        lay = gates_layout(self.weights, gates)
        if lay is None:
            return None
        blocks, variables, inputs = lay
        options = self._options(known, gates, said)
        order = self._order(known, gates, blocks, variables, inputs, options)
        if order is None or (self.row.stock_unless and not self._needs_row(options)):
            return None
        layout, variables, kept = order
        variables = OrderedDict(variables, **_peepholes(self.weights, gates), **weights)
        if len(set(variables.values())) < len(variables):
            return None
        old, new = OrderedDict(), OrderedDict()
        for name in (state.rstrip("'") for state in self.states):
            own = name if self.row.states else ""
            old[own], new[own] = known[name], known.get(f"{name}'", output)
        x = terms.concat([factor for factor, _ in inputs], 1)
        return CellMatch(self.row.name, options, variables, x, old, new, output, layout, kept)

    def _options(self, known, gates, said):
        """Return TF1's arguments of the cell, num_units first, without those that have TF1's default."""
        options = OrderedDict(num_units=next(iter(gates.values())).sum.units)
        found = {one.added: float(one.sum.constant) for one in gates.values() if one.added}
        found["activation"] = known["activation"]
        held = {tensor.name: tensor.when for tensor in self.weights.tf1}
        found.update((held[name], True) for name in _peepholes(self.weights, gates))
        found.update((one.tf1, known[one.tf1]) for one in self.row.arguments if one.tf1 in known)
        options.update((name, value) for name, value in found.items() if value != self.row.default(name))
        return OrderedDict(options, **said)

    def _needs_row(self, options):
        """Whether an option is one that only this row has: no stock Keras cell and no simpler row."""
        return bool(set(self.row.stock_unless) & set(options))

    def _order(self, known, gates, blocks, variables, inputs, options):
        """Return (layout, its names -> variables, blocks) and add the options of the layout; None without one."""
        function, option = known.get("gate", SIGMOID), self.variant.option if self.variant else ""
        own = {option: True} if option else {}
        place = (self.weights, blocks, variables, sum(width for _, width in inputs), options["num_units"])
        tf1 = as_layout(Layout.TF1, *place)
        if tf1 and function == SIGMOID and all(one.when or one.name in tf1 for one in self.weights.tf1):
            options.update(own)
            return Layout.TF1, tf1, ()
        plain = not self._needs_row(options) and not any(one.sum.constant for one in gates.values())
        in_keras = as_layout(Layout.KERAS, *place) if plain else None
        if in_keras:
            options.update({"recurrent_activation": function} if "gate" in known else {}, **own)
            return Layout.KERAS, in_keras, ()
        # A dense layer over a concatenation has the same equation as a cell without gates.
        known_order = "gate" in known or tf1
        is_other = known_order and not own and function == SIGMOID
        return (Layout.TF1, variables, blocks) if is_other else None


def _peepholes(weights, gates):
    """Map the names of the peepholes' weights to their terms, in the order of the weight map."""
    found = {one.peephole[0]: one.sum.peephole[0] for one in gates.values() if one.sum.peephole}
    return OrderedDict((one.name, found[one.name]) for one in weights.tf1 if one.name in found)


def _is_carried(match):
    """Whether a loop carries the term that is read as h, and not the one that is read as the input."""
    return list(match.old.values())[-1].op == "loopvar" and match.inputs.op != "loopvar"


def projected(terms, h, units):
    """List the possible outputs of a cell whose output before a projection is h.

    Args:
        terms: the table of terms.
        h: the term.
        units: the width of h.

    Returns:
        A list of (term, options, variables): h itself, then the products with each matrix that the graph has, clipped
        and not.
    """
    found = [(h, {}, {})]
    for user in terms.users(h):
        if user.op != "matmul" or user.args[0] is not h or not is_variable(user.args[1], 2):
            continue
        if user.args[1].attr[1][0] != units:
            continue
        more, weights = {"num_proj": user.args[1].attr[1][1]}, {"projection/kernel": user.args[1]}
        found.append((user, more, weights))
        for clipped in terms.users(user):
            if unclipped(clipped)[1] is not None:
                found.append((clipped, {**more, "proj_clip": clipped.attr[1]}, weights))
    return found


#: The cells of the table, in its order.
CELLS = tuple(Cell(row, one) for row in PAIRS.values() if row.equations for one in (None, *row.variants))


def every_cell_match(terms):
    """Find all known cells among the terms.

    Args:
        terms: the table of terms.

    Returns:
        A list of `CellMatch`s in the order of the graph; another order of weights only where no cell fits otherwise.
    """
    found = []
    for term in list(terms.every):
        every = block_matches(terms, term) + [one for cell in CELLS for one in cell.matches(terms, term)]
        known = [one for one in every if not one.blocks]
        found += known + [one for one in every if one not in known and _is_other(one, known)]
    made = {new for one in found for new in one.new.values()}
    return [replace(one, old=_unstacked(one.old, made)) for one in found]


def _is_other(one, known):
    """Whether a cell in another order of weights is not also known in its own order, nor with a product behind it."""
    return one.old not in [other.old for other in known] and not (known and "num_proj" in one.options)


def _unstacked(old, made):
    """Return the old states; a part of a stack is replaced by the cell's output that became that part."""
    parts = {state: stacked(term) for state, term in old.items()}
    return OrderedDict((state, parts[state] if parts[state] in made else term) for state, term in old.items())
