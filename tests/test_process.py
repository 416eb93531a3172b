"""What comes from outside while a command runs: one line, an exit code, nothing half-written."""

import io
import os
import signal
import sys

import pytest

from tf2_lstm.migrate.convert.folder import staged
from tf2_lstm.process import exit_code


def interrupt():
    raise KeyboardInterrupt


def terminate():
    os.kill(os.getpid(), signal.SIGTERM)


def fill_the_disk():
    raise OSError(28, "No space left on device")


ENDS = {
    "Ctrl-C": (interrupt, 130, "interrupted; nothing half-written is left."),
    "SIGTERM": (terminate, 143, "ended by SIGTERM; nothing half-written is left."),
}


@pytest.mark.parametrize(("end", "code", "words"), ENDS.values(), ids=ENDS)
def test_what_ends_a_command_leaves_nothing(end, code, words, tmp_path, capsys):
    before = signal.getsignal(signal.SIGTERM)

    def run():
        with staged(tmp_path / "out") as folder:
            (folder / "half.keras").write_text("half")
            end()

    assert exit_code("convert", run) == code
    assert capsys.readouterr().err == f"tf2-lstm convert: {words}\n"
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_the_system_refuses_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr("tf2_lstm.process._discard_output", lambda: None)
    assert exit_code("inspect", fill_the_disk) == 2
    assert capsys.readouterr().err == (
        "tf2-lstm inspect: the system says: No space left on device. Check the disk and the permissions.\n"
    )


def test_a_terminal_of_ascii_gets_what_it_can_show(monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert exit_code("inspect", lambda: print("\u2514 a\udcff") or 0) == 0
    assert shown.getvalue() == b"? a?\n"
