"""What inference fixes of what a program is fed, and what stays an input: a flag that no name explains is no guess."""

import re
from pathlib import Path

import pytest
import tensorflow as tf

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole_edges import edges_of
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows.outside import ending_in_numbers

v1 = tf.compat.v1
ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"

FIXED = {
    "is_training": (lambda: v1.placeholder(tf.bool, [], "is_training"), False),
    "without a shape": (lambda: v1.placeholder(tf.bool, name="model/phase_train"), False),
    "training by default": (lambda: v1.placeholder_with_default(True, [], "training"), False),
    "a default": (lambda: v1.placeholder_with_default(True, [], "use_bias"), True),
    "a default number": (lambda: v1.placeholder_with_default(0.25, [], "scale"), 0.25),
    "keep_prob": (lambda: v1.placeholder(tf.float32, name="model/keep_prob"), 1.0),
}
FED = {
    "a flag of something else": lambda: v1.placeholder(tf.bool, [], "is_inference"),
    "a flag in a scope of training": lambda: v1.placeholder(tf.bool, [], "train/reverse"),
    "a number": lambda: v1.placeholder(tf.float32, [], "temperature"),
    "flags of rows": lambda: v1.placeholder(tf.bool, [None], "trained"),
}


def boundary_around(make):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        tf.add(x, tf.reshape(tf.cast(make(), tf.float32), [-1, 1]), name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    return boundary_of(tf1, Findings(shapes=inferred(tf1.graph)), ["y:0"])


@pytest.mark.parametrize("name", FIXED)
def test_what_only_switches_is_fixed_and_said(name):
    make, value = FIXED[name]
    boundary = boundary_around(make)
    assert boundary.inputs == ("x:0",)
    [(tensor, fixed)] = boundary.fixed.items()
    assert fixed == value
    assert type(fixed) is type(value)
    assert boundary.notes == (f"{tensor} is {value} in it, as at inference",)


@pytest.mark.parametrize("name", FED)
def test_what_may_be_anything_is_an_input(name):
    boundary = boundary_around(FED[name])
    assert len(boundary.inputs) == 2
    assert not boundary.fixed


@pytest.mark.parametrize(("kind", "fed"), [("frozen_graph", True), ("checkpoint", False)])
def test_a_state_that_a_frozen_graph_has_no_value_of_is_fed(kind, fed):
    """A weight that a checkpoint lacks is none."""
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [2, 4], name="x")
        kept = v1.raw_ops.VariableV2(shape=[2, 4], dtype=tf.float32, name="state")
        tf.add(x, tf.identity(kept, name="state/read"), name="y")
    tf1 = TF1Model(kind, "", graph=graph.as_graph_def())
    boundary = boundary_of(tf1, Findings(shapes=inferred(tf1.graph)), ["y:0"])
    assert ("state/read:0" in boundary.inputs) == fed
    assert ("state/read:0 is fed: no value of its variable is in the file" in boundary.notes) == fed


def test_numbers_that_are_added_at_places_write_no_variable():
    """tf.scatter_nd has a name as if it did."""
    with tf.Graph().as_default() as graph:
        places = v1.placeholder(tf.int32, [None, 1], name="places")
        tf.scatter_nd(places, tf.ones_like(places[:, 0]), [5], name="counts")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    boundary = boundary_of(tf1, Findings(shapes=inferred(tf1.graph)))
    assert list(boundary.outputs.values()) == ["counts:0"]


