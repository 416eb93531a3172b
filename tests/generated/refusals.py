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


#: Name -> `Refusal`.
REFUSALS = {
    "flat_state_dropout": Refusal(
        r"dropout acts on a flat state|, through \S+ \((RealDiv|Mul)\)|"
        r"the input of a step is computed inside of a function|none of its outputs and final states is a tensor|"
        r"holds more than the states of the cell|what the step before gave out goes into the input of a step",
        "TF1 cannot tell c from h in one tensor and drops both; tf2_lstm.DropoutWrapper drops no c, as the pair's page "
        "says. A single step that is fed its state converts without that dropout, which is said, and so does a layer "
        "above or below, whose flat state the program carries on with that of the other, but not where what lies "
        "between them is in a function",
        _drops_flat,
    ),
    "noise_of_a_flat_state_in_a_branch": Refusal(
        r"Switch \(.*/add/Switch\): it computes with random numbers",
        "Where rows end, static_rnn puts each step into a tf.cond. The noise of variational dropout of a flat state is "
        "drawn in front of it: a Dropout layer in each branch would draw another one at each step",
        lambda program: _drops_flat(program) and program.lengths != "none" and "static" in program.unroll,
    ),
    "scale_in_float32": Refusal(
        r"the scale of this dropout, in float32, which no Dropout layer of float64 has",
        "TF1 computes 1 / keep_prob of a constant in float32, Keras's layer in float64",
        lambda program: program.dtype == "float64" and program.keep == "constant",
    ),
    "around_a_stack_that_is_not_whole": Refusal(
        r"what the program makes of each step's output, of \S+ through \S+ \(AddV?2?\)",
        "Where dropout acts on the flat state of a lower layer, the layers above are models of their own, and a "
        "residual around the whole stack is in none of them",
        lambda program: _drops_flat(program) and program.outer == "residual",
    ),
}


def reason_of(text, program):
    """Return the name of the reason that a refusal gives of a program, "" when it is none of `REFUSALS`."""
    found = (name for name, one in REFUSALS.items() if one.of(program) and re.search(one.says, text))
    return next(found, "")
