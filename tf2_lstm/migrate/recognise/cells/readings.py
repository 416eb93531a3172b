"""All ways to read a term as an equation of a cell: which terms stand for its states, gates and options."""

from dataclasses import dataclass, replace

from tf2_lstm.migrate.graph.terms import scalar
from tf2_lstm.migrate.pairs.equations import Node, linears
from tf2_lstm.migrate.recognise.cells.blends import complement_mixtures, mixtures
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS
from tf2_lstm.migrate.recognise.cells.summands import Sum, resolved, summed

#: Keras's names of the functions of gates.
SIGMOID, HARD_SIGMOID = "sigmoid", "hard_sigmoid"


@dataclass(frozen=True)
class Gate:
    """The linear part of a gate, found.

    Attributes:
        node: its `Node`, of the kind "linear".
        sum: its `Sum`.
        peephole: (name of the weight, name of the state that it is multiplied with), for an equation with one.
        added: the name of the option that the equation adds, "" for none.
        sign: -1 where 1 minus the gate is the equation's gate, whose sum is then the negative.
        state: the factor that stands for the state, once it is known.
    """

    node: Node
    sum: Sum
    peephole: tuple = ()
    added: str = ""
    sign: int = 1
    state: object = None

    @property
    def reads_state(self):
        """Whether the equation multiplies a state, by itself or reset, with weights."""
        return self.node.parts[-1].name != "x"

    @property
    def reads_input(self):
        """Whether the equation multiplies the input with weights."""
        return self.node.parts[0].name == "x"


class Readings:
    """Reads terms as equations.

    The dict `known` has what was found so far: the name of a state, "gate", "activation" or an option -> its term or
    value; ("linear", letter) -> the `Gate`.

    Args:
        terms: the table of terms.
        states: a new state's name -> the `Node` of its equation.
    """

    def __init__(self, terms, states):
        self.terms, self._states = terms, states

    def of(self, node, term, known):
        """Yield, for each way to read a term as a part of an equation, the dict of all that is known then."""
        yield from getattr(self, f"_{node.kind}")(node, term, known)

    def _name(self, node, term, known):
        if node.name in known:
            yield from [known] if known[node.name] is term else []
        elif node.name in self._states:
            yield from self.of(self._states[node.name], term, {**known, node.name: term})
        elif term.op != "const" or len(term.attr[1]) > 1:
            yield {**known, node.name: term}

    def _number(self, node, term, known):
        yield from [known] if scalar(term) == node.value else []

    def _call(self, node, term, known):
        if node.name == "clip":
            inside, bound = unclipped(term)
            yield from self.of(
                node.parts[0], inside, known if bound is None else {**known, node.parts[1].name: bound}
            )
            return
        function, inside = (
            gated(term) if node.name == "gate" else (ACTIVATIONS.get(term.op), term.args and term.args[0])
        )
        if function and known.get(node.name, function) == function:
            yield from self.of(node.parts[0], inside, {**known, node.name: function})

    def _product(self, node, term, known):
        first, second = node.parts
        for factor in term.args if term.op == "mul" else ():
            for found in self.of(first, factor, known):
                rest = self.terms.without(term, factor)
                yield from self.of(second, rest, found) if rest is not None else ()

    def _sum(self, node, term, known):
        blend = _blend(node)
        if _is_linear(node):
            yield from self._linear(node, term, known)
        elif blend:
            yield from self._blended(*blend, term, known)
        else:
            rest, product = node.parts
            for part in term.args if term.op == "add" else ():
                for found in self.of(product, part, known):
                    left = self.terms.without(term, part)
                    yield from self.of(rest, left, found) if left is not None else ()

    def _blended(self, gate, kept, written, term, known):
        for sign, ways in ((1, mixtures(self.terms, term)), (-1, complement_mixtures(self.terms, term))):
            for update, old, candidate in ways:
                for found in self.of(gate, update, known):
                    found = {**found, **_complements(gate, found)} if sign < 0 else found
                    for more in self.of(kept, old, found):
                        yield from self.of(written, candidate, more)

    def _linear(self, node, term, known):
        linear, *others = node.parts if node.kind == "sum" else (node,)
        added = "".join(one.name for one in others)
        peephole = tuple(part.name for one in others for part in one.parts)
        # Columns of a product are one gate; a cell without gates uses the whole product.
        whole = "gate" in known or term.op != "column_slice"
        found = summed(self.terms, term) if whole else None
        if found and (added or not found.constant) and (peephole or found.peephole is None):
            yield {**known, ("linear", linear.name): Gate(linear, found, peephole, added)}

    def with_states(self, known, width):
        """Yield what is known with each choice of a factor, of the width of a state, as the state of each gate."""
        gates = [one for one in gates_of(known) if one.reads_state and one.state is None]
        if not gates:
            yield from [known] if _peepholes_look_right(known) else []
            return
        # A gate with a reset state tells more about the state: it is read first.
        gate = min(gates, key=lambda one: one.node.parts[-1].kind == "name")
        gate = replace(gate, sum=resolved(self.terms, gate.sum, width))
        for factor, (columns, _) in reversed(gate.sum.products.items() if gate.sum else ()):
            if columns == width:
                for found in self.of(gate.node.parts[-1], factor, known):
                    own = {("linear", gate.node.name): replace(gate, state=factor)}
                    yield from self.with_states({**found, **own}, width)


