"""Layers that the lines of a loop call: `keras.layers.Dense` or `AdditiveAttention` in the steps of a decoder."""

import re

import keras


class HeldLayers:
    """The layers that the lines of one `Loop` call, attributes of the loop.

    Args:
        loop: the `Loop`.
        given: a list of dicts, one for each layer: its `name`; the `layer`, a Keras layer or its configuration; and the
            `shape` that it is built for, None where a size is open, or a list of shapes.

    Raises:
        ValueError: a name is no lower-case Python name, or one that the loop already has.
    """

    def __init__(self, loop, given):
        self._loop, self._shapes = loop, {one["name"]: _shape(one["shape"]) for one in given}
        for one in given:
            name, layer = one["name"], one["layer"]
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or hasattr(loop, name):
                raise ValueError(
                    f"Loop {loop.name!r}: expected layers with lower-case names that it has no attribute of, each "
                    f"once; received {name!r}. Rename it in inner_layers and in the lines"
                )
            layer = keras.saving.deserialize_keras_object(layer) if isinstance(layer, dict) else layer
            setattr(loop, name, layer)

    def build(self):
        """Create the weights."""
        for name, layer in self.layers().items():
            if not layer.built:
                layer.build(self._shapes[name])

    def layers(self):
        """Return name -> layer, as the lines call them."""
        return {name: getattr(self._loop, name) for name in self._shapes}

    def config(self):
        """Return the data from which the layers are made."""
        return [
            {"name": name, "layer": keras.saving.serialize_keras_object(layer), "shape": self._shapes[name]}
            for name, layer in self.layers().items()
        ]


def _shape(given):
    """Return a shape as a tuple, or a list of such: JSON has lists for both."""
    return [tuple(one) for one in given] if isinstance(given[0], (list, tuple)) else tuple(given)
