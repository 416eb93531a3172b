"""Mistakes in the translation of whole programs and in its proof."""

from tests.mutants.mistake import mistakes

FRAMES = "tests/migrate/graph/test_frames.py::"
LOOPS = "tests/migrate/translate/test_loops.py::"
ROWS = "tests/migrate/translate/test_rows.py::test_a_row_gives_what_the_session_gives"
SABOTAGE = "tests/migrate/translate/test_whole_sabotage.py"
LOST = "tests/migrate/graph/test_lost.py"
ZOO = "tests/migrate/translate/test_whole_zoo.py::test_a_program_comes_over_whole"
COMMAND = "tests/migrate/translate/test_whole_command.py"
DROPOUT = "tests/migrate/translate/test_translated_dropout.py::"
GRADIENTS = "tests/migrate/translate/test_whole_gradients.py::"


TRANSLATING = [
    *mistakes(
        "tf2_lstm/migrate/prove/program_gradients.py",
        f"{GRADIENTS}test_gradients_that_are_not_finite_in_tf1_are_left_out_and_named",
        ("        if name in endless:", "        if name in ():"),
        ("for name, one in (run.gradients or {}).items() if not", "for name, one in () if not"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/shapes.py",
        f"{ROWS}[BroadcastTo, open sizes]",
        ("return _full_of(writer, node, wanted, x)", "return x"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/reductions.py",
        f"{ROWS}[ArgMax, of zeros with a sign]",
        ('if "float" in x.dtype and _may_hold', 'if "int" in x.dtype and _may_hold'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/reductions.py",
        f"{ROWS}[ArgMin, of zeros with a sign]",
        (
            "isinstance(value.what, Ref) or value.what in _NO",
            "isinstance(value.what, str) or value.what in _NO",
        ),
    ),
    *mistakes(
        "tf2_lstm/gather_tree.py",
        f"{LOST}::test_numpy_and_the_layer_give_what_tensorflow_1_15_5_gave",
        ("ops.logical_and(counts, there), parent", "there, parent"),
        ("ops.cumsum(ends, axis=0) > ends", "ops.cumsum(ends, axis=0) > 9"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/lost.py",
        f"{LOST}::test_numpy_and_the_layer_give_what_tensorflow_1_15_5_gave",
        (
            "np.minimum(max_sequence_lengths, len(step_ids))",
            "np.full_like(max_sequence_lengths, len(step_ids))",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/lost.py",
        f"{LOST}::test_what_tensorflow_1_refused_numpy_refuses_and_the_layer_marks",
        ("if not 0 <= parent < step_ids.shape[2]:", "if not parent < step_ids.shape[2]:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/references.py",
        f"{LOST}::test_a_program_with_it_is_proved_and_the_report_says_how",
        ("        _run_numpy(node, LOST[node.op].compute, *_dtypes(declared, {}))\n", "        pass\n"),
        ("    if lost:\n", "    if not lost:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        f"{ROWS}[AddV2, a column to a square]",
        ("if adds_rightly(sizes_of(first), sizes_of(second)):", "if True:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        f"{ROWS}[AddV2, of more axes]",
        ("len(added) <= len(sizes) and added[-1]", "added[-1]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/convolutions.py",
        f"{ROWS}[MaxPool, float64]",
        ('options if dtype == "float32" else', "options if dtype else"),
    ),
    *mistakes(
        "tf2_lstm/backends/jax/sizes.py",
        "tests/layers/test_layers_jax.py::test_sizes_of_what_is_fed_are_numbers_where_it_compiles",
        ("isinstance(size, jax.core.Tracer)", "True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/write.py",
        "tests/migrate/convert/test_emit.py::test_numbers_that_are_not_finite_can_be_read",
        ("and not math.isfinite(expression)", "and False"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sources.py",
        f"{LOOPS}test_a_conditional_in_a_branch_that_is_not_taken_is_none",
        ("    if not alive:", "    if len(alive) > 2:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/parts.py",
        ROWS,
        (
            'order = writer.step(node, "where", writer.step(node, "less", step, count), back, step)',
            "order = back",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/cuts.py",
        ROWS,
        ("return rank - (len(left) - where) if Ellipsis in index[:at] else where", "return where"),
        (
            'found = writer.step(node, "maximum", from_start, 0)',
            'found = writer.step(node, "maximum", from_start, 1)',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/matrices.py",
        ROWS,
        ("first, second = (across, down) if above else (down, across)", "first, second = down, across"),
        ("        if width >= 0\n", "        if width > 0\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/matrices.py",
        "tests/migrate/translate/test_not_translated.py::test_a_malformed_graph_is_refused_by_its_reason",
        ("    if len(sizes) < count:\n", "    if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/writer.py",
        "tests/migrate/translate/test_not_translated.py::test_a_malformed_graph_is_refused_by_its_reason",
        ("        if not value.array.size:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/sides.py",
        "tests/migrate/translate/test_not_translated.py::test_it_is_refused",
        ("if len(numbers) == 2 or 1 in numbers:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/switches.py",
        f"{DROPOUT}test_a_scalar_that_more_reads_than_dropout_is_fed_and_its_dropout_refused",
        ("            if node.op not in _TOLD:\n", "            if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/switches.py",
        f"{DROPOUT}test_what_only_dropout_is_told_switches_whatever_it_is_called",
        ("found[rate.name] = 0.0", "found[rate.name] = 1.0"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/reductions.py",
        ROWS,
        ('flipped = writer.step(node, "flip", value, axis=axis) if reverse else value', "flipped = value"),
        ('options = {"axis": where} | ({"keepdims": True} if keep else {})', 'options = {"axis": where}'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sources.py",
        "tests/migrate/translate/test_rows.py::test_a_row_has_the_gradients_of_tensorflow_1_15[StopGradient]",
        ('node.op == "StopGradient" and isinstance', "False and isinstance"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/convolutions.py",
        ROWS,
        ('options |= {"dilation_rate": tuple(dilations)} if dilations not in ([], [1, 1]) else {}', "pass"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layers.py",
        f"{COMMAND}::test_what_is_fetched_in_between_is_given_out_and_its_weights_are_held_once",
        ("not is_free(writer, bias) or not writer.read_once(x)", "not is_free(writer, bias)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/normalisation.py",
        "tests/migrate/translate/test_recovered_layers.py::test_it_is_one_layer_and_trains_what_tf1_trains",
        ("product[1] != shifted[1]", "product[1] == shifted[0]"),
        ('offset else inputs_if(nodes, shifted[0], "Neg") or (None,)', "offset else (shifted[0],)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/normalisation.py",
        "tests/migrate/translate/test_recovered_layers.py::test_what_tf1_does_not_train_does_not_train",
        ("    if told and any(", "    if False and any("),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/convolutions.py",
        "tests/migrate/translate/test_recovered_layers.py::test_it_is_one_layer_and_trains_what_tf1_trains",
        ("options[name][1:]", "options[name][:1]"),
        ("size[2 - axis], options", "size[axis - 1], options"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        "tests/migrate/translate/test_translated_dropout.py::test_what_is_dropped_keeps_its_dtype",
        ('({} if x.dtype == "float32" else {"dtype": x.dtype})', "{}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_samples.py",
        "tests/migrate/translate/test_reshapes.py::test_each_sample_has_rows_that_the_graph_takes",
        ("        shape[:1] = _rows(whole.reshapes.get(one.tf1), free, shape)\n", ""),
        ("return shape[:1] if left else [rows]", "return [rows]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/short_names.py",
        "tests/migrate/translate/test_short_names.py::test_a_layer_has_its_name_where_it_is_free",
        ("            taken.add(short)\n", ""),
        ('value.options | {"name": renamed[name]}', "value.options"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/program_weights.py",
        "tests/migrate/export/test_program_weights.py::test_two_copies_that_differ_are_refused",
        ("    if name in found and not np.array_equal(found[name], array):", "    if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/program_weights.py",
        "tests/migrate/export/test_program_weights.py::test_the_checkpoint_computes_what_the_trained_model_does",
        ("        _once(found, name, array, where)\n        return", "        return"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/program_weights.py",
        "tests/migrate/export/test_program_weights.py::test_what_layers_hold_of_a_variable_in_parts_goes_to_its_place",
        ("    found[name][place] = array", "    found[name][...] = array[:1]"),
        ("found[name] = np.array(variable.read())", "found[name] = variable.read()"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/in_whole.py",
        "tests/migrate/convert/test_in_whole.py::test_a_note_says_which_model_has_it",
        ("    return all(name in held", "    return any(name in held"),
        ("if held.issuperset(one.variables) and one.variables", "if held.issuperset(one.variables)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/in_whole.py",
        "tests/migrate/convert/test_in_whole.py::test_without_a_whole_program_nothing_is_in_it",
        ("bool(held) and all(", "all("),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/signatures.py",
        "tests/migrate/convert/test_signatures.py::test_signatures_that_are_fed_alike_are_one_program",
        ("key=lambda item: item[0] != _DEFAULT", "key=lambda item: item[0]"),
        ("replace(tf1, signatures=group)", "tf1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/signatures.py",
        "tests/migrate/convert/test_signatures.py::test_what_is_fetched_is_one_program",
        ("if fetch or len(groups) < 2:", "if len(groups) < 2:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("if name not in self.fixed]", "if name]"),
        ("losses |= measured", "losses |= set()"),
        ("needed |= set() if wanted else self._weighed(starts)", "needed |= set(starts)"),
        ("return bool(decodes and", "return bool(frame and"),
        ("return name if source.startswith(scope) or edge(node.input[0])[1] else source", "return name"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/outside.py",
        "tests/migrate/translate/test_boundary.py::test_it_begins_behind_strings_tables_and_data_sets",
        ("    if node.op in _OTHERS:\n", "    if node.op:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/outside.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_in_front_of_strings",
        ("if now is not None and now not in found.values():", "if now is not None:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("if nesting.of(name)}", "if nesting.loops(name)}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/frames.py",
        f"{LOOPS}test_a_flag_that_no_step_reads_has_no_switch_in_a_frozen_graph_and_the_loop_is_one",
        ("{one.goes_on for one in rounds if one.switch}", "{one.goes_on for one in rounds}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/nesting.py",
        "tests/migrate/graph/test_nesting.py::test_it_is_said_from_the_outside_in",
        ("if one[1] is None][-1:]", "if one[1] is None]"),
        ("return tuple(one for one in sides[0] if one in sides[1])", "return sides[0]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/nesting.py",
        "tests/migrate/graph/test_nesting.py::test_what_decides_a_merge_is_found_and_which_side_is_taken",
        ("return predicate, 0 if branch else 1", "return predicate, branch"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/nesting.py",
        "tests/migrate/graph/test_nesting.py::test_of_several_the_innermost_decides",
        ("in reversed(first):", "in first:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/feeds.py",
        "tests/migrate/graph/test_feeds.py::test_what_is_inside_of_a_branch_is_left_there",
        (" or nesting.of(name):", ":"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/backward.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("BackpropFilter", "Backprop"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/partitioned.py",
        "tests/migrate/translate/test_rows.py::test_a_row_gives_what_the_session_gives",
        ("np.cumsum([0, *", "np.cumsum([1, *"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dilation.py",
        "tests/migrate/translate/test_recovered_layers.py::test_it_is_one_layer_and_trains_what_tf1_trains",
        ('"same" if same else "valid"', '"valid"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/write.py",
        "tests/migrate/translate/test_whole_programs.py::test_a_program_comes_over_whole_and_gives_the_numbers_of_tensorflow_1_15",
        ('("," if len(at) == 1 else "")', '("," if len(at) == 1 and not isinstance(at[0], slice) else "")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_samples.py",
        "tests/migrate/prove/test_program_samples.py::test_inputs_are_of_order_one_unless_they_are_many",
        ("spread_of(shape[-1] if len(shape) > 1 else 1)", "1.0"),
        ("if len(shape) > 1 else 1)", "if len(shape) > 0 else 1)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/translation.py",
        "tests/migrate/translate/test_shared_weights.py::test_a_tied_embedding_is_one_weight",
        ("        shared |= twice\n", "        return whole\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        f"{ZOO}[tagger]",
        ("name in self.taken", "False"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        f"{SABOTAGE}::test_a_wrong_translation_is_seen_and_located",
        (
            'if not report.passed and "empty" not in report.problem:',
            'if report.passed and "empty" not in report.problem:',
        ),
        ("    if not report.passed:\n        report.diag", "    if report.passed:\n        report.diag"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        "tests/migrate/translate/test_translated_dropout.py::test_of_a_rate_the_parameter_is_the_rate_itself",
        ("said = noise.origin.less().in_words() if fed", "said = noise.origin.in_words() if fed"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        f"{DROPOUT}test_a_mask_that_keeps_another_share_than_its_scale_says_is_refused",
        ("low=noise.low * value, high=noise.high * value", "low=noise.low, high=noise.high"),
        ("low=noise.low - value, high=noise.high - value", "low=noise.low, high=noise.high"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        f"{DROPOUT}test_a_mask_by_hand_is_a_layer_where_keep_prob_is_fed[above]",
        ("above = (node.op in _ABOVE) == isinstance(inputs[0], Noise)", "above = node.op in _ABOVE"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        f"{DROPOUT}test_noise_that_is_shared_along_an_axis_is_shared_in_training",
        ("shared = [one == 1 != size", "shared = [False and one == 1 != size"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/flagged.py",
        f"{DROPOUT}test_what_else_is_drawn_in_a_branch_for_training_is_named",
        ("made.arguments == (alive.ref,)", "True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/flagged.py",
        f"{DROPOUT}test_a_dropout_in_a_branch_for_training_is_a_layer_with_the_rate_0",
        ("writer = replace(outer.writer, flag=flag_of(origin))", "writer = outer.writer"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/fixed.py",
        f"{DROPOUT}test_a_rate_of_two_tensors_is_no_tensors_own",
        ("for one in given for tensor", "for one in given[:1] for tensor"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/branches.py",
        f"{LOOPS}test_a_product_that_a_function_reads_twice_is_a_layer_without_the_activation",
        ('        "tensors": {},\n        "readers": _readers(part, nodes),\n', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/frames.py",
        f"{FRAMES}test_both_control_flows_carry_the_same",
        ("if copied(nodes, one.next) == tensors[1]:", "if False:"),
        (
            'tensors = (f"{one.merge}:0", f"{one.switch}:1")',
            'tensors = (f"{one.merge}:0", f"{one.switch}:0")',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/frames.py",
        f"{FRAMES}test_what_is_not_complete_is_no_frame_and_what_it_carries_is_found",
        (" or len(conditions) != 1:", ":"),
        ("if len(rounds) + len(fixed) != len(enters) or ", "if "),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/reader.py",
        f"{FRAMES}test_what_is_not_complete_is_no_frame_and_what_it_carries_is_found",
        ("loop.condition = self.term(one.goes_on)", "loop.condition = None"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/dropout.py",
        "tests/migrate/translate/test_translated_dropout.py::test_a_constant_rate_whose_scale_is_another_is_refused",
        ("x = before if abs(scale * noise.keep - 1) < 1e-5 else None", "x = before"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/keras_side.py",
        "tests/migrate/translate/test_recovered_layers.py::"
        "test_in_a_proof_dropout_acts_while_batch_normalisation_is_as_at_inference",
        ("call(layer, inputs, training=False, mask=mask)", "call(layer, inputs, training=True, mask=mask)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layers.py",
        "tests/migrate/translate/test_recovered_layers.py::test_what_tf1_does_not_train_does_not_train",
        ('{} if held.trains else {"trainable": False}', "{}"),
        (" or bias.trains != made.kernel.trains", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/translation.py",
        "tests/migrate/translate/test_whole_zoo.py::test_a_program_comes_over_whole[siamese_reuse]",
        ("        if key not in self.models:\n", "        if True:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/sharing.py",
        "tests/migrate/translate/test_whole_zoo.py::test_a_program_comes_over_whole[equal_inputs]",
        ("(cell.names, cell.computed)", "()"),
        ("if len(parts) > 1}", "if parts}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/sharing.py",
        "tests/migrate/translate/test_shared_weights.py::"
        "test_slices_of_a_variable_are_no_copies_and_the_same_slice_twice_is_one",
        ('if "None" in places or places.count(place) > 1', "if True"),
        ("places.count(place) > 1", "False"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/feeds.py",
        "tests/migrate/graph/test_feeds.py::test_a_variable_whose_value_is_fed_is_not_written",
        (" and not (writes and normal(node.input[0]) in fed)", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/outside_shapes.py",
        "tests/migrate/translate/test_boundary.py::test_it_begins_behind_queues_and_records_with_their_shapes",
        ("    whole.dim.add(size=number)\n", ""),
        ('if "Single" not in node.op:', "if False:"),
        ('_number(nodes, node) if several == "Many" else -1', "-1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/outside.py",
        "tests/migrate/translate/test_boundary.py::test_it_begins_behind_queues_and_records_with_their_shapes",
        ("return any(STRING in (output_dtypes(nodes[node_of(one)]) or ()) for one in given)", "return False"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/switches.py",
        "tests/migrate/translate/test_boundary.py::test_what_may_be_anything_is_an_input",
        ("and _TRAINING.search(name):", "and True:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/program.py",
        "tests/migrate/keras_code/test_program_names.py::test_each_line_is_looked_at_once",
        ("        self._seen = len(self.lines)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/by_rows.py",
        "tests/migrate/translate/test_not_translated.py::test_a_defect_of_a_row_is_to_be_reported",
        (
            "if normalised is None else normalised\n        except Refusal as error:",
            "if normalised is None else normalised\n        except (Refusal, ValueError, TypeError) as error:",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/translation.py",
        "tests/migrate/translate/test_not_translated.py::test_it_is_refused",
        ("    if steps is None:\n", "    if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/by_rows.py",
        "tests/migrate/translate/test_not_translated.py::test_it_is_refused",
        ("            check_size(size for size in sizes if size is not None)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/translation.py",
        "tests/migrate/translate/test_not_translated.py::test_as_many_operations_as_keras_walks_are_built_and_loaded",
        ("DEEPEST = 800", "DEEPEST = 1_200"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/values.py",
        "tests/migrate/translate/test_not_translated.py::test_it_is_refused",
        ("    if not -rank <= number < rank:\n", "    if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sources.py",
        GRADIENTS + "test_every_variable_and_every_input_of_floats_has_its_row",
        ("isinstance(inputs[0], (Held, Live))", "isinstance(inputs[0], Live)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_gradients.py",
        GRADIENTS + "test_the_parts_of_a_variable_have_one_gradient",
        ("found.update(by_variable(of_nodes, tf1.nodes))", "found.update(of_nodes)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_gradients.py",
        GRADIENTS + "test_a_gradient_that_no_weight_has_is_named",
        ("for name, one in wanted.items() if np.any(one))", "for name, one in {}.items())"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        GRADIENTS + "test_every_variable_and_every_input_of_floats_has_its_row",
        ("{node.name for node in tf1.graph.node} - _inside", "set() - _inside"),
        ("        if run.gradients is not None:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        GRADIENTS + "test_why_there_are_none_is_said[a run of the graph writes variables: keep]",
        ("        if replay.writes:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        GRADIENTS + "test_why_there_are_none_is_said[a run of the graph writes variables: keep]",
        ("model if self.writes else None", "None"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/translation.py",
        "tests/migrate/translate/test_not_translated.py::test_a_large_constant_is_a_weight_that_does_not_train",
        (
            "for one in {one for one in whole.layers[name] if isinstance(one, str)}",
            "for one in set(whole.layers[name])",
        ),
    ),
    *mistakes(
        "tf2_lstm/cli/pairs.py",
        "tests/migrate/prove/test_against.py::test_what_is_read_is_never_written_over",
        ("    if os.path.exists(source) and os.path.samefile(output, source):\n        return True\n", ""),
        ("f\"{prefix.removesuffix('.meta')}.\"", "'no such'"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        "tests/migrate/translate/test_sums.py::test_a_number_that_changes_nothing_is_not_written",
        ('"Sub": (0, False)', '"Sub": (0, True)'),
        ('"RealDiv": (1, False)', '"RealDiv": (1, True)'),
        ('"Add": (0, True), "AddV2": (0, True)', '"Add": (0, True), "AddV2": (0, False)'),
        ("other.array.shape == ()\n", "True\n"),
        ("bool(other.array == number)", "True"),
    ),
]
