"""The memory that a conversion may take, held at a size that a test can afford."""

import json
import math

import numpy as np
import pytest

from benchmarks import convert_memory as bench

#: What the guide promises of 1 GB, above TensorFlow's own footprint.
LIMIT = 3.3
GB = 0.16
#: Layers, and the width of the input in units.
SIZES = [(2, 1), (1, 16), (1, 1 / 16)]
SMALL = (1, 1)

#: `convert_memory.WRITE` for each list of arguments.
WRITE_ALL = """
import json, sys
import tensorflow as tf
code = sys.argv[2]
for given in json.loads(sys.argv[1]):
    sys.argv[1:] = given
    with tf.Graph().as_default():
        exec(code, {})
"""

#: `convert_memory.CONVERT` for each list of arguments, in a fork of a process that has TensorFlow's footprint; writes
#: the peak of each.
CONVERT_ALL = """
import json, os, sys
import keras, tensorflow
given, code, peaks = sys.argv[1:]
found = []
for words in json.loads(given):
    pid = os.fork()
    if pid == 0:
        sys.argv[1:] = words
        try:
            exec(code, {})
        except SystemExit as end:
            os._exit(end.code)
        os._exit(1)
    _, status, used = os.wait4(pid, 0)
    assert not status, words
    found.append(used.ru_maxrss * 1024)
with open(peaks, "w") as file:
    json.dump(found, file)
"""


@pytest.fixture(scope="module")
def footprint():
    _, peak = bench.run(bench.FOOTPRINT)
    return peak


def write(folder):
    """Write a checkpoint of each size, SMALL among them; (layers, width) -> prefix, units and depth."""
    found = {}
    for number, size in enumerate([SMALL, *SIZES]):
        units, depth = (8, 8) if size == SMALL else bench.sizes_of(GB, *size)
        found[size] = folder / str(number) / "model.ckpt", units, depth
        (folder / str(number)).mkdir()
    given = [
        [str(prefix), str(units), str(layers), str(depth)]
        for (layers, _), (prefix, units, depth) in found.items()
    ]
    bench.run(WRITE_ALL, json.dumps(given), bench.WRITE)
    return found


def convert(prefixes):
    """Convert checkpoints, each beside itself, and return the peak of each."""
    given, peaks = (
        [[str(one), str(one.parent / "out")] for one in prefixes],
        prefixes[0].parent / "peaks.json",
    )
    bench.run(CONVERT_ALL, json.dumps(given), bench.CONVERT, peaks)
    for prefix in prefixes:
        bench.check(prefix.parent / "out")
    return json.loads(peaks.read_text())


def test_the_peak_of_a_conversion_is_at_most_3_3_times_the_weights(tmp_path):
    """One matrix that is nearly all of the weights is the hardest: whatever copies it holds all of it.

    What a conversion takes whatever the size, 0.1 GB, is little beside 1 GB; here it would hide a copy.
    """
    checkpoints = write(tmp_path)
    of_a_small_one, *peaks = convert([prefix for prefix, _, _ in checkpoints.values()])
    taken = {}
    for size, peak in zip(SIZES, peaks, strict=True):
        (_, units, depth), layers = checkpoints[size], size[0]
        weights = 4 * (4 * units * (depth + units + 1) + (layers - 1) * 4 * units * (2 * units + 1))
        assert math.isclose(weights, GB * 2**30, rel_tol=0.01)
        taken[size] = (peak - of_a_small_one) / weights
    assert max(taken.values()) < LIMIT, taken


def test_a_copy_more_would_be_seen(footprint):
    """However large the process is that measures."""
    size = int(GB * 2**30)
    here = np.ones(2**30, "int8")
    _, peak = bench.run(f"{bench.FOOTPRINT}; import numpy; kept = numpy.ones({size}, 'int8')")
    assert here.nbytes > footprint
    assert peak - footprint == pytest.approx(size, rel=0.1)


def test_a_process_that_fails_is_no_figure():
    with pytest.raises(SystemExit, match="what went wrong"):
        bench.run("raise ValueError('what went wrong')")


def test_figures_are_above_the_footprint_and_beside_reading_and_writing():
    measured = {"footprint": (2.0, 500), "read and write": (12.0, 800), "convert": (17.0, 700)}
    found = bench.figures(100, measured)
    assert found["runs"]["convert"]["peak_above_footprint_in_weights"] == 2.0
    assert found["convert_to_read_and_write"] == 1.42
    assert found["convert_to_read_and_write_without_start"] == 1.5
