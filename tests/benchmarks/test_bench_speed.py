"""The logic of the speed benchmark: what is wrong is not timed."""

import ast
import io
import json
import sys
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

from benchmarks.speed import measure, reference, run, tasks, wire
from benchmarks.speed.__main__ import main, parser
from benchmarks.speed.checking import GRADIENTS, OUTPUTS, WrongResult, check
from benchmarks.speed.contenders import able, exported, legacy
from benchmarks.speed.machine import _cpu, describe
from benchmarks.speed.process import ContenderError, Process
from benchmarks.speed.tasks import Task
from tf2_lstm.migrate.equivalence import compare

ROOT = Path(__file__).resolve().parents[2]
SMALL = {kind: Task(kind, "lstm", 3, 6, 4, [5, 4], "tiny") for kind in tasks.KINDS}


def keras_result(task, arrays):
    """The task in float64 Keras, its gradients by TensorFlow: another road to what the reference says."""
    make = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[task.cell]
    options = {"reset_after": False} if task.cell == "gru" else {}
    x = tf.constant(arrays["x"].astype("float64"))
    mask = tf.sequence_mask(arrays["lengths"], task.time) if task.varies else None
    layers = [
        make(units, return_sequences=True, zero_output_for_mask=True, dtype="float64", **options)
        for units in task.units
    ]
    shape = x.shape
    for place, layer in enumerate(layers):
        layer.build(shape)
        layer.set_weights([arrays[f"{name}_{place}"] for name in ("kernel", "recurrent", "bias")])
        shape = (*shape[:2], task.units[place])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for layer in layers:
            y = layer(y, mask=mask)
        loss = tf.reduce_sum(y * arrays["g"]) if task.trains else 0.0
    if not task.trains:
        return {"outputs": y.numpy()}
    weights = [weight.value for layer in layers for weight in layer.weights]
    dx, *found = tape.gradient(loss, [x, *weights])
    names = [f"{name}_{place}" for place in range(len(layers)) for name in ("kernel", "recurrent", "bias")]
    return {"x": dx.numpy(), **{name: one.numpy() for name, one in zip(names, found, strict=True)}}


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("kind", tasks.KINDS)
def test_the_reference_is_what_keras_computes_in_float64(kind, cell):
    task = SMALL[kind]._replace(cell=cell)
    arrays = tasks.arrays_of(task)
    found, expected = keras_result(task, arrays), reference.expected(task, arrays)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert abs(value).max() > 1e-3
        assert abs(found[name] - value).max() < 1e-12


def wrong(name, change):
    def sabotage(found):
        return {**found, name: change(found[name])}

    return sabotage


def nan(array):
    array = array.copy()
    array.flat[0] = np.nan
    return array


