"""What the commands on a TF1 model share on the command line."""

import importlib

from tf2_lstm.migrate.report.printable import printable


def add_model_arguments(parser, path=True):
    """Declare PATH and what says how it is read."""
    if path:
        parser.add_argument(
            "path",
            metavar="PATH",
            help="a checkpoint, its folder, a .meta, a SavedModel, a frozen .pb or a .h5",
        )
    parser.add_argument("--weights", metavar="PREFIX", help="the checkpoint, when it is not beside the .meta")
    parser.add_argument("--ema", action="store_true", help="serve the exponential moving averages")
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="TEXT",
        help="what a checkpoint without a graph cannot tell: 'rnn/lstm_cell: forget_bias=0'",
    )
    parser.add_argument(
        "--assume-defaults", action="store_true", help="assume TF1's defaults for what cannot be told"
    )


def request_of(arguments, path=None):
    """Return the `Request` of parsed arguments."""
    from tf2_lstm.migrate.convert.converting import Request

    return Request(
        path or arguments.path,
        arguments.weights,
        arguments.ema,
        tuple(arguments.assume),
        arguments.assume_defaults,
        getattr(arguments, "inputs", None),
    )


def import_quietly():
    """Import TensorFlow without what it prints on the way."""
    importlib.import_module("legacy_tf1.compat")


def one_line(error):
    """Return an error as one line that no terminal acts on."""
    return printable(" ".join(str(error).split()))


__all__ = ["add_model_arguments", "import_quietly", "one_line", "request_of"]
