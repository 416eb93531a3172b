"""`[tool.tf2-lstm]` of a pyproject.toml: what scan leaves out in a project, said and never in silence."""

import pytest

from tf2_lstm.cli import main

USE = "import tensorflow as tf\ncell = tf.nn.rnn_cell.BasicLSTMCell(3)\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one use in src and one in old; the folder that the command is given in is src."""
    for name in ("src", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text(USE)
    monkeypatch.chdir(tmp_path / "src")
    return tmp_path


def rules(capsys):
    output = capsys.readouterr()
    return sorted(
        {(line.split("/")[-2], line.split()[1]) for line in output.out.splitlines() if ":2:" in line}
    ), output.err


BOTH = [("old", "RNN101"), ("old", "RNN501"), ("src", "RNN101"), ("src", "RNN501")]
#: What the file says, further arguments -> what is found, what is named.
CASES = [
    ("", [], BOTH, ""),
    ('exclude = ["old"]', [], BOTH[2:], "exclude of"),
    ('ignore = ["RNN5"]', [], BOTH[::2], "ignore of"),
    ('ignore = ["RNN5"]\nexclude = ["old"]', [], BOTH[2:3], "ignore, exclude of"),
    ('select = ["RNN5"]', [], BOTH[1::2], "select of"),
    ('select = ["RNN5"]', ["--select", "RNN1"], BOTH[::2], "select of"),
    ('exclude = ["old"]', ["--ignore", "RNN501"], BOTH[2:3], "exclude of"),
    ('ignore = ["RNN1"]', ["--ignore", "RNN501", "--exclude", "x"], [], "ignore of"),
]


@pytest.mark.parametrize(("said", "arguments", "found", "named"), CASES)
def test_settings_and_the_command_line_count_together(said, arguments, found, named, project, capsys):
    (project / "pyproject.toml").write_text(f"[tool.tf2-lstm]\n{said}\n")
    assert main(["scan", str(project), *arguments]) == (1 if found else 0)
    seen, error = rules(capsys)
    assert seen == found
    assert error.startswith(f"tf2-lstm scan: {named}" if named else "")
    assert bool(error) == bool(named)


WRONG = {
    "[tool": "expected TOML",
    "tool = 3": "expected TOML",
    "[tool]\ntf2-lstm = 3": "expected a table, found 3",
    '[tool.tf2-lstm]\nexclde = ["x"]': "exclde: expected one of exclude, ignore, select",
    '[tool.tf2-lstm]\nexclude = "x"': "exclude: expected a list of texts, found 'x'",
    "[tool.tf2-lstm]\nexclude = [1]": "exclude: expected a list of texts, found [1]",
    '[tool.tf2-lstm]\n"\\u001b[31m" = 1': r"\x1b[31m: expected one of",
}


@pytest.mark.parametrize(("text", "told"), WRONG.items())
def test_what_is_no_setting_is_one_line(text, told, project, capsys):
    (project / "pyproject.toml").write_text(text)
    assert main(["scan", str(project)]) == 2
    output = capsys.readouterr()
    assert told in output.err
    assert (output.out, output.err.count("\n")) == ("", 1)


def test_only_the_nearest_file_counts(project, capsys):
    (project / "pyproject.toml").write_text('[tool.tf2-lstm]\nexclude = ["old"]\n')
    (project / "src" / "pyproject.toml").write_text("[project]\n")
    assert main(["scan", str(project)]) == 1
    assert rules(capsys) == (BOTH, "")
