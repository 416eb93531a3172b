"""Mistakes in what is read around cells, and in what is said of it."""

from tests.mutants.mistake import mistakes

AROUND = [
    *mistakes(
        "tf2_lstm/migrate/translate/edges/boundary.py",
        "tests/migrate/translate/test_boundary.py::"
        "test_a_loop_that_begins_with_a_variable_carries_it_where_it_gives_the_next",
        ("and any(not isinstance(one, str) for one in order", "and any(order"),
        ("tensor for frame in {*frames.values()} for tensor in frame.initial", "tensor for tensor in ()"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/boundary.py",
        "tests/migrate/translate/test_boundary.py::test_a_state_that_a_run_keeps_in_a_variable_is_fed",
        ("if t.role is Role.INITIAL and t.tf1]", "if not t.tf1]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/written_arrays.py",
        "tests/migrate/translate/test_written_arrays.py::test_an_array_is_what_a_step_only_reads_and_writes_elements_of",
        ("            name = line.targets[0]\n", ""),
        ("            seen.add(name)\n", ""),
        ("and not names_in(value.arguments[1:]) & seen", ""),
        ("return name != first and ", "return "),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/written_arrays.py",
        "tests/migrate/translate/test_written_arrays.py::test_what_the_condition_or_another_value_sees_is_none",
        ("and not names_in(others) & seen", ""),
        ("if names_in([cycle.goes_on, *(line.value for line in cycle.condition)]) & seen:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::"
        "test_what_no_recurrence_goes_into_is_an_output_where_weights_do",
        ("        return bool(gone) or not held\n", "        return True\n"),
        ("        return bool(gone) or not held\n", "        return False\n"),
        ("return name.startswith(scopes) or", "return"),
        ("or self.nodes[name].op not in _JOINS", "or True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/findings_as_text.py",
        "tests/migrate/convert/test_findings_as_text.py::test_losses_and_the_notes_of_both_are_shown_and_do_nothing",
        ("for one in findings.not_in_the_model:", "for one in findings.not_in_the_model[:0]:"),
        ("[*tf1.notes, *findings.notes]", "findings.notes"),
        ("[*tf1.notes, *findings.notes]", "tf1.notes"),
        (
            'root.add(f"[yellow]{for_rich(note)}[/]")\n    for recurrence',
            'root.add(f"[yellow]{note}[/]")\n    for recurrence',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/findings_as_text.py",
        "tests/migrate/convert/test_findings_as_text.py::test_what_is_special_of_a_recurrence_is_shown",
        ('    return said + ["rows go on past their own end"] * one.past_end', "    return said"),
        ('said += [f"after', 'said = [f"after'),
        ("for argument, value in one.keep_probs.items():", "for argument, value in ():"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/findings_as_text.py",
        "tests/migrate/convert/test_findings_as_text.py::test_all_that_is_known_of_what_is_not_converted_is_shown",
        ("if one.operations:", "if False:"),
        ("if one.state_shapes:", "if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/findings_as_text.py",
        "tests/migrate/convert/test_findings_as_text.py::test_what_the_reason_says_is_not_said_again",
        ('if one.differs not in one.reason else ""', 'if True else ""'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/diagnose.py",
        "tests/migrate/prove/test_diagnose.py::test_where_the_known_mistakes_cannot_be_tried_no_cause_is_given",
        (" or recurrence.output_layer is not None or masked:", " or recurrence.output_layer is not None:"),
        (" or recurrence.output_layer is not None or masked:", " or masked:"),
        ("if recurrence.reverse or recurrence.form", "if recurrence.form"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/rest/unclaimed.py",
        "tests/migrate/recognise/test_unclaimed.py::test_slots_with_sparse_updates_are_slots_and_weights_are_not",
        ("use.op) is not None and at > 0", "use.op) is not None"),
        ("return bool(moved) and not others", "return bool(moved)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/all_states.py",
        "tests/migrate/recognise/test_all_states.py::test_c_of_every_step_is_said_where_it_is_read_or_may_be_fetched",
        ("(uses and not others) or ", ""),
        (' and reading.model.kind == "frozen_graph"', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/all_states.py",
        "tests/migrate/recognise/test_all_states.py"
        "::test_a_state_of_every_step_that_scan_collects_is_said_where_it_is_read_or_may_be_fetched",
        ("others = [one for one in readers if not _is_last(one)]", "others = []"),
        ("fetched = not readers and", "fetched = not others and"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/around.py",
        "tests/migrate/recognise/test_around.py::test_what_is_around_is_named",
        ("if name not in made or name in dropped}", "}"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/around.py",
        "tests/migrate/recognise/test_around.py::test_masks_whose_product_is_no_tensor_hide_nothing_in_front",
        ("    if not places:", "    if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/without_graph/graphless.py",
        "tests/migrate/recognise/test_lacking.py::test_a_stack_without_a_layer_is_no_smaller_stack",
        ("        if absent:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/without_graph/lacking.py",
        "tests/migrate/recognise/test_lacking.py::test_the_variables_that_a_cell_lacks_are_named",
        ("(len(own & set(leaves)), -len(leaves))", "-len(leaves)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/stopped.py",
        "tests/migrate/recognise/test_stopped.py::test_a_stop_in_the_step_of_a_loop_is_named",
        ("weights = [name for name in stops if _is_weight(flow, name)]", "weights = []"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/unrolls/unrolled.py",
        "tests/migrate/recognise/test_all_states.py::test_what_scan_collects_and_no_cell_gives_is_refused",
        ("return kept[:1] or self._no_output(write)", "return kept[:1]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/dataflow.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[variable_reset_by_cond]",
        (" or is_choice(self, place[0])", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/dataflow.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[steps_reset_by_cond]",
        (" and not begins_a_step(", " and begins_a_step("),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[step_reset_behind]",
        (" or is_choice(self.flow, reader)", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/around.py",
        "tests/migrate/recognise/test_feedback.py::test_a_choice_in_front_is_no_loss_and_is_named",
        (" or is_choice(self, name)", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[reset_by_factor_gru]",
        ("if _share(one, other)]", "if one is other]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_wraps_each_step_is_in_the_model[residual_between_layers]",
        ("if _share(one, other)]", "if True]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_wraps_each_step_is_in_the_model[layer_after_the_last_step]",
        ("if len(alike) < 2:", "if len(alike) < 1:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/operations.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[output_mixed_as_state]",
        ('_rows("Select SelectV2", _CELL | _T.MIXES,', '_rows("Select SelectV2", _CELL,'),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_wraps_each_step_is_in_the_model[average_over_time]",
        ("inside | others, MOVES", "inside, MOVES"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/outside/feedback.py",
        "tests/migrate/recognise/test_feedback.py::test_what_goes_back_is_named[projection_by_hand]",
        ("if one.form == Form.STEP else graph.behind(one, inside)", "if one.form == Form.STEP else []"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/rest/copies.py",
        "tests/migrate/recognise/test_shared.py::test_what_is_shared_is_said_with_whom",
        ("if both == own else", "if both else"),
        ("for name in cell.variables]", "for name in cell.names.values()]"),
        ("                if other != name:\n", "                if other > name:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/careful.py",
        "tests/migrate/graph/test_careful.py::test_the_shapes_of_the_others_are_known",
        ("while bad - good > 1:", "while bad - good > 2:"),
        ("[*known, *order[middle:]]", "order[middle:]"),
        ("name: tuple(shape) for name", "name: shape for name"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/careful.py",
        "tests/migrate/graph/test_careful.py::test_nothing_is_forked_before_something_died",
        ('        self._tell("")\n', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/computed.py",
        "tests/migrate/convert/test_computed.py::test_export_does_not_write_a_computed_weight_back_and_the_report_says_what_it_is_of",
        ('[name for name in node.input if not name.startswith("^")]', "list(node.input)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/computed.py",
        "tests/migrate/convert/test_computed.py::test_a_gradient_is_pulled_back_to_the_variables_and_summed",
        ("found.get(source.name, 0) + behind", "behind"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/masked.py",
        "tests/migrate/convert/test_masked.py::test_steps_that_do_not_count_keep_the_output_before",
        ("counted - mask if backward", "counted - 1 if backward"),
        ("(at < 0) | ", ""),
        ("np.argsort(~mask", "np.argsort(mask"),
        ("tuple(map(int, mask.sum(axis=1)))", "tuple(map(int, (~mask).sum(axis=1)))"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/diagnose.py",
        "tests/migrate/prove/test_diagnose.py::test_where_a_shape_differs_no_cause_is_given",
        ("    if odd:\n", "    if len(odd) > 1:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/findings_as_text.py",
        "tests/migrate/recognise/test_unclaimed.py::test_slots_with_sparse_updates_are_slots_and_weights_are_not",
        ("if one.reason in OPTIMIZERS]", "if one.reason == OPTIMIZERS[0]]"),
        ("for one in (one for one in unclaimed if one not in noise)", "for one in unclaimed"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/rest/copies.py",
        "tests/migrate/recognise/test_replicas.py::test_a_copy_is_named_and_nothing_else",
        (" and set(variables) <= copied", ""),
        ("variables, str(describe(one.call)))", "variables)"),
        ("if known is not one and REPLICA.search(one.scope) and", "if known is not one and"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/careful.py",
        "tests/migrate/graph/test_careful.py::test_more_than_a_few_are_not_looked_for",
        ("while len(deadly) <= _MOST:", "while len(deadly) < _MOST:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_scores.py::test_where_a_loss_is_all_that_reads_scores_they_are_named",
        ("        self._name_scores(found, kept | losses, losses, lost)\n", ""),
        ("        if len(alone) == len(tensors):\n", "        if not alone:\n"),
        (
            "readers = {*self.readers.get(name, ())} - self.backward",
            "readers = {*self.readers.get(name, ())}",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("kept -= losses | self._averaged(kept - losses)", "kept -= losses"),
        ("if not found or not any(self._ends(name, left) for name in left):", "if not found:"),
        ("for name in differences(self.nodes) if name in kept]", "for name in []]"),
        ("or not name.startswith(self.of_keras)]", "or True]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/keras_layers.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("if _is_read(scope, readers, kept))", ")"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/order.py",
        "tests/migrate/translate/test_time_first.py::"
        "test_the_steps_before_a_transposition_are_those_of_the_recurrence",
        (
            "            for name in time_first(nodes, one):\n                self.owners.setdefault(name, number)\n",
            "",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/averages.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ('if nodes[taken].op == "Mul" else [taken]', 'if nodes[taken].op == "Mul" else []'),
        ('return node.op == "Sub" and _origin(nodes, edge(node.input[0])[0]) == variable', "return True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/scores.py",
        "tests/migrate/translate/test_scores.py::test_where_a_loss_is_all_that_reads_scores_they_are_named",
        ("        elif shapes.get(tensor) != ():\n", "        elif False:\n"),
    ),
]
