"""What tests of several rooms share."""

import gc
import os

import pytest

# An error that nobody foresaw fails a test with its traceback; a user gets one line.
os.environ["TF2_LSTM_TRACEBACK"] = "1"


def pytest_collection_finish():
    """Spare the garbage collector what TensorFlow and Keras are made of: a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def unrolled(monkeypatch):
    """The names of the layers that a fast unroll ran, in a list that fills itself."""
    from tf2_lstm import backends

    names, room = [], backends.unrolls()
    original = room.unroll

    def unroll(layer, *arguments):
        found = original(layer, *arguments)
        names.extend([] if found is None else [layer.name])
        return found

    monkeypatch.setattr(room, "unroll", unroll)
    return names
