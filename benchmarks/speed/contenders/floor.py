"""The same floating-point operations as plain matrix products: what no recurrence can beat.

It computes nothing that could be compared, so it gives no result; what it multiplies is counted.
"""

import numpy as np


def versions():
    """Return what this contender uses."""
    return {"numpy": np.__version__}


def forget():
    """Nothing is kept."""


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    products = [product for layer in range(len(task.units)) for product in _products(task, arrays, layer)]
    repeats = task.time if task.kind == "streaming" else 1

    def again():
        for _ in range(repeats):
            for left, right in products:
                left @ right

    return lambda: {}, again


def _products(task, arrays, layer):
    """[B * T, D + U] @ [D + U, gates * U]; the backward pass has two of the same size."""
    weights = np.concatenate([arrays[f"kernel_{layer}"], arrays[f"recurrent_{layer}"]])
    rows = task.batch * (1 if task.kind == "streaming" else task.time)
    values = np.random.default_rng(0).normal(size=(rows, weights.shape[0])).astype("float32")
    if not task.trains:
        return [(values, weights)]
    above = values @ weights
    return [(values, weights), (values.T, above), (above, weights.T)]
