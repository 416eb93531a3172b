"""Models of tf.keras 1.15 in .h5 files, and its layers in an ordinary graph.

A .h5 file holds no graph: the tensors of a layer are called LAYER/inputs, LAYER/outputs, LAYER/state_h, whatever
the layer returns in its model: outputs of every step, and the final state.
"""

from collections import OrderedDict

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.eager import context

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, gru, lstm, recurrence, rnn, stack
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.files import freeze
from tf2_lstm.migrate.equivalence.inputs import draws, wide

keras = tf.keras
layers = keras.layers
RAN = "by a copy of each layer that returns every output and the state"
WHOLE = {"return_sequences": True, "return_state": True}


def hard_lstm(units=5, **options):
    """The `Call` of a tf.keras LSTM of 1.15: no forget_bias beside the bias, and gates by hard_sigmoid."""
    options.setdefault("recurrent_activation", "hard_sigmoid")
    return lstm(units, forget_bias=0.0, **options)


def names(layer, *leaves):
    """The names of a layer's weights in the file."""
    return [f"{layer}/{leaf}" for leaf in leaves or ("kernel", "recurrent_kernel", "bias")]


def found(layer, call, variables, state, sides=("",), masked=False):
    """The recurrence of a layer; `state` is the nest of its state's names."""
    outputs = {side: f"{layer}/outputs_{side}" for side in sides} if sides != ("",) else layer + "/outputs"
    said = recurrence(layer, call, variables, layer + "/inputs", outputs, state, form="keras")
    if masked:
        said["edge"]["mask"] = layer + "/mask"
    return said


def state_names(layer, *leaves):
    """Names of a state's tensors by leaf; a bare name for a single state."""
    return OrderedDict((leaf, f"{layer}/state_{leaf}") for leaf in leaves) if leaves else layer + "/state"


def h5(model, recurrences, unclaimed=(), feed=None):
    """A model that is saved with `model.save`, and the results of each of its recurrent layers."""

    def save(session):
        keras.backend.set_session(session)
        model.save("model.h5")
        return "model.h5"

    def results(session, sizes):
        found = OrderedDict()
        draw = feed or floats("B", "T", 4)
        fed = {model.input: draw(draws(sizes["B"], "inputs"), sizes)}
        for item in recurrences:
            found.update(_layer_results(session, model.get_layer(item["scope"]), item["edge"], fed))
        return found

    built = Built({}, recurrences, unclaimed=unclaimed, ran=RAN)
    built.save, built.results = save, results
    return built


def _layer_results(session, layer, edge, feed):
    """What a layer gives, by the names of its edge."""
    found = {edge["inputs"]: session.run(layer.input, feed)}
    mask = layer.input_mask if "mask" in edge else None
    if mask is not None:
        found[edge["mask"]] = session.run(mask, feed)
    if isinstance(layer, layers.Bidirectional):
        tensors = _copied(session, layer.forward_layer, layer.input, mask)
        backward = _copied(session, layer.backward_layer, layer.input, mask)
        tensors = [tensors[0], tf.reverse(backward[0], [1]), *tensors[1:], *backward[1:]]
    else:
        tensors = _copied(session, layer, layer.input, mask)
        if layer.go_backwards:
            tensors[0] = tf.reverse(tensors[0], [1])
    results = [name for role, name in edge.items() if role not in ("inputs", "mask")]
    found.update(zip(results, session.run(tensors, feed)))
    return found


def _copied(session, layer, inputs, mask):
    """The outputs and states of a copy of a layer, in the order in which Keras returns them."""
    copy = type(layer).from_config(dict(layer.get_config(), name=layer.name + "_copy", **WHOLE))
    tensors = copy(inputs, mask=mask)
    for variable, value in zip(copy.weights, session.run(layer.weights)):
        variable.load(value, session)
    return tf.contrib.framework.nest.flatten(tensors)


def one_layer(layer):
    """A model of one layer on [B, T, 4]."""
    return keras.Sequential([layer])