SABOTAGE = {
    "a step is shifted": ("inference", wrong("outputs", lambda y: np.roll(y, 1, axis=1))),
    "one number is off": (
        "inference",
        wrong("outputs", lambda y: y + 1e-3 * (np.arange(y.size).reshape(y.shape) == 7)),
    ),
    "gates in another order": ("training", wrong("kernel_0", lambda k: np.roll(k, 5, axis=1))),
    "bias gradient doubled": ("training", wrong("bias_1", lambda b: 2 * b)),
    "input gradient without its sign": ("training", wrong("x", lambda x: -x)),
    "not a number": ("inference", wrong("outputs", nan)),
    "another shape": ("inference", wrong("outputs", lambda y: y[:, :-1])),
    "one number for all": ("training", wrong("bias_0", lambda b: b[:1])),
    "a gradient is missing": (
        "training",
        lambda found: {n: a for n, a in found.items() if n != "recurrent_0"},
    ),
    "nothing": ("inference", lambda found: {}),
    "padding is not zero": ("variable", wrong("outputs", lambda y: np.where(y == 0, 0.1, y))),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_what_is_wrong_is_refused(name):
    kind, sabotage = SABOTAGE[name]
    arrays = tasks.arrays_of(SMALL[kind])
    expected = reference.expected(SMALL[kind], arrays)
    right = {name: array.astype("float32") for name, array in expected.items()}
    assert check("right", SMALL[kind], right, expected) < 1e-6
    with pytest.raises(WrongResult, match="sabotaged"):
        check("sabotaged", SMALL[kind], sabotage(right), expected)


def test_the_tolerances_are_rounding():
    assert OUTPUTS <= 2e-5
    assert GRADIENTS <= 1e-4


class Fake:
    """A process that gives what it is told to, and takes as long as it is told to."""

    def __init__(self, seconds, change=lambda found: found):
        self.seconds, self.change, self.log = seconds, change, []

    def ask(self, do, arrays=None, task=None):
        self.log.append(do)
        self.given = Task(**task), arrays

    def answer(self):
        found = reference.expected(*self.given)
        return {}, self.change({name: array.astype("float32") for name, array in found.items()})

    def do(self, do, repeats=0, warm=False):
        self.log.append(("time", repeats, warm))
        return {"seconds": self.seconds[len(self.log) % len(self.seconds)]}, {}


def test_nothing_is_timed_when_one_is_wrong():
    good, bad = Fake([0.1]), Fake([0.1], lambda found: {"outputs": -found["outputs"]})
    with pytest.raises(WrongResult, match="torch, inference/lstm/tiny"):
        measure.measure(SMALL["inference"], {"ours": good, "torch": bad}, 7)
    assert good.log == bad.log == ["build"]


def test_the_exported_file_is_what_is_run(monkeypatch):
    """The operators that are meant; a file that is not proved is never a contender."""
    sessions, make = [], exported.onnx.session_of
    monkeypatch.setattr(
        exported.onnx, "session_of", lambda written: sessions.append(written) or make(written)
    )
    task = SMALL["streaming"]
    _, run_again = exported.build("onnx_exported", task, tasks.arrays_of(task))
    assert [node.op_type for node in onnx.load_from_string(sessions[0]).graph.node].count("LSTM") == 2
    expected = reference.expected(task, tasks.arrays_of(task))
    assert check("onnx_exported", task, run_again(), expected) < 1e-6
    different = compare.Report([compare.CaseReport("model", [])])
    monkeypatch.setattr(exported, "leave", lambda *given: different)
    with pytest.raises(ValueError, match="the file is not proved"):
        exported.build("onnx_exported", task, tasks.arrays_of(task))


def test_the_spread_is_that_of_the_turns_beside_the_session():
    processes = {"tf1": Fake([0.4]), "ours": Fake([0.1, 0.2]), "torch": Fake([3.0])}
    found = measure.measure(SMALL["inference"], processes, 7)
    assert found["ours"]["times"] == [2.0, 4.0]
    assert found["tf1"]["times"] == [1.0, 1.0]
    assert found["torch"]["rounds"] == measure.FEW
    alone = measure.measure(SMALL["inference"], {"ours": Fake([0.1])}, 7)
    assert "times" not in alone["ours"]


def test_median_minimum_and_turns():
    process = Fake([0.004, 0.001, 0.002])
    found = measure.measure(SMALL["inference"], {"ours": process, "tf1": Fake([3.0])}, 7)
    assert found["ours"]["min"] == 1.0
    assert found["ours"]["median"] == 2.0
    assert found["ours"]["rounds"] == 7
    assert found["tf1"]["rounds"] == measure.FEW
    assert len(process.log) == 1 + 1 + 7
    # Three times 10 ms of turns; a call that is short is called once more before.
    assert process.log[2][1] in (8, 15, 30)
    assert process.log[2][2] is True


def test_contenders_take_turns():
    order = []

    class Named(Fake):
        def __init__(self, name):
            super().__init__([0.1])
            self.name = name

        def do(self, do, **message):
            order.append(self.name)
            return super().do(do, **message)

    measure.take_turns({"a": Named("a"), "b": Named("b")}, 3)
    assert order == ["a", "b"] * 4


def test_messages_survive_the_pipe():
    stream = io.BytesIO()
    arrays = {"x": np.arange(6, dtype="float32").reshape(2, 3), "n": np.array([1], "int32")}
    wire.send(stream, {"do": "build", "task": {"name": "ä\n"}}, arrays)
    wire.send(stream, {"ok": True})
    stream.seek(0)
    message, found = wire.receive(stream)
    assert message == {"do": "build", "task": {"name": "ä\n"}}
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
    assert wire.receive(stream) == ({"ok": True}, {})
    assert wire.receive(stream) == (None, {})


def test_a_broken_message_and_a_pickle_are_refused():
    stream = io.BytesIO()
    wire.send(stream, {"do": "x"}, {"x": np.ones(9)})
    with pytest.raises(EOFError, match="the stream ended"):
        wire.receive(io.BytesIO(stream.getvalue()[:-3]))
    with pytest.raises(ValueError, match="allow_pickle"):
        wire.send(io.BytesIO(), {}, {"x": np.array([object()])})


def test_a_real_contender_in_its_process():
    task = SMALL["training"]._replace(units=[5])
    with Process("floor") as process:
        found = process.do("build", tasks.arrays_of(task), task=task._asdict())
        assert found == ({}, {})
        assert 0 < process.do("time", repeats=3, warm=True)[0]["seconds"] < 1
        assert 1 < process.do("memory")[0]["mb"] < 4000
        assert process.do("versions")[0]["versions"]["numpy"] == np.__version__
        with pytest.raises(ContenderError, match=r"floor \(floor: the flops as GEMMs\):\nTraceback"):
            process.do("build", task={"kind": "nonsense"})


def test_a_process_that_dies_is_named():
    with Process("floor", "/bin/false") as process, pytest.raises(ContenderError, match="ended with 1"):
        process.do("versions")


@pytest.mark.parametrize(
    "name", ["legacy", "keras_function", "keras_accelerated", "ours_function", "onnx_exported"]
)
def test_contenders_compute_the_task(name):
    with Process(name) as process:
        for task in (
            *SMALL.values(),
            *(SMALL[kind]._replace(cell="gru") for kind in ("training", "inference")),
        ):
            if able(name, task):
                arrays = tasks.arrays_of(task)
                found = process.do("build", arrays, task=task._asdict())[1]
                check(name, task, found, reference.expected(task, arrays))
                process.do("time", repeats=2, warm=True)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_layout_of_tf1_there_and_back(cell):
    task = SMALL["training"]._replace(cell=cell)
    arrays = tasks.arrays_of(task)
    variables = [one for layer in range(2) for one in legacy.to_tf1(cell, arrays, layer)]
    back = legacy.from_tf1(task, variables)
    for name, array in back.items():
        wanted = arrays[name].copy()
        if name.startswith("bias") and cell == "lstm":
            units = len(wanted) // 4
            wanted[units : 2 * units] -= 1
        assert np.array_equal(array, wanted), name


def test_tasks():
    keys = [task.key for task in tasks.tables()]
    assert len(keys) == len(set(keys))
    assert {task.name for task in tasks.tables() if task.kind == "inference"} == set(tasks.SHAPES)
    assert {task.cell for task in tasks.tables() if task.kind == "training"} == {"lstm", "gru"}
    assert {task.kind for task in tasks.tables()} == set(tasks.KINDS)
    assert {curve for curve, _ in tasks.curves()} == set(tasks.CURVES)
    assert len(tasks.tables(quick=True)) < len(keys)
    short = tasks.curves(quick=True)
    assert [curve for curve, _ in short] == [curve for curve in tasks.CURVES for _ in range(2)]
    assert all(
        found[0].name == "16x50 128u 1l" for at, found in short.items() if at[1] == tasks.CURVE_BASE[at[0]]
    )


def test_lengths_are_56_percent_with_one_full_row():
    for name in ("mid", "long"):
        task = Task("variable", "lstm", *tasks.SHAPES[name], name=name)
        lengths = tasks.arrays_of(task)["lengths"]
        assert abs(lengths.mean() / task.time - 0.56) < 0.01
        assert lengths.max() == task.time
        assert lengths.min() >= 1


def test_arrays_are_the_same_each_time_and_no_weight_is_zero():
    first, second = (tasks.arrays_of(SMALL["training"]) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert all(array.all() for array in first.values())


def test_who_cannot_take_part_is_said(monkeypatch):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None if name == "torch" else object())
    there, absent = run.present(["tf1", "ours", "torch", "floor"])
    assert there == ["ours", "floor"]
    assert absent == {"tf1": "no --tf1-python was given", "torch": "torch is not installed"}
    assert run.present(["tf1"], sys.executable) == (["tf1"], {})


def test_the_command_line():
    options = parser().parse_args(
        ["--quick", "--only", "mid", "--only", "big", "--rounds", "9", "--contenders", "ours"]
    )
    assert (options.quick, options.only, options.rounds, options.contenders) == (
        True,
        ["mid", "big"],
        9,
        ["ours"],
    )
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["--contenders", "nobody"])
    assert ended.value.code == 2


