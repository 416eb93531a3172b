"""Batch normalisation that is written out, as tf.nn.batch_normalization writes it for tensors of any rank."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import copied, data_inputs, node_of
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.writing.values import Held, Known, Live

#: Operations that add two tensors.
ADDS = ("Add", "AddV2")


def by_moving_averages(writer, nodes, node, value, told):
    """Write (x * factor) + (offset - mean * factor), factor = scale / sqrt(variance + epsilon), as one layer.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef of the last sum.
        value: a function from a reference to its value.
        told: whether the artefact says which variables TF1 trains.

    Returns:
        The `Live`, or None where the node is anything else, its weights are no variables of the last axis, or TF1
        trains the mean or the variance, which no layer does.
    """
    parts = parts_of(nodes, node) if node.op in ADDS else None
    if parts is None:
        return None
    x, epsilon = value(parts["x"]), value(parts["epsilon"])
    if not isinstance(x, Live) or not isinstance(epsilon, Known) or epsilon.open or epsilon.array.size != 1:
        return None
    weights = [
        _none_of(name) if parts[name] is None else value(parts[name])
        for name in ("scale", "offset", "mean", "variance")
    ]
    if told and any(getattr(one, "trains", False) for one in weights[2:]):
        return None
    if any(isinstance(one, Held) and one.shape != tuple(x.shape[-1:]) for one in weights):
        return None
    return layers.normalised(writer, node, x, weights, round(float(epsilon.array.item()), 9))


def _none_of(name):
    """Return the value of a missing scale or offset: one or zero."""
    return Known(np.array([1.0 if name == "scale" else 0.0], "float32"), "float32")


def parts_of(nodes, node):
    """Return name -> reference of the parts of a normalisation; None for a sum of another kind.

    Args:
        nodes: name -> NodeDef.
        node: the NodeDef of a sum.
    """
    scaled, moved = data_inputs(node)
    offset, shift = inputs_if(nodes, moved, "Sub") or (None, moved)
    product, shifted = inputs_if(nodes, scaled, "Mul"), inputs_if(nodes, shift, "Mul")
    if not product or not shifted or product[1] != shifted[1]:
        return None
    # Without an offset the mean is negated before it is multiplied.
    [mean] = (shifted[0],) if offset else inputs_if(nodes, shifted[0], "Neg") or (None,)
    root, scale = inputs_if(nodes, product[1], "Mul") or (product[1], None)
    [inner] = inputs_if(nodes, root, "Rsqrt") or [None]
    sum_ = inputs_if(nodes, inner, *ADDS)
    if not sum_ or mean is None:
        return None
    return {
        **{"x": product[0], "scale": scale, "offset": offset, "mean": mean},
        **{"variance": sum_[0], "epsilon": sum_[1]},
    }


def inputs_if(nodes, reference, *ops):
    """Return the inputs of a tensor's node, through Identity, where it is of one of some operations; else None.

    Args:
        nodes: name -> NodeDef.
        reference: the name of the tensor, or None for no tensor.
        ops: names of operations.
    """
    node = nodes.get(node_of(copied(nodes, reference))) if reference is not None else None
    return tuple(data_inputs(node)) if node is not None and node.op in ops else None


__all__ = ["ADDS", "by_moving_averages", "inputs_if", "parts_of"]
