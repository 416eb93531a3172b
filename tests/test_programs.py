"""The four programs, on both sides: each runs by itself, and each pair computes the same things."""

import ast
import functools
import importlib
import pathlib
import re
import subprocess
import sys
from collections import OrderedDict

import keras
import numpy as np
import pytest
import warm

from legacy_tf1 import session
from legacy_tf1.state import LSTMStateTuple
from tf2_lstm import programs

PROGRAMS = ["single_lstm", "stacked_lstm", "char_rnn", "tagger"]
COLUMNS = ["legacy_tf1", "tf2_lstm"]
PROGRAM_FILES = pathlib.Path(programs.__file__).parent
SHAPES = {
    "single_lstm": {"state.c": (1, 4), "state.h": (1, 4), "output": (1, 4)},
    "stacked_lstm": {
        "output": (2, 3, 5),
        "state[0].c": (2, 4),
        "state[0].h": (2, 4),
        "state[1].c": (2, 5),
        "state[1].h": (2, 5),
    },
    "char_rnn": {
        "losses": (10,),
        "probabilities": (40, 22),
        "sampled": (40,),
        "state[0].c": (1, 32),
        "state[0].h": (1, 32),
        "state[1].c": (1, 32),
        "state[1].h": (1, 32),
    },
    "tagger": {
        "loss": (),
        "losses": (10,),
        "logits": (8, 6, 5),
        "probabilities": (8, 6, 5),
        "predictions": (8, 6),
    },
}


def _module(column, program):
    return importlib.import_module(f"{column}.programs.{program}")


# Each program has one seed, so one run of it tells all: the tests read the results and leave them alone.
@functools.cache
def _run_legacy(program):
    module = _module("legacy_tf1", program)
    with session.graph(seed=1) as graph:
        built = module.build()
    with session.session(graph) as sess:
        return module.run(sess, built)


@functools.cache
def _run_keras(program):
    keras.utils.set_random_seed(1)
    module = _module("tf2_lstm", program)
    model = module.build()
    assert isinstance(model, keras.Model)
    return module.run(model)


def _cold(*command, first=()):
    return subprocess.run(
        [sys.executable, *command],
        env={"PYTHONPATH": ":".join([*first, *sys.path])},
        capture_output=True,
        text=True,
        timeout=120,
    )


#: What runs in a process that is cold: of each column one that only calls, and one that trains in Keras. The others
#: hear nothing else of TensorFlow's start, which takes most of their time.
COLD = [("legacy_tf1", "single_lstm"), ("tf2_lstm", "single_lstm"), ("tf2_lstm", "tagger")]


def _printed(column, program):
    command = ["-m", f"{column}.programs.{program}"]
    done = _cold(*command) if (column, program) in COLD else warm.python(*command)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _read(text):
    """What a printed `array(...)` or `LSTMStateTuple(...)` stands for."""
    names = {"array": np.array, "float32": np.float32, "LSTMStateTuple": LSTMStateTuple}
    return eval(text, names)


@pytest.mark.parametrize("program", ["__init__", *PROGRAMS])
def test_the_twins_import_keras_and_numpy_alone(program):
    tree = ast.parse((PROGRAM_FILES / f"{program}.py").read_text())
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            roots.add(node.module.split(".")[0])
    assert roots - sys.stdlib_module_names <= {"keras", "numpy", "tf2_lstm"}


