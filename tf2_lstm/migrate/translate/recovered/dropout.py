"""Dropout outside of the recurrences: noise, its mask and the product with the mask, as one Keras layer.

The values tell how much the mask keeps at inference: a keep_prob of 1, or a rate of 0, is a number of the graph
wherever it occurs, also as the argument of a function.
"""

from dataclasses import dataclass, field, replace

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of, normal
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.writing.values import Known, Live, Origin, Refusal

#: Operations that only move noise or a mask, and those that make a mask of noise.
_HANDS_ON = ("Identity", "Cast", "Enter", "RefEnter")
_ADDS = ("Add", "AddV2")
_ABOVE, _BELOW = ("GreaterEqual", "Greater"), ("LessEqual", "Less")
_MASKS = (*_ABOVE, *_BELOW, "Floor")


@dataclass(frozen=True)
class Noise:
    """Random numbers from which dropout makes a mask.

    Attributes:
        low, high: the bounds between which they are drawn.
        keep: the share that the mask keeps at inference, None while there is no mask.
        origin: the `Origin` of the fed value that fixes the kept share in training; None of a constant.
        shape: the numbers along each axis, None for an open one; None where the shape is not known.
        depth: the number of loops around the draw.
        draw: a key that tells one draw from another.
    """

    low: float = 0.0
    high: float = 1.0
    keep: float | None = None
    origin: Origin | None = None
    shape: tuple | None = None
    depth: int = 0
    draw: object = field(default_factory=object)


def noise_of(writer, nodes, node):
    """Return the `Noise` of a RandomUniform.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef.
    """
    inferred = writer.shapes.get(f"{node.name}:0")
    shape = _given_shape(nodes, node) if inferred is None else inferred
    return Noise(shape=shape, depth=writer.depth)


def _given_shape(nodes, node):
    """Return the sizes of a node's shape input, None for a computed one; None where it is no list of numbers."""
    given = nodes.get(node_of(data_inputs(node)[0]))
    if given is None or given.op not in ("Pack", "Const"):
        return None
    arrays = [_constant(nodes, one) for one in data_inputs(given)] if given.op == "Pack" else []
    if given.op == "Const":
        arrays = list(array_of(attribute(given, "value").tensor))
    return tuple(None if one is None else int(one) for one in arrays)


def with_noise(writer, node, inputs):
    """Translate a node that reads noise.

    Args:
        writer: the `Writer`.
        node: the NodeDef.
        inputs: the values that it reads, a `Noise` among them.

    Returns:
        A `Noise`, or the `Live` of a Dropout layer.

    Raises:
        Refusal: it is no dropout, or one whose rate nothing sets.
    """
    noise = next(one for one in inputs if isinstance(one, Noise))
    if node.op in _HANDS_ON:
        return noise
    others = [one for one in inputs if one is not noise]
    if noise.keep is not None:
        return _masked(writer, node, inputs, noise)
    numbers = [one for one in others if isinstance(one, Known) and not one.open and one.array.shape == ()]
    if len(numbers) == len(others):
        found = _moved(node, inputs, noise, *numbers)
        if found is not None:
            return found
    if node.op in _MASKS or (node.op in _ADDS and any(isinstance(one, Live) for one in others)):
        raise _unset(node)
    raise Refusal(_NO_DROPOUT)


_NO_DROPOUT = (
    "it computes with random numbers. Fetch what comes before it with --fetch, or feed it with --feed"
)


def _unset(node):
    if node.op in _ADDS:
        return Refusal(_NO_DROPOUT)
    return Refusal(
        "its dropout drops at inference too: neither a keep_prob that is 1 then nor a rate with the default 0 sets "
        "it. Feed what it gives with --feed, or make keep_prob a placeholder with the default 1"
    )


def _moved(node, inputs, noise, number=None):
    """Return noise plus or times a number, or the mask that is made from it; None for any other node."""
    value = None if number is None else float(number.array)
    origin = noise.origin if number is None else number.origin
    if node.op in _ADDS:
        return replace(noise, low=noise.low + value, high=noise.high + value, origin=origin or noise.origin)
    if node.op == "Sub" and isinstance(inputs[0], Noise):
        return replace(noise, low=noise.low - value, high=noise.high - value)
    if node.op == "Mul" and value > 0:
        return replace(noise, low=noise.low * value, high=noise.high * value)
    if node.op == "Floor" and 0 <= noise.low <= 1 < noise.high <= 2:
        return replace(noise, keep=_share(noise, 1.0), origin=origin)
    if node.op in _ABOVE or node.op in _BELOW:
        above = (node.op in _ABOVE) == isinstance(inputs[0], Noise)
        # The proof draws the numbers that a constant rate keeps, above a bound.
        if not above and origin is None:
            return None
        share = _share(noise, value)
        keep, origin = (share, origin and origin.less()) if above else (round(1 - share, 6), origin)
        return replace(noise, keep=keep, origin=origin)
    return None


