"""What Python 3.11 does again and again while tests run, and later ones do once: a sixth of the suite's time.

The tests are the same without it; `conftest.py` takes it for no other Python, and with the last 3.11 this file goes.
"""

import contextlib
import functools
import sys
import typing

import pytest

# TensorFlow asks of most arguments whether they are of a protocol, and 3.11 lists the protocol's members each time.
for name in ("_get_protocol_attrs", "_is_callable_members_only"):
    setattr(typing, name, functools.cache(getattr(typing, name)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run a test where the frames of its calls find room, and their lines are known."""
    runner = item.config.pluginmanager.getplugin("runner")
    with _lines_kept(item):
        return _with_room(runner.pytest_runtest_protocol, item, nextitem)


def _with_room(function, *arguments):
    return function(*arguments)


# Python keeps its frames in chunks of 16 KB, and asks the system for a chunk and gives it back whenever a call and its
# return pass the end of one. A frame of a megabyte is in a chunk of two, with room for all.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=1 << 17)

#: The files of which a test was traced.
_TRACED = set()


@contextlib.contextmanager
def _lines_kept(item):
    """Trace the first test of each of the first six files with TensorFlow, so that Python keeps tables of lines of it.

    TensorFlow asks for the line of every frame whenever it makes an operation. In a function without a table, Python
    counts from the head to the line each time.
    """
    module, is_enough = item.module, len(_TRACED) == 6 or sys.gettrace()
    if is_enough or module in _TRACED or not {"keras", "tf"} & vars(module).keys():
        yield
        return
    _TRACED.add(module)
    sys.settrace(lambda *_: None)
    try:
        yield
    finally:
        sys.settrace(None)
