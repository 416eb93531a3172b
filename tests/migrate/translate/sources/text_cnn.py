"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

# Sizes: those of the weights that load() takes. A model of others begins untrained.
EMBEDDING_INPUT_DIM = 20
CONV_MAXPOOL_2_FILTERS = 3
CONV_MAXPOOL_3_FILTERS = 3
CONV_MAXPOOL_4_FILTERS = 3
W_UNITS = 2


def build_model(dropout_rate=0.0):
    """Return the model without its weights.

    It is called with a dict of input_x, and gives a dict of scores, predictions.
    """
    # dropout_rate is 1 - dropout_keep_prob:0; it acts with training=True only.
    # dropout_keep_prob:0 is 1.0 in it, as at inference
    # input_x:0
    input_x = keras.Input((8,), dtype="int32", name="input_x")
    # embedding/W
    embedding = keras.layers.Embedding(EMBEDDING_INPUT_DIM, 4, name="embedding")
    embedding_lookup = embedding(input_x)
    embedding_expanddims = keras.ops.expand_dims(embedding_lookup, 3)
    # conv-maxpool-2/W, conv-maxpool-2/b
    conv_maxpool_2 = keras.layers.Conv2D(
        CONV_MAXPOOL_2_FILTERS,
        (2, 4),
        strides=(1, 1),
        padding="valid",
        activation="relu",
        name="conv_maxpool_2",
    )
    conv_maxpool_2_relu = conv_maxpool_2(embedding_expanddims)
    max_pool = keras.layers.MaxPooling2D((7, 1), strides=(1, 1), padding="valid")
    pool = max_pool(conv_maxpool_2_relu)
    # conv-maxpool-3/W, conv-maxpool-3/b
    conv_maxpool_3 = keras.layers.Conv2D(
        CONV_MAXPOOL_3_FILTERS,
        (3, 4),
        strides=(1, 1),
        padding="valid",
        activation="relu",
        name="conv_maxpool_3",
    )
    conv_maxpool_3_relu = conv_maxpool_3(embedding_expanddims)
    max_pool_0 = keras.layers.MaxPooling2D((6, 1), strides=(1, 1), padding="valid")
    pool_0 = max_pool_0(conv_maxpool_3_relu)
    # conv-maxpool-4/W, conv-maxpool-4/b
    conv_maxpool_4 = keras.layers.Conv2D(
        CONV_MAXPOOL_4_FILTERS,
        (4, 4),
        strides=(1, 1),
        padding="valid",
        activation="relu",
        name="conv_maxpool_4",
    )
    conv_maxpool_4_relu = conv_maxpool_4(embedding_expanddims)
    max_pool_1 = keras.layers.MaxPooling2D((5, 1), strides=(1, 1), padding="valid")
    pool_1 = max_pool_1(conv_maxpool_4_relu)
    concat = keras.ops.concatenate([pool, pool_0, pool_1], axis=3)
    reshape = keras.ops.reshape(
        concat,
        (-1, CONV_MAXPOOL_2_FILTERS + CONV_MAXPOOL_3_FILTERS + CONV_MAXPOOL_4_FILTERS),
    )
    # rate 1 - dropout_keep_prob:0
    dropout = keras.layers.Dropout(dropout_rate, name="dropout")
    dropout_mul_1 = dropout(reshape)
    # W, output/b
    w = keras.layers.Dense(W_UNITS, name="w")
    scores = w(dropout_mul_1)
    predictions = keras.ops.argmax(scores, axis=1)
    predictions_0 = keras.ops.cast(predictions, "int64")
    # scores is output/scores:0
    # predictions is output/predictions:0
    return keras.Model(
        {"input_x": input_x},
        {"scores": scores, "predictions": predictions_0},
        name="model",
    )


def load(dropout_rate=0.0):
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model(dropout_rate)
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
