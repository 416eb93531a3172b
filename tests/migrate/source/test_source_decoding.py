"""Files that are not plain Python 3: a file that could not be read fully is a finding, never a silence."""

import json

import pytest
from snippet_marks import findings

from tf2_lstm.migrate.source import analyse
from tf2_lstm.migrate.source.rules import short
from tf2_lstm.migrate.source.scan import scan

USE = "import tensorflow as tf\ncell = tf.nn.rnn_cell.BasicLSTMCell(3)\n"


def of_file(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return scan([str(path)]).findings


def rules(found):
    return [one.rule for one in found]


@pytest.mark.parametrize(
    "broken",
    [
        "print 'hello'\n",
        "try:\n    f()\nexcept IOError, e:\n    raise ValueError, 'x'\n",
        "exec 'x = 1' in {}\n",
        "x = 0777 + `y` <> 3\n",
        "if x:\n\ty = 1\n        z = 2\n",
        "def f((a, b)):\n    pass\n",
    ],
    ids=["print", "except", "exec", "literals", "mixed tabs", "tuple parameters"],
)
def test_python_2_is_reported_with_the_uses_found_by_text(broken):
    found = findings(
        "import tensorflow as tf\nfrom tensorflow.contrib import rnn as r\nrnn_cell = tf.nn.rnn_cell\n"
        "a = r.GRUCell(3)\nb = rnn_cell.LSTMCell(4)\nc = tf.nn.dynamic_rnn(b, x)\n# tf.nn.static_rnn\n'tf.nn.raw_rnn'\n"
        + broken
    )
    assert rules(found).count("RNN001") == 1
    names = [(one.line, short(one.name)) for one in found if one.rule.startswith("RNN1")]
    assert names == [(4, "tf.contrib.rnn.GRUCell"), (5, "tf.nn.rnn_cell.LSTMCell"), (6, "tf.nn.dynamic_rnn")]


@pytest.mark.parametrize(
    "broken", ["def f(:\n", "x = (\n", "'''", "\\", "if True:\n", "\x0c(\n", "return 3 +\n"]
)
def test_a_file_that_does_not_parse_is_a_finding(tmp_path, broken):
    assert "RNN001" in rules(of_file(tmp_path, "broken.py", broken))


def test_a_broken_file_is_found_by_walking_too_where_it_may_hold_a_use(tmp_path):
    (tmp_path / "broken.py").write_text("import tensorflow as tf\nrnn = 1\ndef f(:\n")
    (tmp_path / "other.py").write_text("import tensorflow as tf\ntf.nn.conv2d(x)\nprint 1\n")
    found = scan([str(tmp_path)]).findings
    assert [(one.path[-9:], one.rule) for one in found] == [("broken.py", "RNN001")]
    assert rules(scan([str(tmp_path / "other.py")]).findings) == ["RNN001"]


def test_what_was_found_by_text_has_its_column_and_its_pair():
    found = findings("print 1\nx = tf.nn.rnn_cell.BasicLSTMCell(3)\nimport tensorflow as tf\n")
    one = next(one for one in found if one.rule == "RNN101")
    assert (one.line, one.column, one.end_column, one.pair) == (2, 5, 33, "basic_lstm")
    assert "found by text" in one.message


def test_a_star_import_in_python_2():
    found = findings("from tensorflow.contrib.rnn import *\nx = LSTMCell(3)\nprint x\n")
    assert [short(one.name) for one in found if one.rule == "RNN102"] == ["tf.contrib.rnn.LSTMCell"]


def test_noqa_holds_in_python_2():
    assert rules(findings("import tensorflow as tf\nx = tf.nn.dynamic_rnn(a)  # noqa\nprint x\n")) == [
        "RNN001"
    ]


def test_a_declared_encoding_is_read():
    data = "# -*- coding: latin-1 -*-\nimport tensorflow as tf\né = tf.nn.rnn_cell.BasicLSTMCell(3)\n".encode(
        "latin-1"
    )
    (one, _) = findings(data)
    assert (one.rule, one.line, one.column) == ("RNN101", 3, 5)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_an_encoding_that_python_refuses_is_a_finding_and_read_all_the_same(tmp_path, encoding):
    found = of_file(tmp_path, "wide.py", USE.encode(encoding))
    assert rules(found)[0] == "RNN002"
    assert "RNN101" in rules(found)


def test_bytes_that_are_not_utf_8_are_a_finding_and_read_all_the_same():
    found = findings(b"# caf\xe9\n" + USE.encode())
    assert rules(found) == ["RNN002", "RNN101", "RNN501"]


def test_an_unknown_encoding_is_a_finding():
    assert rules(findings(b"# coding: klingon\n" + USE.encode()))[0] == "RNN002"


def test_a_file_with_a_zero_byte_is_a_finding(tmp_path):
    assert rules(of_file(tmp_path, "zero.py", b"x = 1\0\n"))[0] == "RNN002"


def test_a_file_that_is_too_large_to_parse_is_searched(tmp_path, monkeypatch):
    monkeypatch.setattr(analyse, "MAX_PARSED", 1000)
    found = of_file(tmp_path, "large.py", USE + "x = 1\n" * 1000)
    assert rules(found)[0] == "RNN003"
    assert "RNN101" in rules(found)
    assert of_file(tmp_path, "data.py", "x = 1\n" * 1000) == ()


def test_a_file_of_50_megabytes_is_survived(tmp_path):
    found = of_file(
        tmp_path, "huge.py", USE.encode() + b"data = [\n" + b"    1234567,\n" * 4_400_000 + b"]\n"
    )
    assert "RNN003" in rules(found)
    assert "RNN101" in rules(found)


@pytest.mark.parametrize(
    "deep",
    [
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 20000 + "1",
        "x = " + " + ".join(["a"] * 20000),
        "x" + ".a" * 20000,
    ],
    ids=["parentheses", "signs", "a long sum", "a long chain"],
)
def test_code_that_is_nested_too_deeply_is_a_finding(deep):
    found = findings(USE + deep + "\n")
    assert {"RNN001", "RNN006"} & set(rules(found))
    assert "RNN101" in rules(found)


def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path, monkeypatch):
    path = tmp_path / "secret.py"
    path.write_text(USE)
    real = open

    def refuse(file, *rest, **options):
        if str(file).endswith("secret.py"):
            raise PermissionError(13, "Permission denied")
        return real(file, *rest, **options)

    monkeypatch.setattr("builtins.open", refuse)
    (one,) = scan([str(path)]).findings
    assert one.rule == "RNN004"
    assert "Permission denied" in one.message


