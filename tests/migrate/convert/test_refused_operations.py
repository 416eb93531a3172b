"""What reaches out of a stranger's graph is never run: through `convert` and `compare PATH`, wherever it hides.

Each operation is part of what the recurrence computes, so that nothing but its name keeps it from being run.
"""

import json
import os
from pathlib import Path

import pytest
import tensorflow as tf

from tests.dangerous import with_size
from tf2_lstm.cli import main
from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.graph.safety import why_not_run

tf1, raw = tf.compat.v1, tf.raw_ops


def _after(operation):
    with tf.control_dependencies([operation]):
        return tf.identity(0)


def _read(path):
    # tf.size would know the answer without reading.
    return raw.Size(input=tf.io.read_file(path))


def _write(path):
    return _after(tf.io.write_file(path, "written"))


#: What reaches out -> (the operation that is named, what makes a whole number with it and the path of a file).
CLASSES = {
    "a file that is read": ("ReadFile", _read),
    "a file that is written": ("WriteFile", _write),
    "names of files": ("MatchingFiles", lambda path: tf.size(tf.io.matching_files(path + "*"))),
    "a checkpoint that is read": (
        "RestoreV2",
        lambda path: tf.size(
            raw.RestoreV2(prefix=path, tensor_names=["x"], shape_and_slices=[""], dtypes=[1])[0]
        ),
    ),
    "a checkpoint that is written": (
        "SaveV2",
        lambda path: _after(
            raw.SaveV2(prefix=path, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.constant(1.0)])
        ),
    ),
    "a print into a file": (
        "PrintV2",
        lambda path: _after(tf.print("printed", output_stream="file://" + path)),
    ),
    "Python": ("PyFunc", lambda path: tf1.py_func(lambda: open(path, "w").close() or 0, [], tf.int32)),
    "eager Python": ("EagerPyFunc", lambda path: tf.py_function(lambda: 0, [], tf.int32)),
    "a debugger": (
        "DebugIdentityV2",
        lambda path: raw.DebugIdentityV2(input=0, debug_urls=["file://" + path]),
    ),
    "a summary": (
        "SummaryWriter",
        lambda path: _after(
            raw.CreateSummaryFileWriter(
                writer=raw.SummaryWriter(), logdir=path, max_queue=1, flush_millis=1, filename_suffix=""
            )
        ),
    ),
    "a queue": ("FIFOQueueV2", lambda path: raw.QueueSizeV2(handle=raw.FIFOQueueV2(component_types=[1]))),
    "a table of a file": (
        "HashTableV2",
        lambda path: tf.cast(
            raw.LookupTableSizeV2(table_handle=raw.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)),
            tf.int32,
        ),
    ),
    "a data set": (
        "TFRecordDataset",
        lambda path: tf.cast(
            raw.DatasetCardinality(
                input_dataset=raw.TFRecordDataset(filenames=[path], compression_type="", buffer_size=0)
            ),
            tf.int32,
        ),
    ),
    "an end of the process": (
        "Abort",
        lambda path: tf1.cond(
            tf1.placeholder_with_default(False, []), lambda: _after(raw.Abort(error_msg="")), lambda: 0
        ),
    ),
}


def _wrapped(make):
    """In a function that is called: control edges there are followed."""
    return lambda path: tf.function(lambda: make(path))()


def _yes():
    return tf1.placeholder_with_default(True, [])


def _once(count):
    return tf.less(count, 1)


#: Where it hides: what is made of what makes a number.
PLACES = {
    "the graph itself": lambda make: make,
    "a function": _wrapped,
    "a function in a function": lambda make: _wrapped(_wrapped(make)),
    "a branch": lambda make: lambda path: tf1.cond(_yes(), lambda: make(path), lambda: 0),
    "a branch not taken": lambda make: lambda path: tf1.cond(_yes(), lambda: 0, lambda: make(path)),
    "a branch that is a function": lambda make: (
        lambda path: tf.function(lambda yes: tf.cond(yes, lambda: make(path), lambda: 0))(_yes())
    ),
    "a loop": lambda make: (
        lambda path: tf1.while_loop(
            _once, lambda count: count + 1 + make(path), [0], return_same_structure=True
        )[0]
    ),
    "a loop that is a function": lambda make: (
        lambda path: tf.function(
            lambda: tf.while_loop(_once, lambda count: [count + 1 + make(path)], [0])[0]
        )()
    ),
    "a case": lambda make: (
        lambda path: tf.function(
            lambda: tf.switch_case(tf1.placeholder_with_default(0, []), [lambda: make(path), lambda: 0])
        )()
    ),
}
CASES = {
    **{f"{what} in a function": (name, _wrapped(make)) for what, (name, make) in CLASSES.items()},
    **{f"reading in {where}": ("ReadFile", place(_read)) for where, place in PLACES.items()},
    **{
        f"writing in {where}": ("WriteFile", place(_write))
        for where, place in PLACES.items()
        if "function" in where or where == "a case"
    },
}
every_case = pytest.mark.parametrize(("operation", "make"), CASES.values(), ids=CASES)


@pytest.fixture
def hostile(tmp_path):
    """Makes the artefact: (its path, the file that nobody may touch)."""
    (tmp_path / "in").mkdir()
    target = tmp_path / "target"

    def build(make):
        path = with_size(lambda: make(str(target)) * 0, tmp_path / "in", "basic_lstm", "rnn/TensorArray")
        return path, target

    return build


@every_case
def test_convert_does_not_run_it(hostile, operation, make, tmp_path):
    path, target = hostile(make)
    before = sorted(os.listdir(tmp_path))
    assert main(["convert", path, "-o", str(tmp_path / "out")]) == 1
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["models"] == []
    (left,) = manifest["not_converted"]
    assert f"({operation})" in left["reason"]
    assert "which may touch files, Python or the network: it is not run" in left["reason"]
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "out"])
    assert sorted(os.listdir(tmp_path / "out")) == [
        "manifest.json",
        "report.html",
        "report.json",
        "report.md",
    ]
    assert not target.exists()


@every_case
def test_compare_does_not_run_it(hostile, operation, make, tmp_path, capsys):
    path, target = hostile(make)
    before = sorted(os.listdir(tmp_path))
    assert main(["compare", path]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert f"({operation})" in shown
    assert "it is not run" in shown
    assert sorted(os.listdir(tmp_path)) == before
    assert not target.exists()


def test_what_runs_on_a_gpu_alone_is_computed_by_its_equations(capsys):
    zoo = Path(__file__).parents[2] / "zoo" / "files"
    assert main(["compare", str(zoo / "cudnn_rnn_relu" / "model.ckpt")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "cudnn_rnn_relu/CudnnRNN (CudnnRNN): cuDNN needs a GPU: in the replay the equations of the CPU-compatible "
        "cells stood for it" in said
    )


def test_what_runs_on_a_gpu_alone_is_no_danger():
    part = message("GraphDef")
    part.node.add(name="rnn/it", op="CudnnRNN")
    assert why_not_run(part).startswith(
        "rnn/it (CudnnRNN), which runs on a GPU alone: it is not run. --recurrences"
    )
    assert not why_not_run(part, {"rnn/it"})
