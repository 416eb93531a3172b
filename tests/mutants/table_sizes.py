"""Mistakes in the sizes that rows follow, and in those of written sources."""

from tests.mutants.mistake import mistakes

_TESTS = "tests/migrate/keras_code/test_sized.py::"
_ALL_CHANGED = f"{_TESTS}test_each_constant_may_be_changed_where_it_is"
_FOLLOWS = "tests/migrate/translate/test_rows.py::test_a_row_follows_the_sizes_that_tensorflow_does_not"

SIZES = [
    *mistakes(
        "tf2_lstm/migrate/translate/rows/parts.py",
        f"{_FOLLOWS}[PadV2]",
        ("size + sum(pair)", "size + pair[0]"),
        ("None if any(pair) else size", "size"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/lookups.py",
        f"{_FOLLOWS}[OneHot, axis]",
        ("dims.insert(axis_of(axis, len(dims) + 1), depth)", "dims.append(depth)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/rows/reductions.py",
        f"{_FOLLOWS}[TopKV2]",
        ("(*sizes_of(x)[:-1], count)", "sizes_of(x)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/recovered/layers.py",
        f"{_FOLLOWS}[Conv2D]",
        ("dims = _places(x, sizes_of(kernel)[-1])", "dims = sizes_of(x)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/written_size.py",
        f"{_TESTS}test_a_size_is_written_as_it_is_computed",
        ("            fix([one, other])\n            continue", "            continue"),
        ("named and not root.is_fixed", "named"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/written_size.py",
        _ALL_CHANGED,
        (
            "        if one.operator and other.operator:\n            left += zip",
            "        if False:\n            left += zip",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/written_size.py",
        f"{_TESTS}test_a_size_that_is_computed_from_itself_keeps_its_name",
        ("not _is_computed_from(other, one)", "True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/written_size.py",
        f"{_TESTS}test_what_becomes_a_computed_size_that_is_fixed_fixes_too",
        ("    if one.is_fixed:\n        fix(one.operands)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/written_size.py",
        f"{_TESTS}test_two_sizes_of_one_name_are_told_apart",
        ("    _name_apart([root", "    list([root"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/followed.py",
        f"{_TESTS}test_a_size_that_something_unknown_depends_on_stays_a_number",
        ("            fix_all([layer, arguments, list(options.values())])\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/followed.py",
        f"{_TESTS}test_what_a_loop_carries_keeps_its_size",
        (
            "            join(shape, value)\n        return list(shapes)",
            "            pass\n        return list(shapes)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/followed.py",
        _ALL_CHANGED,
        ("        join(Tensor((*x[:-1], cell.output_size)), names.value(cell.output))\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/layer_rules.py",
        _ALL_CHANGED,
        ("        same(self._width, x[-1])\n", ""),
        ("        join(shape, states)\n", "        pass\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/layer_rules.py",
        f"{_TESTS}test_the_numbers_of_classes_have_one_size",
        ("        same(ids.below, rows)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/shape_rules.py",
        "tests/migrate/keras_code/test_shape_rules.py::test_a_rule_gives_the_shape_that_keras_gives",
        ("place in axes else one)", "place not in axes else one)"),
        ("(x[0], *join(Tensor(x[1:]), element))", "(x[0], *x[2:])"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/shape_rules.py",
        _ALL_CHANGED,
        ("    same(one[-1], other[-2])\n", ""),
        ("    same(size, total([part] * count))\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/tensor_shapes.py",
        f"{_TESTS}test_a_size_that_is_lost_in_an_open_one_stays_a_number",
        ("        fix([known, wanted])\n", "        pass\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/tensor_shapes.py",
        _ALL_CHANGED,
        ("        same(known[0], one)\n", "        pass\n"),
        ("    fix(size)\n    return [fixed(", "    return [fixed("),
    ),
]
