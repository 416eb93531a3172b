"""The kinds of files, and the names that variables have in them."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import (
    bidirectional,
    dynamic,
    gru,
    gru_named,
    lstm,
    named,
    not_converted,
    recurrence,
    rnn,
    stack,
)
from tests.zoo.record.feeds import floats, ints, lengths
from tests.zoo.record.write import CHECKPOINT, save_checkpoint
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
NO_GRAPH = {"graph": False, "form": ""}


def plain(cell, call, variables, dtype="float32", **options):
    """dynamic_rnn over a batch-major placeholder; `options` are the recurrence's."""
    x = tf.placeholder(dtype, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=dtype)
    found = recurrence("rnn", dynamic(call), variables, x, outputs, state, **options)
    return Built({x: floats("B", "T", 4, dtype=dtype)}, [found])


def save_with(names):
    """Save with `tf.train.Saver({name: variable})`; names is a function from the variable's name."""

    def save(session):
        variables = {names(variable.op.name): variable for variable in tf.global_variables()}
        tf.train.Saver(variables, save_relative_paths=True).save(session, "./" + CHECKPOINT)
        return CHECKPOINT

    return save


def save_without_graph(session):
    """Save the weights alone."""
    tf.train.Saver(save_relative_paths=True).save(session, "./" + CHECKPOINT, write_meta_graph=False)
    return CHECKPOINT


@artefact("a scope's partitioner splits kernel and bias")
def partitioned_by_scope():
    with tf.variable_scope("encoder", partitioner=tf.fixed_size_partitioner(2)):
        built = plain(cells.LSTMCell(5), lstm(), named("encoder/rnn/lstm_cell"))
    built.recurrences[0]["scope"] = "encoder/rnn"
    return built


@artefact("a Saver with a name->variable dict writes part_0, part_1, part_2")
def part_names():
    built = plain(cells.LSTMCell(5, num_unit_shards=3), lstm(), named("rnn/lstm_cell"))
    built.save = save_with(lambda name: name)
    return built


@artefact("names of 1.0 and 1.1 (weights, biases) for the variables of today's graph")
def names_before_1_2():
    scope = "rnn/multi_rnn_cell/cell_{}/{}_cell/{}"
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.GRUCell(3)])
    names = [scope.format(0, "basic_lstm", leaf) for leaf in ("weights", "biases")]
    names += [
        scope.format(1, "gru", part + leaf)
        for part in ("gates/", "candidate/")
        for leaf in ("weights", "biases")
    ]
    built = plain(cell, stack(lstm(), gru(3)), names)
    built.save = save_with(lambda name: name.replace("kernel", "weights").replace("bias", "biases"))
    return built


def _ancient(name):
    parts = name.replace("kernel", "Matrix").replace("bias", "Bias").split("/")
    return f"RNN/MultiRNNCell/Cell{parts[2][-1]}/BasicLSTMCell/Linear/{parts[-1]}"


@artefact("names of 0.x (RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix)")
def names_before_1_0():
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.BasicLSTMCell(5)])
    scope = "RNN/MultiRNNCell/Cell{}/BasicLSTMCell/Linear"
    names = named(scope.format(0), "Matrix", "Bias") + named(scope.format(1), "Matrix", "Bias")
    built = plain(cell, stack(lstm(), lstm()), names)
    built.save = save_with(_ancient)
    return built


@artefact("names that say nothing, given by a dict: only the graph knows what they are")
def names_of_another_kind():
    built = plain(cells.BasicLSTMCell(5), lstm(), ["a", "b"])
    built.save = save_with({"rnn/basic_lstm_cell/kernel": "a", "rnn/basic_lstm_cell/bias": "b"}.get)
    return built


@artefact("resource variables")
def resource_variables():
    with tf.variable_scope("model", use_resource=True):
        built = plain(cells.BasicLSTMCell(5), lstm(), named("model/rnn/basic_lstm_cell"))
    built.recurrences[0]["scope"] = "model/rnn"
    return built


@artefact("a half-precision graph")
def half_precision():
    names = named("rnn/basic_lstm_cell")
    return plain(cells.BasicLSTMCell(5, dtype=tf.float16), lstm(), names, dtype="float16")


@artefact("a half-precision graph whose variables are float32 and are cast on reading")
def half_precision_masters():
    def getter(getter, name, shape=None, dtype=None, **options):
        return tf.cast(getter(name, shape, dtype=tf.float32, **options), dtype)

    with tf.variable_scope("half", custom_getter=getter):
        built = plain(cells.GRUCell(5), gru(), gru_named("half/rnn/gru_cell"), dtype="float16")
    built.recurrences[0]["scope"] = "half/rnn"
    return built


