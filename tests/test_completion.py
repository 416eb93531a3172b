"""A real shell completes commands, options, choices and files by the script that `tf2-lstm completion` prints."""

import shutil
import subprocess

import pytest
import shtab

from tf2_lstm.cli import main
from tf2_lstm.cli.main import COMMANDS, COMPLETED


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script for bash, in a folder with one file."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "model.ckpt.meta").touch()
    path = folder / "tf2-lstm.bash"
    with pytest.MonkeyPatch.context() as patch, path.open("w", encoding="utf-8") as out:
        patch.setattr("sys.stdout", out)
        assert main(["completion", "bash"]) == 0
    return path


def completed(script, *words):
    """What bash offers for the last word."""
    asked = " ".join(f"'{word}'" for word in ("tf2-lstm", *words))
    run = f"source {script.name}; COMP_WORDS=({asked}); COMP_CWORD={len(words)}; _shtab_tf2_lstm tf2-lstm '{words[-1]}'"
    said = subprocess.run(
        [shutil.which("bash"), "-c", f'{run}; printf "%s\\n" "${{COMPREPLY[@]}}"'],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("con",), ["convert"]),
        (("convert", "--rec"), ["--recurrences"]),
        (("scan", "--format", "sa"), ["sarif"]),
        (("convert", "mod"), ["model.ckpt.meta"]),
        (("completion", "z"), ["zsh"]),
    ],
)
def test_bash_completes(script, words, offered):
    assert completed(script, *words) == offered


def test_every_command_is_offered(script):
    assert set(COMMANDS) <= set(completed(script, ""))


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_the_other_shells_have_every_command(shell, capsys):
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert all(command in said for command in COMMANDS)


def test_files_are_completed_as_the_library_does_it():
    assert COMPLETED.items() <= shtab.FILE.items()
