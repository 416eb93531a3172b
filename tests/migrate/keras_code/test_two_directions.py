"""Two directions are the layer that a Keras user knows, where it is exact; that it is, other tests prove."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.emit import emit
from tf2_lstm.migrate.functional import build_model, find
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.pairs import Call

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"
#: Artefact -> how its two directions are written.
DIRECTIONS = {
    "bidirectional_plain": "apart",
    "bidirectional_lengths": "apart",
    "bidirectional_time_major_initial_states": "apart",
    "bidirectional_gru_one_side_used": "apart",
    "static_bidirectional_lengths": "joined",
    "stack_bidirectional_static": "joined",
    # Cells of other sizes or kinds, stacks of cells, and one cell for both: stock Bidirectional has none of them.
    "bidirectional_different_cells": "two layers",
    "static_bidirectional": "two layers",
    "bidirectional_of_stacks": "two layers",
    "bidirectional_same_cell": "one cell",
}


@pytest.mark.parametrize("name", DIRECTIONS)
def test_alike_directions_are_bidirectional(name):
    expected = json.loads((ZOO / name / "expected.json").read_text())
    tf1, findings = look(Request(str(ZOO / name / expected["artifact"])))
    for one in findings.recurrences:
        text, how = emit(one), DIRECTIONS[name]
        assert ("keras.layers.Bidirectional(" in text) == (how in ("apart", "joined"))
        assert ("merge_mode=None" in text) == (how in ("apart", "one cell"))
        assert ("go_backwards=True" in text) == (how in ("two layers", "one cell"))
        model, cells = build_model(one, tf1.variables), program_of(one).cells
        found = {find(model, path).path for path in cells.values()}
        assert len(found) == len(cells) == len(one.cells)


def test_directions_that_are_not_of_stock_keras_are_two_layers():
    expected = json.loads((ZOO / "bidirectional_plain" / "expected.json").read_text())
    _, findings = look(Request(str(ZOO / "bidirectional_plain" / expected["artifact"])))
    [one] = findings.recurrences
    units = one.call.arguments["cell_fw"].arguments["num_units"]
    cells = {side: Call("lstm", num_units=units, use_peepholes=True) for side in ("cell_fw", "cell_bw")}
    text = emit(replace(one, call=Call(one.call.pair, **cells)))
    assert "keras.layers.Bidirectional(" not in text
    assert text.count("tf2_lstm.RNN(") == 2
