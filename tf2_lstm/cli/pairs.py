"""`tf2-lstm compare` of pairs: run them on both sides and show that they are equal."""

import argparse
import math
import os
from pathlib import Path

from tf2_lstm.cli.model_arguments import import_keras, import_quietly
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.report import FORMATS, rendered
from tf2_lstm.migrate.report.printable import printable

DEFAULT = ("single_lstm", "stacked_lstm")


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm compare`."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"pairs, cases or programs (default: {' '.join(DEFAULT)})"
    )
    parser.add_argument("--all", action="store_true", help="every case and every program")
    parser.add_argument("--list", action="store_true", help="list pairs and cases, run nothing")
    parser.add_argument(
        "--show", metavar="NAME", help="print the files of both columns side by side, run nothing"
    )
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument(
        "--seed",
        type=_number(int, 0, 2**32 - 1),
        default=0,
        help="of inputs and weights; 0 has golden records",
    )
    parser.add_argument(
        "--atol", type=_number(float, 0, 1000), help="absolute tolerance instead of the table's"
    )
    parser.add_argument(
        "--rtol", type=_number(float, 0, 1000), help="relative tolerance instead of the table's"
    )
    parser.add_argument(
        "--steps", type=_number(int, 0, 10000), default=10, help="training steps to compare (default: 10)"
    )
    parser.add_argument(
        "--no-gradients", dest="gradients", action="store_false", help="leave out the gradients"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="text, the default, is for people"
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="write the report there instead of printing it"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="with --output: replace a file that is there"
    )


def _number(kind, lowest, highest):
    """Return a checker of a numeric argument, for argparse."""

    def check(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not lowest <= value <= highest:
            expected = f"{'a whole number' if kind is int else 'a number'} from {lowest} to {highest}"
            raise argparse.ArgumentTypeError(f"expected {expected}, received {text!r}")
        return value

    return check


def run(arguments):
    """Run the command; return 0 if all is equal, 1 if something differs, 2 for unusable input."""
    from tf2_lstm.migrate.equivalence import listing

    if arguments.list:
        return _print(listing.list_pairs())
    if arguments.show:
        return _print(listing.side_by_side(arguments.show))
    cases = listing.choose(arguments.names, arguments.all, DEFAULT)
    check_output(arguments.output, arguments.overwrite)
    report = _prove(cases, arguments)
    write_report(report, arguments)
    return 0 if report.passed else 1


def _print(text):
    print(text)
    return 0


def check_output(output, overwrite, sources=()):
    """Refuse an --output that cannot be written, or that exists already, before anything runs.

    Args:
        output: a `Path`, None to print the report.
        overwrite: whether an existing file may be replaced.
        sources: the paths that are read, with None among them; for a checkpoint its prefix.

    Raises:
        UserError: the folder does not exist, or the file may not be replaced.
    """
    if output is None:
        if overwrite:
            raise UserError("--overwrite: expected with --output, found without: leave it out.")
        return
    if not output.parent.is_dir():
        raise UserError(f"--output {output}: the folder {output.parent} does not exist. Create it first.")
    if output.is_dir():
        raise UserError(f"--output {output}: is a folder, expected the name of a file.")
    if not output.is_file():  # Nothing, or a pipe or a device, which keeps nothing.
        return
    read = [source for source in filter(None, sources) if _is_of(output, source)]
    if read:
        raise UserError(
            f"--output {output}: is of {read[0]}, which is read and never changed. Choose another file."
        )
    if not overwrite:
        raise UserError(
            f"--output {output}: is there already. Choose another file, or replace it with --overwrite."
        )


def _is_of(output, source):
    """Whether a file is one that is read: the source, one in its folder, one of a checkpoint with its prefix."""
    name, prefix = os.path.realpath(output), os.path.realpath(source)
    if os.path.exists(source) and os.path.samefile(output, source):
        return True
    return name.startswith((f"{prefix}{os.sep}", f"{prefix.removesuffix('.meta')}."))


def _prove(cases, arguments):
    from tf2_lstm.migrate.report.progress import progress

    with progress(len(cases), "importing TensorFlow and Keras") as advance:
        import_quietly(builds=False)
        import_keras()
        from tf2_lstm.migrate.equivalence import prove
        from tf2_lstm.migrate.equivalence.compare import Report

        options = prove.Options(
            arguments.seed,
            arguments.dtype,
            arguments.atol,
            arguments.rtol,
            arguments.steps,
            arguments.gradients,
        )
        reports = []
        for case in cases:
            advance(case.name)
            reports.append(prove.prove(case, options))
    versions = {result.side: result.versions for report in reports for result in report.results}
    return Report(reports, prove.announcements(options), versions)


def write_report(report, arguments, **options):
    """Print a report, or write it to --output and print the verdict.

    Args:
        report: the `Report`.
        arguments: the parsed arguments, with a `format` and an `output`.
        **options: more arguments of the renderer, for printing.
    """
    if arguments.output:
        text = rendered(report, arguments.format, width=100)
        try:
            _put(Path(os.path.realpath(arguments.output)), text + "\n")
        except OSError as error:
            raise UserError(
                f"--output {arguments.output}: cannot be written: {error.strerror or error}. Choose another file."
            ) from error
        verdict = "equal" if report.passed else "DIFFERENT"
        print(f"{verdict}: {len(report.cases)} case(s); report in {printable(str(arguments.output))}")
    else:
        print(rendered(report, arguments.format, **options))


def _put(path, text):
    """Write a file beside its place first: an earlier file stays whole where the disk is full."""
    if path.exists() and not path.is_file():  # A pipe or a device has no place beside it.
        path.write_text(text, encoding="utf-8")
        return
    beside = path.with_name(f".{path.name[:80]}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
