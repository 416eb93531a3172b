"""`tf2-lstm scan`: the command around `scan()`."""

import os
import shutil
import sys
from pathlib import Path

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.report.printable import printable

FORMATS = ("text", "json", "sarif", "github", "markdown")


def add_arguments(parser):
    """Add the command's arguments to an `argparse.ArgumentParser`."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or folder; - is the standard input")
    parser.add_argument("--format", choices=FORMATS, default="text", help="of the output (default: text)")
    parser.add_argument(
        "--select", action="append", default=[], metavar="IDS", help="report only these: RNN1,RNN501"
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="IDS", help="do not report these")
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave out these paths"
    )
    parser.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even if there are findings")


def run(arguments):
    """Scan, print, and return the exit code: 0 nothing found, 1 findings, 2 wrong use.

    Args:
        arguments: the `argparse.Namespace` of `add_arguments`.
    """
    # Imported here, so that the other commands do not pay for the rules.
    from tf2_lstm.migrate.source.formats import WRITERS
    from tf2_lstm.migrate.source.scan import Options, scan
    from tf2_lstm.migrate.source.summary import statistics

    said = _options_of(arguments)
    options = Options(_ids(said["select"]), _ids(said["ignore"]), _split(said["exclude"]))
    try:
        result = scan(arguments.paths, options)
    except FileNotFoundError as error:
        named = printable(str(error))
        raise UserError(
            f"no such file or folder: {named}. Give a path that exists, or - for the standard input."
        ) from error
    write(_for_people(result) if _on_terminal(arguments) else WRITERS[arguments.format](result))
    if arguments.statistics:
        write("\n".join(statistics(result)), sys.stdout if arguments.format == "text" else sys.stderr)
    return 1 if result.findings and not arguments.exit_zero else 0


def _options_of(arguments):
    """Return the options of the command line and the project's settings; these are named on standard error."""
    from tf2_lstm.cli.configuration import settings_of

    file, settings = settings_of(Path.cwd())
    if settings:
        write(f"tf2-lstm scan: {', '.join(settings)} of {printable(str(file))}", sys.stderr)
    given = {"select": arguments.select or settings.get("select", [])}
    for name in ("ignore", "exclude"):
        given[name] = [*settings.get(name, []), *getattr(arguments, name)]
    return given


def _on_terminal(arguments):
    return arguments.format == "text" and sys.stdout.isatty()


def _for_people(result):
    from tf2_lstm.migrate.source.formats import as_terminal

    return as_terminal.write(result, shutil.get_terminal_size().columns, not os.environ.get("NO_COLOR"))


def _split(values):
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _ids(values):
    from tf2_lstm.migrate.source.rules import RULES

    ids = tuple(part.upper() for part in _split(values))
    for prefix in ids:
        if not any(rule.startswith(prefix) for rule in RULES):
            raise UserError(f"no rule is called {prefix!r}. tf2-lstm explain lists the rules.")
    return ids


def write(text, stream=None):
    """Write a text and a line end to a stream, by default the standard output; a reader may have gone."""
    stream = stream or sys.stdout
    try:
        if text:
            stream.write(_encodable(text, stream) + "\n")
            stream.flush()
    except BrokenPipeError:
        # The reader has gone (head): keep Python from complaining when it closes the stream itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _encodable(text, stream):
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
