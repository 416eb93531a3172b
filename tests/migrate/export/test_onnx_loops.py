"""Loops in onnxruntime: as data and as code, with no step, one and several, rows free, arrays, loops in loops."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tests.migrate.export.proved import wide
from tf2_lstm import EquationCell, FullOf, GatherTree, Loop, SizeOf
from tf2_lstm.migrate.export import appending, looping, onnx_format, onnx_model, scanning
from tf2_lstm.migrate.export.proof import prove
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.migrate.prove.samples import Sample

STEP = {"name": "step", "dtype": "int32", "shape": []}
H = {"name": "h", "dtype": "float32", "shape": [None, 4]}
#: An array that the steps only write elements into.
ARRAY = {"name": "array", "dtype": "float32", "shape": [9, None, 4], "array": True}
NEXT = {"call": "keras.ops.add", "with": [{"ref": "step"}, 1]}


def ref(name):
    return {"ref": name}


def call(name, *values, **options):
    return {"call": f"keras.ops.{name}", "with": list(values), "options": options}


def write(place, element):
    return {"call": "tf2_lstm.write_element", "with": [ref("array"), place, element]}


def read(array, place):
    return {"call": "tf2_lstm.read_element", "with": [ref(array), place]}


def while_less(carried, gives, lines=(), first="step", **options):
    """A loop while its first value is less than n, which is captured with x [B, 4]."""
    condition = {"lines": [], "gives": call("less", ref(first), ref("n"))}
    return Loop(carried, condition, {"lines": list(lines), "gives": gives}, captured=["n", "x"], **options)


def run(loop, n, x, *first):
    """What a loop carries, from a step 0 and more values."""
    return loop([ops.convert_to_tensor(0, dtype="int32"), *first], [n, x])


SQUASHED = [["sum", call("add", ref("h"), ref("x"))], ["next", call("tanh", ref("sum"))]]


def sums(n, x):
    return run(while_less([STEP, H], [NEXT, ref("next")], SQUASHED), n, x, x)


def no_change(n, x):
    """h is read, y is neither."""
    y = {**H, "name": "y"}
    lines = [["twice", call("add", ref("h"), ref("y"))]]
    last = {**H, "name": "last"}
    return run(
        while_less([STEP, H, y, last], [NEXT, ref("h"), ref("y"), ref("twice")], lines), n, x, x, 2 * x, 3 * x
    )


def exchanged(n, x):
    return run(while_less([STEP, H, {**H, "name": "other"}], [NEXT, ref("other"), ref("h")]), n, x, x, 2 * x)


def constants(n, x):
    fixed = {"name": "h", "dtype": "float32", "shape": [2]}
    first = np.array([0.5, -0.25], "float32")
    return run(while_less([STEP, fixed], [NEXT, call("add", ref("h"), call("mean", ref("x")))]), n, x, first)


def shared(n, x):
    """Lines in front of the loop, and of a size that only a call knows."""
    before = [
        ["size", {"call": "tf2_lstm.SizeOf", "with": [0]}],
        ["rows", {"call": ref("size"), "with": [ref("x")]}],
    ]
    gives = [NEXT, call("add", ref("h"), call("cast", ref("rows"), "float32"))]
    return run(while_less([STEP, H], gives, before=before), n, x, x)


def until(n, x):
    """What the condition reads is computed."""
    condition = {"lines": [["most", call("max", ref("h"))]], "gives": call("less", ref("most"), 3.0)}
    body = {"lines": [], "gives": [NEXT, call("multiply", ref("h"), 1.5)]}
    more = Loop([STEP, H], condition, body)([ops.convert_to_tensor(0), x], [])
    return [*more, n]


def empty_array(x, rows=9):
    return FullOf([rows, None, 4], 0.5)(SizeOf(0)(x))


def appended(n, x):
    gives = [NEXT, ref("next"), write(ref("step"), ref("next"))]
    return run(while_less([STEP, H, ARRAY], gives, SQUASHED), n, x, x, empty_array(x))


def appended_from_two(n, x):
    loop = while_less([STEP, ARRAY], [NEXT, write(ref("step"), call("square", ref("x")))])
    return loop([ops.convert_to_tensor(2, dtype="int32"), empty_array(x)], [n + 2, x])


def appended_in_twos(n, x):
    """A counter of another number is no counter."""
    gives = [call("add", ref("step"), 2), write(ref("step"), ref("x"))]
    return run(while_less([STEP, ARRAY], gives), n, x, empty_array(x))


def appended_and_read(n, x):
    """Each element is made of the one before."""
    before = call("maximum", call("subtract", ref("step"), 1), 0)
    lines = [["last", read("array", before)], ["next", call("add", ref("last"), ref("x"))]]
    return run(
        while_less([STEP, ARRAY], [NEXT, write(ref("step"), ref("next"))], lines), n, x, empty_array(x)
    )


def written_backwards(n, x):
    place = call("subtract", 8, ref("step"))
    return run(
        while_less([STEP, H, ARRAY], [NEXT, ref("next"), write(place, ref("h"))], SQUASHED),
        n,
        x,
        x,
        empty_array(x),
    )


def read_in_order(n, x):
    given = {**ARRAY, "name": "given"}
    gives = [NEXT, call("add", ref("h"), read("given", ref("step"))), ref("given")]
    steps = ops.cumsum(empty_array(x), axis=0)
    return run(while_less([STEP, H, given], gives), n, x, x, steps)


def inner(gives, *first):
    """Another loop, of as many steps as the outer one has run."""
    carried = [{**STEP, "name": "inner"}, {**H, "name": "g"}]
    condition = {"lines": [], "gives": call("less", ref("inner"), ref("step"))}
    return {
        "loop": {
            "carried": carried,
            "condition": condition,
            "body": {"lines": [], "gives": [call("add", ref("inner"), 1), gives]},
        },
        "with": list(first),
    }


def in_a_loop(n, x):
    found = inner(call("add", ref("g"), call("tanh", ref("h"))), 0, ref("h"))
    lines = [["pair", found], ["next", {"item": ref("pair"), "at": 1}]]
    return run(while_less([STEP, H], [NEXT, ref("next")], lines), n, x, x)


def in_a_loop_beside_an_array(n, x):
    """The inner loop reads the array, which is no argument of its own."""
    found = inner(call("add", ref("g"), read("array", ref("inner"))), 0, ref("x"))
    lines = [["pair", found], ["next", {"item": ref("pair"), "at": 1}]]
    return run(
        while_less([STEP, ARRAY], [NEXT, write(ref("step"), ref("next"))], lines), n, x, empty_array(x)
    )


def in_a_loop_from_constants(n, x):
    """Of the inner loop nothing that goes round is of the model, and what it reads is."""
    carried = [{**STEP, "name": "inner"}, {"name": "total", "dtype": "float32", "shape": []}]
    condition = {"lines": [], "gives": call("less", ref("inner"), 2)}
    gives = [call("add", ref("inner"), 1), call("add", ref("total"), call("mean", ref("h")))]
    loop = {"carried": carried, "condition": condition, "body": {"lines": [], "gives": gives}}
    lines = [["pair", {"loop": loop, "with": [0, 0.5]}], ["next", {"item": ref("pair"), "at": 1}]]
    return run(while_less([STEP, H], [NEXT, call("add", ref("h"), ref("next"))], lines), n, x, x)


def open_sizes(n, x):
    """The body knows the rows otherwise than what goes round says."""
    tiled = call("reshape", ref("h"), [-1, 4])
    return run(while_less([STEP, H], [NEXT, call("add", tiled, 1.0)]), n, x, x)


@keras.saving.register_keras_serializable(package="tests")
class Powers(layers.Layer):
    """A loop in code: weights of its own, a layer within, a dict that goes round, at most 3 steps."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], shape[-1]), name="kernel")
        self.dense = layers.Dense(shape[-1])
        self.dense.build(shape)

    def call(self, x, n):
        def body(now):
            h = ops.tanh(ops.matmul(now["h"], self.kernel * 0.5) + self.dense(x))
            return {"h": h, "step": now["step"] + 1}

        zero = ops.zeros((), "int32")
        found = ops.while_loop(
            lambda now: now["step"] < n, body, {"h": x, "step": zero}, maximum_iterations=3
        )
        return found["h"]

    def compute_output_spec(self, x, n):
        return keras.KerasTensor(x.shape, x.dtype)


