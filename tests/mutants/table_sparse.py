"""Mistakes in the decoders of CTC, in sparse tensors and in sums over segments."""

from tests.mutants.mistake import mistakes

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
        ('"roots", "sqrt"', '"roots", "square"'),
        ('op("segments", "add", last, 1)', 'op("segments", "add", last, 2)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/values.py",
        "tests/migrate/translate/test_not_translated.py::test_distinct_numbers_are_rows_of_a_table_or_refused",
        ("        if not of_rows or places.node != self.node:", "        if not of_rows:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/by_rows.py",
        "tests/migrate/translate/test_not_translated.py::test_distinct_numbers_are_rows_of_a_table_or_refused",
        ("found not in WITH_DISTINCT", "found is None"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/sparse_samples.py",
        "tests/migrate/translate/test_whole_programs.py::"
        "test_a_program_comes_over_whole_and_gives_the_numbers_of_tensorflow_1_15[tagged_posts]",
        ("counts = 1 + (steps - 1", "counts = 0 * (steps - 1"),
        ("[*found, *(alone if found else [])]", "found"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/shape_rules.py",
        "tests/migrate/keras_code/test_sized.py::test_the_blank_is_the_last_class",
        ("less(classes, 1)", "less(classes, 0)"),
    ),
]
