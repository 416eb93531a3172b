"""Mistakes in what runs fast: the unrolls on TensorFlow, their gradients, the streaming step."""

from tests.mutants.mistake import mistakes

_UNROLL = "tests/backends/test_backends_unroll.py::"
_EAGER = _UNROLL + "test_eagerly_it_is_the_plain_loop"
_ROOM = "tf2_lstm/backends/tensorflow/"
_STREAM = "tests/stream/test_streaming.py::"
_PROGRAMS = "tests/stream/test_streaming_programs.py::"
_MEMORY = "tests/stream/test_streaming_memory.py::"
_REFUSED = "tests/stream/test_streaming_refused.py::test_what_cannot_be_streamed_is_refused_with_its_reason"
_WHOLE_ROUNDING = "tests/migrate/convert/test_whole_rounding.py::"
_STEPS = _STREAM + "test_steps_and_chunks_give_what_the_whole_sequence_gives"

RUNNING = [
    *mistakes(
        _ROOM + "unroll.py",
        "tests/backends/test_backends_exported.py::test_keras_export_to_onnx_traces_keras_loop",
        ("under_xla() is None or _is_exported()", "under_xla() is None"),
    ),
    *mistakes(
        _ROOM + "lstm.py",
        _EAGER + "[lstm_options]",
        ('gate(f + weights["forget_peephole"] * c)', 'gate(f + weights["input_peephole"] * c)'),
        (
            "to_i, to_f, to_j = of_gate(i) * j, of_gate(f) * before[1], of_act(j) * i",
            "to_i, to_f, to_j = of_gate(i) * j, of_gate(f) * before[0], of_act(j) * i",
        ),
        ('to_c += to_o * weights["output_peephole"]', 'to_c -= to_o * weights["output_peephole"]'),
        ('inside = _inside(saved["raw_c"], cell.cell_clip)', 'inside = tf.ones_like(saved["raw_c"])'),
        ("dz = tf.concat([dc, dc, dc, dh], axis=-1)", "dz = tf.concat([dc, dc, dh, dc], axis=-1)"),
        ('dc * factors["to_old"]', "dc"),
        (
            'result["input_peephole"] = tf.reduce_sum(di * old_c, axis=0)',
            'result["input_peephole"] = tf.reduce_sum(di * c, axis=0)',
        ),
        (
            'result["output_peephole"] = tf.reduce_sum(do * c, axis=0)',
            'result["output_peephole"] = tf.reduce_sum(do * old_c, axis=0)',
        ),
        ('dh * factors["inside"] if "inside" in factors else dh', "dh"),
    ),
    *mistakes(
        _ROOM + "lstm.py",
        _UNROLL + "test_a_clip_passes_the_gradient_on_the_limit_itself",
        ("tf.cast(tf.abs(x) <= limit, x.dtype)", "tf.cast(tf.abs(x) < limit, x.dtype)"),
    ),
    *mistakes(
        _ROOM + "gru.py",
        _EAGER + "[gru]",
        ("return (u * h + (1 - u) * c,)", "return ((1 - u) * h + u * c,)"),
        (
            "u, r = tf.split(gate(gates + inner[:, :size]), 2, axis=-1)",
            "r, u = tf.split(gate(gates + inner[:, :size]), 2, axis=-1)",
        ),
        ('"to_u": (before[0] - c) * of_gate(u)', '"to_u": (c - before[0]) * of_gate(u)'),
        (
            'candidate = tf.matmul(saved["r"] * h, dz[:, size:], transpose_a=True)',
            "candidate = tf.matmul(h, dz[:, size:], transpose_a=True)",
        ),
        ('old += product * factors["r"] + tf.matmul', "old += product + tf.matmul"),
    ),
    *mistakes(
        _ROOM + "gru.py",
        _EAGER + "[gru_reset_after]",
        (
            'inner = tf.nn.bias_add(inner, weights["bias"][1])',
            'inner = tf.nn.bias_add(inner, weights["bias"][0])',
        ),
        ('bias += [tf.reduce_sum(found["inner"], axis=0)]', "bias += [tf.reduce_sum(dz, axis=0)]"),
        (
            'inner = tf.concat([du, dr, dc * factors["r"]], axis=-1)',
            "inner = tf.concat([du, dr, dc], axis=-1)",
        ),
    ),
    *mistakes(
        _ROOM + "rnn.py",
        _EAGER + "[rnn]",
        ("tf.matmul(before[0], dz, transpose_a=True)", 'tf.matmul(saved["h"], dz, transpose_a=True)'),
    ),
    *mistakes(
        _ROOM + "activations.py",
        _EAGER + "[lstm_relu]",
        ("lambda y: _inside(y, 0, 1) / 6", "lambda y: _inside(y, 0, 1) / 5"),
        ("lambda y: tf.cast(y > 0, y.dtype)", "lambda y: tf.cast(y > 0.5, y.dtype)"),
    ),
    *mistakes(
        _ROOM + "layout.py",
        _EAGER + "[stack]",
        ("held = tf.where(number < 0, count,", "held = tf.where(number < 1, count,"),
        ("previous = tf.where(step == 0, row,", "previous = tf.where(step == 1, row,"),
        ("end = tf.where(ordered == 0, rows,", "end = tf.where(ordered == 1, rows,"),
        ("place = tf.where(mask, held, count)", "place = held"),
    ),
    *mistakes(
        _ROOM + "layout.py",
        _UNROLL + "test_an_empty_batch_of_unknown_size",
        ("longest = tf.maximum(tf.reduce_max(lengths), 0)", "longest = tf.reduce_max(lengths)"),
    ),
    *mistakes(
        _ROOM + "time_chunks.py",
        _UNROLL + "test_rows_that_end_one_step_after_a_piece_begins_are_in_it",
        ('tf.cast(layout.ends > start, "int32")', 'tf.cast(layout.ends > start + 1, "int32")'),
        (
            "states = [tf.concat([n, s[rows:]], axis=0)",
            "states = [tf.concat([n, n[:1], s[rows + 1 :]], axis=0)",
        ),
    ),
    *mistakes(
        _ROOM + "unroll.py",
        "tests/backends/test_backends_paths.py::test_the_intended_path_runs",
        (
            "holds = mask is not None and layer.return_sequences and not layer.zero_output_for_mask",
            "holds = False",
        ),
    ),
    *mistakes(
        _ROOM + "unroll.py",
        _UNROLL + "test_one_row_of_a_mask_is_for_all_rows_of_a_batch_of_unknown_size",
        ("and (mask.shape[0] != 1 or shape[0] == 1))", ")"),
    ),
    *mistakes(
        "tf2_lstm/stream/kernels.py",
        _STEPS + "[lstm_options-float32]",
        ("c = _clipped(f * c + i * np.tanh(j), cell.cell_clip)", "c = f * c + i * np.tanh(j)"),
        ("f = np.tanh(f + see_f * c) * half + half", "f = np.tanh(f + see_i * c) * half + half"),
        ("h = _clipped(h @ projection, cell.projection_clip)", "h = h @ projection"),
    ),
    *mistakes(
        "tf2_lstm/stream/kernels.py",
        _STEPS + "[gru_reset_after-float32]",
        (
            "new = activation(z[:, 2 * units :] + gate[:, units:] * inner[:, 2 * units :])",
            "new = activation(z[:, 2 * units :] + gate[:, :units] * inner[:, 2 * units :])",
        ),
        (
            "_gru_after(kernel, recurrent, bias[0], bias[1], units, activation)",
            "_gru_after(kernel, recurrent, bias[1], bias[0], units, activation)",
        ),
    ),
    *mistakes(
        "tf2_lstm/stream/kernels.py",
        _STEPS + "[stack-float32]",
        (
            "            x, own = kernel(x, states[start : start + count])\n",
            "            x, own = kernel(x, states[:count])\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/cell_plan.py",
        _STREAM + "test_numpy_is_refused_where_there_is_no_kernel[a call replaced]",
        ('return "call" in vars(cell) or type(cell)', "return type(cell)"),
    ),
    *mistakes(
        "tf2_lstm/stream/numpy_path.py",
        _MEMORY + "test_an_output_shares_no_memory_with_the_state[last output-step-numpy-gru]",
        ("return output.copy(), new", "return output, new"),
    ),
    *mistakes(
        "tf2_lstm/stream/numpy_path.py",
        _MEMORY + "test_an_output_shares_no_memory_with_the_state[last output-chunk-numpy-gru]",
        ("else outputs[-1].copy(), states", "else outputs[-1], states"),
    ),
    *mistakes(
        "tf2_lstm/stream/step.py",
        _MEMORY + "test_reset_gives_a_new_state_and_leaves_its_argument",
        ("            leaves[place] = leaf.copy()\n", "            leaves[place] = leaf\n"),
        ("leaves[place][rows] = fresh[rows]", "leaves[place][rows] = 0.25"),
    ),
    *mistakes(
        "tf2_lstm/stream/pointwise.py",
        _MEMORY + "test_a_negative_token_is_refused_and_no_other_row_is_read",
        ("not 0 <= tokens.min() <= tokens.max() < len(table)", "not tokens.max() < len(table)"),
    ),
    *mistakes(
        "tf2_lstm/stream/pointwise.py",
        "tests/stream/test_streaming_models.py::test_a_token_that_there_is_not_is_refused_in_numpy",
        ("tokens.max() < len(table)", "tokens.max() <= len(table)"),
    ),
    *mistakes(
        "tf2_lstm/stream/held_stream.py",
        _MEMORY + "test_a_state_that_is_set_is_a_copy",
        (
            "copy = keras.tree.map_structure(lambda leaf: np.array(ops.convert_to_numpy(leaf)), state)",
            "copy = state",
        ),
    ),
    *mistakes(
        "tf2_lstm/stream/held_stream.py",
        _MEMORY + "test_a_held_state_that_is_read_is_a_copy",
        (
            "lambda leaf: np.array(ops.convert_to_numpy(leaf)), self._state)",
            "lambda leaf: leaf, self._state)",
        ),
    ),
    *mistakes(
        "tf2_lstm/stream/time_axis.py",
        _REFUSED + "[softmax along time]",
        ("        if one.axis in mixed:\n", "        if one.axis is mixed:\n"),
    ),
    *mistakes(
        "tf2_lstm/stream/self_check.py",
        _PROGRAMS + "test_a_drawn_sequence_sees_what_the_table_lets_through[the sum so far]",
        ("atol=allowed * largest", "atol=1e9 * largest"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/rounding.py",
        "tests/migrate/prove/test_rounding.py::test_a_mistake_as_small_is_not_settled",
        ("if not exact.passed or {", "if {"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/rounding.py",
        _WHOLE_ROUNDING + "test_an_epsilon_that_is_a_millionth_off_is_not_settled",
        ("if not exact.passed or {tensor.name for tensor in found} != names:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/proof_in_double.py",
        _WHOLE_ROUNDING + "test_what_rounds_is_settled_and_both_figures_are_said",
        ("    in_double(graph)\n", ""),
        (
            "known = replace(findings, recurrences=[_widened(one) for one",
            "known = replace(findings, recurrences=[one for one",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        _WHOLE_ROUNDING + "test_what_rounds_is_settled_and_both_figures_are_said",
        ("if not beyond_rounding(report, graph.narrowest):", "if report.passed:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        _WHOLE_ROUNDING + "test_float32_of_what_rounds_in_float16_is_settled",
        ("settled(report, in_double, graph.narrowest)", "settled(report, in_double)"),
        ("narrowest=replay.narrowest", 'narrowest="float32"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/proof_in_double.py",
        _WHOLE_ROUNDING + "test_float32_of_what_rounds_in_float16_is_settled",
        ('_NARROW = ("float16", "float32")', '_NARROW = ("float32",)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/rounding.py",
        "tests/migrate/prove/test_rounding.py::test_a_larger_difference_of_what_is_computed_in_float16_may_be_rounding",
        ("max(1, min(", "max(1, max("),
        ("MOST * times *", "MOST * 2 * times *"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/rounding.py",
        "tests/migrate/prove/test_rounding.py::test_a_larger_difference_is_left_as_it_is",
        ("MOST = 16", "MOST = 18"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/in_double.py",
        "tests/migrate/graph/test_in_double.py::test_a_constant_is_widened",
        ("written(numbers[0])", "numbers[0]"),
        ("elif tensor.dtype == _HALF:", "elif tensor.dtype == _FLOAT:"),
        ("if numbers.size and np.all(numbers == numbers[0]):", "if numbers.size == 1:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/constants.py",
        "tests/migrate/graph/test_constants.py::test_a_number_is_read_as_it_was_written",
        ("if value.dtype.type(inverse) == value:", "if False:"),
        ("digits // 2 + 1", "digits + 1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/in_double.py",
        "tests/migrate/graph/test_in_double.py::test_the_flow_of_an_array_and_integers_keep_their_dtype",
        ("if hands_on and number in (at, (called, 0)):", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/in_double.py",
        "tests/migrate/prove/test_rounding.py::test_a_small_difference_is_settled_by_every_tensor_in_float64",
        ("function.signature.name += _SUFFIX", "function.signature.name += ''"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/all_states.py",
        "tests/migrate/recognise/test_all_states.py"
        "::test_an_operation_with_a_kernel_that_is_no_variable_is_refused_beside_one_that_is_read",
        ('if kernel.op != "var":', 'if kernel.op == "none":'),
    ),
]
