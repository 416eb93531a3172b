"""Layers in the steps of a loop, `keras.layers.Dense` for example, which the loop holds; its known cells are apart."""

from dataclasses import dataclass
from typing import Any

from tf2_lstm.migrate.build import resolve
from tf2_lstm.migrate.keras_code.expression import Apply, value_of
from tf2_lstm.migrate.keras_code.write import write_comment, write_value


@dataclass(frozen=True)
class HeldLayer:
    """A layer that lines of a loop call.

    Attributes:
        name: its name in the lines, and in Keras.
        call: the expression that makes it.
        shape: the shape that it is built for, None where a size is open, or a list of shapes.
        sources: the variables of its weights in order, each the name of a variable's node.
    """

    name: str
    call: Any
    shape: Any
    sources: tuple = ()


def data_of_layers(layers):
    """Return `HeldLayer`s as data, the argument `inner_layers` of `tf2_lstm.Loop`."""
    return [
        {
            "name": one.name,
            "layer": resolve("keras.saving.serialize_keras_object")(value_of(one.call, {}, resolve)),
            "shape": one.shape,
        }
        for one in layers
    ]


def layers_made(layers):
    """Return the lines of a class that make its layers, as text."""
    lines = []
    for one in layers:
        lines += write_comment(", ".join(one.sources), 8)
        lines += write_value(f"self.{one.name} = ", one.call, "", 8)
    return lines


def layers_built(layers):
    """Return the lines of a class that build its layers, as text."""
    calls = [Apply(f"self.{one.name}.build", (one.shape,)) for one in layers]
    return [text for one in calls for text in write_value("", one, "", 8)]