@artefact("LSTM of tf.keras 1.15: hard_sigmoid is clip(0.2x + 0.5)")
def h5_lstm():
    model = one_layer(layers.LSTM(5, input_shape=(None, 4), name="lstm", return_sequences=True))
    state = state_names("lstm", "h", "c")
    return h5(model, [found("lstm", dynamic(hard_lstm()), names("lstm"), state)])


@artefact("GRU that resets before the matmul, the default of 1.15")
def h5_gru():
    model = one_layer(layers.GRU(5, input_shape=(None, 4), name="gru"))
    call = dynamic(gru(recurrent_activation="hard_sigmoid"))
    return h5(model, [found("gru", call, names("gru"), state_names("gru"))])


@artefact("GRU that resets after the matmul, with two biases")
def h5_gru_reset_after():
    model = one_layer(layers.GRU(5, input_shape=(None, 4), name="gru", reset_after=True))
    call = dynamic(gru(recurrent_activation="hard_sigmoid", reset_after=True))
    return h5(model, [found("gru", call, names("gru"), state_names("gru"))])


@artefact("SimpleRNN with relu")
def h5_simple_rnn():
    model = one_layer(layers.SimpleRNN(5, input_shape=(None, 4), name="simple", activation="relu"))
    call = dynamic(rnn(activation="relu"))
    return h5(model, [found("simple", call, names("simple"), state_names("simple"))])


@artefact("Bidirectional(LSTM)")
def h5_bidirectional():
    inner = layers.LSTM(5, return_sequences=True, name="lstm")
    model = one_layer(layers.Bidirectional(inner, input_shape=(None, 4), name="both"))
    variables = names("both/forward_lstm") + names("both/backward_lstm")
    state = OrderedDict((side, state_names("both/" + side, "h", "c")) for side in ("fw", "bw"))
    call = bidirectional(hard_lstm(), hard_lstm())
    return h5(model, [found("both", call, variables, state, ("fw", "bw"))])


@artefact("RNN([LSTMCell, LSTMCell]): kernel and kernel_1 in one scope")
def h5_rnn_of_cells():
    cells = [layers.LSTMCell(5), layers.LSTMCell(3)]
    model = one_layer(layers.RNN(cells, input_shape=(None, 4), name="rnn"))
    leaves = ("kernel", "recurrent_kernel", "bias", "kernel_1", "recurrent_kernel_1", "bias_1")
    state = [OrderedDict((leaf, f"rnn/state_{n}_{leaf}") for leaf in ("h", "c")) for n in (0, 1)]
    call = dynamic(stack(hard_lstm(), hard_lstm(3)))
    return h5(model, [found("rnn", call, names("rnn", *leaves), state)])


@artefact("a text classifier: embedding, two recurrent layers, dropout, dense")
def h5_stacked():
    model = keras.Sequential(
        [
            layers.Embedding(11, 4, name="embedding"),
            layers.LSTM(5, return_sequences=True, dropout=0.25, recurrent_dropout=0.5, name="lower"),
            layers.Dropout(0.5),
            layers.GRU(3, name="upper"),
            layers.Dense(2, activation="softmax", name="scores"),
        ]
    )
    model.build((None, None))
    model.compile("adam", "categorical_crossentropy")
    recurrences = [
        found("lower", dynamic(hard_lstm()), names("lower"), state_names("lower", "h", "c")),
        found(
            "upper",
            dynamic(gru(3, recurrent_activation="hard_sigmoid")),
            names("upper"),
            state_names("upper"),
        ),
    ]
    unclaimed = ["embedding/embeddings", "scores/kernel", "scores/bias"]
    return h5(model, recurrences, unclaimed, ints(11, "B", "T"))


@artefact("the LSTM of tf.compat.v2 in 1.15: sigmoid, and the same class name in the file")
def h5_v2_lstm():
    model = one_layer(tf.compat.v2.keras.layers.LSTM(5, input_shape=(None, 4), name="lstm"))
    call = dynamic(hard_lstm(recurrent_activation="sigmoid"))
    return h5(model, [found("lstm", call, names("lstm"), state_names("lstm", "h", "c"))])


