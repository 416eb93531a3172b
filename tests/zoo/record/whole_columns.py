"""Whole programs of feature columns, which begin with records: what a parser gives out is fed."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats
from tests.zoo.record.saving import program, save_signatures
from tf2_lstm.migrate.equivalence.inputs import wide

columns, of_sequences = tf.feature_column, tf.contrib.feature_column
#: How many elements the rows of a sparse feature have; of those that may be empty, one is.
FULL, SOME = (5, 1, 3), (2, 0, 3)


def _parsed(serialized, used):
    return tf.parse_example(serialized, columns.make_parse_example_spec(used))


def _sparse(feature, values, counts, limit=None):
    """What the parts of a sparse feature are fed, and its values: ids below a limit, and one below zero; or floats."""

    def count(sizes):
        return np.minimum(counts[: sizes["B"]], sizes["T"])

    def places(_, sizes):
        return np.array([(row, at) for row, most in enumerate(count(sizes)) for at in range(most)], "int64")

    def numbers(generator, sizes):
        size = count(sizes).sum()
        if limit is None:
            return wide(generator, (size,), 1.5).astype("float32")
        drawn = generator.randint(limit, size=size).astype("int64")
        drawn[-1] = -1
        return drawn

    def shape(_, sizes):
        return np.array([sizes["B"], count(sizes).max()], "int64")

    return {feature.indices: places, values: numbers, feature.dense_shape: shape}


@whole_program(
    "a canned estimator that reads sequences of tags, hashed and looked up, and prices, beside a number of each row"
)
def canned_sequences():
    tags = columns.embedding_column(of_sequences.sequence_categorical_column_with_hash_bucket("tags", 9), 3)
    prices, age = of_sequences.sequence_numeric_column("prices"), columns.numeric_column("age")
    serialized = tf.placeholder(tf.string, [None], "examples")
    features = _parsed(serialized, [tags, prices, age])
    estimator = tf.contrib.estimator.RNNClassifier(
        sequence_feature_columns=[tags, prices],
        context_feature_columns=[age],
        num_units=[4, 3],
        cell_type="gru",
        n_classes=3,
    )
    # What export_saved_model calls; its model_fn is a property that takes no features of its own.
    spec = estimator._call_model_fn(features, None, tf.estimator.ModeKeys.PREDICT, None)
    probabilities, ids = spec.predictions["probabilities"], spec.predictions["class_ids"]
    [hashed] = [one.outputs[0] for one in tf.get_default_graph().get_operations() if "HashBucket" in one.type]
    feeds = {features["age"]: floats("B", 1)}
    feeds.update(_sparse(features["tags"], hashed, FULL, 9))
    feeds.update(_sparse(features["prices"], features["prices"].values, FULL))
    save = save_signatures(
        predict=({"examples": serialized}, {"probabilities": probabilities, "class_ids": ids})
    )
    return program(feeds, [probabilities, ids], save=save)


@whole_program(
    "a canned wide and deep classifier: ids and hashed words with and without a default, a list of words, buckets"
)
def wide_and_deep():
    words = columns.categorical_column_with_identity("words", 11, default_value=0)
    tags = columns.categorical_column_with_hash_bucket("tags", 6)
    kinds = columns.categorical_column_with_vocabulary_list("kinds", ["a", "b", "c"])
    age = columns.numeric_column("age", normalizer_fn=lambda x: (x - 3.0) / 2.0)
    size = columns.bucketized_column(columns.numeric_column("size"), [-0.5, 0.1, 1.0])
    deep = [columns.embedding_column(words, 4), columns.embedding_column(tags, 2, combiner="sqrtn")]
    deep += [columns.indicator_column(kinds), age, size]
    wide_ones = [words, columns.weighted_categorical_column(tags, "weights"), age, size]
    features = _parsed(tf.placeholder(tf.string, [None], "examples"), [*deep, *wide_ones])
    estimator = tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide_ones, dnn_feature_columns=deep, dnn_hidden_units=[5, 4]
    )
    spec = estimator._call_model_fn(features, None, tf.estimator.ModeKeys.PREDICT, None)
    feeds = {features["age"]: floats("B", 1), features["size"]: floats("B", 1)}
    operations = tf.get_default_graph().get_operations()
    for feature, found, limit in (("tags", "HashBucket", 6), ("kinds", "LookupTableFind", 3)):
        looked_up = [one.outputs[0] for one in operations if found in one.type]
        for one in looked_up:
            feeds.update(_sparse(features[feature], one, SOME, limit))
    feeds.update(_sparse(features["words"], features["words"].values, SOME, 11))
    feeds.update(_sparse(features["weights"], features["weights"].values, SOME))
    return program(feeds, [spec.predictions["logits"], spec.predictions["probabilities"]], named=True)
