"""Generated TF1 programs: what is written of each computes what its session does; the checker sees what is wrong."""

import json
import shutil
from collections import Counter
from dataclasses import fields, replace

import keras
import pytest

from tests.generated import checking, trying
from tests.generated.building import build
from tests.generated.kept import EQUAL, REFUSED, WHOLE_EQUAL
from tests.generated.program import BOTH_WAYS as EITHER_WAY
from tests.generated.program import DROPOUTS, LISTED, Layer, Program, objection
from tests.generated.programs import drawn
from tests.generated.refusals import REFUSALS, reason_of
from tests.generated.running import draw_weights, opened, run
from tests.generated.shrinking import shrunk
from tests.generated.worker import read

SEEDS = range(4)
PER_SEED = 6
#: Every so manyth program of a seed is converted whole as well.
WHOLE = 3
#: A program with two directions and states of two kinds, so that each sabotage has something to break.
BOTH_WAYS = Program(
    (Layer("LSTM", 3, (("num_proj", 3),)),), unroll="bidirectional", lengths="placeholder", time=4
)


@pytest.mark.parametrize("number", SEEDS)
def test_a_drawn_program_is_converted_and_equal_or_refused_for_a_known_reason(number, tmp_path):
    faults = []
    for place, program in enumerate(drawn(number, PER_SEED)):
        folder = tmp_path / str(place)
        folder.mkdir()
        verdict = trying.attempt(program, folder, whole=place % WHOLE == 0)
        if verdict.fault:
            faults.append((program, verdict))
    assert not faults


@pytest.mark.parametrize("program", EQUAL, ids=repr)
def test_a_program_that_failed_once_is_equal(program, tmp_path):
    assert trying.attempt(program, tmp_path) == trying.Verdict("equal")


@pytest.mark.parametrize("program", WHOLE_EQUAL, ids=repr)
def test_a_whole_program_that_failed_once_is_equal_or_its_recurrences_are_refused(program, tmp_path):
    verdict = trying.attempt(program, tmp_path, whole=True)
    assert verdict in (trying.Verdict("equal"), trying.Verdict("refused", "flat_state_dropout"))


@pytest.mark.parametrize(("program", "reason"), REFUSED.items(), ids=repr)
def test_a_program_that_is_refused_says_why(program, reason, tmp_path):
    assert trying.attempt(program, tmp_path) == trying.Verdict("refused", reason)


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """(The folder of a converted program, what its session computed, what it fetches)."""
    folder = tmp_path_factory.mktemp("converted")
    assert trying.attempt(BOTH_WAYS, folder) == trying.Verdict("equal")
    built = build(BOTH_WAYS)
    fetches = {label: tensor.name for label, tensor in built.fetches.items()}
    names = sorted({*checking.names_of(folder / "out"), *fetches.values()})
    with opened(built) as sess:
        draw_weights(sess, BOTH_WAYS)
        return folder / "out", run(sess, BOTH_WAYS, built, names), fetches


def _sabotaged(converted, tmp_path, change):
    """The flaws of a copy of the folder, changed by a function of (folder, manifest entry)."""
    folder, sessions, fetches = converted
    copy = shutil.copytree(folder, tmp_path / "copy")
    manifest = json.loads((copy / "manifest.json").read_text())
    change(copy, manifest["models"][0])
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return checking.flaws_of(copy, sessions, fetches)


def _wrong_weight(folder, entry):
    model = keras.models.load_model(folder / entry["file"])
    weights = model.get_weights()
    weights[0].flat[0] += 1e-3
    model.set_weights(weights)
    model.save(folder / entry["file"])


def _lost_direction(folder, entry):
    model = keras.models.load_model(folder / entry["file"])
    kept = {name: tensor for name, tensor in model.output.items() if "bw" not in name}
    assert 0 < len(kept) < len(model.output)
    keras.Model(model.input, kept).save(folder / entry["file"])
    entry["outputs"] = [one for one in entry["outputs"] if one["name"] in kept]


def _swapped_states(folder, entry):
    held = {one["name"]: one for one in entry["outputs"]}
    [first, second] = [held[name] for name in sorted(held) if name.startswith("state_fw")]
    first["tf1"], second["tf1"] = second["tf1"], first["tf1"]


def _other_output(folder, entry):
    entry["outputs"].pop()


def _no_name(folder, entry):
    entry["inputs"][0]["tf1"] = ""


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (_wrong_weight, "wrong number: "),
        (_lost_direction, "missing: "),
        (_swapped_states, "wrong number: "),
        (_other_output, ": outputs "),
        (_no_name, "has no TF1 name"),
    ],
)
def test_a_sabotage_is_seen(change, seen, converted, tmp_path):
    flaws = _sabotaged(converted, tmp_path, change)
    assert flaws
    assert all(seen in flaw for flaw in flaws)


def test_a_model_that_is_left_out_is_missed(converted, tmp_path):
    folder, sessions, fetches = converted
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "manifest.json").write_text(json.dumps({"models": []}))
    assert checking.flaws_of(copy, sessions, fetches) == [f"missing: {label}" for label in fetches]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"manifest": None}, "missing"),
        ({"program": "no row for it"}, "refused wrongly"),
    ],
)
def test_a_whole_program_that_does_not_come_is_a_fault(change, verdict, tmp_path, monkeypatch):
    convert = trying.convert

    def changed(request, out):
        wanted = "program" in change
        return replace(convert(replace(request, program=wanted), out), **change)

    monkeypatch.setattr(trying, "convert", changed)
    assert trying.attempt(BOTH_WAYS, tmp_path, whole=True).kind == verdict


