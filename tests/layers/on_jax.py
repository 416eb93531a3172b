"""What layers do on JAX, as JSON: run by test_layers_jax.py in a process of its own.

KERAS_BACKEND=jax python tests/layers/on_jax.py
"""

import json
import warnings

import jax
import keras
import numpy as np
from layer_rows import DEPTH, FULL, LENGTHS, TIME, inputs, ready
from layer_rows import model as model_of

from tf2_lstm import (
    RNN,
    Bidirectional,
    CombineSegments,
    DropoutWrapper,
    EquationCell,
    FullOf,
    GRUCell,
    Loop,
    LSTMCell,
    RangeOf,
    ReshapeTo,
    ResidualWrapper,
    SizeOf,
    SparseFillEmptyRows,
    SparseReshape,
    StackedRNNCells,
    sequence_mask,
)


def dropout(cell=None, **options):
    return DropoutWrapper(cell or LSTMCell(4), **{"output_dropout": 0.4, "seed": 1, **options})


def own_cell():
    """A cell of its own equations: what goes in is dropped, and added to the state."""
    lines = [
        ["kept", {"call": {"ref": "dropout"}, "with": [{"ref": "x"}]}],
        ["h_new", {"call": "keras.ops.add", "with": [{"ref": "h"}, {"ref": "kept"}]}],
    ]
    return EquationCell(
        "x",
        [{"name": "h", "size": DEPTH}],
        [],
        lines,
        output={"ref": "h_new"},
        output_size=DEPTH,
        next_states=[{"ref": "h_new"}],
        dropouts=[{"name": "dropout", "rate": 0.5, "seed": 7}],
    )


DRAWS = {
    "dropout": dropout,
    "of its own equations": own_cell,
    "of the input": lambda: DropoutWrapper(GRUCell(4), input_dropout=0.5, seed=2),
    "of the state": lambda: DropoutWrapper(LSTMCell(4, dropout=0.5, seed=3), state_dropout=0.5, seed=4),
    "inside a residual": lambda: ResidualWrapper(dropout()),
    "inside another dropout": lambda: dropout(dropout(seed=5), variational=True),
    "inside a stack": lambda: StackedRNNCells([GRUCell(4), dropout(), dropout(GRUCell(4), seed=6)]),
}
OPTIONS = {
    "": {},
    "padded": {"mask": sequence_mask(LENGTHS, TIME)},
    "one mask for all rows": {"mask": sequence_mask(LENGTHS[1:2], TIME)},
}
LAYERS = {
    "": {},
    "last": {"return_sequences": False},
    "repeated": {"zero_output_for_mask": False},
    "backwards": {"go_backwards": True},
}


def looped_and_unrolled(cell, layer, call):
    """How far the training calls of a loop are off from those of its steps one after another: two calls."""
    both = [ready(RNN(cell(), unroll=unroll, **{**FULL, **layer})) for unroll in (True, False)]
    off = []
    for _ in range(2):
        one, other = (keras.tree.flatten(each(inputs(), training=True, **call)) for each in both)
        off += [float(np.max(np.abs(np.asarray(a) - np.asarray(b)))) for a, b in zip(one, other, strict=True)]
    return off


def dropped():
    """The places [step, row, unit] at which two calls of one layer drop the outputs."""
    layer = ready(RNN(dropout(), **FULL))
    return [(np.asarray(layer(inputs(), training=True)[0]) == 0).swapaxes(0, 1).tolist() for _ in range(2)]


def fitted():
    """The losses of a model in both directions, compiled by JAX, and the draws that its generators count."""
    cells = dropout(), dropout(GRUCell(4), seed=7)
    both = Bidirectional(
        RNN(cells[0], return_sequences=True), RNN(cells[1], return_sequences=True, go_backwards=True)
    )
    model = model_of(both)
    model.compile(keras.optimizers.Adam(0.05), "mse")
    x = np.tile(inputs(), (4, 1, 1))
    losses = model.fit(x, np.full((12, TIME, 8), 0.3, "float32"), batch_size=4, epochs=10, verbose=0).history[
        "loss"
    ]
    return losses, [int(np.asarray(cell.seed_generator.state)[1]) for cell in cells]


def assigned():
    """The refusal of a step that assigns a weight."""

    class Counting(LSTMCell):
        def build(self, shape):
            super().build(shape)
            self.count = self.add_weight(shape=(), name="count", trainable=False, initializer="zeros")

        def call(self, inputs, states, training=False):
            self.count.assign(self.count + 1)
            return super().call(inputs, states, training=training)

    try:
        RNN(dropout(Counting(4)), name="reader")(inputs(), training=True)
    except NotImplementedError as error:
        return str(error)