def gates_of(known):
    """List the `Gate`s in the dict of what is known."""
    return [one for one in known.values() if isinstance(one, Gate)]


def gated(term):
    """Take gate(x) apart into (name of the gate's function, x); (None, None) for any other term."""
    if term.op == "Sigmoid":
        return SIGMOID, term.args[0]
    if (
        term.op == "clip"
        and term.attr == (0.0, 1.0)
        and term.args[0].op == "add"
        and len(term.args[0].args) == 2
    ):
        for half, scaled in (term.args[0].args, term.args[0].args[::-1]):
            for fifth, inside in (
                (scaled.args, scaled.args[::-1]) if scaled.op == "mul" and len(scaled.args) == 2 else ()
            ):
                if scalar(half) == 0.5 and scalar(fifth) == 0.2:
                    return HARD_SIGMOID, inside
    return None, None


def unclipped(term):
    """Take clip(x, -b, b) apart into (x, b); (term, None) where there is no clip."""
    if term.op == "clip" and term.attr[0] == -term.attr[1]:
        return term.args[0], term.attr[1]
    return term, None


def _is_linear(node):
    """Whether a sum is a linear part with an option or a peephole."""
    return node.parts[0].kind == "linear" and all(
        part.kind == "name" for one in node.parts[1:] for part in one.parts
    )


def _blend(node):
    """Return the (gate, first, second) of an equation gate * first + (1 - gate) * second; None for another sum."""
    one, other = node.parts if len(node.parts) == 2 else (node, node)
    if one.kind == other.kind == "product" and other.parts[0].kind == "sum":
        number, minus = other.parts[0].parts
        if number.value == 1 and minus.kind == "product" and minus.parts[1] is one.parts[0]:
            return one.parts[0], one.parts[1], other.parts[1]
    return None


def _complements(gate, known):
    """Return the `Gate`s of the negative sum: 1 - sigmoid(z) is sigmoid(-z)."""
    keys = [("linear", one.name) for one in linears(gate)]
    return {key: replace(known[key], sign=-1) for key in keys}


def _peepholes_look_right(known):
    """Whether every peephole reads the state of its equation, and either all gates that may have one do, or none."""
    gates = [one for one in gates_of(known) if one.peephole]
    looks = [one.sum.peephole[1] is known[one.peephole[1]] for one in gates if one.sum.peephole is not None]
    return len(looks) in (0, len(gates)) and all(looks)
