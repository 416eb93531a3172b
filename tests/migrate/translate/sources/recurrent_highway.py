"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras


def build_model():
    """Return the model without its weights.

    It is called with a dict of ids, state, and gives a dict of probabilities, add.
    """
    # ids:0
    ids = keras.Input((3,), dtype="int32", name="ids")
    # state:0
    state = keras.Input((4,), name="state")
    # embedding
    embedding = keras.layers.Embedding(7, 4, name="embedding")
    embedding_lookup = embedding(ids)
    strided_slice = embedding_lookup[:, 0]
    concat = keras.ops.concatenate([strided_slice, state], axis=1)
    # rhn/depth_0/h/kernel, rhn/depth_0/h/bias
    h = keras.layers.Dense(4, activation="tanh", name="h")
    depth_0_tanh = h(concat)
    # rhn/depth_0/t/kernel, rhn/depth_0/t/bias
    t = keras.layers.Dense(4, name="t")
    t_1 = t(concat)
    depth_0_sub = keras.ops.subtract(t_1, 2.0)
    depth_0_sigmoid = keras.ops.sigmoid(depth_0_sub)
    depth_0_mul = keras.ops.multiply(depth_0_tanh, depth_0_sigmoid)
    depth_0_sub_1 = keras.ops.subtract(1.0, depth_0_sigmoid)
    depth_0_mul_1 = keras.ops.multiply(state, depth_0_sub_1)
    add = keras.ops.add(depth_0_mul, depth_0_mul_1)
    # rhn/depth_1/h/kernel, rhn/depth_1/h/bias
    h_0 = keras.layers.Dense(4, activation="tanh", name="h_0")
    depth_1_tanh = h_0(add)
    # rhn/depth_1/t/kernel, rhn/depth_1/t/bias
    t_2 = keras.layers.Dense(4, name="t_2")
    t_4 = t_2(add)
    depth_1_sub = keras.ops.subtract(t_4, 2.0)
    depth_1_sigmoid = keras.ops.sigmoid(depth_1_sub)
    depth_1_mul = keras.ops.multiply(depth_1_tanh, depth_1_sigmoid)
    depth_1_sub_1 = keras.ops.subtract(1.0, depth_1_sigmoid)
    depth_1_mul_1 = keras.ops.multiply(add, depth_1_sub_1)
    add_0 = keras.ops.add(depth_1_mul, depth_1_mul_1)
    strided_slice_0 = embedding_lookup[:, 1]
    concat_0 = keras.ops.concatenate([strided_slice_0, add_0], axis=1)
    depth_0_tanh_0 = h(concat_0)
    t_5 = t(concat_0)
    depth_0_sub_0 = keras.ops.subtract(t_5, 2.0)
    depth_0_sigmoid_0 = keras.ops.sigmoid(depth_0_sub_0)
    depth_0_mul_0 = keras.ops.multiply(depth_0_tanh_0, depth_0_sigmoid_0)
    depth_0_sub_1_0 = keras.ops.subtract(1.0, depth_0_sigmoid_0)
    depth_0_mul_1_0 = keras.ops.multiply(add_0, depth_0_sub_1_0)
    add_1 = keras.ops.add(depth_0_mul_0, depth_0_mul_1_0)
    depth_1_tanh_0 = h_0(add_1)
    t_6 = t_2(add_1)
    depth_1_sub_0 = keras.ops.subtract(t_6, 2.0)
    depth_1_sigmoid_0 = keras.ops.sigmoid(depth_1_sub_0)
    depth_1_mul_0 = keras.ops.multiply(depth_1_tanh_0, depth_1_sigmoid_0)
    depth_1_sub_1_0 = keras.ops.subtract(1.0, depth_1_sigmoid_0)
    depth_1_mul_1_0 = keras.ops.multiply(add_1, depth_1_sub_1_0)
    add_2 = keras.ops.add(depth_1_mul_0, depth_1_mul_1_0)
    strided_slice_1 = embedding_lookup[:, 2]
    concat_1 = keras.ops.concatenate([strided_slice_1, add_2], axis=1)
    depth_0_tanh_1 = h(concat_1)
    t_7 = t(concat_1)
    depth_0_sub_2 = keras.ops.subtract(t_7, 2.0)
    depth_0_sigmoid_1 = keras.ops.sigmoid(depth_0_sub_2)
    depth_0_mul_2 = keras.ops.multiply(depth_0_tanh_1, depth_0_sigmoid_1)
    depth_0_sub_1_1 = keras.ops.subtract(1.0, depth_0_sigmoid_1)
    depth_0_mul_1_1 = keras.ops.multiply(add_2, depth_0_sub_1_1)
    add_3 = keras.ops.add(depth_0_mul_2, depth_0_mul_1_1)
    depth_1_tanh_1 = h_0(add_3)
    t_8 = t_2(add_3)
    depth_1_sub_2 = keras.ops.subtract(t_8, 2.0)
    depth_1_sigmoid_1 = keras.ops.sigmoid(depth_1_sub_2)
    depth_1_mul_2 = keras.ops.multiply(depth_1_tanh_1, depth_1_sigmoid_1)
    depth_1_sub_1_1 = keras.ops.subtract(1.0, depth_1_sigmoid_1)
    depth_1_mul_1_1 = keras.ops.multiply(add_3, depth_1_sub_1_1)
    add_4 = keras.ops.add(depth_1_mul_2, depth_1_mul_1_1)
    concat_2 = keras.ops.concatenate([add_0, add_2, add_4], axis=1)
    reshape = keras.ops.reshape(concat_2, (-1, 4))
    # softmax/kernel, softmax/bias
    softmax = keras.layers.Dense(7, activation="softmax", name="softmax")
    probabilities = softmax(reshape)
    # probabilities is probabilities:0
    # add is rhn_2/depth_1/add:0
    return keras.Model(
        {"ids": ids, "state": state},
        {"probabilities": probabilities, "add": add_4},
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
