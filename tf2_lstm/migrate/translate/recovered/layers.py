"""Layers where a person would write one: Dense, Conv1D and Conv2D, BatchNormalization, Embedding."""

from dataclasses import dataclass, field, replace

from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.writing.naming import python_name
from tf2_lstm.migrate.translate.writing.values import Held, Known, Live, Size, rank_of, sizes_of

#: The activations of keras.layers.Dense, by the name that `keras.ops` and `keras.activations` share.
ACTIVATIONS = ("tanh", "sigmoid", "relu", "relu6", "elu", "selu", "softplus", "softsign", "softmax", "exp")


@dataclass(frozen=True)
class Product:
    """A product with weights, which one layer computes.

    Attributes:
        x: the `Live` that is multiplied.
        kernel: the `Held` that it is multiplied with.
        symbol: the class of the layer.
        arguments: positional arguments of the layer.
        options: keyword arguments of the layer.
        bias: the `Held` that is added, None without one.
        activation: the name of the activation, "" without one.
    """

    x: Live
    kernel: Held
    symbol: str
    arguments: tuple
    options: dict = field(default_factory=dict)
    bias: Held | None = None
    activation: str = ""

    @property
    def units(self):
        """The number of columns of the product, as the shape of a bias."""
        return self.arguments[:1]


def with_whole(value, whole):
    """Return a `Live` with the tensor of more axes that it is flattened from; as it is without one."""
    return value if whole is None else replace(value, whole=whole)


def product(writer, node, x, kernel):
    """Write a product with a matrix of weights as a dense layer; None where no layer computes it."""
    if not (isinstance(x, Live) and is_free(writer, kernel) and len(kernel.shape) == 2):
        return None
    return _written(writer, node, Product(x, kernel, "keras.layers.Dense", (kernel.shape[1],)))


def convolution(writer, node, x, kernel, options):
    """Write a convolution with weights as a layer; None where no layer computes it."""
    made = _convolution(writer, x, kernel, options)
    return None if made is None else _written(writer, node, made)


def convolution_of_steps(writer, node, x, kernel, options):
    """Write a convolution over one axis, which TensorFlow computes as one over two with one row, as a layer.

    Args:
        writer: the `Writer`.
        node: the NodeDef of the convolution over two axes.
        x: its input, the `Live` [B, T, C].
        kernel: the `Held` [width, C, filters].
        options: the options of the layer.

    Returns:
        The `Live` [B, 1, T, filters] of the node's output, which knows the layer's own output; None where no layer
        computes it.
    """
    made = _convolution(writer, x, kernel, options)
    if made is None:
        return None
    ref = writer.aside(node, Apply(_layer(writer, made), (x.ref,)), ()).ref
    inferred = writer.shapes.get(f"{node.name}:0") or (None, 1, None, None)
    sizes = (inferred[0] or x.shape[0], inferred[2] or Size(((ref.name, 1),)), made.kernel.shape[-1])
    inner = Live(ref, sizes, x.dtype, product=made)
    wide = Apply("keras.ops.expand_dims", (ref, 1))
    return writer.result(node, wide, (sizes[0], 1, *sizes[1:]), widened=(inner, 1))


def transposed_convolution(writer, node, x, kernel, options):
    """Write a transposed convolution over two axes as a layer; None where no layer computes it."""
    if not (isinstance(x, Live) and is_free(writer, kernel)) or kernel.shape[-1] != x.shape[-1]:
        return None
    *size, filters, _ = kernel.shape
    symbol = "keras.layers.Conv2DTranspose"
    return _written(writer, node, Product(x, kernel, symbol, (filters, tuple(size)), options))


def convolved(writer, node, x, kernel, options):
    """Write a convolution, channels last, whose kernel no layer holds."""
    dims = _places(x, sizes_of(kernel)[-1])
    x, kernel = writer.tensor(x), writer.tensor(kernel)
    return writer.op(node, "conv", x, kernel, dims=dims, data_format="channels_last", **options)


def _places(x, channels):
    """Return the sizes of what a convolution gives; only TensorFlow's inference and itself know how many places."""
    return (sizes_of(x)[0], *[None] * (rank_of(x) - 2), channels)


def _convolution(writer, x, kernel, options):
    """Return the `Product` of a convolution with weights; None where no layer computes it."""
    if not (isinstance(x, Live) and is_free(writer, kernel)) or kernel.shape[-2] != x.shape[-1]:
        return None
    if max(options["strides"]) > 1 and "dilation_rate" in options:
        return None
    *size, _, filters = kernel.shape
    return Product(x, kernel, f"keras.layers.Conv{len(size)}D", (filters, tuple(size)), options)


