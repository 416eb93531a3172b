"""Write a Keras model as an ONNX model: the graph with its inputs and outputs."""

from dataclasses import dataclass, field

import keras
import onnx
from onnx import helper

import tf2_lstm
from tf2_lstm.migrate.export import (
    convolutions,
    gathering,
    looping,
    open_sizes,
    pointwise,
    rearranging,
    recurrent,
    scanning,
    sparse_layers,
)
from tf2_lstm.migrate.export.graph import IR_VERSION, OPSET, value_info
from tf2_lstm.migrate.export.model_edges import inputs_of, outputs_of
from tf2_lstm.migrate.export.writing import ExportError, Writer
from tf2_lstm.stock import layers_of
from tf2_lstm.stream.model_nodes import check_masks_are_carried

#: Layers that are written as ONNX operators; any other layer is opened.
FAMILIES = (
    pointwise,
    rearranging,
    gathering,
    convolutions,
    scanning,
    looping,
    recurrent,
    open_sizes,
    sparse_layers,
)
ROWS = {kind: row for family in FAMILIES for kind, row in family.ROWS.items()}


@dataclass(frozen=True)
class Written:
    """The result of writing a model.

    Attributes:
        proto: the `onnx.ModelProto`.
        limits: name of an input of integers -> how many different ones it may be, where that is known.
    """

    proto: object
    limits: dict = field(default_factory=dict)


def write(model):
    """Write a Keras model as ONNX.

    Args:
        model: a built Sequential or functional model; dropout is off in the written one.

    Returns:
        The `Written`.

    Raises:
        ExportError: it computes something that no ONNX operators are written for.

    Example:
        ```python
        model = keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4)])
        operators = [node.op_type for node in write(model).proto.graph.node]
        assert "LSTM" in operators
        ```
    """
    check(model)
    check_masks_are_carried("to export a model")
    inputs, outputs = inputs_of(model), outputs_of(model)
    writer = Writer(ROWS, taken=[*inputs, *outputs])
    for name, tensor in inputs.items():
        writer.define(tensor, name)
    found = {name: writer.name(tensor) for name, tensor in outputs.items()}
    graph = writer.graph
    graph.nodes += [helper.make_node("Identity", [found[name]], [name]) for name in outputs]
    proto = helper.make_graph(
        graph.nodes,
        model.name,
        [_info(name, tensor) for name, tensor in inputs.items()],
        [_info(name, tensor) for name, tensor in outputs.items()],
        graph.used_constants(),
    )
    made = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="tf2-lstm",
        producer_version=tf2_lstm.__version__,
    )
    onnx.checker.check_model(made)
    return Written(made, {name: limit for name, limit in writer.limits.items() if name in inputs})


def check(model):
    """Refuse a model without a known graph, or one that computes in another dtype than its weights have.

    Args:
        model: the Keras model.

    Raises:
        ExportError: it is one of these.
    """
    functional = isinstance(model, keras.Sequential) or hasattr(model, "operations")
    if not isinstance(model, keras.Model) or not functional:
        raise ExportError(
            f"{type(model).__name__}: expected a Sequential or functional model; the graph of another is not known. "
            "Build it with keras.Model(inputs, outputs)."
        )
    if not model.built or not model.inputs:
        raise ExportError(f"{model.name}: expected a built model. Give it a keras.Input.")
    for layer in layers_of(model):
        if layer.compute_dtype != layer.variable_dtype:
            raise ExportError(
                f"{type(layer).__name__} {layer.name!r}: its dtype policy computes in {layer.compute_dtype} with "
                f"weights in {layer.variable_dtype}. Load the model with keras.config.set_dtype_policy('float32')."
            )


def _info(name, tensor):
    sizes = [f"{name}_{axis}" if size is None else size for axis, size in enumerate(tensor.shape)]
    return value_info(name, tensor.dtype, sizes)