def in_code(n, x):
    return [Powers()(x, n)]


def in_a_cell(n, x):
    """A loop of 3 steps at every step of a recurrence."""
    condition = {"lines": [], "gives": call("less", ref("inner"), 3)}
    body = {
        "lines": [],
        "gives": [call("add", ref("inner"), 1), call("tanh", call("add", ref("g"), ref("now")))],
    }
    carried = [{**STEP, "name": "inner"}, {**H, "name": "g"}]
    loop = {"loop": {"carried": carried, "condition": condition, "body": body}, "with": [0, ref("h")]}
    lines = [["pair", loop], ["next", {"item": ref("pair"), "at": 1}]]
    state = [{"name": "h", "size": 4}]
    cell = EquationCell("now", state, [], lines, output=ref("next"), output_size=4, next_states=[ref("next")])
    steps = ops.stack([x, 2 * x, 3 * x], axis=1)
    return [layers.RNN(cell, return_sequences=True)(steps), n]


LOOPS = [
    *(sums, no_change, exchanged, constants, shared, until, open_sizes),
    *(appended, appended_from_two, appended_in_twos, appended_and_read, written_backwards, read_in_order),
    *(in_a_loop, in_a_loop_beside_an_array, in_a_loop_from_constants, in_code, in_a_cell),
]


