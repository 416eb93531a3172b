"""What a stranger does to a command, in many commands: each is a process that is forked off one that is warm."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import keras
import pytest
import tensorflow as tf
from dangerous import with_size
from test_hostile import BASIC, NAME, PLAIN, ROOT, acts, changed, contents

from tests.fuzz.deep import deepened

#: What a command imports is imported once; each line is then a command: its words, and where its output goes. It ends
#: at once: to take TensorFlow down takes most of a second.
WARM = """
import json, os, sys
import tensorflow, tf2_lstm.migrate.convert.converting, tf2_lstm.migrate.convert.one
import tf2_lstm.migrate.export.to_checkpoint, tf2_lstm.migrate.convert.whole, tf2_lstm.migrate.export.leaving
from tf2_lstm.cli import main

for line in sys.stdin:
    words, out, errors = json.loads(line)
    pid = os.fork()
    if pid == 0:
        for number, path in ((1, out), (2, errors)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        sys.argv[1:] = words
        code = main()
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
TEXT = "![x](http://e.example/x.png)<img src=x>\n::error::x ##[error]y"


def deep(folder, place, block, levels):
    """Write the graph of `BASIC` with levels that use a tensor twice; the words for its path."""
    meta = tf.compat.v1.MetaGraphDef()
    meta.graph_def.ParseFromString(deepened(place, block, levels).graph.SerializeToString())
    (folder / "graph.meta").write_bytes(meta.SerializeToString())
    return [folder / "graph.meta", "--weights", BASIC]


def beside_its_source(folder, out):
    shutil.copytree(BASIC.parent, out)
    return ["convert", out / "model.ckpt", "-o", out, "--overwrite"]


def named_in_the_manifest(folder, out):
    """A file of the user's, with its hash, as if convert had written it."""
    out.mkdir()
    (out / "thesis.tex").write_text("years")
    hashes = {"thesis.tex": "c4b4b9ef0d1ea1b0a1a4d7d66b8de0f2c4b2d7a0a1a0b9c5d3a5c3a1c4a2b1f0"}
    (out / "manifest.json").write_text(json.dumps({"models": [], "written": hashes}))
    return ["convert", BASIC, "-o", out, "--overwrite"]


def left_by_a_kill(folder, out):
    (folder / ".out.12345678").mkdir()
    return ["convert", BASIC, "-o", out]


def counts(op, attribute, fill):
    """Make a node say that it has very many outputs."""

    def change(nodes, graph):
        (node,) = [one for one in graph.node if one.name == "rnn/while/basic_lstm_cell/split"]
        node.op = op
        fill(node.attr[attribute])
        del node.input[0]

    return lambda folder, out: ["convert", changed(folder, change), "--weights", BASIC, "-o", out]


def many_types(value):
    value.list.type.extend([1] * 2_000_000)


def says(folder, out):
    """An Assert that fails in one recurrence, with a text for whoever reads the report."""

    def fails():
        wrong = tf.compat.v1.placeholder_with_default(False, [])
        with tf.control_dependencies([tf.raw_ops.Assert(condition=wrong, data=[TEXT])]):
            return tf.constant(1)

    (folder / NAME).mkdir()
    return ["convert", with_size(fails, folder / NAME), "-o", out]


def program(folder, name, make=tf.tanh):
    """Write a graph without a recurrence, its placeholder and what is computed of it called after a name."""
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, 3], name="x")
        tf.identity(make(x), name="end")
    definition, names = graph.as_graph_def(), {"x": name, "end": f"{name}/end"}
    for node in definition.node:
        node.name = names.get(node.name, node.name)
        node.input[:] = [names.get(one, one) for one in node.input]
    (folder / "graph.pb").write_bytes(definition.SerializeToString())
    return ["convert", folder / "graph.pb", "-o", folder / "out"]


def has_no_end(x):
    return tf.while_loop(lambda y: tf.reduce_all(tf.math.is_finite(y)), tf.tanh, [x])[0]


def fills_the_memory(x):
    return x + tf.reduce_max(tf.tile(x, [2**28, 1]))


def damaged_model(folder, out):
    """A model of which a byte in the middle is another one."""
    path = folder / "model.keras"
    keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4)]).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    return ["export", path, "--format", "onnx", "-o", folder / "model.onnx"]


def over_the_model(folder, out):
    damaged_model(folder, out)
    model = folder / "model.keras"
    return ["export", model, "--format", "savedmodel", "-o", model, "--overwrite"]


