"""Every sentence that refuses: a program that gives it, through the command, and its next step, followed.

A row makes a refused command, says words of the sentence, and follows its next step: what the sentence tells is done,
and then the command, or the one that the sentence names, goes through; what is written by hand gives the right numbers.
"""

import json
import shutil

import pytest
import tensorflow as tf
from refused_programs import ZOO, looped, lstm, normalised, save, session_of, unrolled

from legacy_tf1.compat import rnn_cell
from legacy_tf1.unroll import dynamic_rnn, static_rnn
from tf2_lstm.cli import main
from tf2_lstm.migrate.recognise.refusals import IN_WHOLE

v1 = tf.compat.v1
ALONE = str(ZOO / "weights_alone_defaults" / "model.ckpt")


def convert(path, folder, *more):
    """The sentences are of recurrences; the whole program has most of what they refuse."""
    return ["convert", str(path), "-o", str(folder / "out"), "--recurrences", "--overwrite", *more]


def told(arguments, capsys):
    """The exit code and all that a command says, its lines joined."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, " ".join((said.out + said.err).split())


class Renamed:
    """A checkpoint that has the graph's variables under other names."""

    words = ("which the checkpoint does not have", "The shapes agree, the names do not", "tf.train.Saver({")

    def refused(self, folder):
        self.session = session_of(unrolled)
        return convert(save(self.session, folder / "old", "before/{}".format), folder)

    def followed(self, folder):
        """What restores it by a Saver with the old names saves it under the graph's."""
        return convert(save(self.session, folder / "new"), folder)


class ExportLikeNothing:
    """A model that goes back into a checkpoint of which nothing is known without the options of convert."""

    words = ("found none that converts, whatever its name", "Give export the options that convert had")

    def refused(self, folder):
        assert main(convert(ALONE, folder, "--assume-defaults")) == 0
        return ["export", str(folder / "out" / "rnn.keras"), "--like", ALONE, "-o", str(folder / "new")]

    def followed(self, folder):
        return [*self.refused(folder), "--assume-defaults"]


class ExportUnnamed:
    """A model whose name is that of no recurrence of the checkpoint."""

    words = (
        "its name is rnn, expected that of a recurrence",
        "siamese_rnn, siamese_1_rnn. Say which with --name",
    )

    def refused(self, folder):
        source = str(ZOO / "siamese_reuse" / "model.ckpt")
        assert main(convert(source, folder)) == 0
        model = folder / "out" / "siamese_rnn.keras"
        self.export = ["export", str(model), "--like", source, "-o", str(folder / "new"), "--name"]
        return [*self.export, "rnn"]

    def followed(self, folder):
        return [*self.export, "siamese_rnn"]


class Live:
    """A program of one recurrence that is refused as it is, and goes through when what the sentence says is done."""

    def refused(self, folder):
        return convert(save(session_of(self.before), folder / "model"), folder)


class Rounded(Live):
    """Weights and what a step computes are rounded as tf.contrib.quantize does it."""

    words = (
        "not converted: rnn: ",
        "has is FakeQuantWithMinMaxArgs (gates): numbers are rounded as in 8 bits",
        "Next step: convert the .meta of the graph without the rewriting, --weights this checkpoint",
        "0 of 1 recurrence(s)",
    )

    def before(self):
        rounding = tf.quantization.fake_quant_with_min_max_args
        unrolled(kernel=lambda k: rounding(k, name="weights"), gates=lambda z: rounding(z, name="gates"))

    def followed(self, folder):
        graph = save(session_of(unrolled), folder / "without")
        return convert(f"{graph}.meta", folder, "--weights", str(folder / "model"))


class InWhole(Live):
    """Equations of their own, which the whole program has."""

    step = f"Next step: {IN_WHOLE}"

    def followed(self, folder):
        return [one for one in self.refused(folder) if one != "--recurrences"]


class Normalised(InWhole):
    """Moments, without a class whose name says so."""

    words = ("has is Mean (moments/mean): what a step computes is normalised by its moments", InWhole.step)

    def before(self):
        unrolled(gates=lambda z: normalised(z))


class WithoutScope(InWhole):
    """A loop with no scope around it, of variables without one."""

    words = (
        "not converted: while: ",
        f"the first operation that no known cell has is Sinh (while/Sinh). {InWhole.step}",
    )

    def before(self):
        looped(cell=tf.sinh, scope="")