NOTHING = "not in it: neither a recurrence nor a weight goes into it"
#: Artefact of TensorFlow 1.15.5 -> (what it gives out, what is said of what is left out).
BESIDE = {
    "scan_stack": (["Mean:0", "scores:0", "Identity:0", "Identity_1:0", "Identity_2:0"], []),
    "static_rnn_joined_beside": (
        ["rnn/gru_cell/add:0"],
        [f"mean: {NOTHING}"],
    ),
    "dynamic_lengths": (["rnn/transpose_1:0"], []),
    # Outputs that the program stacks itself are its own, though nothing reads them but a state; an unread c is TF1's.
    "clothes_order": (["add_5:0", "stack:0"], []),
    "hand_unrolled": (["stack:0"], []),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_no_recurrence_goes_into_is_an_output_where_weights_do(name):
    """What TF1's own functions leave unread beside a recurrence, rnn/Min, is none of the program's."""
    (path,) = [one for one in (ZOO / name).iterdir() if one.suffix in (".meta", ".pb")]
    request = Request(str(path))
    tf1, findings = look(request)
    (program,) = edges_of(tf1, findings, request)
    outputs, said = BESIDE[name]
    assert [one["tf1"] for one in program["outputs"]] == outputs
    assert [note.partition(". ")[0] for note in program["notes"]] == said


def ends_of(program):
    """The names of the tensors at which the program of a function of x [B, 4] ends."""
    v1.disable_control_flow_v2()
    with tf.Graph().as_default() as graph:
        program(v1.placeholder(tf.float32, [None, 4], name="x"))
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    return list(boundary_of(tf1, Findings(shapes=inferred(tf1.graph))).outputs.values())


def conditional(x):
    training = v1.placeholder(tf.bool, [], name="is_training")
    v1.cond(training, lambda: tf.constant(0.1), lambda: tf.constant(1.0), name="momentum")
    v1.cond(training, lambda: x * 2.0, lambda: x + 1.0, name="y")


def unread(x):
    """A branch computes what nothing reads."""

    def low():
        tf.multiply(x, 3.0, name="unread")
        return x * 2.0

    v1.cond(tf.reduce_sum(x) > 0.0, low, lambda: x + 1.0, name="y")


def weights(*shape):
    return v1.raw_ops.VariableV2(shape=shape, dtype=tf.float32)


def trained(loss, x):
    """A training step, as far as the graph shows one."""
    v1.gradients(loss, [x])


def in_training(x):
    """Scores of a loss of several parts, one of them of the scores alone, and an accuracy."""
    y = v1.placeholder(tf.int32, [None], name="y")
    scores = tf.reshape(x @ weights(4, 3), [-1, 1, 3], name="scores")
    with v1.name_scope("loss"):
        flat = tf.reshape(scores, [-1, 3])
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(y, flat)
    trained(tf.reduce_mean(each) + 0.1 * tf.reduce_sum(x), x)
    tf.reduce_mean(tf.cast(tf.equal(tf.argmax(flat, 1, output_type=tf.int32), y), tf.float32))


def of_squares(x):
    """A loss that TensorFlow has no operation for."""
    y = v1.placeholder(tf.float32, [None, 3], name="y")
    trained(tf.reduce_mean((y - tf.identity(x @ weights(4, 3), name="scores")) ** 2), x)


def decoded(scope, x):
    """A loop as dynamic_decode writes it: what it collects is read, its state is not."""
    with v1.name_scope(scope):
        total, _ = v1.while_loop(lambda a, b: a[0, 0] < 9.0, lambda a, b: (a + 1.0, b + a), [x, x])
    tf.identity(total, name="y")


def normalised(moves, x):
    """Batch normalisation in training and at inference; where it trains, what a function gives moves its averages."""
    training = v1.placeholder(tf.bool, [], name="is_training")
    mean, rate = weights(4), v1.cond(training, lambda: 0.1, lambda: 0.0, name="rate")
    own = v1.cond(training, lambda: tf.reduce_mean(x, 0), lambda: tf.identity(mean), name="own")
    v1.raw_ops.AssignSub(ref=mean, value=moves(tf.identity(mean), own, rate))
    tf.subtract(x, own, name="y")


def kept_and_lowered(x):
    """A state from which a run takes away what it computes; no average moves."""
    state = weights(4)
    tf.add(x, tf.identity(state), name="y")
    v1.raw_ops.AssignSub(ref=state, value=tf.reduce_sum(x, 0, name="less"))


def summed_up(x):
    """A share of zeros, which a summary reads, counted by integers; and a number that no summary reads."""
    y = tf.identity(x @ weights(4, 3), name="y")
    zeros = tf.size(y) - tf.math.count_nonzero(y, dtype=tf.int32)
    v1.summary.scalar("zeros", tf.cast(zeros, tf.float32) / tf.cast(tf.size(y), tf.float32))
    v1.summary.scalar("total", tf.reduce_sum(y, name="total"))
    tf.reduce_max(y, name="most")
    tf.multiply(y, tf.reduce_sum(y), name="z")


def asserted(x):
    """What is asserted of x is an operation that others wait for, and no output."""
    with tf.control_dependencies([v1.assert_less(x, 9.0)]):
        tf.identity(x @ weights(4, 3), name="y")


def averaged_alone(x):
    """An average of what is computed, and nothing else."""
    mean = weights(4)
    v1.raw_ops.AssignSub(ref=mean, value=tf.subtract(tf.identity(mean), tf.reduce_mean(x, 0), name="y"))


def judged(x, words=False, classes=tf.int32):
    """Words of CTC that are held against labels, as they are or cast, and given out or not."""
    labels = v1.sparse_placeholder(classes, name="labels")
    decoded, _ = v1.nn.ctc_greedy_decoder((x @ weights(4, 3))[:, None], [1])
    guess = decoded[0] if classes == tf.int64 else tf.cast(decoded[0], classes)
    tf.edit_distance(guess, labels, name="distance")
    if words:
        v1.sparse_tensor_to_dense(decoded[0], -1, name="words")


_GUESS = ["CTCGreedyDecoder:0", "CTCGreedyDecoder:1", "CTCGreedyDecoder:2"]


def layer_of_keras(x, read):
    """A layer of tf.keras in a graph: its first step, to see what it gives, and a transposition; neither is read."""
    kernel = v1.raw_ops.VariableV2(shape=(4, 4), dtype=tf.float32, name="rnn/recurrent_kernel")
    tf.tanh(tf.matmul(x, kernel, name="rnn/MatMul"), name="rnn/Tanh")
    steps = tf.sigmoid(tf.matmul(x, kernel, name="rnn/MatMul_1"), name="rnn/Sigmoid")
    tf.transpose(steps, name="rnn/transpose_1")
    if read:
        tf.multiply(steps, 2.0, name="y")


#: What is computed of x -> where it ends.
ENDS = {
    "a conditional on a flag": (conditional, ["y/Merge:0"]),
    "what a branch computes for nobody": (unread, ["y/Merge:0"]),
    "a transposed convolution": (
        lambda x: tf.nn.conv2d_transpose(
            tf.reshape(x, [-1, 2, 2, 1]), tf.ones([2, 2, 1, 1]), [3, 4, 4, 1], 2, name="y"
        ),
        ["y:0"],
    ),
    "a loss and an accuracy": (in_training, ["scores:0", "ArgMax:0"]),
    "a loss that is written out": (of_squares, ["scores:0"]),
    "words that are held against labels": (
        lambda x: judged(x, classes=tf.int64),
        ["CTCGreedyDecoder:3", *_GUESS],
    ),
    "words that are cast for it": (judged, [_GUESS[0], "Cast:0", _GUESS[2]]),
    "words that are given out too": (lambda x: judged(x, words=True), ["words:0"]),
    "a decoder's state": (lambda x: decoded("decoder", x), ["y:0"]),
    "the state of a loop of its own": (lambda x: decoded("own", x), ["own/while/Exit_1:0", "y:0"]),
    "batch normalisation that trains": (
        lambda x: normalised(lambda mean, own, rate: (mean - own) * rate, x),
        ["y:0"],
    ),
    "an average that is corrected": (
        lambda x: normalised(lambda mean, own, rate: mean - own * rate, x),
        ["y:0"],
    ),
    "a state that a run lowers": (kept_and_lowered, ["y:0", "less:0"]),
    "a layer of tf.keras that is read": (lambda x: layer_of_keras(x, True), ["y:0"]),
    "a layer of tf.keras at the end": (
        lambda x: layer_of_keras(x, False),
        ["rnn/Tanh:0", "rnn/transpose_1:0"],
    ),
    "a moving average alone": (averaged_alone, ["y:0"]),
    "numbers that summaries read": (summed_up, ["most:0", "z:0"]),
    "a condition that is asserted": (asserted, ["y:0"]),
}


@pytest.mark.parametrize("name", ENDS)
def test_it_ends_where_the_forward_graph_ends(name):
    program, ends = ENDS[name]
    assert ends_of(program) == ends


def test_what_a_summary_alone_reads_is_said():
    with tf.Graph().as_default() as graph:
        summed_up(v1.placeholder(tf.float32, [None, 4], name="x"))
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    notes = boundary_of(tf1, Findings(shapes=inferred(tf1.graph))).notes
    assert "truediv, total: not in it: a summary alone reads it. --fetch takes it in" in notes


def in_front(x):
    """Words by a table, and steps of a data set; x is not read."""
    words = v1.placeholder(tf.string, [None, None], name="words")
    keys = v1.lookup.StaticHashTable(v1.lookup.KeyValueTensorInitializer(["a"], [1], value_dtype=tf.int32), 0)
    ids = keys.lookup(tf.strings.lower(words))
    steps = v1.data.make_initializable_iterator(v1.data.Dataset.from_tensors((x, x))).get_next()[1]
    return ids, steps


def queued():
    """Sentences of a queue that pads them, and their number, which no shape says."""
    queue = v1.PaddingFIFOQueue(9, [tf.int32, tf.float32], [[None], []])
    return queue.dequeue_many(3)


def parsed():
    """Two numbers of each record, and whether its words are any, from strings."""
    records = v1.placeholder(tf.string, [None], name="records")
    features = {"age": tf.io.FixedLenFeature([2], tf.float32), "words": tf.io.VarLenFeature(tf.string)}
    found = v1.parse_example(records, features)
    return found["age"], tf.not_equal(tf.sparse.to_dense(found["words"], ""), "")


#: What is read -> the shapes with which the program begins.
OUTSIDE = {
    "a queue": (queued, [(3, None), (3,)]),
    "records": (parsed, [(None, 2), (None, None)]),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_it_begins_behind_queues_and_records_with_their_shapes(name):
    made, expected = OUTSIDE[name]
    with tf.Graph().as_default() as graph:
        first, second = made()
        first, second = tf.cast(first, tf.float32), tf.cast(second, tf.float32)
        tf.add(tf.reduce_sum(first), tf.reduce_sum(second), name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    shapes = inferred(tf1.graph)
    boundary = boundary_of(tf1, Findings(shapes=shapes), ["y:0"])
    assert [shapes[one] for one in boundary.inputs] == expected


def test_it_begins_behind_strings_tables_and_data_sets():
    with tf.Graph().as_default() as graph:
        ids, steps = in_front(v1.placeholder(tf.float32, [3, 4], name="x"))
        tf.add(tf.cast(ids, tf.float32)[:1, :4], steps, name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    boundary = boundary_of(tf1, Findings(shapes=inferred(tf1.graph)), ["y:0"])
    assert set(boundary.inputs) == {ids.name, steps.name}
    shapes = inferred(tf1.graph)
    assert (shapes[ids.name], shapes[steps.name]) == ((None, None), (3, 4))
    assert all("is fed: what is in front of it are no numbers" in one for one in boundary.notes)


def test_it_ends_in_front_of_strings():
    with tf.Graph().as_default() as graph:
        place = tf.argmax(v1.placeholder(tf.float32, [None, 4], name="x"), 1, name="place")
        tf.strings.join(["class ", tf.as_string(place)], name="name")
    nodes = {node.name: node for node in graph.as_graph_def().node}
    outputs, notes = ending_in_numbers(nodes, {"name": "name:0", "place": "place:0"})
    assert outputs == {"name": "place:0"}
    assert notes == [
        "name:0: strings, which no Keras model gives out: the program ends in front of them, at place:0"
    ]


#: Artefact of TensorFlow 1.15.5 -> what reads the variables that a run gives the next state.
CARRIED = {
    "sizes_of_a_variable": ["start/read:0"],
    "step_basic_rnn_variable": ["h/read:0"],
    "language_model": [
        f"{way}_{layer}_{leaf}/read:0" for way in ("fw", "bw") for layer in (0, 1) for leaf in "ch"
    ],
}


@pytest.mark.parametrize("name", CARRIED)
def test_a_state_that_a_run_keeps_in_a_variable_is_fed(name):
    request = Request(str(ZOO / name / "model.ckpt"))
    tf1, findings = look(request)
    (program,) = edges_of(tf1, findings, request)
    assert [one["tf1"] for one in program["inputs"] if "/read" in one["tf1"]] == CARRIED[name]
    (said,) = (note for note in program["notes"] if "from run to run" in note)
    assert [one for one in CARRIED[name] if f"{one} (the next is " not in said] == []
    given_out = [one["tf1"] for one in program["outputs"]]
    nexts = re.findall(r"the next is (\S+)\)", said)
    assert len(nexts) == len(CARRIED[name])
    assert set(nexts) <= set(given_out)


#: What a program assigns to the variable with which its loop begins -> whether that is a state.
ASSIGNED = {"nothing": False, "zeros": False, "the next state": True}


@pytest.mark.parametrize("what", ASSIGNED)
def test_a_loop_that_begins_with_a_variable_carries_it_where_it_gives_the_next(what):
    """A start that is trained, or reset, is a weight."""
    v1.disable_control_flow_v2()
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [2, 4], name="x")
        kept = v1.raw_ops.VariableV2(shape=[2, 4], dtype=tf.float32, name="kept")
        start = tf.identity(kept, name="kept/read")
        _, end = tf.while_loop(lambda n, _: n < 3, lambda n, h: (n + 1, tf.tanh(h + x)), (0, start))
        tf.identity(end, name="y")
        if what != "nothing":
            v1.raw_ops.Assign(ref=kept, value=end if ASSIGNED[what] else tf.zeros([2, 4]))
    tf1 = TF1Model("checkpoint", "", graph=graph.as_graph_def(), nodes={"kept": ("kept", None)})
    boundary = boundary_of(tf1, Findings(shapes=inferred(tf1.graph)), ["y:0"])
    assert ("kept/read:0" in boundary.inputs) == ASSIGNED[what]
