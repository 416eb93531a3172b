"""A command as a process: its exit code, whatever comes from outside. Nothing here knows what a command does."""

import os
import signal
import sys
import threading


def exit_code(command, run):
    """Run a command; what ends it from outside is one line and an exit code, and what it was writing is removed.

    Args:
        command: its name, for the line.
        run: what to call; it returns an exit code.

    Returns:
        The exit code; 1 when nobody reads the output any more, 2 when it cannot be written, 130 after Ctrl-C, 143 after
        SIGTERM.

    Example:
        ```python
        assert exit_code("convert", lambda: 0) == 0
        ```
    """
    # Neither a path that is no UTF-8 nor a tree on a terminal that knows ASCII alone is an error.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    earlier = _on_terminate(_terminated)
    try:
        code = run()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _discard_output()
        return 1
    except OSError as error:
        _discard_output()
        return _said(
            command, f"the system says: {error.strerror or error}. Check the disk and the permissions.", 2
        )
    except Terminated:
        return _said(command, "ended by SIGTERM; nothing half-written is left.", 128 + signal.SIGTERM)
    except KeyboardInterrupt:
        return _said(command, "interrupted; nothing half-written is left.", 128 + signal.SIGINT)
    finally:
        _on_terminate(earlier)


class Terminated(KeyboardInterrupt):
    """Somebody sent SIGTERM: what is being written is removed on the way out, as for Ctrl-C."""


def _terminated(number, frame):
    raise Terminated


def _on_terminate(handler):
    """Set what SIGTERM does, where that can be set; return what it did."""
    if handler is None or threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, handler)


def _discard_output():
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(command, what, code):
    print(f"tf2-lstm {command}: {what}", file=sys.stderr)
    return code
