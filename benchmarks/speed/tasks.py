"""What is computed: a task is one kind of work on one shape, its arrays drawn from a seed."""

from collections import namedtuple

import numpy as np

KINDS = ("inference", "training", "streaming", "variable", "variable_training")


class Task(namedtuple("Task", ("kind", "cell", "batch", "time", "depth", "units", "name"))):
    """One thing to compute and to time.

    Attributes:
        kind: one of `KINDS`. "streaming" is `time` calls of one step; "variable" has rows of different
            lengths, 56 % of the steps valid.
        cell: "lstm" or "gru"; the GRU of TF1, whose reset gate acts before the matrix product.
        batch, time, depth: of the input [B, T, D].
        units: a list, one width a layer.
        name: of the shape, for the tables.
    """

    __slots__ = ()

    @property
    def key(self):
        """The task in a word, unique in a run."""
        return f"{self.kind}/{self.cell}/{self.name}"

    @property
    def trains(self):
        """Whether it has gradients."""
        return self.kind in ("training", "variable_training")

    @property
    def varies(self):
        """Whether it has lengths."""
        return self.kind.startswith("variable")


#: Name -> (batch, time, depth, units).
SHAPES = {
    "seed": (2, 3, 6, [4, 5]),
    "small": (1, 50, 64, [128]),
    "mid": (32, 100, 128, [128, 128]),
    "big": (32, 50, 256, [512, 512]),
    "long": (64, 200, 256, [256]),
}
#: Curve -> its values; all else is as in `CURVE_BASE`.
CURVES = {"batch": (1, 4, 16, 64), "time": (10, 50, 200), "units": (64, 128, 256, 512), "layers": (1, 2, 4)}
CURVE_BASE = {"batch": 16, "time": 50, "units": 128, "layers": 1}


def tables(quick=False):
    """The tasks of the tables, in order."""
    shapes = ("seed", "small", "mid") if quick else tuple(SHAPES)
    found = [
        Task(kind, "lstm", *SHAPES[name], name=name) for kind in ("inference", "training") for name in shapes
    ]
    found.append(Task("streaming", "lstm", 1, 50, 64, [128], "small"))
    if not quick:
        found.append(Task("streaming", "lstm", 32, 50, 64, [128], "batch 32"))
        found.append(Task("streaming", "gru", 1, 50, 64, [128], "small"))
    lengths = ("mid",) if quick else ("mid", "long")
    found += [Task(kind, "lstm", *SHAPES[name], name=name) for kind in KINDS[3:] for name in lengths]
    found += [Task(kind, "gru", *SHAPES["mid"], name="mid") for kind in ("inference", "training")]
    return found


def curves(quick=False):
    """Return {(curve, value): [task of inference, of training]}."""
    found = {}
    for curve, values in CURVES.items():
        others = [value for value in values if value != CURVE_BASE[curve]]
        for value in sorted([CURVE_BASE[curve], *(others[:1] if quick else others)]):
            at = dict(CURVE_BASE, **{curve: value})
            shape = (at["batch"], at["time"], 128, [at["units"]] * at["layers"])
            name = "{batch}x{time} {units}u {layers}l".format(**at)
            found[curve, value] = [
                Task(kind, "lstm", *shape, name=name) for kind in ("inference", "training")
            ]
    return found


def arrays_of(task, seed=0):
    """Draw a task's arrays: x, the weights in Keras's layout, and what training and lengths need.

    Returns:
        A dict: "x" [B, T, D]; "kernel_N", "recurrent_N", "bias_N" a layer; for training "g"
        [B, T, U], the gradient that comes from above; "lengths" [B], int32, of a task that varies.
    """
    rng = np.random.RandomState(seed)
    shape = (task.batch, task.time)
    found = {"x": rng.uniform(-1, 1, (*shape, task.depth))}
    gates, depth = {"lstm": 4, "gru": 3}[task.cell], task.depth
    for layer, units in enumerate(task.units):
        for name, rows in (("kernel", depth), ("recurrent", units)):
            found[f"{name}_{layer}"] = rng.normal(size=(rows, gates * units)) / np.sqrt(rows)
        found[f"bias_{layer}"] = rng.uniform(-0.5, 0.5, gates * units)
        depth = units
    if task.trains:
        found["g"] = rng.normal(size=(*shape, depth)) / np.sqrt(task.batch * task.time)
    found = {name: array.astype("float32") for name, array in found.items()}
    if task.varies:
        found["lengths"] = _lengths(rng, task)
    return found


def _lengths(rng, task):
    """Lengths whose mean is 56 % of the steps, one row of full length."""
    parts = np.linspace(0.12, 1.0, task.batch)
    return rng.permutation(np.maximum(1, np.round(parts * task.time))).astype("int32")
