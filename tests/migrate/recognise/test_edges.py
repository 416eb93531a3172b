"""The tensors at the edge of steps that a program writes itself: what has none is refused with a way that works."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1


def findings_of(program):
    """What is found in the graph of a program, which makes its variables with `tf.compat.v1.get_variable`."""
    with tf.Graph().as_default() as graph:
        program()
        held = [node for node in graph.as_graph_def().node if node.op == "VariableV2"]
        variables = {
            node.name: Variable(
                node.name, tuple(dim.size for dim in node.attr["shape"].shape.dim), "float32", None
            )
            for node in held
        }
    nodes = {name: (name, None) for name in variables}
    return recognise(
        TF1Model("checkpoint", "own", graph=graph.as_graph_def(), variables=variables, nodes=nodes)
    )


def weights(name, *shape):
    return v1.get_variable(name, shape, use_resource=False)


def lstm_step(joined, c):
    i, j, f, o = tf.split(tf.matmul(joined, weights("kernel", 9, 16)) + weights("bias", 16), 4, 1)
    c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
    return tf.sigmoid(o) * tf.tanh(c), c


def test_an_input_of_several_tensors_is_refused_and_the_way_that_is_named_works():
    def fed():
        names = {"a": 2, "b": 3, "c": 4, "h": 4}
        return [v1.placeholder("float32", (None, width), name) for name, width in names.items()]

    def joined_at_once():
        a, b, c, h = fed()
        lstm_step(tf.concat([a, b, h], 1), c)

    def joined_first():
        a, b, c, h = fed()
        lstm_step(tf.concat([tf.concat([a, b], 1), h], 1), c)

    refused = findings_of(joined_at_once)
    assert not refused.recurrences
    (said,) = refused.not_converted
    assert (
        "a:0, b:0 are joined with the state in one ConcatV2; it is seen at ConcatV2 (concat). Next step: join them "
        "in a tf.concat of their own first" in said.reason
    )
    (found,) = findings_of(joined_first).recurrences
    assert [(one.name, one.tf1) for one in found.inputs] == [
        ("inputs", "concat:0"),
        ("initial_state_c", "c:0"),
        ("initial_state_h", "h:0"),
    ]


def steps_joined(read_one_by_one):
    """Steps that something joins, and a cell that reads them or the pieces of what they are joined to."""

    def program():
        steps = [v1.placeholder("float32", (2, 5), f"x{number}") for number in range(3)]
        joined = tf.stack(steps, name="joined")
        tf.reduce_mean(joined)
        h, kernel, bias = tf.zeros([2, 4]), weights("kernel", 9, 4), weights("bias", 4)
        for one in steps if read_one_by_one else tf.unstack(joined):
            h = tf.tanh(tf.matmul(tf.concat([one, h], 1), kernel) + bias)

    return program


@pytest.mark.parametrize(
    ("read_one_by_one", "inputs"), [(True, ["x0:0", "x1:0", "x2:0"]), (False, ["joined:0"])]
)
def test_steps_that_are_read_one_by_one_are_the_inputs_though_something_joins_them(read_one_by_one, inputs):
    (found,) = findings_of(steps_joined(read_one_by_one)).recurrences
    assert [one.tf1 for one in found.inputs if one.name.startswith("inputs")] == inputs


def test_a_piece_of_a_variable_that_holds_states_fixes_no_batch_and_a_constant_does():
    def program(state):
        x, h = v1.placeholder("float32", (None, 3, 5), "x"), state()
        kernel, bias = weights("kernel", 9, 4), weights("bias", 4)
        for one in tf.unstack(x, axis=1):
            h = tf.tanh(tf.matmul(tf.concat([one, h], 1), kernel) + bias)

    (free,) = findings_of(lambda: program(lambda: weights("states", 2, 3, 4)[1])).recurrences
    assert [one.shape for one in free.inputs] == [(None, 3, 5), (None, 4)]
    (fixed,) = findings_of(lambda: program(lambda: tf.zeros((3, 4)))).recurrences
    assert fixed.inputs[1].shape == (3, 4)


def test_a_state_of_constants_fixes_the_batch_of_a_loop_and_no_number_of_steps():
    def program():
        x = v1.placeholder("float32", (None, None, 5), "x")
        kernel, bias, time = weights("kernel", 9, 4), weights("bias", 4), tf.shape(x)[1]
        steps = tf.TensorArray("float32", time).unstack(tf.transpose(x, (1, 0, 2)))

        def step(number, h, done):
            h = tf.tanh(tf.matmul(tf.concat([steps.read(number), h], 1), kernel) + bias)
            return number + 1, h, done.write(number, h)

        begin = 0, tf.zeros((3, 4)), tf.TensorArray("float32", time)
        tf.transpose(v1.while_loop(lambda number, *_: number < time, step, begin)[2].stack(), (1, 0, 2))

    (found,) = findings_of(program).recurrences
    assert [one.shape for one in (*found.inputs, *found.outputs)] == [
        (3, None, 5),
        (3, 4),
        (3, None, 4),
        (3, 4),
    ]


@pytest.mark.parametrize(
    ("rows_of", "steps", "is_input"),
    [("inputs", 2, False), ("in front", 2, True), ("inputs", 1, True)],
    ids=["of the inputs", "of a tensor in front", "of a single step"],
)
def test_zeros_are_an_input_where_the_model_cannot_make_them(rows_of, steps, is_input):
    def program():
        x = v1.placeholder("float32", (None, 5), "x")
        inputs = tf.nn.relu(tf.matmul(x, weights("dense", 5, 5)))
        with v1.variable_scope("rnn"):
            h = c = tf.zeros([tf.shape(inputs if rows_of == "inputs" else x)[0], 4])
            for number in range(steps):
                with v1.variable_scope("lstm_cell", reuse=number > 0):
                    h, c = lstm_step(tf.concat([inputs, h], 1), c)

    (found,) = findings_of(program).recurrences
    states = [one for one in found.inputs if one.name.startswith("initial_state")]
    assert states
    assert [(one.zero, one.is_input) for one in states] == [(True, is_input)] * len(states)