#: What a command gets -> (what makes its words, exit code, words of what it says).
RUNS = {
    "a residual in front, inspected": (
        lambda d, out: ["inspect", *deep(d, "in front", "h + tanh(h)", 400)],
        0,
        "BasicLSTMCell(num_units=5)",
    ),
    "a residual in front, converted": (
        lambda d, out: ["convert", *deep(d, "in front", "h + tanh(h)", 60), "-o", out],
        0,
        "1 of 1 recurrence(s) converted and proved",
    ),
    "a gate behind, compared": (
        lambda d, out: ["compare", *deep(d, "behind", "h * sigmoid(h)", 60)],
        0,
        "1 of 1 recurrence(s) converted and proved",
    ),
    "p + p on a gate, converted": (
        lambda d, out: ["convert", *deep(d, "on a gate", "h + h", 60), "-o", out],
        0,
        "the whole program converted and proved; 0 of 1 recurrence(s) converted and proved",
    ),
    "Unpack of 2^40": (counts("Unpack", "num", lambda value: setattr(value, "i", 2**40)), 2, "outputs"),
    "IdentityN of two millions": (counts("IdentityN", "T", many_types), 2, "outputs"),
    "a text of an Assert": (says, 1, "x.png"),
    "a program of hostile names": (lambda d, out: program(d, TEXT), 2, "which the graph does not have"),
    "a program with a name of an escape": (
        lambda d, out: program(d, "\x1b[31m"),
        1,
        "no shape in the graph is known: ",
    ),
    "a program that is called after keywords": (
        lambda d, out: program(d, "class/lambda/None"),
        0,
        "the whole program converted and proved",
    ),
    "a program with a residual of 820 levels": (
        lambda d, out: ["convert", *deep(d, "in front", "h + tanh(h)", 410), "-o", out],
        1,
        "822 operations follow each other",
    ),
    "a program that has no end": (
        lambda d, out: [*program(d, "x", has_no_end), "--time-limit", "5"],
        1,
        "the whole program is not converted: TensorFlow took longer than 5 seconds",
    ),
    "a program that fills the memory": (
        lambda d, out: [*program(d, "x", fills_the_memory), "--memory-limit", "2"],
        1,
        "the whole program is not converted: TensorFlow took more than 2 GiB of memory",
    ),
    **{
        f"a tensor that is none is fetched: {name!r}": (
            lambda d, out, name=name: [*program(d, "x"), "--fetch", name],
            1,
            "expected a tensor of the graph, found none of that name",
        )
        for name in ("x:-1", "^x", "x:a", "x:0:0", TEXT)
    },
    "a damaged model on its way out": (damaged_model, 2, "expected a .keras file, Keras says: "),
    "a model over itself on its way out": (over_the_model, 2, "is the model that is read"),
    "a model on its way out that takes too long": (
        lambda d, out: [*damaged_model(d, out), "--time-limit", "0.01"],
        2,
        "took longer than 0.01 seconds",
    ),
    "OUT is the folder of the source": (beside_its_source, 2, "out: "),
    "a manifest that names what the user wrote": (named_in_the_manifest, 2, "manifest.json was changed"),
    "a folder of a killed run": (left_by_a_kill, 0, "left by a run that was killed. Remove it: rm -r "),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Name of a run -> (exit code, standard output, standard error, its folder, what was there before)."""
    folders = {name: tmp_path_factory.mktemp("run") for name in RUNS}
    lines, before = [], {}
    for name, (make, *_) in RUNS.items():
        words = make(folders[name], folders[name] / "out")
        before[name] = contents(folders[name])
        said = [f"{folders[name]}.{stream}" for stream in ("stdout", "stderr")]
        lines.append(json.dumps([[str(word) for word in words], *said]) + "\n")
    done = subprocess.run(
        [sys.executable, "-c", WARM],
        input="".join(lines),
        env=PLAIN | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    codes = [int(line) for line in done.stdout.splitlines()]
    return {
        name: (
            code,
            *(Path(f"{folder}.{stream}").read_text() for stream in ("stdout", "stderr")),
            folder,
            before[name],
        )
        for code, (name, folder) in zip(codes, folders.items(), strict=True)
    }


@pytest.mark.parametrize("name", RUNS)
def test_it_ends_as_it_should(name, ended):
    _, code, words = RUNS[name]
    ended_with, out, errors, folder, before = ended[name]
    report = folder / "out" / "report.md"
    shown = out + errors + (report.read_text() if code == 1 and report.exists() else "")
    assert (ended_with, words in shown) == (code, True), shown
    assert not [line for line in shown.splitlines() if acts(line)]
    if code == 2:
        assert (out, len(errors.splitlines())) == ("", 1)
        assert contents(folder) == before


def test_the_text_of_an_assert_is_no_image_anywhere(ended):
    *_, folder, _ = ended["a text of an Assert"]
    written = [path for path in (folder / "out").iterdir() if path.suffix in (".md", ".json", ".py")]
    assert {path.name for path in written} > {"report.md", "manifest.json"}
    for path in written:
        assert not [line for line in path.read_text().splitlines() if acts(line)]
    report = (folder / "out" / "report.md").read_text()
    assert not re.search(r"!\[[^\]]*(?<!\\)\]\(|<img", report)


def test_what_comes_into_out_during_the_run_stays(tmp_path, ended):
    """Looked at before, it is looked at again before OUT is replaced."""
    *_, folder, _ = ended["a folder of a killed run"]
    out = shutil.copytree(folder / "out", tmp_path / "out")
    command = [sys.executable, "-m", "tf2_lstm", "convert", BASIC, "-o", out, "--overwrite"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=PLAIN, text=True, **pipes) as process:
        while process.poll() is None and not list(tmp_path.glob(".out.*")):
            time.sleep(0.001)
        (out / "thesis.tex").write_text("years")
        was = contents(out)
        said, errors = process.communicate(timeout=300)
    assert (process.returncode, said, len(errors.splitlines())) == (2, "", 1)
    assert "thesis.tex in it is something else" in errors
    assert contents(out) == was
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
