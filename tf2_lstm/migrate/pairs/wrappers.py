"""DropoutWrapper and ResidualWrapper -> the wrappers of the same names."""

from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Fed, Pair


def _dropout(cell, **options):
    return Call("dropout", cell=cell, **options)


def _lstm(units=4):
    return Call("basic_lstm", num_units=units)


def _gru(units=4):
    return Call("gru", num_units=units)


def _static(cell):
    return Call("static_rnn", cell=cell)


def _dynamic(cell):
    return Call("dynamic_rnn", cell=cell)


def _loop(cell):
    return Call("python_loop", cell=cell)


_VARIATIONAL = {"variational_recurrent": True, "input_size": 4, "dtype": "float32"}
_CELL = Argument("cell", "renamed", "cell", convert="cell")

DROPOUT = Pair(
    name="dropout",
    kind="wrapper",
    file="wrappers.py",
    tf1=("tf.nn.rnn_cell.DropoutWrapper", "tf.contrib.rnn.DropoutWrapper"),
    legacy="legacy_tf1.wrappers:DropoutWrapper",
    keras="tf2_lstm.DropoutWrapper",
    summary="keep_prob becomes rate = 1 - keep_prob, in training only; dropout= of Keras cells is another thing.",
    arguments=(
        _CELL,
        Argument("input_keep_prob", "renamed", "input_dropout", convert="rate"),
        Argument("output_keep_prob", "renamed", "output_dropout", convert="rate"),
        Argument("state_keep_prob", "renamed", "state_dropout", convert="rate"),
        Argument("variational_recurrent", "renamed", "variational"),
        Argument("input_size", "dropped", why="Keras reads it from the input when it builds."),
        Argument("dtype", "dropped", why="The noise has the dtype of the layer's variables."),
        Argument(
            "seed", "dropped", why="The two random generators differ; give seed= for a repeatable Keras run."
        ),
        Argument(
            "dropout_state_filter_visitor",
            "refused",
            why="Only TF1's default filter (all of the state but the c of an LSTM) is carried over.",
        ),
    ),
    cells={"cell": ""},
    limits=(
        "Fresh dropout masks: the two generators draw other numbers, and TF1's own default is not repeatable inside "
        "dynamic_rnn. Proved instead: keep_prob 1, and both sides fed the same noise.",
        "TF1 rounds a keep_prob that is a number to float32, even in a float64 graph; the twin's rate has the dtype of "
        "its variables.",
        "With state_is_tuple=False TF1 drops c as well, because it cannot tell c from h; the twin never drops c.",
    ),
    cases=(
        Case("dropout/keep_all", _dynamic(_dropout(_lstm(), output_keep_prob=1.0)), why="1.0 is no dropout"),
        Case(
            "dropout/fed_keep_all",
            _dynamic(_dropout(_lstm(), input_keep_prob=Fed(1.0), output_keep_prob=Fed(1.0))),
            why="a placeholder fed 1.0 at inference",
        ),
        Case(
            "dropout/input",
            _static(_dropout(_lstm(), input_keep_prob=0.625)),
            noise=True,
            why="x alone is dropped",
        ),
        Case(
            "dropout/output",
            _static(_dropout(_lstm(), output_keep_prob=0.625)),
            noise=True,
            why="the recurrence goes on with the whole h: output is not state.h",
        ),
        Case(
            "dropout/state",
            _static(_dropout(_lstm(), state_keep_prob=0.5)),
            noise=True,
            why="h is dropped, c is not",
        ),
        Case(
            "dropout/all_three",
            _static(_dropout(_lstm(), input_keep_prob=0.75, state_keep_prob=0.5, output_keep_prob=0.625)),
            noise=True,
            initial_state=True,
            why="the order of the draws: input, state, output",
        ),
        Case(
            "dropout/gru",
            _static(_dropout(_gru(), input_keep_prob=0.75, state_keep_prob=0.5, output_keep_prob=0.625)),
            noise=True,
            why="a bare state is dropped whole",
        ),
        Case(
            "dropout/fed",
            _static(_dropout(_lstm(), output_keep_prob=Fed(0.625))),
            noise=True,
            why="a keep_prob that changes from run to run",
        ),
        Case(
            "dropout/stack",
            _loop(
                Call(
                    "multi_rnn",
                    cells=(
                        _dropout(_lstm(4), output_keep_prob=0.5),
                        _dropout(_lstm(5), input_keep_prob=0.75, output_keep_prob=0.625),
                    ),
                )
            ),
            noise=True,
            why="one wrapper a layer, the common idiom",
        ),
        Case(
            "dropout/around_stack",
            _loop(
                _dropout(
                    Call("multi_rnn", cells=(_lstm(4), _gru(5))), state_keep_prob=0.5, output_keep_prob=0.625
                )
            ),
            noise=True,
            why="one wrapper around the stack: each layer's h is dropped",
        ),
        Case(
            "dropout/variational",
            _dynamic(
                _dropout(
                    _lstm(), input_keep_prob=0.75, state_keep_prob=0.5, output_keep_prob=0.625, **_VARIATIONAL
                )
            ),
            noise=True,
            lengths=(5, 2, 4),
            why="one mask for all steps and all rows",
        ),
        Case(
            "dropout/variational_gru",
            _dynamic(_dropout(_gru(), state_keep_prob=0.5, output_keep_prob=0.625, **_VARIATIONAL)),
            noise=True,
            why="the same for a bare state",
        ),
    ),
)

RESIDUAL = Pair(
    name="residual",
    kind="wrapper",
    file="wrappers.py",
    tf1=("tf.nn.rnn_cell.ResidualWrapper", "tf.contrib.rnn.ResidualWrapper"),
    legacy="legacy_tf1.wrappers:ResidualWrapper",
    keras="tf2_lstm.ResidualWrapper",
    summary="The input is added to the cell's output, the state stays; it leaves no trace in a checkpoint.",
    arguments=(
        _CELL,
        Argument(
            "residual_fn",
            "renamed",
            "residual_fn",
            convert="function",
            why="Register it with keras.saving.register_keras_serializable, so that the layer can be saved.",
        ),
    ),
    cells={"cell": ""},
    cases=(
        Case(
            "residual/default", _dynamic(Call("residual", cell=_lstm())), why="output is h + x, state.h is h"
        ),
        Case(
            "residual/lengths",
            _dynamic(Call("residual", cell=_lstm())),
            lengths=(5, 0, 3),
            why="a padded step gives zero, not x",
        ),
        Case(
            "residual/stack",
            _dynamic(
                Call(
                    "multi_rnn",
                    cells=(_lstm(4), Call("residual", cell=_lstm(4)), Call("residual", cell=_gru(4))),
                )
            ),
            initial_state=True,
            why="the second and third layer of a deep stack",
        ),
        Case(
            "residual/residual_fn",
            _dynamic(Call("residual", cell=_lstm(), residual_fn="half_sum")),
            why="a function of (inputs, outputs)",
        ),
        Case(
            "residual/dropout",
            _static(Call("residual", cell=_dropout(_lstm(), output_keep_prob=0.625))),
            noise=True,
            why="residual around dropout: x is added after the drop",
        ),
    ),
)
