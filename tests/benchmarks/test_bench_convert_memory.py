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


@pytest.fixture(scope="module")
def footprint():
    _, peak = bench.run(bench.FOOTPRINT)
    return peak


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """(Layers, width) -> prefix and units and depth, SMALL among them: all written by one process."""
    folder, found = tmp_path_factory.mktemp("checkpoints"), {}
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


@pytest.fixture(scope="module")
def peak_of_a_small_one(checkpoints, tmp_path_factory):
    """What a conversion takes whatever the size, 0.1 GB: beside 1 GB it is little, here it would hide a copy."""
    _, peak = bench.run(bench.CONVERT, checkpoints[SMALL][0], tmp_path_factory.mktemp("small") / "out")
    return peak


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_peak_of_a_conversion_is_at_most_3_3_times_the_weights(
    size, checkpoints, peak_of_a_small_one, tmp_path
):
    """One matrix that is nearly all of the weights is the hardest: whatever copies it holds all of it."""
    (prefix, units, depth), layers = checkpoints[size], size[0]
    _, peak = bench.run(bench.CONVERT, prefix, tmp_path / "out")
    bench.check(tmp_path / "out")
    weights = 4 * (4 * units * (depth + units + 1) + (layers - 1) * 4 * units * (2 * units + 1))
    assert math.isclose(weights, GB * 2**30, rel_tol=0.01)
    assert peak - peak_of_a_small_one < LIMIT * weights


@pytest.mark.slow
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
