"""Write steps that are unrolled by hand as one cell of their own equations in a layer."""

import itertools
from dataclasses import replace

from tf2_lstm.migrate.keras_code.cycle import Carried, Cycle
from tf2_lstm.migrate.keras_code.drops import Drop
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref, replaced
from tf2_lstm.migrate.translate.control.cell_lines import NoCell
from tf2_lstm.migrate.translate.control.own_cells import Around, stepped
from tf2_lstm.migrate.translate.control.repeated import repeated
from tf2_lstm.migrate.translate.control.unrolling import unrolled
from tf2_lstm.migrate.translate.writing.needed import names_in, needed
from tf2_lstm.migrate.translate.writing.values import Live
from tf2_lstm.migrate.translate.writing.written_arrays import READ, WRITE, with_arrays

#: Endings of the names of the values inside of a dense layer.
_PARTS = ("product", "sum")


def roll_up(writer, values):
    """Write the repeated steps of a program as cells, where they are steps over a sequence.

    Args:
        writer: the `Writer` of the program, whose lines are changed.
        values: name of a TF1 tensor -> its value.
    """
    lives = {one.ref.name: one for one in values.values() if isinstance(one, Live)}
    while _rolled(writer, lives):
        pass


def _rolled(writer, lives):
    """Write the first steps that can be a cell as one; return whether there were any."""
    found = needed(writer.program).lines
    if any(len(line.targets) > 1 for line in found):
        return False
    lines = {line.targets[0]: line.value for line in found}
    for steps in repeated(lines):
        try:
            _Rolled(writer, lives, lines, steps).write()
        except NoCell:
            continue
        return True
    return False


