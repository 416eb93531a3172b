"""`main` in a program's own process: it is not forked, and its errors do nothing to a terminal."""

import os

import pytest

from tf2_lstm.cli import main


def test_a_program_that_calls_it_is_not_forked(monkeypatch, capsys):
    def fork():
        raise OSError(11, "no process is given")

    monkeypatch.setattr(os, "fork", fork)
    assert main(["inspect", "no_such.ckpt"]) == 2
    assert capsys.readouterr().err.startswith("tf2-lstm inspect: no_such.ckpt")


def test_an_unknown_argument_does_nothing_to_a_terminal(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["scan", ".", "--\x1b[31m"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("unrecognized arguments: --\\x1b[31m\n")