def test_a_failed_import_of_keras_shows_what_was_kept_back(tmp_path):
    (tmp_path / "keras.py").write_text(
        "import os\nos.write(2, b'no such library')\nraise ImportError('broken')\n"
    )
    done = _cold("-c", "import tf2_lstm.programs", first=[str(tmp_path)])
    assert done.returncode == 1
    assert "no such library" in done.stderr
    assert "ImportError: broken" in done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_both_sides_compute_the_same_things(program):
    sides = [_run_legacy(program), _run_keras(program)]
    for results in sides:
        assert isinstance(results, OrderedDict)
        assert {name: value.shape for name, value in results.items()} == SHAPES[program]
        assert all(np.isfinite(value).all() for value in results.values())
    described = [[(name, value.dtype) for name, value in side.items()] for side in sides]
    assert described[0] == described[1]
    assert {str(value.dtype) for value in sides[0].values()} <= {"float32", "int32"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_both_sides_have_the_same_constants_and_data(program):
    sides = [_module(column, program) for column in COLUMNS]
    constants = [name for name in vars(sides[0]) if name.isupper()]
    assert constants
    for name in constants:
        values = [getattr(side, name) for side in sides]
        np.testing.assert_array_equal(*[np.asarray(value, dtype=object) for value in values])
    if hasattr(sides[0], "batch"):
        for legacy, twin in zip(*[side.batch() for side in sides], strict=True):
            assert legacy.dtype == twin.dtype
            np.testing.assert_array_equal(legacy, twin)


@pytest.mark.parametrize("run", [_run_legacy, _run_keras])
@pytest.mark.parametrize("program", ["char_rnn", "tagger"])
def test_the_loss_falls_in_run(program, run):
    results = run(program)
    assert results["losses"][-1] < results["losses"][0]
    if "loss" in results:
        np.testing.assert_allclose(results["loss"], results["losses"][0], rtol=1e-6)


@pytest.mark.parametrize("run", [_run_legacy, _run_keras])
def test_probabilities_are_probabilities_and_samples_are_drawn_from_them(run):
    results = run("char_rnn")
    np.testing.assert_allclose(results["probabilities"].sum(axis=1), 1, rtol=1e-5)
    draw = _module("legacy_tf1", "char_rnn").draw
    random = np.random.RandomState(0)
    drawn = [draw(chances, random) for chances in results["probabilities"]]
    np.testing.assert_array_equal(drawn, results["sampled"])
    assert len(set(drawn)) > 5


@pytest.mark.parametrize("run", [_run_legacy, _run_keras])
def test_the_state_goes_round(run):
    """With the state fed back, the same character has other successors at other places."""
    results = run("char_rnn")
    ids = results["sampled"][:-1].tolist()
    often = max(set(ids), key=ids.count)
    after = [results["probabilities"][place + 1] for place, i in enumerate(ids) if i == often]
    assert len(after) > 1
    assert all((after[0] != other).any() for other in after[1:])


@pytest.mark.parametrize("run", [_run_legacy, _run_keras])
def test_padding_has_the_logits_of_a_zero_output(run):
    results, lengths = run("tagger"), _module("legacy_tf1", "tagger").batch()[1]
    padding = results["logits"][np.arange(results["logits"].shape[1]) >= lengths[:, None]]
    assert len(padding) == (6 - lengths).sum() > 0
    np.testing.assert_array_equal(padding, np.broadcast_to(padding[0], padding.shape))
    assert (results["predictions"] == results["logits"].argmax(axis=2)).all()


@pytest.mark.parametrize("column", COLUMNS)
def test_single_lstm_prints_what_the_notebook_prints(column):
    first, rest = _printed(column, "single_lstm").split("\n", 1)
    state, output = rest[: rest.rindex("\n[[")], rest[rest.rindex("\n[[") :]
    state = _read(state)
    assert first == "[[3. 2. 2. 3. 2. 2.]]"
    assert state.c.shape == state.h.shape == (1, 4)
    numbers = np.array(re.findall(r"[-+.\de]+", output), dtype="float32")
    np.testing.assert_allclose(numbers, state.h[0], rtol=1e-6)


@pytest.mark.parametrize("column", COLUMNS)
def test_stacked_lstm_prints_what_the_notebook_prints(column):
    output, *states = _printed(column, "stacked_lstm").split("LSTMStateTuple")
    output, states = _read(output), [_read("LSTMStateTuple" + state) for state in states]
    assert output.shape == (2, 3, 5)
    assert [state.c.shape for state in states] == [(2, 4), (2, 5)]
    np.testing.assert_array_equal(output[:, -1], states[1].h)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("program", ["char_rnn", "tagger"])
def test_the_loss_falls_in_main(column, program):
    printed = _printed(column, program)
    losses = [float(loss) for loss in re.findall(r"^step +\d+  loss ([\d.]+)$", printed, re.M)]
    assert len(losses) == 5
    assert losses[-1] < losses[0] - 0.1
    tail = printed.splitlines()[5:]
    if program == "char_rnn":
        assert re.fullmatch(r"sampled: '[a-z., ]{40}'", *tail)
    else:
        assert len(tail) == 8
        assert all(re.fullmatch(r"([a-z]+/[ADNPV] ?)+", line) for line in tail)


def test_main_of_char_rnn_trains_with_dropout_on(monkeypatch):
    keras.utils.set_random_seed(1)
    module = _module("tf2_lstm", "char_rnn")
    model = module.build()
    start = model.get_weights()
    losses = []
    for rate in (0.0, 0.0, 0.25):
        model.set_weights(start)
        losses.append(module.train(model, 1, dropout=rate)[0])
    assert losses[0] == losses[1] != losses[2]
    asked = []
    monkeypatch.setattr(
        module, "train", lambda model, steps, dropout: asked.append(dropout) or np.zeros(steps)
    )
    module.main()
    assert asked == [0.25]
