"""Damaged files of every kind that a command reads: refused in one line, or read rightly, in five seconds."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.folder import check_output
from tf2_lstm.migrate.export.leaving import leave
from tf2_lstm.migrate.export.to_checkpoint import export
from tf2_lstm.migrate.model import ArtifactError

from .damage import HOW

ROOT = Path(__file__).resolve().parents[2]
ZOO = ROOT / "tests" / "zoo" / "files"
STEP = ZOO / "lstm_block_cell_step" / "model.ckpt"
#: Artefact and the file of it that is damaged -> how many shares of all cases it gets.
FILES = {
    ("basic_lstm", "model.ckpt.index"): 2,
    ("basic_lstm", "model.ckpt.data-00000-of-00001"): 1,
    ("basic_lstm", "model.ckpt.meta"): 4,
    ("basic_lstm", "checkpoint"): 1,
    ("partitioned_by_scope", "model.ckpt.meta"): 2,
    ("partitioned_by_scope", "model.ckpt.index"): 1,
    ("v1_with_graph", "model.ckpt"): 2,
    ("v1_with_graph", "model.ckpt.meta"): 2,
    ("weights_alone_v1", "model.ckpt"): 1,
    ("frozen", "frozen.pb"): 4,
    ("step_basic_rnn", "frozen.pb"): 2,
    ("frozen_functional_while", "frozen.pb"): 2,
    ("saved_model", "saved_model/saved_model.pb"): 3,
    ("saved_model", "saved_model/variables/variables.index"): 1,
    ("saved_model_step", "saved_model/saved_model.pb"): 3,
    ("h5_lstm", "model.h5"): 2,
    ("h5_stacked", "model.h5"): 1,
    ("converted", "lstm_cell.keras"): 1,
    ("converted", "lstm_cell.py"): 1,
    ("converted", "manifest.json"): 2,
    ("exported", "lstm_cell.keras"): 1,
    ("served", "lstm_cell.keras"): 2,
}
#: Without a checksum: other numbers may be read.
UNCHECKED = (".h5", ".pb", ".meta")


def cases(count, first=0):
    """Return `count` names of damaged files, by turns: "basic_lstm/model.ckpt.index:7"."""
    turn = [f"{name}/{file}" for (name, file), shares in FILES.items() for _ in range(shares)]
    return [f"{turn[number % len(turn)]}:{number}" for number in range(first, first + count)]


def work(name):
    """Damage a file and read it as the commands do; (kind, what was said)."""
    place = name.rpartition(":")[0]
    artefact, _, file = place.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(original(artefact), Path(folder) / artefact))
        changed = damage(copy / file, random.Random(name))
        try:
            return "read", _read(artefact, copy, file, changed)
        except UserError as error:
            said = str(error)
    assert said, "refused without a word"
    assert said.isprintable(), "refused in several lines"
    assert changed, "refused as it was"
    return "refused", said.replace(folder, "")


def damage(path, draw):
    """Damage a file in one of the ways of `HOW`; return whether it is another one then."""
    content = path.read_bytes()
    damaged = draw.choice(HOW)(content, draw.randrange(len(content)), draw)
    path.write_bytes(damaged)
    return damaged != content


def _read(artefact, copy, file, changed):
    if artefact == "exported":
        return _export(copy, copy / file)
    if artefact == "served":
        return _serve(copy, copy / file)
    if artefact != "converted":
        return _read_model(artefact, copy, file)
    check_output(copy, True, ())
    assert not changed, "what somebody changed would be replaced"
    return ""


def _export(copy, model):
    """Carry a model back: its weights are under a checksum."""
    before, prefix = sorted(copy.iterdir()), copy / "new"
    try:
        export(str(model), Request(str(STEP)), str(prefix), "lstm_cell")
    except ArtifactError:
        assert sorted(copy.iterdir()) == before, "half-written"
        raise
    written = Path(f"{prefix}.data-00000-of-00001").read_bytes()
    assert written == (original("exported") / "whole.data-00000-of-00001").read_bytes(), "other numbers"
    return ""


def _serve(copy, model):
    """Write a model for another runtime, which proves that it gives Keras's numbers."""
    before = sorted(copy.iterdir())
    try:
        report = leave(str(model), str(copy / "model.onnx"), "onnx")
    except UserError:
        assert sorted(copy.iterdir()) == before, "half-written"
        raise
    assert report.passed, report.cases[0].diagnosis
    return ""


def _read_model(artefact, copy, file):
    """Find the recurrences and read every value; those under a checksum are what they were."""
    asked = request(artefact, copy)
    found = values_of(replace(asked, path=str(copy)) if file == "checkpoint" else asked)
    wanted = wanted_values(artefact)
    if not file.endswith(UNCHECKED):
        for name, value in found.items():
            np.testing.assert_array_equal(value, wanted[name], err_msg=name)
    return ""


def values_of(asked):
    """Return all values of what is read, name -> array."""
    tf1, _ = look(asked)
    return {name: variable.read() for name, variable in tf1.variables.items()}


@cache
def wanted_values(artefact):
    """Return the values of an artefact that is whole."""
    return values_of(request(artefact, ZOO / artefact))


def request(artefact, folder):
    """Return the `Request` of an artefact as its expected.json says that a user would ask."""
    said = json.loads((ZOO / artefact / "expected.json").read_text(encoding="utf-8"))
    options = dict(said.get("options", {}))
    return Request(str(folder / said["artifact"]), assume_defaults=options.get("assume_defaults", False))


@cache
def original(artefact):
    """Return the folder of an artefact that is whole: of the zoo, or what `convert` and `export` make of one."""
    if artefact not in ("converted", "exported", "served"):
        return ZOO / artefact
    out = Path(tempfile.mkdtemp()) / "converted"
    _command("convert", STEP, "-o", out)
    if artefact == "exported":
        _command("export", out / "lstm_cell.keras", "--like", STEP, "-o", out / "whole")
    return out


def _command(*arguments):
    command = [sys.executable, "-m", "tf2_lstm", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def prepare(artefacts):
    """Make in this process what every case of some artefacts needs."""
    for artefact in artefacts:
        if original(artefact).is_relative_to(ZOO):
            wanted_values(artefact)
