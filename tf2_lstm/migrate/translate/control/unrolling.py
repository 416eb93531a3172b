"""Write the lines that call a cell of its own equations at each step of a sequence."""

from itertools import takewhile

from tf2_lstm.migrate.keras_code.drops import parameters
from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK, Apply, Item, Ref
from tf2_lstm.migrate.translate.control.packed import (
    packed,
    packed_sequences,
    unpacked,
    unpacked_sequences,
)
from tf2_lstm.migrate.translate.writing.naming import class_name, python_name


def unrolled(writer, loop, found, **options):
    """Write a cell and the `keras.layers.RNN` around it.

    Args:
        writer: the `Writer`.
        loop: the name of the TF1 loop.
        found: the `own_cells.Stepped`.
        **options: more options of the layer.

    Returns:
        The `Unrolled`.
    """
    scopes = [one for one in loop.split("/") if not one.startswith("while")]
    dtype = {} if found.cell.dtype == "float32" else {"dtype": found.cell.dtype}
    name = _cell_name(scopes, found.sources)
    if class_name(name) in {*writer.cells, *writer.loops}:
        name = writer.program.fresh(name)
    symbol = class_name(name)
    writer.cells[symbol] = found.cell
    drops = found.cell.drops
    cell = writer.program.add(name, Apply(symbol, (), {**parameters(drops), **dtype, "name": name}))
    options = {"return_sequences": bool(found.arrays), "return_state": True, **options, **dtype}
    options |= {"zero_output_for_mask": True} if found.lengths else {}
    options |= {"go_backwards": True} if found.backwards else {}
    weights = ", ".join(one for one in found.sources if isinstance(one, str))
    name = python_name("_".join(scopes)) if scopes else "rnn"
    # On JAX Keras's own loop would use the same mask at every step.
    symbol = "tf2_lstm.RNN" if drops else "keras.layers.RNN"
    layer = writer.layer(name, list(found.sources), symbol, (cell,), options, weights)
    given = {} if found.initial is None else {"initial_state": _vectors(found)}
    swapped = [writer.swapped(one.ref) for one in found.sequences.values()]
    shapes = [one.shape[2:] for one in found.sequences.values()]
    sequence = packed_sequences(writer.program, swapped, shapes, found.cell.dtype)
    given |= {"mask": _mask(writer.program, found, sequence)} if found.lengths else {}
    call = Apply(layer, (sequence,), given)
    return Unrolled(writer, writer.program.add(f"{layer.name}_outputs", call), found)


class Unrolled:
    """The result of a layer around a cell, read in place of the loop's carried values.

    Args:
        writer: the `Writer`.
        gives: the `Ref` of the layer's result: the outputs, batch-major, and the states after the last step.
        found: the `own_cells.Stepped`.
    """

    def __init__(self, writer, gives, found):
        self.writer, self.gives, self.found, self._sequences = writer, gives, found, {}

    def carried(self, name, number):
        """Write the final value of a carried value, an array time-major; return its `Ref`.

        Args:
            name: the name of the line.
            number: the number of the carried value.
        """
        if number in self.found.arrays:
            self._sequences = self._sequences or self._outputs()
            return self._sequences[number]
        place, shape = list(self.found.states).index(number), self.found.states[number]
        [state] = unpacked(Item(self.gives, 1 + place), [shape])
        return self.writer.program.add(name, state)

    def _outputs(self):
        """Map the number of each array to the `Ref` of its sequence."""
        program, found = self.writer.program, self.found
        outputs = program.add("sequence", Item(self.gives, 0))
        if found.backwards:
            outputs = program.op("sequence", "flip", outputs, axis=1)
        sequences = unpacked_sequences(program, outputs, list(found.arrays.values()), found.cell.dtype)
        return dict(zip(found.arrays, map(self.writer.swapped, sequences), strict=True))


def _vectors(found):
    """Return the initial states, each as the vector that Keras holds."""
    return [packed([one], [shape]) for one, shape in zip(found.initial, found.states.values(), strict=True)]


def _mask(program, found, sequence):
    """Write the mask of each row's steps. It is passed by name, so that no later layer takes it as its mask."""
    return program.add("mask", Apply(LENGTH_MASK, (sequence, Ref(found.lengths))))


def _cell_name(scopes, sources):
    """Return a cell's name: the scope that all its variables share, or else the loop's."""
    held = [one.split("/")[:-1] for one in sources if isinstance(one, str)]
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*held, strict=False))
    shared = [level[0] for level in levels]
    name = python_name(shared[-1] if shared and shared != scopes else "_".join(scopes) or "rnn")
    return name if name.endswith("cell") else f"{name}_cell"
