"""One match of a known cell in a graph: its inputs, its old and new states, variables and options, as terms."""

from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.graph.terms import Term
from tf2_lstm.migrate.pairs.row import Layout


@dataclass(frozen=True, eq=False)
class CellMatch:
    """A cell applied once.

    Attributes:
        pair: the row of the pairs table.
        options: TF1 argument -> value, num_units first, without those that have TF1's default.
        variables: leaf name of the row's weight map -> the variable's term.
        inputs: the term of the input.
        old: name of a state ("c", "h", or "" for a bare state) -> its term before the step.
        new: name of a state -> its term after the step.
        output: the term of the output.
        layout: the `Layout` of the variables.
        blocks: where parts of the variables are, see `CellVariables`; () where they are as the layout has them.
    """

    pair: str
    options: OrderedDict
    variables: OrderedDict
    inputs: Term
    old: OrderedDict
    new: OrderedDict
    output: Term
    layout: Layout = Layout.TF1
    blocks: tuple = ()

    @property
    def key(self):
        """Return what all calls of one cell share: the pair, the options, the variables and their blocks."""
        variables = tuple((name, term.number) for name, term in self.variables.items())
        return (self.pair, tuple(self.options.items()), variables, self.blocks)

    @property
    def width(self):
        """The number of columns of the output."""
        return self.options.get("num_proj") or self.options["num_units"]


def sizes(match):
    """Return the width of each state, by name."""
    units = match.options["num_units"]
    return OrderedDict((name, units if name == "c" else match.width) for name in match.new)


def is_variable(term, rank=None):
    """Whether a term is a whole variable (of this rank)."""
    return term.op == "var" and term.attr[2] is None and (rank is None or len(term.attr[1]) == rank)


#: TF1 operation -> the name that Keras gives the function.
ACTIVATIONS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Relu6": "relu6",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
}
