"""The arguments that many TF1 cells share, written once."""

from tf2_lstm.migrate.pairs.row import Argument

NUM_UNITS = Argument("num_units", "renamed", "units")
ACTIVATION = Argument("activation", "renamed", "activation", convert="activation", default="tanh")
NAME = Argument(
    "name", "renamed", "name", why="In TF1 it also names the variables; in Keras it only names the layer."
)
DTYPE = Argument("dtype", "renamed", "dtype", why="Keras also takes a dtype policy here.")
REUSE = Argument(
    "reuse", "dropped", why="Keras shares weights by sharing the object: call the same layer twice."
)
STATE_IS_TUPLE = Argument(
    "state_is_tuple",
    "folded",
    "to_tf1_state / to_keras_state",
    why="Keras states are always lists; the two functions join and split the flat [c; h] tensor.",
)
FORGET_BIAS = Argument(
    "forget_bias",
    "folded",
    "bias",
    why="TF1 adds it at every step and never stores it; it is added once to the forget quarter of the bias.",
    default=1.0,
)
SEQUENCE_LENGTH = Argument(
    "sequence_length",
    "folded",
    "mask",
    why="SequenceMask()([x, sequence_length]) or mask=sequence_mask(sequence_length, time).",
)
INITIAL_STATE = Argument(
    "initial_state",
    "folded",
    "initial_state",
    why="A call argument in Keras too, but ordered [h, c]: to_keras_state(cell, state) reorders it.",
)
INPUTS = Argument("inputs", "renamed", "sequences", why="The first call argument.")
PARALLEL_ITERATIONS = Argument("parallel_iterations", "dropped", why="A scheduling hint of tf.while_loop.")
SWAP_MEMORY = Argument("swap_memory", "dropped", why="A memory hint of tf.while_loop.")
TIME_MAJOR = Argument(
    "time_major", "folded", "keras.ops.swapaxes", why="Keras 3 is batch-major: swap axes 0 and 1 outside."
)
SCOPE = Argument(
    "scope", "dropped", why="It names the TF1 variables, which the weight map reads; Keras layers have name=."
)
UNROLL_DTYPE = Argument("dtype", "renamed", "dtype", why="TF1 needs it for the zero state only.")
