"""Dropout outside of the recurrences: noise, a mask of it, and what the mask is multiplied with, as one Keras layer."""

from dataclasses import dataclass

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of, normal
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.pairs import Fed
from tf2_lstm.migrate.translate.naming import python_name
from tf2_lstm.migrate.translate.values import Known, Live, Refusal

#: What noise may go through on its way to a mask, and what makes a mask of it.
_MOVES = ("Add", "AddV2", "Sub", "Mul", "Identity", "Cast")
_MASKS = ("GreaterEqual", "Floor")


@dataclass(frozen=True)
class Noise:
    """Random numbers, of which dropout makes a mask.

    Attributes:
        is_mask: whether they are one already.
        keep: what says how much is kept: the name of a tensor, or a number; "" where nothing is known.
    """

    is_mask: bool = False
    keep: str | float = ""


def with_noise(writer, nodes, node, inputs, fixed):
    """Translate a node that reads noise.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef.
        inputs: the values that it reads, a `Noise` among them.
        fixed: TF1 tensor -> the value that it has at inference.

    Returns:
        A `Noise`, or the `Live` of a Dropout layer.

    Raises:
        Refusal: it is no dropout, or one whose rate nothing sets.
    """
    noise = next(one for one in inputs if isinstance(one, Noise))
    others = [one for one in inputs if not isinstance(one, Noise)]
    if node.op in _MASKS or (node.op in _MOVES and all(isinstance(one, Known) for one in others)):
        keep = noise.keep or _keep_of(nodes, node, fixed) or _number(node, others)
        return Noise(noise.is_mask or node.op in _MASKS, keep)
    if noise.is_mask and node.op in ("Mul", "SelectV2") and isinstance(others[0], Live):
        return _dropout(writer, node, inputs, noise)
    raise Refusal(
        "it computes with random numbers. Fetch what comes before it with --fetch, or feed it with --feed"
    )


def _keep_of(nodes, node, fixed):
    """The keep_prob that is fed, of the scalars that a node is computed from; 1 less a rate that is fed."""
    todo, seen = list(data_inputs(node)), set()
    while todo:
        tensor = normal(todo.pop())
        if tensor in fixed:
            found = _as_keep(nodes, tensor, fixed[tensor])
            if found:
                return found
            continue
        name = node_of(tensor)
        if name not in seen and name in nodes and len(seen) < 40:
            seen.add(name)
            todo += data_inputs(nodes[name])
    return ""


def _number(node, others):
    """The keep_prob that is a number: 1 less what noise is held against, or what is added before it is floored."""
    known = [one for one in others if isinstance(one, Known) and not one.open]
    numbers = [float(one.array) for one in known if one.array.shape == ()]
    if node.op not in ("GreaterEqual", "Add", "AddV2") or not numbers or not 0 < numbers[0] < 1:
        return ""
    return round(1 - numbers[0] if node.op == "GreaterEqual" else numbers[0], 6)


def _as_keep(nodes, tensor, value):
    """A keep_prob that is 1 at inference; of a rate that is 0 then what takes it from 1; "" for another scalar."""
    if value is True or value is False or value not in (0.0, 1.0):
        return ""
    if value == 1.0:
        return tensor
    less = [one for one in nodes.values() if one.op == "Sub" and normal(data_inputs(one)[1]) == tensor]
    return next((f"{one.name}:0" for one in less if _is_one(nodes, data_inputs(one)[0])), "")


def _is_one(nodes, reference):
    node = nodes.get(node_of(reference))
    array = array_of(attribute(node, "value").tensor) if node is not None and node.op == "Const" else None
    return array is not None and array.shape == () and array == 1


def _dropout(writer, node, inputs, noise):
    """The layer: at inference all is kept; the scale in front is 1, or the layer's own where the rate is a number."""
    x = next(one for one in inputs if isinstance(one, Live))
    if isinstance(noise.keep, float):
        before, scale = x.scaled or (None, 0.0)
        x = before if abs(scale * noise.keep - 1) < 1e-5 else None
    if not noise.keep or x is None:
        raise Refusal(
            "its dropout drops at inference too: neither a keep_prob that is 1 then nor a rate with the default 0 sets "
            "it. Feed what it gives with --feed, or make keep_prob a placeholder with the default 1"
        )
    fed = isinstance(noise.keep, str)
    if not writer.drops(node, fed):
        return x
    rate = writer.program.rate(Fed(1.0, noise.keep)) if fed else round(1 - noise.keep, 6)
    writer.rates += [] if fed else [rate]
    name = writer.program.fresh(python_name("dropout"))
    dtype = {} if x.dtype == "float32" else {"dtype": x.dtype}
    layer = writer.program.add(
        name,
        Apply("keras.layers.Dropout", (rate,), {"name": name, **dtype}),
        f"rate 1 - {noise.keep}" if fed else "",
    )
    return writer.result(node, Apply(layer, (x.ref,)), x.shape)
