"""On a terminal a finding shows its line of source with the place marked, and no stranger's text moves anything."""

import json
import re

from tf2_lstm.migrate.source.formats.as_terminal import write
from tf2_lstm.migrate.source.scan import scan

LONG = "x = [" + "1, " * 60 + "tf.nn.rnn_cell.GRUCell(3)]"
SOURCE = f"""import tensorflow as tf
if True:
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
{LONG}
y = "\x1b[31m", tf.nn.rnn_cell.GRUCell(4), keep_prob
"""


def shown(folder, width=80):
    return write(scan([str(folder)]), width, colour=False).split("\n")


def marked(lines):
    """What stands above each mark."""
    pairs = [(lines[at - 1], line) for at, line in enumerate(lines) if re.fullmatch(r" {4}\| *\^+", line)]
    return [source[mark.index("^") : mark.rindex("^") + 1] for source, mark in pairs]


def test_each_place_is_marked_once_in_its_line(tmp_path):
    (tmp_path / "a.py").write_text(SOURCE)
    lines = shown(tmp_path)
    assert lines[0] == str(tmp_path / "a.py")
    assert marked(lines) == [
        "tf.nn.rnn_cell.BasicLSTMCell",
        "tf.nn.rnn_cell.GRUCell",
        "tf.nn.rnn_cell.GRUCell",
    ]
    assert "    | cell = tf.nn.rnn_cell.BasicLSTMCell(3)" in lines
    assert sum("RNN101" in line for line in lines) == sum("RNN501" in line for line in lines) == 1
    assert lines[-3].startswith("4 findings in 1 of 1 file.")


def test_it_fits_the_terminal_and_nothing_of_the_source_acts_on_it(tmp_path):
    (tmp_path / "a.py").write_text(SOURCE)
    lines = shown(tmp_path, 60)[1:-4]
    assert max(map(len, lines)) <= 60
    assert "\\x1b[31m" in "".join(lines)
    assert all(line.isprintable() for line in lines)


def test_severities_have_colours(tmp_path):
    (tmp_path / "a.py").write_text(SOURCE)
    text = write(scan([str(tmp_path)]), 80)
    assert "\x1b[31mRNN101\x1b[0m" in text
    assert "\x1b[33mRNN501\x1b[0m" in text


def test_cells_of_a_notebook_are_told_apart_and_the_standard_input_has_no_line(tmp_path):
    cells = [{"cell_type": "code", "source": text} for text in ("import tensorflow as tf", SOURCE)]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    lines = shown(tmp_path)
    assert any(line.startswith("  cell 2:3:12 RNN101") for line in lines)
    assert marked(lines)[0] == "tf.nn.rnn_cell.BasicLSTMCell"
    assert not marked(write(scan(["-"], stdin=SOURCE.encode()), 80, colour=False).split("\n"))
