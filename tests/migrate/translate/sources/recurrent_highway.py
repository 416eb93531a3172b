"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

# Sizes: those of the weights that load() takes. A model of others begins untrained.
RHN_CELL_UNITS = 4
EMBEDDING_INPUT_DIM = 7
EMBEDDING_OUTPUT_DIM = 4
SOFTMAX_UNITS = 7


# TF1 scope: rhn_1, 3 steps
class RhnCell(keras.layers.Layer):
    """A cell of its own equations, for keras.layers.RNN."""

    def __init__(self, **options):
        super().__init__(**options)
        self.state_size = [RHN_CELL_UNITS]
        self.output_size = RHN_CELL_UNITS

    def build(self, shape):
        self.depth_0_h_kernel = self.add_weight(
            shape=(EMBEDDING_OUTPUT_DIM + RHN_CELL_UNITS, RHN_CELL_UNITS),
            name="depth_0_h_kernel",
        )
        self.depth_0_h_bias = self.add_weight(
            shape=(RHN_CELL_UNITS,),
            initializer="zeros",
            name="depth_0_h_bias",
        )
        self.depth_0_t_kernel = self.add_weight(
            shape=(EMBEDDING_OUTPUT_DIM + RHN_CELL_UNITS, RHN_CELL_UNITS),
            name="depth_0_t_kernel",
        )
        self.depth_0_t_bias = self.add_weight(
            shape=(RHN_CELL_UNITS,),
            initializer="zeros",
            name="depth_0_t_bias",
        )
        self.depth_1_h_kernel = self.add_weight(
            shape=(RHN_CELL_UNITS, RHN_CELL_UNITS),
            name="depth_1_h_kernel",
        )
        self.depth_1_h_bias = self.add_weight(
            shape=(RHN_CELL_UNITS,),
            initializer="zeros",
            name="depth_1_h_bias",
        )
        self.depth_1_t_kernel = self.add_weight(
            shape=(RHN_CELL_UNITS, RHN_CELL_UNITS),
            name="depth_1_t_kernel",
        )
        self.depth_1_t_bias = self.add_weight(
            shape=(RHN_CELL_UNITS,),
            initializer="zeros",
            name="depth_1_t_bias",
        )
        self.built = True

    def call(self, inputs, states):
        (state_0,) = states
        concat = keras.ops.concatenate([inputs, state_0], axis=1)
        depth_0_tanh_product = keras.ops.matmul(concat, self.depth_0_h_kernel)
        depth_0_tanh_sum = keras.ops.add(depth_0_tanh_product, self.depth_0_h_bias)
        depth_0_tanh = keras.ops.tanh(depth_0_tanh_sum)
        t_1_product = keras.ops.matmul(concat, self.depth_0_t_kernel)
        t_1 = keras.ops.add(t_1_product, self.depth_0_t_bias)
        depth_0_sub = keras.ops.subtract(t_1, 2.0)
        depth_0_sigmoid = keras.ops.sigmoid(depth_0_sub)
        depth_0_mul = keras.ops.multiply(depth_0_tanh, depth_0_sigmoid)
        depth_0_sub_1 = keras.ops.subtract(1.0, depth_0_sigmoid)
        depth_0_mul_1 = keras.ops.multiply(state_0, depth_0_sub_1)
        add = keras.ops.add(depth_0_mul, depth_0_mul_1)
        depth_1_tanh_product = keras.ops.matmul(add, self.depth_1_h_kernel)
        depth_1_tanh_sum = keras.ops.add(depth_1_tanh_product, self.depth_1_h_bias)
        depth_1_tanh = keras.ops.tanh(depth_1_tanh_sum)
        t_4_product = keras.ops.matmul(add, self.depth_1_t_kernel)
        t_4 = keras.ops.add(t_4_product, self.depth_1_t_bias)
        depth_1_sub = keras.ops.subtract(t_4, 2.0)
        depth_1_sigmoid = keras.ops.sigmoid(depth_1_sub)
        depth_1_mul = keras.ops.multiply(depth_1_tanh, depth_1_sigmoid)
        depth_1_sub_1 = keras.ops.subtract(1.0, depth_1_sigmoid)
        depth_1_mul_1 = keras.ops.multiply(add, depth_1_sub_1)
        add_0 = keras.ops.add(depth_1_mul, depth_1_mul_1)
        return (add_0, [add_0])


def build_model():
    """Return the model without its weights.

    It is called with a dict of ids, state, and gives a dict of probabilities, add.
    """
    # ids:0
    ids = keras.Input((3,), dtype="int32", name="ids")
    # state:0
    state = keras.Input((RHN_CELL_UNITS,), name="state")
    # embedding
    embedding = keras.layers.Embedding(
        EMBEDDING_INPUT_DIM,
        EMBEDDING_OUTPUT_DIM,
        name="embedding",
    )
    embedding_lookup = embedding(ids)
    rhn_cell = RhnCell(name="rhn_cell")
    # rhn/depth_0/h/kernel, rhn/depth_0/h/bias, rhn/depth_0/t/kernel,
    # rhn/depth_0/t/bias, rhn/depth_1/h/kernel, rhn/depth_1/h/bias,
    # rhn/depth_1/t/kernel, rhn/depth_1/t/bias
    rhn_1 = keras.layers.RNN(
        rhn_cell,
        return_sequences=True,
        return_state=True,
        unroll=True,
        name="rhn_1",
    )
    rhn_1_outputs = rhn_1(embedding_lookup, initial_state=[state])
    sequence = rhn_1_outputs[0]
    add_4 = rhn_1_outputs[1]
    concat_2 = keras.ops.reshape(sequence, (-1, 3 * RHN_CELL_UNITS))
    reshape = keras.ops.reshape(concat_2, (-1, RHN_CELL_UNITS))
    # softmax/kernel, softmax/bias
    softmax = keras.layers.Dense(SOFTMAX_UNITS, activation="softmax", name="softmax")
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