def test_a_defect_of_the_scanner_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(analyse.Analyser, "findings", lambda *_: 1 / 0)
    one, *by_text = of_file(tmp_path, "a.py", USE)
    assert one.rule == "RNN006"
    assert "ZeroDivisionError" in one.message
    assert rules(by_text) == ["RNN101"]


def notebook(*cells, **metadata):
    return json.dumps(
        {
            "cells": [
                {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}, "outputs": []}
                for kind, source in cells
            ],
            "metadata": metadata,
            "nbformat": 4,
            "nbformat_minor": 2,
        }
    )


def test_a_notebook_gives_cell_and_line_and_names_carry_from_cell_to_cell(tmp_path):
    found = of_file(
        tmp_path,
        "a.ipynb",
        notebook(
            ("markdown", "# tf.nn.dynamic_rnn"),
            ("code", "%matplotlib inline\nimport tensorflow as tf\n!pip install x\nrnn = tf.contrib.rnn"),
            ("code", "%%bash\ntf.nn.dynamic_rnn(a, b)"),
            ("code", "%%time\nfiles = !ls\ncell = rnn.GRUCell(3)\ncell?\n"),
        ),
    )
    assert [(one.cell, one.line, one.rule) for one in found] == [(2, 4, "RNN011"), (4, 3, "RNN103")]
    assert found[1].place().endswith("a.ipynb:cell 4:3:8")


