"""The sizes of a source have names, and whoever changes one there has a model of that size."""

import re
import runpy

import numpy as np
import pytest
from migrate.translate.written_sources import SOURCES, source_of

from tf2_lstm.migrate.keras_code.cycle import Carried, Cycle, class_of
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.keras_code.sized import with_sizes
from tf2_lstm.migrate.keras_code.write import write_line
from tf2_lstm.migrate.keras_code.written_size import (
    WrittenSize,
    constants,
    fix,
    product,
    same,
    settle,
    total,
    written,
)

#: Whole programs with loops, cells of their own, cells in those, and several parts: name -> constants.
PROGRAMS = {
    "zoneout_classifier": 2,
    "sketch_mixture": 1,
    "hyper_lstm": 3,
    "nmt_greedy": 5,
    "legacy_attention_seq2seq": 8,
    "siamese_cosine": 4,
    "simple_recurrent_unit": 1,
    "caption_model": 5,
}
#: Program -> the size of its open axes, where 3 does not do: images that convolutions make smaller, frames by steps.
OPEN = {"crnn": 40, "drqn": 1}
CONSTANT = re.compile(r"^([A-Z][A-Z0-9_]*) = (\d+)$", re.MULTILINE)


def changed(text):
    """A source with another number for each constant, no two in the same proportion."""
    factors = iter(range(2, 100))
    return CONSTANT.sub(lambda found: f"{found[1]} = {int(found[2]) * next(factors)}", text)


def run(text, folder, size):
    """Build the model of a source, and call it with a number for each open size."""
    path = folder / "changed.py"
    path.write_text(text, encoding="utf-8")
    model = runpy.run_path(str(path))["build_model"]()
    given = {
        name: np.ones([size if one is None else one for one in tensor.shape], tensor.dtype)
        for name, tensor in model.input.items()
    }
    return model, model(given)


@pytest.mark.parametrize("name", [*PROGRAMS, *sorted(path.stem for path in SOURCES.glob("*.py"))])
def test_each_constant_may_be_changed_where_it_is(name, tmp_path):
    text, size = source_of(name, tmp_path), OPEN.get(name, 3)
    found = CONSTANT.findall(text)
    assert len(found) == PROGRAMS.get(name, len(found)) > 0
    model, outputs = run(changed(text), tmp_path, size)
    before, _ = run(text, tmp_path, size)
    assert model.count_params() > before.count_params() or not before.weights
    assert set(outputs) == set(model.output)


def written_lines(program):
    sized, _, _, names = with_sizes({"build_model": program})
    return [text for line in sized["build_model"].lines for text in write_line(line, 0)], names


def test_a_size_that_something_unknown_depends_on_stays_a_number():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((None, 3),)))
    hidden = program.add("hidden", Apply("keras.layers.Dense", (5,)))
    scores = program.add("scores", Apply("keras.layers.Dense", (7,)))
    y = program.add("y", Apply(hidden, (x,)))
    program.add("z", Apply(scores, (y,)))
    assert written_lines(program)[1] == {"HIDDEN_UNITS": 5, "SCORES_UNITS": 7}
    program.op("strange", "cholesky", y)
    lines, names = written_lines(program)
    assert names == {"SCORES_UNITS": 7}
    assert lines[1:3] == ["hidden = keras.layers.Dense(5)", "scores = keras.layers.Dense(SCORES_UNITS)"]


def test_a_part_of_a_size_is_written_by_it():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((3,),)))
    gates = program.add("gates", Apply("keras.layers.Dense", (12,)))
    y = program.add("y", Apply(gates, (x,)))
    halves = program.op("halves", "split", y, 4, axis=1)
    program.op("state", "reshape", Item(halves, 0), (-1, 3))
    lines, names = written_lines(program)
    assert names == {"GATES_UNITS": 12}
    assert lines[-1] == "state = keras.ops.reshape(halves[0], (-1, GATES_UNITS // 4))"


def test_the_numbers_of_classes_have_one_size():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((3,),)))
    scores = program.add("scores", Apply("keras.layers.Dense", (9,)))
    words = program.add("words", Apply("keras.layers.Embedding", (9, 4)))
    y = program.add("y", Apply(scores, (x,)))
    best = program.op("best", "argmax", y, axis=-1)
    program.add("next", Apply(words, (program.op("ids", "cast", best, "int32"),)))
    lines, names = written_lines(program)
    assert names == {"SCORES_UNITS": 9, "WORDS_OUTPUT_DIM": 4}
    assert "words = keras.layers.Embedding(SCORES_UNITS, WORDS_OUTPUT_DIM)" in lines


def test_the_rows_that_are_summed_are_as_wide_as_the_sum():
    program = Program()
    ids = program.add("ids", Apply("keras.Input", ((),), {"dtype": "int32"}))
    words = program.add("words", Apply("keras.layers.Embedding", (9, 4)))
    count = program.op("count", "add", program.op("last", "max", ids, initial=-1), 1)
    full = program.add("full", Apply("tf2_lstm.FullOf", ([None, 4], 0)))
    zeros, rows = program.add("zeros", Apply(full, (count,))), program.add("rows", Apply(words, (ids,)))
    program.op(
        "sums", "scatter_update", zeros, program.op("at", "expand_dims", ids, -1), rows, reduction="add"
    )
    lines, names = written_lines(program)
    assert names == {"WORDS_INPUT_DIM": 9, "WORDS_OUTPUT_DIM": 4}
    assert "full = tf2_lstm.FullOf([None, WORDS_OUTPUT_DIM], 0)" in lines


