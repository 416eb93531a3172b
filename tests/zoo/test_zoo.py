"""Every artefact has its files, says all of itself, and still gives what TensorFlow 1.15.5 computed."""

import ast
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import warm

from tf2_lstm.migrate.pairs import PAIRS

ZOO = Path(__file__).resolve().parent
FILES = ZOO / "files"
FOLDERS = sorted(FILES.iterdir())
NAMES = [folder.name for folder in FOLDERS]
RECORDERS = sorted((ZOO / "record").glob("*.py"))
WHOLE = sorted((ZOO / "whole").iterdir())

FORMS = {"while", "functional_while", "static", "step", "block", "cudnn", "keras", ""}
EDGE = re.compile(
    r"(inputs|outputs)(_\d+)?|outputs_(fw|bw)(_\d+)?|sequence_length|mask|(initial_)?state(_(fw|bw))?(_\d+)?(_[ch])?"
)
#: Whole programs, which must stay.
PROGRAMS = {
    "char_model",
    "ptb_model",
    "tagger",
    "speech_model",
    "language_model",
    "encoder_decoder",
    "policy",
}

#: Read under another name than the one in the file, as `artifacts` documents it.
READ_AS = {
    "weights_alone_before_1_2": (("weights", "kernel"), ("biases", "bias")),
    "weights_alone_bidirectional_of_0_x": (
        ("BiRNN/FW/BasicLSTMCell/Linear", "bidirectional_rnn/fw/basic_lstm_cell"),
        ("BiRNN/BW/BasicLSTMCell/Linear", "bidirectional_rnn/bw/basic_lstm_cell"),
        ("Matrix", "kernel"),
        ("Bias", "bias"),
    ),
    "weights_alone_v1": (
        ("RNN/LSTMCell", "rnn/lstm_cell"),
        ("W_P_0", "projection/kernel"),
        ("W_0", "kernel"),
        ("W_1", "kernel"),
        ("/B", "/bias"),
    ),
}


def expected_of(name):
    return json.loads((FILES / name / "expected.json").read_text(encoding="utf-8"))


def has_graph_for_a_cpu(name):
    """Not cuDNN's layers, which only a GPU runs, not a `.h5` file, not weights alone."""
    kinds = name.startswith(("cudnn_", "h5_", "weights_alone_")) and "compatible" not in name
    return not kinds and name != "object_checkpoint"


def converted(name):
    """Whether all of an artefact becomes Keras models: its conversion shows that they and the graph agree."""
    expected = expected_of(name)
    return expected["recurrences"] and not expected["not_converted"]


#: The graphs whose numbers no conversion holds against those of TensorFlow 1.15.5.
REPLAYED = [name for name in NAMES if not converted(name) and has_graph_for_a_cpu(name)]


def test_there_are_enough():
    assert len(NAMES) >= 70
    assert set(NAMES) >= PROGRAMS


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_zoo_is_small():
    sizes = {name: bytes_of(FILES / name) for name in NAMES}
    assert sum(sizes.values()) <= 12 * 2**20
    assert sum(bytes_of(folder) for folder in WHOLE) <= 3 * 2**20
    assert not {name: size for name, size in sizes.items() if size > 260_000}


def builders(paths, entered="artefact"):
    """Name and reason of every builder in the recorders' sources, which a decorator of that name enters."""
    found = {}
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7)).body:
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == entered:
                    named = {one.arg: one.value for one in decorator.keywords}
                    name = ast.literal_eval(named["name"]) if "name" in named else node.name
                    found[name] = ast.literal_eval(decorator.args[0])
    return found


def test_every_artefact_has_a_builder_and_every_builder_its_artefact():
    assert builders(RECORDERS) == {name: expected_of(name)["why"] for name in NAMES}
    said = [json.loads((folder / "expected.json").read_text(encoding="utf-8")) for folder in WHOLE]
    assert builders(RECORDERS, "whole_program") == {one["name"]: one["why"] for one in said}
    assert [one["name"] for one in said] == [folder.name for folder in WHOLE]
    assert {one["producer"] for one in said} == {"1.15.5"}


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_there_and_say_all_that_is_needed(name):
    assert not flaws(FILES / name)


