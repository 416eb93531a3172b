"""Records optimizers/ with TensorFlow 1.15: `python tests/migrate/recognise/record_optimizers.py NAME...`.

Each graph is a small RNN over looked-up words and the training step of one optimizer, compressed.
"""

import gzip
import os
import sys

import tensorflow as tf

train, contrib, keras = tf.train, tf.contrib.opt, tf.keras.optimizers
manager = tf.contrib.mixed_precision.ExponentialUpdateLossScaleManager
TABLE = {
    "adam": lambda: train.AdamOptimizer(0.1),
    "loss_scale": lambda: train.experimental.MixedPrecisionLossScaleOptimizer(
        train.AdamOptimizer(0.1), "dynamic"
    ),
    "loss_scale_of_contrib": lambda: tf.contrib.mixed_precision.LossScaleOptimizer(
        train.AdamOptimizer(0.1), manager(128, 100)
    ),
    "ada_max": lambda: contrib.AdaMaxOptimizer(0.1),
    "adam_w": lambda: contrib.AdamWOptimizer(0.01, learning_rate=0.1),
    "add_sign": lambda: contrib.AddSignOptimizer(0.1),
    "drop_stale": lambda: contrib.DropStaleGradientOptimizer(train.AdamOptimizer(0.1), staleness=1),
    "ggt": lambda: contrib.GGTOptimizer(0.1, window=3),
    "lars": lambda: contrib.LARSOptimizer(0.1),
    "lazy_adam": lambda: contrib.LazyAdamOptimizer(0.1),
    "momentum_w": lambda: contrib.MomentumWOptimizer(0.01, learning_rate=0.1, momentum=0.9),
    "multitask": lambda: contrib.MultitaskOptimizerWrapper(train.AdamOptimizer(0.1)),
    "nadam": lambda: contrib.NadamOptimizer(0.1),
    "power_sign": lambda: contrib.PowerSignOptimizer(0.1),
    "reg_adagrad": lambda: contrib.RegAdagradOptimizer(0.1),
    "shampoo": lambda: contrib.ShampooOptimizer(train.get_or_create_global_step(), learning_rate=0.1),
    "variable_clipping": lambda: contrib.VariableClippingOptimizer(train.AdamOptimizer(0.1), {}, 1.0),
    "keras_nadam": lambda: keras.Nadam(0.1),
    "keras_rms": lambda: keras.RMSprop(0.1),
}
#: Optimizers that know no resource variables.
OLD = ("add_sign", "power_sign")
#: Optimizers that know no gradients of single rows.
DENSE = ("ggt",)


def loss_of(name):
    """The loss of an RNN of two steps over words, as an optimizer gets it."""
    words = tf.get_variable("words", [9, 3])
    x = tf.nn.embedding_lookup(
        words * 1.0 if name in DENSE else words, tf.placeholder(tf.int32, [2, 2], name="ids")
    )
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicRNNCell(3), tf.unstack(x, axis=1), dtype=tf.float32)
    scores = tf.nn.bias_add(tf.matmul(outputs[-1], tf.get_variable("w", [3, 2])), tf.get_variable("b", [2]))
    tf.nn.softmax(scores, name="p")
    labels = tf.placeholder(tf.int64, [2], name="labels")
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores))


def step_of(name, loss):
    """The training step, in a scope whose name says nothing of gradients."""
    with tf.name_scope("learn"):
        optimizer, weights = TABLE[name](), tf.trainable_variables()
        if name.startswith("keras"):
            return optimizer.get_updates(loss, weights)
        if name == "adam":
            gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, weights, name="back"), 5.0)
            tf.summary.scalar("norm", norm)
            pairs = list(zip(gradients, weights))  # noqa: B905
            return optimizer.apply_gradients(pairs, train.get_or_create_global_step())
        return optimizer.minimize(loss, train.get_or_create_global_step())


def record(folder, name):
    with tf.Graph().as_default():
        with tf.variable_scope("model", use_resource=name not in OLD):
            loss = loss_of(name)
        step_of(name, loss)
        graph = train.export_meta_graph(strip_default_attrs=True).graph_def
    path = os.path.join(folder, name + ".pb.gz")
    # Without a time, so that two recordings are the same.
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as written:
        written.write(graph.SerializeToString())


if __name__ == "__main__":
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers")
    for one in sys.argv[1:] or TABLE:
        record(here, one)