class EightBits(Live):
    """What a step computes is kept in 8 bits."""

    words = ("numbers are kept in 8 bits", "Next step: convert the graph as it was before that")

    def before(self):
        def kept(z):
            held = tf.quantization.quantize(z, -4.0, 4.0, tf.quint8)
            return tf.quantization.dequantize(held.output, held.output_min, held.output_max)

        unrolled(gates=kept)

    def followed(self, folder):
        return convert(save(session_of(unrolled), folder / "before"), folder)


class FlatAndDropped(Live):
    """Dropout of a flat state, and the graph without it."""

    words = (
        "dropout acts on a flat state",
        "Next step: convert the graph of inference, whose state_keep_prob is 1.0",
    )

    def before(self, rate=0.5):
        x, _, _, step = lstm()
        state = tf.zeros([2, 8])

        def flat(t, state):
            held = tf.concat(step(tf.split(state, 2, 1), tf.gather(x, t, axis=1)), 1)
            return t + 1, v1.nn.dropout(held, rate=rate) if rate else held

        v1.while_loop(lambda t, _: t < 5, flat, (tf.constant(0), state))

    def followed(self, folder):
        return convert(save(session_of(lambda: self.before(rate=0.0)), folder / "inference"), folder)


class MostSteps(Live):
    """A loop that ends with its longest row, or after twice as many steps; and without the second end."""

    words = ("a maximum_iterations that is neither a number nor", "Next step: build the graph without it")

    def before(self, most=True):
        x, _, _, step = lstm()
        rows = v1.placeholder(tf.int32, [2], name="rows")
        steps = tf.TensorArray(tf.float32, 5).unstack(tf.transpose(x, [1, 0, 2]))

        def masked(t, c, h, ys):
            new, out = step((c, h), steps.read(t))
            ended = t >= rows
            kept = v1.where(ended, c, new), v1.where(ended, h, out)
            return t + 1, *kept, ys.write(t, v1.where(ended, tf.zeros([2, 4]), out))

        def go_on(t, *_):
            some = tf.logical_not(tf.reduce_all(t >= rows))
            return tf.logical_and(some, t < tf.reduce_max(rows) * 2) if most else some

        ys = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[2, 4])
        ran = v1.while_loop(go_on, masked, (tf.constant(0), tf.zeros([2, 4]), tf.zeros([2, 4]), ys))
        tf.transpose(ran[3].stack(), [1, 0, 2], name="out")

    def followed(self, folder):
        return convert(save(session_of(lambda: self.before(most=False)), folder / "without"), folder)


class NamesAlone(Live):
    """A cell of a name that is not known, without its graph."""

    words = ("of no known one", "Next step: name the graph (.meta) too, with this checkpoint as --weights")

    def refused(self, folder):
        self.path = save(session_of(lambda: unrolled(scope="odd_cell")), folder / "model", meta=False)
        return convert(self.path, folder)

    def followed(self, folder):
        graph = save(session_of(lambda: unrolled(scope="odd_cell")), folder / "graph")
        return ["inspect", f"{graph}.meta", "--weights", self.path]


class KerasNames(Live):
    """A layer of tf.keras without its graph, and with it."""

    words = ("by its names it is a recurrent layer of tf.keras", "Next step: save the model with model.save")

    def refused(self, folder):
        for path in (ZOO / "keras_layer_in_graph").glob("model.ckpt.[di]*"):
            shutil.copyfile(path, folder / path.name)
        return convert(folder / "model.ckpt", folder)

    def followed(self, folder):
        shutil.copyfile(ZOO / "keras_layer_in_graph" / "model.ckpt.meta", folder / "model.ckpt.meta")
        return ["inspect", str(folder / "model.ckpt")]


class Opaque(Live):
    """The blob of cuDNN alone, and with what a GPU saves beside it."""

    words = (
        "the checkpoint holds only the opaque blob 'cudnn_lstm/opaque_kernel' of cuDNN's weights; it is seen at "
        "CudnnRNN (cudnn_lstm/CudnnRNN). Next step: save the model on a GPU with tf.train.Saver()",
    )

    def refused(self, folder):
        return convert(ZOO / "cudnn_blob_only" / "model.ckpt", folder)

    def followed(self, folder):
        return ["inspect", str(ZOO / "cudnn_lstm" / "model.ckpt")]


class Greedy(InWhole):
    """A decoder that feeds itself."""

    words = (
        f"it is seen at ArgMax (decoder/while/BasicDecoderStep/ArgMax). {InWhole.step}",
        "1 of 2 recurrence(s)",
    )

    def refused(self, folder):
        return convert(ZOO / "greedy_decoder" / "model.ckpt", folder)


