"""The command line: a dispatch table, no logic.

Each command's module has `HELP` (one line), `add_arguments(parser)` and `run(arguments) -> exit code`, and imports
neither TensorFlow nor Keras before `run`.
"""

import argparse
import importlib
import sys

from tf2_lstm import __version__
from tf2_lstm.isolation import alone, can_be_alone
from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.process import complete_streams, exit_code

#: Command -> the module that does it.
COMMANDS = {
    "inspect": "tf2_lstm.migrate.convert.inspect_command",
    "convert": "tf2_lstm.migrate.convert.convert_command",
    "export": "tf2_lstm.migrate.convert.export_command",
    "compare": "tf2_lstm.migrate.convert.compare_command",
    "scan": "tf2_lstm.migrate.source.scan_command",
    "explain": "tf2_lstm.migrate.source.explain_command",
}


class _Parser(argparse.ArgumentParser):
    """Names in its errors what a stranger may have called a file."""

    def error(self, message):
        super().error(printable(message))


def main(argv=None):
    """Run `tf2-lstm`.

    Args:
        argv: the arguments; by default those of the process, and then what runs a stranger's graph has a process of
            its own, with limits. A program that calls this with arguments is not forked.

    Returns:
        The exit code: 0 all equal, 1 something differs, 2 wrong use or unusable input; 130 and 143 when somebody
        ended it.
    """
    if argv is None and not complete_streams():
        print("tf2-lstm: standard output is closed. Open it, or send it to a file.", file=sys.stderr)
        return 2
    forked = argv is None and can_be_alone()
    argv = sys.argv[1:] if argv is None else argv
    parser = _Parser(
        prog="tf2-lstm",
        description="Carry TensorFlow 1 RNN code and checkpoints over to Keras 3, and prove that nothing changed.",
        epilog="Each command explains itself: tf2-lstm COMMAND --help",
    )
    parser.add_argument("--version", action="version", version=f"tf2-lstm {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, path in COMMANDS.items():
        module = importlib.import_module(path)
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run, alone=getattr(module, "alone", None))
    arguments = parser.parse_args(argv)
    return exit_code(arguments.command, lambda: _run(arguments, forked))


def _run(arguments, forked):
    limited = arguments.alone(arguments) if forked and arguments.alone else None
    if limited is None:
        return arguments.run(arguments)

    def run(task):
        arguments.task = task
        return arguments.run(arguments)

    return alone(arguments.command, run, *limited)


if __name__ == "__main__":
    sys.exit(main())
