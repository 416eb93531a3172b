"""Layers that the lines of a layer call: `keras.layers.LSTMCell` or `Dense` in the steps of a decoder, for example."""

import re

import keras

#: What is held -> the form of its names, and that form in words.
_NAMES = {
    "cell": (r"[a-z][a-z0-9_]*cell(_\d+)*", "cells called gru_cell, gru_cell_1, ..., each once"),
    "layer": (r"[a-z][a-z0-9_]*", "layers with lower-case names that it has no attribute of, each once"),
}


class HeldLayers:
    """The cells, or the other layers, that the lines of one layer call, attributes of that layer.

    Args:
        owner: the `Loop` or `EquationCell`.
        kind: "cell" or "layer".
        given: a list of dicts, one for each: its `name`, which of a cell ends with "cell" or with that and a number;
            the `cell` or `layer`, a Keras layer or its configuration; and the `width` of a cell's inputs, or the
            `shape` that a layer is built for, None where a size is open, or a list of shapes.

    Raises:
        ValueError: a name has another form, occurs twice, or is one that the owner already has.
    """

    def __init__(self, owner, kind, given):
        self._owner, self._kind = owner, kind
        self._given = {one["name"]: {key: one[key] for key in one if key != kind} for one in given}
        form, said = _NAMES[kind]
        for name, layer in ((one["name"], one[kind]) for one in given):
            if not re.fullmatch(form, name) or hasattr(owner, name):
                raise ValueError(
                    f"{type(owner).__name__} {owner.name!r}: expected {said}; received {name!r}. Rename it where it is "
                    "held and in the lines"
                )
            layer = keras.saving.deserialize_keras_object(layer) if isinstance(layer, dict) else layer
            setattr(owner, name, layer)

    def build(self):
        """Create the weights."""
        for name, layer in self.layers().items():
            if not layer.built:
                one = self._given[name]
                layer.build((None, one["width"]) if self._kind == "cell" else one["shape"])

    def layers(self):
        """Return name -> layer, as the lines call them."""
        return {name: getattr(self._owner, name) for name in self._given}

    def config(self):
        """Return the data from which the layers are made."""
        return [
            {**self._given[name], self._kind: keras.saving.serialize_keras_object(layer)}
            for name, layer in self.layers().items()
        ]
