"""Mistakes in the layers that are recovered of what a graph writes out."""

from tests.mutants.mistake import mistakes

_RECOVERED = "tf2_lstm/migrate/translate/recovered/"
_LOOPS = "tests/migrate/translate/test_layers_in_loops.py::"
_TESTS = "tests/migrate/translate/test_recovered_layers.py::"

RECOVERED = [
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layer_norm.py",
        f"{_TESTS}test_layer_normalisation_is_one_layer",
        ("in ([-1], [rank - 1])", "is not None"),
        ("float(written(epsilon.array.ravel()[0]))", "0.1"),
        ("_is_number(power) and power.array.item() == 0.5", "False"),
        (' or inputs_if(nodes, _base(nodes, variance), "Sub")', ""),
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
    *mistakes(
        f"{_RECOVERED}attention_in_loops.py",
        f"{_LOOPS}test_a_loop_holds_the_layers_whose_weights_it_alone_reads",
        ('given[0] == float("-inf") and _is_ones(lines, given[1])', "_is_ones(lines, given[1])"),
        ("    if not given or not _is_lowest(lines, given[2]):", "    if not given:"),
    ),
    *mistakes(
        f"{_RECOVERED}attention_in_loops.py",
        f"{_LOOPS}test_it_gives_what_the_session_gives",
        ('{} if mask is None else {"mask": [None, mask]}', "{}"),
        ("return given[1], given[0]", "return given[1], None"),
        ("inputs = [scores.query, values, scores.keys]", "inputs = [scores.query, scores.keys, values]"),
        ("Item(Item(Ref(name), 1), _ONLY)", "Item(Item(Ref(name), 0), _ONLY)"),
    ),
    *mistakes(
        f"{_RECOVERED}attention_in_loops.py",
        f"{_LOOPS}test_the_proof_says_so_of_gradients_too",
        ("TF1 gives NaN", "TF1 has no such row"),
    ),
    *mistakes(
        f"{_RECOVERED}dense_in_loops.py",
        f"{_LOOPS}test_it_gives_what_the_session_gives",
        ('({} if bias else {"use_bias": False}) | (', "("),
        ('{"activation": activation} if activation else {}', "{}"),
        ("last = line.targets[0] if activation else last", ""),
    ),
    *mistakes(
        f"{_RECOVERED}dense_in_loops.py",
        f"{_LOOPS}test_a_loop_holds_the_layers_whose_weights_it_alone_reads",
        (" and lines.only_reader(kernel.name) == line:", ":"),
        ("if bias is None or not lines.only_reader(names[0]):", "if bias is None:"),
    ),
    *mistakes(
        f"{_RECOVERED}in_loops.py",
        f"{_LOOPS}test_it_gives_what_the_session_gives",
        ('found.options.get("dtype", "float32") if found.weights else self.dtype', "self.dtype"),
    ),
    *mistakes(
        f"{_RECOVERED}in_loops.py",
        f"{_LOOPS}test_a_loop_holds_the_layers_whose_weights_it_alone_reads",
        ("if is_weight and self._read_once(name) and", "if is_weight and"),
        (" and not free_names(after) & {*found.weights}", ""),
        ("repeat(wanted)) if name != wanted)", "repeat(wanted)))"),
        ('f"{wanted}_layer"', 'f"{wanted}_2"'),
    ),
    *mistakes(
        f"{_RECOVERED}loop_lines.py",
        f"{_LOOPS}test_a_loop_holds_the_layers_whose_weights_it_alone_reads",
        ("value.at == (slice(None), 0, slice(None))", "False"),
        ('        if not _are_in_order(parts["body"]):', "        if False:"),
    ),
    *mistakes(
        "tf2_lstm/lines.py",
        "tests/layers/test_layers_held_layers.py::test_it_computes_the_same_when_it_was_saved",
        ("inner(what)(*_listed(arguments), **_listed(options))", "inner(what)(*arguments, **options)"),
    ),
    *mistakes(
        "tf2_lstm/held_layers.py",
        "tests/layers/test_layers_held_layers.py::test_a_name_is_a_lower_case_one_that_is_free",
        (" or hasattr(owner, name):", ":"),
        (r'r"[a-z][a-z0-9_]*", "layers', r'r".*", "layers'),
    ),
]
