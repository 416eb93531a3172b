"""Progress on a terminal, once the work has taken longer than a second; on standard error, never in a pipe."""

import contextlib
import sys
import threading

from tf2_lstm.migrate.report.rich_text import for_rich

#: Shorter work shows nothing.
_PATIENCE = 1.0


@contextlib.contextmanager
def progress(total, doing):
    """Show a progress line while the block runs.

    Args:
        total: the number of items, 0 while it is not known.
        doing: a text for the work before the first item.

    Yields:
        A function to call with the name of each thing as it begins.
    """
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.status import Status

    status = Status(for_rich(doing), console=Console(stderr=True))
    late = threading.Timer(_PATIENCE, status.start)
    late.daemon = True
    late.start()
    done = 0

    def advance(name):
        nonlocal done
        done += 1
        name = for_rich(name)
        status.update(f"{done} of {total}: {name}" if total else name)

    try:
        yield advance
    finally:
        late.cancel()
        late.join()
        status.stop()
