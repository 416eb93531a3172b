"""`convert --fast`: the layers of this package, which take the fast unrolls, with the same numbers and proof."""

import numpy as np
import pytest
from expected_recurrences import ZOO

from tf2_lstm import backends
from tf2_lstm.cli import main
from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.convert.samples import fed_tensors, key_of, samples_of
from tf2_lstm.migrate.emit import emit
from tf2_lstm.migrate.functional import build_model

#: Artefacts that need only Keras, unless --fast says otherwise.
STOCK = ["dynamic_lengths", "stack_of_two", "bidirectional_time_major_initial_states", "gru_cell"]


@pytest.fixture
def unrolled(monkeypatch):
    """The layers that a fast unroll ran."""
    ran, room = [], backends.unrolls()
    original = room.unroll

    def unroll(layer, *args, **options):
        found = original(layer, *args, **options)
        ran.extend([] if found is None else [layer.name])
        return found

    monkeypatch.setattr(room, "unroll", unroll)
    return ran


@pytest.mark.parametrize("name", STOCK)
def test_fast_layers_give_the_numbers_of_stock_ones_by_another_path(name, unrolled):
    tf1, findings = look(Request(str(ZOO / name / "model.ckpt")))
    recurrence = findings.recurrences[0]
    assert "tf2_lstm" not in emit(recurrence)
    assert "tf2_lstm.RNN(" in emit(recurrence, fast=True)
    stock, fast = (build_model(recurrence, tf1.variables, fast=option) for option in (False, True))
    values = samples_of(recurrence)[0].values
    feeds = {tensor.name: values[key_of(tensor)] for tensor in fed_tensors(recurrence)}
    unrolled.clear()
    expected = stock(feeds)
    assert not unrolled
    found = fast(feeds)
    assert unrolled
    assert list(found) == list(expected)
    for key in expected:
        np.testing.assert_allclose(np.asarray(found[key]), np.asarray(expected[key]), rtol=0, atol=1e-6)


def test_it_is_proved_like_the_other(tmp_path):
    conversion = convert(Request(str(ZOO / "dynamic_lengths" / "model.ckpt"), fast=True), tmp_path / "out")
    assert conversion.complete
    assert conversion.report.passed


def test_the_command_takes_it(tmp_path):
    out = tmp_path / "out"
    assert main(["convert", str(ZOO / "gru_cell" / "model.ckpt"), "-o", str(out), "--fast"]) == 0
    [source] = out.glob("*.py")
    assert "import tf2_lstm" in source.read_text(encoding="utf-8")
