"""How fast is `tf2-lstm scan`?

Builds a tree of generated Python files of ordinary size (about 8 kB, 250 lines) in which one file in twenty
uses TF1's RNNs and one in five mentions TensorFlow, scans it with one process and with one a core, and times
the start of the command. The promise: at least 300 files a second on two cores, a start under 0.3 s.

    python benchmarks/scan_speed.py [--files 3000]
"""

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tf2_lstm.migrate.source.scan import Options, scan

ROOT = Path(__file__).resolve().parent.parent
FUNCTION = '''
def {name}(rows, scale={number}, *, limit=None):
    """Return the {name} of some rows, each divided by a scale."""
    total = {{}}
    for index, row in enumerate(rows):
        if limit is not None and index >= limit:
            break
        key = "{name}-%d" % (index % {number})
        total.setdefault(key, []).append([value / scale for value in row if value is not None])
    return {{key: sum(map(sum, values)) for key, values in total.items()}}
'''
RNN = """
from tensorflow.contrib import rnn

def build(inputs, lengths, size={number}):
    cells = [rnn.BasicLSTMCell(size, forget_bias=0.0) for _ in range(2)]
    return tf.nn.dynamic_rnn(rnn.MultiRNNCell(cells), inputs, lengths, dtype=tf.float32)
"""


def write_tree(folder, files, seed=0):
    """Write the files below a folder, a hundred to a package; return how many bytes they have."""
    rng, size = random.Random(seed), 0
    for number in range(files):
        parts = ["import os\nimport collections\n"]
        parts += ["import tensorflow as tf\n"] if number % 5 == 0 else []
        parts += [RNN.format(number=rng.randint(8, 512))] if number % 20 == 0 else []
        parts += [
            FUNCTION.format(name=f"measure_{n}", number=rng.randint(2, 99)) for n in range(rng.randint(8, 24))
        ]
        path = folder / f"package_{number // 100}" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        size += path.write_text("".join(parts))
    return size


def seconds(function, times=3):
    """Return the shortest time of several."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def start(file):
    """Run the command on one file, from the start of Python to its end."""
    code = f"import sys; from tf2_lstm.cli import main; sys.exit(main(['scan', {str(file)!r}]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    if b"1 file" not in done.stdout:
        raise SystemExit(f"the command failed: {done.stderr.decode()}")


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=3000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        size = write_tree(Path(folder), files)
        expected = len(range(0, files, 20))
        uses = sum(one.rule == "RNN101" for one in scan([folder]).findings)
        if uses != expected:
            raise SystemExit(
                f"expected {expected} uses of BasicLSTMCell, found {uses}: the figures would mean nothing"
            )
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
        print(f"{machine}, {files} files, {size / files / 1000:.1f} kB a file")
        for jobs in (1, os.cpu_count()):
            taken = seconds(lambda jobs=jobs: scan([folder], Options(jobs=jobs)))
            print(f"{jobs} process(es): {taken:6.2f} s, {files / taken:7.0f} files/s")
        one = next(Path(folder).rglob("*.py"))
        print(f"start to end of the command on one file: {seconds(lambda: start(one), 8):.2f} s")


if __name__ == "__main__":
    main()
