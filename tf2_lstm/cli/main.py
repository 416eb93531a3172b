"""`main`: a table of the commands, no logic. Only the module of the chosen command is imported."""

import argparse
import importlib
import os
import sys

from tf2_lstm import __version__
from tf2_lstm.cli.isolation import can_isolate, run_isolated
from tf2_lstm.cli.process import complete_streams, exit_code
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.report.printable import printable

#: Command, also the name of its module in this package -> its help.
COMMANDS = {
    "inspect": "Show what is in a TF1 checkpoint, graph or SavedModel: recurrences, variables, the whole program.",
    "convert": "Turn a TF1 checkpoint, graph or SavedModel into Keras models and their sources, with the proof.",
    "export": "Write a Keras model for another runtime, with a proof, or into a copy of the TF1 checkpoint it was.",
    "compare": "Run TF1 session code, or a TF1 model, and its Keras twin on the same weights and inputs.",
    "scan": "Find every TF1 RNN use in a code base, and what it becomes.",
    "explain": "Print the page of a rule, or what to do about an error message.",
    "completion": "Print what a shell needs to complete these commands, their options and files.",
}
#: Command -> an example, and the meaning of exit code 1.
_EPILOGS = {
    "inspect": ("inspect model.ckpt", "not all is known"),
    "convert": ("convert model.ckpt -o converted", "something is not converted or not proved"),
    "export": ("export model.keras --format onnx -o model.onnx", "the other runtime differs"),
    "compare": ("compare model.ckpt", "something differs"),
    "scan": ("scan src --exclude old", "there are findings"),
    "explain": ("explain RNN501", "never"),
    "completion": ("completion bash > ~/.local/share/bash-completion/completions/tf2-lstm", "never"),
}


#: Names in the help of arguments that are files, and how each shell completes one, for `shtab`.
FILES = ("PATH", "FILE", "OUT", "PREFIX")
COMPLETED = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are safe with any file name, and which knows which arguments are files."""

    def add_argument(self, *names, **options):
        action = super().add_argument(*names, **options)
        if action.metavar in FILES:
            action.complete = COMPLETED
        return action

    def error(self, message):
        super().error(printable(message))

    def exit(self, status=0, message=None):
        sys.stdout.flush()
        super().exit(status, message)

    def print_help(self, file=None):
        # argparse's own does not report that a text could not be written.
        (file or sys.stdout).write(self.format_help())


class _Version(argparse.Action):
    """The same as argparse's own, which does not report that a text could not be written."""

    def __call__(self, parser, namespace, values, option_string=None):
        sys.stdout.write(f"tf2-lstm {__version__}\n")
        parser.exit()


def main(argv=None):
    """Run `tf2-lstm`.

    Args:
        argv: the arguments; by default those of the process, and then a command that runs a stranger's graph has a
            process of its own, with limits. A program that calls this with arguments is not forked.

    Returns:
        The exit code: 0 all equal, 1 something differs, 2 wrong use or unusable input; 130 and 143 when somebody
        ended it.
    """
    if argv is None and not complete_streams():
        print("tf2-lstm: standard output is closed. Open it, or send it to a file.", file=sys.stderr)
        return 2
    forked = argv is None and can_isolate()
    started = os.getpid()
    argv = sys.argv[1:] if argv is None else argv
    chosen = next((word for word in argv if not word.startswith("-")), None)
    named = chosen or " ".join(argv[:1])
    code = exit_code(named, lambda: _run(parser_of([chosen]).parse_args(argv), forked))
    if os.getpid() != started:
        # The process has printed and written everything; TensorFlow's shutdown takes most of a second.
        os._exit(code)
    return code


def parser_of(chosen):
    """Return the parser of all commands.

    Args:
        chosen: the commands whose arguments it knows; their modules are imported.
    """
    parser = _Parser(
        prog="tf2-lstm",
        description="Carry TensorFlow 1 RNN code and checkpoints over to Keras 3, and prove that nothing changed.",
        epilog="Each command explains itself: tf2-lstm COMMAND --help",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        example, said = _EPILOGS[name]
        epilog = (
            f"Example: tf2-lstm {example}. Exit code 0: all is well; 1: {said}; 2: wrong use, unusable input."
        )
        command = commands.add_parser(name, help=text, description=text, epilog=epilog)
        if name in chosen:
            module = _module(name)
            module.add_arguments(command)
            command.set_defaults(run=module.run, own_process=getattr(module, "own_process", None))
    return parser


def _module(command):
    name = f"tf2_lstm.cli.{command}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UserError(
            "this command is not in tf2-lstm-scan, which has scan and explain. Next: pip install tf2-lstm"
        ) from error


def _run(arguments, forked):
    limited = arguments.own_process(arguments) if forked and arguments.own_process else None
    if limited is None:
        return arguments.run(arguments)

    def run(task):
        arguments.task = task
        return arguments.run(arguments)

    return run_isolated(arguments.command, run, *limited)