def padded(value):
    """Sentences with padding behind, in front and within; the padding is `value`."""

    def draw(generator, sizes):
        drawn = floats("B", "T", 4)(generator, sizes)
        drawn[0, sizes["T"] - 2 :] = drawn[1, 0] = drawn[1, 2] = value
        return drawn

    return draw


@artefact("Masking of -1 in front of two layers, the second behind Dropout and Dense: both have one mask")
def h5_masking():
    model = keras.Sequential(
        [
            layers.Masking(-1.0, input_shape=(None, 4), name="masking"),
            layers.LSTM(5, return_sequences=True, recurrent_activation="sigmoid", name="lower"),
            layers.Dropout(0.5),
            layers.TimeDistributed(layers.Dense(3), name="each"),
            layers.GRU(3, go_backwards=True, name="upper"),
        ]
    )
    lower = hard_lstm(recurrent_activation="sigmoid")
    upper = dynamic(gru(3, recurrent_activation="hard_sigmoid"))
    recurrences = [
        found("lower", dynamic(lower), names("lower"), state_names("lower", "h", "c"), masked=True),
        found("upper", upper, names("upper"), state_names("upper"), masked=True),
    ]
    recurrences[1]["reverse"] = True
    return h5(model, recurrences, ["each/kernel", "each/bias"], padded(-1.0))


@artefact("mask_zero of an Embedding in front of Bidirectional: the mask is seen in both directions")
def h5_mask_zero():
    inner = layers.LSTM(5, return_sequences=True, name="lstm")
    model = keras.Sequential([layers.Embedding(3, 4, mask_zero=True, name="words")])
    model.add(layers.Bidirectional(inner, name="both"))
    variables = names("both/forward_lstm") + names("both/backward_lstm")
    state = OrderedDict((side, state_names("both/" + side, "h", "c")) for side in ("fw", "bw"))
    call = bidirectional(hard_lstm(), hard_lstm())
    recurrences = [found("both", call, variables, state, ("fw", "bw"), masked=True)]
    model.build((None, None))
    return h5(model, recurrences, ["words/embeddings"], ints(3, "B", "T"))


def cudnn_h5(layer, compatible, said):
    """A model of one layer for cuDNN; `layer` and `compatible` make the layer, and one that runs here.

    Only a GPU runs the layer, and no session takes a graph that has it; an eager model is saved without being run.
    The results are those of the compatible layer, which TensorFlow loads from the same file.
    """

    def save(session):
        with context.eager_mode():
            model = one_layer(layer())
            shapes = [(weight.name, weight.shape.as_list()) for weight in model.weights]
            model.set_weights([wide(draws(0, name), shape, 1.0).astype("float32") for name, shape in shapes])
            model.save("model.h5")
        return "model.h5"

    def results(session, sizes):
        given = floats("B", "T", 4)(draws(sizes["B"], "inputs"), sizes)
        with context.eager_mode():
            inputs = keras.Input((None, 4))
            model = keras.Model(inputs, compatible()(inputs))
            model.load_weights("model.h5")
            ran = [value.numpy() for value in tf.contrib.framework.nest.flatten(model(tf.constant(given)))]
        return OrderedDict(zip(said["edge"].values(), [given, *ran]))

    ran = "by the layer that is compatible with cuDNN's, which loads the same file"
    return Built({}, [said], save=save, results=results, ran=ran, weights=False)


@artefact("CuDNNLSTM: no hard_sigmoid, kernels as cuDNN has them, two biases that add")
def h5_cudnn_lstm():
    call = dynamic(hard_lstm(recurrent_activation="sigmoid"))
    return cudnn_h5(
        lambda: layers.CuDNNLSTM(5, input_shape=(None, 4), name="lstm", return_sequences=True),
        lambda: layers.LSTM(5, recurrent_activation="sigmoid", **WHOLE),
        found("lstm", call, names("lstm"), state_names("lstm", "h", "c")),
    )


@artefact("CuDNNGRU: resets after the matmul, the two biases in a row")
def h5_cudnn_gru():
    call = dynamic(gru(reset_after=True, recurrent_activation="sigmoid"))
    return cudnn_h5(
        lambda: layers.CuDNNGRU(5, input_shape=(None, 4), name="gru"),
        lambda: layers.GRU(5, recurrent_activation="sigmoid", reset_after=True, **WHOLE),
        found("gru", call, names("gru"), state_names("gru")),
    )