def warned(kind):
    """What is said of a training call of a loop, and of one at inference."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", RuntimeWarning)
        kind(dropout(name="drops"))(inputs(), training=True)
        kind(dropout(name="drops"))(inputs())
    return [str(one.message) for one in said if one.category is RuntimeWarning]


def looped():
    """What is said of a Loop whose dropout is to drop, and what it gives at inference."""
    step, x = {"name": "step", "dtype": "int32", "shape": []}, {"ref": "x"}
    kept = {"call": {"ref": "dropout"}, "with": [x]}
    loop = Loop(
        [step, {"name": "x", "dtype": "float32", "shape": [2]}],
        {"lines": [], "gives": {"call": "keras.ops.less", "with": [{"ref": "step"}, 3]}},
        {"lines": [], "gives": [{"call": "keras.ops.add", "with": [{"ref": "step"}, 1]}, kept]},
        dropouts=[{"name": "dropout", "rate": 0.5}],
        name="looped",
    )
    given = [np.zeros((), "int32"), np.ones(2, "float32")]
    try:
        loop(given, training=True)
    except NotImplementedError as error:
        return [str(error), np.asarray(loop(given)[1]).tolist()]


def stepped():
    """A stack whose states go into a compiled model: the shapes of what comes out."""
    stack = StackedRNNCells([LSTMCell(4), GRUCell(4)])
    states = [[keras.Input((4,)), keras.Input((4,))], keras.Input((4,))]
    x = keras.Input((1, DEPTH))
    # In one list: Keras's own model on JAX gives out no nest.
    model = keras.Model([x, states], keras.tree.flatten(RNN(stack, **FULL)(x, initial_state=states)))
    zeros = keras.tree.map_structure(np.asarray, stack.get_initial_state(3))
    found = model.predict_on_batch([inputs(time=1), zeros])
    return [list(one.shape) for one in found]


def sized():
    """A model whose shapes are sizes of what it is called with, compiled: is it as it was?"""
    x = keras.Input((None, DEPTH))
    rows, steps = SizeOf(0)(x), SizeOf(1)(x)
    given = {
        "full": FullOf([None, 2, None], 3.0)(rows, steps),
        "range": RangeOf([0, None, 1])(steps),
        "reshaped": ReshapeTo([None, None, DEPTH])(x, steps, rows),
    }
    model, fed = keras.Model(x, given), np.arange(2.0 * 5 * DEPTH, dtype="float32").reshape(2, 5, DEPTH)
    compiled = jax.jit(lambda fed: model.stateless_call([], [], fed)[0])(fed)
    plain = model(fed)
    shapes = {name: list(one.shape) for name, one in compiled.items()}
    return shapes, all(bool((plain[name] == one).all()) for name, one in compiled.items())


def sparse():
    """A sparse tensor's rows that are filled, its places in a row, and its values together, as lists."""
    places, values, empty = SparseFillEmptyRows(9)(
        np.array([[3, 1], [1, 0], [3, 0]]), np.array([1.0, 2.0, 4.0]), np.int32(5)
    )
    found = [places, values, empty, SparseReshape([-1, None], [-1])(places, np.int32(2))]
    found += [CombineSegments(how)(values, places[:, 0] // 3, np.int32(3)) for how in ("sum", "max", "prod")]
    return [np.asarray(one).tolist() for one in found]


def tried(part, *arguments):
    """What a part returns, or the error that it ends in: the other parts go on."""
    try:
        return part(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    cases = {(name, "", ""): (cell, {}, {}) for name, cell in DRAWS.items()}
    some = "of the state"
    # Each way to give out with padded rows, and each kind of padding with all that is given out.
    pairs = [*((a, "padded") for a in LAYERS), *(("", b) for b in OPTIONS if b != "padded")]
    cases.update({(some, a, b): (DRAWS[some], LAYERS[a], OPTIONS[b]) for a, b in pairs})
    off = {", ".join(filter(None, key)): tried(looped_and_unrolled, *case) for key, case in cases.items()}
    names = ("dropped", "fitted", "assigned", "looped", "stepped", "sized", "sparse")
    parts = {name: tried(globals()[name]) for name in names}
    said = {kind.__module__.split(".")[0]: tried(warned, kind) for kind in (keras.layers.RNN, RNN)}
    print(json.dumps({"backend": keras.backend.backend(), "off": off, "warned": said, **parts}))
