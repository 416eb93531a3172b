"""Mistakes in what makes cells of steps, of loops and of those unrolled by hand, and in the dropout in them."""

from tests.mutants.mistake import mistakes

_ROOM = "tf2_lstm/migrate/translate/control/"
_TESTS = "tests/migrate/translate/test_unrolled_steps.py::"
_CELLS = "tests/migrate/translate/test_own_cells.py::"
_LOOPS = "tests/migrate/translate/test_loops.py::"
_DROPS = "tests/migrate/translate/test_dropout_in_loops.py::"

STEPS = [
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_what_is_not_alike_stays_as_it_is",
        ("    if not states:\n", "    if False:\n"),
        (" or set(before) - set().union(*found)", ""),
        ("    if form != other or", "    if"),
    ),
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_alike_steps_are_a_cell_in_a_layer",
        ("    return first == second", "    return False"),
        (" or _are_parts(lines, *values):", ":"),
    ),
    *mistakes(
        _ROOM + "repeated.py",
        f"{_TESTS}test_alike_steps_are_a_cell_in_a_layer",
        ("all(one in before and one not in onward for one in new)", "not new"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/control/cell_names.py",
        "tests/migrate/translate/test_written_sources.py::test_the_source_is_the_one_that_was_read[recurrent_highway]",
        ("== 1", "== 2"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_it_gives_what_the_session_gives",
        ("at = (slice(None), number) if alone", "at = (slice(None), number - 1) if alone"),
        ("1 + list(found.states).index(place)", "list(found.states).index(place)"),
        ("list(map(Ref, names)), axis=1)", "list(map(Ref, names[::-1])), axis=1)"),
        ("follow = [number for _, number in taken] == list(range(self.count))", "follow = True"),
        ("outputs[role])", "slice(0, 1))"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_what_is_not_alike_stays_as_it_is",
        ("if len(rows) > 1 or", "if"),
    ),
    *mistakes(
        _ROOM + "rolled.py",
        f"{_TESTS}test_the_source_has_one_step_and_the_numbers_of_the_model",
        ('(self._parted("keras.ops.unstack", value.of), at)', "(None, at)"),
    ),
    *mistakes(
        _ROOM + "own_loops.py",
        f"{_DROPS}test_what_no_step_changes_is_dropped_at_each",
        ("*(one.name for one in (*self.drops, *self.held))}", "}"),
    ),
    *mistakes(
        _ROOM + "unrolling.py",
        f"{_DROPS}test_a_cell_with_dropout_is_proved_as_it_trains",
        ('"tf2_lstm.RNN" if drops else', '"tf2_lstm.RNN" if not drops else'),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/rates.py",
        f"{_DROPS}test_a_cell_with_dropout_is_proved_as_it_trains",
        ('}/cell"\n', '}"\n'),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/drops.py",
        f"{_DROPS}test_the_source_and_the_file_drop_as_the_model",
        ('Apply("keras.layers.Dropout", (one.rate,)', 'Apply("keras.layers.Dropout", (0.0,)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/drops.py",
        f"{_DROPS}test_a_cell_with_dropout_is_proved_as_it_trains",
        ("isinstance(one.rate, Ref) else one.rate", "isinstance(one.rate, Ref) else 0.0"),
    ),
    *mistakes(
        _ROOM + "own_cells.py",
        f"{_CELLS}test_it_stays_a_loop_for_its_own_reason",
        ("        return bool(ends & self._sizes(less[1])) or", "        return True or"),
        ("if not _is_one_size(self._lengths()) or not _is_one_size(self._rows()):", "if False:"),
        ("if None in self.places or len(falls) != 1:", "if not falls:"),
    ),
    *mistakes(
        _ROOM + "cell_lines.py",
        f"{_CELLS}test_it_stays_a_loop_for_its_own_reason",
        ("isinstance(source, str) and source in self.around.shared", "False"),
        ("if name not in names and len(weight[0].shape) > 1:", "if False:"),
    ),
    *mistakes(
        _ROOM + "own_cells.py",
        f"{_CELLS}test_it_is_a_cell_where_it_is_a_step_of_a_sequence",
        ("is_less = less == (one, 1) or", "is_less ="),
        ("return self._number(down[1]) == 0", "return False"),
        (
            '"float" in found.dtype\n            and all(',
            '"float" in found.dtype\n            and len(found.shape) == 3\n            and all(',
        ),
    ),
    *mistakes(
        _ROOM + "packed.py",
        f"{_CELLS}test_a_cell_of_float64_keeps_it",
        ('{} if dtype == "float32" else {"dtype": dtype}', "{}"),
    ),
    *mistakes(
        _ROOM + "packed.py",
        f"{_CELLS}test_it_gives_what_the_session_gives",
        ("slice(end - math.prod(shape), end) for", "slice(0, math.prod(shape)) for"),
        ("(one, (-1, *shape)))", "(one, (-1, *shape[::-1], 1)))"),
        ("_reshaped(program, ref, (-1, *shape), dtype) if", "ref if"),
    ),
    *mistakes(
        _ROOM + "unrolling.py",
        f"{_CELLS}test_it_gives_what_the_session_gives",
        ('{"zero_output_for_mask": True} if found.lengths else {}', "{}"),
        ('{} if found.initial is None else {"initial_state": _vectors(found)}', "{}"),
        ('{"go_backwards": True} if found.backwards else {}', "{}"),
        ("        if found.backwards:", "        if False:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/length_mask.py",
        f"{_CELLS}test_it_gives_what_the_session_gives",
        ("less_equal(steps, ends)", "less(steps, ends)"),
    ),
    *mistakes(
        "tf2_lstm/equation_cell.py",
        "tests/layers/test_layers_equation_cell.py::test_it_trains_what_trains",
        ('trainable=one["trainable"],', "trainable=True,"),
    ),
    *mistakes(
        "tf2_lstm/equation_cell.py",
        "tests/layers/test_layers_equation_cell.py::test_what_is_not_in_the_table_is_refused_by_its_name",
        ('[self._data["lines"], given]', '[self._data["lines"]]'),
    ),
    *mistakes(
        "tf2_lstm/dropout_rates.py",
        f"{_DROPS}test_the_source_and_the_file_drop_as_the_model",
        ('if not name.startswith("_")}', "if False}"),
    ),
    *mistakes(
        _ROOM + "own_loops.py",
        f"{_LOOPS}test_how_long_an_array_is_that_still_grows_is_not_translated",
        (
            "        if number in self.counters:\n            value = replace",
            "        if False:\n            value = replace",
        ),
    ),
    *mistakes(
        _ROOM + "own_loops.py",
        f"{_LOOPS}test_an_array_that_grows_in_another_way_is_refused",
        ("(is_empty and is_written_beyond", "(is_written_beyond"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/tensor_arrays.py",
        f"{_LOOPS}test_every_loop_gives_what_the_session_gives",
        ("if places is None and array.grows:", "if False:"),
        ("    if array.grows:\n        ref", "    if False:\n        ref"),
    ),
]