@artefact("Bidirectional(CuDNNLSTM)")
def h5_cudnn_bidirectional():
    state = OrderedDict((side, state_names("both/" + side, "h", "c")) for side in ("fw", "bw"))
    call = bidirectional(*(hard_lstm(recurrent_activation="sigmoid") for _ in range(2)))
    variables = names("both/forward_lstm") + names("both/backward_lstm")

    def layer():
        inner = layers.CuDNNLSTM(5, return_sequences=True, name="lstm")
        return layers.Bidirectional(inner, input_shape=(None, 4), name="both")

    def compatible():
        inner = layers.LSTM(5, recurrent_activation="sigmoid", **WHOLE)
        return layers.Bidirectional(inner, merge_mode=None)

    return cudnn_h5(
        layer,
        compatible,
        found("both", call, variables, state, ("fw", "bw")),
    )


def without_what_nobody_reads(path):
    """Take the definitions of operations and functions that no node calls out of a SavedModel: most of its bytes."""
    saved = saved_model_pb2.SavedModel()
    with open(path, "rb") as file:
        saved.ParseFromString(file.read())
    for meta in saved.meta_graphs:
        meta.meta_info_def.stripped_op_list.Clear()
        text = str(meta.graph_def.node)
        for function in list(meta.graph_def.library.function):
            if function.signature.name not in text:
                meta.graph_def.library.function.remove(function)
    with open(path, "wb") as file:
        file.write(saved.SerializeToString())


@artefact("what tf.keras exports: the graph restores paths through objects, the checkpoint is object-based")
def saved_model_of_keras():
    def save(session):
        tf.keras.experimental.export_saved_model(model, "saved_model")
        without_what_nobody_reads("saved_model/saved_model.pb")
        return "saved_model"

    inputs = keras.Input((None, 4), name="x")
    outputs, h, c = layers.LSTM(5, name="lstm", **WHOLE)(inputs)
    model = keras.Model(inputs, [outputs, h, c])
    state = OrderedDict([("h", h), ("c", c)])
    said = recurrence("lstm", dynamic(hard_lstm()), names("lstm"), inputs, outputs, state)
    return Built({inputs: floats("B", "T", 4)}, [said], save=save)


@artefact("a tf.keras layer in an ordinary graph that a Saver wrote")
def keras_layer_in_graph():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, h, c = layers.LSTM(5, name="lstm", **WHOLE)(x)
    state = OrderedDict([("h", h), ("c", c)])
    said = recurrence("lstm", dynamic(hard_lstm()), names("lstm"), x, outputs, state)
    return Built({x: floats("B", "T", 4)}, [said])


def gru_in_graph(call, variables=("kernel", "recurrent_kernel", "bias"), **options):
    """A tf.keras GRU in an ordinary graph, frozen."""
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = layers.GRU(5, name="gru", **dict(WHOLE, **options))(x)
    said = recurrence("gru", dynamic(call), names("gru", *variables), x, outputs, state)
    return Built({x: floats("B", "T", 4)}, [said], save=freeze([outputs, state]))


@artefact("a tf.keras GRU in an ordinary graph: hard_sigmoid, resets before the matmul, gate by gate")
def keras_gru_in_graph():
    return gru_in_graph(gru(recurrent_activation="hard_sigmoid"))


@artefact("a tf.keras GRU that computes its gates as one, without a bias, with relu")
def keras_gru_in_graph_whole():
    call = gru(recurrent_activation="sigmoid", activation="relu")
    leaves = ("kernel", "recurrent_kernel")
    options = {"recurrent_activation": "sigmoid", "activation": "relu", "use_bias": False}
    return gru_in_graph(call, leaves, implementation=2, **options)


@artefact("a tf.keras GRU that resets after the matmul, gate by gate: rows and columns of one bias")
def keras_gru_in_graph_reset_after():
    call = gru(recurrent_activation="hard_sigmoid", reset_after=True)
    return gru_in_graph(call, reset_after=True)
