"""What a stranger or a full disk does to a command, as from a shell: it ends in one line, and nothing is harmed.

Of each kind the tests of its module have many more, in one process.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import pytest
import tensorflow as tf
import warm
from warm import PLAIN, ROOT

ZOO = ROOT / "tests" / "zoo" / "files"
BASIC = ZOO / "basic_lstm" / "model.ckpt"
NAME = "a\n::error::x \x1b[31m\u202e##[error]y"
LEVELS = 2_000


def run(*arguments, before=""):
    """Run the command with the variables of a shell; a hang fails."""
    return warm.python("-m", "tf2_lstm", *arguments, before=before)


def contents(folder):
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def acts(line):
    """Say whether a line of a log would be acted on."""
    return not line.isprintable() or bool(re.match(r"\s*::", line) or re.search(r"##\w*\[", line))


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """The folder that convert wrote of a checkpoint."""
    out = tmp_path_factory.mktemp("hostile") / "out"
    assert run("convert", BASIC, "-o", out).returncode == 0
    return out


def changed(folder, change):
    """Copy a graph, change it, and return the path of the `.meta` file."""
    meta = tf.compat.v1.MetaGraphDef.FromString(Path(f"{BASIC}.meta").read_bytes())
    change({node.name: node for node in meta.graph_def.node}, meta.graph_def)
    folder.mkdir(exist_ok=True)
    (folder / "graph.meta").write_bytes(meta.SerializeToString())
    return folder / "graph.meta"


def deep(nodes, graph):
    """In front of the cell h = h + tanh(h), again and again."""
    last = nodes["rnn/transpose"].input[0]
    for level in range(LEVELS):
        inner = graph.node.add(name=f"deep/{level}/inner", op="Tanh", input=[last])
        outer = graph.node.add(name=f"deep/{level}/outer", op="AddV2", input=[last, inner.name])
        inner.attr["T"].type = outer.attr["T"].type = tf.float32.as_datatype_enum
        last = outer.name
    nodes["rnn/transpose"].input[0] = last


def split(nodes, graph):
    for node in graph.node:
        if node.op == "Split":
            node.attr["num_split"].i = 2**62


def test_a_deep_graph_in_a_folder_of_any_name_is_read(tmp_path):
    path = changed(tmp_path / NAME, deep)
    done = run("inspect", path, "--weights", BASIC)
    assert (done.returncode, done.stderr) == (0, "")
    assert "BasicLSTMCell(num_units=5)" in done.stdout
    assert not [line for line in done.stdout.splitlines() if acts(line)]


def intruder(folder, out):
    (out / "__pycache__").mkdir()
    (out / "__pycache__" / "mine.txt").write_text("years")
    return ["convert", BASIC, "-o", out, "--overwrite"]


def brackets(folder, out):
    (out / "manifest.json").write_text("[" * 200_000)
    return ["convert", BASIC, "-o", out, "--overwrite"]


def over_the_graph(folder, out):
    for ending in (".index", ".data-00000-of-00001"):
        shutil.copy(f"{BASIC}{ending}", folder)
    shutil.copy(f"{BASIC}.meta", folder / "graph.meta")
    named = ["--like", folder / "graph.meta", "--weights", folder / "model.ckpt", "-o", f"{folder}/graph"]
    return ["export", out / "rnn.keras", *named, "--overwrite"]


def large_h5(folder, out):
    """Weights of 279 GiB in a file of some kilobytes."""
    path = shutil.copy(ZOO / "h5_lstm" / "model.h5", folder)
    with h5py.File(path, "r+") as file:
        names = []
        file.visititems(lambda name, one: names.append(name) if isinstance(one, h5py.Dataset) else None)
        del file[names[0]]
        file.create_dataset(names[0], (300_000, 250_000), "f4", chunks=(10, 10))
    return ["inspect", path]


def endless_h5(folder, out):
    """An object of the heap of texts that has no number and no size: HDF5 finds the next one where it is."""
    content = bytearray((ZOO / "h5_lstm" / "model.h5").read_bytes())
    head = content.index(b"tensorflow", content.index(b"GCOL")) - 16
    content[head : head + 16] = bytes(16)
    (folder / "model.h5").write_bytes(content)
    return ["inspect", folder / "model.h5"]


def impossible_count(folder, out):
    return ["inspect", changed(folder, split), "--weights", BASIC]


def no_room(folder, out):
    return ["convert", BASIC, "-o", folder / "new"]


#: What is done -> (what makes the command's arguments, words of its line, what happens before it starts).
REFUSED = {
    "a file in OUT that convert did not write": (intruder, "__pycache__ in it is something else", ""),
    "a manifest of 200,000 brackets": (brackets, "its manifest.json was changed", ""),
    "an export over the graph of --like": (over_the_graph, "graph.meta, which is being read", ""),
    "a .h5 that says 279 GiB": (large_h5, "needs 300000000000 bytes, the file holds 0", ""),
    "a .h5 that HDF5 finds no end of": (endless_h5, "did not come to an end in 5 seconds", ""),
    "an impossible number of outputs": (
        impossible_count,
        "4,611,686,018,427,387,904 outputs, expected 65,536 at most",
        "",
    ),
    "a disk without room": (
        no_room,
        "cannot be written: File too large. Nothing is left of it.",
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))",
    ),
}


@pytest.mark.parametrize(("make", "words", "before"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_one_line_and_nothing_is_changed(make, words, before, converted, tmp_path):
    out = shutil.copytree(converted, tmp_path / "out")
    arguments = make(tmp_path, out)
    was = contents(tmp_path)
    done = run(*arguments, before=before)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert words in done.stderr
    assert "defect" not in done.stderr
    assert contents(tmp_path) == was


def test_an_output_that_is_replaced_is_never_absent(converted, tmp_path):
    out = shutil.copytree(converted, tmp_path / "out")
    before, missing = os.stat(out).st_ino, 0
    with ThreadPoolExecutor() as pool:
        done = pool.submit(run, "convert", BASIC, "-o", out, "--overwrite", "--recurrences")
        while not done.done():
            missing += sum(not (out / "manifest.json").exists() for _ in range(200))
            if not list(tmp_path.glob(".out.*")):
                time.sleep(0.05)
    assert (done.result().returncode, missing) == (0, 0)
    assert os.stat(out).st_ino != before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


#: The command, with less time for a file than it has.
HURRIED = """
import sys
from tf2_lstm.cli import main
from tf2_lstm.migrate.source import limits

limits.SECONDS = 0.0
sys.exit(main(["scan", sys.argv[1]]))
"""


def test_a_file_that_takes_too_long_to_scan_is_a_finding(tmp_path):
    (tmp_path / "a.py").write_text("import tensorflow as tf\ntf.nn.dynamic_rnn(cell, x)\n")
    command = [sys.executable, "-c", HURRIED, tmp_path]
    done = subprocess.run(
        command, cwd=ROOT, env=PLAIN, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "it took more than 0 seconds" in done.stdout


#: What TensorFlow needs more of than this to be loaded.
LITTLE = 2**28


def test_a_package_that_cannot_be_loaded_is_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "tf2_lstm", "inspect", BASIC],
        cwd=ROOT,
        env=PLAIN,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LITTLE, LITTLE)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "tensorflow: expected a package that can be imported" in done.stderr
