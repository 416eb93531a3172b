"""What comes from outside while a command runs: one line, an exit code, nothing half-written."""

import io
import os
import signal
import sys
import threading
import time

import pytest

from tf2_lstm.cli.process import TRACEBACK, exit_code
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert.folder import staged


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


class Ended:
    """Somebody sends SIGTERM while it is destroyed, where Python hears no exception."""

    def __del__(self):
        terminate()


def test_a_sigterm_that_a_destructor_swallows_ends_the_command(capsys):
    before = sys.unraisablehook

    def run():
        held = Ended()
        del held
        time.sleep(30)

    assert exit_code("convert", run) == 143
    assert "Traceback" not in capsys.readouterr().err
    assert sys.unraisablehook == before


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
    monkeypatch.setattr("tf2_lstm.cli.process._discard_output", lambda: None)
    assert exit_code("inspect", fill_the_disk) == 2
    assert capsys.readouterr().err == (
        "tf2-lstm inspect: the system says: No space left on device. Check the disk and the permissions.\n"
    )


def read_no_more():
    raise BrokenPipeError(32, "Broken pipe")


def fill_the_memory():
    raise MemoryError("of 8 GiB")


def test_a_reader_that_has_gone_is_exit_1_and_no_word(monkeypatch, capsys):
    monkeypatch.setattr("tf2_lstm.cli.process._discard_output", lambda: None)
    assert exit_code("inspect", read_no_more) == 1
    assert capsys.readouterr().err == ""


def test_a_full_memory_is_one_line(capsys):
    assert exit_code("inspect", fill_the_memory) == 2
    assert capsys.readouterr().err == (
        "tf2-lstm inspect: the memory is full: of 8 GiB. Close other programs.\n"
    )


def test_a_command_runs_in_any_thread():
    codes = []
    thread = threading.Thread(target=lambda: codes.append(exit_code("inspect", lambda: 7)))
    thread.start()
    thread.join()
    assert codes == [7]


def go_wrong():
    raise KeyError("a defect")


def test_an_error_that_nobody_foresaw_is_one_line_with_its_place(monkeypatch, capsys):
    monkeypatch.delenv(TRACEBACK)
    assert exit_code("inspect", go_wrong) == 2
    line = go_wrong.__code__.co_firstlineno + 1
    assert capsys.readouterr().err == (
        f"tf2-lstm inspect: a defect of tf2-lstm, please report it: KeyError at test_process.py:{line}: 'a defect'. "
        "With TF2_LSTM_TRACEBACK=1 in the environment all of it is shown.\n"
    )


def test_who_asks_for_it_gets_the_traceback(monkeypatch):
    monkeypatch.setenv(TRACEBACK, "1")
    with pytest.raises(KeyError, match="a defect"):
        exit_code("inspect", go_wrong)


def test_what_the_user_can_mend_is_one_line_that_no_terminal_acts_on(capsys):
    def run():
        raise UserError("a.ckpt: \x1b[31mno such\nfile")

    assert exit_code("inspect", run) == 2
    assert capsys.readouterr().err == "tf2-lstm inspect: a.ckpt: \\x1b[31mno such file\n"


def test_a_terminal_of_ascii_gets_what_it_can_show(monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert exit_code("inspect", lambda: print("\u2514 a\udcff") or 0) == 0
    assert shown.getvalue() == b"? a?\n"
