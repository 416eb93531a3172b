"""Random numbers: a program begins behind them and ends in front of a sample of its scores; dropout keeps its own."""

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.prove.program_samples import whole_samples
from tf2_lstm.migrate.prove.programs import replay_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.edges.drawn import DRAWS
from tf2_lstm.migrate.translate.rows.registry import rows
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.whole import ProgramRefused

v1, raw = tf.compat.v1, tf.raw_ops
UNIFORM, NORMAL = "random_uniform/RandomUniform:0", "random_normal/RandomStandardNormal:0"


def _uniform(x):
    return v1.random_uniform(tf.shape(x))


def _keep(x):
    return v1.placeholder_with_default(1.0, [], "keep_prob")


def _rows(x):
    return tf.where(_uniform(x)[:, 0] < 0.5, x, 2 * x)


def _in_a_function(x):
    """Noise that is drawn in front of a function, and masks in it."""
    noise = _uniform(x)
    return x / 0.7 * tf.function(lambda one: tf.floor(one + 0.7)).get_concrete_function(noise)(noise)


#: Name -> (a function of x, the random numbers that are fed).
READ = {
    "noise that is added": (lambda x: x + v1.random_normal(tf.shape(x)), [NORMAL]),
    "noise of fixed sizes": (lambda x: x + v1.random_normal([4], stddev=2.0), [NORMAL]),
    "truncated noise": (
        lambda x: x + v1.truncated_normal(tf.shape(x)),
        ["truncated_normal/TruncatedNormal:0"],
    ),
    "Gumbel's noise": (lambda x: x - tf.math.log(-tf.math.log(_uniform(x) + 1e-9)), [UNIFORM]),
    "chances that are computed": (lambda x: x * tf.cast(_uniform(x) >= tf.sigmoid(x), tf.float32), [UNIFORM]),
    "a constant share below": (lambda x: x * tf.cast(_uniform(x) < 0.3, tf.float32), [UNIFORM]),
    "words left out": (lambda x: tf.where(_uniform(x) < 0.3, tf.zeros_like(x), x), [UNIFORM]),
    "a choice between two": (lambda x: tf.where(_uniform(x) > 0.3, x, -x), [UNIFORM]),
    "whole rows": (_rows, [UNIFORM]),
    "a mask that is read otherwise": (lambda x: x * (1 - tf.floor(0.7 + _uniform(x))), [UNIFORM]),
    "a mask that is chosen": (
        lambda x: raw.SelectV2(condition=x > 0, t=tf.floor(0.7 + _uniform(x)), e=0.0) * x,
        [UNIFORM],
    ),
    "a coin": (lambda x: raw.Switch(data=x, pred=v1.random_uniform([]) > 0.5)[1], [UNIFORM]),
    "numbers below a limit": (
        lambda x: tf.gather(x, v1.random_uniform([2], 0, 3, tf.int32), axis=1),
        ["random_uniform:0"],
    ),
    "gamma": (lambda x: x * v1.random_gamma([], tf.exp(x)), ["random_gamma/RandomGamma:0"]),
    "Poisson": (
        lambda x: x * tf.random.poisson([], tf.exp(x)),
        ["random_poisson/RandomPoissonV2:0"],
    ),
    "a sample that goes on": (
        lambda x: x * tf.cast(v1.multinomial(x, 1), tf.float32),
        ["multinomial/Multinomial:0"],
    ),
    "dropout that nobody sets": (lambda x: v1.nn.dropout(x, 0.7), []),
    "dropout with a keep_prob": (lambda x: v1.nn.dropout(x, _keep(x)), []),
    "dropout by hand": (lambda x: x / 0.7 * tf.floor(0.7 + _uniform(x)), []),
    "dropout below a keep_prob": (lambda x: x * tf.cast(_uniform(x) < _keep(x), tf.float32), []),
    "dropout whose mask goes through something else": (
        lambda x: x * tf.reshape(tf.floor(_keep(x) + v1.random_uniform([4])), [1, 4]),
        [],
    ),
    "dropout in a function": (_in_a_function, []),
    "dropout that chooses": (
        lambda x: raw.SelectV2(condition=_uniform(x) > 0.3, t=x / 0.7, e=0.0),
        [],
    ),
}