def _share(noise, bound):
    """Return the share of the noise that is at a bound or above."""
    return round(min(max((noise.high - bound) / (noise.high - noise.low), 0.0), 1.0), 6)


def _masked(writer, node, inputs, noise):
    """Translate the node that applies a mask."""
    if len(inputs) < 2:
        raise Refusal(_NO_DROPOUT)
    first, second, *third = inputs
    if node.op == "Mul" and isinstance(first, Live) != isinstance(second, Live):
        return _dropout(writer, node, first if isinstance(first, Live) else second, noise)
    if node.op == "SelectV2" and first is noise and isinstance(second, Live) and _is_number(third[0], 0):
        return _dropout(writer, node, second, noise)
    if node.op in ("Mul", "RealDiv") and first is noise and _is_number(second, 1):
        return noise
    raise Refusal(_NO_DROPOUT)


def _is_number(value, number):
    return isinstance(value, Known) and not value.open and bool((value.array == number).all())


def _dropout(writer, node, x, noise):
    """Write the layer. The scale before it must be 1, or the layer's own scale where the rate is a number."""
    fed = noise.origin is not None and noise.keep == 1
    if not fed and noise.keep == 1:
        writer.note(
            f"{node.name}: no number that is fed drops anything here: the model does not, in training too"
        )
        return x
    flagged = writer.flag if not fed else ""
    if not fed:
        before, scale = x.scaled or (None, 0.0)
        x = before if abs(scale * noise.keep - 1) < 1e-5 else None
        if x is not None and x.dtype == "float64" and abs(scale * noise.keep - 1) > 1e-12:
            raise Refusal(
                f"the graph has 1 / {noise.keep:g}, the scale of this dropout, in float32, which no Dropout layer of "
                "float64 has. Make keep_prob a placeholder with the default 1"
            )
    if x is None:
        raise _unset(node)
    if "float" not in x.dtype:
        writer.note(
            f"{node.name}: the dropout of these integers keeps everything in the model, in training too"
        )
        return x
    if noise.draw in writer.draws or noise.depth != writer.depth:
        writer.note(
            f"{node.name}: TF1 draws once what several steps drop (variational dropout); the model draws anew for "
            "each, in training"
        )
    writer.draws.add(noise.draw)
    rate = round(1 - noise.keep, 6)
    said = noise.origin.less().in_words() if fed else f"{rate:g} {flagged}" if flagged else ""
    writer.rates += [] if said else [rate]
    options = {**_shared(noise, x), **({} if x.dtype == "float32" else {"dtype": x.dtype})}
    layer = writer.dropout(
        writer.rate_parameter(said) if said else rate, options, f"rate {said}" if said else ""
    )
    return writer.result(node, Apply(layer, (x.ref,)), x.shape)


def _shared(noise, x):
    """Return the noise_shape of a layer whose noise is the same along an axis."""
    if noise.shape is None or len(noise.shape) > len(x.shape):
        return {}
    shape = (1,) * (len(x.shape) - len(noise.shape)) + noise.shape
    shared = [one == 1 != size for one, size in zip(shape, x.shape, strict=True)]
    return {"noise_shape": tuple(1 if one else None for one in shared)} if any(shared) else {}


def rate_source(nodes, said):
    """Return a rate's description by the fed tensor.

    Args:
        nodes: name -> NodeDef.
        said: its description by the tensor that a recurrence reads: "1 - sub:0".

    Returns:
        The text; the name of the rate itself where the graph has sub = 1 - rate.
    """
    node = nodes.get(node_of(said.removeprefix("1 - ")))
    if node is None or node.op != "Sub" or not _is_one(nodes, data_inputs(node)[0]):
        return said
    return normal(data_inputs(node)[1])


def _is_one(nodes, reference):
    return _constant(nodes, reference) == 1


def _constant(nodes, reference):
    """Return the number of a constant; None for any other node."""
    node = nodes.get(node_of(reference))
    array = array_of(attribute(node, "value").tensor) if node is not None and node.op == "Const" else None
    return array.item() if array is not None and array.shape == () else None