def test_the_blank_is_the_last_class():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((None, 3),)))
    lengths = program.add("lengths", Apply("keras.Input", ((),), {"dtype": "int32"}))
    scores = program.add("scores", Apply("keras.layers.Dense", (9,)))
    logits = program.add("logits", Apply(scores, (x,)))
    program.op("decoding", "ctc_decode", logits, lengths, strategy="greedy", mask_index=8)
    lines, names = written_lines(program)
    assert names == {"SCORES_UNITS": 9}
    assert "mask_index=SCORES_UNITS - 1" in "".join(lines[-6:])


def test_a_size_that_is_lost_in_an_open_one_stays_a_number():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((3,),)))
    hidden = program.add("hidden", Apply("keras.layers.Dense", (4,)))
    flat = program.op("flat", "reshape", Apply(hidden, (x,)), (-1,))
    program.op("rows", "reshape", flat, (-1, 4))
    assert written_lines(program)[1] == {}


def test_what_a_loop_carries_keeps_its_size():
    program = Program()
    x = program.add("x", Apply("keras.Input", ((3,),)))
    hidden = program.add("hidden", Apply("keras.layers.Dense", (4,)))
    y = program.add("y", Apply(hidden, (x,)))
    full = program.add("full", Apply("tf2_lstm.FullOf", ([2, 4], 0.0)))
    zeros = program.add("zeros", Apply(full, ()))
    loop = program.add("loop", Apply("While", ()))
    program.add("after", Apply(loop, ([0, zeros], [y])))
    step, state = Carried("step", "int32", ()), Carried("state", "float32", (None, 4))
    results = (Apply("keras.ops.add", (Ref("step"), 1)), Ref("y"))
    cycle = Cycle((step, state), (), (), Apply("keras.ops.less", (Ref("step"), 3)), (), results, ("y",))
    sized, loops, _, names = with_sizes({"build_model": program}, {"While": cycle})
    assert names == {"HIDDEN_UNITS": 4}
    assert "full = tf2_lstm.FullOf([2, HIDDEN_UNITS], 0.0)" in write_line(sized["build_model"].lines[3], 0)
    assert any("(None, HIDDEN_UNITS)" in line for line in class_of("While", loops["While"]))


UNITS, ROWS = "UNITS", "ROWS"


def computed(make):
    """What a size is written as that is computed from one of 4 and one of 6."""
    units, rows = WrittenSize(4).named(UNITS), WrittenSize(6).named(ROWS)
    size = make(units, rows)
    settle([units, rows, size])
    return written(size), constants([units, rows, size])


@pytest.mark.parametrize(
    ("make", "text", "names"),
    [
        (lambda units, rows: total([units, rows]), "UNITS + ROWS", {UNITS: 4, ROWS: 6}),
        (lambda units, rows: total([units, units, WrittenSize(3)]), "2 * UNITS + 3", {UNITS: 4, ROWS: 6}),
        (
            lambda units, rows: product([total([units, rows]), rows]),
            "(UNITS + ROWS) * ROWS",
            {UNITS: 4, ROWS: 6},
        ),
        (lambda units, rows: product([units, WrittenSize(1)]), "UNITS", {UNITS: 4, ROWS: 6}),
        (lambda units, rows: total([WrittenSize(2), WrittenSize(3)]), "5", {UNITS: 4, ROWS: 6}),
        (lambda units, rows: WrittenSize(1).named("ONE"), "1", {UNITS: 4, ROWS: 6}),
        (lambda units, rows: fix(units) or total([units, rows]), "4 + ROWS", {ROWS: 6}),
        (lambda units, rows: same(units, rows) or units, "4", {}),
    ],
)
def test_a_size_is_written_as_it_is_computed(make, text, names):
    assert computed(make) == (text, names)


def test_a_size_that_is_fixed_fixes_what_it_is_computed_from():
    units = WrittenSize(4).named(UNITS)
    both = total([units, units])
    fix(both)
    settle([units, both])
    assert (written(units), written(both)) == ("4", "8")


def test_what_becomes_a_computed_size_that_is_fixed_fixes_too():
    units, rows = WrittenSize(6).named(UNITS), WrittenSize(6).named(ROWS)
    third, number = WrittenSize(4, "//", (total([units, rows]), WrittenSize(3))), WrittenSize(4)
    fix(number)
    same(number, third)
    settle([units, rows, number])
    assert [written(one) for one in (units, rows, number)] == ["6", "6", "4"]


def test_a_size_that_is_computed_from_itself_keeps_its_name():
    units = WrittenSize(4).named(UNITS)
    half = WrittenSize(2, "//", (units, WrittenSize(2)))
    same(units, total([half, half]))
    settle([units, half])
    assert (written(units), written(half)) == (UNITS, "UNITS // 2")


def test_thousands_of_levels_are_decided_at_once():
    size = units = WrittenSize(2).named(UNITS)
    sizes = [size]
    for _ in range(3000):
        size = total([size, size])
        sizes.append(size)
    settle(sizes)
    assert written(size) == str(int(size))
    assert written(units) == "2"


def test_two_sizes_of_one_name_are_told_apart():
    sizes = [WrittenSize(4).named(UNITS), WrittenSize(6).named(UNITS), WrittenSize(8).named(UNITS)]
    settle(sizes)
    assert constants(sizes) == {"UNITS": 4, "UNITS_2": 6, "UNITS_3": 8}
