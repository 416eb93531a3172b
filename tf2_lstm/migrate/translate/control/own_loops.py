"""Translate a while loop that is no known recurrence: its condition and its body become lines of Keras code."""

from dataclasses import replace

from tf2_lstm.migrate.graph.frames import Frame, frames_of
from tf2_lstm.migrate.graph.nodes import functions_of, normal
from tf2_lstm.migrate.keras_code.cycle import Carried, Cycle
from tf2_lstm.migrate.keras_code.drops import parameters
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref, Repeat
from tf2_lstm.migrate.translate.control.cell_lines import NoCell
from tf2_lstm.migrate.translate.control.growing import counter_of, is_written_beyond, most_steps
from tf2_lstm.migrate.translate.control.inner import Inner, shapes_inside
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.control.own_cells import Around, stepped
from tf2_lstm.migrate.translate.control.sides import decides
from tf2_lstm.migrate.translate.control.unrolling import unrolled
from tf2_lstm.migrate.translate.writing.naming import class_name, python_name
from tf2_lstm.migrate.translate.writing.needed import free_names, names_in, needed
from tf2_lstm.migrate.translate.writing.values import (
    Elements,
    Known,
    Live,
    Refusal,
    Size,
    Untranslated,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.written_arrays import with_arrays

#: What is said where a step asks for the length of an array that grows.
_GROWS = "how long an array is that still grows is not translated. Count the steps in a value that the loop carries"


def loop_values(outer, frame, wanted):
    """Translate a loop.

    Args:
        outer: the `ByRows` around it.
        frame: the `Frame`.
        wanted: the numbers of the carried values that are read behind it.

    Returns:
        A dict from the name of a tensor behind it to its value.
    """
    try:
        return _Loop(outer, frame, wanted).values()
    except Refusal as error:
        return dict.fromkeys(frame.exits, Untranslated(str(error)))


class _Loop:
    def __init__(self, outer, frame, wanted):
        self.outer, self.frame, self.writer = outer, frame, outer.writer
        self.functions = functions_of(outer.scene.tf1.graph)
        self.wanted, self.numbers = wanted, self._needed(wanted)
        self.initial = {number: self._outside(frame.initial[number]) for number in self.numbers}
        self.counters = self._counters()
        self.names = {number: self._name(number) for number in self.numbers}
        self.leaves = {number: self._leaf(number) for number in self.numbers}
        self.own, self.items = set(self.names.values()), {}
        self.reads, self.empty, self.unrolled, self.drops, self.held = {}, {}, None, [], []

    def values(self):
        """Write the loop; return the values after it."""
        condition, [goes_on] = self._part(self.frame.condition, [0])
        body, results = self._part(self.frame.body, self.numbers)
        self.drops = [*condition.drops, *body.drops]
        self.held = [*condition.known_cells, *body.known_cells]
        results = dict(zip(self.numbers, results, strict=True))
        for number in self.numbers:
            self._begin(number, results[number])
        cycle = self._cycle(condition, goes_on, body, results)
        given = [self._expression(self.writer, self.initial[number]) for number in self.numbers]
        found = self._written(cycle, given)
        return {
            tensor: self._exit(tensor, number, found)
            for tensor, number in self.frame.exits.items()
            if number in self.wanted
        }

    # The carried values.

    def _counters(self):
        """Set the largest length of arrays that grow; return the number of each -> the number of its counter."""
        grow = [number for number, one in self.initial.items() if self._grows(number, one)]
        if not grow:
            return {}
        most = most_steps(self.frame, self.outer)
        for number in grow:
            if self.initial[number].value is not None:
                raise Refusal(f"{self.frame.name}: an array that grows is not empty at first. Give it a size")
            self.initial[number] = replace(self.initial[number], length=most, grows=True)
        return {number: counter_of(self.frame, self.outer, number) for number in grow}

    def _grows(self, number, value):
        if not isinstance(value, Elements):
            return False
        is_empty = isinstance(value.length, Known) and not value.length.open and value.length.array == 0
        return value.grows or (is_empty and is_written_beyond(self.frame, number))

    def _needed(self, wanted):
        """List the numbers of the carried values that decide the end of the loop or are read after it."""
        condition, body = self.frame.condition, self.frame.body
        todo = [*wanted, *self._leaves_of(condition, condition.results[0])]
        found = set()
        while todo:
            number = todo.pop()
            if number not in found:
                found.add(number)
                todo += self._leaves_of(body, body.results[number])
        return sorted(found)

    def _leaves_of(self, part, tensor):
        keys = self._order(part).of([tensor])[0]
        return [part.leaves[key] for key in keys if isinstance(key, str) and key in part.leaves]

    def _order(self, part):
        frames = (
            self.outer.graph.frames
            if part.nodes is self.outer.nodes
            else frames_of(part.nodes, self.functions)
        )
        return Order(part.nodes, [], {*part.leaves, *part.captured}, frames)

    def _outside(self, tensor):
        value = self.outer.value(tensor)
        if isinstance(value, Untranslated):
            raise Refusal(value.reason or f"{tensor}: it is in a branch that inference does not take")
        return replace(value, product=None, whole=None) if isinstance(value, Live) else value

    def _name(self, number):
        value = self.initial[number]
        if isinstance(value, Elements):
            name = "elements"
        else:
            name = "step" if "int" in value.dtype and not sizes_of(value) else "state"
        return self.writer.program.reserve(name)

    def _leaf(self, number):
        """Return the value that stands for a carried value inside of the loop."""
        value, ref = self.initial[number], Ref(self.names[number])
        if number in self.counters:
            value = replace(value, length=Untranslated(_GROWS))
        if isinstance(value, Elements):
            return replace(value, value=Live(ref, (None, *(value.dims or ())), value.dtype))
        return Live(ref, tuple(sizes_of(value)), value.dtype)

    def _begin(self, number, result):
        """Make a tensor for an array that is empty when the loop begins."""
        array = self.initial[number]
        if isinstance(array, Elements) and array.value is None:
            dims = result.dims if isinstance(result, Elements) else None
            if dims is None:
                raise Refusal(f"{self.frame.name}: nothing is written into an array that it gives out")
            self.initial[number] = self.writer.begun(array, self._outward(dims))
            self.empty[number] = self.initial[number].value.shape

    def _outward(self, dims):
        """Return the sizes of an element in terms of sizes that are known before the loop begins."""
        if not any(isinstance(one, Size) and self._is_inside(one) for one in dims):
            return dims
        carried = [sizes_of(one) for one in self.leaves.values() if not isinstance(one, Elements)]
        # Where no carried value has as many axes, the first axes of others are taken: all have one batch.
        alike = [one for one in carried if len(one) == len(dims)] or sorted(carried, key=len, reverse=True)
        found = tuple(
            one
            if not (isinstance(one, Size) and self._is_inside(one))
            else next(
                (size for other in alike for size in other[axis : axis + 1] if isinstance(size, Size)), None
            )
            for axis, one in enumerate(dims)
        )
        if None in found:
            raise Refusal(
                f"{self.frame.name}: how large an element is that it writes is known in its steps only. Give the "
                "TensorArray an element_shape"
            )
        return found

    def _is_inside(self, size):
        return any(name in self.own for name, _ in size.factors)

    # The lines.

    def _part(self, part, numbers):
        """Translate the condition or the body; return (its `Inner` writer, the values of its results)."""
        order = self._order(part)
        tensors = [part.results[number] for number in numbers]
        keys, turning = order.of(tensors)
        known = {key: self._given(part, key) for key in keys if key in part.leaves or key in part.captured}
        nodes = [key for key in keys if isinstance(key, str) and key not in known]
        scene = self.outer.scene
        shapes = shapes_inside(scene.infer, type(scene.tf1.graph)(), part, nodes, known)
        selects = self.writer.selects or any(decides(part.nodes, part.nodes[key]) for key in nodes)
        writer = Inner(
            shapes,
            outer=self.writer,
            carried=set(self.names.values()),
            selects=selects,
            function=part.function or self.writer.function,
        )
        has_variables = self.outer.has_variables and part.nodes is self.outer.nodes
        inside = self.outer.part(part.nodes, order, writer, known, turning, has_variables)
        inside.cells.reserve(nodes)
        for key in keys:
            if isinstance(key, Frame) or key not in known:
                inside.translate(key)
        values = [self._value_of(inside, one) for one in tensors]
        self.own.update(target for line in writer.program.lines for target in line.targets)
        return writer, values

    def _given(self, part, tensor):
        if tensor in part.leaves:
            return self.leaves[part.leaves[tensor]]
        value = self.outer.value(part.captured[tensor])
        live = value.value if isinstance(value, Elements) else value
        if isinstance(live, Live):
            self.reads[live.ref.name] = live
        return replace(value, product=None, whole=None) if isinstance(value, Live) else value

    def _value_of(self, inside, tensor):
        value = inside.value(tensor)
        if isinstance(value, Untranslated):
            raise Refusal(value.reason or f"{tensor}: it is in a branch that inference does not take")
        return value

    def _expression(self, writer, value):
        return writer.tensor(value.value if isinstance(value, Elements) else value)

    def _cycle(self, condition, goes_on, body, results):
        condition.program.outputs = {"goes_on": self._expression(condition, goes_on)}
        body.program.outputs = {
            str(number): self._expression(body, value) for number, value in results.items()
        }
        condition, body = needed(condition.program), needed(body.program)
        # Dropout draws a new mask at each step.
        changing = {*self.names.values(), *(one.name for one in (*self.drops, *self.held))}
        before, parts = _lifted(changing, condition.lines, body.lines)
        carried = tuple(
            Carried(self.names[number], self._dtype(number), self._shape(number)) for number in self.numbers
        )
        cycle = Cycle(
            carried,
            tuple(before),
            tuple(parts[0]),
            condition.outputs["goes_on"],
            tuple(parts[1]),
            tuple(body.outputs.values()),
            note=f"TF1 loop: {self.frame.name}",
        )
        return with_captured(with_arrays(cycle))

    def _dtype(self, number):
        return self.initial[number].dtype

    def _shape(self, number):
        value = self.initial[number]
        sizes = sizes_of(value.value if isinstance(value, Elements) else value)
        return tuple(int(one) if isinstance(one, int) else None for one in sizes)

    # The values after the loop.

    def _written(self, cycle, given):
        """Write the loop among the lines around it; return the `Ref` of its results."""
        program = self.writer.program
        name = python_name(self.frame.name).strip("_")
        name = name if name.endswith(("_while", "_loop")) else f"{name}_loop"
        if isinstance(self.writer, Inner):
            return program.add(f"{name}_outputs", Repeat(cycle, tuple(given)))
        cycle = with_layers(cycle, self.drops, self.held)
        try:
            return self._stepped(cycle, given)
        except NoCell:
            return self._looped(name, *self._called(cycle, given))

    def _looped(self, name, cycle, given):
        """Write the loop as a layer that is called with all that it reads."""
        program = self.writer.program
        name = program.fresh(name)
        symbol = class_name(name)
        self.writer.loops[symbol] = cycle
        dtypes = {one.dtype for one in (*cycle.carried, *self.reads.values())}
        # A layer of Keras casts its inputs to its own dtype.
        exact = {"autocast": False} if "float64" in dtypes else {}
        options = {**parameters(cycle.drops), **exact, "name": name}
        layer = program.add(name, Apply(symbol, (), options), f"TF1 loop: {self.frame.name}")
        captured = [Ref(one) for one in cycle.captured]
        return program.add(f"{name}_outputs", Apply(layer, (given, captured)))

    def _stepped(self, cycle, given):
        """Write the loop as a cell that `keras.layers.RNN` calls at each step."""
        writer = self.writer
        lines = {line.targets[0]: line.value for line in writer.program.lines}
        found = stepped(
            cycle,
            Around(
                lines,
                tuple(given),
                self.reads,
                {self.numbers.index(number): sizes for number, sizes in self.empty.items()},
                frozenset(self.numbers.index(number) for number in self.wanted),
                writer.layers,
                writer.shared,
            ),
        )
        if not {*found.sequences} & self._live():
            raise NoCell("nothing that is fed goes into it")
        self.unrolled = unrolled(writer, self.frame.name, found)

    def _called(self, cycle, given):
        """Return the loop with its arguments, one of them computed from an input: else it is no part of the model."""
        if (names_in(given) | set(cycle.captured)) & self._live():
            return cycle, given
        return replace(cycle, captured=(*cycle.captured, self.writer.reference().name)), given

    def _live(self):
        """Return the names that are computed from inputs."""
        live = {ref.name for ref in self.writer.program.inputs.values()}
        for line in self.writer.program.lines:
            if names_in(line.value) & live:
                live.update(line.targets)
        return live

    def _exit(self, tensor, number, found):
        """Return the value of a carried value after the loop."""
        value = self.initial[number]
        ref = self._item(number, found)
        if number in self.counters:
            count = self._item(self.counters[number], found)
            return replace(value, value=replace(value.value, ref=ref), length=Live(count, (), "int32"))
        if isinstance(value, Elements):
            return replace(value, value=replace(value.value, ref=ref))
        self.writer.tensors[ref.name] = normal(tensor)
        return Live(ref, tuple(sizes_of(value)), value.dtype)

    def _item(self, number, found):
        """Return the `Ref` of a carried value after the last step."""
        if number not in self.items:
            name, place = self.names[number], self.numbers.index(number)
            self.items[number] = (
                self.unrolled.carried(name, place)
                if self.unrolled
                else self.writer.program.add(name, Item(found, place))
            )
        return self.items[number]


def with_captured(cycle):
    """Return a `Cycle` that lists the names around it that its lines read."""
    return replace(cycle, captured=tuple(sorted(free_names(cycle))))


def with_layers(cycle, drops, held):
    """Return a `Cycle` that holds the dropout layers and known cells that its lines call, instead of reading them."""
    drops, held = ([one for one in some if one.name in cycle.captured] for some in (drops, held))
    names = {one.name for one in (*drops, *held)}
    captured = tuple(name for name in cycle.captured if name not in names)
    return replace(cycle, captured=captured, drops=tuple(drops), cells=tuple(held))


def _lifted(changing, *parts):
    """Return (the lines that nothing in the loop changes, the lists of the other lines)."""
    before, left = [], []
    for lines in parts:
        own = []
        for line in lines:
            if names_in(line.value) & changing:
                changing.update(line.targets)
                own.append(line)
            else:
                before.append(line)
        left.append(own)
    return before, left