def biased(writer, node, x, bias):
    """Write a layer with a bias where x is a product that only this node reads; else None."""
    made = getattr(x, "product", None)
    if made is None or made.bias or made.activation or not is_free(writer, bias) or not writer.read_once(x):
        return None
    if bias.shape != made.units or bias.trains != made.kernel.trains:
        return None
    return _written(writer, node, replace(made, bias=bias))


def activated(writer, node, x, activation):
    """Write a layer with an activation where x is a product that only this node reads; else None."""
    made = getattr(x, "product", None)
    if made is None or activation not in ACTIVATIONS or made.activation or not writer.read_once(x):
        return None
    return _written(
        writer, node, replace(made, activation="exponential" if activation == "exp" else activation)
    )


def _written(writer, node, made):
    """Write the layer of a product, applied to x, or to the tensor of more axes that x is flattened from."""
    layer, x, units = _layer(writer, made), made.x, made.kernel.shape[-1]
    if made.symbol != "keras.layers.Dense":
        return writer.result(node, Apply(layer, (x.ref,)), _places(x, *made.units), product=made)
    if x.whole is None:
        return writer.result(node, Apply(layer, (x.ref,)), (*x.shape[:-1], units), product=made)
    whole = writer.aside(node, Apply(layer, (x.whole.ref,)), (*x.whole.shape[:-1], units))
    whole = replace(whole, product=replace(made, x=x.whole))
    flat = Apply("keras.ops.reshape", (whole.ref, (-1, units)))
    return writer.result(node, flat, (*x.shape[:-1], units), product=made, whole=whole)


def _layer(writer, made):
    weights = [made.kernel.node] + ([made.bias.node] if made.bias else [])
    options = made.options | ({} if made.bias else {"use_bias": False})
    options |= {"activation": made.activation} if made.activation else {}
    options |= _of_weights(made.kernel)
    key = (made.symbol, str(options), *weights)
    name = scope_name(made.kernel.node)
    return writer.layer_of(key, name, weights, made.symbol, made.arguments, options, ", ".join(weights))


def _of_weights(held):
    """Return the options of a layer that its weights decide: the dtype, and whether they are trained."""
    options = {} if held.dtype == "float32" else {"dtype": held.dtype}
    return options | ({} if held.trains else {"trainable": False})


def normalised(writer, node, x, weights, epsilon):
    """Write batch normalisation as a layer whose weights are all variables; None where no layer computes it.

    Args:
        writer: the `Writer`.
        node: the NodeDef.
        x: the input.
        weights: scale, offset, mean and variance; a scale of ones and an offset of zeros are left out.
        epsilon: a number.

    Returns:
        The `Live`, or None. In training it takes the mean of the batch and moves its own by a hundredth, as TF1's layer
        does by default.
    """
    options = {"epsilon": epsilon}
    for name, value, one in (("scale", 1, weights[0]), ("center", 0, weights[1])):
        if isinstance(one, Known) and not one.open and (one.array == value).all():
            options[name] = False
    held = [one for one in weights if not isinstance(one, Known)]
    if (
        len(held) + len(options) != 5
        or not isinstance(x, Live)
        or not all(is_free(writer, one) for one in held)
    ):
        return None
    moving, trained = held[-2], held[:-2]
    frozen = trained and not any(one.trains for one in trained)
    options |= _of_weights(replace(moving, trains=not frozen))
    names = [one.node for one in held]
    scopes = moving.node.split("/")
    name = python_name(scopes[-2] if len(scopes) > 1 else scopes[-1])
    layer = writer.layer_of(
        ("batch_normalization", *names),
        *(name, names, "keras.layers.BatchNormalization", (), options, ", ".join(names)),
    )
    return writer.result(node, Apply(layer, (x.ref,)), x.shape)


def embedded(writer, node, table, ids):
    """Write a lookup of rows as an embedding layer; None where the table is no matrix of weights."""
    if not (isinstance(ids, Live) and is_free(writer, table) and len(table.shape) == 2):
        return None
    options, name = _of_weights(table), scope_name(table.node)
    layer = writer.layer_of(
        ("embedding", table.node),
        *(name, [table.node], "keras.layers.Embedding", table.shape, options, table.node),
    )
    return writer.result(node, Apply(layer, (ids.ref,)), (*ids.shape, table.shape[1]))


def is_free(writer, weight):
    """Tell whether a value is a float variable that a layer may hold, and no other layer does.

    Args:
        writer: the `Writer`.
        weight: a value, None for a missing one.
    """
    return isinstance(weight, Held) and "float" in weight.dtype and writer.may_hold(weight)


def scope_name(node):
    """Return a layer's name: the scope of its kernel, or the variable's name where there is no scope."""
    *scopes, last = node.split("/")
    return python_name(scopes[-1] if scopes and last in ("kernel", "weights", "w", "W") else last)