class _Rolled:
    def __init__(self, writer, lives, lines, steps):
        self.writer, self.lives, self.lines, self.steps = writer, lives, lines, steps
        self.program, self.count = writer.program, steps.count
        self.notes = {line.targets[0]: line.note for line in writer.program.lines}
        self.read, self.is_fixed, self.memories = self._read_outside(), True, {}

    def write(self):
        """Write the cell and its layer, and let later lines read their results instead of the steps'."""
        sequences = self._sequences()
        outputs = self._outputs()
        self._check_alike([*self.steps.states, *outputs, *(names[0] for names in self.steps.inputs)])
        self.memories = self._memories(sequences[0])
        cycle, given = self._cycle(sequences, outputs)
        last = {
            1 + number
            for number, role in enumerate(self.steps.states)
            if any(one == (role, self.count - 1) for one in map(self.steps.place.get, self.read))
        }
        found = stepped(cycle, self._around(sequences, given, outputs, last))
        # TF1 has the steps one after the other, without the cost of a loop; Keras can where it knows their number.
        options = {"unroll": True} if self.is_fixed else {}
        self._replace(unrolled(self.writer, self._scope(), found, **options).gives, outputs, found)

    # The inputs and the outputs of the steps.

    def _read_outside(self):
        """List the names of lines of the steps that other lines read, or that are outputs."""
        others = [value for name, value in self.lines.items() if name not in self.steps.place]
        read = names_in([*others, *self.program.outputs.values()])
        return [name for name in self.lines if name in self.steps.place and name in read]

    def _width(self, name):
        """Return how many numbers a row of a tensor has; refuse anything but floats of two axes."""
        live = self.lives.get(name)
        if (
            live is None
            or len(live.shape) != 2
            or not isinstance(live.shape[1], int)
            or "float" not in live.dtype
        ):
            raise NoCell(f"{name} is no tensor of rows")
        return live.shape[1]

    def _check_alike(self, names):
        """Refuse tensors of other batches or dtypes than the rest: one row for all, for example."""
        names = [name for name in (*names, *self.steps.states.values()) if self._width(name)]
        lives = [self.lives[name] for name in names]
        rows = {one.shape[0] if isinstance(one.shape[0], int) else None for one in lives}
        if len(rows) > 1 or len({one.dtype for one in lives}) > 1:
            raise NoCell("what its steps read and give has other rows, or another dtype")

    def _sequences(self):
        """Return the `Live` of each input of the steps as a sequence, time-major."""
        if not self.steps.inputs:
            raise NoCell("nothing is fed to its steps")
        found = []
        for names in self.steps.inputs:
            first, width = self.lives[names[0]], self._width(names[0])
            whole = self.writer.swapped(self._whole(names))
            found.append(Live(whole, (self.count, first.shape[0], width), first.dtype))
        return found

    def _whole(self, names):
        """Return all steps of an input in one tensor: the tensor that they were taken from, where there is one."""
        taken = [self._taken(name) for name in names]
        bases = {base for base, _ in taken}
        follow = [number for _, number in taken] == list(range(self.count))
        if len(bases) == 1 and None not in bases and follow:
            [base] = bases
            self.is_fixed &= base in self.lives and self.lives[base].shape[1:2] == (self.count,)
            return Ref(base)
        return self.program.op("steps", "stack", list(map(Ref, names)), axis=1)

    def _taken(self, name):
        """Return (the name of a tensor with all steps, the number of the step that a line takes); else (None, 0)."""
        value = self.lines.get(name)
        if not isinstance(value, Item) or not isinstance(value.of, Ref):
            return None, 0
        whole, at = value.of.name, value.at
        if isinstance(at, tuple) and at[0] == slice(None) and isinstance(at[1], int) and whole in self.lives:
            is_all = self.lives[whole].shape[1:2] == (self.count,)
            is_all &= all(one == slice(None) for one in at[2:])
            if is_all:
                return whole, at[1]
            part = self.lines.get(whole)
            if at[1] == 0 and isinstance(part, Item) and isinstance(part.at, int):
                return self._parted("keras.ops.split", part.of), part.at
        return (self._parted("keras.ops.unstack", value.of), at) if isinstance(at, int) else (None, 0)

    def _parted(self, symbol, parts):
        """Return the name of the tensor that a line splits along its second axis; None for any other line."""
        value = self.lines.get(parts.name)
        is_it = (
            _is_a(value, symbol) and value.options.get("axis") == 1 and value.arguments[1:] == (self.count,)
        )
        return value.arguments[0].name if is_it else None

    def _memories(self, sequence):
        """Map what every step reads beside its inputs, as attention reads a memory, to its shape without the batch.

        `keras.layers.RNN` has no place for it but a state, which the cell gives back as it is.
        """
        fed = {ref.name for ref in self.program.inputs.values()}
        for name, value in self.lines.items():
            layer = self.lines.get(value.what.name) if _is_call_of_layer(value) else None
            fed |= {name} if names_in(value) & fed and not _is_a(layer, "tf2_lstm.Weight") else set()
        known = {*self.steps.place, *self.steps.states.values(), *itertools.chain(*self.steps.inputs)}
        read = names_in([self.lines[name] for name in self.steps.lines_of(1)])
        lives = {name: self.lives[name] for name in sorted(read & fed - known) if name in self.lives}
        return {
            name: one.shape[1:]
            for name, one in lives.items()
            if len(one.shape) > 1
            and one.dtype == sequence.dtype
            and _are_rows(one.shape[0], sequence.shape[1])
            and all(isinstance(size, int) for size in one.shape[1:])
        }

    def _outputs(self):
        """Map each role that is read from other steps than the last to its columns of the cell's output."""
        found, end = {}, 0
        for name in self.read:
            role, number = self.steps.place[name]
            if role not in found and not (role in self.steps.states and number == self.count - 1):
                found[role], end = slice(end, end + self._width(name)), end + self._width(name)
        role = next(iter(self.steps.states))
        return found or {role: slice(0, self._width(role))}

    # The step.

    def _cycle(self, sequences, outputs):
        """Return (the steps as a loop, its initial values)."""
        step, rows = self.program.reserve("step"), self.program.reserve("rows")
        states = {role: self.program.reserve("state") for role in self.steps.states}
        read = [self.program.reserve("element") for _ in sequences]
        memories = {name: self.program.reserve("memory") for name in self.memories}
        by = {name: Ref(one) for name, one in (*states.items(), *memories.items())}
        by.update((names[1], Ref(one)) for names, one in zip(self.steps.inputs, read, strict=True))
        own = set(self.steps.lines_of(1))
        # The second step reads the state that the first one computes. Its lines have the names of the first step's.
        by.update((name, Ref(self.steps.place[name][0])) for name in own)
        body = [
            Line((name,), Apply(READ, (one.ref, Ref(step))))
            for name, one in zip(read, sequences, strict=True)
        ]
        for name in (one for one in self.lines if one in own):
            body += self._lowered(self.steps.place[name][0], replaced(self.lines[name], by))
        given = list(map(Ref, outputs))
        if len(given) > 1:
            given = [Apply("keras.ops.concatenate", (given,), {"axis": -1})]
        body.append(Line((f"{rows}_next",), Apply(WRITE, (Ref(rows), Ref(step), given[0]))))
        width = max(one.stop for one in outputs.values())
        carried, dtype = [Carried(step, "int32", ())], sequences[0].dtype
        carried += [Carried(name, dtype, (None, self._width(role))) for role, name in states.items()]
        carried += [Carried(memories[name], dtype, (None, *shape)) for name, shape in self.memories.items()]
        carried += [Carried(rows, dtype, (self.count, None, width))]
        results = [Apply("keras.ops.add", (Ref(step), 1)), *map(Ref, (*states, *memories.values()))]
        goes_on = Apply("keras.ops.less", (Ref(step), self.count))
        note = f"TF1 scope: {self._scope() or '(none)'}, {self.count} steps"
        cycle = Cycle(
            tuple(carried),
            (),
            (),
            goes_on,
            tuple(body),
            (*results, Ref(f"{rows}_next")),
            (),
            note,
            self._drops(),
            self._cells(),
        )
        return with_arrays(cycle), (0, *map(Ref, (*self.steps.states.values(), *self.memories)), None)

    def _lowered(self, name, value):
        """Return the lines of a line of the step: a dense layer becomes product, bias and activation there."""
        owner = value.what.name if isinstance(value, Apply) and isinstance(value.what, Ref) else ""
        layer = self.lines.get(owner)
        if not _is_a(layer, "keras.layers.Dense"):
            return [Line((name,), value)]
        activation = layer.options.get("activation")
        calls = [("matmul", (*value.arguments, Ref(f"{owner}_kernel")))]
        calls += [("add", (Ref(f"{owner}_bias"),))] if layer.options.get("use_bias", True) else []
        calls += [("exp" if activation == "exponential" else activation, ())] if activation else []
        lines = []
        for number, (symbol, arguments) in enumerate(calls, 1):
            target = name if number == len(calls) else f"{name}_{_PARTS[number - 1]}"
            before = [Ref(line.targets[0]) for line in lines[-1:]]
            lines.append(Line((target,), Apply(f"keras.ops.{symbol}", (*before, *arguments))))
        return lines

    def _layers(self, symbol):
        """Map the names of the layers of one class that a step calls to the calls that make them."""
        own = set(self.steps.lines_of(1))
        called = [value for name, value in self.lines.items() if name in own]
        names = [one.what.name for one in called if isinstance(one, Apply) and isinstance(one.what, Ref)]
        return {name: self.lines[name] for name in names if _is_a(self.lines[name], symbol)}

    def _drops(self):
        """List the dropout layers of a step."""
        return tuple(
            Drop(name, layer.arguments[0], _without_name(layer.options), self.notes[name])
            for name, layer in self._layers("keras.layers.Dropout").items()
        )

    def _cells(self):
        """List the known cells that a step calls."""
        called = names_in([self.lines[name] for name in self.steps.lines_of(1)])
        return tuple(one for one in self.writer.known_cells if one.name in called)

    def _around(self, sequences, given, outputs, last):
        """Return the `Around` of the steps, in which the weights of dense layers are weights by themselves."""
        lines, sources = dict(self.lines), dict(self.writer.layers)
        lines.update((line.targets[0], line.value) for line in self.program.lines)
        for name, layer in self._layers("keras.layers.Dense").items():
            options = {key: layer.options[key] for key in ("dtype", "trainable") if key in layer.options}
            held = zip(("kernel", "bias"), self.writer.layers[name], self._shapes(name), strict=False)
            for part, source, shape in held:
                lines[f"{name}_{part}_layer"] = Apply("tf2_lstm.Weight", (shape,), options)
                lines[f"{name}_{part}"] = Apply(Ref(f"{name}_{part}_layer"), ())
                sources[f"{name}_{part}_layer"] = [source]
        rows = 1 + len(self.steps.states) + len(self.memories)
        width = max(one.stop for one in outputs.values())
        empty = {rows: (self.count, sequences[0].shape[1], width)}
        wanted = frozenset({rows, *last})
        read = {one.ref.name: one for one in sequences}
        return Around(lines, given, read, empty, wanted, sources, self.writer.shared)

    def _shapes(self, layer):
        """Return the shapes of a dense layer's kernel and bias."""
        units = self.lines[layer].arguments[0]
        [call, *_] = [
            value
            for name, value in self.lines.items()
            if isinstance(value, Apply) and value.what == Ref(layer)
        ]
        given = self.lives.get(call.arguments[0].name)
        if given is None or not isinstance(given.shape[-1], int):
            raise NoCell(f"how wide the input of {layer} is is not known")
        return [given.shape[-1], units], [units]

    # The lines after the steps.

    def _scope(self):
        """Return the scope that all lines of a step share."""
        names = [self.writer.tensors[one] for one in self.steps.lines_of(1) if one in self.writer.tensors]
        scopes = [one.split("/")[:-1] for one in names]
        levels = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*scopes, strict=False))
        return "/".join(level[0] for level in levels)

    def _replace(self, gives, outputs, found):
        """Replace lines that are read outside of the steps by parts of the layer's result."""
        sequence = self.program.add("sequence", Item(gives, 0))
        alone = len(outputs) == 1
        values = {}
        for name in self.read:
            role, number = self.steps.place[name]
            if role in self.steps.states and number == self.count - 1:
                place = 1 + list(self.steps.states).index(role)
                values[name] = Item(gives, 1 + list(found.states).index(place))
            else:
                at = (slice(None), number) if alone else (slice(None), number, outputs[role])
                values[name] = Item(sequence, at)
        lines = [
            replace(
                line, value=values.get(line.targets[0], self._together(line.value, gives, sequence, outputs))
            )
            for line in self.program.lines
        ]
        self.program.lines[:] = in_order(lines)

    def _together(self, value, gives, sequence, outputs):
        """Return a line's expression; one that joins an output of all steps becomes the sequence."""
        symbol = value.what if isinstance(value, Apply) else None
        if symbol not in ("keras.ops.stack", "keras.ops.concatenate") or len(outputs) != 1:
            return value
        [role] = outputs
        places = [self.steps.place.get(getattr(one, "name", None)) for one in value.arguments[0]]
        if places != [(role, number) for number in range(self.count)] or value.options.get("axis") != 1:
            return value
        if symbol == "keras.ops.stack":
            return Item(gives, 0)
        return Apply("keras.ops.reshape", (sequence, (-1, self.count * outputs[role].stop)))


def _are_rows(size, rows):
    """Whether a size is that of the batch: as large, or open as that is."""
    return size == rows if isinstance(rows, int) else not isinstance(size, int)


def _is_call_of_layer(value):
    return isinstance(value, Apply) and isinstance(value.what, Ref)


def _without_name(options):
    return {key: one for key, one in options.items() if key != "name"}


def _is_a(value, symbol):
    return isinstance(value, Apply) and value.what == symbol


def in_order(lines):
    """Sort lines so that each comes after those that it reads; otherwise they keep their order.

    Args:
        lines: the `Line`s.
    """
    by_name = {target.lstrip("*"): line for line in lines for target in line.targets}
    place = {id(line): number for number, line in enumerate(lines)}
    done, found = set(), []
    for line in lines:
        todo = [line]
        while todo:
            one = todo[-1]
            if id(one) in done:
                todo.pop()
                continue
            read = [by_name[name] for name in names_in(one.value) if name in by_name]
            left = [other for other in read if id(other) not in done]
            # Of lines without an order, the first stays first.
            todo += sorted(left, key=lambda other: -place[id(other)])
            if not left:
                done.add(id(one))
                found.append(todo.pop())
    return found
