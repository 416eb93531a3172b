"""A loop over the steps of a sequence as a cell of its own equations, for `keras.layers.RNN`."""

from dataclasses import dataclass, replace

import numpy as np

from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref, Repeat, replaced
from tf2_lstm.migrate.keras_code.own_cell import CellWeight, OwnCell
from tf2_lstm.migrate.translate.control.cell_names import local_names, weight_names
from tf2_lstm.migrate.translate.writing.needed import names_in
from tf2_lstm.migrate.translate.writing.values import Live, Size
from tf2_lstm.migrate.translate.writing.written_arrays import READ, WRITE

_INPUTS = Ref("inputs")


@dataclass(frozen=True)
class Around:
    """What is known around a loop.

    Attributes:
        lines: name -> the expression that it is assigned, in front of the loop.
        given: the expressions of what the loop carries first.
        sequences: name -> the `Live` of what the loop reads elements of.
        empty: the number of a carried array that is full of zeros at first -> its sizes.
        wanted: the numbers of what is read behind the loop.
        sources: name of a layer -> the names of the variables that it holds, or arrays.
        shared: the names of variables that several layers would hold.
    """

    lines: dict
    given: tuple
    sequences: dict
    empty: dict
    wanted: frozenset
    sources: dict
    shared: frozenset = frozenset()


@dataclass(frozen=True)
class Stepped:
    """A loop as a cell and what it is called with.

    Attributes:
        cell: the `OwnCell`.
        sequence: the `Live` whose elements along the first axis are the inputs.
        initial: the expressions of the states at first; None where they are the zeros that Keras begins with.
        sources: the variables of the cell's weights, or arrays.
        array: the number of the carried array of outputs.
        states: the numbers of the carried states.
        lengths: the name of the lengths of the rows, "" where all are as long as the sequence.
    """

    cell: OwnCell
    sequence: Live
    initial: tuple | None
    sources: tuple
    array: int
    states: tuple
    lengths: str = ""


class NoCell(Exception):
    """A loop is no such step: it stays a loop. The text says why."""


def stepped(cycle, around):
    """Return a loop as `Stepped`.

    Args:
        cycle: the `keras_code.cycle.Cycle`.
        around: the `Around`.

    Raises:
        NoCell: it is another kind of loop.
    """
    return _Step(cycle, around).found()