def model_of(make):
    n, x = keras.Input((), batch_size=None, dtype="int32", name="n"), keras.Input((4,), name="x")
    found = make(ops.max(n), x)
    return wide(keras.Model([n, x], {f"{make.__name__}_{place}": one for place, one in enumerate(found)}))


def samples():
    """Steps beside rows: none, one and several."""
    random = np.random.default_rng(0)
    return [
        Sample(
            f"{n} steps, {rows} rows",
            {"n": np.array([n], "int32"), "x": random.normal(size=(rows, 4)).astype("float32")},
        )
        for n, rows in ((0, 2), (1, 1), (5, 3), (2, 7))
    ]


def unequal(model, folder, given):
    """What differs in onnxruntime, in words."""
    onnx_format.write(model, folder / "model.onnx")
    [case] = prove(model, given, onnx_format.runner(folder / "model.onnx"), "onnxruntime", {}).cases
    assert case.tensors
    return [
        f"{one.name} of {one.reference}: {one.problem or one.max_abs_diff}"
        for one in case.tensors
        if not one.passed
    ]


@pytest.mark.parametrize("make", LOOPS)
def test_a_loop_gives_the_numbers_of_keras(make, tmp_path):
    assert not unequal(model_of(make), tmp_path, samples())


def test_a_loop_that_was_saved_gives_them_too(tmp_path):
    model_of(in_a_loop).save(tmp_path / "model.keras")
    assert not unequal(keras.models.load_model(tmp_path / "model.keras"), tmp_path, samples())


def loops_of(model):
    """The Loops of what is written, the outer ones: (carried values, scan outputs, operators of the body)."""
    found = []
    for node in onnx_model.write(model).proto.graph.node:
        if node.op_type == "Loop":
            body = node.attribute[0].g
            carried = len(node.input) - 2
            found.append((carried, len(body.output) - 1 - carried, {one.op_type for one in body.node}))
    return found


#: Loops -> how many values are carried, and how many arrays are appended to.
PATHS = {
    sums: (2, 0),
    no_change: (2, 0),
    appended: (2, 1),
    appended_from_two: (1, 1),
    appended_in_twos: (2, 0),
    appended_and_read: (2, 0),
    written_backwards: (3, 0),
    read_in_order: (2, 0),
    in_a_loop_beside_an_array: (2, 0),
}


