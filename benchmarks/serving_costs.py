"""What a model costs in each runtime that it leaves for: the size of the file, loading it, a call.

A Keras model of one LSTM layer and a dense one leaves by `tf2-lstm export`, which proves it. Then all take turns, each
with the threads that it has by itself.

    python -m benchmarks.serving_costs [--rounds 15] [--json PATH]
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.speed import machine
from benchmarks.speed.process import ROOT
from benchmarks.speed.tables import grid

RESULT = ROOT / "benchmarks" / "results" / "serving_costs.json"
#: Format of `tf2-lstm export` -> (what runs it, what the file is called).
FORMATS = {
    "onnx": ("ONNX, onnxruntime", "model.onnx"),
    "savedmodel": ("SavedModel, TensorFlow", "served"),
    "litert": ("LiteRT, its interpreter", "model.tflite"),
}
KERAS = "`model.keras`, `tf2_lstm.load_model` in `tf.function`"
DEPTH, STEPS, UNITS, CLASSES = 64, 50, 128, 10
ROWS = (1, 32)
#: Largest allowed |difference| from Keras, as a part of the largest magnitude.
ALLOWED = 2e-5
#: How long one turn of one way takes, about.
SECONDS = 0.2


def written(folder, units):
    """Save the Keras model; return its path."""
    import keras

    keras.utils.set_random_seed(0)
    x = keras.Input((None, DEPTH), name="x")
    hidden = keras.layers.LSTM(units, return_sequences=True)(x)
    model = keras.Model({"x": x}, {"scores": keras.layers.Dense(CLASSES, name="scores")(hidden)})
    model.save(folder / "model.keras")
    return folder / "model.keras"


def loaded_keras(path):
    """Load the model as a program would; a function from name -> array to the scores."""
    import tensorflow as tf

    import tf2_lstm

    function = tf.function(tf2_lstm.load_model(path))
    return lambda given: function({"x": tf.constant(given["x"])})["scores"].numpy()


def loaded_exported(form, path):
    """Load what was exported; a function as that of `loaded_keras`."""
    from tf2_lstm.migrate.export.leaving import module_of

    run = module_of(form).runner(path)
    return lambda given: run(given)["scores"]


def exported(form, path, name):
    """Export the model; nothing that differs is timed."""
    from tf2_lstm.migrate.export.leaving import leave

    target = path.parent / name
    if not leave(path, target, form).passed:
        raise SystemExit(f"{name}: not proved: nothing is timed")
    return target


def measure(rounds, units=UNITS):
    """Return the costs of each way to run the model as plain data."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), units)
        ways = {KERAS: (path, loaded_keras, (path,))}
        for form, (label, name) in FORMATS.items():
            target = exported(form, path, name)
            ways[label] = (target, loaded_exported, (form, target))
        found, functions = {}, {}
        for label, (file, load, given) in ways.items():
            begin = time.perf_counter()
            functions[label] = load(*given)
            found[label] = {"kilobytes": _kilobytes(file), "load_ms": _ms(time.perf_counter() - begin)}
        for rows in ROWS:
            for label, milliseconds in _in_turn(functions, rows, rounds).items():
                found[label][f"rows_{rows}_ms"] = milliseconds
    return found


def _in_turn(functions, rows, rounds):
    """The median milliseconds of one call of each function, all taking turns."""
    random = np.random.RandomState(rows)
    given = {"x": random.uniform(-1, 1, (rows, STEPS, DEPTH)).astype("float32")}
    expected = functions[KERAS](given)
    for label, function in functions.items():
        check(label, function(given), expected)
    runs = max(1, round(SECONDS / _seconds(functions[KERAS], given, 3)))
    turns = [
        {label: _seconds(function, given, runs) for label, function in functions.items()}
        for _ in range(rounds)
    ]
    return {label: _ms(statistics.median(turn[label] for turn in turns)) for label in functions}


def check(label, found, expected):
    """Hold a result against Keras's; nothing wrong is timed."""
    off = (
        float(np.abs(found - expected).max() / np.abs(expected).max())
        if found.shape == expected.shape
        else None
    )
    # Written so that a NaN is no agreement.
    if off is None or not off <= ALLOWED:
        raise SystemExit(
            f"{label}: expected {expected.shape}, received {found.shape}, off by {off} of the largest"
        )


def _seconds(function, given, runs):
    begin = time.perf_counter()
    for _ in range(runs):
        function(given)
    return (time.perf_counter() - begin) / runs


def _ms(seconds):
    return round(1e3 * seconds, 3)


def _kilobytes(path):
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return round(sum(one.stat().st_size for one in files) / 1000)


def table(path=RESULT):
    """The table of the committed figures for the page on serving."""
    found = json.loads(path.read_text(encoding="utf-8"))
    head = ["runs", "file, kB", "load, ms", *(f"{rows} x {STEPS} steps, ms" for rows in ROWS)]
    rows = [
        [
            label,
            f"{one['kilobytes']:,}",
            f"{one['load_ms']:,.1f}",
            *(f"{one[f'rows_{rows}_ms']:.2f}" for rows in ROWS),
        ]
        for label, one in found["ways"].items()
    ]
    where = found["machine"]
    # How many threads there are, each runtime decides here.
    said = machine.said(where).replace(f"{where['threads']} threads", f"{where['cores']} cores")
    return f"{said}, median of {found['rounds']} turns.\n\n{grid(head, rows)}"


def main():
    """Measure, print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    found = {"machine": machine.describe(), "rounds": given.rounds, "ways": measure(given.rounds)}
    machine.look_again(found["machine"])
    for label, one in found["ways"].items():
        print(f"{label}: {one}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
