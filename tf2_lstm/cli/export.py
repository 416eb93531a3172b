"""`tf2-lstm export`: export a Keras model, back into a TF1 checkpoint or to a file for another runtime."""

import importlib
from pathlib import Path

from tf2_lstm.cli.convert import add_ends, add_verbose
from tf2_lstm.cli.model_arguments import (
    add_model_arguments,
    import_quietly,
    limits_of,
    request_of,
)
from tf2_lstm.cli.process import one_line
from tf2_lstm.errors import UserError

#: The format of the way back; the other formats are those of `migrate.export.leaving.FORMATS`.
BACK, FORMATS = "tf1", ("litert", "onnx", "savedmodel")


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm export`."""
    parser.add_argument("model", metavar="MODEL.keras", help="a Keras model; for tf1 one that convert wrote")
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="what to write; for tf1 a prefix"
    )
    parser.add_argument(
        "--format",
        choices=(BACK, *FORMATS),
        default=BACK,
        help="tf1 writes a checkpoint, the others what another runtime serves, proved there; tf1 by default",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.add_argument(
        "--inputs",
        metavar="FILE.npz",
        help="your own inputs for the proof; its keys are names of the model's inputs",
    )
    add_verbose(parser)
    back = parser.add_argument_group("the way back, --format tf1")
    back.add_argument("--like", metavar="PATH", dest="path", help="what the model was converted from")
    back.add_argument(
        "--name", help="the recurrence, when the model was renamed; model for the whole program"
    )
    add_model_arguments(back, path=False)
    add_ends(back)


def own_process(arguments):
    """Return the `Limits` of the process, a function that cleans up after a dead one, and PATH."""
    from tf2_lstm.migrate.convert.folder import cleaner

    named = arguments.path if arguments.format == BACK else arguments.model
    return limits_of(arguments), cleaner(Path(arguments.output)), one_line(named)


def run(arguments):
    """Run the command; return 0 if it is written, 1 if the other runtime differs (nothing is), 2 for unusable input."""
    return _back(arguments) if arguments.format == BACK else _leave(arguments)


def _back(arguments):
    if arguments.path is None:
        raise UserError(
            f"--format {BACK}: expected --like PATH, what {one_line(arguments.model)} was converted from. Name it, or "
            f"choose a --format to serve: {', '.join(FORMATS)}."
        )
    if arguments.inputs is not None:
        raise UserError(
            f"--inputs: expected with one of {', '.join(FORMATS)}, found with {BACK}: leave it out."
        )
    import_quietly(arguments.path)
    from tf2_lstm.migrate.export.to_checkpoint import export

    changed = export(
        arguments.model, request_of(arguments), arguments.output, arguments.name, arguments.overwrite
    )
    print(
        one_line(
            f"{arguments.output}: {len(changed)} variable(s) from {arguments.model}, the others as they were"
        )
    )
    for name in changed:
        print(f"  {one_line(name)}")
    return 0


def _leave(arguments):
    if arguments.path is not None or arguments.name is not None or arguments.fetch or arguments.feed:
        raise UserError(
            f"--like, --name, --fetch, --feed: expected with --format {BACK}, found with {arguments.format}: leave "
            "it out."
        )
    import_quietly()
    leaving = importlib.import_module("tf2_lstm.migrate.export.leaving")
    from tf2_lstm.migrate.report import as_text

    report = leaving.leave(
        arguments.model, arguments.output, arguments.format, arguments.overwrite, arguments.inputs
    )
    print(as_text.render(report, brief=not arguments.verbose))
    written = f"{arguments.output}: written" if report.passed else f"{arguments.output}: not written"
    print(one_line(written))
    return 0 if report.passed else 1