def test_a_broken_cell_does_not_hide_the_others(tmp_path):
    found = of_file(
        tmp_path,
        "b.ipynb",
        notebook(
            ("code", "import tensorflow as tf"),
            ("code", "x = tf.nn.static_rnn(a, ___ )\ny = = 3"),
            ("code", "tf.nn.raw_rnn(a, b)"),
        ),
    )
    assert [(one.cell, one.rule) for one in found] == [(2, "RNN008"), (2, "RNN001"), (3, "RNN123")]


def test_a_notebook_of_nbformat_3(tmp_path):
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": [USE]}]}], "nbformat": 3, "metadata": {}}
    assert rules(of_file(tmp_path, "old.ipynb", json.dumps(old))) == ["RNN101", "RNN501"]


def test_a_notebook_in_another_language_gives_nothing(tmp_path):
    r = notebook(("code", "rnn <- tf$nn$rnn_cell"), kernelspec={"language": "R", "name": "ir"})
    assert of_file(tmp_path, "r.ipynb", r) == ()


@pytest.mark.parametrize("data", ["{", "[]", "3", '{"cells": 3}', '{"cells": [3]}', "", "<<<<<<< HEAD rnn"])
def test_a_notebook_that_is_none_is_a_finding(tmp_path, data):
    assert "RNN005" in rules(of_file(tmp_path, "c.ipynb", data))


def test_noqa_in_a_notebook(tmp_path):
    data = notebook(("code", "import tensorflow as tf"), ("code", "tf.nn.raw_rnn(a, b)  # noqa: RNN123"))
    assert of_file(tmp_path, "d.ipynb", data) == ()


GRU = "tf.nn.rnn_cell.GRUCell(3)"

MAGIC_CELLS = {
    "a file that the cell writes": "%%writefile model.py\nimport tensorflow as tf\n" + GRU,
    "a magic that is not known": "%%wandb\nimport tensorflow as tf\n" + GRU,
    "a shell command of several lines": "!pip install \\\n  tensorflow==1.15 \\\n  numpy\n" + GRU,
    "a statement that is timed": "import tensorflow as tf\n%time c = " + GRU,
    "an expression that is timed": "import tensorflow as tf\n%timeit -n 10 " + GRU,
    "a modulo that begins a line": "import tensorflow as tf\nx = ('a'\n  % b)\n!ls\n" + GRU,
    "a magic in a block": "import tensorflow as tf\nif x:\n    %matplotlib inline\n    " + GRU,
}


@pytest.mark.parametrize("source", MAGIC_CELLS.values(), ids=MAGIC_CELLS)
def test_a_magic_hides_no_use(tmp_path, source):
    found = of_file(tmp_path, "m.ipynb", notebook(("code", source)))
    assert rules(found) == ["RNN103"]
    last = source.split("\n")[-1]
    assert (found[0].line, found[0].column) == (source.count("\n") + 1, last.index("tf.") + 1)


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile notes.txt", "%%script perl"])
def test_a_cell_that_is_no_python_gives_nothing(tmp_path, magic):
    assert of_file(tmp_path, "o.ipynb", notebook(("code", magic + "\n" + GRU))) == ()


def test_python_2_imports_of_every_shape():
    source = (
        b"print 'x'\nimport numpy, tensorflow as tf\ntf.nn.dynamic_rnn(c, x)\n"
        b"import os; import tensorflow.contrib.rnn as R\nR.GRUCell(1)\n"
        b"from tensorflow.nn import *\nstatic_rnn(c, x)\n"
    )
    found = scan(["-"], stdin=source).findings
    assert {(one.line, one.rule) for one in found} >= {(3, "RNN108"), (5, "RNN103"), (7, "RNN109")}
