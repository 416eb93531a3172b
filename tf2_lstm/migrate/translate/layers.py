"""Layers where a person would write one: Dense of a product with weights, its bias and activation; Embedding."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.naming import python_name
from tf2_lstm.migrate.translate.values import Held, Live

#: What keras.layers.Dense has as an activation, as `keras.ops` and `keras.activations` both call it.
ACTIVATIONS = ("tanh", "sigmoid", "relu", "relu6", "elu", "selu", "softplus", "softsign", "softmax", "exp")


def with_whole(value, whole):
    """Return a `Live` with the whole of which it is all but the last axis in one; as it is without."""
    return value if whole is None else replace(value, whole=whole)


def product(writer, node, x, kernel):
    """Write a product with a matrix of weights as a dense layer; None where it is to be written out."""
    if not (isinstance(x, Live) and _free(writer, kernel) and len(kernel.shape) == 2):
        return None
    return _dense(writer, node, x, kernel, None, "")


def biased(writer, node, x, bias):
    """Write a dense layer with a bias where x is a product that nothing else reads; None elsewhere."""
    made = getattr(x, "product", None)
    if made is None or made[2:] != (None, "") or not _free(writer, bias) or not writer.read_once(x):
        return None
    return _dense(writer, node, made[0], made[1], bias, "") if bias.shape == made[1].shape[1:] else None


def activated(writer, node, x, activation):
    """Write a dense layer with an activation where x is one that nothing else reads; None elsewhere."""
    made = getattr(x, "product", None)
    if made is None or activation not in ACTIVATIONS or made[3] or not writer.read_once(x):
        return None
    return _dense(writer, node, *made[:3], "exponential" if activation == "exp" else activation)


def _dense(writer, node, x, kernel, bias, activation):
    """The layer, applied to x, or to the whole of which x is all but the last axis in one."""
    units, weights = kernel.shape[1], [kernel.node] + ([bias.node] if bias else [])
    options = {} if bias else {"use_bias": False}
    options |= {"activation": activation} if activation else {}
    options |= {} if kernel.dtype == "float32" else {"dtype": kernel.dtype}
    name, note = _scope_name(kernel.node), ", ".join(weights)
    layer = writer.layer_of(
        ("dense", *weights, activation), name, weights, "keras.layers.Dense", (units,), options, note
    )
    made = (x, kernel, bias, activation)
    if x.whole is None:
        return writer.result(node, Apply(layer, (x.ref,)), (*x.shape[:-1], units), product=made)
    whole = writer.aside(node, Apply(layer, (x.whole.ref,)), (*x.whole.shape[:-1], units))
    whole = replace(whole, product=(x.whole, kernel, bias, activation))
    flat = Apply("keras.ops.reshape", (whole.ref, (-1, units)))
    return writer.result(node, flat, (*x.shape[:-1], units), product=made, whole=whole)


def embedded(writer, node, table, ids):
    """Write a lookup of rows as an embedding layer; None where the table is no matrix of weights."""
    if not (isinstance(ids, Live) and _free(writer, table) and len(table.shape) == 2):
        return None
    options = {} if table.dtype == "float32" else {"dtype": table.dtype}
    name = _scope_name(table.node)
    layer = writer.layer_of(
        ("embedding", table.node),
        *(name, [table.node], "keras.layers.Embedding", table.shape, options, table.node),
    )
    return writer.result(node, Apply(layer, (ids.ref,)), (*ids.shape, table.shape[1]))


def _free(writer, weight):
    """Whether a value is a variable of floats that one layer may hold alone."""
    return isinstance(weight, Held) and "float" in weight.dtype and weight.node not in writer.shared


def _scope_name(node):
    """A layer is called after the scope of its kernel, or after the variable where nobody gave a scope."""
    *scopes, last = node.split("/")
    return python_name(scopes[-1] if scopes and last in ("kernel", "weights", "w", "W") else last)