@pytest.mark.parametrize(
    ("error", "kind"), [(KeyError("x"), "exception"), (trying.ArtifactError("no"), "refused wrongly")]
)
def test_what_is_raised_is_a_fault(error, kind, tmp_path, monkeypatch):
    def fail(*arguments):
        raise error

    monkeypatch.setattr(trying, "convert", fail)
    verdict = trying.attempt(Program((Layer("GRU", 2),)), tmp_path)
    assert verdict.fault
    assert verdict.kind == kind


def test_dropout_that_is_lost_is_seen(tmp_path, monkeypatch):
    right = checking.set_dropout
    outputs = lambda place: place.endswith("output_dropout")  # noqa: E731
    monkeypatch.setattr(
        checking,
        "set_dropout",
        lambda model, rate: right(model, {place: rate for place in right(model, {}) if not outputs(place)}),
    )
    verdict = trying.attempt(
        Program((Layer("GRU", 2, (), ("dropout_all",)),), unroll="step", start="zeros"), tmp_path
    )
    assert verdict.kind == "wrong"
    assert "outputs: off by" in verdict.what
    assert "state:" not in verdict.what


def test_a_reason_is_none_of_the_list_by_chance():
    flat = Program((Layer("BasicLSTM", 2, (("state_is_tuple", False),), ("dropout_state",)),))
    said = "dropout acts on a flat state (state_is_tuple=False), so that"
    assert reason_of("a state is carried by no known cell: x", flat) == ""
    assert reason_of(said, flat) == "flat_state_dropout"
    assert reason_of(said, Program((Layer("BasicLSTM", 2, (), ("dropout_state",)),))) == ""
    beside = "what the program makes of each step's output, of a:0 through b (AddV2) and of the others"
    assert reason_of(beside, flat) == ""
    assert reason_of(beside, replace(flat, outer="residual")) == "around_a_stack_that_is_not_whole"
    assert reason_of(beside, Program((Layer("GRU", 2),), outer="residual")) == ""
    noise = "whole: Switch (model/rnn/cond/add/Switch): it computes with random numbers. Fetch"
    assert reason_of(noise, flat) == ""
    assert reason_of(noise, replace(flat, unroll="static", lengths="constant")).startswith("noise_of_a_flat")
    scale = (
        "the graph has 1 / 0.7, the scale of this dropout, in float32, which no Dropout layer of float64 has."
    )
    assert reason_of(scale, flat) == ""
    assert reason_of(scale, replace(flat, dtype="float64", keep="constant")) == "scale_in_float32"
    assert all(one.why for one in REFUSALS.values())


def test_a_program_prints_as_what_makes_it():
    found = [*drawn(1, 50), *EQUAL, *REFUSED]
    assert [read(repr(program)) for program in found] == found
    assert not [objection(program) for program in found if objection(program)]


#: Column -> every value that it may have; those of the others are True and False.
COLUMNS = {
    "outer": {"", "residual", "dropout_in", "dropout_out"},
    "unroll": {"dynamic", "raw", "step", "steps", *LISTED, *EITHER_WAY},
    "lengths": {"none", "constant", "placeholder", "int64", "computed"},
    "start": {"none", "zero_state", "zeros", "fed", "variable"},
    "batch": {None, 2, 3},
    "time": {None, 1, 2, 3, 4},
    "width": {2, 3, 4},
    "source": {"placeholder", "embedding", "reshape", "image", "stack"},
    "again": {"no", "cell", "model"},
    "dtype": {"float32", "float64"},
    "keep": {"one", "constant", "placeholder", "default"},
}
CELLS = {
    "kind": {"BasicRNN", "GRU", "BasicLSTM", "LSTM"},
    "options": {
        "activation",
        "cell_clip",
        "forget_bias",
        "num_proj",
        "proj_clip",
        "state_is_tuple",
        "use_peepholes",
    },
    "wrappers": {"residual", "device", *DROPOUTS},
}


def test_every_value_of_every_column_is_drawn():
    """Each in one of a hundred programs, so that a run of thousands has dozens of each."""
    found = drawn(2, 400)
    for one in fields(Program)[1:]:
        counts = Counter(getattr(program, one.name) for program in found)
        assert set(counts) == COLUMNS.get(one.name, {False, True}), one.name
        assert min(counts.values()) > len(found) / 100, (one.name, counts)
    layers = [layer for program in found for layer in program.layers]
    counts = {
        "kind": Counter(layer.kind for layer in layers),
        "options": Counter(name for layer in layers for name, _ in layer.options),
        "wrappers": Counter(name for layer in layers for name in layer.wrappers),
    }
    for name, wanted in CELLS.items():
        assert set(counts[name]) == wanted, name
        assert min(counts[name].values()) > len(layers) / 100, (name, counts[name])


def test_shrinking_keeps_what_fails():
    layers = (Layer("LSTM", 3, (("use_peepholes", True),), ("device", "residual")), Layer("GRU", 2))
    program = Program(layers, lengths="int64", batch=2, control=True, training=True)

    def fails(one):
        return one.lengths == "int64" and any("device" in layer.wrappers for layer in one.layers)

    assert shrunk(program, fails) == Program((Layer("GRU", 3, (), ("device",)),), lengths="int64")
