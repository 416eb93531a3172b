"""Golden records: genuine, of this configuration, and never taken on trust when damaged."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.equivalence import goldens
from tf2_lstm.migrate.equivalence.inputs import case_inputs
from tf2_lstm.migrate.pairs import CASES, PAIRS

CASE = CASES["basic_lstm/default"]
INPUTS = case_inputs(CASE, 0)


def facts_of(case):
    with open(f"{goldens.folder_of(case)}/record.json", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(goldens.folder_of(CASE), goldens.folder_of(CASE, tmp_path))
    return tmp_path


def edit(root, **changes):
    path = f"{goldens.folder_of(CASE, root)}/record.json"
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)
    facts.update(changes)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(facts, file)


def test_every_case_has_a_record_from_tensorflow_1_15_5():
    assert {facts_of(case)["versions"]["tensorflow"] for case in CASES.values()} == {"1.15.5"}


def test_every_record_is_of_the_case_as_it_is_now():
    for case in CASES.values():
        inputs = {} if PAIRS[case.call.pair].kind == "program" else case_inputs(case, 0)
        assert goldens.read_record(case, inputs).tensors


def test_no_record_is_left_of_a_case_that_is_gone():
    from pathlib import Path

    found = {
        path.parent.relative_to(goldens.FOLDER).as_posix()
        for path in Path(goldens.FOLDER).rglob("record.json")
    }
    assert found == set(CASES)


def test_every_weight_is_drawn_wide():
    for case in CASES.values():
        reader = tf.train.load_checkpoint(goldens.checkpoint_of(case))
        for name in reader.get_variable_to_shape_map():
            smallest = np.abs(reader.get_tensor(name)).min()
            assert smallest >= 0.0999 * case.scale, (case.name, name)


def test_a_record_reads_back(copied):
    record = goldens.read_record(CASE, INPUTS, copied)
    assert list(record.tensors)[:3] == ["outputs", "state.c", "state.h"]
    assert record.versions["tensorflow"] == "1.15.5"


DAMAGE = [
    ("other configuration", {"configuration": "Case(name='other')"}, "of another configuration"),
    ("other schema", {"schema": 2}, "record schema 2, expected 1"),
    ("broken listing", {"tensors": [{"name": "x"}] * 99}, "is damaged"),
]


@pytest.mark.parametrize(("changes", "message"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_a_record_that_does_not_fit_is_refused(copied, changes, message):
    edit(copied, **changes)
    with pytest.raises(goldens.RecordError, match=message):
        goldens.read_record(CASE, INPUTS, copied)


def test_other_inputs_are_refused(copied):
    with pytest.raises(goldens.RecordError, match="inputs are not the ones drawn now"):
        goldens.read_record(CASE, case_inputs(CASE, 1), copied)


def test_a_truncated_archive_is_refused(copied):
    path = f"{goldens.folder_of(CASE, copied)}/tensors.npz"
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(content[: len(content) // 2])
    with pytest.raises(goldens.RecordError, match="is damaged"):
        goldens.read_record(CASE, INPUTS, copied)


def test_pickled_content_is_refused(copied):
    path = f"{goldens.folder_of(CASE, copied)}/tensors.npz"
    with np.load(path) as arrays:
        content = dict(arrays)
    content["tensors_0"] = np.array([print], dtype=object)
    np.savez(path, **content)
    with pytest.raises(goldens.RecordError, match="is damaged"):
        goldens.read_record(CASE, INPUTS, copied)


def test_a_missing_record_says_how_to_make_it(tmp_path):
    with pytest.raises(goldens.RecordError, match=r"no golden record .* make golden NAME=basic_lstm/default"):
        goldens.read_record(CASE, INPUTS, tmp_path)
