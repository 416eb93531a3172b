"""Mistakes in what leaves for another runtime."""

from tests.mutants.mistake import mistakes

LAYERS = "tests/migrate/export/test_onnx_layers.py"
RUNTIMES = "tests/migrate/export/test_export_runtimes.py"
LITERT = "tests/migrate/export/test_export_litert.py"

LOOPS = "tests/migrate/export/test_onnx_loops.py"
OPERATIONS = "tests/migrate/export/test_onnx_operations.py"

SERVING = [
    *mistakes(
        "tf2_lstm/migrate/export/native.py",
        f"{LAYERS}::test_every_option_of_a_cell",
        ('("input", "output", "forget")', '("input", "forget", "output")'),
        ('"lstm": (0, 3, 1, 2)', '"lstm": (0, 1, 2, 3)'),
        ("int(plan.reset_after)", "0"),
        ('"hard_sigmoid": ("HardSigmoid", 1 / 6, 0.5)', '"hard_sigmoid": ("HardSigmoid", 0.2, 0.5)'),
        (' or "projection_kernel" in plan.weights', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/stepping.py",
        f"{LAYERS}::test_every_row_gives_the_numbers_of_keras",
        ('return writer.graph.add("Add", [x, y]), width, last', "return y, width, last"),
        ("        lasts += last\n", "        lasts = [*last, *lasts]\n"),
        ('[graph.add("Where", [ended, old, new])', '[graph.add("Where", [ended, new, old])'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/stepping.py",
        f"{LAYERS}::test_every_option_of_a_cell",
        ("    if not any(state.any() for state in states):\n", "    if True:\n"),
        ("back = [int(sequence.backwards)]", "back = [0]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/recurrent.py",
        f"{LAYERS}::test_every_ending_and_direction",
        ("        found = pick(0)\n", "        found = pick(-1)\n"),
        ("    is_reversed = layer.go_backwards and apart\n", "    is_reversed = False\n"),
        ("holds else mask.name", "False else mask.name"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/recurrent.py",
        f"{LAYERS}::test_stock_layers_pad_in_their_own_way",
        ("if layer.zero_output_for_mask and type(layer) is not RNN:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/leaving.py",
        f"{RUNTIMES}::test_what_differs_is_exit_1_and_no_file",
        ("        if report.passed:\n", "        if True:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/leaving.py",
        "tests/migrate/export/test_export_tensorflow.py::test_a_step_that_differs_is_not_written",
        ("report.cases[0].tensors += chosen", "[] + chosen"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/writing.py",
        "tests/migrate/export/test_onnx_operations.py::test_a_masked_layer_may_be_shared",
        ("call = replace(call, kwargs=with_masks(call))", "pass"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/looping.py",
        f"{LOOPS}::test_a_loop_gives_the_numbers_of_keras",
        ('        "" if most is None else writer.name(most, "int64"),\n', '        "",\n'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/looping.py",
        f"{LOOPS}::test_what_no_step_changes_is_computed_once",
        ("        writer.name(tensor)\n", "        pass\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/appending.py",
        f"{LOOPS}::test_a_loop_gives_the_numbers_of_keras",
        ("np.all(np.equal(others[0], 1))", "True"),
        ("uses.count(id(carried[place])) == 1", "True"),
        ("    if any(one.kind in WITH_FUNCTIONS for one in parts):\n        return {}\n", ""),
        ('graph.add("Slice", [first, axis, start, axis])', 'graph.add("Slice", [first, axis, axis, axis])'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/tracing.py",
        f"{LOOPS}::test_a_loop_gives_the_numbers_of_keras",
        ("if one.kind in WITH_FUNCTIONS or any(", "if any("),
    ),
    *mistakes(
        "tf2_lstm/lines.py",
        f"{LOOPS}::test_a_loop_gives_the_numbers_of_keras",
        ("    if not symbols or any(", "    if True or any("),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/scanning.py",
        f"{LOOPS}::test_the_beams_of_a_search",
        ('"scan_output_directions": [1]', '"scan_output_directions": [0]'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/convolutions.py",
        f"{OPERATIONS}::test_the_numbers_are_those_of_keras",
        (
            "*(one // 2 for one in beyond), *(one - one // 2 for",
            "*(one - one // 2 for one in beyond), *(one // 2 for",
        ),
        ('"SAME_UPPER"', '"SAME_LOWER"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/pointwise.py",
        f"{OPERATIONS}::test_the_numbers_are_those_of_keras",
        ('add("And", [other, some])', "some"),
        ('add("Where", [add("Equal", [kept, x]), log, corrected])', "log"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/litert/signs.py",
        "tests/migrate/export/test_export_tensorflow.py::test_the_best_of_scores_leaves_for_litert_with_the_sign_of_a_zero",
        ('make(inverse, "RealDiv"', 'make(inverse, "Mul"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/litert/operators.py",
        f"{LITERT}::test_a_row_gives_the_numbers_of_keras_and_is_needed",
        ("        factors.reverse()\n", "        pass\n"),
        ("products[:-1] if", "products[1:] if"),
        ('make(higher, "Maximum"', 'make(higher, "Minimum"'),
        ("constant(whole_number, int(by))", "constant(whole_number, abs(int(by)))"),
        ("axis += hidden if", "axis += 1 if"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/litert/list_operations.py",
        f"{LITERT}::test_a_loop_without_a_step_leaves",
        (
            '[f"{name}:output:0" for name in (element, start, length, one)]',
            '[f"{name}:output:0" for name in (element, start, one, one)]',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/litert/list_operations.py",
        f"{LITERT}::test_rows_of_any_number_leave_and_the_converters_own_lists_do_not",
        ("        if size < 0:\n", "        if size < -1:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/accepted.py",
        f"{RUNTIMES}::test_rows_without_a_step_are_left_out_where_keras_gives_no_number",
        (
            "return not self.problem and not self.empty and self.finite",
            "return not self.problem and not self.empty",
        ),
    ),
]
