"""The tables of README.md and benchmarks/figures.md, from the committed result; `docs/tables.py` puts them there."""

import json
from pathlib import Path

from benchmarks.speed import machine
from benchmarks.speed.goals import OURS
from benchmarks.speed.tables import base_of, goals_table, grid, memory_table, number, task_table
from benchmarks.speed.tasks import SHAPES

EXPORTED = "onnx_exported"
RESULT = Path(__file__).resolve().parent.parent / "results" / "latest.json"


def load(path=RESULT):
    """Return the committed result."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def speed():
    """README's table: how many times as fast as the TF1 session, and as two others."""
    return summary(load())


def summary(result):
    """One row a kind of work and opponent, one column a shape; the best way of calling tf2_lstm counts."""
    rows = [
        ("inference, against the TF1 session", "inference", None),
        ("inference of the exported ONNX, against the TF1 session", "inference", None, (EXPORTED,)),
        ("inference, against Keras layers in tf.function", "inference", "keras_function"),
        ("inference, against torch", "inference", "torch"),
        ("training step, against the TF1 session", "training", None),
        ("training step, against Keras layers in tf.function", "training", "keras_function"),
        ("training step, against torch", "training", "torch"),
        ("streaming step, against session.run", "streaming", None),
    ]
    shapes = list(SHAPES)
    lines = [
        [what, *(_times(result, f"{kind}/lstm/{shape}", *others) for shape in shapes)]
        for what, kind, *others in rows
        if others[1:] != [(EXPORTED,)] or any(EXPORTED in found for found in result["tasks"].values())
    ]
    return f"{_source(result)}\n\n{grid(['times as fast', *shapes], lines)}"


def _times(result, key, other, own=OURS):
    figures = result["tasks"].get(key, {})
    there = [figures[name]["median"] for name in own if name in figures]
    other = other or base_of(figures)
    return f"{number(figures[other]['median'] / min(there))}x" if there and other in figures else "-"


def _source(result):
    session = "TensorFlow 1.15.5" if "tf1" in result["versions"] else "compat.v1 on TensorFlow 2.21"
    return (
        f"{machine.said(result['machine'])}, a {result['kind']} run, median of {result['rounds']} rounds; "
        f"the TF1 session is {session}."
    )


def serving():
    """The exported ONNX file: how many times as fast as the TF1 session it is, from the least turn to the most."""
    result = load()
    rows = [
        (f"{what}, {cell.upper()}", [f"{kind}/{cell}/{shape}" for shape in SHAPES])
        for kind, what in (
            ("inference", "whole sequences"),
            ("variable", "rows of different lengths"),
            ("streaming", "a step of a stream"),
        )
        for cell in ("lstm", "gru")
    ]
    found = [[what, *(_spread(result["tasks"].get(key, {})) for key in keys)] for what, keys in rows]
    found = [row for row in found if set(row[1:]) != {"-"}]
    if not found:
        return "Not in this run: `make bench` times it."
    return f"{_source(result)}\n\n{grid(['times as fast as the TF1 session', *SHAPES], found)}"


def _spread(figures):
    base = base_of(figures)
    if EXPORTED not in figures or base is None:
        return "-"
    own = figures[EXPORTED]
    least, most = map(number, own["times"])
    return f"**{number(figures[base]['median'] / own['median'])}x** ({least} to {most})"


def _tasks(kind, cell="lstm"):
    def table():
        result = load()
        keys = [key for key in result["tasks"] if key.startswith(f"{kind}/{cell}/")]
        return task_table(result, keys)

    return table


def _memory():
    result = load()
    return memory_table(result) if result["memory"] else "Not in this run."


#: Name of a table in the documents -> the function that makes it.
TABLES = {
    "speed": speed,
    "speed_inference": _tasks("inference"),
    "speed_training": _tasks("training"),
    "speed_streaming": _tasks("streaming"),
    "speed_variable": _tasks("variable"),
    "speed_memory": _memory,
    "speed_serving": serving,
    "speed_goals": lambda: goals_table(load()),
}
