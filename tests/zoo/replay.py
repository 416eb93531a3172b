"""Runs artefacts of the zoo in a v1 session of TensorFlow 2 and prints how far each is from its run.

`python tests/zoo/replay.py FOLDER...` prints one JSON object: folder's name -> {"run.npz": {tensor: [difference,
largest magnitude, dtype]}, ...}, or {"error": ...}. It knows nothing of what is in the artefacts.
"""

import json
import os
import re
import sys
from pathlib import Path

import numpy as np

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def replay(folder):
    """Import, restore, feed and fetch; return the differences for each run of the artefact."""
    import tensorflow as tf

    folder = Path(folder)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    config = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph, config=config) as session:
        restore(session, folder, expected)
        runs = sorted(folder.glob("run*.npz"))
        return {run.name: differences(session, run, expected["feeds"]) for run in runs}


def restore(session, folder, expected):
    """Bring the artefact into the session, by its kind of file."""
    import tensorflow as tf

    v1, path = tf.compat.v1, folder / expected["artifact"]
    if path.suffix == ".pb":
        graph = v1.GraphDef.FromString(path.read_bytes())
        tf.import_graph_def(graph, name="")
    elif path.is_dir() and (path / "saved_model.pb").exists():
        v1.saved_model.loader.load(session, ["serve"], str(path))
    else:
        weights = expected.get("options", {}).get("weights")
        prefix = tf.train.latest_checkpoint(str(folder)) if path.is_dir() else str(folder / (weights or path))
        # The shards of the format V1 have one graph.
        meta = path if path.suffix == ".meta" else Path(re.sub(r"-\?+-of-\d+$", "", prefix) + ".meta")
        graph = v1.MetaGraphDef.FromString(meta.read_bytes())
        graph.collection_def.clear()
        v1.train.import_meta_graph(graph, clear_devices=True).restore(session, prefix)


def differences(session, run, feeds):
    """How far each fetched tensor is from the recorded one."""
    with np.load(run, allow_pickle=False) as arrays:
        recorded = dict(arrays)
    fetches = [name for name in recorded if name not in feeds]
    results = session.run(fetches, {name: recorded[name] for name in feeds})
    return {name: distance(result, recorded[name]) for name, result in zip(fetches, results, strict=True)}


def distance(found, recorded):
    """[largest difference, largest magnitude, dtype]; the difference of other shapes or dtypes is infinite."""
    found = np.asarray(found)
    if found.shape != recorded.shape or found.dtype != recorded.dtype:
        return [float("inf"), 0.0, str(recorded.dtype)]
    if not recorded.size:
        return [0.0, 0.0, str(recorded.dtype)]
    apart = np.abs(found.astype("float64") - recorded.astype("float64")).max()
    return [float(apart), float(np.abs(recorded.astype("float64")).max()), str(recorded.dtype)]


def main(folders):
    """Replay every folder; what goes wrong in one is said and does not stop the others."""
    results = {}
    for folder in folders:
        try:
            results[Path(folder).name] = replay(folder)
        except Exception as error:
            results[Path(folder).name] = {"error": f"{type(error).__name__}: {error}"[:500]}
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
