"""One match of a known cell in a graph: its inputs, its old and new states, variables and options, as terms."""

from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.graph.terms import Term
from tf2_lstm.migrate.pairs.arguments import ACTIVATION, FORGET_BIAS


@dataclass(frozen=True, eq=False)
class CellMatch:
    """A cell applied once.

    Attributes:
        pair: the row of the pairs table.
        options: TF1 argument -> value, num_units first; what has TF1's default is left out.
        variables: leaf name of the row's weight map -> the variable's term.
        inputs: the term of the input.
        old: state's name ("c", "h", or "" for a bare state) -> its term before.
        new: state's name -> its term after.
        output: the term of the output.
        convert: the layout of the variables, see `CellVariables`.
        blocks: where pieces of the variables stand, see `CellVariables`.
    """

    pair: str
    options: OrderedDict
    variables: OrderedDict
    inputs: Term
    old: OrderedDict
    new: OrderedDict
    output: Term
    convert: str = ""
    blocks: tuple = ()

    @property
    def key(self):
        """What two matches of one cell share: the variables and the options."""
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


def linear(terms, term):
    """Take `concat(parts) @ kernel + bias` apart.

    Returns:
        A triple (parts, kernel, bias) of a list and two terms, the bias None when there is none; None for anything
        else.
    """
    parts = list(term.args) if term.op == "add" else [term]
    products = [part for part in parts if part.op == "matmul" and is_variable(part.args[1], 2)]
    biases = [part for part in parts if is_variable(part, 1)]
    if len(products) != 1 or len(biases) > 1 or len(products) + len(biases) != len(parts):
        return None
    inputs, kernel = products[0].args
    if biases and biases[0].attr[1] != kernel.attr[1][1:]:
        return None
    whole = inputs.op == "concat" and inputs.attr in (1, -1)
    return list(inputs.args) if whole else [inputs], kernel, biases[0] if biases else None


def inputs_and_state(terms, parts):
    """Split `concat([x, h])` into the terms of x and h; None when there is no x."""
    return (terms.concat(parts[:-1], 1), parts[-1]) if len(parts) > 1 else None


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


def activation(op):
    """Return {"activation": name} for an operation that is not TF1's default, {} for the default."""
    return {} if ACTIVATIONS[op] == ACTIVATION.default else {"activation": ACTIVATIONS[op]}


def forget_bias(added):
    """Return {"forget_bias": number} for what is added to the forget gate, {} for TF1's default."""
    return {} if added == FORGET_BIAS.default else {"forget_bias": float(added)}
