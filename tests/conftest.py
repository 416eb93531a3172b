"""What tests of several rooms share."""

import atexit
import gc
import os
import sys

import pytest
from share import in_share, read_slow, share_of, write_slow

# An error that nobody foresaw fails a test with its traceback; a user gets one line.
os.environ["TF2_LSTM_TRACEBACK"] = "1"
# From the start: the import of TensorFlow makes more objects than any test.
gc.set_threshold(50_000, 20, 50)
if sys.version_info < (3, 12):
    from python311 import pytest_runtest_protocol  # noqa: F401


def pytest_addoption(parser):
    parser.addoption(
        "--share",
        type=share_of,
        default="all",
        metavar="PART",
        help="of the slow tests: all, a part as 2/3, or commit for the part that its id chooses",
    )
    parser.addoption(
        "--write-slow", action="store_true", help="write tests/slow.txt anew, if all tests are run and pass"
    )


def pytest_collection_modifyitems(config, items):
    """Leave out the other parts of the slow tests, where a part is asked for."""
    share = config.getoption("share")
    shared = [item for item in items if share and not item.get_closest_marker("always")]
    taken = in_share([item.nodeid for item in shared], read_slow(), *(share or (1, 1)))
    left = {item for item, there in zip(shared, taken, strict=True) if not there}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


def pytest_terminal_summary(terminalreporter, config):
    """Say what was left out."""
    if share := config.getoption("share"):
        part, parts = share
        terminalreporter.line(
            f"This was part {part} of {parts} of the slow tests; --share all runs all of them, as does "
            "`make test SHARE=all`."
        )


#: What `--write-slow` has measured: the name of a test, the phase, seconds.
_MEASURED = []


def pytest_runtest_logreport(report):
    _MEASURED.append((report.nodeid, report.when, report.duration))


def pytest_sessionfinish(session, exitstatus):
    """Write what is slow, in the process that hears of all tests; not where some were left out or did not end."""
    config = session.config
    is_whole = exitstatus == 0 and not config.getoption("share")
    if config.getoption("write_slow") and is_whole and not hasattr(config, "workerinput"):
        write_slow(_MEASURED)


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
