"""Where a slice begins: at what is fed, and at all that is computed as that is."""

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.reader import GraphReader
from tf2_lstm.migrate.model import TF1Model
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.prove.spare import spare_numbers

v1 = tf.compat.v1
FED = {"fed:0": ("int32", (None,))}


def replayed(build, values, same=(), output="out:0"):
    """Build a graph from the placeholder x, and compute `out` from `fed`."""
    with tf.Graph().as_default() as graph:
        build(v1.placeholder("int32", [None], name="x"))
    model = TF1Model("frozen_graph", "it", graph=graph.as_graph_def())
    with Replay(model, [output], FED, gradients="", same=dict.fromkeys(same, "fed:0")) as replay:
        return replay.run({"fed:0": np.array(values, "int32")})[output]


def twice(x):
    tf.add(tf.add(x, 1, name="fed"), tf.add(x, 1, name="again"), name="out")


def in_another_dtype(x):
    fed = tf.add(x, 1, name="fed")
    tf.add(tf.cast(fed, "int64"), tf.cast(tf.identity(fed), "int64", name="again"), name="out")


def in_a_branch(x):
    fed, flag = tf.add(x, 1, name="fed"), v1.placeholder_with_default(False, [], name="flag")
    made = v1.cond(flag, lambda: tf.identity(tf.identity(fed), name="again"), lambda: fed * 10)
    tf.identity(made, name="out")


@pytest.mark.parametrize(
    ("build", "same", "wanted"),
    [(twice, ["again:0"], [6, 8]), (in_another_dtype, ["again:0"], [6, 8]), (in_a_branch, [], [30, 40])],
)
def test_what_is_equal_is_fed_together(build, same, wanted):
    assert replayed(build, [3, 4], same).tolist() == wanted


def test_what_is_inside_of_a_branch_is_left_there():
    """Fed from outside, both branches would have a value at once."""
    v1.disable_control_flow_v2()
    try:
        assert replayed(in_a_branch, [3, 4], ["cond/again:0"]).tolist() == [30, 40]
    finally:
        v1.enable_control_flow_v2()


def saved_behind(x):
    """A variable whose value is fed is written before the result is given, as static_state_saving_rnn does."""
    kept = v1.raw_ops.VariableV2(shape=[2], dtype=tf.int32, name="kept")
    state = tf.identity(kept, name="fed") + 1
    with tf.control_dependencies([tf.group(v1.raw_ops.Assign(ref=kept, value=state))]):
        tf.identity(state, name="out")


def test_a_variable_whose_value_is_fed_is_not_written():
    with tf.Graph().as_default() as graph:
        saved_behind(None)
    model = TF1Model("checkpoint", "it", graph=graph.as_graph_def())
    with Replay(model, ["out:0"], FED, gradients="", same={"kept:0": "fed:0"}) as replay:
        assert replay.writes == ()
        assert replay.run({"fed:0": np.array([3, 4], "int32")})["out:0"].tolist() == [4, 5]


def test_what_is_not_said_to_be_equal_is_computed():
    with pytest.raises(ReplayError, match="You must feed a value for placeholder tensor 'x'"):
        replayed(twice, [3, 4])


def test_an_output_is_never_what_is_fed():
    """An output that has the value of an input would prove itself."""

    def build(x):
        tf.negative(tf.add(x, 1, name="fed"), name="out")

    assert replayed(build, [3, 4], same=["out:0"]).tolist() == [-3, -4]


def test_what_is_only_waited_for_is_left_out_where_nobody_feeds_it():
    def build(x):
        fed = tf.add(x, 1, name="fed")
        with tf.control_dependencies([fed, tf.identity(x)]):
            tf.negative(fed, name="out")

    assert replayed(build, [3, 4]).tolist() == [-3, -4]


def test_what_writes_a_variable_is_waited_for():
    def build(x):
        fed = tf.add(x, 1, name="fed")
        kept = tf.raw_ops.VariableV2(shape=[2], dtype=tf.int32, name="kept")
        with tf.control_dependencies([tf.raw_ops.Assign(ref=kept, value=x)]):
            tf.add(fed, 0, name="out")

    with pytest.raises(ReplayError, match="You must feed a value for placeholder tensor 'x'"):
        replayed(build, [3, 4])


def test_equal_is_what_is_computed_in_the_same_way():
    with tf.Graph().as_default() as graph:
        x, y = v1.placeholder("int32", [None], name="x"), v1.placeholder("int32", [None], name="y")
        twice(x)
        tf.add(y, 1, name="other")
        tf.cast(graph.get_tensor_by_name("again:0"), "float32", name="rounded")
        tf.cast(graph.get_tensor_by_name("again:0"), "int64", name="long")
    reading = GraphReader(TF1Model("frozen_graph", "it", graph=graph.as_graph_def()))
    assert set(reading.equal("fed:0")) == {"again:0", "long:0"}
    assert reading.equal("other:0") == ()
    assert reading.equal("nowhere:0") == ()


def test_sizes_that_do_not_fit_together_are_not_run():
    def build(x):
        tf.add(tf.add(x, 1, name="fed"), [1, 2], name="out")

    assert replayed(build, [3, 4]).tolist() == [4, 6]
    with pytest.raises(
        ReplayError, match=r"does not take these sizes: .*Dimensions must be equal, but are 3 and 2"
    ):
        replayed(build, [3, 4, 5])


def replay_of_open(output):
    """What a slice gives that reads a placeholder that nobody feeds: it needs its size, or its numbers."""
    with tf.Graph().as_default() as graph:
        x = v1.placeholder("float32", [None, 3], name="x")
        wide = tf.concat([tf.zeros([tf.shape(x)[0], 2], "int32"), tf.zeros_like(x, "int32")], 1)
        fed = tf.add(tf.cast(x[:, 0], "int32"), 1, name="fed")
        tf.add(tf.reduce_sum(wide[:, :2], 1), fed, name="size")
        tf.add(tf.cast(x[:, 1] * 1000, "int32"), fed, name="numbers")
    model = TF1Model("frozen_graph", "it", graph=graph.as_graph_def())
    with Replay(model, [f"{output}:0"], FED, gradients="") as replay:
        assert list(replay.open) == ["x"]
        values = {"fed:0": np.array([3, 4], "int32")}
        with pytest.raises(ReplayError, match="You must feed a value for placeholder tensor 'x'"):
            replay.run(values)
        found = [replay.run(values, spare_numbers(replay.open, (2,), label))[f"{output}:0"] for label in "ab"]
    return [one.tolist() for one in found]


def test_what_nobody_feeds_is_given_numbers_that_change_with_every_sample():
    """What depends on them differs, so that no proof of it passes."""
    assert replay_of_open("size") == [[3, 4], [3, 4]]
    first, second = replay_of_open("numbers")
    assert [3, 4] not in (first, second)
    assert first != second
