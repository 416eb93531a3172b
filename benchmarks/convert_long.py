"""How long does `tf2-lstm convert` take for a training graph of 50,000 nodes, proof included?

Writes the checkpoint of a program that was saved while it was trained: two LSTMs unrolled by `static_rnn`, a dense
layer and a softmax, their gradients and Adam. Processes take turns: one that only imports TensorFlow and Keras, and
`tf2-lstm convert`. The promise for 50,000 nodes is a minute.

    python -m benchmarks.convert_long [--steps 258] [--rounds 3] [--tf1-python PATH]
        [--json benchmarks/results/convert_long.json]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.convert_memory import FOOTPRINT, ROOT, cpu, run

#: The longest that the nodes of the default may take.
MINUTE = 60

WRITE = """
import sys
from legacy_tf1.compat import rnn_cell, tf
if tf.__version__ > "2":
    tf.disable_eager_execution()
folder, steps = sys.argv[1], int(sys.argv[2])
x = tf.placeholder(tf.float32, [None, steps, 16], name="x")
labels = tf.placeholder(tf.int32, [None], name="labels")
cell = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(32) for _ in range(2)])
outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, steps, axis=1), dtype=tf.float32)
kernel = tf.get_variable("logits/kernel", [32, 5])
logits = tf.add(tf.matmul(outputs[-1], kernel), tf.get_variable("logits/bias", [5]), name="logits")
tf.nn.softmax(logits, name="scores")
errors = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
tf.train.AdamOptimizer().minimize(tf.reduce_mean(errors))
saver = tf.train.Saver()
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    saver.save(session, folder + "/model.ckpt")
print(tf.__version__, len(tf.get_default_graph().as_graph_def().node))
"""
CONVERT = """
import sys
from tf2_lstm.cli import main
sys.exit(main(["convert", sys.argv[1], "-o", sys.argv[2]]))
"""


def write(folder, steps, python=sys.executable):
    """Write the checkpoint; return (the version of the TensorFlow that wrote it, the number of nodes)."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [python, "-W", "ignore", "-c", WRITE, str(folder), str(steps)],
        env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wrote, nodes = done.stdout.split()[-2:]
    return wrote, int(nodes)


def check(out):
    """See to it that the whole program was converted and proved, and that its gradients were compared."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    kinds = [one["kind"] for one in manifest["models"]]
    if kinds.count("program") != 1 or kinds.count("recurrence") != 1:
        raise SystemExit(f"expected a program with one recurrence, found {kinds}")
    [program] = [
        one
        for one in json.loads((out / "report.json").read_text(encoding="utf-8"))["cases"]
        if one["name"] == "model"
    ]
    names = {one["name"] for one in program["tensors"]}
    if not {"gradient of logits/kernel", "scores"} <= names:
        raise SystemExit(f"expected scores and gradients to be compared, found {sorted(names)}")


def measure(folder, steps, rounds, python=sys.executable):
    """Write the checkpoint and run both kinds of processes in turn; return the figures as plain data."""
    wrote, nodes = write(folder, steps, python)
    found = {"imports": [], "convert": []}
    for number in range(rounds):
        out = folder / f"round_{number}"
        found["imports"].append(run(FOOTPRINT))
        found["convert"].append(run(CONVERT, folder / "model.ckpt", out))
        check(out)
    return {
        "nodes": nodes,
        "steps": steps,
        "written_by": f"TensorFlow {wrote}",
        "rounds": rounds,
        **{f"{kind}_seconds": round(min(taken for taken, _ in runs), 1) for kind, runs in found.items()},
        "peak_megabytes": round(max(peak for _, peak in found["convert"]) / 2**20),
    }


def main():
    """Print the figures; return 1 where a graph of the default size takes more than a minute."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=258, help="steps of the unroll (default: 258)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tf1-python", default=sys.executable, help="the Python that writes the checkpoint")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), asked.steps, asked.rounds, asked.tf1_python)
    found["machine"] = f"{cpu()}, {os.cpu_count()} cores"
    found["versions"] = {
        "python": platform.python_version(),
        **{n: version(n) for n in ("tensorflow", "keras")},
    }
    print(line(found))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(found["convert_seconds"] > MINUTE)


def line(found):
    """Return the figures in one sentence."""
    return (
        "a training graph of {nodes:,} nodes, {steps} steps, written by {written_by}: converted and proved in "
        "{convert_seconds} s, of which TensorFlow and Keras are imported in {imports_seconds} s; peak "
        "{peak_megabytes} MB; {machine}"
    ).format(**found)


if __name__ == "__main__":
    sys.exit(main())