@artefact("a double-precision graph")
def double_precision():
    names = named("rnn/lstm_cell", "kernel", "bias", "projection/kernel")
    return plain(cells.LSTMCell(5, num_proj=3), lstm(num_proj=3), names, dtype="float64")


@artefact("a .meta beside weights that are called otherwise")
def meta_and_other_weights():
    built = plain(cells.BasicLSTMCell(5), lstm(), named("rnn/basic_lstm_cell"))

    def save(session):
        saver = tf.train.Saver(save_relative_paths=True)
        saver.export_meta_graph("graph.meta")
        saver.save(session, "./weights-1200", write_meta_graph=False, write_state=False)
        return "graph.meta"

    built.save, built.options = save, {"weights": "weights-1200"}
    return built


@artefact("a folder of checkpoints, whose file `checkpoint` names the latest")
def folder_of_checkpoints():
    built = plain(cells.BasicRNNCell(5), rnn(), named("rnn/basic_rnn_cell"))

    def save(session):
        saver, bias = tf.train.Saver(save_relative_paths=True), tf.global_variables()[1]
        latest = session.run(bias)
        for step, values in ((10, 0 * latest), (20, latest)):
            bias.load(values, session)
            saver.save(session, "./model", global_step=step, write_meta_graph=step == 20)
        return "."

    built.save = save
    return built


@artefact("no .meta: what the checkpoint cannot tell is allowed to be TF1's default")
def weights_alone_defaults():
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.GRUCell(3)])
    scope = "rnn/multi_rnn_cell/cell_{}/{}"
    names = named(scope.format(0, "basic_lstm_cell")) + gru_named(scope.format(1, "gru_cell"))
    built = plain(cell, stack(lstm(), gru(3)), names, **NO_GRAPH)
    built.save, built.options = save_without_graph, {"assume_defaults": True}
    return built


@artefact("no .meta: peepholes and projection are visible, forget_bias is said by the user")
def weights_alone_assumed():
    cell = cells.LSTMCell(5, use_peepholes=True, num_proj=3, forget_bias=0.0)
    leaves = ("kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag", "projection/kernel")
    call = lstm(use_peepholes=True, num_proj=3, forget_bias=0.0)
    built = plain(cell, call, named("rnn/lstm_cell", *leaves), **NO_GRAPH)
    built.save = save_without_graph
    built.options = {"assume": ["rnn/lstm_cell: forget_bias=0"], "assume_defaults": True}
    return built


@artefact("no .meta and nothing assumed: it asks and converts nothing")
def weights_alone_nothing_said():
    built = plain(cells.BasicLSTMCell(5), lstm(), [])
    built.fetches = [tensor for key, tensor in built.recurrences[0]["edge"].items() if key != "inputs"]
    why = "forget_bias and activation are not in a checkpoint"
    built.recurrences = []
    built.not_converted = [not_converted("rnn", "basic_lstm", named("rnn/basic_lstm_cell"), why)]
    built.save = save_without_graph
    return built


@artefact("no .meta, and names from before 1.2, which are read as today's")
def weights_alone_before_1_2():
    built = plain(cells.BasicLSTMCell(5), lstm(), named("rnn/basic_lstm_cell"), **NO_GRAPH)
    names = {"rnn/basic_lstm_cell/kernel": "rnn/basic_lstm_cell/weights"}
    names["rnn/basic_lstm_cell/bias"] = "rnn/basic_lstm_cell/biases"

    def save(session):
        variables = {names[variable.op.name]: variable for variable in tf.global_variables()}
        saver = tf.train.Saver(variables, save_relative_paths=True)
        saver.save(session, "./" + CHECKPOINT, write_meta_graph=False)
        return CHECKPOINT

    built.save, built.options = save, {"assume_defaults": True}
    return built


@artefact("no .meta, both directions")
def weights_alone_bidirectional():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.BasicLSTMCell(5), cells.BasicLSTMCell(5), x, dtype=tf.float32
    )
    names = named("bidirectional_rnn/fw/basic_lstm_cell") + named("bidirectional_rnn/bw/basic_lstm_cell")
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(lstm(), lstm()),
        names,
        x,
        {"fw": outputs[0], "bw": outputs[1]},
        {"fw": states[0], "bw": states[1]},
        **NO_GRAPH,
    )
    built = Built({x: floats("B", "T", 4)}, [found], save=save_without_graph)
    built.options = {"assume_defaults": True}
    return built


@artefact("an object-based checkpoint of a stack: keys are paths through objects")
def object_checkpoint():
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.DropoutWrapper(cells.BasicLSTMCell(3))])
    scope = "rnn/multi_rnn_cell/cell_{}/basic_lstm_cell"
    names = named(scope.format(0)) + named(scope.format(1))
    built = plain(cell, stack(lstm(), lstm(3)), names, **NO_GRAPH)

    def save(session):
        checkpoint = tf.train.Checkpoint(model=cell)
        return checkpoint.save("./object.ckpt", session=session)[len("./") :]

    built.save, built.options, built.unclaimed = save, {"assume_defaults": True}, ["save_counter"]
    return built


