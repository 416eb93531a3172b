"""Whose the dropout of a step is, the state's or the output's: told by what reads the two, or announced."""

import pytest
from refusals import built

from legacy_tf1.compat import rnn_cell, tf
from tf2_lstm.migrate.recognise import recognise


def fed(name, width=3):
    return tf.placeholder(tf.float32, [2, width], name=name)


def scores(x):
    return tf.matmul(x, tf.get_variable("scores", [3, 2], use_resource=False))


def stepped(kind, follow=lambda output, state, dropped: None, cell=rnn_cell.GRUCell, start=fed):
    """One step of a cell whose new state is dropped once; `follow` is given output, state and what was dropped."""

    def program():
        tf.disable_resource_variables()
        state = start("h") if cell is rnn_cell.GRUCell else rnn_cell.LSTMStateTuple(fed("c"), start("h"))
        wrapped = rnn_cell.DropoutWrapper(cell(3), **{f"{kind}_keep_prob": 0.5})
        output, new = wrapped(fed("x"), state)
        follow(output, new if cell is rnn_cell.GRUCell else new.h, state)

    return program


def held(name):
    return tf.get_variable("held", [2, 3], trainable=False, use_resource=False)


def assigned(output, new, old):
    tf.assign(next(one for one in tf.global_variables() if one.op.name == "held"), new)


def again(kind):
    def program():
        wrapped = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), **{f"{kind}_keep_prob": 0.5})
        _, state = wrapped(fed("x"), fed("h"))
        wrapped(fed("y"), state)

    return program


def residual():
    inner = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), state_keep_prob=0.5)
    rnn_cell.ResidualWrapper(inner)(fed("x"), fed("h"))


def stack():
    cells = [rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), state_keep_prob=0.5), rnn_cell.GRUCell(3)]
    rnn_cell.MultiRNNCell(cells)(fed("x"), (fed("h0"), fed("h1")))


#: Name -> (program, whose the dropout is, whether that is announced as an assumption).
TOLD = {
    "nobody reads them": (stepped("output"), "output", True),
    "nobody reads them, of an LSTM": (stepped("output", cell=rnn_cell.BasicLSTMCell), "output", True),
    "what was dropped is read": (stepped("output", lambda output, *_: scores(output)), "output", False),
    "what was not is read": (stepped("output", lambda _, state, *__: scores(state)), "state", True),
    "both are read": (stepped("output", lambda output, state, *_: scores(output + state)), "state", True),
    "both are read by one product": (
        stepped("state", lambda output, state, *_: scores(output * state), rnn_cell.BasicLSTMCell),
        "state",
        True,
    ),
    "the dropped state is held": (stepped("state", assigned, start=held), "state", False),
    "the other one is held": (stepped("output", assigned, start=held), "output", False),
    "the next step reads it": (again("state"), "state", False),
    "the next step reads the other one": (again("output"), "output", False),
}


@pytest.mark.parametrize("program", [residual, stack], ids=lambda one: one.__name__)
def test_a_cell_or_a_residual_connection_that_reads_the_output_tells_it(program):
    (run,) = recognise(built(program)).recurrences
    assert "state_keep_prob=0.5" in repr(run.call)
    assert "output_keep_prob" not in repr(run.call)
    assert run.assumed == []


@pytest.mark.parametrize("name", TOLD)
def test_whose_a_dropout_is(name):
    program, whose, announced = TOLD[name]
    (run,) = recognise(built(program)).recurrences
    wrapper = run.call.arguments["cell"]
    assert wrapper.pair == "dropout"
    assert [option for option in ("output", "state") if f"{option}_keep_prob" in wrapper.arguments] == [whose]
    assert [text.partition(":0: ")[2] for text in run.assumed] == announced * [
        "of a single step nothing tells whether this dropout is the output's or the state's. It is read as the "
        f"{whose}'s; a graph with two steps tells it"
    ]
    assert all("dropout" in text.partition(":")[0] for text in run.assumed)
