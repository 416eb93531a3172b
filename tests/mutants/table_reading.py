"""Mistakes in what reads: weight maps, layouts, checkpoints and their tables, files of strangers."""

from tests.mutants.mistake import mistakes

_WEIGHTS = "tests/migrate/test_weights.py::"
_LAYOUTS = "tests/migrate/test_layouts.py::"
_TABLE = "tests/migrate/artifacts/test_table.py::"
_NAMES = "tests/migrate/artifacts/test_artifacts_names.py::"
_BAD = "tests/migrate/artifacts/test_artifacts_bad_input.py::"
_SAFETY = "tests/migrate/artifacts/test_artifacts_safety.py::"
_COUNTS = "tests/migrate/artifacts/test_counts.py::"
_SHAPES = "tests/migrate/graph/test_shapes.py::"
_BROKEN = _TABLE + "test_a_table_that_does_not_fit_together_is_refused"

READING = [
    *mistakes(
        "tf2_lstm/migrate/artifacts/reading.py",
        "tests/migrate/artifacts/test_artifacts_bad_input.py::test_bad_input_gets_one_clear_line",
        ('return os.path.lexists(prefix + ".meta")', 'return files.is_file(prefix + ".meta")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_lstm_columns_and_rows_land_where_keras_reads_them",
        ("+1 if source is Layout.TF1 else -1", "-1 if source is Layout.TF1 else +1"),
        ("= column[:depth], column[depth:]", "= column[-depth:], column[:-depth]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_forget_bias_is_one_unless_it_is_said",
        (
            "value = call.arguments.get(argument, PAIRS[call.pair].default(argument))",
            "value = call.arguments.get(argument, 0.0)",
        ),
        (
            "np.asarray(sign * value, blocks[block].dtype)",
            "np.asarray(sign * abs(value), blocks[block].dtype)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_gradients_go_back_without_the_fold",
        ("    if folded and (source is", "    if (source is"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_round_trip_is_bit_exact",
        ("+1 if source is Layout.TF1 else -1", "+1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_parts_are_joined_in_numeric_order",
        (
            "[numbered[number] for number in sorted(numbered)], axis=0)",
            "[numbered[number] for number in sorted(numbered, key=str)], axis=0)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_a_missing_part_is_an_error",
        (
            "missing = sorted(set(range(max(numbered) + 1)) - set(numbered))",
            "missing = sorted(set(range(max(numbered) - 1)) - set(numbered))",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_what_does_not_fit_is_named",
        ("array.shape[0] > rest and array.shape[1] == width", "array.shape[0] > rest"),
        ("        if name not in expected:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _WEIGHTS + "test_every_variable_of_a_checkpoint_is_claimed_or_named",
        ("    if left:\n", "    if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/pairs/gru.py",
        _WEIGHTS + "test_gru_update_gate_comes_first",
        (
            'Tensor("gates/kernel", ("input", "recurrent"), "ru")',
            'Tensor("gates/kernel", ("input", "recurrent"), "ur")',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS + "test_there_and_back",
        ("if folded and (source is Layout.TF1) != (target is Layout.TF1):", "if folded:"),
        ("block.T.reshape(block.shape) for block", "block for block"),
        ("(np.concatenate if tensor.flat else np.stack)", "np.stack"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS + "test_a_layer_without_a_bias_has_one_of_zeros_and_gives_none_back",
        ('if one.name in arrays or one.name != "bias"]', "if one.name in arrays or True]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS + "test_what_does_not_fit_a_layout_is_named",
        ("shape = (2 * width,) if tensor.flat else (2, width)", "shape = array.shape"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS + "test_a_kernel_of_cudnn_is_multiplied_from_the_left",
        ("column.reshape(column.shape[::-1]).T if tensor.flat else column", "column"),
    ),
    *mistakes(
        "tf2_lstm/migrate/pairs/gru.py",
        _LAYOUTS
        + "test_the_biases_of_a_gru_that_resets_after_are_a_sum_in_tf1_and_its_gradient_is_that_of_one",
        ('Tensor("bias", ("bias",), "urg", row=0)', 'Tensor("bias", ("bias",), "rug", row=0)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS
        + "test_the_biases_of_a_gru_that_resets_after_are_a_sum_in_tf1_and_its_gradient_is_that_of_one",
        ('            blocks["bias", gate] = blocks["bias", gate] + second\n', "            pass\n"),
        ("        if folded:\n            blocks", "        if True:\n            blocks"),
        ("if target is Layout.KERAS or", "if"),
    ),
    *mistakes(
        "tf2_lstm/migrate/weights.py",
        _LAYOUTS + "test_the_biases_of_a_cudnn_lstm_are_a_sum_and_its_gradient_is_that_of_both",
        ("/ (2 if folded else 1)", "/ 2"),
        ("/ (2 if folded else 1)", "/ 1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _BROKEN + "[keys in another order]",
        ('        raise BrokenTable("expected keys in order, each once")\n', "        found.sort()\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _BROKEN + "[a key twice]",
        ("if any(before >= after for", "if any(before > after for"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _BROKEN,
        ("if shared > len(key) or where", "if where"),
        ("where + own + length > stop:", "where + own > stop:"),
        ("where + own + length > stop:", "where + own + length > stop + 1:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _TABLE + "test_keys_with_a_prefix_in_common_are_read",
        ("key = key[:shared] + bytes", "key = key + bytes"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _TABLE + "test_a_changed_bit_is_seen",
        (
            "if masked_crc(memoryview(found)[: size + 1]) != stored:",
            "if masked_crc(memoryview(found)[:size]) == stored:",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/table.py",
        _TABLE + "test_a_compressed_block_is_refused",
        ("    if kind != 0:\n", "    if kind > 1:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/bundle.py",
        _BAD + "test_a_size_that_is_not_that_of_the_shape_is_seen",
        (
            "if entry.dtype in DTYPES and entry.size != expected:",
            "if entry.dtype in DTYPES and entry.size > expected:",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/bundle.py",
        "tests/migrate/artifacts/test_artifacts_zoo.py::test_every_variable_that_the_program_has_is_read[partitioned_by_scope]",
        ("for number in range(count)]", "for number in range(count + 1)]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/partitions.py",
        _NAMES + "test_eleven_parts_are_in_numeric_order",
        (
            "ordered = [parts[number] for number in sorted(parts)]",
            "ordered = [parts[number] for number in sorted(parts, key=str)]",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/partitions.py",
        _NAMES + "test_parts_are_slices_of_the_whole",
        ("place[axis] = slice(stop - part.shape[axis], stop)", "place[axis] = slice(0, part.shape[axis])"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _SAFETY + "test_functions_are_looked_into_however_deep",
        ("        waiting += more + ([gradients[name]]", "        waiting += ([gradients[name]]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _SAFETY + "test_the_gradient_of_a_function_is_looked_into",
        ("([gradients[name]] if name in gradients else [])", "[]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _SAFETY + "test_what_reaches_out_is_refused_by_name",
        (
            "if node.op not in functions and node.op not in ALLOWED",
            "if node.op in functions and node.op not in ALLOWED",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/operations.py",
        _SAFETY + "test_no_allowed_operation_is_called_like_a_danger",
        ("Equal NotEqual LogicalNot", "Equal ReadFile LogicalNot"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/functions.py",
        _SAFETY + "test_a_function_that_is_called_as_an_operation_is_looked_into",
        ("own = [node.op] if node.op in functions else []", "own = []"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/functions.py",
        _SAFETY + "test_a_list_of_functions_is_looked_into",
        ("for one in [*found, *value.list.func]:", "for one in found:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/shapes.py",
        _SHAPES + "test_a_scalar_of_a_graph_without_a_version_is_one",
        ("if _is_scalar(node) and not part.versions.producer:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/shapes.py",
        _SHAPES + "test_a_file_is_not_read_for_a_size",
        ("    if node.op not in ALLOWED:\n        return True\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/keras_h5.py",
        "tests/migrate/artifacts/test_artifacts_damage.py::test_a_crash_of_the_library_is_refused",
        ('"crashed") if done.returncode < 0 else ""', '"") if done.returncode < 0 else ""'),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/keras_h5.py",
        "tests/migrate/artifacts/test_artifacts_damage.py::"
        "test_an_h5_in_which_the_library_runs_for_ever_is_refused",
        ("{-signal.SIGXCPU: without_end}", "{}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/counts.py",
        _COUNTS + "test_a_number_of_outputs_is_not_believed",
        ("not 0 <= count <= MOST", "not count <= MOST"),
        ("return attribute(node, argument.number_attr).i", "return 1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/counts.py",
        _COUNTS + "test_a_number_of_inputs_is_not_believed",
        ("if count > len(node.input):", "if count > 65_536:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/counts.py",
        _COUNTS + "test_an_output_that_is_not_there_is_not_read",
        ("int(number or 0) >= count", "int(number or 0) > count"),
    ),
]
