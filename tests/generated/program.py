"""A TF1 program as a value: which cells, in which wrappers, under which unroll, fed with what.

A program prints as the short Python text that makes it again, with what is not the default only:

```python
from tests.generated.program import Layer, Program

program = Program(layers=(Layer("GRU", 3),), unroll="static", time=2)
assert repr(program) == "Program(layers=(Layer('GRU', 3),), unroll='static', time=2)"
assert eval(repr(program)) == program
```
"""

from dataclasses import MISSING, dataclass, fields

#: Unrolls whose inputs are a list of steps, so that their number is fixed.
LISTED = ("static", "loop", "static_bidirectional")
#: Unrolls that run two cells a layer.
BOTH_WAYS = ("bidirectional", "static_bidirectional", "stack_bidirectional")
#: Dropout's wrappers: name -> arguments of DropoutWrapper that get the keep probability.
DROPOUTS = {
    "dropout_in": ("input_keep_prob",),
    "dropout_out": ("output_keep_prob",),
    "dropout_state": ("state_keep_prob",),
    "dropout_all": ("input_keep_prob", "output_keep_prob", "state_keep_prob"),
    "dropout_recurrent": ("input_keep_prob", "output_keep_prob", "state_keep_prob"),
}


class _Short:
    def __repr__(self):
        said = [(one, getattr(self, one.name)) for one in fields(self)]
        parts = [
            repr(value) if one.default is MISSING and type(self) is Layer else f"{one.name}={value!r}"
            for one, value in said
            if one.default is MISSING or value != one.default
        ]
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, repr=False)
class Layer(_Short):
    """One cell of a stack.

    Attributes:
        kind: "BasicRNN", "GRU", "BasicLSTM" or "LSTM": a class of `tf.nn.rnn_cell`, without its "Cell".
        units: its num_units.
        options: further arguments of the class, (name, value) pairs; an activation by its name in `tf.nn`.
        wrappers: from the inside out: "residual", "device" or a key of `DROPOUTS`.
    """

    kind: str
    units: int
    options: tuple = ()
    wrappers: tuple = ()

    @property
    def width(self):
        """The width of its outputs."""
        return dict(self.options).get("num_proj") or self.units

    @property
    def flat(self):
        """Whether its state is one tensor [c, h]."""
        return dict(self.options).get("state_is_tuple") is False


@dataclass(frozen=True, repr=False)
class Program(_Short):
    """A whole TF1 program.

    Attributes:
        layers: the `Layer`s; more than one is a MultiRNNCell.
        stacked: a MultiRNNCell even around one cell.
        stack_is_tuple: the state_is_tuple of the MultiRNNCell.
        outer: a wrapper around the whole, as of a layer.
        unroll: "dynamic", "static", "loop", "step", "steps" (a cell called twice), "raw", "bidirectional",
            "static_bidirectional" or "stack_bidirectional".
        lengths: "none", "constant", "placeholder", "int64" or "computed" (from padded inputs).
        start: "none", "zero_state", "zeros" (`tf.zeros`), "fed" or "variable".
        batch: the number of rows that the graph fixes, or None.
        time: the number of steps that the graph fixes, or None.
        width: of the inputs.
        source: "placeholder", "embedding", "reshape" (of rows of all steps), "image" (rank 4) or "stack" (a
            placeholder a step).
        control: the cell's graph runs after an assertion, by a control edge.
        again: "no", "cell" (the same weights over the inputs once more, after a second input) or "model" (a
            second model on the same inputs).
        time_major: inputs and outputs are [time, batch, width].
        dtype: of everything that is no integer.
        keep: the keep probability of every dropout: "one" (the number 1), "constant" (0.7), "placeholder" or
            "default" (a placeholder that is 1 when it is not fed).
        training: a loss and an optimizer are around it.
        resource: the variables are resource variables, which TensorFlow 1.15 makes only when it is asked.
        functional: loops and conditionals are functions (control flow v2), likewise.
    """

    layers: tuple
    stacked: bool = False
    stack_is_tuple: bool = True
    outer: str = ""
    unroll: str = "dynamic"
    lengths: str = "none"
    start: str = "none"
    batch: int | None = None
    time: int | None = None
    width: int = 3
    source: str = "placeholder"
    control: bool = False
    again: str = "no"
    time_major: bool = False
    dtype: str = "float32"
    keep: str = "placeholder"
    training: bool = False
    resource: bool = False
    functional: bool = False


def drops(program):
    """Say whether a program has dropout anywhere."""
    return any(one in DROPOUTS for layer in program.layers for one in (*layer.wrappers, program.outer))


def objection(program):
    """Say why TensorFlow 1.15 has no such program, "" when it has."""
    listed = program.unroll in LISTED
    single = program.unroll in ("step", "steps", "raw")
    checks = {
        "a list of steps has a length": listed and program.time is None,
        "steps have no lengths": program.unroll in ("step", "steps", "loop") and program.lengths != "none",
        "raw_rnn compares its time, an int32": program.unroll == "raw" and program.lengths == "int64",
        "steps have no axis of time": (listed or single) and program.time_major,
        "a step has one tensor": program.unroll in ("step", "steps") and program.source in ("stack", "image"),
        "what is called by hand has a state": (single or program.unroll == "loop")
        and program.start == "none",
        "a stack of placeholders has a length": program.source == "stack" and program.time is None,
        "an image has a fixed number of columns": program.source == "image" and program.time is None,
        "a variable's state has a fixed batch": program.start == "variable" and program.batch is None,
        "constant lengths fix the batch": program.lengths == "constant" and program.batch is None,
        "lengths are counted from ids": program.lengths == "computed" and program.source != "embedding",
        "a residual adds what is as wide": not _residuals_fit(program),
        "a stack's flat state is of flat states": not program.stack_is_tuple and not _flat(program),
        "a loop of TensorFlow writes an array": program.unroll == "raw" and program.source == "stack",
    }
    return next((why for why, holds in checks.items() if holds), "")


def _flat(program):
    return all(layer.flat or layer.kind in ("GRU", "BasicRNN") for layer in program.layers)


def _residuals_fit(program):
    width = program.width
    for layer in program.layers:
        if "residual" in layer.wrappers and layer.width != width:
            return False
        width = layer.width * (2 if program.unroll == "stack_bidirectional" else 1)
    return program.outer != "residual" or (width == program.width and program.unroll != "stack_bidirectional")