class _Step:
    def __init__(self, cycle, around):
        self.cycle, self.around = cycle, around
        own = (*cycle.before, *cycle.condition, *cycle.body)
        self.lines = {**around.lines, **{line.targets[0]: line.value for line in own}}
        self.counters = {one.name for number, one in enumerate(cycle.carried) if self._counts(number)}

    def found(self):
        """Look for the parts, one after the other."""
        sequence, reads = self._reads()
        ended, lengths = self._ended()
        self._check_end(sequence.shape[0], lengths)
        array, output = self._array(sequence)
        states = [
            number
            for number, one in enumerate(self.cycle.carried)
            if number != array and one.name not in self.counters
        ]
        self._check_states(states, sequence)
        if not {array, *states} >= self.around.wanted:
            raise NoCell("the number of its steps is read behind it")
        if lengths:
            output = self._until(ended, output, lambda old: self._is_zeros(old, sequence.shape[1]))
        results = {number: self._next(number, ended) for number in states}
        cell, sources = self._cell(sequence, reads, results, output, self.around.empty[array][2])
        given = [self.around.given[number] for number in states]
        zeros = all(self._is_zeros(one, sequence.shape[1]) for one in given)
        initial = None if zeros else tuple(given)
        return Stepped(cell, sequence, initial, sources, array, tuple(states), lengths)

    def _value(self, expression):
        """What a name is assigned, through names of the same."""
        while isinstance(expression, Ref) and expression.name in self.lines:
            expression = self.lines[expression.name]
        return expression

    def _called(self, expression, symbol):
        """The arguments of a call of `keras.ops`, () of anything else."""
        value = self._value(expression)
        return value.arguments if isinstance(value, Apply) and value.what == f"keras.ops.{symbol}" else ()

    # How often it goes round.

    def _counts(self, number):
        """Whether a carried value is 0 at first and one more after each step."""
        one, given, result = (
            part[number] for part in (self.cycle.carried, self.around.given, self.cycle.results)
        )
        more = self._called(result, "add")
        return self._number(given) == 0 and (more in ((Ref(one.name), 1), (1, Ref(one.name))))

    def _number(self, expression):
        arguments = self._called(expression, "convert_to_tensor")
        expression = arguments[0] if arguments else self._value(expression)
        return expression if isinstance(expression, int) else None

    def _check_end(self, length, lengths):
        """Refuse an end that is not that of the sequence."""
        todo = [self.cycle.goes_on]
        while todo:
            one = todo.pop()
            both = self._called(one, "logical_and")
            todo += both
            if not both and not self._ends_with(one, length, lengths):
                raise NoCell("it ends elsewhere than the sequence that it reads")

    def _ends_with(self, expression, length, lengths):
        """Whether it goes on up to the length, or to the end of the longest row, behind which nothing changes."""
        less = self._called(expression, "less")
        if not less or not self._is_counter(less[0]):
            return False
        return length in self._sizes(less[1]) or (bool(lengths) and self._covers(less[1], {length, lengths}))

    def _covers(self, expression, sizes):
        """Whether a number is at least one of the sizes."""
        smaller = self._called(expression, "minimum")
        return (
            all(self._covers(one, sizes) for one in smaller)
            if smaller
            else bool(self._largest(expression) & sizes)
        )

    def _is_counter(self, expression):
        return isinstance(expression, Ref) and expression.name in self.counters

    def _sizes(self, expression):
        """The sizes that a number is, by what is known: min(a, max(a, b)) is a.

        The size of the longest row is the name of the lengths.
        """
        number, smaller = self._number(expression), self._called(expression, "minimum")
        if number is not None:
            return {number}
        if smaller:
            (one, other), (least, most) = map(self._sizes, smaller), map(self._largest, smaller)
            return one & most | other & least
        longest = self._called(expression, "max")
        if longest and isinstance(longest[0], Ref):
            return {longest[0].name}
        value = self._value(expression)
        if isinstance(value, Apply) and isinstance(value.what, Ref) and len(value.arguments) == 1:
            layer, [of] = self._value(value.what), value.arguments
            if isinstance(layer, Apply) and layer.what == "tf2_lstm.SizeOf" and isinstance(of, Ref):
                return {Size(((of.name, layer.arguments[0]),))}
        return set()

    def _largest(self, expression):
        """The sizes that a number is at least, where it is the largest of them."""
        larger = self._called(expression, "maximum")
        return set().union(*map(self._largest, larger)) if larger else self._sizes(expression)

    # Rows that end.

    def _ended(self):
        """(The names of what says that a row has ended, the name of the lengths of the rows); (set(), "") without."""
        ended, lengths = set(), set()
        for line in self.cycle.body:
            past, wider = self._called(line.value, "greater_equal"), self._called(line.value, "expand_dims")
            if past and self._is_counter(past[0]) and self._is_vector(past[1]):
                lengths.add(past[1].name)
                ended.add(line.targets[0])
            elif wider and isinstance(wider[0], Ref) and wider[0].name in ended:
                ended.add(line.targets[0])
        return (ended, *lengths) if len(lengths) == 1 else (set(), "")

    def _is_vector(self, expression):
        """Whether a name is a vector that is computed around the loop."""
        found = self.around.sequences.get(expression.name) if isinstance(expression, Ref) else None
        return found is not None and len(found.shape) == 1

    def _until(self, ended, expression, is_old):
        """What a row is given that has not ended; it keeps the old where it has."""
        given = self._called(expression, "where")
        if given and isinstance(given[0], Ref) and given[0].name in ended and is_old(given[1]):
            return given[2]
        raise NoCell("what a row that has ended is given is not what it had")

    def _next(self, number, ended):
        """The next value of a state."""
        result, old = self.cycle.results[number], Ref(self.cycle.carried[number].name)
        return self._until(ended, result, lambda one: one == old) if ended else result

    # What goes in and out.

    def _reads(self):
        """(The sequence, the names of the lines that read a step of it)."""
        reads = {}
        for line in self.cycle.body:
            if not (isinstance(line.value, Apply) and line.value.what == READ):
                continue
            array, place = line.value.arguments
            if self._is_counter(place):
                reads[line.targets[0]] = array.name if isinstance(array, Ref) else ""
        names = set(reads.values())
        sequence = self.around.sequences.get(next(iter(names))) if len(names) == 1 else None
        if sequence is None or len(sequence.shape) < 3 or "float" not in sequence.dtype:
            raise NoCell("it reads no sequence of floats, or more than one")
        return sequence, set(reads)

    def _array(self, sequence):
        """(The number of the array that it writes, the expression of an element)."""
        for number in self.around.empty:
            found = self._written(number)
            sizes = self.around.empty[number]
            alike = len(sizes) == 3 and sizes[0] == sequence.shape[0] and self._fits(sizes[1], sequence)
            if found is not None and alike and isinstance(sizes[2], int) and len(self.around.empty) == 1:
                return number, found
        raise NoCell("it does not write one array of rows, one at each step")

    def _written(self, number):
        """What a step writes into an array at its own place, None of anything else."""
        value = self._value(self.cycle.results[number])
        if not (isinstance(value, Apply) and value.what == WRITE):
            return None
        array, place, element = value.arguments
        is_own = array == Ref(self.cycle.carried[number].name) and self._is_counter(place)
        return element if is_own else None

    def _fits(self, rows, sequence):
        """Whether a number of rows may be that of the sequence."""
        return not isinstance(rows, int) or rows == sequence.shape[1]

    def _check_states(self, numbers, sequence):
        for one in (self.cycle.carried[number] for number in numbers):
            if (
                len(one.shape) != 2
                or not isinstance(one.shape[1], int)
                or not self._fits(one.shape[0], sequence)
            ):
                raise NoCell(f"{one.name} is no state of rows")
        dtypes = {self.cycle.carried[number].dtype for number in (*numbers, *self.around.empty)}
        if not numbers or dtypes != {sequence.dtype}:
            raise NoCell("it has no state, or states of another dtype than the sequence's")

    def _is_zeros(self, expression, rows):
        """Whether a state is what Keras begins with: zeros, a row for each of the sequence."""
        value = self._value(expression)
        if self._called(expression, "zeros"):
            return value.arguments[0][0] == rows
        if self._called(expression, "convert_to_tensor"):
            return (
                isinstance(rows, int)
                and np.shape(value.arguments[0])[:1] == (rows,)
                and not np.any(value.arguments[0])
            )
        if not (isinstance(value, Apply) and isinstance(value.what, Ref) and len(value.arguments) == 1):
            return False
        full = self._value(value.what)
        is_full = isinstance(full, Apply) and full.what == "tf2_lstm.FullOf" and full.arguments[1] == 0
        return is_full and full.arguments[0][0] is None and rows in self._sizes(value.arguments[0])

    # The cell.

    def _cell(self, sequence, reads, results, output, output_size):
        """(The `OwnCell`, the variables of its weights), with the next value of each state by its number."""
        states, results = [self.cycle.carried[number] for number in results], tuple(results.values())
        lines = _needed([*self.cycle.before, *self.cycle.body], reads, [output, *results])
        free = names_in([output, results, *(line.value for line in lines)])
        free -= {*reads, *(line.targets[0] for line in lines), *(one.name for one in states)}
        drops = [one for one in self.cycle.drops if one.name in free]
        free -= {one.name for one in drops}
        held = {name: self._held(name) for name in self.around.lines if name in free and self._held(name)}
        if any("float" in one.dtype and one.dtype != sequence.dtype for one, _ in held.values()):
            raise NoCell("a weight has another dtype than the sequence")
        constants = set().union(*(self._constants(name) for name in free - set(held)))
        lines = [
            *(Line((name,), one) for name, one in self.around.lines.items() if name in constants),
            *lines,
        ]
        # Keras lists the weights that train first.
        weights = sorted(held.values(), key=lambda one: not one[0].trains)
        names = weight_names([source for _, source in weights])
        taken = {*names, "self", "states", _INPUTS.name, *(one.name for one in drops)}
        own = [*(one.name for one in states), *(line.targets[0] for line in lines)]
        by = {
            **dict.fromkeys(reads, _INPUTS),
            **local_names(own, taken),
            **{one.name: Ref(name) for (one, _), name in zip(weights, names, strict=True)},
        }
        cell = OwnCell(
            _INPUTS.name,
            tuple((by[one.name].name, int(one.shape[1])) for one in states),
            tuple(replace(one, name=name) for (one, _), name in zip(weights, names, strict=True)),
            tuple(Line((by[line.targets[0]].name,), replaced(line.value, by), line.note) for line in lines),
            replaced(output, by),
            output_size,
            replaced(results, by),
            sequence.dtype,
            self.cycle.note,
            tuple(drops),
        )
        return cell, tuple(source for _, source in weights)

    def _held(self, name):
        """(The `CellWeight`, its variable) where a name is the value of a weight alone, None of any other."""
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

    def _constants(self, name):
        """The names of the lines that a constant is computed by."""
        value = self.around.lines.get(name)
        if not isinstance(value, Apply) or not str(value.what).startswith("keras.ops."):
            raise NoCell(f"a step reads {name}, which is no weight and no constant")
        return {name}.union(*map(self._constants, names_in(value)))


def _needed(lines, known, expressions):
    """The lines that expressions need, in order; no more behind what is known."""
    wanted, found = names_in(expressions) - known, []
    for line in reversed(lines):
        if isinstance(line.value, Repeat):
            raise NoCell("a loop is in it")
        if line.targets[0] in wanted:
            wanted |= names_in(line.value) - known
            found.append(line)
    return found[::-1]
