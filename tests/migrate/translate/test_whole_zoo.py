"""Whole programs of the zoo against what TensorFlow 1.15.5 computed."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.functional import find
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.writing.sharing import held_twice

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"
#: Artefact -> the layers with weights outside of its recurrences, by their kinds.
PROGRAMS = {
    "tagger": ["Dense", "Embedding", "Embedding"],
    "ptb_model": ["Dense", "Embedding"],
    "encoder_decoder": ["Dense", "Embedding"],
    "siamese_reuse": [],
    "equal_inputs": [],
    "speech_model": ["Dense", "Dense"],
    "policy": ["Dense", "Dense", "Dense"],
    "decoder_bounded": [],
    "saved_model": ["Dense", "Embedding"],
    "nas_cell": ["RNN"],
    "map_over_time": ["Dense"],
    "phased_lstm": ["RNN"],
    "counter_loop": ["Dense"],
    "frozen_with_a_state_variable": [],
    "scan_stack": ["RNN"],
    "greedy_decoder": ["Dense", "Weight"],
    "attention_decoder": ["Attention", "Dense", "Dense"],
    "attention_flat_loop": ["Conv2D", "Dense", "Dense", "Dense", "Weight"],
    "cudnn_lstm_lengths": [],
    "cudnn_gru": [],
    "cudnn_rnn_relu": [],
}
#: Artefact with recurrences of the same variables -> the models inside, and the variables that are there twice.
SHARED = {
    "siamese_reuse": (["siamese_rnn"], 0),
    # What it gives of each step, and what the recurrence does not: the loop is there as well.
    "scan_stack": (["scan"], 6),
    "ptb_model": (["Train_Model_RNN", "Test_Model_RNN"], 4),
    "equal_inputs": (["actor_rnn", "critic_rnn", "target_rnn"], 0),
}
#: Artefact -> what it gives out, where more would be proved as well.
OUTPUTS = {"tagger": ["ArgMax:0"], "saved_model": ["scores:0"]}
#: Artefact -> why no gradients are compared; those of the others are, each with its rows.
WITHOUT_GRADIENTS = {
    "tagger": "no output is of floats",
    "ptb_model": "No gradient defined for operation",
    "frozen_with_a_state_variable": "a run of the graph writes variables",
    **dict.fromkeys(("cudnn_lstm_lengths", "cudnn_gru", "cudnn_rnn_relu"), "cuDNN needs a GPU"),
}
#: Artefact -> why its whole program is refused.
REFUSED = {
    "quantised_training": "Assign (rnn/basic_lstm_cell/weights_quant/AssignMinLast): no row translates this operation",
}


def converter_of(name):
    expected = json.loads((ZOO / name / "expected.json").read_text())
    request = Request(str(ZOO / name / expected["artifact"]), program=True)
    tf1, findings = look(request)
    return tf1, WholeConverter(tf1, findings, request, None)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_comes_over_whole(name):
    tf1, converter = converter_of(name)
    whole, case, _, problem = converter.convert()
    assert not problem
    assert case.passed
    said = [note for note in case.notes if "no gradients" in note]
    assert all(WITHOUT_GRADIENTS.get(name, "nothing") in note for note in said)
    compared = any(tensor.name.startswith("gradient of ") for tensor in case.tensors)
    assert compared == (name not in WITHOUT_GRADIENTS) == (not said)
    model = build_whole(whole, tf1)
    kinds = sorted(type(find(model, one)).__name__ for one in whole.layers)
    assert kinds == PROGRAMS[name]
    inside, twice = SHARED.get(name, ([one.name for one in whole.recurrences.values()], 0))
    assert [one.name for one in whole.recurrences.values()] == inside
    assert len(held_twice(whole, tf1)) == twice
    assert bool([note for note in case.notes if "have a copy each" in note]) == bool(twice)
    assert [one.tf1 for one in whole.outputs] == OUTPUTS.get(name, [one.tf1 for one in whole.outputs])
    with np.load(ZOO / name / "run.npz") as held:
        run = dict(held)
    given = {one.name: run[one.tf1] for one in whole.inputs}
    found = model(given)
    compared = [one for one in whole.outputs if one.tf1 in run]
    assert compared or name in ("ptb_model", "tagger", "attention_flat_loop")
    for one in compared:
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(found[one.name]), run[one.tf1], atol=4e-6, rtol=0
        )


@pytest.mark.parametrize("name", REFUSED)
def test_a_program_that_does_not_is_refused_by_its_reason(name):
    _, converter = converter_of(name)
    _, case, _, problem = converter.convert()
    assert problem.startswith(REFUSED[name])
    assert case is None
