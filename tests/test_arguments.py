"""What the commands on a TF1 model share on the command line reaches who reads the model."""

import argparse
import gc

import pytest

from tf2_lstm.cli import model_arguments
from tf2_lstm.cli.isolation import Task
from tf2_lstm.cli.model_arguments import add_model_arguments, limits_of, request_of


def parsed(*words):
    parser = argparse.ArgumentParser()
    add_model_arguments(parser)
    return parser.parse_args(["model.ckpt", *words])


@pytest.mark.parametrize("flag", ["--time-limit", "--memory-limit"])
@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "much", ""])
def test_a_limit_is_a_number_above_0(flag, text, capsys):
    with pytest.raises(SystemExit):
        parsed(f"{flag}={text}")
    assert f"expected a number above 0, received {text!r}" in capsys.readouterr().err


def test_limits_are_in_seconds_and_in_gib():
    limits = limits_of(parsed("--time-limit", "2.5", "--memory-limit", "0.5"))
    assert (limits.seconds, limits.bytes) == (2.5, 2**29)


def test_without_a_word_the_limits_are_those_of_the_help():
    with open("/proc/meminfo", encoding="ascii") as file:
        machine = 1024 * int(file.readline().split()[1])
    limits = limits_of(parsed())
    assert limits.seconds == 600
    assert limits.bytes == pytest.approx(0.9 * machine, rel=0.01)


def test_every_argument_reaches_the_request():
    words = ("--weights", "w", "--ema", "--assume", "a: b", "--assume", "c: d", "--assume-defaults")
    given, told = parsed(*words), []
    given.task, given.inputs = Task({"part": "why"}, told.append), "own.npz"
    one = request_of(given)
    assert (one.path, one.weights, one.ema, one.assume) == ("model.ckpt", "w", True, ("a: b", "c: d"))
    assert (one.assume_defaults, one.inputs, one.skipped) == (True, "own.npz", {"part": "why"})
    one.tell("begun")
    assert told == ["begun"]
    plain = request_of(parsed())
    assert (plain.weights, plain.ema, plain.assume, plain.assume_defaults) == (None, False, (), False)


def test_the_import_of_tensorflow_is_not_searched_for_garbage(monkeypatch):
    during = []
    monkeypatch.setattr(model_arguments, "_with_keras", lambda name: during.append(gc.isenabled()))
    model_arguments.import_quietly(builds=False)
    assert (during, gc.isenabled()) == ([False], True)