class JoinedAtOnce(Live):
    """Two tensors that are joined with the state in one concatenation: no tensor is the input."""

    words = (
        "no tensor of the graph is the input of a step",
        "Next step: join them in a tf.concat of their own first",
    )

    def before(self, own=False):
        x = [v1.placeholder(tf.float32, [None, 2], name=name) for name in ("a", "b")]
        c, h = (v1.placeholder(tf.float32, [None, 3], name=name) for name in ("c", "h"))
        w, b = v1.get_variable("cell/w", [7, 12]), v1.get_variable("cell/b", [12])
        joined = tf.concat([tf.concat(x, 1), h] if own else [*x, h], 1)
        i, j, f, o = tf.split(tf.matmul(joined, w) + b, 4, 1)
        c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
        tf.multiply(tf.tanh(c), tf.sigmoid(o), name="out")

    def followed(self, folder):
        return convert(save(session_of(lambda: self.before(own=True)), folder / "joined"), folder)


class SquashedInBranches(Live):
    """What a step reads is computed in the branch of a conditional that control flow v2 makes a function of."""

    words = (
        "the input of a step is computed inside of a function of the graph, and no tensor outside has it",
        "Next step: compute it for all steps at once, in front of the recurrence",
    )

    def before(self, squashing=True):
        class Cell(rnn_cell.BasicLSTMCell):
            def call(self, inputs, state):
                return super().call(tf.tanh(inputs) if squashing else inputs, state)

        v1.enable_control_flow_v2()
        x = v1.placeholder(tf.float32, [2, 3, 3], name="x")
        steps = tf.unstack(x if squashing else tf.tanh(x), axis=1)
        lengths = v1.placeholder(tf.int32, [2], name="lengths")
        static_rnn(Cell(4), steps, sequence_length=lengths, dtype=tf.float32)

    def followed(self, folder):
        return convert(save(session_of(lambda: self.before(squashing=False)), folder / "front"), folder)


class InABranch(Live):
    """A loop in the branch of a conditional that control flow v2 makes a function of."""

    words = (
        "it runs in a branch of a tf.cond, whose branches are functions of the graph",
        "Next step: build the graph with tf.disable_control_flow_v2()",
    )

    def before(self):
        v1.enable_control_flow_v2()
        self.branches()

    def branches(self):
        x = v1.placeholder(tf.float32, [2, 3, 3], name="x")
        use = v1.placeholder(tf.bool, [], name="use")
        cell = rnn_cell.BasicLSTMCell(4)
        with v1.variable_scope("cell", use_resource=False):
            cell.build((2, 3))
        v1.cond(use, lambda: dynamic_rnn(cell, x, dtype=tf.float32)[0], lambda: tf.zeros([2, 3, 4]))

    def followed(self, folder):
        v1.disable_control_flow_v2()
        graph = save(session_of(self.branches), folder / "parts")
        return convert(f"{graph}.meta", folder, "--weights", str(folder / "model"))


class Absent(Live):
    """A checkpoint without one of the variables."""

    words = (
        "the checkpoint has no value of rnn/cell/b",
        "name with --weights a checkpoint that has all of them",
    )

    def refused(self, folder):
        self.session = session_of(unrolled)
        self.all = save(self.session, folder / "all")
        with self.session.graph.as_default():
            part = [one for one in v1.global_variables() if not one.op.name.endswith("/b")]
            v1.train.Saver(part).save(self.session, str(folder / "part"), write_meta_graph=False)
        shutil.copyfile(f"{self.all}.meta", folder / "part.meta")
        return convert(folder / "part", folder)

    def followed(self, folder):
        return convert(folder / "part.meta", folder, "--weights", self.all)


class Unsaved(Live):
    """Weights that are local variables, as the copies of an optimizer that averages are: no Saver saves them."""

    words = (
        "is VariableV2 (rnn/cell/w): the checkpoint has no value of it",
        "Next step: save it with the others, by a tf.train.Saver whose var_list has it",
    )

    def before(self):
        v1.get_variable("center", [7, 16])
        scope = v1.variable_scope("", custom_getter=self.local, use_resource=False)
        with scope:
            looped()

    def local(self, getter, *names, collections=None, trainable=None, **options):
        return getter(*names, collections=[v1.GraphKeys.LOCAL_VARIABLES], trainable=False, **options)

    def refused(self, folder):
        self.session = session_of(self.before)
        return convert(save(self.session, folder / "model"), folder)

    def followed(self, folder):
        with self.session.graph.as_default():
            self.session.run(v1.local_variables_initializer())
            every = v1.global_variables() + v1.local_variables()
            v1.train.Saver(every).save(self.session, str(folder / "whole"))
        return convert(folder / "whole", folder)


