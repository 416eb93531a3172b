"""A graph with a checkpoint that has other names, or not all: what is there is converted, what is not is named."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO, read_expected

from tf2_lstm.cli import main
from tf2_lstm.migrate.artifacts.old_names import current_name
from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.export.bundles import write_bundle
from tf2_lstm.migrate.export.to_checkpoint import export
from tf2_lstm.migrate.model import ArtifactError

SPELLED = {
    "of 1.0": (("kernel", "weights"), ("bias", "biases")),
    "of 0.x": (
        ("basic_lstm_cell/kernel", "BasicLSTMCell/Linear/Matrix"),
        ("basic_lstm_cell/bias", "BasicLSTMCell/Linear/Bias"),
    ),
}


def rewritten(source, target, names):
    """Write a checkpoint again; `names` gives each entry's new name, None to leave it out."""
    reader = tf.train.load_checkpoint(str(source))
    values = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
    write_bundle({names(name): value for name, value in values.items() if names(name)}, str(target))
    return values


def spelled(name, how):
    for new, old in SPELLED[how]:
        name = name.replace(new, old)
    return name


@pytest.mark.parametrize("how", SPELLED)
def test_old_names_are_found_by_a_later_graph_and_exported_back(how, tmp_path):
    source, weights = ZOO / "basic_lstm" / "model.ckpt", tmp_path / "old.ckpt"
    values = rewritten(source, weights, lambda name: spelled(name, how))
    request = Request(f"{source}.meta", weights=str(weights))
    conversion = convert(request, tmp_path / "out")
    assert conversion.complete
    assert any("before TensorFlow 1.2" in note for note in conversion.tf1.notes)
    (name,) = conversion.models
    alone = Request(str(weights), assume_defaults=True)
    for number, like in enumerate((request, alone)):
        back = tmp_path / f"back_{number}.ckpt"
        changed = export(str(tmp_path / "out" / f"{name}.keras"), like, str(back))
        assert sorted(map(current_name, changed)) == sorted(values)
        reader = tf.train.load_checkpoint(str(back))
        for one, value in values.items():
            np.testing.assert_allclose(reader.get_tensor(spelled(one, how)), value, atol=1e-6)


def two_models(tmp_path, leave_out):
    """A graph of several recurrences beside a checkpoint without some of its variables."""
    source, target = ZOO / "equal_inputs" / "model.ckpt", tmp_path / "model.ckpt"
    shutil.copyfile(f"{source}.meta", f"{target}.meta")
    rewritten(source, target, lambda name: None if leave_out(name) else name)
    return str(target)


@pytest.mark.parametrize("gone", ["critic/rnn/basic_lstm_cell/bias", "critic/"])
def test_what_is_complete_is_converted_and_what_is_missing_is_named(gone, tmp_path, capsys):
    path = two_models(tmp_path, lambda name: name.startswith(gone))
    assert main(["convert", path, "-o", str(tmp_path / "out")]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "the checkpoint has no value of critic/rnn/basic_lstm_cell/" in said
    assert "model is written without critic/rnn/transpose_1: no value of critic/rnn/basic_lstm_cell/" in said
    assert "a part of the whole program converted and proved; 2 of 3 recurrence(s)" in said
    written = sorted(one.stem for one in (tmp_path / "out").glob("*.keras"))
    assert written == ["actor_rnn", "model", "target_rnn"]


def test_a_variable_outside_of_every_recurrence_is_named_too(tmp_path):
    expected = read_expected("tagger")
    gone = expected["unclaimed"][0]
    source, target = ZOO / "tagger" / "model.ckpt", tmp_path / "model.ckpt"
    shutil.copyfile(f"{source}.meta", f"{target}.meta")
    rewritten(source, target, lambda name: None if name == gone else name)
    _, findings = look(Request(str(target)))
    assert len(findings.recurrences) == len(expected["recurrences"])
    assert [one.reason for one in findings.not_converted if gone in one.reason]


def test_a_checkpoint_of_another_model_is_still_refused(tmp_path):
    shutil.copyfile(ZOO / "equal_inputs" / "model.ckpt.meta", tmp_path / "model.ckpt.meta")
    rewritten(ZOO / "basic_lstm" / "model.ckpt", tmp_path / "model.ckpt", lambda name: name)
    with pytest.raises(ArtifactError, match="does not fit the graph"):
        look(Request(str(tmp_path / "model.ckpt")))
