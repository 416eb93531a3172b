"""Mistakes in the decoders of CTC, in sparse tensors, in feature columns and in sums over segments."""

from tests.mutants.mistake import mistakes

PROGRAMS = "tests/migrate/translate/test_sparse_programs.py::"
ROWS = "tests/migrate/translate/test_rows.py::test_a_row_gives_what_the_session_gives"

SPARSE = [
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[CTCGreedyDecoder, repetitions]",
        (
            '{} if attribute(node, "merge_repeated").b else',
            '{} if not attribute(node, "merge_repeated").b else',
        ),
        ("if default != -1:", "if default < -1:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[CTCGreedyDecoder]",
        ("= classes - 1", "= 0"),
        ('"longest", "max"', '"longest", "min"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[CTCBeamSearchDecoder, repetitions]",
        ("_merged(writer, path) if merges else path", "path"),
        ("writer.numbers(size), writer.size(size)", "writer.numbers(size), 0"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[CTCBeamSearchDecoder, a second one]",
        ("Item(paths, number)", "Item(paths, 0)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[SparseToDense, of what is computed]",
        ("told == [(kind, path) for kind in", "[one[1] or path for one in told] == [path for kind in"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        ("[one for one in found if one not in guess]", "list(found)"),
        ("else guess\n", "else []\n"),
        (' - {"EditDistance"}', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/shape_rules.py",
        "tests/migrate/keras_code/test_sized.py::test_the_rows_that_are_summed_are_as_wide_as_the_sum",
        ("    join(Tensor(x[len(x)", "    print(Tensor(x[len(x)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/segments.py",
        f"{ROWS}[SparseSegmentSqrtN]",
        ('op("segments", "add", last, 1)', 'op("segments", "add", last, 2)'),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SparseSegmentSqrtN]",
        ('ops.sqrt(counts) if self.how == "sqrtn"', 'counts if self.how == "sqrtn"'),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SegmentMax]",
        ("ops.where(counts > 0, found, ops.zeros_like(found))", "found"),
        ('"-inf" if how == "max" else "inf"', '"0"'),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SegmentMin, integers]",
        ("else limits.max", "else 0"),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SegmentMax, integers]",
        ("limits.min if how", "0 if how"),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SegmentProd]",
        ('"prod": ("mul", 1)', '"prod": ("mul", 0)'),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SparseFillEmptyRows, values]",
        (" + places)", " - places)"),
        ("self.default, dtype", "0, dtype"),
        ("ops.take(values, order, axis=0), empty", "values, empty"),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SparseFillEmptyRows, which rows]",
        ("indices[:, :1], ones), 0)", "indices[:, :1], ones), 1)"),
    ),
    *mistakes(
        "tf2_lstm/sparse.py",
        f"{ROWS}[SparseReshape, to more axes]",
        ("in after[:0:-1]", "in after[1:]"),
        ("before[1:], 1)", "before[:-1], 1)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse_rows.py",
        f"{ROWS}[SparseReshape, the rest of the last axis]",
        ('"rest", "floor_divide"', '"rest", "add"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse_rows.py",
        f"{ROWS}[SparseReshape, the shape of open sizes]",
        ('known(after, "int64")', 'known(before, "int64")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse_rows.py",
        f"{ROWS}[SparseTensorDenseMatMul, adjoint_a]",
        ("(1, 0) if attribute", "(0, 1) if attribute"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse_rows.py",
        f"{ROWS}[SparseTensorDenseMatMul, adjoint_b]",
        ('        ref = writer.step(node, "transpose", ref)', "        pass"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        f"{ROWS}[Bucketize]",
        ("written(np.float32(one)) for one", "round(one) for one"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        f"{ROWS}[SelectV2, a number that is wider]",
        ("if writer.inside or sizes_of(x) != sizes_of(y):", "if writer.inside:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/outside.py",
        f"{PROGRAMS}test_an_operation_without_a_row_behind_the_parser_is_named",
        ("(node.op in rows() or node.op not in SILENT)", "node.op in rows()"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/sparse_parts.py",
        f"{PROGRAMS}test_a_program_begins_behind_the_parser_and_its_inputs_are_named_after_the_features",
        ("number = 0 if several else number", "number = 0"),
        ("name.removesuffix(kind)}{number}", "name.removesuffix(kind)}0"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ids.py",
        f"{PROGRAMS}test_empty_rows_and_ids_below_zero_are_drawn_where_the_program_takes_them",
        ('    "SparseFillEmptyRows": (1,),\n', ""),
        ('nodes[one].op == "Where" for one in after', 'nodes[one].op == "Cast" for one in after'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        f"{PROGRAMS}test_empty_rows_and_ids_below_zero_are_drawn_where_the_program_takes_them",
        ("counts[1::2] *= not fills", "counts[1::2] *= 1"),
        ("fills = odd and any", "fills = any"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/sparse_layers.py",
        "tests/migrate/export/test_onnx_operations.py::test_the_numbers_are_those_of_keras[SparseFillEmptyRows]",
        ("keys, total], 2, axis=0, largest=0", "keys, total], 2, axis=0, largest=1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/sparse_layers.py",
        "tests/migrate/export/test_onnx_operations.py::test_the_numbers_are_those_of_keras[CombineSegments]",
        ('graph.add("Sqrt", [counts]) if how == "sqrtn" else counts', "counts"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/values.py",
        "tests/migrate/translate/test_not_translated.py::test_distinct_numbers_are_rows_of_a_table_or_refused",
        ("        if not of_rows or places.node != self.node:", "        if not of_rows:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/arithmetic.py",
        "tests/migrate/translate/test_rows.py::"
        "test_a_row_follows_the_sizes_that_tensorflow_does_not[Bucketize, the boundaries and no numbers]",
        ('"subtract", len(numbers), below', '"subtract", len(numbers) - 1, below'),
        (
            'writer.step(node, "less", each, boundaries), "int32")',
            'writer.step(node, "less_equal", each, boundaries), "int32")',
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/distinct.py",
        "tests/migrate/translate/test_not_translated.py::test_distinct_numbers_are_rows_of_a_table_or_refused",
        ("if row in _ONE_BY_ONE and len(told) == 1", "if len(told) == 1"),
        ("or not all(isinstance(one, Known) for one in others):", "or False:"),
        (
            '    if row in _COUNTS:\n        return "counts"',
            '    if row in _COUNTS:\n        return "numbers"',
        ),
        ('return "counts" if told == {"counts"} else ""', "return told.pop()"),
        ("    if row is reshape and", "    if False and"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        "tests/migrate/translate/test_whole_programs.py::"
        "test_a_program_comes_over_whole_and_gives_the_numbers_of_tensorflow_1_15[tagged_posts]",
        ("counts = 1 + (columns - 1", "counts = 0 * (columns - 1"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        f"{PROGRAMS}test_weights_of_which_the_values_alone_are_read_have_as_many_as_the_ids",
        ("[*found, *(alone if found else [])]", "found"),
        ("alone if found else []", "alone"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/shape_rules.py",
        "tests/migrate/keras_code/test_sized.py::test_the_blank_is_the_last_class",
        ("less(classes, 1)", "less(classes, 0)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/sparse.py",
        f"{ROWS}[SparseReshape, indices by fed numbers]",
        ('shape.before_cast.dtype == "int32"', 'shape.before_cast.dtype == "int64"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/sparse_parts.py",
        PROGRAMS + "test_a_matrix_of_strings_that_is_made_sparse_is_drawn_as_one",
        ("(strings := _strings_of(nodes, node)):\n        return f", "(strings := False):\n        return f"),
        ("fed_name(nodes, strings) or node_of(strings)", "node_of(node.name)"),
        ('"NotEqual": "mask", ', ""),
        ('== [""] else ""', '!= [""] else ""'),
        ('"GatherNd": "values", ', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        PROGRAMS + "test_a_matrix_of_strings_that_is_made_sparse_is_drawn_as_one",
        ("mask[tuple(indices.T)] = True", "mask[tuple(indices.T)] = False"),
        ("size or other for size, other", "other for size, other"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        PROGRAMS + "test_what_is_made_twice_of_one_matrix_of_strings_is_drawn_alike",
        (".setdefault(part, []).append(one)", "[part] = [one]"),
        ("rows, columns = _sizes(", "batch, columns = rows, columns = _sizes("),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_it_ends_where_the_forward_graph_ends",
        (" or self._is_counted(name)", ""),
        ('or "ScalarSummary" in readers', "or False"),
        ('or "ScalarSummary" in readers', "or True"),
        ("            or self._is_guard(node)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/ends.py",
        "tests/migrate/translate/test_boundary.py::test_what_a_summary_alone_reads_is_said",
        ("if name in measured and not self.backward", "if name in measured and self.backward"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        "tests/migrate/translate/test_whole_sabotage.py::test_what_is_wrong_in_a_function_alone_is_seen_and_said",
        ("_compared(whole, in_function(model), graph.runs, IN_FUNCTION)", "[]"),
        ("if wrong and _is_of_function(", "if not wrong and _is_of_function("),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        "tests/migrate/translate/test_whole_sabotage.py::test_what_is_wrong_in_a_later_sample_is_wrong_where_it_is_called_too",
        (
            "        tensor.passed for tensor in _compared(whole, partial",
            "        True for tensor in _compared(whole, partial",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/outside_shapes.py",
        PROGRAMS + "test_a_cross_of_columns_is_fed_as_the_parts_of_one_sparse_tensor",
        ("return [_shape(-1, 2), _shape(-1), _shape(2)]", "return []"),
        ('"SparseCross(V2|Hashed)?$"', '"SparseCross(V2|Hashed)$"'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/sparse_parts.py",
        PROGRAMS + "test_a_cross_of_columns_is_fed_as_the_parts_of_one_sparse_tensor",
        ('    "output_values": "values",\n', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/keras_side.py",
        "tests/migrate/translate/test_whole_sabotage.py::test_the_right_translation_is_proved",
        ("set_experimental_options({name: before})", "set_experimental_options({name: True})"),
    ),
]
