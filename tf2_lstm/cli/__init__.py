"""The command line: `main` and a module for each command.

Each command's module has `add_arguments(parser)` and `run(arguments) -> exit code`, and imports neither TensorFlow nor
Keras before `run`. Where it runs a stranger's graph it also has `own_process(arguments)`: the limits of its process.
A `UserError` is left to `process`, which prints it as one line.
"""

from tf2_lstm.cli.main import main

__all__ = ["main"]
