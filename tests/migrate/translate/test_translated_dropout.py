"""Dropout outside of a recurrence: as tf.nn.dropout of 1.15, of before 1.13, and with a constant rate."""

import numpy as np
import pytest
import tensorflow as tf

import tf2_lstm
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.whole import ProgramRefused

v1 = tf.compat.v1


def newer(x, keep):
    """tf.nn.dropout(x, keep) of TensorFlow 1.13 to 1.15."""
    rate = 1.0 - keep
    mask = tf.random.uniform(tf.shape(x), dtype=x.dtype) >= rate
    return x * (1.0 / (1.0 - rate)) * tf.cast(mask, x.dtype)


def older(x, keep):
    """The same of TensorFlow before 1.13."""
    noise = v1.random_uniform(tf.shape(x), 0.0, 1.0, x.dtype) + keep
    return tf.divide(x, keep) * tf.floor(noise)


def with_control_flow(functional, function):
    """What a function gives under control flow v1, or v2."""
    before = v1.control_flow_v2_enabled()
    (v1.enable_control_flow_v2 if functional else v1.disable_control_flow_v2)()
    try:
        return function()
    finally:
        (v1.enable_control_flow_v2 if before else v1.disable_control_flow_v2)()


def whole_of(dropout, fed=True, dtype="float32", name="keep_prob"):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(dtype, [None, 4], name="x")
        keep = v1.placeholder(dtype, [], name=name) if fed else tf.constant(0.25, dtype)
        tf.tanh(dropout(x, keep), name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    findings = Findings(shapes=inferred(tf1.graph))
    boundary = boundary_of(tf1, findings, ["y:0"])
    return tf1, translate(tf1, findings, boundary)


@pytest.mark.parametrize("dropout", [newer, older])
def test_a_fed_keep_prob_is_the_rate_of_a_layer(dropout):
    tf1, whole = whole_of(dropout)
    model = build_whole(whole, tf1)
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed
    source = emit_whole(whole)
    assert "def build_model(dropout_rate=0.0):" in source
    assert 'keras.layers.Dropout(dropout_rate, name="dropout")' in source
    assert "keras.ops.multiply" not in source
    assert "keras.ops.divide" not in source
    written = {}
    exec(source, written)
    training = written["build_model"](dropout_rate=0.5)
    assert np.mean(np.asarray(training({"x": np.ones((50, 4), "float32")}, training=True)["y"]) == 0) > 0.2


def test_a_scale_that_float64_does_not_have_is_named():
    def dropped(x, keep):
        scale = tf.cast(1.0 / tf.constant(0.7, tf.float32), tf.float64)
        return x * scale * tf.floor(v1.random_uniform(tf.shape(x), dtype=tf.float64) + 0.7)

    with pytest.raises(ProgramRefused, match=r"1 / 0.7, the scale of this dropout, in float32"):
        whole_of(dropped, dtype="float64")


def in_a_loop(x, mask):
    """Two steps, each of which drops by a mask of its own, or by one."""
    return tf.while_loop(lambda step, h: step < 2, lambda step, h: (step + 1, tf.sin(h) * mask()), [0, x])[1]


#: What is dropped -> (the program, of x and a function that draws a mask; whether one draw is put on several).
DRAWS = {
    "once": (lambda x, mask: x * mask(), False),
    "twice, each by its own": (lambda x, mask: tf.sin(x * mask()) * mask(), False),
    "twice, by one": (lambda x, mask: (lambda one: tf.sin(x * one) * one)(mask()), True),
    "in a loop, each by its own": (in_a_loop, False),
    "in a loop, by one": (lambda x, mask: (lambda one: in_a_loop(x, lambda: one))(mask()), True),
}


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize(("program", "is_one"), DRAWS.values(), ids=DRAWS)
def test_a_draw_that_several_steps_share_is_named(program, is_one, functional):
    def dropped(x, keep):
        noise = lambda: tf.floor(v1.random_uniform(tf.shape(x)) + keep) / keep  # noqa: E731
        return program(x, noise)

    tf1, whole = with_control_flow(functional, lambda: whole_of(dropped))
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed
    said = [note for note in whole.boundary.notes if "TF1 draws once what several steps drop" in note]
    assert bool(said) == is_one


def test_set_dropout_drops_in_training_and_the_proof_stays(tmp_path):
    def twice(x, keep):
        return newer(x, keep) + older(2.0 * x, v1.placeholder("float32", [], name="keep_more"))

    tf1, whole = whole_of(twice)
    build_whole(whole, tf1).save(tmp_path / "model.keras")
    model = tf2_lstm.load_model(tmp_path / "model.keras")
    runs = run_whole(tf1, whole)
    proved = [np.asarray(model({"x": run.sample.values["x:0"]})["y"]) for run in runs.runs]
    before = prove_whole(tf1, whole, model, runs)
    assert before.passed
    said = "tf2_lstm.set_dropout(model, {'dropout': rate}) sets another, as does load(dropout_rate=rate)"
    assert [note for note in before.notes if "1 - keep_prob:0" in note and said in note]
    assert tf2_lstm.set_dropout(model, {"dropout": 0.5, "dropout_0": 0.25}) == {
        "dropout": 0.5,
        "dropout_0": 0.25,
    }
    found = np.asarray(model({"x": np.ones((4000, 4), "float32")}, training=True)["y"])
    # 1 / 0.5 or 0, and 2 / 0.75 or 0.
    shares = [np.mean(np.isclose(found, np.tanh(one), atol=1e-4)) for one in (0, 2, 2 / 0.75, 2 + 2 / 0.75)]
    np.testing.assert_allclose(shares, [0.125, 0.125, 0.375, 0.375], atol=0.02)
    for run, expected in zip(runs.runs, proved, strict=True):
        np.testing.assert_array_equal(model({"x": run.sample.values["x:0"]})["y"], expected)


@pytest.mark.parametrize("dtype", ["float64", "float16"])
@pytest.mark.parametrize("dropout", [newer, older])
def test_what_is_dropped_keeps_its_dtype(dropout, dtype):
    tf1, whole = whole_of(dropout, dtype=dtype)
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed
    assert f'keras.layers.Dropout(dropout_rate, name="dropout", dtype="{dtype}")' in emit_whole(whole)


def _noise(x):
    return v1.random_uniform(tf.shape(x))


def assert_numbers_are_fed(dropout, fed=True):
    """No layer is made of a mask that is not dropout's: the program takes what it is drawn by."""
    tf1, whole = whole_of(dropout, fed=fed)
    assert sorted(one.name for one in whole.inputs) == ["random_uniform", "x"]
    assert "keras.layers.Dropout" not in emit_whole(whole)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    assert [note for note in report.notes if "is fed: random numbers, which TF1 draws at each run" in note]


def below(x, keep):
    """A mask by hand: what is below keep_prob is kept."""
    return x / keep * tf.cast(v1.random_uniform(tf.shape(x)) < keep, x.dtype)


def above(x, keep):
    """The same the other way round."""
    return x / keep * tf.cast(tf.greater(keep, v1.random_uniform(tf.shape(x))), x.dtype)


@pytest.mark.parametrize("dropout", [below, above])
def test_a_mask_by_hand_is_a_layer_where_keep_prob_is_fed(dropout):
    tf1, whole = whole_of(dropout)
    model = build_whole(whole, tf1)
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed
    assert tf2_lstm.set_dropout(model, {}) == {"dropout": 0.0}
    assert "dropout_rate is 1 - keep_prob:0;" in emit_whole(whole)
    assert_numbers_are_fed(dropout, fed=False)


def test_words_that_are_dropped_are_kept_and_named():
    """Ids times a mask of ids."""

    def dropout(x, keep):
        ids = tf.cast(x, "int32") * tf.cast(v1.random_uniform(tf.shape(x)) < keep, "int32")
        return tf.cast(ids, "float32")

    tf1, whole = whole_of(dropout)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    assert [note for note in report.notes if "the dropout of these integers keeps everything" in note]


def by_rate_of(x, rate):
    """tf.nn.dropout(x, rate=rate), whose rate is fed."""
    mask = tf.random.uniform(tf.shape(x)) >= rate
    return x * (1.0 / (1.0 - rate)) * tf.cast(mask, tf.float32)


@pytest.mark.parametrize(("dropout", "value"), [(newer, 1.0), (older, 1.0), (by_rate_of, 0.0)])
def test_what_only_dropout_is_told_switches_whatever_it_is_called(dropout, value):
    _, whole = whole_of(dropout, name="noise_level")
    assert whole.boundary.fixed == {"noise_level:0": value}
    assert 'keras.layers.Dropout(dropout_rate, name="dropout")' in emit_whole(whole)


def test_a_scalar_that_more_reads_than_dropout_is_fed_and_its_dropout_refused():
    with pytest.raises(ProgramRefused, match="its dropout drops at inference too"):
        whole_of(lambda x, keep: newer(x, keep) * keep, name="noise_level")


@pytest.mark.parametrize("dropout", [newer, older])
def test_a_constant_rate_is_that_of_a_layer_which_drops_in_training_only(dropout):
    tf1, whole = whole_of(dropout, fed=False)
    model = build_whole(whole, tf1)
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed
    assert [note for note in report.notes if "dropout with the constant rate 0.75 was proved" in note]
    assert 'keras.layers.Dropout(0.75, name="dropout")' in emit_whole(whole)
    x = np.full((500, 4), 0.1, "float32")
    np.testing.assert_allclose(model({"x": x})["y"], np.tanh(x), rtol=1e-6)
    found = np.asarray(model({"x": x}, training=True)["y"])
    assert 0.7 < np.mean(found == 0) < 0.8
    np.testing.assert_allclose(found[found != 0], np.tanh(0.4), rtol=1e-6)


def test_a_constant_rate_whose_scale_is_another_is_refused():
    def dropout(x, keep):
        return x * 3.0 * tf.cast(tf.random.uniform(tf.shape(x)) >= 0.5, tf.float32)

    with pytest.raises(ProgramRefused, match="its dropout drops at inference too"):
        whole_of(dropout, fed=False)


def by_rate(default):
    """tf.nn.dropout(x, rate=rate) of TensorFlow 1.15, whose rate is fed in training."""

    def dropped(x, keep):
        rate = v1.placeholder_with_default(default, [], "rate")
        mask = tf.random.uniform(tf.shape(x)) >= rate
        return x * (1.0 / tf.subtract(1.0, rate, name="left")) * tf.cast(mask, tf.float32)

    return dropped


def test_of_a_rate_the_parameter_is_the_rate_itself():
    """A comment with 1 - "rate:0" would make of 0.3 a rate of 0.7."""
    tf1, whole = whole_of(by_rate(0.0))
    assert "dropout_rate is rate:0;" in emit_whole(whole)
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed


def test_a_rate_whose_default_is_not_0_is_as_one_that_is_constant():
    tf1, whole = whole_of(by_rate(0.3))
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    assert whole.rates == (0.3,)
    assert [note for note in report.notes if "That graph drops at inference too" in note]


def test_a_rate_that_is_nowhere_above_0_is_said():
    tf1, whole = whole_of(lambda x, keep: newer(x, tf.constant(1.0)), fed=False)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    assert [note for note in report.notes if "no number that is fed drops anything here" in note]


@pytest.mark.parametrize(
    ("functional", "said"), [(False, "1 - cond/Merge:0"), (True, "1 - cond:0")], ids=["v1", "v2"]
)
def test_a_rate_that_a_flag_chooses_is_a_parameter(functional, said):
    def dropout(x, keep):
        training = v1.placeholder("bool", [], name="is_training")
        chosen = lambda: v1.cond(training, lambda: tf.constant(0.5), lambda: tf.constant(1.0))  # noqa: E731
        return newer(x, with_control_flow(functional, chosen))

    tf1, whole = whole_of(dropout, fed=False)
    assert whole.boundary.fixed == {"is_training:0": False}
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed
    assert f"dropout_rate is {said};" in emit_whole(whole)


def stock(x, keep):
    return v1.nn.dropout(x, rate=1.0 - keep)


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("dropout", [newer, older, stock])
def test_a_dropout_in_a_branch_for_training_is_a_layer_with_the_rate_0(dropout, functional, tmp_path):
    """tf.layers.dropout(x, 0.75, training=is_training)."""

    def switched(x, keep):
        training = v1.placeholder("bool", [], name="is_training")
        branches = lambda: dropout(x, 0.25), lambda: tf.identity(x)
        return with_control_flow(functional, lambda: v1.cond(training, *branches))

    tf1, whole = whole_of(switched, fed=False)
    build_whole(whole, tf1).save(tmp_path / "model.keras")
    model = tf2_lstm.load_model(tmp_path / "model.keras")
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed
    said = "its rate, 0.75 in training (is_training:0), is 0 as written. tf2_lstm.set_dropout(model, rate)"
    assert [note for note in report.notes if said in note]
    x = np.full((500, 4), 0.1, "float32")
    np.testing.assert_allclose(model({"x": x}, training=True)["y"], np.tanh(x), rtol=1e-6)
    assert tf2_lstm.set_dropout(model, 0.75) == {"dropout": 0.75}
    found = np.asarray(model({"x": x}, training=True)["y"])
    assert 0.7 < np.mean(found == 0) < 0.8
    np.testing.assert_allclose(found[found != 0], np.tanh(0.4), rtol=1e-6)


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
def test_in_a_branch_for_training_noise_that_is_shared_is_shared(functional):
    def switched(x, keep):
        training = v1.placeholder("bool", [], name="is_training")
        dropped = lambda: v1.nn.dropout(x, rate=0.5, noise_shape=[tf.shape(x)[0], 1])  # noqa: E731
        return with_control_flow(functional, lambda: v1.cond(training, dropped, lambda: tf.identity(x)))

    _, whole = whole_of(switched, fed=False)
    assert 'keras.layers.Dropout(dropout_rate, name="dropout", noise_shape=(None, 1))' in emit_whole(whole)


def test_a_mask_that_goes_through_something_else_is_refused():
    def dropout(x, keep):
        mask = tf.cast(tf.random.uniform([4]) >= 1.0 - keep, "float32")
        return x * tf.reshape(mask, [1, 4])

    with pytest.raises(ProgramRefused, match=r"Reshape \(.*\): it computes with random numbers"):
        whole_of(dropout)


NO_LAYER = {
    "noise": lambda x: x + 0.1 * v1.random_normal(tf.shape(x)),
    "another scale": lambda x: x * 3.0 * tf.cast(tf.random.uniform(tf.shape(x)) >= 0.5, "float32"),
    "of something else": lambda x: newer(2.0 * x, 0.5),
}


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("name", NO_LAYER)
def test_what_else_is_drawn_in_a_branch_for_training_is_named(name, functional):
    def switched(x, keep):
        training = v1.placeholder("bool", [], name="is_training")
        branches = lambda: NO_LAYER[name](x), lambda: tf.identity(x)
        return with_control_flow(functional, lambda: v1.cond(training, *branches))

    tf1, whole = whole_of(switched, fed=False)
    report = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert report.passed
    said = "numbers are drawn at random in a branch for training (is_training:0): the model has none of it"
    assert [note for note in report.notes if said in note]
    assert "Dropout" not in emit_whole(whole)
    assert not whole.program.rates
    assert not whole.rates


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (lambda x: [tf.shape(x)[0], 1], (True, False)),
        (lambda x: [1, 4], (False, True)),
        (lambda x: [1, 1], (True, True)),
        (lambda x: tf.shape(x), (False, False)),
    ],
)
def test_noise_that_is_shared_along_an_axis_is_shared_in_training(shape, expected):
    """`expected`: whether a row is one draw, and whether a column is."""
    tf1, whole = whole_of(lambda x, keep: v1.nn.dropout(x, rate=1.0 - keep, noise_shape=shape(x)))
    model = build_whole(whole, tf1)
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed
    tf2_lstm.set_dropout(model, 0.5)
    x = np.ones((50, 4), "float32")
    draws = [np.asarray(model({"x": x}, training=True)["y"]) == 0 for _ in range(30)]
    rows = all(np.all(one == one[:, :1]) for one in draws)
    columns = all(np.all(one == one[:1]) for one in draws)
    assert (rows, columns) == expected