def boundary_of_program(function, fetch=()):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        tf.identity(function(x), name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    return tf1, boundary_of(tf1, Findings(shapes=inferred(tf1.graph)), fetch)


@pytest.mark.parametrize("name", READ)
def test_a_program_begins_behind_numbers_that_no_dropout_reads(name):
    function, fed = READ[name]
    _, boundary = boundary_of_program(function, ["y:0"])
    assert sorted(boundary.inputs) == sorted(["x:0", *fed])
    said = [note for note in boundary.notes if "random numbers, which TF1 draws at each run" in note]
    assert [note.partition(" ")[0] for note in said] == fed
    assert all("In Keras: keras.random." in note or "numpy.random." in note for note in said)


def test_an_output_that_is_a_sample_ends_in_front_of_it():
    sampled = lambda x: tf.squeeze(v1.multinomial(tf.tanh(x), 1), 1)  # noqa: E731
    _, boundary = boundary_of_program(sampled, ["y:0"])
    assert (boundary.inputs, boundary.outputs) == (("x:0",), {"tanh": "Tanh:0"})
    said = "y:0: random numbers and nothing else: the program ends in front of them, at Tanh:0. In Keras: "
    assert boundary.notes == (said + "keras.random.categorical(logits, num_samples)",)


def test_noise_alone_is_no_output():
    with pytest.raises(ProgramRefused, match="no tensor is found at which the inference graph ends"):
        boundary_of_program(lambda x: 2 * v1.random_normal(tf.shape(x)), ["y:0"])


def test_what_draws_may_be_run_and_has_no_row():
    assert {*DRAWS} <= having(Trait.RUNS)
    assert not {*DRAWS} & {*rows()}


@pytest.mark.parametrize("name", ["Gumbel's noise", "gamma", "Poisson", "a sample that goes on"])
def test_the_proof_draws_numbers_of_the_same_range(name):
    function, [fed] = READ[name]
    tf1, boundary = boundary_of_program(function, ["y:0"])
    whole = translate(tf1, Findings(shapes=inferred(tf1.graph)), boundary)
    values = [one.values[fed] for samples in whole_samples(tf1, whole, whole.inputs) for one in samples]
    assert min(one.min() for one in values) >= 0
    assert max(one.max() for one in values) < (1 if "uniform" in fed else 4 if "nomial" in fed else np.inf)
    with replay_whole(tf1, whole) as replay:
        found = replay.run(whole_samples(tf1, whole, whole.inputs)[0][0].values)
    assert np.isfinite(found["y:0"]).all()


def test_numbers_have_the_sizes_that_the_graph_would_draw():
    flat = lambda x: x + tf.reshape(v1.random_normal([tf.size(x)]), tf.shape(x))  # noqa: E731
    tf1, boundary = boundary_of_program(flat, ["y:0"])
    whole = translate(tf1, Findings(shapes=inferred(tf1.graph)), boundary)
    for samples in whole_samples(tf1, whole, whole.inputs):
        assert all(one.values[NORMAL].shape == (one.values["x:0"].size,) for one in samples)


def test_a_loop_that_draws_is_refused_with_what_to_do(tmp_path):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        step = lambda i, h: (i + 1, h + v1.random_normal(tf.shape(h)))  # noqa: E731
        tf.identity(v1.while_loop(lambda i, h: i < 3, step, [0, x])[1], name="y")
    (tmp_path / "frozen.pb").write_bytes(graph.as_graph_def().SerializeToString())
    request = Request(str(tmp_path / "frozen.pb"), program=True, fetch=("y:0",))
    tf1, findings = look(request)
    *_, problem = WholeConverter(tf1, findings, request, None).convert()
    assert "it draws random numbers in a loop, a branch or a function, where nothing can be fed" in problem
