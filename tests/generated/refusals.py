"""Why a generated program may be refused, or converted in part: the only reasons that count as no fault."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A reason.

    Attributes:
        says: what the refusal says, or what is said to be in no model; a regular expression.
        why: why the program has no Keras model.
        of: whether it may be said of a program.
    """

    says: str
    why: str
    of: Callable


def _drops_flat(program):
    of_states = {"dropout_state", "dropout_all", "dropout_recurrent"}
    return any(layer.flat and of_states & {*layer.wrappers, program.outer} for layer in program.layers)


def _is_unbounded(program):
    given = {value for layer in program.layers for name, value in layer.options if name == "activation"}
    return bool(given & {"relu", "elu", "selu", "softplus"})


#: Name -> `Refusal`.
REFUSALS = {
    "flat_state_dropout": Refusal(
        r"dropout acts on a flat state|, through \S+ \((RealDiv|Mul)\)|"
        r"the input of a step is computed inside of a function|none of its outputs and final states is a tensor",
        "TF1 cannot tell c from h in one tensor and drops both; tf2_lstm.DropoutWrapper drops no c, as the pair's page "
        "says. A single step that is fed its state converts without that dropout, which is said, and so does a layer "
        "above or below, but not where what lies between them is in a function",
        _drops_flat,
    ),
    "float32_rounding": Refusal(
        r"over tolerance: \w+ off by 1(\.\d+)?e-06, allowed 1e-06; no known mistake",
        "An unbounded activation makes numbers that float32 rounds at a ten-millionth of their size, and what squashes "
        "them keeps that difference at full size: two orders of adding up differ by a little more than is allowed. "
        "convert says by how much, and that no known mistake gives it",
        _is_unbounded,
    ),
}


def reason_of(text, program):
    """Return the name of the reason that a refusal gives of a program, "" when it is none of `REFUSALS`."""
    found = (name for name, one in REFUSALS.items() if one.of(program) and re.search(one.says, text))
    return next(found, "")
