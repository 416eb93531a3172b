"""The graph of one case, built as a TF1 program builds it: placeholders, cells, an unroll, a loss, a train op."""

from collections import OrderedDict

import numpy as np

from legacy_tf1 import session as ceremony
from legacy_tf1.compat import tf
from tf2_lstm.migrate.equivalence.case_functions import FUNCTIONS
from tf2_lstm.migrate.equivalence.inputs import LEARNING_RATE, Noise, case_inputs, target
from tf2_lstm.migrate.equivalence.legacy_unrolls import UNROLLS, legacy_symbol
from tf2_lstm.migrate.pairs import Call, Fed
from tf2_lstm.migrate.pairs.tree import name_leaves, plain, state_sizes
from tf2_lstm.migrate.weights import join_partitions


class LegacyCase:
    """The graph of one case, built as a TF1 program builds it.

    Attributes:
        graph: the `tf.Graph`.
        feeds: placeholder or noise tensor -> array.
        results: name -> tensor, the outputs and every leaf of the final state.
        loss: the scalar that gradients and training steps descend.
    """

    def __init__(self, case, seed=0, dtype="float32", steps=10, gradients=True):
        """Build the graph of `case` for inputs of `seed` and `dtype`, as far as `run_levels` is to go."""
        self.case, self.seed, self.dtype = case, seed, dtype
        self.feeds, self._cells, self._wrappers = {}, {}, []
        with ceremony.graph() as self.graph:
            self._fed = OrderedDict(
                (name, self._placeholder(name, value)) for name, value in case_inputs(case, seed).items()
            )
            self.lengths = None
            if case.lengths is not None:
                self.lengths = tf.placeholder(tf.int32, [None], name="sequence_length")
                self.feeds[self.lengths] = np.asarray(case.lengths, "int32")
            outputs, state = UNROLLS[case.call.pair](self)
            self.results = name_leaves(plain(outputs), "outputs")
            self.results.update(name_leaves(plain(state), "state"))
            if case.noise:
                self._feed_noise()
            self.loss = self._loss()
            if steps or gradients:
                self._differentiate(steps)

    def _differentiate(self, steps):
        variables = tf.trainable_variables()
        # tf.tuple: in TF 1.15 an update could overtake the last reads of its variable in the backward pass.
        self._gradients = tf.tuple(tf.gradients(self.loss, variables + list(self._fed.values())))
        if steps:
            optimizer = tf.train.GradientDescentOptimizer(LEARNING_RATE)
            self._step = optimizer.apply_gradients(list(zip(self._gradients, variables)))

    def _placeholder(self, name, value):
        static = self.case.noise or self.case.call.pair != "dynamic_rnn"
        shape = value.shape if static else [None] * (value.ndim - 1) + [value.shape[-1]]
        placeholder = tf.placeholder(self.dtype, shape, name=name.replace("[", "_").replace("]", ""))
        self.feeds[placeholder] = value.astype(self.dtype)
        return placeholder

    @property
    def inputs(self):
        """The batch-major inputs, a placeholder."""
        return self._fed["inputs"]

    def cell(self, call):
        """Build a cell with TF1's own constructor; the same call returns the same object."""
        if id(call) not in self._cells:
            options = {name: self._value(name, value) for name, value in call.arguments.items()}
            self._cells[id(call)] = legacy_symbol(call.pair)(**options)
            if call.pair == "dropout":
                self._wrappers.append((call, self._cells[id(call)]))
        return self._cells[id(call)]

    def _value(self, name, value):
        if isinstance(value, Call):
            return self.cell(value)
        if isinstance(value, tuple):
            return [self.cell(inner) for inner in value]
        if isinstance(value, Fed):
            keep_prob = tf.placeholder(self.dtype, [], name="keep_prob")
            self.feeds[keep_prob] = value.value
            return keep_prob
        if name == "activation":
            return getattr(tf, value, None) or getattr(tf.nn, value)
        if name == "dtype":
            return tf.as_dtype(self.dtype)
        return FUNCTIONS[value] if name == "residual_fn" else value

    def state(self, call, name="initial_state"):
        """Pack the fed placeholders into the TF1 state of a cell; None when the case feeds no state."""
        return self._pack(state_sizes(call), name) if self.case.initial_state else None

    def _pack(self, sizes, name):
        if isinstance(sizes, dict):
            return legacy_symbol("lstm_state_tuple")(**{key: self._fed[f"{name}.{key}"] for key in sizes})
        if isinstance(sizes, list):
            return tuple(self._pack(inner, f"{name}[{number}]") for number, inner in enumerate(sizes))
        return self._fed[name]

    def time_major(self):
        """Whether the case asks for [time, batch, depth]."""
        return self.case.call.arguments.get("time_major", False)

    def _feed_noise(self):
        noise = Noise(self.case, self.seed)
        for tensor in _noise_tensors(self.graph, self._wrappers):
            self.feeds[tensor] = noise(tensor.shape.as_list()).astype(self.dtype)

    def _loss(self):
        self._targets = {name: tf.placeholder(self.dtype, name="target") for name in self.results}
        errors = [
            tf.reduce_mean(tf.square(self.results[name] - self._targets[name])) for name in self.results
        ]
        return 0.5 * tf.add_n(errors)

    def run_levels(self, session, steps=10, gradients=True):
        """Run the levels of proof: outputs and states, gradients, training steps.

        Args:
            session: a session on `graph` in which the weights are set.
            steps: the number of SGD steps; 0 for none.
            gradients: whether to take gradients.

        Returns:
            An OrderedDict from name to array.
        """
        tensors = OrderedDict(session.run(self.results, self.feeds))
        for name, value in tensors.items():
            self.feeds[self._targets[name]] = target(name, value.shape, self.seed).astype(self.dtype)
        if gradients:
            tensors.update(self._run_gradients(session))
        if steps:
            losses = [session.run([self.loss, self._step], self.feeds)[0] for _ in range(steps)]
            tensors["losses"] = np.asarray(losses, self.dtype)
        return tensors

    def _run_gradients(self, session):
        values = session.run([tf.convert_to_tensor(gradient) for gradient in self._gradients], self.feeds)
        names = [variable.name.split(":")[0] for variable in self.graph.get_collection("trainable_variables")]
        named = sorted(join_partitions(dict(zip(names, values))).items())
        named += list(zip(self._fed, values[len(names) :]))
        return OrderedDict(("gradient of " + name, value) for name, value in named)


def _noise_tensors(graph, wrappers):
    """List the tensors of fresh noise in the order input, state, output, step by step; never the noise for c."""
    if not any(call.arguments.get("variational_recurrent") for call, _ in wrappers):
        draws = [op for op in graph.get_operations() if op.type == "RandomUniform"]
        return [op.outputs[0] for op in draws if "/Initializer/" not in op.name]
    tensors = []
    for call, wrapper in wrappers:
        for part in ("input", "state", "output"):
            if part + "_keep_prob" in call.arguments:
                noise = getattr(wrapper, f"_recurrent_{part}_noise")
                tensors.append(getattr(noise, "h", noise))
    return tensors
