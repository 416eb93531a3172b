"""TF1 session code: the real TF 1.15, or compat.v1 on TF 2.x; Python 3.7."""

import numpy as np

from legacy_tf1.compat import rnn_cell, tf

THREADS = 2


def versions():
    """Return what this contender uses."""
    return {"tensorflow": tf.version.VERSION, "numpy": np.__version__}


def forget():
    """Free what was built before."""
    tf.reset_default_graph()


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    graph = tf.Graph()
    with graph.as_default():
        cell = _cell(task)
        maker = _streaming if task.kind == "streaming" else _training if task.trains else _inference
        return maker(task, arrays, cell)


def _cell(task):
    make = {"lstm": rnn_cell.BasicLSTMCell, "gru": rnn_cell.GRUCell}[task.cell]
    cells = [make(units) for units in task.units]
    return cells[0] if len(cells) == 1 else rnn_cell.MultiRNNCell(cells)


def _unroll(task, cell):
    x = tf.placeholder(tf.float32, [None, None, task.depth])
    lengths = tf.placeholder(tf.int32, [None]) if task.varies else None
    outputs, _ = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
    return x, lengths, outputs


def _start(task, arrays):
    """Open a session whose variables have the weights of the task; return it and a function that resets them."""
    variables = tf.trainable_variables()
    values = [array for layer in range(len(task.units)) for array in to_tf1(task.cell, arrays, layer)]
    holders = [tf.placeholder(tf.float32, variable.shape) for variable in variables]
    assigned = [tf.assign(variable, holder) for variable, holder in zip(variables, holders)]
    config = tf.ConfigProto(intra_op_parallelism_threads=THREADS, inter_op_parallelism_threads=THREADS)
    session = tf.Session(config=config)
    session.run(tf.global_variables_initializer())

    def reset():
        for variable, value in zip(variables, values):
            assert tuple(variable.shape.as_list()) == value.shape, variable.name
        session.run(assigned, dict(zip(holders, values)))

    reset()
    return session, reset


def _fed(x, lengths, arrays):
    feed = {x: arrays["x"]}
    if lengths is not None:
        feed[lengths] = arrays["lengths"]
    return feed


def _inference(task, arrays, cell):
    x, lengths, outputs = _unroll(task, cell)
    session, _ = _start(task, arrays)
    feed = _fed(x, lengths, arrays)

    def run():
        return {"outputs": session.run(outputs, feed)}

    return run, run


def _training(task, arrays, cell):
    x, lengths, outputs = _unroll(task, cell)
    g, rate = tf.placeholder(tf.float32, [None, None, task.units[-1]]), tf.placeholder(tf.float32, [])
    variables = tf.trainable_variables()
    gradients = tf.gradients(tf.reduce_sum(outputs * g), [*variables, x])
    # A variable that changes while the backward pass reads it would give a gradient of neither.
    with tf.control_dependencies(gradients):
        updates = [tf.assign_sub(variable, rate * one) for variable, one in zip(variables, gradients)]
    session, reset = _start(task, arrays)
    feed = _fed(x, lengths, arrays)
    feed[g] = arrays["g"]

    def step(learning_rate=1e-4):
        feed[rate] = learning_rate
        return session.run([gradients[-1], updates], feed)[0]

    def first():
        before = session.run(variables)
        found = {"x": step(1.0)}
        moved = [old - new for old, new in zip(before, session.run(variables))]
        reset()
        found.update(from_tf1(task, moved))
        return found

    return first, step


def _streaming(task, arrays, cell):
    x = tf.placeholder(tf.float32, [None, task.depth])
    state = cell.zero_state(task.batch, tf.float32)
    output, new = cell(x, state)
    session, _ = _start(task, arrays)
    zeros = session.run(state)
    steps = [np.ascontiguousarray(arrays["x"][:, t]) for t in range(task.time)]

    def run():
        now, outputs = zeros, []
        for one in steps:
            y, now = session.run([output, new], {x: one, state: now})
            outputs.append(y)
        return {"outputs": np.stack(outputs, axis=1)}

    return run, run


def to_tf1(cell, arrays, layer):
    """Return the TF1 variables of a layer, in their order, from Keras's weights."""
    kernel = np.concatenate([arrays[f"kernel_{layer}"], arrays[f"recurrent_{layer}"]])
    bias = arrays[f"bias_{layer}"]
    if cell == "lstm":
        i, f, j, o = np.split(kernel, 4, axis=1)
        bi, bf, bj, bo = np.split(bias, 4)
        # BasicLSTMCell adds its forget_bias of 1 itself.
        return [np.concatenate([i, j, f, o], axis=1), np.concatenate([bi, bj, bf - 1, bo])]
    u, r, c = np.split(kernel, 3, axis=1)
    bu, br, bc = np.split(bias, 3)
    return [np.concatenate([r, u], axis=1), np.concatenate([br, bu]), c, bc]


def from_tf1(task, gradients):
    """Return gradients in Keras's layout by name, from those of the TF1 variables in their order."""
    found, each = {}, {"lstm": 2, "gru": 4}[task.cell]
    depth = task.depth
    for layer, units in enumerate(task.units):
        own = gradients[layer * each : (layer + 1) * each]
        if task.cell == "lstm":
            i, j, f, o = np.split(own[0], 4, axis=1)
            bi, bj, bf, bo = np.split(own[1], 4)
            kernel, bias = np.concatenate([i, f, j, o], axis=1), np.concatenate([bi, bf, bj, bo])
        else:
            (r, u), (br, bu) = np.split(own[0], 2, axis=1), np.split(own[1], 2)
            kernel, bias = np.concatenate([u, r, own[2]], axis=1), np.concatenate([bu, br, own[3]])
        names = ("kernel_{}", "recurrent_{}", "bias_{}")
        for name, value in zip(names, (kernel[:depth], kernel[depth:], bias)):
            found[name.format(layer)] = value
        depth = units
    return found
