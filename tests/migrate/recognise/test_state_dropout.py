"""Whose the dropout of a step is, the state's or the output's: told by what reads the two, or announced."""

import pytest
from refusals import built

from legacy_tf1.compat import rnn_cell, tf
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.recognise import recognise


def fed(name, width=3):
    return tf.placeholder(tf.float32, [2, width], name=name)


def scores(x):
    return tf.matmul(x, tf.get_variable("scores", [3, 2], use_resource=False))


ONCE = {"variational_recurrent": True, "input_size": tf.TensorShape([3]), "dtype": tf.float32}


def stepped(kind, follow=lambda output, state, dropped: None, cell=rnn_cell.GRUCell, start=fed, options=None):
    """One step of a cell whose new state is dropped once; `follow` is given output, state and what was dropped."""

    def program():
        tf.disable_resource_variables()
        state = start("h") if cell is rnn_cell.GRUCell else rnn_cell.LSTMStateTuple(fed("c"), start("h"))
        wrapped = rnn_cell.DropoutWrapper(cell(3), **{f"{kind}_keep_prob": 0.5}, **(options or {}))
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


def stack_below():
    """Another layer reads the output through dropouts of its own."""
    twice = rnn_cell.GRUCell(3)
    for _ in range(2):
        twice = rnn_cell.DropoutWrapper(twice, input_keep_prob=0.5)
    dropped = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), state_keep_prob=0.5)
    rnn_cell.MultiRNNCell([dropped, twice])(fed("x"), (fed("h0"), fed("h1")))


def residual_of_dropped():
    """What the residual connection adds is dropped before the cell reads it."""
    inner = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), input_keep_prob=0.5, state_keep_prob=0.5)
    rnn_cell.ResidualWrapper(inner)(fed("x"), fed("h"))


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
    "both are read by one product, of masks of a sequence": (
        stepped(
            "state", lambda output, state, *_: scores(output * state), rnn_cell.BasicLSTMCell, options=ONCE
        ),
        "state",
        True,
    ),
    "what was dropped is read by a product, of masks of a sequence": (
        stepped(
            "output",
            lambda output, state, *_: scores(output * fed("by")),
            rnn_cell.BasicLSTMCell,
            options=ONCE,
        ),
        "output",
        False,
    ),
    "the dropped state is held": (stepped("state", assigned, start=held), "state", False),
    "the other one is held": (stepped("output", assigned, start=held), "output", False),
    "the next step reads it": (again("state"), "state", False),
    "the next step reads the other one": (again("output"), "output", False),
}


@pytest.mark.parametrize(
    "program", [residual, stack, stack_below, residual_of_dropped], ids=lambda one: one.__name__
)
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
    # A mask of a sequence is multiplied by DropoutWrapper itself, in no scope of a dropout.
    assert all(text.startswith(("dropout", "mul")) for text in run.assumed)


def wrapped(*wrappers, follow=lambda output, state: None, layers=1, outer=()):
    """One step of a cell in dropouts, from the inside out: {"state": its keep_prob, ...}; layers side by side."""

    def dropped(cell, wrappers):
        for one in wrappers:
            cell = rnn_cell.DropoutWrapper(
                cell, **{f"{what}_keep_prob": value for what, value in one.items()}
            )
        return cell

    def program():
        tf.disable_resource_variables()
        cells = [dropped(rnn_cell.GRUCell(3), wrappers) for _ in range(layers)]
        cell = cells[0] if layers == 1 else rnn_cell.MultiRNNCell(cells, state_is_tuple=False)
        follow(*dropped(cell, outer)(fed("x"), fed("h", 3 * layers)))

    return program


def residual_sum(output, state):
    return output + next(tensor for tensor in state.graph.get_operations() if tensor.name == "x").outputs[0]


_OUT, _ALL = {"output": 0.5}, {"output": 0.6, "state": 0.7}
#: Name -> (program, keep_probs of the state's dropouts, those of the output's, whether that is announced).
ORDERS = {
    "one wrapper": (wrapped(_ALL), [0.7], [0.6], False),
    "the output again, outside": (wrapped(_ALL, _OUT), [0.7], [0.5, 0.6], False),
    "the state before both": (wrapped({"state": 0.8}, _ALL), [0.7, 0.8], [0.6], False),
    "the output before both": (wrapped(_OUT, _ALL), [0.7], [0.5, 0.6], True),
    "the output before both, and read": (
        wrapped(_OUT, _ALL, follow=lambda output, _: scores(output)),
        [0.7],
        [0.5, 0.6],
        False,
    ),
    "the output before both, and added to the input": (
        wrapped(_OUT, _ALL, follow=residual_sum),
        [0.7],
        [0.5, 0.6],
        False,
    ),
    "the output before the state, and read": (
        wrapped(_OUT, {"state": 0.7}, follow=lambda output, _: scores(output)),
        [0.7],
        [0.5],
        False,
    ),
    "the output before both in a stack": (
        wrapped(_OUT, _ALL, layers=2),
        [0.7, 0.7],
        [0.5, 0.5, 0.6, 0.6],
        False,
    ),
    "the output around a stack of dropped states": (
        wrapped({"state": 0.7}, layers=2, outer=[_OUT]),
        [0.7, 0.7],
        [0.5],
        False,
    ),
}


def keeps(call, what):
    """The keep_probs of what the dropouts of a call tree drop."""
    own = [call.arguments[f"{what}_keep_prob"]] if f"{what}_keep_prob" in call.arguments else []
    return own + [value for _, inner in inner_calls(call) for value in keeps(inner, what)]


@pytest.mark.parametrize("name", ORDERS)
def test_of_several_dropouts_what_reads_them_and_their_order_tell_whose_they_are(name):
    program, states, outputs, announced = ORDERS[name]
    (run,) = recognise(built(program)).recurrences
    found = [sorted(round(keep, 3) for keep in keeps(run.call, what)) for what in ("state", "output")]
    assert found == [states, outputs]
    assert len(run.assumed) == announced
    assert all("read as the output's" in text for text in run.assumed)