def _tagger():
    """A small tagger with a softmax over the outputs."""
    words = tf.placeholder(tf.int32, [None, None], name="words")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    embedding = tf.get_variable("embedding", [9, 4])
    embedded = tf.nn.embedding_lookup(embedding, words)
    outputs, state = tf.nn.dynamic_rnn(cells.LSTMCell(5), embedded, sizes, dtype=tf.float32)
    scores = tf.nn.softmax(tf.layers.dense(outputs, 3), name="scores")
    found = recurrence(
        "rnn", dynamic(lstm()), named("rnn/lstm_cell"), embedded, outputs, state, sequence_length=sizes
    )
    built = Built({words: ints(9, "B", "T"), sizes: lengths()}, [found], fetches=[scores])
    built.unclaimed = ["embedding", *named("dense")]
    return built, words, sizes, scores


@artefact("a SavedModel of a tagger, by simple_save")
def saved_model():
    built, words, sizes, scores = _tagger()

    def save(session):
        tf.saved_model.simple_save(
            session, "saved_model", {"words": words, "lengths": sizes}, {"scores": scores}
        )
        return "saved_model"

    built.save = save
    return built


@artefact("a SavedModel of one step, whose signature carries the state")
def saved_model_step():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    start = tf.placeholder(tf.float32, [None, 5], name="state_in")
    output, state = cells.GRUCell(5)(x, start)
    found = recurrence(
        "gru_cell",
        Call("python_loop", cell=gru()),
        gru_named("gru_cell"),
        x,
        output,
        state,
        form="step",
        initial_state=start,
    )

    def save(session):
        tf.saved_model.simple_save(session, "saved_model", {"x": x, "state": start}, {"new_state": state})
        return "saved_model"

    return Built({x: floats("B", 4), start: floats("B", 5)}, [found], save=save)


def freeze(tensors):
    """Save as one GraphDef with the variables made constants."""

    def save(session):
        names = [tensor.op.name for tensor in tensors]
        frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), names)
        with open("frozen.pb", "wb") as file:
            file.write(frozen.SerializeToString())
        return "frozen.pb"

    return save


@artefact("a frozen graph that keeps outputs and states")
def frozen():
    built = plain(cells.BasicLSTMCell(5), lstm(), named("rnn/basic_lstm_cell"))
    edge = built.recurrences[0]["edge"]
    built.save = freeze([edge["outputs"], edge["state_c"], edge["state_h"]])
    return built


@artefact("a frozen tagger that keeps its scores alone: the final state is not in it")
def frozen_scores_only():
    built, _, _, scores = _tagger()
    edge = built.recurrences[0]["edge"]
    edge["state_c"] = edge["state_h"] = ""
    built.save = freeze([scores])
    return built


@artefact("a frozen graph of resource variables in functional While")
def frozen_functional_while():
    tf.compat.v1.enable_control_flow_v2()
    try:
        with tf.variable_scope("model", use_resource=True):
            built = plain(cells.GRUCell(5), gru(), gru_named("model/rnn/gru_cell"), form="functional_while")
    finally:
        tf.compat.v1.disable_control_flow_v2()
    built.recurrences[0]["scope"] = "model/rnn"
    edge = built.recurrences[0]["edge"]
    built.save = freeze([edge["outputs"], edge["state"]])
    return built


def _averaged(served):
    """A cell with moving averages beside its weights; `served` says which of the two the run is of."""
    names = named("rnn/basic_lstm_cell")
    averages = [name + "/ExponentialMovingAverage" for name in names]
    built = plain(cells.BasicLSTMCell(5), lstm(), averages if served else names)
    built.unclaimed = names if served else averages
    average = tf.train.ExponentialMovingAverage(0.75)
    update, weights = average.apply(tf.trainable_variables()), tf.trainable_variables()

    def prepare(session):
        session.run(tf.variables_initializer([average.average(weight) for weight in weights]))
        for weight in weights:
            weight.load(-0.5 * session.run(weight), session)
        session.run(update)

    def save(session):
        path = save_checkpoint(session)
        if served:
            for weight in weights:
                weight.load(session.run(average.average(weight)), session)
        return path

    built.prepare, built.save = prepare, save
    return built


@artefact("moving averages stand beside the weights, which are what is converted")
def averages_beside():
    return _averaged(False)


@artefact("moving averages are what is served")
def averages_served():
    built = _averaged(True)
    built.options, built.ran = {"ema": True}, "in the same graph, with the averages in place of the weights"
    return built
