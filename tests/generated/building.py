"""A program built live under `tf.compat.v1`: its graph, what is fed to it and what it fetches."""

import contextlib
from dataclasses import dataclass, field

import numpy as np

from legacy_tf1 import bidirectional, session, unroll
from legacy_tf1.compat import tf
from tests.generated.cells import cell_of, keep_of

VOCABULARY = 11


@dataclass
class Built:
    """A program that was built.

    Attributes:
        graph: the `tf.Graph`.
        feeds: placeholder -> (batch, steps, random) to array.
        fetches: label -> tensor: everything that the program computes with its recurrences.
    """

    graph: object
    feeds: dict = field(default_factory=dict)
    fetches: dict = field(default_factory=dict)


def build(program):
    """Build a program in a graph of its own.

    Args:
        program: the `Program`.

    Returns:
        A `Built`.
    """
    variables = tf.variable_scope("", use_resource=program.resource)
    with _control_flow(program.functional), session.graph(seed=1) as graph, variables:
        built = Built(graph)
        _Builder(program, built).build()
    return built


@contextlib.contextmanager
def _control_flow(functional):
    """Loops and conditionals as functions or as TF1's own operations, for what is built within."""
    before = tf.control_flow_v2_enabled()
    (tf.enable_control_flow_v2 if functional else tf.disable_control_flow_v2)()
    try:
        yield
    finally:
        (tf.enable_control_flow_v2 if before else tf.disable_control_flow_v2)()


