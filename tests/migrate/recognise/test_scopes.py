"""Which cell of a stack, or the stack, a wrapper is around: the scopes choose, among trees that compute the same."""

import pytest
from refusals import built

from legacy_tf1.compat import rnn_cell, tf
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.recognise import recognise

INNER = {"output_keep_prob": 0.5}
ALL = {"input_keep_prob": 0.5, "output_keep_prob": 0.5, "state_keep_prob": 0.5}
ONCE = {"variational_recurrent": True, "input_size": tf.TensorShape([3]), "dtype": tf.float32}


def drop(cell, **options):
    return rnn_cell.DropoutWrapper(cell, **options)


def stack(*wrapped):
    return rnn_cell.MultiRNNCell([wrap(rnn_cell.GRUCell(3)) for wrap in wrapped])


def plain(cell):
    return cell


def residual(cell):
    return rnn_cell.ResidualWrapper(drop(cell, **INNER))


def deeper(cell):
    return rnn_cell.ResidualWrapper(rnn_cell.MultiRNNCell([cell, rnn_cell.GRUCell(3)]))


def dropped(cell):
    return drop(residual(cell), **ALL)


def mixed(cell):
    return drop(drop(cell, **INNER), **ALL, **ONCE)


#: Name -> (the cell, its tree: each cell's row and what it drops, from the outside in).
TREES = {
    "dropout around residual in a stack of one": (
        lambda: stack(dropped),
        "multi_rnn(dropout[input output](residual(dropout[output state](gru))))",
    ),
    "dropout around a stack of one": (
        lambda: drop(stack(residual), **ALL),
        "dropout[input output](multi_rnn(residual(dropout[output state](gru))))",
    ),
    "residual around dropout around a stack of one": (
        lambda: rnn_cell.ResidualWrapper(drop(stack(plain), **ALL)),
        "residual(dropout[input output state](multi_rnn(gru)))",
    ),
    "states dropped around a stack with a residual on top": (
        lambda: drop(stack(plain, residual), state_keep_prob=0.5),
        "dropout[state](multi_rnn(gru residual(dropout[output](gru))))",
    ),
    "states dropped in the upper layer alone": (
        lambda: stack(plain, dropped),
        "multi_rnn(gru dropout[input output](residual(dropout[output state](gru))))",
    ),
    "dropout around a stack in a stack": (
        lambda: drop(stack(plain, deeper), **ALL),
        "dropout[input output](multi_rnn(dropout[state](gru) "
        "residual(multi_rnn(dropout[state](gru) dropout[state](gru)))))",
    ),
    "masks of a sequence around masks of a step": (
        lambda: stack(plain, mixed),
        "multi_rnn(gru dropout[input output state once](dropout[output](gru)))",
    ),
    "masks of a sequence around a stack with masks of a step on top": (
        lambda: drop(stack(plain, residual, lambda cell: drop(cell, **INNER)), **ALL, **ONCE),
        "dropout[input output state once](multi_rnn(gru residual(dropout[output](gru)) dropout[output](gru)))",
    ),
}


def tree(call):
    """The rows of a call tree, with what each dropout drops."""
    what = [name.removesuffix("_keep_prob") for name in sorted(call.arguments) if name.endswith("_keep_prob")]
    what += ["once"] * ("variational_recurrent" in call.arguments)
    inner = " ".join(tree(one) for _, one in inner_calls(call))
    return call.pair + (f"[{' '.join(what)}]" if what else "") + (f"({inner})" if inner else "")


def called(make, number):
    """A program that calls a cell, which nobody else calls, that many times, on states that are fed."""

    def program():
        tf.disable_resource_variables()
        cell = make()
        for step in range(number):
            state = tf.nest.map_structure(
                lambda size, step=step: tf.placeholder(tf.float32, [2, size], name=f"h{step}"),
                cell.state_size,
            )
            cell(tf.placeholder(tf.float32, [2, 3], name=f"x{step}"), state)

    return program


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("name", TREES)
def test_wrappers_stand_where_the_program_has_them(name, number):
    make, wanted = TREES[name]
    found = recognise(built(called(make, number))).recurrences
    assert [tree(run.call.arguments["cell"]) for run in found] == [wanted] * number
