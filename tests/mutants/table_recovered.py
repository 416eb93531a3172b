"""Mistakes in the layers that are recovered of what a graph writes out."""

from tests.mutants.mistake import mistakes

_TESTS = "tests/migrate/translate/test_recovered_layers.py::"

RECOVERED = [
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layer_norm.py",
        f"{_TESTS}test_layer_normalisation_is_one_layer",
        ("in ([-1], [rank - 1])", "is not None"),
        ("float(written(epsilon.array.ravel()[0]))", "0.1"),
        ("_is_number(power) and power.array.item() == 0.5", "False"),
        (' or _read(nodes, _base(nodes, variance), "Sub")', ""),
        (
            "return square[0] if square else twice[0] if is_square else reference",
            "return square[0] if square else reference",
        ),
        ("return stopped[0] if stopped else reference", "return reference"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layer_norm.py",
        f"{_TESTS}test_what_tf1_does_not_train_does_not_train",
        ("    if len({one.trains for one in held}) > 1:\n", "    if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/recurrence.py",
        "tests/migrate/keras_code/test_two_directions.py::test_alike_directions_are_bidirectional",
        ("return alike and is_cell and not", "return is_cell and not"),
        ('"rnn/backward_layer/cell")', '"rnn/forward_layer/cell")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/recurrence.py",
        "tests/migrate/keras_code/test_two_directions.py::test_directions_that_are_not_of_stock_keras_are_two_layers",
        ("return alike and is_cell and not", "return alike and not"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        "tests/migrate/translate/test_translated_dropout.py::test_a_draw_that_several_steps_share_is_named",
        ("noise.draw in writer.draws or ", ""),
        (" or noise.depth != writer.depth:", ":"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        "tests/migrate/translate/test_translated_dropout.py::test_a_scale_that_float64_does_not_have_is_named",
        ("abs(scale * noise.keep - 1) > 1e-12:", "False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/own_loops.py",
        "tests/migrate/translate/test_single_cells.py::test_a_loop_of_float64_keeps_it_in_the_file_and_in_the_source",
        ('{"autocast": False} if "float64" in dtypes else {}', "{}"),
    ),
]
