"""What tests of several rooms share."""

import atexit
import contextlib
import functools
import gc
import os
import sys
import typing

import pytest

# An error that nobody foresaw fails a test with its traceback; a user gets one line.
os.environ["TF2_LSTM_TRACEBACK"] = "1"
# From the start: the import of TensorFlow makes more objects than any test.
gc.set_threshold(50_000, 20, 50)
# As of Python 3.12: TensorFlow asks of most arguments whether they are of a protocol, and 3.11 lists its members anew.
for name in ("_get_protocol_attrs", "_is_callable_members_only") if sys.version_info < (3, 12) else ():
    setattr(typing, name, functools.cache(getattr(typing, name)))


def pytest_configure(config):
    """End a worker at once: to take apart TensorFlow and all that its tests have made takes seconds, for nobody.

    It is the first to be registered, so that all others that end something come before it.
    """
    if hasattr(config, "workerinput"):
        atexit.register(os._exit, 0)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure():
    """Collect once at the end; pytest, which looks for errors of finalisers, does so ten times."""
    gc.collect()
    gc.freeze()


def pytest_collection_finish():
    """Spare the garbage collector what TensorFlow and Keras are made of: a tenth of the suite's time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run a test where the frames of its calls find room, and their lines are known."""
    runner = item.config.pluginmanager.getplugin("runner")
    with _lines_kept(item):
        return _with_room(runner.pytest_runtest_protocol, item, nextitem)


def _with_room(function, *arguments):
    return function(*arguments)


# Python keeps its frames in chunks of 16 KB, and asks the system for a chunk and gives it back whenever a call and its
# return pass the end of one: a tenth of the tests' time. A frame of a megabyte is in a chunk of two, with room for all.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=1 << 17)

#: The files of which a test was traced.
_TRACED = set()


@contextlib.contextmanager
def _lines_kept(item):
    """Trace the first test of each of the first six files with TensorFlow: Python 3.11 keeps tables of lines of it.

    TensorFlow asks for the line of every frame whenever it makes an operation. In a function without a table, Python
    counts from the head to the line each time: a thirtieth of the tests' time.
    """
    module, known = item.module, len(_TRACED) == 6 or sys.version_info >= (3, 12) or sys.gettrace()
    if known or module in _TRACED or not {"keras", "tf"} & vars(module).keys():
        yield
        return
    _TRACED.add(module)
    sys.settrace(lambda *_: None)
    try:
        yield
    finally:
        sys.settrace(None)


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


@pytest.fixture(autouse=True)
def _switches_of_tensorflow_as_they_were():
    """A test that chooses the control flow, or the kind of variables, of its graphs chooses them for itself."""
    before = _switches()
    yield
    if tf := sys.modules.get("tensorflow"):
        flow, resources = before
        (tf.compat.v1.enable_control_flow_v2 if flow else tf.compat.v1.disable_control_flow_v2)()
        (tf.compat.v1.enable_resource_variables if resources else tf.compat.v1.disable_resource_variables)()


def _switches():
    """Whether control flow is that of version 2, and variables are resources; TensorFlow 2 begins so."""
    tf = sys.modules.get("tensorflow")
    return (
        (tf.compat.v1.control_flow_v2_enabled(), tf.compat.v1.resource_variables_enabled())
        if tf
        else (True, True)
    )
