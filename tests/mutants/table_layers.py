"""Mistakes in the Keras column: cells, states, wrappers, stacks, unrolls, both directions."""

from tests.mutants.mistake import mistakes

_CALLING = "tests/layers/test_layers_calling.py::"
_CELLS = "tests/layers/test_layers_cells.py::"
_DTYPES = "tests/layers/test_layers_dtypes.py::"
_ERRORS = "tests/layers/test_layers_errors.py::"
_FITTING = "tests/layers/test_layers_fitting.py::"
_RATES = "tests/layers/test_layers_dropout_rates.py::"
_STACK = "tests/layers/test_layers_stack.py::"
_STATE = "tests/layers/test_layers_state.py::"
_UNROLL = "tests/layers/test_layers_unroll.py::"
_JAX = "tests/layers/test_layers_jax.py::"
_WRAPPERS = "tests/layers/test_layers_wrappers.py::"

LAYERS = [
    *mistakes(
        "tf2_lstm/loop.py",
        f"{_JAX}test_a_loop_that_is_to_drop_is_refused_where_it_could_not_train",
        ("if training and keras", "if False and keras"),
        ("if training and keras", "if keras"),
    ),
    *mistakes(
        "tf2_lstm/lines.py",
        "tests/layers/test_layers_loop.py::test_a_dropout_is_called_dropout",
        ('(_\\d+)*", one', '.*", one'),
    ),
    *mistakes(
        "tf2_lstm/lines.py",
        f"{_RATES}test_one_rate_is_that_of_all_and_is_saved",
        ('{**one, "rate": self.layers()[one["name"]].rate}', "dict(one)"),
    ),
    *mistakes(
        "tf2_lstm/dropout_rates.py",
        f"{_RATES}test_each_place_drops_in_training_and_changes_nothing_else",
        ('if not name.startswith("_")}', "if False}"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        f"{_JAX}test_a_loop_draws_what_its_steps_draw_one_after_another",
        ("isinstance(one, keras.layers.Dropout) and one.rate", "False"),
    ),
    *mistakes(
        "tf2_lstm/dropout_rates.py",
        f"{_RATES}test_a_model_that_was_fitted_is_compiled_again",
        ("        _compile_again(model)\n", "        pass\n"),
        ("    layer.rate = rate\n", ""),
    ),
    *mistakes(
        "tf2_lstm/dropout_rates.py",
        f"{_RATES}test_each_place_drops_in_training_and_changes_nothing_else",
        ("layer.set_rate(name, rate)", "pass"),
        ("        if id(layer) not in seen:\n", "        if not isinstance(layer, keras.Sequential):\n"),
    ),
    *mistakes(
        "tf2_lstm/dropout_rates.py",
        f"{_RATES}test_what_is_no_rate_or_no_place_is_refused_and_nothing_is_set",
        ("        _check(place, rate, places)\n    for place, rate in rates.items():\n", ""),
        ("or isinstance(rate, bool) or not", "or not"),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        f"{_RATES}test_load_weights_of_the_package_leaves_a_rate_that_was_set",
        ("self.rates = tuple(rate if one == name else old", "self.rates = tuple(old"),
    ),
    *mistakes(
        "tf2_lstm/cells/lstm.py",
        _CELLS + "test_lstm_is_its_equations",
        ("i, f, j, o = self._gates", "i, j, f, o = self._gates"),
        ("f = f + self.forget_peephole * c", "f = f - self.forget_peephole * c"),
        ("i = i + self.input_peephole * c", "i = i + self.forget_peephole * c"),
        ("        c = _clip(c, self.cell_clip)\n", ""),
        ("h = self.recurrent_activation(o) * self.activation(c)", "h = self.recurrent_activation(o) * c"),
        ("self.projection_kernel), self.projection_clip)", "self.projection_kernel), self.cell_clip)"),
        ("return h, [h, c]", "return h, [c, h]"),
        ("ops.clip(x, -limit, limit)", "ops.clip(x, 0, limit)"),
        ("if self.use_bias:", "if not self.use_bias:"),
    ),
    *mistakes(
        "tf2_lstm/cells/lstm.py",
        _CELLS + "test_lstm_refuses",
        ("if value < 0:", "if value < -2:"),
        ("value is not None and value < 1:", "value is not None and value < 0:"),
    ),
    *mistakes(
        "tf2_lstm/cells/lstm.py",
        _ERRORS + "test_a_cell_called_alone_refuses_too",
        ("keras.layers.InputSpec(ndim=2)", "None"),
        (", axes={-1: input_shape[-1]})", ")"),
    ),
    *mistakes(
        "tf2_lstm/state.py",
        _STATE + "test_round_trip",
        ('return ("c", "h") if set(layout) == {"c", "h"}', 'return ("h", "c") if set(layout) == {"c", "h"}'),
        (
            'return [_leaf(f"{where}, {name}", layout[name], named[name]) for name in layout]',
            'return [_leaf(f"{where}, {name}", layout[name], named[name]) for name in named]',
        ),
    ),
    *mistakes(
        "tf2_lstm/state.py",
        _STATE + "test_flat_round_trip",
        ("return [flat[..., end - width : end]", "return [flat[..., : width]"),
        ("ends = [sum(widths[: n + 1])", "ends = [sum(widths[: n])"),
    ),
    *mistakes(
        "tf2_lstm/state.py",
        _STATE + "test_a_wrong_tf1_state_is_refused",
        ("if not shape or shape[-1] != width:", "if not shape:"),
        ("isinstance(layout, list) and len(state) == len(layout):", "isinstance(layout, list):"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _ERRORS + "test_states_that_do_not_fit_are_refused",
        ("fits = len(leaves) == len(widths) and all(", "fits = all("),
        ("return len(shape) == 2 and", "return"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _ERRORS + "test_a_state_in_tf1_s_order_is_refused",
        ("if fits and not holds_tf1_order(states):", "if fits:"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _FITTING + "test_tf1_s_order_is_refused_wherever_it_stands",
        ("return isinstance(states, (list, tuple)) and any(map(holds_tf1_order, states))", "return False"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _FITTING + "test_complex_numbers_and_texts_are_refused",
        ('            check_real(where, "states", leaf)\n', "            pass\n"),
        ("if part in dtype:", "if part == dtype:"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _FITTING + "test_a_wrong_call_of_a_cell_is_refused",
        ('        check_real(where, "inputs", inputs)\n', ""),
        ("self.state_size, states, inputs.shape[0])", "self.state_size, states)"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _FITTING + "test_a_cell_called_alone_takes_a_batch_without_rows",
        ("if inputs.shape[0] == 0:", "if False:"),
        ("lambda leaf: leaf[:-1]", "lambda leaf: leaf"),
        ("return output, keras.tree.pack_sequence_as(states, keras.tree.flatten(new))", "return output, new"),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_one_step_is_its_definition",
        (
            "scale = ops.divide_no_nan(ops.ones_like(rate), 1 - rate)",
            "scale = ops.divide_no_nan(ops.ones_like(rate), rate)",
        ),
        (".variable_dtype) >= rate", ".variable_dtype) < rate"),
        ("        states = self._drop_states(states, state_noise)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_c_is_never_dropped",
        ('return tuple(name != "c" for name in layout)', 'return tuple(name != "h" for name in layout)'),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_nothing_is_dropped_at_inference",
        ("        if not training:\n            return self.cell(inputs, states, training=False)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_a_rate_outside_0_to_1_is_refused",
        ("if not 0 <= rate <= 1:", "if not 0 <= rate:"),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_variational_masks_are_the_same_at_every_step_and_row",
        (
            "draw = lambda width: self.draw_noise((1, width)",
            "draw = lambda width: self.draw_noise((3, width)",
        ),
        (
            "            keep = noise + (1 - rate) >= 1\n",
            "            keep = self.draw_noise(ops.shape(x), x.dtype) >= rate\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_noise_is_forgotten_after_a_failing_call",
        (
            '"""Forget the variational noise; an unroll calls it after its loop."""\n        self._noise = None',
            '"""Forget."""',
        ),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _WRAPPERS + "test_residual_adds_the_input_to_the_output_alone",
        ("+ output, states", "+ output, [inputs + states[0], *states[1:]]"),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _DTYPES + "test_cells_of_other_dtypes_run_inside_of_a_cell",
        ("        output = ops.cast(output, self.compute_dtype)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/stack.py",
        _STACK + "test_shared_and_distinct_cells_keep_their_places",
        ('"order": [places[id(cell)] for cell in self.cells]', '"order": list(range(len(self.cells)))'),
        (
            "return cls([cells[place] for place in config.pop",
            "return cls([cells[-1 - place] for place in config.pop",
        ),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _CALLING + "test_padding_is_zero_and_the_states_are_those_of_the_short_row[lstm]",
        (
            "def __init__(self, cell, *, zero_output_for_mask=True",
            "def __init__(self, cell, *, zero_output_for_mask=False",
        ),
        ("mask = sequences_mask if mask is None else mask", "mask = sequences_mask"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _CALLING + "test_initial_state_and_the_mask_of_the_input_together[gru]",
        ("mask = sequences_mask if mask is None else mask", "mask = mask"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _CALLING + "test_go_backwards_is_the_reversed_sequence[False-gru]",
        ("            sequences = ops.flip(sequences, axis=1)\n", ""),
        ("mask = None if mask is None else ops.flip(mask, axis=1)", "mask = mask"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _UNROLL + "test_sequence_mask_is_what_it_says",
        (
            "return ops.less(ops.arange(maxlen), lengths)",
            "return ops.less_equal(ops.arange(maxlen), lengths)",
        ),
        (
            "mask = ops.less_equal(steps, ops.expand_dims(lengths, axis=1))",
            "mask = ops.less(steps, ops.expand_dims(lengths, axis=1))",
        ),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _UNROLL + "test_sequence_mask_layer_keeps_the_mask_that_x_carries",
        ("else ops.logical_and(mask, before)", "else ops.logical_or(mask, before)"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _FITTING + "test_a_batch_without_rows_gives_none",
        ("if sequences.shape[0] == 0:", "if False:"),
        ("mask = None if mask is None else mask[:0]", "mask = mask"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _FITTING + "test_a_loop_by_hand_takes_no_rows_no_steps_and_no_complex_numbers",
        ("if inputs.shape[0] == 0:", "if False:"),
        ("if inputs.shape[1] == 0:", "if False:"),
        ('    check_real("python_loop", "inputs", inputs)\n', ""),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _FITTING + "test_wrong_lengths_are_refused",
        ("if not _same_sizes(lengths.shape, x.shape[:1]):", "if len(lengths.shape) != 1:"),
        (" or len(inputs[0].shape) < 2:", ":"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _UNROLL + "test_python_loop_is_rnn",
        (
            "output, states = step(cell, inputs[:, time], states, training)",
            "output, _ = step(cell, inputs[:, time], states, training)",
        ),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        "tests/layers/test_layers_saving.py::test_the_numpy_backend_gives_the_same_without_tensorflow",
        ("                outputs = _zeroed(outputs, mask)\n", "                outputs = outputs\n"),
        ("                last = _last_valid(outputs, mask)\n", "                last = last\n"),
        ("last = ops.logical_and(valid, to_come == 1)", "last = ops.logical_and(valid, to_come == 0)"),
    ),
    *mistakes(
        "tf2_lstm/unroll.py",
        _JAX + "test_a_loop_draws_what_its_steps_draw_one_after_another",
        ("and not cell.variational\n", "and cell.variational\n"),
        ("return draws or any(", "return draws and any("),
        (
            "_zeroed(outputs, mask) if zero else",
            "_zeroed(outputs, mask) if not zero else",
        ),
    ),
    *mistakes(
        "tf2_lstm/backends/jax/random_loop.py",
        _JAX + "test_a_loop_draws_what_its_steps_draw_one_after_another",
        ("[scope.get_current_value(seed) for seed in seeds]), output", "drawn), output"),
        ("        seed.assign(value)\n", "        pass\n"),
        ("ops.where(keep, new, old)", "new"),
        ("ops.where(valid, steps, -1)", "steps"),
    ),
    *mistakes(
        "tf2_lstm/backends/jax/random_loop.py",
        _JAX + "test_a_step_that_assigns_a_weight_is_refused",
        ("is not value:", "is value:"),
    ),
    *mistakes(
        "tf2_lstm/wrappers.py",
        _JAX + "test_of_keras_own_loop_a_warning_says_that_it_draws_one_mask",
        ("None if self._in_sequence else backends", "None if not self._in_sequence else backends"),
        ("        self._in_sequence = True\n", "        self._in_sequence = False\n"),
    ),
    *mistakes(
        "tf2_lstm/fitting.py",
        _JAX + "test_a_compiled_model_takes_the_states_of_a_stack",
        ("pack_sequence_as(_untracked(sizes), leaves)", "pack_sequence_as(sizes, leaves)"),
    ),
    *mistakes(
        "tf2_lstm/bidirectional.py",
        _UNROLL + "test_the_initial_state_goes_to_its_direction",
        (
            "return list(states[:forward]), list(states[forward:])",
            "return list(states[:backward]), list(states[backward:])",
        ),
        (
            "self.backward_layer(sequences, initial_state=after",
            "self.backward_layer(sequences, initial_state=before",
        ),
    ),
    *mistakes(
        "tf2_lstm/bidirectional.py",
        _UNROLL + "test_merge_modes",
        ("ops.add(forward, backward) / 2", "ops.add(forward, backward)"),
        ('"mul": ops.multiply', '"mul": ops.maximum'),
        ("ops.concatenate([forward, backward], axis=-1)", "ops.concatenate([backward, forward], axis=-1)"),
    ),
    *mistakes(
        "tf2_lstm/bidirectional.py",
        _UNROLL + "test_the_backward_direction_is_the_reversal_within_the_length",
        ("backward = ops.flip(backward, axis=1)", "backward = ops.flip(backward, axis=2)"),
    ),
    *mistakes(
        "tf2_lstm/bidirectional.py",
        _DTYPES + "test_a_layer_gives_the_dtype_of_its_own_policy",
        ("lambda leaf: ops.cast(leaf, self.compute_dtype),", "lambda leaf: leaf,"),
    ),
    *mistakes(
        "tf2_lstm/bidirectional.py",
        _DTYPES + "test_both_directions_are_merged_into_one_dtype",
        ("ops.add(forward, backward) / 2", "(forward + backward) / 2"),
    ),
]