def test_wrong_use_ends_with_2_and_one_line(capsys):
    assert main(["--rounds", "0"]) == 2
    assert main(["--tf1-python", "no/such/python"]) == 2
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "--rounds",
        "--tf1-python",
    ]


def test_the_exit_code_is_1_for_a_wrong_contender(monkeypatch, tmp_path, capsys):
    def refuse(*given):
        raise WrongResult("torch, x")

    monkeypatch.setattr("benchmarks.speed.__main__.run", refuse)
    assert main(["--output", str(tmp_path)]) == 1
    assert "nothing is timed: torch, x" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_from_end_to_end(tmp_path, capsys):
    arguments = [
        "--contenders",
        "floor",
        "--only",
        "inference/lstm/seed",
        "--rounds",
        "2",
        "--output",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    found = json.loads((tmp_path / "latest.json").read_text())
    assert list(found["tasks"]) == ["inference/lstm/seed"]
    assert found["tasks"]["inference/lstm/seed"]["floor"]["rounds"] == 2
    assert found["versions"]["floor"]["numpy"] == np.__version__
    assert "not measured" in capsys.readouterr().out


def test_the_machine_is_described_without_its_name(tmp_path):
    import platform

    found = json.dumps(describe())
    assert platform.node() not in found
    assert describe()["cores"] >= 1
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Some CPU\n")
    assert _cpu(tmp_path / "cpuinfo") == "Some CPU"
    assert _cpu(tmp_path / "none")


def test_what_runs_beside_tf1_is_python_3_7():
    for name in ("__init__", "tasks", "wire", "worker", "contenders/__init__", "contenders/legacy"):
        ast.parse((ROOT / "benchmarks" / "speed" / f"{name}.py").read_text(), feature_version=(3, 7))
