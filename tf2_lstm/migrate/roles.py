"""The role of a tensor at the edge of a recurrence, how a recurrence runs and how it ends: each typed once.

A `Tensor` has the name of an input or output of its Keras model: "inputs_2", "initial_state_fw_0_c", "outputs_bw". That
name is parsed in one place, here.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    """The role of a tensor in a recurrence."""

    INPUTS = "inputs"
    LENGTHS = "sequence_length"
    MASK = "mask"
    INITIAL = "initial_state"
    OUTPUTS = "outputs"
    STATE = "state"

    @property
    def is_state(self):
        """Whether it is an initial or a final state."""
        return self in (Role.INITIAL, Role.STATE)


class Form(StrEnum):
    """How a graph runs a recurrence.

    KERAS is a layer of a .h5 file, NAMES a checkpoint without a graph, whose tensors have no TF1 names.
    """

    WHILE = "while"
    FUNCTIONAL_WHILE = "functional_while"
    STATIC = "static"
    STEP = "step"
    BLOCK = "block"
    CUDNN = "cudnn"
    KERAS = "keras"
    NAMES = ""


class Ends(StrEnum):
    """When a loop ends: with its input, or when all rows have ended."""

    WITH_INPUT = "with the input"
    WITH_LONGEST = "with the longest row"


@dataclass(frozen=True)
class Place:
    """The parts of a tensor's name.

    Attributes:
        role: its `Role`.
        side: "fw", "bw", or "" where there is one direction.
        numbers: the number of the step of inputs and outputs, the numbers of the layers of a state.
        leaf: "c" or "h" of an LSTM's state, "" for all others.
    """

    role: Role
    side: str = ""
    numbers: tuple = ()
    leaf: str = ""

    @property
    def step(self):
        """The number of the step, None for a tensor that is not one of several steps."""
        return self.numbers[0] if self.numbers and not self.role.is_state else None

    @property
    def name(self):
        """The name that these parts make."""
        parts = (self.role.value, self.side, *map(str, self.numbers), self.leaf)
        return "_".join(part for part in parts if part)


_NAME = re.compile(
    r"(?P<role>inputs|sequence_length|mask|initial_state|outputs|state)"
    r"(_(?P<side>fw|bw))?(?P<numbers>(_\d+)*)(_(?P<leaf>[ch]))?$"
)


@lru_cache(4096)
def read_name(name):
    """Return the `Place` of a name.

    Args:
        name: "initial_state_fw_0_c".

    Raises:
        ValueError: it is no name of a tensor at the edge of a recurrence.
    """
    found = _NAME.match(name)
    if found is None:
        raise ValueError(
            f"{name!r}: expected the name of an input, an output or a state, as 'initial_state_0_c'"
        )
    numbers = tuple(map(int, found["numbers"].split("_")[1:]))
    return Place(Role(found["role"]), found["side"] or "", numbers, found["leaf"] or "")


@dataclass(frozen=True)
class Tensor:
    """A tensor at the edge of a recurrence: one input or output of its Keras model.

    Attributes:
        name: the Keras name: "inputs", "sequence_length", "initial_state_0_c", "outputs", "outputs_fw", "state_h".
        tf1: the TF1 tensor, "rnn/transpose_1:0"; "" for a zero state that the graph makes itself and for a tensor that
            the graph does not keep.
        dtype: the dtype's name.
        shape: sizes in the layout of the TF1 tensor, None where a size is not fixed.
        zero: for an initial state, that it is zeros in the graph: the Keras input may be left out.
        own: zeros that the unroll makes for itself: the Keras model makes them too, and has no input for them.
        same: the other TF1 tensors that are computed in the same way as an input.
        value: the value that the graph fixes, a tuple of numbers: it is part of the Keras model, and no input.
        closed: why `Session.run` cannot fetch it: it is in a branch, or in the body of a loop. "" for all others.
    """

    name: str
    tf1: str
    dtype: str
    shape: tuple
    zero: bool = False
    same: tuple = ()
    value: tuple | None = None
    own: bool = False
    closed: str = ""

    @property
    def is_input(self):
        """Whether the Keras model has an input for it: not for its own zeros, nor for a fixed value."""
        return self.value is None and not self.own

    @property
    def role(self):
        """Its `Role`."""
        return read_name(self.name).role

    @property
    def place(self):
        """Its `Place`: role, side, step or layers, leaf."""
        return read_name(self.name)


__all__ = ["Ends", "Form", "Place", "Role", "Tensor", "read_name"]
