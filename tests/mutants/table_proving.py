"""Mistakes in what proves and tells: comparison, tolerances, replay, diagnosis, reports, what is printed."""

from tests.mutants.mistake import mistakes

_COMPARE = "tests/migrate/equivalence/test_compare.py::"
_TOLERANCE = "tests/migrate/equivalence/test_tolerance.py::"
_REFUSED = "tests/migrate/convert/test_refused_operations.py::"
_SABOTAGE = "tests/migrate/convert/test_convert_sabotage.py::"
_REPORTS = "tests/migrate/report/test_reports_of_differences.py::"
_PAGES = "tests/migrate/report/test_html.py::"
_AGAINST = "tests/migrate/prove/test_against.py::"
_PRINTABLE = "tests/migrate/report/test_printable.py::"
_SPEED = "tests/migrate/prove/test_speed.py::"
_BEGIN = "tests/migrate/graph/test_feeds.py::"
_SMALL = _TOLERANCE + "test_small_numbers_are_held_to_the_absolute_bound"
_LARGE = _TOLERANCE + "test_large_numbers_are_held_to_the_relative_bound"

PROVING = [
    *mistakes(
        "tf2_lstm/migrate/equivalence/tolerance.py",
        _SMALL,
        ('("float32", "result"): Tolerance(1e-6, 1e-6)', '("float32", "result"): Tolerance(1e-4, 1e-6)'),
        ('("float32", "gradient"): Tolerance(1e-6, 1e-5)', '("float32", "gradient"): Tolerance(1e-4, 1e-5)'),
        ('("float32", "training"): Tolerance(2e-6, 1e-5)', '("float32", "training"): Tolerance(2e-3, 1e-5)'),
        ('("float64", "result"): Tolerance(1e-12, 1e-12)', '("float64", "result"): Tolerance(1e-9, 1e-12)'),
        ('("float16", "result"): Tolerance(4e-3, 4e-3)', '("float16", "result"): Tolerance(4e-1, 4e-3)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/tolerance.py",
        _LARGE,
        ('("float32", "gradient"): Tolerance(1e-6, 1e-5)', '("float32", "gradient"): Tolerance(1e-6, 1e-3)'),
        (
            '("float64", "gradient"): Tolerance(1e-12, 1e-12)',
            '("float64", "gradient"): Tolerance(1e-12, 1e-9)',
        ),
        ("return max(self.atol, self.rtol * largest)", "return self.atol + 2 * self.rtol * largest"),
        ('return "gradient"', 'return "training"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _COMPARE + "test_another_structure_fails_before_numbers",
        (
            "    if expected.dtype != received.dtype:\n",
            "    if expected.dtype.kind != received.dtype.kind:\n",
        ),
        ("    if expected.shape != received.shape:\n", "    if expected.size != received.size:\n"),
        (
            "    if not (np.isfinite(expected).all() and np.isfinite(received).all()):\n",
            "    if not np.isfinite(expected).all():\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _COMPARE + "test_nothing_to_compare_is_no_pass",
        ("return bool(self.tensors) and all(tensor.passed", "return all(tensor.passed"),
        ("return bool(self.cases) and all(case.passed", "return all(case.passed"),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _COMPARE + "test_a_difference_says_where_and_when",
        ("int(np.argwhere(off)[:, 1].min())", "int(np.argwhere(off)[:, 0].min())"),
        ("float(difference.max()),", "float(difference.min()),"),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _TOLERANCE + "test_a_difference_may_have_either_sign",
        (
            'difference = np.abs(received.astype("float64") - wide)',
            'difference = received.astype("float64") - wide',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _LARGE,
        (
            "tolerance = float(entry.allowed(np.abs(wide).max()))",
            "tolerance = float(entry.allowed(wide.max()))",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _COMPARE + "test_whole_numbers_must_be_equal",
        ('if expected.dtype.kind == "f":', 'if expected.dtype.kind in "fi":'),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _REFUSED + "test_convert_does_not_run_it",
        ("    if not refused:\n", "    if True:\n"),
        ("refused_operations(part, [node.name for node in run])", "refused_operations(part, [])"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _REFUSED + "test_compare_does_not_run_it",
        ("    if not refused:\n", "    if len(refused) < 2:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        _REFUSED + "test_convert_does_not_run_it",
        ("why = why_not_run(part, replaced)", "why = None"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/safety.py",
        _REFUSED + "test_convert_does_not_run_it[a file that is read in a function]",
        (
            "return refused, [name for node in nodes for name in called(node, functions)]",
            "return refused, []",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        "tests/migrate/convert/test_convert_zoo.py::test_what_is_written_gives_the_numbers_of_tensorflow_1_15[dropout_constant]",
        ("            keep_everything(part)\n", "            pass\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        "tests/migrate/convert/test_convert_zoo.py::test_what_is_written_gives_the_numbers_of_tensorflow_1_15[basic_lstm]",
        ("/ tf.cast(tf.size(output), output.dtype)", "/ tf.cast(tf.shape(output)[0], output.dtype)"),
        ("(output - target) /", "(target - output) /"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        _BEGIN + "test_sizes_that_do_not_fit_together_are_not_run",
        ("        if why:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/speed.py",
        _SPEED + "test_a_model_that_differs_is_never_timed",
        ("        if why:\n", "        if not call:\n"),
        ("beyond_rounding(CaseReport", "not beyond_rounding(CaseReport"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/speed.py",
        _SPEED + "test_ratios_are_of_each_turn_so_that_a_busy_moment_hits_both",
        ("turn[base] / turn[way]", "turn[way] / turn[base]"),
        ("turn[base] / turn[way]", "turns[0][base] / turn[way]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/speed.py",
        "tests/migrate/graph/test_lost.py::test_a_program_with_it_cannot_be_timed_and_the_report_says_so",
        ("            if replay.remark:\n", "            if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/whole.py",
        "tests/migrate/convert/test_convert_speed.py::test_what_is_not_proved_is_never_timed",
        (
            "        if case.passed:\n            case.speed = self._speed(whole, model)\n",
            "        case.speed = self._speed(whole, model)\n        if case.passed:\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/feeds.py",
        _BEGIN + "test_what_writes_a_variable_is_waited_for",
        ("known[name] = writes or not _needs(nodes, behind)", "known[name] = not _needs(nodes, behind)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/subgraph.py",
        "tests/migrate/graph/test_contexts.py::test_what_a_graph_prints_is_not_seen",
        ('            if node.op == "Print":\n', '            if node.op == "Prints":\n'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/recurrences.py",
        _SABOTAGE + "test_wrong_gradients_are_caught",
        (
            "given = run_gradients(model, recurrence, run.sample.values, run.targets, graph.of_weights)",
            "given = {}",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/recurrences.py",
        _SABOTAGE + "test_a_wrong_model_is_caught_and_named",
        (
            "        report.tensors += reports\n    # Outputs",
            "        report.tensors += [replace(one, passed=True) for one in reports]\n    # Outputs",
        ),
        (
            "if not _passed(reports) and not report.diagnosis:",
            "if _passed(reports) and not report.diagnosis:",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/recurrences.py",
        "tests/migrate/convert/test_convert_accelerated.py::test_a_wrong_fast_unroll_fails_the_conversion",
        ("    report.tensors += found\n    report.notes", "    report.notes"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/samples.py",
        "tests/migrate/convert/test_samples.py::test_sizes_that_the_graph_fixes_are_never_others",
        ("return (batches or [batch])[0], (times or [steps])[0]", "return batch, (times or [steps])[0]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/masked.py",
        "tests/migrate/convert/test_masked.py::test_steps_that_do_not_count_keep_the_output_before",
        ("at = counted - mask if backward else counted - 1", "at = counted - 1"),
        (
            'order = np.argsort(~mask, axis=1, kind="stable")',
            'order = np.argsort(mask, axis=1, kind="stable")',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/cell_step.py",
        "tests/migrate/equivalence/test_reference.py::test_gates_that_are_unknown_are_an_error_and_no_sigmoid",
        (
            'return ACTIVATIONS[call.arguments.get("recurrent',
            'return ACTIVATIONS.get("sigmoid") or ACTIVATIONS[call.arguments.get("recurrent',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        _REPORTS + "test_one_reference_that_disagrees_makes_a_row_different",
        (
            "        all(tensor.passed for tensor in tensors.values()),\n",
            "        any(tensor.passed for tensor in tensors.values()),\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        _REPORTS + "test_the_worst_of_a_case_is_the_largest_difference",
        ('return f"{max(found):.1e}" if found else "-"', 'return f"{min(found):.1e}" if found else "-"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        _REPORTS + "test_what_is_wrong_with_the_structure_is_said_in_the_row_and_below",
        ('return tensor.problem or f"{tensor.max_abs_diff:.1e}"', 'return f"{tensor.max_abs_diff:.1e}"'),
        ("    if tensor.problem:\n        return f", "    if not tensor.problem:\n        return f"),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        _REPORTS + "test_the_tolerance_of_a_row_is_shown",
        ('f"{max(tensor.tolerance for tensor in tensors.values()):.1e}"', 'f"{0.0:.1e}"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        "tests/migrate/report/test_reports.py::test_an_empty_report_is_no_success",
        ("    if not tensors:\n", "    if tensors < 0:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/as_markdown.py",
        _REPORTS + "test_two_tensors_that_are_off_are_both_told[tf2_lstm.migrate.report.as_markdown]",
        ("for failure in failures_of(case)]", "for failure in failures_of(case)[:1]]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/as_text.py",
        _REPORTS + "test_a_table_of_cases_shows_the_worst_of_each",
        (
            "worst = [worst_of(case, reference) for reference in references]",
            "worst = [worst_of(report.cases[0], reference) for reference in references]",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/rows.py",
        _REPORTS + "test_in_brief_what_is_equal_is_one_line_with_the_nearest_to_its_tolerance",
        (
            "worst = max(far, key=lambda tensor: tensor.max_abs_diff / tensor.tolerance)",
            "worst = min(far, key=lambda tensor: tensor.max_abs_diff / tensor.tolerance)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/as_json.py",
        "tests/migrate/report/test_reports.py::test_json_is_strict_json",
        (
            "tensor.max_abs_diff if math.isfinite(tensor.max_abs_diff) else None",
            "tensor.max_abs_diff if math.isfinite(tensor.max_abs_diff) else 0.0",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/svg.py",
        _PAGES + "test_it_is_whole_and_a_strangers_name_is_text",
        ("return escape(printable(str(text)))", "return printable(str(text))"),
        ("return escape(printable(str(text)))", "return escape(str(text))"),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/svg.py",
        _PAGES + "test_the_picture_shows_where_it_is_off",
        ('x="{column * _CELL}" y="{row * _CELL}"', 'x="{row * _CELL}" y="{column * _CELL}"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/equivalence/compare.py",
        _PAGES + "test_a_large_tensor_has_a_picture_of_the_largest_of_each_place",
        ("np.stack([part.max(0) for part", "np.stack([part.mean(0) for part"),
        (
            'return Profile(("", *_axes(difference.ndim))[-2:]',
            'return Profile(("", *_axes(difference.ndim))[:2]',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/drawing.py",
        "tests/migrate/report/test_drawing.py::test_a_chain_is_one_box_and_a_fork_or_a_layer_ends_it",
        ("alone = leaving[tail] == coming[head] == 1", "alone = coming[head] == 1"),
        ("if alone and first.plain and second.plain", "if alone and first.plain"),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/printable.py",
        _PRINTABLE + "test_nothing_of_a_text_acts_on_a_terminal_or_a_runner",
        ("one if one.isprintable() else ascii(one)[1:-1]", "one if ord(one) > 31 else ascii(one)[1:-1]"),
        ('_COMMAND = re.compile(rf"^(?=\\s*::)(\\s*):|', '_COMMAND = re.compile(rf"^(?=:::)(\\s*):|'),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/printable.py",
        _PRINTABLE + "test_json_has_no_command_and_reads_back_the_same",
        ('_MARK = re.compile(r"#(?=#\\w*\\[)")', '_MARK = re.compile(r"#(?=#\\[)")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/printable.py",
        _PRINTABLE + "test_markdown_shows_the_text_and_nothing_else",
        ('    (re.compile(r"<"), "&lt;"),\n', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/printable.py",
        _PRINTABLE + "test_a_report_calls_nobody",
        ('    (re.compile(r"@(?=\\w)"), "`@`"),\n', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/claim.py",
        _AGAINST + "test_what_is_not_compared_is_a_fault_unless_it_was_chosen",
        ("        if chosen:\n", "        if True:\n"),
        ("bool(self.asked) and not self.request.fetch", "bool(self.asked)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/claim.py",
        _AGAINST + "test_a_mistake_is_seen_and_named[another dtype]",
        ("        if dtype != one.dtype:\n", "        if False:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/candidate.py",
        _AGAINST + "test_a_mistake_is_seen_and_named[dropout left on]",
        (
            "model(model_edges.nest_of(model, values))",
            "model(model_edges.nest_of(model, values), training=False)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/against.py",
        _AGAINST + "test_gradients_are_compared_by_the_inputs_of_floats",
        ("if case.passed else []", "if False else []"),
        ("np.asarray(run.gradients.get(one.tf1, np.zeros_like(found[one.name])))", "found[one.name]"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        _AGAINST + "test_where_the_graph_stops_the_model_has_to",
        ("whole.recurrences.values() if own else ()", "whole.recurrences.values()"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/matching.py",
        _AGAINST + "test_what_has_nothing_but_its_order_is_an_assumption",
        ("        tuple(assumed),\n", "        (),\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/against.py",
        _AGAINST + "test_what_is_right_is_equal_and_what_was_matched_is_said",
        ("    case.notes += graph.notes\n", ""),
    ),
]