@pytest.mark.parametrize("make", PATHS)
def test_what_goes_round_is_what_steps_change(make):
    """An array that is appended to is no copy a step, and what no step changes is outside."""
    assert [one[:2] for one in loops_of(model_of(make))] == [PATHS[make]]


def test_what_no_step_changes_is_computed_once():
    [(_, _, inside)] = loops_of(model_of(shared))
    assert "Shape" not in inside


def beams(steps, rows, width, seed=0):
    """Words and parents of a search; in the last row a parent is no beam."""
    random = np.random.default_rng(seed)
    words, parents = random.integers(0, 6, (2, steps, rows, width)).astype("int32")
    parents %= width
    parents[1:, -1, 0] = width + 1
    lengths = random.integers(0, steps + 1, rows).astype("int32")
    return Sample(f"{steps} x {rows} x {width}", {"words": words, "parents": parents, "lengths": lengths})


def gathered():
    words, parents = (keras.Input((None, None), dtype="int32", name=name) for name in ("words", "parents"))
    lengths = keras.Input((), dtype="int32", name="lengths")
    return keras.Model([words, parents, lengths], GatherTree()(words, parents, lengths, end=5))


BEAMS = [beams(6, 3, 4), beams(1, 2, 2), beams(9, 1, 3, 1), beams(4, 2, 1)]


def test_the_beams_of_a_search(tmp_path):
    assert not unequal(gathered(), tmp_path, BEAMS)


def test_a_loop_that_is_not_symbolic_is_refused_by_name():
    def make(n, x):
        return Fetching(name="fetching")(x, n)

    with pytest.raises(
        ExportError, match="Fetching 'fetching': a step of its loop does not run on symbolic tensors"
    ) as error:
        onnx_model.write(model_of(make))
    assert str(error.value).endswith("or take --format savedmodel.")


@keras.saving.register_keras_serializable(package="tests")
class Fetching(layers.Layer):
    """A loop whose step asks for a number."""

    def call(self, x, n):
        return ops.while_loop(
            lambda step, h: step < n, lambda step, h: (step + 1, h * float(step)), (0 * n, x)
        )

    def compute_output_spec(self, x, n):
        return [keras.KerasTensor((), "int32"), keras.KerasTensor(x.shape, x.dtype)]


def _one_step_too_many(monkeypatch):
    monkeypatch.setattr(looping, "_begins", lambda writer, *rest: writer.name(True, "bool"))


def _steps_that_keep_h(monkeypatch):
    plain = looping._traced

    def kept(writer, call, nest, first):
        step = plain(writer, call, nest, first)
        step.results[1] = step.before[1]
        return step

    monkeypatch.setattr(looping, "_traced", kept)


def _elements_behind_the_last(monkeypatch):
    plain = looping.joined
    monkeypatch.setattr(
        looping, "joined", lambda graph, first, new, ends: plain(graph, first, new, ends[::-1])
    )


def _any_counter(monkeypatch):
    monkeypatch.setattr(appending, "_is_next", lambda result, counter: counter.dtype == "int32")


#: Mistakes of the translation -> a loop that each spoils.
SABOTAGES = [
    (_one_step_too_many, sums),
    (_steps_that_keep_h, sums),
    (_elements_behind_the_last, appended),
    (_any_counter, appended_in_twos),
]


@pytest.mark.parametrize(("sabotage", "make"), SABOTAGES)
def test_a_sabotage_is_seen(sabotage, make, tmp_path, monkeypatch):
    model = model_of(make)
    assert not unequal(model, tmp_path, samples())
    sabotage(monkeypatch)
    assert wrong(model, tmp_path, samples())


def wrong(model, folder, given):
    """What differs, or that it does not run at all."""
    try:
        return unequal(model, folder, given)
    except ExportError as error:
        return [str(error)] if "onnxruntime cannot run what was written" in str(error) else []


def test_a_sabotage_of_beams_is_seen(tmp_path, monkeypatch):
    plain = scanning.step_back
    monkeypatch.setattr(scanning, "step_back", lambda beam, *rest: (beam, plain(beam, *rest)[1]))
    assert unequal(gathered(), tmp_path, BEAMS)
