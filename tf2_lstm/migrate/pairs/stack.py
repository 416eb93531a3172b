"""MultiRNNCell -> tf2_lstm.StackedRNNCells."""

from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Pair
from tf2_lstm.migrate.pairs.shared_arguments import STATE_IS_TUPLE


def _lstm(units, **options):
    return Call("basic_lstm", num_units=units, **options)


def _dynamic(*cells, **options):
    return Call("dynamic_rnn", cell=Call("multi_rnn", cells=cells, **options))


_SHARED = _lstm(4)
_SHARED_GRU = Call("gru", num_units=4)

MULTI_RNN = Pair(
    name="multi_rnn",
    kind="stack",
    file="stack.py",
    tf1=("tf.nn.rnn_cell.MultiRNNCell", "tf.contrib.rnn.MultiRNNCell"),
    legacy="legacy_tf1.stack:MultiRNNCell",
    keras="tf2_lstm.StackedRNNCells",
    stock="keras.layers.StackedRNNCells",
    stock_unless=("[cell]", "[cell] * n"),
    summary="A stack of one cell and [cell] * n work and survive saving; the state is a list per layer.",
    arguments=(Argument("cells", "renamed", "cells", convert="cells"), STATE_IS_TUPLE),
    cells={"cells": "multi_rnn_cell/cell_%d"},
    cases=(
        Case("multi_rnn/two_lstm", _dynamic(_lstm(4), _lstm(5)), initial_state=True, why="layer order"),
        Case("multi_rnn/equal_sizes", _dynamic(_lstm(4), _lstm(4), _lstm(4)), why="layers of equal shapes"),
        Case(
            "multi_rnn/mixed",
            _dynamic(_lstm(4), Call("gru", num_units=3), Call("basic_rnn", num_units=5)),
            initial_state=True,
            lengths=(5, 1, 3),
            why="tuples and bare tensors in one state",
        ),
        Case(
            "multi_rnn/options",
            _dynamic(Call("lstm", num_units=6, num_proj=3, use_peepholes=True), _lstm(4, forget_bias=0.0)),
            initial_state=True,
            why="a projected layer feeds the next",
        ),
        Case(
            "multi_rnn/one_cell",
            _dynamic(_lstm(4)),
            initial_state=True,
            why="stock Keras collapses the state",
        ),
        Case(
            "multi_rnn/one_cell_lengths", _dynamic(_lstm(4)), lengths=(5, 0, 2), why="stock Keras raises here"
        ),
        Case(
            "multi_rnn/one_gru", _dynamic(Call("gru", num_units=4)), initial_state=True, why="a tuple of one"
        ),
        Case("multi_rnn/shared", _dynamic(_SHARED, _SHARED), why="[cell] * 2 has one set of weights"),
        Case("multi_rnn/shared_gru", _dynamic(*[_SHARED_GRU] * 3), initial_state=True, why="[cell] * 3"),
        Case(
            "multi_rnn/flat_state",
            _dynamic(_lstm(4, state_is_tuple=False), _lstm(5, state_is_tuple=False), state_is_tuple=False),
            initial_state=True,
            why="one tensor for all layers",
        ),
        Case(
            "multi_rnn/flat_state_gru",
            _dynamic(Call("gru", num_units=4), Call("gru", num_units=3), state_is_tuple=False),
            initial_state=True,
            why="the flat state of cells without c",
        ),
    ),
)
