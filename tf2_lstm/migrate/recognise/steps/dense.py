"""A dense layer that a loop applies to the outputs of its cells: BasicDecoder's output_layer."""

from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.graph.terms import Term
from tf2_lstm.migrate.model import CellVariables
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS, is_variable
from tf2_lstm.migrate.recognise.steps.call_trees import common_scope


@dataclass(frozen=True)
class Dense:
    """One dense layer.

    Attributes:
        kernel: the term of its kernel.
        bias: the term of its bias, None without one.
        activation: Keras's name of its function, None without one.
    """

    kernel: Term
    bias: Term | None
    activation: str | None

    @property
    def units(self):
        """The number of columns of the output."""
        return self.kernel.attr[1][1]

    def variables(self):
        """Describe the layer as the `CellVariables` of a `Recurrence`."""
        named = OrderedDict(kernel=self.kernel.attr[0])
        if self.bias is not None:
            named["bias"] = self.bias.attr[0]
        call = Call("dense", units=self.units, use_bias=self.bias is not None, activation=self.activation)
        return CellVariables(call, common_scope(named.values()), named)


def below(reader, output):
    """Read the layers of a step below its output, with or without a dense layer on top.

    Args:
        reader: the `Layers` of the step.
        output: the term of the step's output.

    Returns:
        (layers, x, dense): see `Layers.stack`; dense is a `Dense` or None.
    """
    layers, x = reader.stack(output)
    if layers:
        return layers, x, None
    activation = ACTIVATIONS.get(output.op)
    found = _affine(output.args[0] if activation else output)
    if found is None:
        return layers, x, None
    inputs, kernel, bias = found
    return *reader.stack(inputs), Dense(kernel, bias, activation)


def _affine(term):
    """Take x @ kernel + bias apart into three terms, the bias None where there is none; None for any other term."""
    parts = list(term.args) if term.op == "add" else [term]
    products = [part for part in parts if part.op == "matmul" and is_variable(part.args[1], 2)]
    biases = [part for part in parts if is_variable(part, 1)]
    if len(products) != 1 or len(biases) > 1 or len(products) + len(biases) != len(parts):
        return None
    inputs, kernel = products[0].args
    if (biases and biases[0].attr[1] != kernel.attr[1][1:]) or (
        inputs.op == "concat" and inputs.attr in (1, -1)
    ):
        return None
    return inputs, kernel, biases[0] if biases else None
