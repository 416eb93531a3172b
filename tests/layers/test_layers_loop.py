"""A loop as data: computed, saved, trained, nested, and refused where its lines are not those of the table."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm import Loop, Weight
from tf2_lstm.lines import OPERATIONS

ZERO = np.zeros((), "int32")
STEP = {"name": "step", "dtype": "int32", "shape": []}


def call(name, *values, **options):
    return {"call": f"keras.ops.{name}", "with": list(values), "options": options}


def ref(name):
    return {"ref": name}


def powers(**options):
    """h = tanh(h @ w) for 4 steps; a layer of sizes is among its lines."""
    more = [["product", call("matmul", ref("h"), ref("w"))], ["squashed", call("tanh", ref("product"))]]
    return Loop(
        [STEP, {"name": "h", "dtype": "float32", "shape": [None, 3]}],
        {"lines": [["less", call("less", ref("step"), ref("limit"))]], "gives": ref("less")},
        {"lines": more, "gives": [call("add", ref("step"), 1), ref("squashed")]},
        captured=["w", "limit"],
        before=[
            ["size", {"call": "tf2_lstm.SizeOf", "with": [0]}],
            ["rows", {"call": ref("size"), "with": [ref("w")]}],
        ],
        **options,
    )


def whole(**options):
    x = keras.Input((3,), name="x")
    w = Weight((3, 3), "ones", name="w")
    results = powers(name="powers", **options)(
        [keras.ops.convert_to_tensor(0), x], [w(x), keras.ops.convert_to_tensor(4)]
    )
    return keras.Model(x, results[1])


W = np.linspace(-0.5, 0.5, 9, dtype="float32").reshape(3, 3)


def expected(x):
    for _ in range(4):
        x = np.tanh(x @ W)
    return x


@pytest.mark.parametrize("rows", [2, 0])
def test_it_computes_the_same_when_it_was_saved(rows, tmp_path):
    model = whole()
    model.get_layer("w").set_weights([W])
    x = np.random.default_rng(0).normal(size=(rows, 3)).astype("float32")
    model.save(tmp_path / "model.keras")
    for one in (model, keras.models.load_model(tmp_path / "model.keras", safe_mode=True)):
        np.testing.assert_allclose(np.asarray(one(x)), expected(x), atol=1e-6)
        np.testing.assert_allclose(one.predict(x, verbose=0) if rows else expected(x), expected(x), atol=1e-6)


def dropping(rate=0.5, **changed):
    """Ones, dropped at each of three steps, next to each other."""
    dropout = {"name": "dropout", "rate": rate, "seed": 1, **changed}
    write = {"call": "tf2_lstm.write_element", "with": [ref("rows"), ref("step"), ref("kept")], "options": {}}
    return Loop(
        [STEP, {"name": "rows", "dtype": "float32", "shape": [3, None, 8], "array": True}],
        {"lines": [], "gives": call("less", ref("step"), 3)},
        {
            "lines": [["kept", {"call": ref("dropout"), "with": [ref("x")]}]],
            "gives": [call("add", ref("step"), 1), write],
        },
        captured=["x"],
        dropouts=[dropout],
    )


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("shared", [False, True], ids=["each its own", "rows alike"])
def test_each_step_drops_others_in_training_alone(shared, compiled):
    loop = dropping(noise_shape=[1, None] if shared else None)
    called = tf.function(loop) if compiled else loop
    ones, zeros = np.ones((4, 8), "float32"), np.zeros((3, 4, 8), "float32")
    np.testing.assert_array_equal(called([ZERO, zeros], [ones])[1], zeros + 1)
    calls = [np.asarray(called([ZERO, zeros], [ones], training=True)[1]) for _ in range(2)]
    assert set(np.unique(calls)) == {0.0, 2.0}
    steps = [tuple(step.ravel()) for one in calls for step in one]
    assert len(set(steps)) == len(steps)
    assert all((one == one[:, :1]).all() for one in calls) == shared


def test_its_gradient_drops_what_the_step_dropped():
    loop, x = dropping(), tf.ones((4, 8))
    with tf.GradientTape() as tape:
        tape.watch(x)
        rows = loop([ZERO, tf.zeros((3, 4, 8))], [x], training=True)[1]
    np.testing.assert_array_equal(tape.gradient(rows, x), tf.reduce_sum(rows, 0))


@pytest.mark.parametrize("name", ["call", "dropout.x", "_dropout", "dropout_"])
def test_a_dropout_is_called_dropout(name):
    with pytest.raises(ValueError, match="expected dropouts called dropout, dropout_1"):
        dropping(name=name)


def test_it_trains():
    model = whole()
    model.get_layer("w").set_weights([W])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    x = np.random.default_rng(1).normal(size=(8, 3)).astype("float32")
    goal = np.tanh(x)
    before = np.mean((expected(x) - goal) ** 2)
    model.fit(x, goal, batch_size=8, epochs=30, verbose=0)
    assert np.mean((model.predict(x, verbose=0) - goal) ** 2) < 0.8 * before


def test_it_computes_in_its_own_dtypes_whatever_the_policy():
    x = np.ones((2, 3), "float32")
    step, h = powers(dtype="mixed_float16")([ZERO, x], [W, ZERO + 4])
    assert [keras.backend.standardize_dtype(one.dtype) for one in (step, h)] == ["int32", "float32"]
    np.testing.assert_allclose(np.asarray(h), expected(x), atol=1e-6)


def test_a_loop_in_a_loop_sees_what_is_around_it():
    inner = {
        "carried": [
            {"name": "turn", "dtype": "int32", "shape": []},
            {"name": "sum", "dtype": "int32", "shape": []},
        ],
        "condition": {"lines": [], "gives": call("less", ref("turn"), ref("step"))},
        "body": {"lines": [], "gives": [call("add", ref("turn"), 1), call("add", ref("sum"), ref("x"))]},
    }
    lines = [["both", {"loop": inner, "with": [call("zeros_like", ref("step")), ref("total")]}]]
    loop = Loop(
        [STEP, {"name": "total", "dtype": "int32", "shape": []}],
        {"lines": [], "gives": call("less", ref("step"), 4)},
        {"lines": lines, "gives": [call("add", ref("step"), 1), {"item": ref("both"), "at": 1}]},
        captured=["x"],
    )
    assert [int(one) for one in loop([ZERO, ZERO], [ZERO + 10])] == [4, 10 * (1 + 2 + 3)]


BAD = {"call": "os.system", "with": ["true"]}
HIDDEN = {
    "in a line": [["bad", BAD]],
    "in an argument": [["bad", call("add", 1, call("stack", [BAD]))]],
    "in an option": [["bad", call("sum", 1, axis=BAD)]],
    "in what is called": [["bad", {"call": BAD, "with": []}]],
    "in an item": [["bad", {"item": BAD, "at": 0}]],
    "in a loop": [
        [
            "bad",
            {
                "loop": {
                    "carried": [],
                    "condition": {"lines": [], "gives": BAD},
                    "body": {"lines": [], "gives": []},
                },
                "with": [],
            },
        ]
    ],
    "another of Keras": [["bad", call("custom_gradient", 1)]],
}


@pytest.mark.parametrize("where", HIDDEN)
def test_what_is_not_in_the_table_is_refused_by_its_name(where):
    config = powers(name="bad").get_config()
    config["body"] = {**config["body"], "lines": HIDDEN[where]}
    called = "keras.ops.custom_gradient" if where == "another of Keras" else "os.system"
    with pytest.raises(ValueError, match=f"Loop 'bad': expected operations .* received '{called}'"):
        Loop(**config)


def test_what_changes_its_shape_is_refused():
    grows = Loop(
        [{"name": "h", "dtype": "float32", "shape": [None]}],
        {"lines": [], "gives": call("less", call("sum", ref("h")), 5.0)},
        {"lines": [], "gives": [call("concatenate", [ref("h"), ref("h")])]},
    )
    with pytest.raises(ValueError, match=r"h keeps its shape \(2,\), received \(4,\)"):
        grows([np.ones(2, "float32")])


def test_every_operation_of_the_table_is_there():
    import tf2_lstm

    rooms = {"keras.ops": keras.ops, "tf2_lstm": tf2_lstm}
    missing = [
        one for one in OPERATIONS if not hasattr(rooms[one.rpartition(".")[0]], one.rpartition(".")[2])
    ]
    assert not missing


def squares(array=True):
    """elements[step] = x * step, for as many steps as there are elements; a step reads the element before."""
    element = {"call": "tf2_lstm.read_element", "with": [ref("elements"), ref("step")]}
    more = call("add", element, call("multiply", ref("x"), call("cast", ref("step"), "float32")))
    written = {"call": "tf2_lstm.write_element", "with": [ref("elements"), ref("step"), ref("more")]}
    size = {"call": ref("count"), "with": [ref("elements_before")]}
    elements = {"name": "elements", "dtype": "float32", "shape": [None, None, 2]}
    return Loop(
        [STEP, elements | ({"array": True} if array else {})],
        {"lines": [], "gives": call("less", ref("step"), ref("rows"))},
        {
            "lines": [["more", more], ["written", written]],
            "gives": [call("add", ref("step"), 1), ref("written")],
        },
        captured=["x", "elements_before"],
        before=[["count", {"call": "tf2_lstm.SizeOf", "with": [0]}], ["rows", size]],
    )


def operations_of(function):
    """The names of the TensorFlow operations of a traced function, those of its loops too."""
    graph = function.graph.as_graph_def()
    return {
        node.op for part in (graph.node, *(one.node_def for one in graph.library.function)) for node in part
    }


@pytest.mark.parametrize("steps", [5, 0])
def test_an_array_is_written_without_a_copy_of_it_at_each_step(steps):
    x, zeros = np.float32([[1, 2], [3, 4], [5, 6]]), np.zeros((steps, 3, 2), "float32")
    wanted = np.arange(steps, dtype="float32")[:, None, None] * x
    for array in (True, False):
        loop = squares(array)
        function = tf.function(lambda x, zeros, loop=loop: loop([ZERO, zeros], [x, zeros])[1])
        specs = [tf.TensorSpec((None, 2)), tf.TensorSpec((None, None, 2))]
        traced = function.get_concrete_function(*specs)
        np.testing.assert_array_equal(traced(tf.constant(x), tf.constant(zeros)), wanted)
        np.testing.assert_array_equal(loop([ZERO, zeros], [x, zeros])[1], wanted)
        copies = {"TensorScatterUpdate", "TensorListSetItem"} & operations_of(traced)
        assert copies == ({"TensorListSetItem"} if array else {"TensorScatterUpdate"})


def test_gradients_go_through_what_is_written_into_an_array():
    x, zeros = tf.constant([[1.0, 2.0]]), tf.zeros((3, 1, 2))
    with tf.GradientTape() as tape:
        tape.watch([x, zeros])
        total = tf.reduce_sum(squares()([ZERO, zeros], [x, zeros])[1])
    by_x, by_zeros = tape.gradient(total, [x, zeros])
    assert by_x.numpy().tolist() == [[3.0, 3.0]]
    assert by_zeros.numpy().tolist() == [[[1.0, 1.0]]] * 3
