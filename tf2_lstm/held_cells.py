"""Known cells that the lines of a layer call: `keras.layers.LSTMCell` in the steps of a decoder, for example."""

import re

import keras


class Cells:
    """The cells that the lines of one layer call, attributes of the layer.

    Args:
        layer: the `Loop` or `EquationCell`.
        given: a list of dicts, one for each cell: its `name`, which ends with "cell" or with that and a number; the
            `cell`, a Keras cell or its configuration; and the `width` of its inputs.

    Raises:
        ValueError: a name has another form, or occurs twice.
    """

    def __init__(self, layer, given):
        self._layer, self._widths = layer, {one["name"]: one["width"] for one in given}
        for one in given:
            name, cell = one["name"], one["cell"]
            if not re.fullmatch(r"[a-z][a-z0-9_]*cell(_\d+)*", name) or hasattr(layer, name):
                raise ValueError(
                    f"{type(layer).__name__} {layer.name!r}: expected cells called gru_cell, gru_cell_1, ..., each "
                    f"once; received {name!r}. Rename it in cells and in the lines"
                )
            cell = keras.saving.deserialize_keras_object(cell) if isinstance(cell, dict) else cell
            setattr(layer, name, cell)

    def build(self):
        """Create the weights."""
        for name, cell in self.layers().items():
            if not cell.built:
                cell.build((None, self._widths[name]))

    def layers(self):
        """Return name -> cell, as the lines call them."""
        return {name: getattr(self._layer, name) for name in self._widths}

    def config(self):
        """Return the data from which the cells are made."""
        return [
            {"name": name, "cell": keras.saving.serialize_keras_object(cell), "width": self._widths[name]}
            for name, cell in self.layers().items()
        ]
