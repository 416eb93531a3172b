"""Whole programs as companies had them, ids or features to scores, against what TensorFlow 1.15.5 computed."""

import json
import runpy
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.convert.whole import WholeConverter

PROGRAMS = Path(__file__).resolve().parents[2] / "zoo" / "whole"
NAMES = sorted(folder.name for folder in PROGRAMS.iterdir())
#: What floats may be off by from TensorFlow 1.15.5: they are of order 1; program -> its own bound, where they are not.
BOUND, BOUNDS = 4e-6, {}
#: The programs whose source is executed too.
EXECUTED = (
    *("siamese_manhattan", "text_cnn", "text_vae", "caption_model", "gumbel_sampler", "tree_lstm"),
    # An infinite number, and a layer for an operation that TensorFlow lacks today.
    "nmt_beam",
)


def converted(folder, out):
    """Write and prove a program as `convert` does: (what is expected, name of a model -> `Whole`, problem)."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    shutil.unpack_archive(folder / "artefact.zip", out / "artefact")
    options = {key: tuple(value) for key, value in expected.get("options", {}).items()}
    request = Request(str(out / "artefact" / expected["artifact"]), program=True, **options)
    tf1, findings = look(request)
    wholes, problems = {}, []
    for name, one in programs_of(tf1, request.fetch).items():
        wholes[name], _, _, problem = WholeConverter(one, findings, request, out, name).convert()
        problems += [problem] if problem else []
    return expected, wholes, "; ".join(problems)


def differences(folder, expected, wholes, models):
    """What the models say otherwise than the runs of 1.15.5: a list of (run, tensor, how far)."""
    found = []
    for run in sorted(folder.glob("run*.npz")):
        with np.load(run) as held:
            recorded = dict(held)
        given = {}
        for name, whole in wholes.items():
            outputs = models[name]({one.name: recorded[one.tf1] for one in whole.inputs})
            given.update((one.tf1, keras.ops.convert_to_numpy(outputs[one.name])) for one in whole.outputs)
        for tensor in expected["fetches"]:
            far = apart(given[tensor], recorded[tensor])
            bound = BOUNDS.get(folder.name, BOUND) if recorded[tensor].dtype.kind == "f" else 0
            found += [] if far <= bound else [(run.name, tensor, far)]
    return found


def loaded(wholes, out):
    """The models of whole programs, as they were saved."""
    return {name: keras.models.load_model(out / f"{name}.keras") for name in wholes}


def apart(given, recorded):
    """The largest difference; infinite where a dtype or a shape is another one."""
    if (given.dtype, given.shape) != (recorded.dtype, recorded.shape):
        return np.inf
    return float(np.max(np.abs(given.astype("float64") - recorded.astype("float64")), initial=0))


# Keras says so of an attention over one step, of which the step of a loop knows the size.
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@pytest.mark.parametrize("name", NAMES)
def test_a_program_comes_over_whole_and_gives_the_numbers_of_tensorflow_1_15(name, tmp_path):
    expected, wholes, problem = converted(PROGRAMS / name, tmp_path)
    assert not problem
    assert not differences(PROGRAMS / name, expected, wholes, loaded(wholes, tmp_path))
    if name in EXECUTED:
        written = {one: runpy.run_path(str(tmp_path / f"{one}.py"))["load"]() for one in wholes}
        assert not differences(PROGRAMS / name, expected, wholes, written)


def test_a_recorded_number_that_is_another_is_seen(tmp_path):
    folder = shutil.copytree(PROGRAMS / "text_cnn", tmp_path / "text_cnn")
    with np.load(folder / "run_2.npz") as held:
        recorded = dict(held)
    recorded["output/scores:0"][1, 0] += 1e-4
    recorded["output/predictions:0"][0] ^= 1
    np.savez(folder / "run_2.npz", **recorded)
    expected, wholes, _ = converted(folder, tmp_path)
    found = differences(folder, expected, wholes, loaded(wholes, tmp_path))
    assert [one[:2] for one in found] == [
        ("run_2.npz", "output/scores:0"),
        ("run_2.npz", "output/predictions:0"),
    ]
