"""The examples are what they say: of TensorFlow 1.15.5, whole and small. docs/tutorial.md runs them."""

import ast
import hashlib
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.equivalence.tolerance import tolerance_for

TAGGER = Path(__file__).resolve().parent.parent / "examples" / "tagger"
KEPT = ("data", "recorded", "served")
ALLOWED = tolerance_for("float32", "outputs").allowed(1.0)


def flaws(folder):
    """What is wrong with the record of an example, as a list of sentences."""
    said = json.loads((folder / "recorded" / "record.json").read_text(encoding="utf-8"))
    found = [] if (said["schema"], said["versions"]["tensorflow"]) == (1, "1.15.5") else ["schema or version"]
    for name, digest in said["of"].items():
        if hashlib.sha256((folder / "served" / name).read_bytes()).hexdigest() != digest:
            found.append(f"another {name}")
    return [*found, *_tagger_flaws(folder), *_sampler_flaws(folder)]


def _tagger_flaws(folder):
    """The frozen graph of the folder, run by the TensorFlow at hand, against the record."""
    graph_def = tf.compat.v1.GraphDef.FromString((folder / "served" / "tagger.pb").read_bytes())
    recorded = dict(np.load(folder / "recorded" / "tagger.npz"))
    expected = recorded.pop("probabilities:0")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        received = session.run("probabilities:0", recorded)
    return [] if np.abs(received - expected).max() <= ALLOWED else ["other probabilities of the tagger"]


def _sampler_flaws(folder):
    """The saved graph reads the recorded text in one run, from zeros on."""
    recorded = np.load(folder / "recorded" / "sampler.npz")
    chars = (folder / "served" / "sampler_chars.txt").read_text(encoding="utf-8").split("\n")
    ids = [[chars.index(char) for char in str(recorded["text"])[:-1]]]
    prefix = str(folder / "served" / "sampler.ckpt")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.train.import_meta_graph(prefix + ".meta").restore(session, prefix)
        [received] = session.run("probabilities:0", {"inputs:0": ids})
    # Rounding grows over sixty steps, the state of each from the one before.
    near = np.abs(received - recorded["probabilities"]).max() <= 10 * ALLOWED
    return [] if near else ["other probabilities of the sampler"]


def test_what_is_recorded_is_what_tensorflow_1_15_5_gave():
    assert flaws(TAGGER) == []


def change_version(folder):
    path = folder / "recorded" / "record.json"
    path.write_text(path.read_text().replace('"1.15.5"', '"2.21.0"'))


def change_graph(folder):
    path = folder / "served" / "tagger.pb"
    graph_def = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    [bias] = [node for node in graph_def.node if node.name == "scores/bias"]
    values = tf.make_ndarray(bias.attr["value"].tensor)
    bias.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(values + np.eye(9, dtype="float32")[0] / 100))
    path.write_bytes(graph_def.SerializeToString())


def change_numbers(name):
    def change(folder):
        path = folder / "recorded" / f"{name}.npz"
        held = dict(np.load(path))
        key = next(key for key in held if key.startswith("probabilities"))
        held[key] = held[key] + np.float32(2e-5)
        np.savez(path, **held)

    return change


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (change_version, ["schema or version"]),
        (change_graph, ["another tagger.pb", "other probabilities of the tagger"]),
        (change_numbers("tagger"), ["other probabilities of the tagger"]),
        (change_numbers("sampler"), ["other probabilities of the sampler"]),
    ],
)
def test_a_record_of_something_else_is_seen(change, seen, tmp_path):
    for name in KEPT:
        shutil.copytree(TAGGER / name, tmp_path / name)
    change(tmp_path)
    assert flaws(tmp_path) == seen


def test_the_recorder_refuses_tensorflow_2(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(TAGGER)
    for name in ("record", "sample", "data_utils"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import record

    with pytest.raises(SystemExit, match=r"record is that of TensorFlow 1\.15, this is 2"):
        record.record(SimpleNamespace(recorded=str(tmp_path / "recorded")))
    assert not (tmp_path / "recorded").exists()
    for name in ("record", "sample", "data_utils"):
        sys.modules.pop(name)


def test_it_is_small_and_python_3_7():
    files = [path for name in KEPT for path in (TAGGER / name).rglob("*")] + list(TAGGER.glob("*.*"))
    assert sum(path.stat().st_size for path in files if path.is_file()) < 500_000
    sources = sorted(TAGGER.glob("*.py"))
    assert len(sources) == 6
    for path in sources:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
