"""The written source: it runs, gives the numbers of the .keras file, and a stranger's names stay names."""

import math
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import warm
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.emit import emit
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.keras_code.write import WIDTH, source, write_comment
from tf2_lstm.migrate.prove.samples import fed_tensors, key_of, samples_of

NAMES = [
    "basic_lstm_flat_state",
    "lstm_all_options",
    "bidirectional_same_cell",
    "bidirectional_time_major_initial_states",
    "cudnn_gru_bidirectional",
    "decoder_bounded",
    "dropout_in_stack",
    "dynamic_lengths",
    "one_step",
    "residual_in_stack_with_dropout",
    "stack_mixed",
    "static_bidirectional_lengths",
    "static_rnn",
    "static_rnn_split",
]


def recurrence_of(name):
    model, findings = look(Request(str(ZOO / name / "model.ckpt")))
    return model, findings.recurrences[0]


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_the_numbers_of_the_saved_model(name, tmp_path):
    model, recurrence = recurrence_of(name)
    built = build_model(recurrence, model.variables)
    built.save(tmp_path / "model.keras")
    (tmp_path / "model.py").write_text(emit(recurrence))
    written = runpy.run_path(str(tmp_path / "model.py"))["load"]()
    values = samples_of(recurrence)[0].values
    feeds = {tensor.name: values[key_of(tensor)] for tensor in fed_tensors(recurrence)}
    expected, found = built(feeds), written(feeds)
    assert list(expected) == list(found)
    for key in expected:
        assert np.abs(np.asarray(expected[key])).max() > 0
        np.testing.assert_array_equal(np.asarray(found[key]), np.asarray(expected[key]))


def test_the_formatter_leaves_it_alone(tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(emit(recurrence_of(name)[1]))
    ruff = Path(sys.executable).with_name("ruff")
    for length in ("88", "110"):
        done = subprocess.run(
            [ruff, "format", "--isolated", "--check", "--diff", "--line-length", length, tmp_path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_outputs_of_many_steps_are_one_line():
    text = emit(recurrence_of("static_rnn")[1])
    assert '            **{f"outputs_{step}": outputs_steps[step] for step in range(' in text
    assert "gives a dict of outputs_0 to outputs_" in text
    assert "    # outputs_0 to outputs_" in text
    assert "outputs_1" not in re.sub(r"outputs_0 to outputs_\d+", "", text)


EVIL = [
    '"""\nimport os\nos.abort()\n"""',
    "a\nimport os; os.abort()",
    "a\rimport os; os.abort()",
    "a\u2028import os; os.abort()",
    "a\x0cimport os; os.abort()",
    "' + __import__('os').abort() + '",
    '"); import os; os.abort(); ("',
    "\\",
    "##[error]os.abort()",
    "\\##[error]os.abort() ###vso[a]",
    "::error::os.abort()",
]


@pytest.mark.parametrize("name", EVIL)
def test_a_name_cannot_become_code(name):
    _, recurrence = recurrence_of("dynamic_lengths")
    recurrence.scope = recurrence.name = name
    for tensors in (recurrence.inputs, recurrence.outputs):
        tensors[:] = [type(one)(one.name, name, one.dtype, one.shape) for one in tensors]
    recurrence.call.arguments["cell"].arguments["name"] = name
    source = emit(recurrence)
    assert source.isascii()
    assert "\r" not in source
    assert "\x0c" not in source
    assert not re.search(r"(?m)^\s*::|##\w*\[", source)
    code = [line.split("#")[0] for line in source.splitlines()]
    shown = [line for line in code if "abort" in line]
    assert all(re.search("name=[\"']", line) for line in shown), shown
    tree = compile(source, "evil.py", "exec")
    assert "os" not in tree.co_names
    assert "abort" not in str([code.co_names for code in tree.co_consts if hasattr(code, "co_names")])


@pytest.mark.parametrize("name", ["os.abort()", "class", "lambda", "1x", ""])
def test_a_name_that_is_no_identifier_is_no_variable(name):
    _, recurrence = recurrence_of("dynamic_lengths")
    recurrence.inputs[:] = [
        type(one)(name if one.name == "sequence_length" else one.name, one.tf1, one.dtype, one.shape)
        for one in recurrence.inputs
    ]
    with pytest.raises(ValueError, match="expected a Python name"):
        emit(recurrence)


def test_a_comment_keeps_to_its_line():
    lines = write_comment("a\nb " + "word " * 60, 4)
    assert all(line.startswith("    # ") and len(line) <= WIDTH for line in lines)
    assert "a\\nb" in lines[0]


LOAD = """
import sys
import keras
stock, ours = sys.argv[1:]
model = keras.models.load_model(stock, safe_mode=True)
assert sorted(model.input) == ["inputs", "sequence_length"]
try:
    keras.models.load_model(ours, safe_mode=True)
except TypeError as error:
    assert "tf2_lstm" in str(error), error
else:
    raise AssertionError("it was loaded")
assert not [name for name in sys.modules if name.startswith("tf2_lstm")]
import tf2_lstm
keras.models.load_model(ours, safe_mode=True)
"""


def test_stock_loads_without_this_package_and_ours_is_refused_without_the_import(tmp_path):
    """In a process that never heard of it."""
    for name, imports in (("dynamic_lengths", False), ("lstm_all_options", True)):
        model, recurrence = recurrence_of(name)
        build_model(recurrence, model.variables).save(tmp_path / f"{name}.keras")
        assert ("import tf2_lstm" in emit(recurrence)) == imports
        assert ("tf2_lstm" in emit(recurrence)) == imports
    files = [str(tmp_path / f"{name}.keras") for name in ("dynamic_lengths", "lstm_all_options")]
    done = warm.python("-c", LOAD, *files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_numbers_that_are_not_finite_can_be_read():
    assert eval(source(Apply("max", (-math.inf, math.inf)))) == math.inf
    assert np.isnan(eval(source(float("nan"))))
