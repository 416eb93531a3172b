"""The values that stand for a tensor of a TF1 graph while the graph is translated."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf2_lstm.migrate.keras_code.expression import Ref

#: The most numbers of an array that is computed while a graph is translated.
LARGEST = 2**24


@dataclass(frozen=True)
class Size:
    """A size that is open until the model is called: a number times the sizes of axes of tensors.

    Attributes:
        factors: (name of a `Ref`, axis) of each, sorted; the axis None for the number that a scalar holds.
        times: the number.

    Example:
        ```python
        batch, steps = Size((("x", 0),)), Size((("x", 1),))
        assert 2 * batch * steps == Size((("x", 0), ("x", 1)), 2)
        ```
    """

    factors: tuple
    times: int = 1

    def __mul__(self, other):
        """Return the product with an int or another size."""
        if isinstance(other, Size):
            return Size(tuple(sorted(self.factors + other.factors, key=str)), self.times * other.times)
        return Size(self.factors, self.times * int(other)) if other else 0

    __rmul__ = __mul__


@dataclass(frozen=True)
class Origin:
    """The fixed values at inference that a number is computed from.

    Attributes:
        tensors: the names of the TF1 tensors, sorted: ("keep_prob:0",).
        how: "itself" where the number is the tensor's, "less" where it is 1 - that, "" for any other computation.
    """

    tensors: tuple
    how: str = ""

    def less(self):
        """The `Origin` of 1 - the number.

        Example:
            ```python
            assert Origin(("rate:0",), "itself").less().in_words() == "1 - rate:0"
            ```
        """
        return Origin(self.tensors, {"itself": "less", "less": "itself"}.get(self.how, ""))

    def in_words(self):
        """The same in words."""
        before = {"itself": "", "less": "1 - "}.get(self.how, "computed of ")
        return before + " and ".join(self.tensors)


@dataclass(frozen=True)
class Known:
    """A tensor whose value the graph fixes.

    Attributes:
        array: the value; for sizes an array of objects, ints and `Size`s.
        dtype: the dtype's name.
        origin: the `Origin` of the values that inference fixes and a program feeds in training, None of a constant.
    """

    array: np.ndarray
    dtype: str = ""
    origin: Origin | None = None

    @property
    def open(self):
        """Whether it has an open size."""
        return self.array.dtype == object


@dataclass(frozen=True)
class Held:
    """The value of a variable.

    Attributes:
        node: the name of its node.
        shape: a tuple of ints.
        dtype: the dtype's name.
        trains: whether TF1 trains it, as far as anything says.
    """

    node: str
    shape: tuple
    dtype: str
    trains: bool = True


@dataclass(frozen=True)
class Live:
    """A tensor that the Keras model computes.

    Attributes:
        ref: the `Ref` of its line.
        shape: a tuple of ints and `Size`s.
        dtype: the dtype's name.
        product: the `layers.Product` of a product with weights, None of anything else.
        whole: the `Live` that this is a reshape of, all axes but the last in one; None otherwise.
        scaled: (`Live`, number) where this is a tensor times a number, None otherwise.
        widened: (`Live` or `Held`, axis) where this is that with one axis of size 1 more, None otherwise.
        counts: whether it is 0, 1, 2, ... up to its size.
        elements: the ints and `Size`s of a vector that was put together of scalars, None of anything else.
        fills: the number that each element is, None where nothing says.
        spread: the `Live` that this repeats along axes of size 1, None of anything else.
        before_cast: the `Live` of integers that this is a cast of to other integers, None of anything else.
        rows: the number of rows of a sparse tensor in which no row is empty, where this is its indices or the row of
            each element, None of anything else.
        sparse: (which part, the `Live` of the matrix with -1 where there is none) where this is a part of a sparse
            tensor whose matrix is known, None otherwise; a part is "indices", "values" or "shape".
    """

    ref: Ref
    shape: tuple
    dtype: str
    product: Any = None
    whole: Any = None
    scaled: Any = None
    widened: Any = None
    counts: bool = False
    elements: tuple | None = None
    fills: Any = None
    spread: Any = None
    before_cast: Any = None
    rows: Any = None
    sparse: tuple | None = None


@dataclass(frozen=True)
class Elements:
    """An array of tensors, as one tensor.

    Attributes:
        value: the `Live` with the elements along its first axis, None while the array is empty.
        length: the number of elements: a `Known` or a `Live` scalar.
        dtype: the dtype's name.
        dims: the sizes of an element, None while they are not known.
        grows: whether the array is as long as the last write needs.
    """

    value: Any
    length: Any
    dtype: str
    dims: tuple | None = None
    grows: bool = False


@dataclass(frozen=True)
class Distinct:
    """The distinct numbers of a vector, the rows of a table at them, or the places of the vector's numbers among them.

    What is looked up at the distinct numbers and taken at the places is looked up at the vector's numbers at once.

    Attributes:
        value: the `Live` of the vector, or of the rows at its numbers.
        node: the name of the node that finds them.
        part: "numbers", "rows" or "places"; "counts" where it is how many there are.
    """

    value: Live
    node: str
    part: str

    def at(self, places):
        """Return the `Live` of the rows at places.

        Raises:
            Refusal: these are no rows, or the places are not those of the vector's numbers.
        """
        of_rows = isinstance(places, Distinct) and (self.part, places.part) == ("rows", "places")
        if not of_rows or places.node != self.node:
            raise Refusal(NOT_ALONE)
        return self.value


#: Why distinct numbers are not translated where they are read in another way.
NOT_ALONE = (
    "it reads the distinct numbers of a vector (tf.unique) for more than rows of one table. "
    "Feed what is looked up with --feed"
)


@dataclass(frozen=True)
class Untranslated:
    """A tensor that is not translated.

    Attributes:
        reason: why, "" for one of a branch that is never taken.
    """

    reason: str = ""


class Refusal(ValueError):
    """A row cannot translate a node: why, and the way around."""


def known(values, dtype="int32"):
    """Return the `Known` of a list of ints and `Size`s, of an int, or of one size.

    Example:
        ```python
        assert known([2, Size((("x", 0),))]).open and not known([2, 3]).open
        ```
    """
    array = np.asarray(values, object)
    if any(isinstance(one, Size) for one in array.flat):
        return Known(array, dtype)
    return Known(array.astype(dtype), dtype)


def sizes_of(value):
    """Return the sizes of the axes of a `Known`, a `Held` or a `Live`."""
    return value.array.shape if isinstance(value, Known) else value.shape


def rank_of(value):
    """Return the number of axes of a value."""
    return len(sizes_of(value))


def constant_of(value, what):
    """Return the array of a value that the graph fixes.

    Args:
        value: the value.
        what: a description of it for the message, "its axis".

    Raises:
        Refusal: a tensor decides it.
    """
    if not isinstance(value, Known) or value.open:
        raise Refusal(f"{what} is computed. Make it a number")
    return value.array


def check_size(sizes):
    """Refuse to compute an array that is too large while a graph is translated, before memory is taken for it.

    Args:
        sizes: the sizes of the axes, ints.

    Raises:
        Refusal: it has more than `LARGEST` numbers.
    """
    count = math.prod(map(int, sizes))
    if count > LARGEST:
        raise Refusal(
            f"it has {count:,} numbers, expected {LARGEST:,} at most. Feed it with --feed, or make it a variable"
        )


def number_of(value, what):
    """Return the one number of a value that the graph fixes.

    Args:
        value: the value.
        what: a description of it for the message, "its depth".

    Raises:
        Refusal: the value is computed, or it has several numbers.
    """
    array = constant_of(value, what)
    if array.size != 1:
        raise Refusal(f"{what} has {array.size} numbers, expected one. Correct it")
    return array.item()


def axis_of(axis, rank):
    """Return the number of an axis, counted from the front.

    Args:
        axis: an int, or the value of the input that says the axis.
        rank: the number of axes to choose from.

    Raises:
        Refusal: a tensor decides it, or it is no axis of so many.

    Example:
        ```python
        assert axis_of(known(-1), 3) == axis_of(2, 3) == 2
        ```
    """
    number = int(axis if isinstance(axis, (int, np.integer)) else number_of(axis, "its axis"))
    if not -rank <= number < rank:
        raise Refusal(f"its axis is {number}, expected one of {rank} axes. Correct the axis")
    return number % rank