class NothingSaid(Live):
    """A checkpoint without a graph does not tell forget_bias."""

    words = (
        "not converted: rnn: a checkpoint without a graph does not tell forget_bias and activation",
        "or --assume-defaults",
    )

    def refused(self, folder):
        return convert(ALONE, folder)

    def followed(self, folder):
        return convert(ALONE, folder, "--assume-defaults")


class NoRecurrence(Live):
    """A model without any."""

    words = ("no recurrence in it", "tf2-lstm inspect says what its variables are")

    def refused(self, folder):
        return convert(ZOO / "counter_loop" / "model.ckpt", folder)

    def followed(self, folder):
        return ["inspect", str(ZOO / "counter_loop" / "model.ckpt")]


ROWS = [
    Renamed,
    ExportLikeNothing,
    ExportUnnamed,
    Rounded,
    Normalised,
    WithoutScope,
    JoinedAtOnce,
    SquashedInBranches,
    InABranch,
    Absent,
    Unsaved,
]
ROWS += [
    NothingSaid,
    NoRecurrence,
    EightBits,
    FlatAndDropped,
    MostSteps,
    NamesAlone,
    KerasNames,
    Opaque,
    Greedy,
]


@pytest.mark.parametrize("row", ROWS, ids=[row.__name__ for row in ROWS])
def test_a_refusal_says_what_and_its_next_step_goes_through(row, tmp_path, capsys):
    one = row()
    code, said = told(one.refused(tmp_path), capsys)
    assert code in (1, 2)
    assert [words for words in one.words if words not in said] == [], said
    arguments = one.followed(tmp_path)
    code, said = told(arguments, capsys) if arguments else (0, "")
    assert code == 0, said


#: Artefact of TensorFlow 1.15.5 -> words that are said of it, and words that are not true of it.
SAID = {
    "layer_norm_lstm": (
        "layer_norm_basic_lstm_cell/input_1/moments/mean): what a step computes is normalised",
        "Beam",
    ),
    "quantised_training": (
        "FakeQuantWithMinMaxVars (rnn/basic_lstm_cell/weights_quant/",
        "act_quant/rnn/basic_lstm_cell:",
    ),
    "memory_sorted_by_usage": ("TopKV2 (rnn/while/rnn/memory_cell/TopKV2)", "BeamSearchDecoder"),
    "conv_lstm": ("the first operation that no known cell has is Conv2D (rnn/while/", "BeamSearchDecoder"),
    "phased_lstm": ("the first operation that no known cell has is FloorMod (rnn/while/", "Attention"),
    "attention_decoder": ("a step attends to a memory", "BeamSearchDecoder"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_of_artefacts_of_tensorflow_1_15_5(name, capsys):
    code, said = told(["inspect", str(ZOO / name / "model.ckpt"), "--format", "json"], capsys)
    (one,) = json.loads(said)["not_converted"]
    assert code == 1
    assert SAID[name][0] in one["reason"]
    assert SAID[name][1] not in said


def test_a_copy_on_another_device_is_called_one(capsys):
    _, said = told(["inspect", str(ZOO / "mirrored" / "model.ckpt"), "--format", "json"], capsys)
    first, copy = json.loads(said)["recurrences"]
    assert not any("is the copy of" in note for note in first["notes"])
    assert not any("it shares" in note for one in (first, copy) for note in one["notes"])
    assert any(note.startswith("it is the copy of rnn that tf.distribute") for note in copy["notes"])


def test_shared_weights_are_no_copies_on_another_device(capsys):
    _, said = told(["inspect", str(ZOO / "siamese_reuse" / "model.ckpt"), "--format", "json"], capsys)
    assert "is the copy of" not in said
    first, second = json.loads(said)["recurrences"]
    assert any(note.startswith("it shares all its variables with siamese_1_rnn:") for note in first["notes"])
    assert any(note.startswith("it shares all its variables with siamese_rnn:") for note in second["notes"])


def test_a_tensor_that_the_graph_does_not_keep_says_so(capsys):
    """The graph was frozen for its scores alone: the states that the loop ends with are cut away."""
    path = str(ZOO / "frozen_scores_only" / "frozen.pb")
    _, said = told(["inspect", path, "--format", "json"], capsys)
    (one,) = json.loads(said)["recurrences"]
    kept = {tensor["name"]: (tensor["tf1"], tensor.get("no_tf1")) for tensor in one["outputs"]}
    assert kept["outputs"] == ("rnn/transpose_1:0", None)
    assert kept["state_c"] == kept["state_h"] == (None, "no tensor of the artefact has this value")
