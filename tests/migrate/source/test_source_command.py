"""`tf2-lstm scan` and `tf2-lstm explain`, as the command line runs them."""

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import tf2_lstm
from tf2_lstm.cli import main, scan

ROOT = Path(tf2_lstm.__file__).parent.parent
USE = "import tensorflow as tf\ncell = tf.nn.rnn_cell.BasicLSTMCell(3)\n"


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture
def used(tmp_path):
    (tmp_path / "a.py").write_text(USE)
    return tmp_path


def test_findings_exit_with_1(used, capsys):
    assert run("scan", used) == 1
    assert "a.py:2:8: RNN101 " in capsys.readouterr().out


def test_on_a_terminal_the_line_is_shown(used, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert run("scan", used) == 1
    assert "    | cell = tf.nn.rnn_cell.BasicLSTMCell(3)\n" in capsys.readouterr().out
    assert run("scan", used, "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["findings"]
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("scan", used) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_nothing_found_exits_with_0(tmp_path, capsys):
    (tmp_path / "a.py").write_text("x = 1\n")
    assert run("scan", tmp_path) == 0
    assert capsys.readouterr().out == "No TF1 RNN found in 1 file.\n"


def test_exit_zero(used):
    assert run("scan", used, "--exit-zero") == 0


@pytest.mark.parametrize("name", scan.FORMATS)
def test_the_format_never_changes_the_exit_code(used, tmp_path, name):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("scan", used, "--format", name) == 1
    assert run("scan", empty, "--format", name) == 0
    assert run("scan", used / "none", "--format", name) == 2


def test_a_path_that_does_not_exist_is_one_line_and_exits_with_2(capsys):
    assert run("scan", "no/such/path") == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert "no/such/path" in output.err


def test_an_unknown_rule_is_one_line_and_exits_with_2(used, capsys):
    assert run("scan", used, "--select", "RNN1,XYZ") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_path_at_all_exits_with_2(capsys):
    with pytest.raises(SystemExit) as left:
        run("scan")
    assert left.value.code == 2
    assert "PATH" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([], ["RNN101", "RNN501"]),
        (["--select", "RNN101"], ["RNN101"]),
        (["--select", "RNN5"], ["RNN501"]),
        (["--select", "rnn1,RNN5"], ["RNN101", "RNN501"]),
        (["--select", "RNN1", "--select", "RNN5"], ["RNN101", "RNN501"]),
        (["--ignore", "RNN501"], ["RNN101"]),
        (["--select", "RNN", "--ignore", "RNN1,RNN5"], []),
        (["--exclude", "a.py"], []),
    ],
    ids=" ".join,
)
def test_select_ignore_and_exclude(used, capsys, options, rules):
    code = run("scan", used, "--format", "json", *options)
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["findings"]] == rules
    assert code == (1 if rules else 0)


def test_select_does_not_silence_a_file_that_could_not_be_read(tmp_path, capsys):
    (tmp_path / "a.py").write_text(USE + "print 1\n")
    assert run("scan", tmp_path, "--select", "RNN5", "--format", "json") == 1
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["findings"]] == ["RNN001"]
    assert run("scan", tmp_path, "--ignore", "RNN001,RNN101") == 0


def test_statistics_count_each_rule(used, capsys):
    run("scan", used, "--statistics")
    assert "     1  RNN101  basic_lstm\n     1  RNN501  forget-bias-default\n" in capsys.readouterr().out


def test_statistics_leave_the_json_on_the_standard_output_whole(used, capsys):
    run("scan", used, "--statistics", "--format", "json")
    output = capsys.readouterr()
    assert len(json.loads(output.out)["findings"]) == 2
    assert "RNN101" in output.err


def test_the_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", argparse.Namespace(buffer=io.BytesIO(USE.encode())))
    assert run("scan", "-") == 1
    assert "-:2:8: RNN101 " in capsys.readouterr().out


def test_output_that_the_terminal_cannot_show_is_no_error(tmp_path):
    (tmp_path / "é.py").write_text(USE)
    done = start("-c", f"{CALL}['scan', {str(tmp_path)!r}]))", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert b"RNN101" in done.stdout


def test_explain_prints_the_page(capsys):
    assert run("explain", "rnn101") == 0
    page = capsys.readouterr().out
    assert page.startswith("# RNN101 basic_lstm\n")
    assert "`forget_bias` is folded to `bias`" in page


def test_explain_takes_a_pairs_name(capsys):
    assert run("explain", "gru", "RNN510") == 0
    page = capsys.readouterr().out
    assert "# RNN103 gru" in page
    assert "# RNN510 list-times-n" in page


def test_explain_lists_the_rules(capsys):
    assert run("explain") == 0
    assert "RNN101  basic_lstm" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "near"), [("lstn", "lstm"), ("RNN5010", "RNN510"), ("forget-bias", "RNN501")]
)
def test_explain_names_what_is_near(word, near, capsys):
    assert run("explain", word) == 2
    assert f"Did you mean {near}" in capsys.readouterr().err


def test_explain_of_an_unknown_rule_is_one_line_and_exits_with_2(capsys):
    assert run("explain", "RNN999") == 2
    assert capsys.readouterr().err.count("\n") == 1


CALL = "import sys\nfrom tf2_lstm.cli import main\nsys.exit(main("


def start(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
    )


def test_neither_tensorflow_nor_keras_nor_numpy_is_imported(used):
    code = (
        f"{CALL}['scan', {str(used)!r}]) - 1 or bool({{'tensorflow', 'keras', 'numpy'}} & set(sys.modules)))"
    )
    assert start("-c", code).returncode == 0


def test_start_up_imports_few_modules(used):
    """Counted in modules, not in seconds: those of a busy machine are no measure."""
    done = start("-X", "importtime", "-c", f"{CALL}['scan', {str(used)!r}]))")
    assert b"RNN101" in done.stdout
    assert done.stderr.count(b"import time:") < 250
