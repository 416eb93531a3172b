"""Layer normalisation that is written out: by tf.nn.moments, as tf.contrib.layers.layer_norm, or by hand."""

from tf2_lstm.migrate.graph.constants import written
from tf2_lstm.migrate.graph.nodes import copied, data_inputs, node_of
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.recovered.layers import is_free
from tf2_lstm.migrate.translate.recovered.normalisation import ADDS, inputs_if, parts_of
from tf2_lstm.migrate.translate.writing.naming import python_name
from tf2_lstm.migrate.translate.writing.values import Known, Live

_PRODUCTS, _QUOTIENTS = ("Mul",), ("RealDiv", "Div")


def by_own_moments(writer, nodes, node, value):
    """Write (x - mean) / sqrt(variance + epsilon), times a scale, plus an offset, of the last axis, as one layer.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef of the last operation.
        value: a function from a reference to its value.

    Returns:
        The `Live`, or None where the node is anything else, or its weights are no variables of the last axis. A loop
        holds no such layer.
    """
    parts = None if writer.inside else _parts(nodes, node)
    if parts is None:
        return None
    x, epsilon = value(parts["x"]), value(parts["epsilon"])
    weights = [value(parts[name]) if parts[name] else None for name in ("scale", "offset")]
    held = [one for one in weights if one is not None]
    if not isinstance(x, Live) or not _is_number(epsilon) or not _is_root(parts, value):
        return None
    if not all(is_free(writer, one) and one.shape == tuple(x.shape[-1:]) for one in held):
        return None
    if not _is_moments(nodes, parts, x, value):
        return None
    if len({one.trains for one in held}) > 1:
        return None
    return _written(writer, node, x, weights, float(written(epsilon.array.ravel()[0])))


def _is_number(value):
    return isinstance(value, Known) and not value.open and value.array.size == 1


def _is_root(parts, value):
    """Whether the division is by a square root; a power must be 0.5."""
    power = value(parts["power"]) if parts.get("power") else None
    return power is None or (_is_number(power) and power.array.item() == 0.5)


def _written(writer, node, x, weights, epsilon):
    scale, offset = weights
    held = [one for one in weights if one is not None]
    names = [one.node for one in held]
    scopes = (names or [node.name])[0].split("/")
    options = {"epsilon": epsilon}
    options |= {} if scale is not None else {"scale": False}
    options |= {} if offset is not None else {"center": False}
    options |= {} if x.dtype == "float32" else {"dtype": x.dtype}
    options |= {} if all(one.trains for one in held) else {"trainable": False}
    name = python_name(scopes[-2] if len(scopes) > 1 else scopes[-1])
    layer = writer.layer_of(
        ("layer_normalization", epsilon, *(names or [node.name])),
        *(name, names, "keras.layers.LayerNormalization", (), options, ", ".join(names)),
    )
    return writer.result(node, Apply(layer, (x.ref,)), x.shape)


def _parts(nodes, node):
    """Return the references that a normalisation is computed from; None for any other node."""
    if node.op in ADDS and (found := parts_of(nodes, node)):
        return found
    for product, offset in _either(node, ADDS) if node.op in ADDS else [(None, None)]:
        whole = node if product is None else nodes.get(node_of(copied(nodes, product)))
        for inner, scale in [(None, None), *_either(whole, _PRODUCTS)]:
            found = _centred(nodes, whole if inner is None else nodes.get(node_of(copied(nodes, inner))))
            if found is not None:
                return {**found, "scale": scale, "offset": offset}
    return None


def _either(node, ops):
    """List the inputs of a node of one of some operations in both orders; [] for any other node."""
    read = tuple(data_inputs(node)) if node is not None and node.op in ops else ()
    return [read, read[::-1]] if len(read) == 2 else []


def _centred(nodes, node):
    """Return the parts of (x - mean) / sqrt(variance + epsilon); None for any other node."""
    if node is None:
        return None
    pairs = [(one, other, "Rsqrt") for one, other in _either(node, _PRODUCTS)]
    pairs += [(*data_inputs(node), op) for op in ("Sqrt", "Pow")] if node.op in _QUOTIENTS else []
    for difference, root, op in pairs:
        less, inner = inputs_if(nodes, difference, "Sub"), inputs_if(nodes, root, op)
        sum_ = inputs_if(nodes, inner[0], *ADDS) if inner else None
        if less and sum_:
            found = {"x": less[0], "mean": less[1], "variance": sum_[0], "epsilon": sum_[1]}
            return {**found, "power": inner[1] if op == "Pow" else None}
    return None


def _is_moments(nodes, parts, x, value):
    """Whether mean and variance are those of x along its last axis."""
    one = copied(nodes, parts["x"])
    mean, variance = (_averaged(nodes, parts[name], len(x.shape), value) for name in ("mean", "variance"))
    if mean is None or variance is None or copied(nodes, mean) != one:
        return False
    squared = inputs_if(nodes, variance, "SquaredDifference")
    squared = squared or inputs_if(nodes, _base(nodes, variance), "Sub")
    if not squared:
        return False
    read = {copied(nodes, _open(nodes, other)) for other in squared}
    return read == {one, copied(nodes, parts["mean"])}


def _base(nodes, reference):
    """Return the tensor that a square is of; any other tensor as it is."""
    square, twice = inputs_if(nodes, reference, "Square"), inputs_if(nodes, reference, *_PRODUCTS)
    is_square = twice and copied(nodes, twice[0]) == copied(nodes, twice[1])
    return square[0] if square else twice[0] if is_square else reference


def _open(nodes, reference):
    """Return the tensor before a stopped gradient: the gradient of the mean is zero here."""
    stopped = inputs_if(nodes, reference, "StopGradient")
    return stopped[0] if stopped else reference


def _averaged(nodes, reference, rank, value):
    """Return the tensor that is averaged along its last axis, which is kept; None for any other node."""
    read = inputs_if(nodes, reference, "Mean")
    if read is None or not nodes[node_of(copied(nodes, reference))].attr["keep_dims"].b:
        return None
    axis = value(read[1])
    is_last = isinstance(axis, Known) and not axis.open and axis.array.ravel().tolist() in ([-1], [rank - 1])
    return read[0] if is_last else None


__all__ = ["by_own_moments"]
