"""`tf2-lstm convert`: make Keras models, source and a proof of a TF1 model."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

from tf2_lstm.cli.model_arguments import (
    add_model_arguments,
    all_written,
    import_quietly,
    limits_of,
    request_of,
    telling,
)
from tf2_lstm.cli.process import one_line
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.report import FORMATS, rendered
from tf2_lstm.migrate.report.printable import printable


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm convert`."""
    add_model_arguments(parser)
    parser.add_argument("-o", "--output", metavar="OUT", required=True, type=Path, help="the folder to write")
    parser.add_argument(
        "--inputs", metavar="FILE.npz", help="your own data; its keys are names of TF1 tensors"
    )
    add_whole(parser)
    parser.add_argument(
        "--speed",
        action="store_true",
        help="time the whole program, once it is proved: the TF1 graph in a session and the Keras model",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if convert wrote it")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text", help="of the printed report")
    add_verbose(parser)


def add_whole(parser):
    """Declare the options for the ends of the whole program, and the one that leaves it out."""
    add_ends(parser)
    parser.add_argument(
        "--recurrences", action="store_true", help="the recurrences alone, not the whole program"
    )


def add_ends(parser):
    """Declare `--fetch` and `--feed`, where the whole program ends and begins."""
    for name, what in (("fetch", "that the whole program gives out"), ("feed", "at which it begins")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="TENSOR", help=f"a tensor {what}; several times"
        )


def check_whole(arguments):
    """Raise a `UserError` where options ask for a part of the whole program and for none of it."""
    if arguments.recurrences and (arguments.fetch or arguments.feed):
        raise UserError(
            "--fetch, --feed: expected with the whole program, found with --recurrences: leave one of them out."
        )
    if arguments.recurrences and getattr(arguments, "speed", False):
        raise UserError(
            "--speed: expected with the whole program, found with --recurrences: leave one of them out."
        )


def add_verbose(parser):
    """Declare `--verbose`, for commands that print a comparison in brief."""
    parser.add_argument(
        "--verbose", action="store_true", help="print a row for each tensor that was compared"
    )


def own_process(arguments):
    """Return the `Limits` of the process, a function that cleans up after a dead one, and PATH."""
    from tf2_lstm.migrate.convert.folder import cleaner

    return limits_of(arguments), cleaner(arguments.output), one_line(arguments.path)


def run(arguments):
    """Run the command; return 0 if everything is converted and proved, 1 if not everything, 2 for unusable input."""
    from tf2_lstm.migrate.report.progress import progress

    check_whole(arguments)
    with progress(0, f"reading {arguments.path}") as advance:
        import_quietly(arguments.path)
        from tf2_lstm.migrate.convert import converting

        conversion = converting.convert(
            request_of(arguments), arguments.output, arguments.overwrite, telling(arguments, advance)
        )
    all_written(arguments)
    print_conversion(conversion, arguments.format, arguments.output, arguments.verbose)
    name_left_over(arguments.output)
    return 0 if conversion.complete else 1


def name_left_over(out):
    """Print on standard error what a killed run left beside an output, and how to remove it."""
    from tf2_lstm.migrate.convert.folder import left_over

    for path in left_over(out):
        print(
            f"tf2-lstm convert: {one_line(path)}: left by a run that was killed. Remove it: "
            f"rm -r {one_line(shlex.quote(str(path)))}",
            file=sys.stderr,
        )


def print_conversion(conversion, form, out=None, verbose=False):
    """Print the report and, for people, the result of the conversion."""
    from tf2_lstm.migrate.convert import converting

    options = {"brief": not verbose} if form == "text" else {}
    report = converting.shown(conversion.report, form)
    left = _of_single_files(conversion) if form == "text" and not verbose else []
    if left:
        where = "--verbose" if out is None else "--verbose or report.html"
        kept = [one for one in report.notes if one not in left]
        report = replace(report, notes=[*kept, f"{len(left)} note(s) on single recurrences: {where}"])
    print(rendered(report, form, **options))
    if form == "text":
        print(closing(conversion, out))
        if out is not None and conversion.models:
            print(next_step(conversion, out))


def _of_single_files(conversion):
    """List the notes that a user of the whole program does not need, as it is proved with all that is in it."""
    from tf2_lstm.migrate.prove.recurrences import notes_of_its_file

    if conversion.program is None or not conversion.complete:
        return []
    own = {note for one in conversion.findings.recurrences for note in notes_of_its_file(one)}
    return [one for one in conversion.report.notes if one in own]


def closing(conversion, out):
    """Say in a few words what was converted, what was not, and where it is."""
    programs = _programs(conversion)
    done = len(conversion.models) - len(programs)
    total = done + len(conversion.findings.not_converted)
    proved = f"{done} of {total} recurrence(s) converted and proved" if total else "no recurrence in it"
    if conversion.program is not None:
        return _with_files(f"{_whole(conversion, programs)}; {proved}", conversion, out)
    left = len(conversion.findings.not_in_the_model)
    proved += f"; not the whole program: {left} thing(s) that it computes are in no model" if left else ""
    return _with_files(proved, conversion, out)


def _whole(conversion, programs):
    """Say how many of the whole programs were converted."""
    if conversion.program:
        return "the whole program not converted" if not programs else "not every whole program converted"
    many = f"{len(programs)} whole programs" if len(programs) > 1 else "the whole program"
    return (
        f"{many} converted and proved" if not conversion.lacking else f"a part of {many} converted and proved"
    )


def _programs(conversion):
    """Return the names of the models of whole programs."""
    return [one["name"] for one in conversion.manifest["models"] if one["kind"] == "program"]


def next_step(conversion, out):
    """Say how the models are loaded, and where their sources and the whole proof are."""
    name = [*_programs(conversion), *conversion.models][0]
    file = printable(repr(str(out / f"{name}.keras")))
    return f"In Python: tf2_lstm.load_model({file}). Its source is {name}.py, the proof is in report.html"


def _with_files(proved, conversion, out):
    if out is None:
        return proved
    files = ", ".join(f"{name}.keras" for name in conversion.models) or "no model"
    return f"{proved}; in {printable(str(out))}: {files}"
