"""Masks of a tf.keras 1.15 model: which recurrent layers get one, and from where, by the configuration alone."""

import re

#: Layers whose output has no mask, whatever mask their input has.
STOPS = re.compile(
    r"Conv|Pool|Flatten|Reshape|Permute|RepeatVector|UpSampling|Cropping|ZeroPadding|Locally|Lambda|Dot$|Embedding"
)
RECURRENT = re.compile(r"(RNN|LSTM|GRU|ConvLSTM2D)$")
MODELS = ("Sequential", "Model", "Functional")


def masks_of(config):
    """Follow every mask through a model.

    Args:
        config: the model's configuration, as plain data.

    Returns:
        `id` of a layer's configuration -> a tuple of sentences on how its mask is made; layers without a mask are not
        there. A layer that is called several times has the masks of all calls.

    Raises:
        LookupError, TypeError, AttributeError: the configuration is none of Keras's.

    Example:
        ```python
        masking = {"class_name": "Masking", "config": {"name": "m", "mask_value": 0.0}}
        lstm = {"class_name": "LSTM", "config": {"name": "lstm"}}
        found = masks_of({"class_name": "Sequential", "config": {"layers": [masking, lstm]}})
        assert found == {id(lstm): ("m: mask = any(x != 0.0, axis=-1) of its input x",)}
        ```
    """
    found = {}
    _through_model(config, [], found)
    return {layer: masks for layer, masks in found.items() if masks}


def _through_model(config, given, found):
    """Return the masks of a model's outputs, computed from those of its inputs."""
    inside = config["config"]
    layers = inside["layers"] if isinstance(inside, dict) else inside
    if config["class_name"] == "Sequential":
        for layer in layers:
            given = _through_layer(layer, given, found)
        return given
    masks = {}
    for (name, *_), mask in zip(_listed(inside.get("input_layers", [])), given, strict=False):
        masks[name] = [mask]
    new = True
    while new:
        new = sum(_through_nodes(layer, masks, found) for layer in layers) > 0
    return [_at(masks, one) for one in _listed(inside.get("output_layers", []))]


def _through_nodes(layer, masks, found):
    """Follow the masks through every call of a layer; return whether a new one was found."""
    name, before = layer["name"], masks.get(layer["name"], [])
    for node in layer.get("inbound_nodes", []):
        made = _through_layer(layer, [_at(masks, one) for one in _listed(node)], found)
        masks[name] = _joined(masks.get(name, []), made)
    return masks.get(name, []) != before


def _at(masks, tensor):
    """Return the mask of a tensor, which a configuration names by layer, call and number."""
    of_layer, number = masks.get(tensor[0], []), tensor[2]
    return of_layer[number] if number < len(of_layer) else ()


def _listed(tensors):
    """List the tensors of a node; a single one may be given without a list."""
    return [tensors] if tensors and isinstance(tensors[0], str) else tensors


def _joined(*several):
    """Join the masks of several calls, tensor by tensor."""
    longest = max(map(len, several), default=0)
    padded = [[*masks, *[()] * (longest - len(masks))] for masks in several]
    return [tuple(dict.fromkeys(one for masks in at for one in masks)) for at in zip(*padded, strict=True)]


def _through_layer(layer, given, found):
    """Return the masks of a layer's outputs; add the mask of a recurrent layer to `found`."""
    kind, options = layer["class_name"], layer["config"]
    if kind in MODELS:
        return _through_model(layer, given, found)
    inner = options.get("layer") if isinstance(options, dict) else None
    if inner is not None and inner["class_name"] in MODELS:
        _through_model(inner, [], found)
        return _joined(*([one] for one in given))
    if RECURRENT.search(kind) or kind == "Bidirectional":
        return _through_recurrent(layer, given, found)
    if inner is not None:
        return _through_layer(inner, given, found) if RECURRENT.search(inner["class_name"]) else given
    return _made(kind, options) or ([()] if STOPS.search(kind) else _joined(*([one] for one in given)))


def _through_recurrent(layer, given, found):
    """Add the mask of a recurrent layer's sequence to `found`; return it if its output is a sequence."""
    mask = tuple(given[0]) if given else ()
    known = found.get(id(layer), ())
    found[id(layer)] = tuple(dict.fromkeys([*known, *mask]))
    inner = layer["config"].get("layer", layer)
    return [mask if inner["config"].get("return_sequences") else ()]


def _made(kind, options):
    """Return the mask that a layer makes itself, whatever mask its input has."""
    if kind == "Masking":
        value = options.get("mask_value", 0.0)
        return [(f"{options.get('name', kind)}: mask = any(x != {value}, axis=-1) of its input x",)]
    if kind == "Embedding" and options.get("mask_zero"):
        return [(f"{options.get('name', kind)}: mask = ids != 0 of its input ids",)]
    return []
