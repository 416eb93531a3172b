"""What does `tf2-lstm convert` cost on a large checkpoint, in time and in memory?

Writes a TF1 checkpoint of the asked size, of so many LSTM layers whose first has an input of so many times the units,
and starts three kinds of processes in turn, several
times: one that only imports TensorFlow and Keras (their footprint), one that reads the checkpoint with TensorFlow's
own reader and writes the same bytes as `.keras`, and `tf2-lstm convert`, proof included. The promise for 1 GB: at most
3 times the time of reading and writing, and a peak of at most 3.3 times the recurrent weights above the footprint.

    python benchmarks/convert_memory.py [--gb 0.1] [--layers 2 1] [--widths 1 16]
        [--rounds 3] [--json benchmarks/results/convert_memory.json]
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

ROOT = Path(__file__).resolve().parent.parent

WRITE = """
import math, sys
from legacy_tf1.compat import rnn_cell, tf
tf.disable_eager_execution()
units, layers, depth = map(int, sys.argv[2:])
inputs = tf.placeholder(tf.float32, [None, None, depth])
cell = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(units) for _ in range(layers)])
spread = 1 / math.sqrt(units)
with tf.variable_scope("", initializer=tf.random_uniform_initializer(-spread, spread, seed=1)):
    tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    tf.train.Saver().save(session, sys.argv[1])
"""
#: A process has the size of the one that starts it until it runs its own program, so a small one starts it.
LAUNCH = """
import os, subprocess, sys, time
begin = time.perf_counter()
child = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]], stdout=sys.stderr)
_, status, used = os.wait4(child.pid, 0)
print(time.perf_counter() - begin, used.ru_maxrss * 1024)
child.returncode = os.waitstatus_to_exitcode(status)
sys.exit(child.returncode != 0)
"""
FOOTPRINT = "import tensorflow, keras; tensorflow.zeros(1); keras.Input((1,))"
READ_AND_WRITE = """
import sys, tensorflow, keras
reader = tensorflow.compat.v1.train.NewCheckpointReader(sys.argv[1])
arrays = [reader.get_tensor(name) for name in sorted(reader.get_variable_to_shape_map())]
layers = [keras.layers.Dense(array.shape[-1], use_bias=False) for array in arrays]
outputs = []
for layer, array in zip(layers, arrays):
    depth = array.shape[0] if array.ndim == 2 else 1
    outputs.append((keras.Input((depth,)), layer))
model = keras.Model([i for i, _ in outputs], [layer(i) for i, layer in outputs])
for layer in layers:
    layer.set_weights([arrays.pop(0).reshape(layer.kernel.shape)])
model.save(sys.argv[2])
"""
CONVERT = """
import sys
from tf2_lstm.cli import main
sys.exit(main(["convert", sys.argv[1], "-o", sys.argv[2], "--recurrences"]))
"""


def run(code, *arguments):
    """Run Python code in a process of its own; return (seconds, peak memory in bytes)."""
    environment = {
        **os.environ,
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-S", "-c", LAUNCH, code, *map(str, arguments)]
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=said, text=True, check=False
        )
        if done.returncode:
            said.seek(0)
            raise SystemExit(f"a process ended with {done.returncode}:\n{said.read().decode()[-3000:]}")
    taken, peak = done.stdout.split()
    return float(taken), int(peak)


def measure(folder, prefix, rounds):
    """Run the three kinds in turn; return kind -> (shortest time, largest peak)."""
    found = {}
    for number in range(rounds):
        out = folder / f"round_{number}"
        out.mkdir()
        for kind, code, arguments in (
            ("footprint", FOOTPRINT, ()),
            ("read and write", READ_AND_WRITE, (prefix, out / "same_bytes.keras")),
            ("convert", CONVERT, (prefix, out / "converted")),
        ):
            taken, peak = run(code, *arguments)
            before = found.get(kind, (taken, peak))
            found[kind] = (min(before[0], taken), max(before[1], peak))
        check(out / "converted")
    return found


def check(converted):
    """See to it that something was converted: figures of nothing would mean nothing."""
    models = list(converted.glob("*.keras"))
    if len(models) != 1:
        raise SystemExit(f"expected one model, found {[model.name for model in models]}")


def main():
    """Print a table for each number of layers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gb", type=float, default=0.1, help="size of the checkpoint (default: 0.1)")
    parser.add_argument(
        "--layers", type=int, nargs="+", default=[2], help="layers that share it (default: 2)"
    )
    parser.add_argument(
        "--widths", type=float, nargs="+", default=[1], help="input depths, in units of the cell (default: 1)"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    asked = parser.parse_args()
    found = {
        "machine": f"{cpu()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version(), **{n: version(n) for n in ("tensorflow", "keras")}},
        "rounds": asked.rounds,
        "checkpoints": [
            measure_checkpoint(asked.gb, layers, width, asked.rounds)
            for layers in asked.layers
            for width in asked.widths
        ],
    }
    show(found)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def sizes_of(gb, layers, width):
    """Return (units of each layer, input depth of the first) of LSTMs whose float32 weights have this size together."""
    squares = 4 * (width + 1 + 2 * (layers - 1))
    units = max(8, int((gb * 2**30 / 4 / squares) ** 0.5))
    return units, max(1, round(width * units))


def measure_checkpoint(gb, layers, width, rounds):
    """Write a checkpoint of the asked size and measure with it; return the figures as plain data."""
    units, depth = sizes_of(gb, layers, width)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        prefix = folder / "model.ckpt"
        run(WRITE, prefix, units, layers, depth)
        size = sum(path.stat().st_size for path in folder.glob("model.ckpt.data-*"))
        found = measure(folder, prefix, rounds)
    return {"bytes": size, "layers": layers, "units": units, "depth": depth, **figures(size, found)}


def figures(size, found):
    """Return what was measured as plain data."""
    start, floor = found["footprint"]
    own, other = found["convert"][0], found["read and write"][0]
    return {
        "runs": {
            kind: {
                "shortest_seconds": round(taken, 2),
                "largest_peak_bytes": peak,
                "peak_above_footprint_in_weights": round((peak - floor) / size, 3),
            }
            for kind, (taken, peak) in found.items()
        },
        "convert_to_read_and_write": round(own / other, 2),
        "convert_to_read_and_write_without_start": round((own - start) / (other - start), 2),
    }


def cpu():
    """The processor's name; the architecture where the system does not tell it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show(found):
    """Print the figures."""
    print(f"{found['machine']}, {', '.join(' '.join(pair) for pair in found['versions'].items())}")
    for checkpoint in found["checkpoints"]:
        size, *sizes = (checkpoint[name] for name in ("bytes", "layers", "units", "depth"))
        print("checkpoint: {:.3f} GB, {} layer(s) of {} units on inputs of {}".format(size / 2**30, *sizes))
        for kind, one in checkpoint["runs"].items():
            above = f"{one['peak_above_footprint_in_weights']:5.2f} times the weights above the footprint"
            peak = one["largest_peak_bytes"] / 2**20
            print(f"{kind:15} {one['shortest_seconds']:7.2f} s, peak {peak:7.0f} MB, {above}")
        bare = checkpoint["convert_to_read_and_write_without_start"]
        print(
            f"convert takes {checkpoint['convert_to_read_and_write']:.2f} times reading and writing; without the "
            f"start of Python, {bare:.2f} times"
        )


if __name__ == "__main__":
    main()
