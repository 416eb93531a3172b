"""Run a case in Keras: layers built by the table, weights carried over from the TF1 checkpoint."""

import itertools
from collections import OrderedDict

import keras
import numpy as np

import tf2_lstm
from tf2_lstm import backends
from tf2_lstm.migrate import weights
from tf2_lstm.migrate.build import Builder, set_weights
from tf2_lstm.migrate.equivalence.case_functions import FUNCTIONS
from tf2_lstm.migrate.equivalence.inputs import LEARNING_RATE, Noise, case_inputs, target
from tf2_lstm.migrate.equivalence.keras_program import KerasProgram
from tf2_lstm.migrate.equivalence.keras_unrolls import UNROLLS
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.tree import inner_calls, name_leaves, plain, scoped_cells, state_sizes


def read_checkpoint(prefix):
    """Read every variable of a TF1 checkpoint: an OrderedDict from name to array."""
    # Imported here, so that a case runs on any backend.
    import tensorflow as tf

    reader = tf.train.load_checkpoint(prefix)
    return OrderedDict((name, reader.get_tensor(name)) for name in sorted(reader.get_variable_to_shape_map()))


def run_keras(case, seed, prefix, dtype="float32", **options):
    """Carry a checkpoint's weights over to the Keras twin of a case and run the levels of proof.

    Args:
        case: the `Case`.
        seed: the seed of the inputs.
        prefix: the TF1 checkpoint's prefix.
        dtype: "float32" or "float64".
        **options: `steps` and `gradients`, see `KerasCase.run_levels`.

    Returns:
        A `RunResult` of the side KERAS.
    """
    import tensorflow as tf

    built = KerasProgram(case) if PAIRS[case.call.pair].kind == "program" else KerasCase(case, seed, dtype)
    built.load(read_checkpoint(prefix))
    start = built.named()
    tensors = built.run_levels(**options)
    if "losses" in tensors:
        tensors.update(("trained " + name, value) for name, value in built.named().items())
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    return RunResult(KERAS, tensors, start, versions)


class KerasCase:
    """The Keras side of one case.

    Attributes:
        builder: the `Builder`; `builder.cell(call)` is the cell of a call.
        fed: name -> tensor, inputs and initial state.
    """

    def __init__(self, case, seed=0, dtype="float32"):
        """Build the layers of `case` for inputs of `seed` and `dtype`."""
        self.case, self.seed, self.dtype = case, seed, dtype
        self.builder = Builder(dtype, FUNCTIONS)
        self.fed = OrderedDict(
            (name, keras.ops.convert_to_tensor(value, dtype))
            for name, value in case_inputs(case, seed).items()
        )
        self._run = UNROLLS[case.call.pair](self)
        self.results()

    def load(self, variables):
        """Set the weights of every cell from TF1 variables; nothing may be missing or left over."""
        # This cast comes first: forget_bias is folded in the dtype of the variables.
        variables = OrderedDict((name, value.astype(self.dtype)) for name, value in variables.items())
        for scope, call, arrays in weights.read_cells(self.case.call, variables):
            set_weights(self.builder.cell(call), arrays, scope)

    @property
    def mask(self):
        """The mask [batch, time] of the case's lengths, or None."""
        if self.case.lengths is None:
            return None
        return tf2_lstm.sequence_mask(np.asarray(self.case.lengths, "int32"), self.case.time)

    def initial_state(self, call, name="initial_state"):
        """Return the fed initial state of a cell in TF1's nest, or None."""
        return self._pack(state_sizes(call), name) if self.case.initial_state else None

    def _pack(self, sizes, name):
        if isinstance(sizes, dict):
            return tf2_lstm.LSTMStateTuple(**{key: self.fed[f"{name}.{key}"] for key in sizes})
        if isinstance(sizes, list):
            return tuple(self._pack(inner, f"{name}[{number}]") for number, inner in enumerate(sizes))
        return self.fed[name]

    def results(self):
        """Run once: name -> tensor, outputs and every leaf of the final state."""
        self._replay_noise()
        outputs, state = self._run()
        named = name_leaves(plain(outputs), "outputs")
        named.update(name_leaves(plain(state), "state"))
        return named

    def _replay_noise(self):
        """Make every dropout wrapper draw, from its start, the noise that is fed to the TF1 session."""
        noise = Noise(self.case, self.seed)
        for call in _calls(self.case.call):
            if call.pair == "dropout" and self.case.noise:
                self.builder.cell(call).draw_noise = lambda shape, dtype: keras.ops.convert_to_tensor(
                    noise(tuple(shape)), dtype
                )

    def loss(self, results):
        """Return the scalar that gradients and training steps descend, the same as on the TF1 side."""
        targets = [
            keras.ops.convert_to_tensor(target(name, value.shape, self.seed), self.dtype)
            for name, value in results.items()
        ]
        errors = [
            keras.ops.mean(keras.ops.square(value - wanted))
            for value, wanted in zip(results.values(), targets, strict=True)
        ]
        return 0.5 * sum(errors[1:], errors[0])

    def _cells(self):
        return {id(call): self.builder.cell(call) for call in scoped_cells(self.case.call).values()}

    def _variables(self):
        return list(itertools.chain.from_iterable(cell.trainable_weights for cell in self._cells().values()))

    def named(self, values=None):
        """Name the weights, or gradients in the weights' order, as TF1 variables."""
        arrays = iter(self._variables() if values is None else values)
        of_cell = {
            key: [keras.ops.convert_to_numpy(next(arrays)) for _ in cell.trainable_weights]
            for key, cell in self._cells().items()
        }
        named = weights.write_cells(self.case.call, lambda call: of_cell[id(call)], folded=values is None)
        return OrderedDict(sorted(named.items()))

    def run_levels(self, steps=10, gradients=True):
        """Run the levels of proof; see `LegacyCase.run_levels`."""
        tensors = OrderedDict((name, _array(value)) for name, value in self.results().items())
        if gradients:
            tensors.update(self._run_gradients())
        if steps:
            # No function around it: the trace of the gradients is run again, and nothing is traced for the step.
            tensors["losses"] = np.asarray([_array(self._step()) for _ in range(steps)], self.dtype)
        return tensors

    def _run_gradients(self):
        _, by_variables, by_fed = self._gradients()
        named = list(self.named(by_variables).items())
        named += [(name, _array(value)) for name, value in zip(self.fed, by_fed, strict=True)]
        return OrderedDict(("gradient of " + name, value) for name, value in named)

    def _gradients(self):
        """Return the loss, and its gradients by the variables and by the inputs."""
        fed = self.fed

        def loss(tensors):
            self.fed = OrderedDict(zip(fed, tensors, strict=True))
            return self.loss(self.results())

        try:
            return backends.gradients(loss, self._variables(), list(fed.values()))
        finally:
            self.fed = fed

    def _step(self):
        loss, gradients, _ = self._gradients()
        for variable, gradient in zip(self._variables(), gradients, strict=True):
            variable.assign_sub(LEARNING_RATE * gradient)
        return loss


def _array(value):
    return np.asarray(keras.ops.convert_to_numpy(value))


def _calls(call):
    return [call] + [deeper for _, inner in inner_calls(call) for deeper in _calls(inner)]