def flaws(folder):
    """What is wrong with the form of an artefact's files, as a list of sentences."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    found = []
    if (expected["schema"], expected["name"], expected["producer"]) != (1, folder.name, "1.15.5"):
        found.append("schema, name or producer")
    if (
        not (folder / expected["artifact"]).exists()
        and not (folder / (expected["artifact"] + ".index")).exists()
    ):
        found.append("no " + expected["artifact"])
    runs = sorted(folder.glob("run*.npz"))
    if not runs or runs[0].name != "run.npz":
        found.append("no run.npz")
    for entry in expected["recurrences"]:
        found += recurrence_flaws(entry)
    for run in runs:
        found += run_flaws(run, expected)
    return found


def recurrence_flaws(entry):
    found = [] if entry["form"] in FORMS else ["form " + entry["form"]]
    edge = entry.get("run_edge", entry["edge"])
    found += [f"edge {role}" for role in edge if not EDGE.fullmatch(role)]
    found += [f"zero {role}" for role in entry["zero_initial_state"] if not EDGE.fullmatch(role)]
    if not {"inputs", "inputs_0"} & set(edge) or not entry["variables"]:
        found.append("no inputs or no variables")
    starts = {role for role in edge if role.startswith("initial_")} | set(entry["zero_initial_state"])
    if starts != {"initial_" + role for role in edge if role.startswith("state")}:
        found.append("the initial state and the final one have other leaves")
    return found + call_flaws(entry["call"], [0])


def call_flaws(tree, count):
    """Unknown pairs, wrong numbers of cells, and references to a cell that was not there yet."""
    if "same" in tree:
        return [] if 0 <= tree["same"] < count[0] else ["same"]
    count[0] += 1
    found = [] if tree["pair"] in PAIRS else ["pair " + tree["pair"]]
    wants = PAIRS[tree["pair"]].cells if not found else ()
    if bool(wants) != bool(tree["cells"]):
        found.append("cells of " + tree["pair"])
    return found + [flaw for cell in tree["cells"] for flaw in call_flaws(cell, count)]


def run_flaws(run, expected):
    with np.load(run, allow_pickle=False) as arrays:
        names = set(arrays.files)
        bad = [
            name for name in names if arrays[name].dtype.kind == "f" and not np.isfinite(arrays[name]).all()
        ]
    edges = [entry.get("run_edge", entry["edge"]) for entry in expected["recurrences"]]
    needed = {tensor for edge in edges for tensor in edge.values() if tensor} | set(expected["feeds"])
    return [f"{run.name} lacks {name}" for name in needed - names] + [f"{name} is not finite" for name in bad]


def variables_of(folder, expected):
    """The variables of an artefact, read without any code of this project."""
    import tensorflow as tf

    path = folder / expected["artifact"]
    if path.suffix == ".pb":
        return constants_of(path)
    if path.suffix == ".h5":
        return weights_of(path)
    if path.is_dir() and (path / "variables").exists():
        prefix = path / "variables" / "variables"
    elif path.is_dir():
        prefix = tf.train.latest_checkpoint(str(path))
    else:
        prefix = folder / expected.get("options", {}).get("weights", path.name)
    return {name for name, _ in tf.train.list_variables(str(prefix))}


def constants_of(path):
    """The constants of a frozen graph that were variables: those that are read as a variable is."""
    import tensorflow as tf

    nodes = {node.name: node for node in tf.compat.v1.GraphDef.FromString(path.read_bytes()).node}
    reads = [node for node in nodes.values() if node.op == "Identity" and node.input[0] in nodes]
    read = [(node.name, nodes[node.input[0]]) for node in reads]
    # A resource that a loop reads comes into it first.
    read = [(name, nodes[one.input[0]] if one.op == "Enter" else one) for name, one in read]
    return {
        one.name
        for name, one in read
        if one.op == "Const" and (name == f"{one.name}/read" or "ReadVariableOp" in name)
    }


def weights_of(path):
    import h5py

    with h5py.File(path, "r") as file:
        group = file["model_weights"]
        layers = {layer.decode(): group[layer.decode()] for layer in group.attrs["layer_names"]}
        weights = [
            (layer, weight.decode()) for layer in layers for weight in layers[layer].attrs["weight_names"]
        ]
    names = [weight if weight.startswith(f"{layer}/") else f"{layer}/{weight}" for layer, weight in weights]
    return {name.removesuffix(":0") for name in names}


def own_names(folder, expected, names):
    """The names by which `artifacts.read` knows the variables: whole ones, a program's own, today's."""
    if "_CHECKPOINTABLE_OBJECT_GRAPH" in names:
        path = folder / expected["artifact"]
        return object_names(path / "variables" / "variables" if (path / "variables").exists() else path)
    names = {re.sub(r"/part_\d+$", "", name) for name in names}
    for old, new in READ_AS.get(expected["name"], ()):
        names = {name.replace(old, new) for name in names}
    return names


def object_names(prefix):
    import tensorflow as tf
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    stored = tf.train.load_checkpoint(str(prefix)).get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH")
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(stored)
    named = {attribute.full_name for node in graph.nodes for attribute in node.attributes}
    return {name for name in named if name}


def claims(expected):
    """Every variable that the expectation names, in the order claimed, not converted, unclaimed."""
    shared = [set(entry["variables"]) for entry in expected["recurrences"]]
    foreign = [set(entry["variables"]) for entry in expected["not_converted"]]
    return set().union(*shared), set().union(*foreign), set(expected["unclaimed"])


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_is_claimed_not_converted_or_unclaimed(name):
    expected = expected_of(name)
    names = own_names(FILES / name, expected, variables_of(FILES / name, expected))
    claimed, foreign, unclaimed = claims(expected)
    assert claimed | foreign | unclaimed == names
    assert not unclaimed & (claimed | foreign)


SAVED_AS_WRITTEN = [name for name in NAMES if (FILES / name / "model.ckpt.meta").exists()]


@pytest.mark.parametrize("name", SAVED_AS_WRITTEN)
def test_the_checkpoint_has_the_names_that_its_graph_saves(name):
    import tensorflow as tf

    meta = tf.compat.v1.MetaGraphDef.FromString((FILES / name / "model.ckpt.meta").read_bytes())
    nodes = {node.name: node for node in meta.graph_def.node}
    saves = [node for node in nodes.values() if node.op in ("SaveV2", "SaveSlices")]
    names = [tf.make_ndarray(nodes[node.input[1]].attr["value"].tensor) for node in saves]
    stored = tf.train.list_variables(tf.train.latest_checkpoint(str(FILES / name)))
    assert {saved.decode() for each in names for saved in each} == {stored_name for stored_name, _ in stored}


def replayed(folders):
    """What `replay.py` says of folders, from one process."""
    done = warm.python("-m", "tests.zoo.replay", *folders)
    done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


#: dtype -> bound on the difference, relative to the largest magnitude and at least absolute.
BOUNDS = {"float32": 2e-6, "float64": 1e-12, "float16": 4e-3}


def too_far(result):
    """The tensors of one replayed artefact that are not what was recorded."""
    if "error" in result:
        return [result["error"]]
    return [
        (run, tensor, apart)
        for run, tensors in result.items()
        for tensor, (apart, largest, dtype) in tensors.items()
        if not apart <= BOUNDS.get(dtype, 0.0) * max(1.0, largest)
    ]


def test_the_other_artefacts_still_give_what_tensorflow_1_15_5_computed():
    results = replayed(FILES / name for name in REPLAYED)
    assert list(results) == REPLAYED
    assert not {
        name: far for name, far in ((name, too_far(result)) for name, result in results.items()) if far
    }


def test_another_number_and_another_name_are_seen(tmp_path):
    for name in ("other_number", "other_tensor", "right"):
        shutil.copytree(FILES / "basic_lstm", tmp_path / name)
    with np.load(FILES / "basic_lstm" / "run.npz") as arrays:
        recorded = dict(arrays)
    moved = {**recorded, "rnn/transpose_1:0": recorded["rnn/transpose_1:0"] + np.float32(1e-4)}
    np.savez(tmp_path / "other_number" / "run.npz", **moved)
    np.savez(tmp_path / "other_tensor" / "run.npz", **recorded, **{"rnn/no:0": recorded["rnn/transpose_1:0"]})
    results = replayed(sorted(tmp_path.iterdir()))
    assert {name for name, result in results.items() if too_far(result)} == {"other_number", "other_tensor"}


def test_graphs_that_are_not_converted_are_replayed():
    assert set(REPLAYED) >= {"attention_decoder", "conv_lstm", "counter_loop", "greedy_decoder"}


SABOTAGES = {
    "no run": lambda folder, expected: (folder / "run.npz").unlink(),
    "no checkpoint": lambda folder, expected: (folder / "model.ckpt.index").rename(folder / "else"),
    "unknown pair": lambda folder, expected: expected["recurrences"][0]["call"].update(pair="what"),
    "no cell": lambda folder, expected: expected["recurrences"][0]["call"].update(cells=[]),
    "a state without a start": lambda folder, expected: expected["recurrences"][0][
        "zero_initial_state"
    ].pop(),
    "an edge of no name": lambda folder, expected: expected["recurrences"][0]["edge"].update(what="a:0"),
    "an edge that did not run": lambda folder, expected: expected["recurrences"][0]["edge"].update(
        inputs="a:0"
    ),
    "another producer": lambda folder, expected: expected.update(producer="2.21.0"),
}


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=list(SABOTAGES))
def test_a_flaw_is_seen(sabotage, tmp_path):
    folder = shutil.copytree(FILES / "basic_lstm", tmp_path / "basic_lstm")
    assert not flaws(folder)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    sabotage(folder, expected)
    (folder / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
    assert flaws(folder)


def test_a_variable_that_nobody_names_is_seen():
    expected = expected_of("train_adam")
    names = own_names(FILES / "train_adam", expected, variables_of(FILES / "train_adam", expected))
    expected["unclaimed"].remove("global_step")
    assert names - set().union(*claims(expected)) == {"global_step"}
