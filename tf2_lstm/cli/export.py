"""`tf2-lstm export`: the way back, Keras weights into a TF1 checkpoint that the old graph restores."""

from tf2_lstm.cli.arguments import (
    add_model_arguments,
    import_quietly,
    limits_of,
    request_of,
)
from tf2_lstm.cli.process import one_line


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm export`."""
    parser.add_argument(
        "model", metavar="MODEL.keras", help="a model that convert wrote, trained further or not"
    )
    parser.add_argument(
        "--like", metavar="PATH", required=True, dest="path", help="what it was converted from"
    )
    parser.add_argument("-o", "--output", metavar="PREFIX", required=True, help="the checkpoint to write")
    parser.add_argument("--name", help="the recurrence, when the model was renamed")
    parser.add_argument("--overwrite", action="store_true", help="replace a checkpoint that is there")
    add_model_arguments(parser, path=False)


def alone(arguments):
    """Return the `Limits` of its process, what removes what a dead one was writing, and PATH."""
    from tf2_lstm.migrate.convert.folder import cleaner

    return limits_of(arguments), cleaner(arguments.output), one_line(arguments.path)


def run(arguments):
    """Carry out the command; 0 the checkpoint is written, 2 unusable input."""
    import_quietly(arguments.path)
    from tf2_lstm.migrate.convert.exporting import export

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