def test_a_rate_of_two_tensors_is_no_tensors_own():
    def dropout(x, keep):
        return newer(x, keep * v1.placeholder("float32", [], name="keep_more"))

    _, whole = whole_of(dropout)
    assert "dropout_rate is computed of keep_more:0 and keep_prob:0;" in emit_whole(whole)


@pytest.mark.parametrize(
    "mask",
    [
        lambda noise: tf.floor(2.0 * noise + 0.75),
        lambda noise: tf.cast(noise - 0.5 >= 0.25, "float32"),
    ],
)
def test_a_mask_that_keeps_another_share_than_its_scale_says_is_refused(mask):
    with pytest.raises(ProgramRefused, match=r"drops at inference too|computes with random numbers"):
        whole_of(lambda x, keep: x * (1 / 0.75) * mask(tf.random.uniform(tf.shape(x))), fed=False)


def test_a_mask_that_drops_where_dropout_keeps_is_refused():
    with pytest.raises(ProgramRefused, match="computes with random numbers"):
        whole_of(lambda x, keep: tf.where(_noise(x) >= 1.0 - keep, tf.zeros([]), x))


def test_the_numbers_of_a_constant_mask_below_are_fed():
    assert_numbers_are_fed(
        lambda x, keep: x / 0.75 * tf.cast(tf.greater_equal(0.25, _noise(x)), "float32"), fed=False
    )


def test_random_numbers_for_another_use_are_fed():
    assert_numbers_are_fed(lambda x, keep: x + _noise(x))
