"""Whether a converted folder computes what the program's own session did.

Nothing of the tool's proof is used: the models are loaded from the folder, fed by the TF1 names that the manifest gives
their inputs with what the session has there, and each output must be what the session has under the output's TF1 name.
Every tensor that the program fetches must come out of some model.
"""

import inspect
import json
import runpy
from pathlib import Path

import keras
import numpy as np

from tf2_lstm import set_dropout
from tf2_lstm.dropout_rates import dropout_places
from tf2_lstm.migrate.equivalence.tolerance import tolerance_for


def names_of(folder):
    """Return the TF1 tensors that a folder's manifest names, sorted: what a session must be asked for."""
    entries = [one for entry in entries_of(folder) for one in (*entry["inputs"], *entry["outputs"])]
    return sorted({one["tf1"] for one in entries if one["tf1"]})


#: The rate of a layer that drops all: TensorFlow refuses 1; of this nothing is kept either, once in a million numbers.
ALL = 1 - 2**-20


def flaws_of(folder, sessions, fetches, dropped=False, partial=False):
    """Hold a converted folder against sessions.

    Args:
        folder: what `convert` wrote.
        sessions: for each feed what the program's session computed: TF1 name -> array, of the names of `names_of`
            and of `fetches`.
        fetches: label -> TF1 name of each tensor that the program is for.
        dropped: whether the sessions dropped all that dropout drops; the models then do so too, in training.
        partial: whether a part of the program is refused: what lies between that and a model may be no tensor then.

    Returns:
        A list of sentences, empty when all is equal.
    """
    loaded = [(entry, keras.models.load_model(Path(folder) / entry["file"])) for entry in entries_of(folder)]
    if dropped:
        loaded = [(entry, _dropping(folder, entry, model)) for entry, model in loaded]
    found = []
    for held in sessions:
        computed, flaws = [], []
        for entry, model in loaded:
            outputs, wrong = _one(entry, model, held, dropped, partial)
            computed += outputs
            flaws += wrong
        found += flaws or _missing(held, fetches, computed)
    return list(dict.fromkeys(found))


def entries_of(folder):
    """Return what a folder's manifest says of each model, a list."""
    return json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))["models"]


def _one(entry, model, held, dropped, partial):
    """(What a model computes from a session's tensors, what is wrong with it)."""
    given, results = ({one["name"]: one["tf1"] for one in entry[kind]} for kind in ("inputs", "outputs"))
    unnamed = [
        f"{entry['name']}: {name} has no TF1 name" for name, tf1 in {**given, **results}.items() if not tf1
    ]
    if unnamed and not partial:
        return [], unnamed
    if not all(given.values()):
        return [], []
    outputs = model({name: held[tf1] for name, tf1 in given.items()}, training=dropped)
    if set(outputs) != set(results):
        return [], [f"{entry['name']}: outputs {sorted(outputs)}, the manifest says {sorted(results)}"]
    arrays = {name: np.asarray(value) for name, value in outputs.items()}
    wrong = [
        f"wrong number: {entry['name']} {name}: {why}"
        for name, tf1 in results.items()
        if tf1 and (why := difference(arrays[name], held[tf1]))
    ]
    return list(arrays.values()), wrong


def _dropping(folder, entry, model):
    """A model that drops all in training; of a whole program that of its source, whose parameters are the rates."""
    if entry["kind"] == "program":
        load = runpy.run_path(str(Path(folder) / entry["source_code"]))["load"]
        model = load(**dict.fromkeys(inspect.signature(load).parameters, ALL))
    # Also those in the steps of loops and in cells, which no parameter sets.
    if dropout_places(model):
        set_dropout(model, ALL)
    return model


def difference(found, wanted):
    """Say how an array differs from the session's, "" when it does not: shape, dtype, then numbers."""
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        return f"{found.dtype}{list(found.shape)}, the session has {wanted.dtype}{list(wanted.shape)}"
    if not wanted.size:
        return ""
    off = np.abs(found - wanted).max()
    allowed = tolerance_for(str(wanted.dtype), "outputs").allowed(np.abs(wanted).max())
    return "" if off <= allowed else f"off by {off:.3g}, allowed {allowed:.3g}"


def _missing(held, fetches, computed):
    """Fetched tensors that no model gives out, neither whole nor in pieces side by side."""
    pool = [piece for array in computed for piece in _pieces(array)]
    return [f"missing: {label}" for label, name in fetches.items() if not _made_of(held[name], pool)]


def _pieces(array):
    """An output, with its axes of rows and steps exchanged, and each of its steps."""
    if array.ndim < 3:
        return [array]
    turned = array.swapaxes(0, 1)
    return [array, turned, *array, *turned]


def _made_of(value, pool):
    """Whether an array is one of the pool, or columns of several of them side by side, as a flat state is."""
    for piece in pool:
        width = piece.shape[-1]
        if (
            piece.ndim == value.ndim
            and width <= value.shape[-1]
            and not difference(piece, value[..., :width])
        ):
            rest = value[..., width:]
            if not rest.shape[-1] or _made_of(rest, pool):
                return True
    return False
