"""A command as a process: its exit code, for any error and any signal. This module does not know the command's work."""

import os
import signal
import sys
import threading
import traceback

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.report.printable import printable

#: The environment variable with which an error that nobody foresaw shows its traceback.
TRACEBACK = "TF2_LSTM_TRACEBACK"


def exit_code(command, run):
    """Run a command; a signal or an error becomes one line and an exit code, and unfinished output is removed.

    Args:
        command: its name, for the line.
        run: the function to call; it returns an exit code.

    Returns:
        The exit code; 1 when nobody reads the output any more, 2 for unusable input (`UserError`), an output that
        cannot be written and an error that nobody foresaw, 130 after Ctrl-C, 143 after SIGTERM.
    """
    # Neither a path that is no UTF-8 nor a tree on a terminal that only knows ASCII is an error.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    earlier, told = _on_terminate(_terminated), sys.unraisablehook
    sys.unraisablehook = _unheard
    try:
        code = run()
        sys.stdout.flush()
        return code
    except UserError as error:
        return _print_error(command, one_line(error), 2)
    except BrokenPipeError:
        _discard_output()
        return 1
    except OSError as error:
        _discard_output()
        return _print_error(
            command, f"the system says: {error.strerror or error}. Check the disk and the permissions.", 2
        )
    except MemoryError as error:
        return _print_error(
            command, f"the memory is full: {error or 'no more is given'}. Close other programs.", 2
        )
    except Terminated:
        return _print_error(command, "ended by SIGTERM; nothing half-written is left.", 128 + signal.SIGTERM)
    except KeyboardInterrupt:
        return _print_error(command, "interrupted; nothing half-written is left.", 128 + signal.SIGINT)
    except Exception as error:
        if TRACEBACK in os.environ:
            raise
        return _print_error(command, _defect(error), 2)
    finally:
        _on_terminate(earlier)
        sys.unraisablehook = told


def one_line(error):
    """Return an error as one line that no terminal acts on."""
    return printable(" ".join(str(error).split()))


def _defect(error):
    """Return the line on an error that nobody foresaw: what, where, and what to do."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    where = f"{os.path.basename(frame.f_code.co_filename)}:{line}"
    return one_line(
        f"a defect of tf2-lstm, please report it: {type(error).__name__} at {where}: {error or 'no text'}. "
        f"With {TRACEBACK}=1 in the environment all of it is shown."
    )


class Terminated(KeyboardInterrupt):
    """A SIGTERM arrived: unfinished output is removed on the way out, as for Ctrl-C."""


def _terminated(number, frame):
    raise Terminated


def _unheard(unraisable):
    """Handle an error in a destructor or in a callback of the garbage collector: a SIGTERM is sent once more."""
    if isinstance(unraisable.exc_value, Terminated):
        again = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(unraisable)


def _on_terminate(handler):
    """Set the handler of SIGTERM, where it can be set; return the old one."""
    if handler is None or threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, handler)


def _discard_output():
    _discard(sys.stdout)


def _discard(stream):
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _print_error(command, what, code):
    # Nothing can be printed where standard error is full or closed; the exit code tells.
    try:
        print(f"tf2-lstm {command}: {what}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _discard(sys.stderr)
    return code


def complete_streams():
    """Give a process with closed standard streams empty ones, so that no file takes their place.

    Returns:
        Whether there is a standard output.
    """
    there = sys.stdout is not None
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The system returns the lowest free number: that of the closed stream.
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    return there
