"""Write one step of a loop as a cell of its own equations."""

from dataclasses import dataclass, replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref, Repeat, replaced
from tf2_lstm.migrate.keras_code.own_cell import CellWeight, OwnCell
from tf2_lstm.migrate.translate.control.cell_names import local_names, weight_names
from tf2_lstm.migrate.translate.control.packed import packed, unpacked, width
from tf2_lstm.migrate.translate.writing.needed import names_in

_INPUTS = Ref("inputs")


class NoCell(Exception):
    """A loop is no such step, and stays a loop. The text says why."""


@dataclass(frozen=True)
class Step:
    """What a loop computes in a step.

    Attributes:
        reads: the name of each line that reads an element -> the name of the sequence.
        sequences: the name of each sequence -> its `Live`.
        states: the name of each state -> its shape without the batch.
        results: the expressions of the new states.
        outputs: the expressions of the outputs.
        output_shapes: the shapes of the outputs without the batch.
    """

    reads: dict
    sequences: dict
    states: dict
    results: tuple
    outputs: tuple
    output_shapes: tuple


def cell_of(cycle, around, step):
    """Return a step as an `OwnCell`.

    Args:
        cycle: the `Cycle`.
        around: the `own_cells.Around`.
        step: the `Step`.

    Returns:
        (The `OwnCell`, the variables of its weights, or arrays).

    Raises:
        NoCell: its lines read a value that a cell cannot have.
    """
    return _Cell(cycle, around, step).made()


class _Cell:
    def __init__(self, cycle, around, step):
        self.cycle, self.around, self.step = cycle, around, step
        [self.dtype] = {one.dtype for one in step.sequences.values()}

    def made(self):
        step = self.step
        results = [
            _next_vector(one, name, step.states) for one, name in zip(step.results, step.states, strict=True)
        ]
        # A cell has an output, whether it is read or not.
        shapes = step.output_shapes or list(step.states.values())[:1]
        gives = [packed(step.outputs, shapes) if step.outputs else results[0], *results]
        lines = _needed([*self.cycle.before, *self.cycle.body], {*step.reads}, gives)
        read = names_in([*gives, *(line.value for line in lines)])
        elements, states = self._elements(read), self._states()
        lines = [*self._lines_of({**elements, **states}), *lines]
        vectors = [_vector(name, shape) for name, shape in step.states.items()]
        free = read - {*elements, *states, *vectors, *(line.targets[0] for line in lines)}
        drops, cells = (
            [one for one in some if one.name in free] for some in (self.cycle.drops, self.cycle.cells)
        )
        layers = [one.name for one in (*drops, *cells)]
        constants, held = self._around(free - {*layers})
        lines = [*constants, *lines]
        # Keras lists trainable weights first.
        weights = sorted(held.values(), key=lambda one: not one[0].trains)
        names = weight_names([source for _, source in weights], layers)
        taken = {*names, "self", "states", _INPUTS.name, *layers}
        by = {
            **{name: one for name, one in elements.items() if one == _INPUTS},
            **local_names([*vectors, *(line.targets[0] for line in lines)], taken),
            **{one.name: Ref(name) for (one, _), name in zip(weights, names, strict=True)},
        }
        output, *results = replaced(gives, by)
        cell = OwnCell(
            _INPUTS.name,
            tuple(
                (by[one].name, width([shape]))
                for one, shape in zip(vectors, step.states.values(), strict=True)
            ),
            tuple(replace(one, name=name) for (one, _), name in zip(weights, names, strict=True)),
            tuple(Line((by[line.targets[0]].name,), replaced(line.value, by), line.note) for line in lines),
            output,
            width(shapes),
            tuple(results),
            self.dtype,
            self.cycle.note,
            tuple(drops),
            tuple(cells),
        )
        return cell, tuple(source for _, source in weights)

    def _elements(self, read):
        """Map the name of each line that reads an element of a sequence to its part of the cell's inputs."""
        sequences = self.step.sequences
        values = unpacked(_INPUTS, [one.shape[2:] for one in sequences.values()])
        by_sequence = dict(zip(sequences, values, strict=True))
        return {name: by_sequence[one] for name, one in self.step.reads.items() if name in read}

    def _states(self):
        """Map the name of each state to its value, unpacked from the vector that Keras holds."""
        return {
            name: unpacked(Ref(_vector(name, shape)), [shape])[0] for name, shape in self.step.states.items()
        }

    def _lines_of(self, values):
        """Write the lines of values that are parts of a vector."""
        return [Line((name,), one) for name, one in values.items() if not isinstance(one, Ref)]

    # Values that are read from around the loop.

    def _around(self, names):
        """Return the lines that only weights and constants go into, and name -> (`CellWeight`, its variable)."""
        todo, lines, held = list(names), set(), {}
        while todo:
            name = todo.pop()
            if name in lines or name in held:
                continue
            if weight := self._held(name):
                held[name] = weight
                if name not in names and len(weight[0].shape) > 1:
                    raise NoCell(f"each step would compute anew what is computed of {weight[1]}, a matrix")
                continue
            value = self.around.lines.get(name)
            if not _is_operation(value):
                raise NoCell(f"a step reads {name}, which is no weight and no constant")
            lines.add(name)
            todo += names_in(value)
        if any("float" in one.dtype and one.dtype != self.dtype for one, _ in held.values()):
            raise NoCell("a weight has another dtype than the sequence")
        order = [name for name in self.around.lines if name in lines or name in held]
        return (
            [Line((name,), self.around.lines[name]) for name in order if name in lines],
            {name: held[name] for name in order if name in held},
        )

    def _held(self, name):
        """Return (the `CellWeight`, its variable) where a name is the value of one weight; None for any other name."""
        value = self.around.lines.get(name)
        if not (isinstance(value, Apply) and isinstance(value.what, Ref)):
            return None
        layer = self.around.lines.get(value.what.name)
        if not isinstance(layer, Apply) or layer.what != "tf2_lstm.Weight":
            return None
        [source] = self.around.sources[value.what.name]
        if isinstance(source, str) and source in self.around.shared:
            raise NoCell(f"{source} is read by another layer too")
        options, shape = layer.options, tuple(layer.arguments[0])
        return CellWeight(
            name, shape, options.get("dtype", "float32"), options.get("trainable", True)
        ), source


def _is_operation(value):
    """Whether a line is an operation of Keras, or takes a part of the result of one."""
    is_call = isinstance(value, Apply) and str(value.what).startswith("keras.ops.")
    return is_call or (isinstance(value, Item) and isinstance(value.of, Ref))


def _vector(state, shape):
    """Return the name in a cell of the vector that Keras holds of a state."""
    return state if len(shape) == 1 else f"{state}_vector"


def _next_vector(result, state, shapes):
    """Return the vector of a state's next value; a state that no step changes is the vector that it was."""
    if result == Ref(state):
        return Ref(_vector(state, shapes[state]))
    return packed([result], [shapes[state]])


def _needed(lines, known, expressions):
    """List the lines that expressions need, in order, up to the known names."""
    wanted, found = names_in(expressions) - known, []
    for line in reversed(lines):
        if isinstance(line.value, Repeat):
            raise NoCell("a loop is in it")
        if line.targets[0] in wanted:
            wanted |= names_in(line.value) - known
            found.append(line)
    return found[::-1]