class _Builder:
    def __init__(self, program, built):
        self.program, self.built = program, built
        self.keep = keep_of(program)
        if program.keep in ("placeholder", "default"):
            built.feeds[self.keep] = lambda batch, steps, random: np.array(1, program.dtype)

    def build(self):
        program = self.program
        inputs = self.inputs("x")
        lengths = self.lengths()
        with tf.control_dependencies(self.edges(inputs)), tf.variable_scope("model"):
            first = self.run(inputs, lengths, "first")
        if program.again == "cell":
            second = self.inputs("again")
            with tf.variable_scope("model", reuse=True):
                self.run(second, self.lengths(), "again")
        if program.again == "model":
            with tf.variable_scope("second"):
                self.run(inputs, lengths, "second")
        if program.training:
            head = tf.get_variable("head", [first.shape[-1], 1], program.dtype)
            loss = tf.reduce_mean(tf.square(tf.tensordot(first, head, 1)))
            tf.train.AdamOptimizer(0.01).minimize(loss)

    def fed(self, name, shape, values, dtype=None):
        """A placeholder and how its values are drawn."""
        found = tf.placeholder(dtype or self.program.dtype, shape, name=name)
        self.built.feeds[found] = values
        return found

    def floats(self, name, shape):
        """A placeholder of floats; "B" and "T" in a shape are sizes that the program may leave free."""
        program = self.program
        static = [{"B": program.batch, "T": program.time, "N": None}.get(size, size) for size in shape]

        def values(batch, steps, random):
            sizes = {"B": batch, "T": steps, "N": batch * steps}
            return random.randn(*[sizes.get(size, size) for size in shape]).astype(program.dtype)

        return self.fed(name, static, values)

    def ids(self, name, shape):
        program = self.program
        static = [{"B": program.batch, "T": program.time}.get(size, size) for size in shape]

        def values(batch, steps, random):
            sizes = {"B": batch, "T": steps}
            found = random.randint(1, VOCABULARY, [sizes[size] for size in shape])
            if len(shape) == 2 and program.lengths == "computed":
                axis = shape.index("T")
                found.swapaxes(0, 1 - axis)[-1, steps - 1 :] = 0
            return found

        found = self.fed(name, static, values, "int32")
        with tf.variable_scope("embedding", reuse=tf.AUTO_REUSE):
            table = tf.get_variable("table", [VOCABULARY, program.width], program.dtype)
        return found, tf.nn.embedding_lookup(table, found)

    def inputs(self, name):
        """What a recurrence reads: [batch, time, width], time first where the program says so, or one step."""
        program = self.program
        if program.unroll in ("step", "steps"):
            return self.step(name)
        axes = ["T", "B"] if program.time_major or program.unroll == "raw" else ["B", "T"]
        if program.source == "embedding":
            self.tokens, found = self.ids(name, axes)
            return found
        if program.source == "reshape":
            flat = self.floats(name, ["N", program.width])
            first, second = (program.time, program.batch) if axes[0] == "T" else (program.batch, program.time)
            sizes = [
                -1 if first is None else first,
                tf.placeholder_with_default(3, [], name=f"{name}_inner") if second is None else second,
            ]
            if second is None:
                inner = sizes[1]
                place = 0 if axes[1] == "B" else 1
                self.built.feeds[inner] = lambda batch, steps, random: np.int32((batch, steps)[place])
            return tf.reshape(flat, [*sizes, program.width])
        if program.source == "image":
            image = self.floats(name, [*axes, program.width, 1])
            return tf.squeeze(image, 3)
        if program.source == "stack":
            steps = [self.floats(f"{name}_{step}", ["B", program.width]) for step in range(program.time)]
            return tf.stack(steps, 0 if axes[0] == "T" else 1)
        return self.floats(name, [*axes, program.width])

    def step(self, name):
        program = self.program
        if program.source == "embedding":
            return self.ids(name, ["B"])[1]
        if program.source == "reshape":
            return tf.reshape(self.floats(name, ["B", 1, program.width]), [-1, program.width])
        return self.floats(name, ["B", program.width])

    def lengths(self):
        program = self.program
        if program.lengths == "none":
            return None
        if program.lengths == "constant":
            longest = 2 if program.time is None else min(2, program.time)
            return tf.constant([min((2, 1, 0)[row], longest) for row in range(program.batch)])
        if program.lengths == "computed":
            axis = 0 if program.time_major or program.unroll == "raw" else 1
            return tf.reduce_sum(tf.cast(tf.not_equal(self.tokens, 0), tf.int32), axis)

        def values(batch, steps, random):
            found = random.randint(0, steps + 1, [batch])
            if program.unroll == "raw":  # TensorFlow cannot stack the outputs of no step
                found[0] = max(found[0], 1)
            return found

        dtype = "int64" if program.lengths == "int64" else "int32"
        return self.fed("lengths", [program.batch], values, dtype)

    def edges(self, inputs):
        return [tf.Assert(tf.reduce_all(tf.equal(inputs, inputs)), [0])] if self.program.control else []

    def start(self, cell, inputs, name):
        """The initial state of a cell, or None."""
        program = self.program
        if program.start == "none":
            return None
        single = program.unroll in ("step", "steps")
        axis = 0 if single or not (program.time_major or program.unroll == "raw") else 1
        batch = program.batch if program.batch is not None else tf.shape(inputs)[axis]
        if program.start == "zero_state":
            return cell.zero_state(batch, program.dtype)
        sizes = tf.nest.flatten(cell.state_size)
        makers = {
            "zeros": lambda number, size: tf.zeros([batch, size], program.dtype),
            "fed": lambda number, size: self.floats(f"{name}_state_{number}", ["B", size]),
            "variable": lambda number, size: tf.get_variable(
                f"{name}_state_{number}", [program.batch, size], program.dtype, trainable=False
            ),
        }
        with tf.variable_scope("start", reuse=tf.AUTO_REUSE):
            found = [makers[program.start](number, size) for number, size in enumerate(sizes)]
        return tf.nest.pack_sequence_as(cell.state_size, found)

    def run(self, inputs, lengths, name):
        """Run the program's unroll; return its last output, for a loss."""
        found = getattr(self, "_" + self.program.unroll)(inputs, lengths, name)
        for number, (label, tensor) in enumerate(found):
            self.built.fetches[f"{name} {label} {number}"] = tensor
        return found[0][1]

    def cell(self, layers=None, width=None):
        program = self.program
        return cell_of(program, layers or program.layers, width or program.width, self.keep)

    def _dynamic(self, inputs, lengths, name):
        program, cell = self.program, self.cell()
        outputs, state = unroll.dynamic_rnn(
            cell,
            inputs,
            lengths,
            self.start(cell, inputs, name),
            dtype=program.dtype,
            time_major=program.time_major,
        )
        return [("outputs", outputs), *_states(state)]

    def _static(self, inputs, lengths, name):
        cell = self.cell()
        outputs, state = unroll.static_rnn(
            cell,
            tf.unstack(inputs, axis=1),
            self.start(cell, inputs, name),
            dtype=self.program.dtype,
            sequence_length=lengths,
        )
        return [*(("output", one) for one in outputs), *_states(state)]

    def _loop(self, inputs, lengths, name):
        cell = self.cell()
        state, outputs = self.start(cell, inputs, name), []
        with tf.variable_scope("rnn") as scope:
            for number, step in enumerate(tf.unstack(inputs, axis=1)):
                if number:
                    scope.reuse_variables()
                output, state = cell(step, state)
                outputs.append(output)
        return [*(("output", one) for one in outputs), *_states(state)]

    def _step(self, inputs, lengths, name):
        cell = self.cell()
        output, state = cell(inputs, self.start(cell, inputs, name))
        return [("output", output), *_states(state)]

    def _steps(self, inputs, lengths, name):
        cell = self.cell()
        first, state = cell(inputs, self.start(cell, inputs, name))
        second, state = cell(self.inputs(f"{name}_next"), state)
        return [("output", first), ("output", second), *_states(state)]

    def _raw(self, inputs, lengths, name):
        program, cell = self.program, self.cell()
        start, steps = self.start(cell, inputs, name), tf.shape(inputs)[0]
        array = tf.TensorArray(program.dtype, steps).unstack(inputs)

        def loop_fn(time, output, state, loop_state):
            done = tf.fill([tf.shape(inputs)[1]], time >= steps) if lengths is None else time >= lengths
            last = tf.reduce_all(done)
            read = tf.cond(last, lambda: tf.zeros_like(inputs[0]), lambda: array.read(time))
            read.set_shape([program.batch, program.width])
            return done, read, start if output is None else state, output, None

        outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
        return [("outputs", outputs.stack()), *_states(state)]

    def _pair(self, inputs, name):
        forward, backward = self.cell(), self.cell()
        starts = [self.start(forward, inputs, f"{name}_fw"), self.start(backward, inputs, f"{name}_bw")]
        return forward, backward, *starts

    def _bidirectional(self, inputs, lengths, name):
        program = self.program
        forward, backward, start, start_back = self._pair(inputs, name)
        outputs, states = bidirectional.bidirectional_dynamic_rnn(
            forward,
            backward,
            inputs,
            lengths,
            start,
            start_back,
            dtype=program.dtype,
            time_major=program.time_major,
        )
        return [*(("outputs", one) for one in outputs), *_states(states)]

    def _static_bidirectional(self, inputs, lengths, name):
        forward, backward, start, start_back = self._pair(inputs, name)
        outputs, *states = bidirectional.static_bidirectional_rnn(
            forward,
            backward,
            tf.unstack(inputs, axis=1),
            start,
            start_back,
            dtype=self.program.dtype,
            sequence_length=lengths,
        )
        return [*(("output", one) for one in outputs), *_states(states)]

    def _stack_bidirectional(self, inputs, lengths, name):
        program, both = self.program, [[], []]
        starts = [[], []]
        read = program.width
        for number, layer in enumerate(program.layers):
            for cells, begin, way in zip(both, starts, ("fw", "bw"), strict=True):
                cells.append(self.cell((layer,), read))
                begin.append(self.start(cells[-1], inputs, f"{name}_{way}_{number}"))
            read = 2 * layer.width
        given = [None if None in one else one for one in starts]
        outputs, *states = bidirectional.stack_bidirectional_dynamic_rnn(
            *both, inputs, *given, program.dtype, lengths, time_major=program.time_major
        )
        return [("outputs", outputs), *_states(states)]


def _states(state):
    return [("state", leaf) for leaf in tf.nest.flatten(state)]


def sizes_of(program, number):
    """Return (batch, steps) of the feed with a number, kept to what the graph fixes."""
    batch, steps = ((3, 4), (2, 5))[number]
    fixed = 1 if program.unroll in ("step", "steps") else program.time
    return program.batch or batch, fixed or steps
