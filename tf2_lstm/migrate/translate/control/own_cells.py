"""Read a loop over the steps of a sequence as a cell of its own equations, for `keras.layers.RNN`."""

from dataclasses import dataclass

import numpy as np

from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.keras_code.own_cell import OwnCell
from tf2_lstm.migrate.translate.control.cell_lines import NoCell, Step, cell_of
from tf2_lstm.migrate.translate.writing.values import Size
from tf2_lstm.migrate.translate.writing.written_arrays import READ, WRITE


@dataclass(frozen=True)
class Around:
    """The values and names around a loop.

    Attributes:
        lines: name -> the expression that it is assigned, before the loop.
        given: the expressions of the loop's initial values.
        sequences: name -> the `Live` of a tensor that the loop reads elements of.
        empty: the number of a carried array that is full of zeros at first -> its sizes.
        wanted: the numbers of the carried values that are read after the loop.
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
    """A loop as a cell and its arguments.

    Attributes:
        cell: the `OwnCell`.
        sequences: name -> the `Live` whose elements along the first axis are inputs, in their order.
        initial: the expressions of the initial states; None where they are the zeros that Keras begins with.
        sources: the variables of the cell's weights, or arrays.
        arrays: the number of each carried array of outputs -> the shape of an output without the batch.
        states: the number of each carried state -> its shape without the batch.
        backwards: whether the loop begins with the last step.
        lengths: the name of the lengths of the rows, "" where all are as long as the sequence.
    """

    cell: OwnCell
    sequences: dict
    initial: tuple | None
    sources: tuple
    arrays: dict
    states: dict
    backwards: bool = False
    lengths: str = ""


def stepped(cycle, around):
    """Read a loop as a `Stepped`.

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
        numbers = range(len(cycle.carried))
        self.counters = {cycle.carried[number].name for number in numbers if self._counts(number)}
        self.falling = {cycle.carried[number].name: one for number in numbers if (one := self._falls(number))}
        self.sequences, self.places = {}, set()

    def found(self):
        """Find the parts of the loop, one after the other, and return the `Stepped`."""
        reads = self._reads()
        ended, lengths = self._ended()
        self._check_end(lengths)
        outputs = self._outputs()
        states = self._states(outputs)
        if not {*outputs, *states} >= self.around.wanted:
            raise NoCell("the number of its steps is read behind it")
        backwards = self._goes_backwards()
        if lengths and backwards:
            raise NoCell("it goes backwards over rows that end")
        if lengths:
            outputs = {number: self._until(ended, one, self._is_zeros) for number, one in outputs.items()}
        step = Step(
            reads,
            self.sequences,
            {self.cycle.carried[number].name: states[number] for number in states},
            tuple(self._next(number, ended) for number in states),
            tuple(outputs.values()),
            tuple(self._inner(number) for number in outputs),
        )
        cell, sources = cell_of(self.cycle, self.around, step)
        given = [self.around.given[number] for number in states]
        initial = None if all(map(self._is_zeros, given)) else tuple(given)
        arrays = dict(zip(outputs, step.output_shapes, strict=True))
        return Stepped(cell, self.sequences, initial, sources, arrays, states, backwards, lengths)

    def _value(self, expression):
        """Return the expression that a name is assigned, through names of names."""
        while isinstance(expression, Ref) and expression.name in self.lines:
            expression = self.lines[expression.name]
        return expression

    def _called(self, expression, symbol):
        """Return the arguments of a call of a function of `keras.ops`; () for any other expression."""
        value = self._value(expression)
        return value.arguments if isinstance(value, Apply) and value.what == f"keras.ops.{symbol}" else ()

    # The number of steps.

    def _counts(self, number):
        """Whether a carried value is 0 at first and one more after each step."""
        one = Ref(self.cycle.carried[number].name)
        more = self._called(self.cycle.results[number], "add")
        return self._number(self.around.given[number]) == 0 and more in ((one, 1), (1, one))

    def _falls(self, number):
        """Return the lengths of which a carried value is the last index at first, if each step subtracts one."""
        one, result = Ref(self.cycle.carried[number].name), self.cycle.results[number]
        less, more = self._called(result, "subtract"), self._called(result, "add")
        is_less = less == (one, 1) or more in ((one, -1), (-1, one))
        return self._last_of(self.around.given[number]) if is_less else set()

    def _last_of(self, expression):
        """Return the sizes of which a number is the last index."""
        number, less = self._number(expression), self._called(expression, "subtract")
        if number is not None:
            return {number + 1}
        if less and less[1] == 0:
            return self._last_of(less[0])
        return self._sizes(less[0]) if less and less[1] == 1 else set()

    def _number(self, expression):
        arguments = self._called(expression, "convert_to_tensor")
        expression = arguments[0] if arguments else self._value(expression)
        return expression if isinstance(expression, int) else None

    def _lengths(self):
        """Return the set of the sequences' lengths."""
        return {one.shape[0] for one in self.sequences.values()}

    def _rows(self):
        """Return the set of the sequences' batch sizes."""
        return {one.shape[1] for one in self.sequences.values()}

    def _check_end(self, lengths):
        """Refuse a loop that does not end with its sequences."""
        todo, ends = [self.cycle.goes_on], []
        while todo:
            one = todo.pop()
            both = self._called(one, "logical_and")
            todo += both
            ends += [] if both else [self._ends_with(one, lengths)]
        if not all(ends):
            raise NoCell("it ends elsewhere than the sequence that it reads")

    def _ends_with(self, expression, lengths):
        """Whether a condition holds up to the length, or to the end of the longest row, after which nothing changes."""
        less, down = self._called(expression, "less"), self._called(expression, "greater_equal")
        if down and isinstance(down[0], Ref) and down[0].name in self.falling:
            return self._number(down[1]) == 0
        if not less or not self._is_counter(less[0]):
            return False
        ends = self._lengths()
        return bool(ends & self._sizes(less[1])) or (
            bool(lengths) and self._covers(less[1], {*ends, lengths})
        )

    def _goes_backwards(self):
        """Whether all reads and writes are at an index that goes from the last step to the first."""
        falls = {name in self.falling for name in self.places}
        if None in self.places or len(falls) != 1:
            raise NoCell("it reads or writes elsewhere than at the step, or in both directions")
        return falls.pop()

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

    def _place(self, expression):
        """Return the name of the counter that is an index into an array; None for any other index.

        Of a branch it is no larger than the last place, which no step is behind.
        """
        smaller = self._called(expression, "minimum")
        if smaller and self._last_of(smaller[1]) & self._lengths():
            expression = smaller[0]
        is_place = isinstance(expression, Ref) and expression.name in {*self.counters, *self.falling}
        return expression.name if is_place else None

    def _sizes(self, expression):
        """Return the sizes that a number is equal to, as far as known: min(a, max(a, b)) is a.

        The length of the longest row is represented by the name of the lengths.
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
        """Return the sizes that a number is at least, where it is the largest of them."""
        larger = self._called(expression, "maximum")
        return set().union(*map(self._largest, larger)) if larger else self._sizes(expression)

    # The ends of rows.

    def _ended(self):
        """Return (the names of masks of ended rows, the name of the lengths); (set(), "") without lengths."""
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
        """Return the new value of a row that has not ended; a row that has ended must keep the old value."""
        given = self._called(expression, "where")
        if given and isinstance(given[0], Ref) and given[0].name in ended and is_old(given[1]):
            return given[2]
        raise NoCell("what a row that has ended is given is not what it had")

    def _next(self, number, ended):
        """Return the next value of a state."""
        result, old = self.cycle.results[number], Ref(self.cycle.carried[number].name)
        return self._until(ended, result, lambda one: one == old) if ended else result

    # Inputs and outputs.

    def _reads(self):
        """Map the name of each line that reads an element to the name of its sequence."""
        calls = {
            line.targets[0]: line.value.arguments
            for line in self.cycle.body
            if isinstance(line.value, Apply)
            and line.value.what == READ
            and self._is_sequence(line.value.arguments[0])
        }
        self.sequences = {array.name: self.around.sequences[array.name] for array, _ in calls.values()}
        if not self.sequences or len({one.dtype for one in self.sequences.values()}) > 1:
            raise NoCell("it reads no sequence of floats")
        if not _is_one_size(self._lengths()) or not _is_one_size(self._rows()):
            raise NoCell("the sequences that it reads are not of one size")
        self.falling = {name for name, sizes in self.falling.items() if sizes & self._lengths()}
        places = {name: self._place(place) for name, (_, place) in calls.items()}
        self.places = set(places.values())
        return {name: array.name for name, (array, _) in calls.items()}

    def _is_sequence(self, array):
        """Whether an array around the loop is a time-major sequence of floats whose elements have known sizes."""
        found = self.around.sequences.get(array.name) if isinstance(array, Ref) else None
        return (
            found is not None
            and len(found.shape) > 1
            and "float" in found.dtype
            and all(isinstance(one, int) for one in found.shape[2:])
        )

    def _outputs(self):
        """Map the number of each array that the loop writes to the expression of an element."""
        found = {number: self._written(number) for number in self.around.empty}
        if None in found.values() or not all(map(self._is_of_rows, found)):
            raise NoCell("it does not write arrays of rows, one at each step")
        return found

    def _is_of_rows(self, number):
        """Whether an array has an element for each step, and each element a part for each row."""
        length, *element = self.around.empty[number]
        return length in self._lengths() and self._has_rows(element)

    def _has_rows(self, sizes):
        """Whether sizes may be those of a tensor with a value for each row."""
        rows = self._rows()
        fits = bool(sizes) and (not isinstance(sizes[0], int) or sizes[0] in rows)
        return fits and all(isinstance(one, int) for one in sizes[1:])

    def _inner(self, number):
        """Return the shape of an element of an array without the batch."""
        return tuple(self.around.empty[number][2:])

    def _written(self, number):
        """Return the expression that a step writes into an array at its own index; None for any other result."""
        value = self._value(self.cycle.results[number])
        if not (isinstance(value, Apply) and value.what == WRITE):
            return None
        array, place, element = value.arguments
        self.places.add(self._place(place))
        return element if array == Ref(self.cycle.carried[number].name) else None

    def _states(self, outputs):
        """Map the number of each state to its shape without the batch."""
        numbers = [
            number
            for number, one in enumerate(self.cycle.carried)
            if number not in outputs and one.name not in {*self.counters, *self.falling}
        ]
        for one in (self.cycle.carried[number] for number in numbers):
            if not self._has_rows(one.shape):
                raise NoCell(f"{one.name} is no state of rows")
        dtypes = {self.cycle.carried[number].dtype for number in (*numbers, *outputs)}
        if not numbers or dtypes != {one.dtype for one in self.sequences.values()}:
            raise NoCell("it has no state, or states of another dtype than the sequence's")
        return {number: tuple(self.cycle.carried[number].shape[1:]) for number in numbers}

    def _is_zeros(self, expression):
        """Whether an initial state is the zeros that Keras begins with, a row for each row of the sequence."""
        value, rows = self._value(expression), self._rows()
        if self._called(expression, "zeros"):
            return value.arguments[0][0] in rows
        if self._called(expression, "convert_to_tensor"):
            return np.shape(value.arguments[0])[:1] in {(one,) for one in rows} and not np.any(
                value.arguments[0]
            )
        if not (isinstance(value, Apply) and isinstance(value.what, Ref) and len(value.arguments) == 1):
            return False
        full = self._value(value.what)
        is_full = isinstance(full, Apply) and full.what == "tf2_lstm.FullOf" and full.arguments[1] == 0
        return is_full and full.arguments[0][0] is None and bool(rows & self._sizes(value.arguments[0]))


def _is_one_size(sizes):
    """Whether sizes are one size, or the same axis of several inputs, which a step can only read if they are equal."""
    axes = {one.factors[0][1] if isinstance(one, Size) and len(one.factors) == 1 else None for one in sizes}
    return len(sizes) == 1 or (len(axes) == 1 and None not in axes)
