"""The fuzz of operations fails when reading does."""

import os
import random
import time

import fuzz


def test_it_sees_a_traceback_and_a_hang(monkeypatch):
    model = fuzz.odd(random.Random(0), "Tanh")
    assert fuzz.failure(model, lambda model: 1 / 0)[0].startswith("ZeroDivisionError")
    monkeypatch.setattr(fuzz, "SECONDS", 0.01)
    assert fuzz.failure(model, lambda model: time.sleep(0.05))[0].startswith("took")


def test_ends_are_told_apart():
    model = fuzz.odd(random.Random(0), "Tanh")
    assert fuzz.in_a_process(model, lambda model: None) == "read"
    assert fuzz.in_a_process(model, lambda model: 1 / 0) == "failed"
    assert fuzz.in_a_process(model, lambda model: os.abort()) == "died"


def test_graphs_with_odd_numbers_of_outputs_are_read_or_refused():
    assert fuzz.main(2, ("IdentityN", "Split", "Tanh", "Unpack")) == 0
