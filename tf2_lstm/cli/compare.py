"""`tf2-lstm compare`: the pairs, or with a PATH the recurrences of a TF1 model, proved without writing."""

import argparse
import os

from tf2_lstm.cli import pairs
from tf2_lstm.cli.arguments import (
    add_model_arguments,
    all_written,
    import_quietly,
    limits_of,
    request_of,
    telling,
)
from tf2_lstm.cli.convert import add_verbose, print_conversion
from tf2_lstm.cli.process import one_line
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.pairs import CASES, PAIRS


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm compare`."""
    pairs.add_arguments(parser)
    model = parser.add_argument_group(
        "a TF1 model", "NAME may be the path of one: its graph is replayed and nothing is written"
    )
    _add_of_models(model)


def _add_of_models(model):
    add_model_arguments(model, path=False)
    model.add_argument(
        "--inputs", metavar="FILE.npz", help="your own data; its keys are names of TF1 tensors"
    )
    add_verbose(model)


def alone(arguments):
    """Return the `Limits` of its process, what removes what a dead one was writing, and PATH; None for pairs."""
    paths = list(filter(is_path, arguments.names))
    return (limits_of(arguments), lambda: None, one_line(paths[0])) if paths else None


def run(arguments):
    """Carry out the command; 0 if all is equal, 1 if something differs, 2 for unusable input."""
    paths = [name for name in arguments.names if is_path(name)]
    if not paths:
        _refuse(
            arguments, _add_of_models, "the path of a TF1 model", "no path", "leave it out, or name the path"
        )
        return pairs.run(arguments)
    if len(arguments.names) > 1:
        raise UserError(f"{paths[0]}: expected one path alone.")
    step = f"leave it out; tf2-lstm convert {one_line(paths[0])} -o OUT writes a report"
    _refuse(arguments, pairs.add_arguments, "pairs and cases", f"the path {one_line(paths[0])}", step)
    return _prove(arguments, paths[0])


def _refuse(arguments, add, of, found, step):
    """Refuse options that the other kind of names has: nothing that is asked for is left out without a word."""
    parser = argparse.ArgumentParser(add_help=False)
    add(parser)
    known = vars(parser.parse_args([]))
    given = [
        name for name in known if name not in ("names", "format") and known[name] != getattr(arguments, name)
    ]
    if given:
        flags = ("no-gradients" if name == "gradients" else name.replace("_", "-") for name in given)
        raise UserError(f"--{', --'.join(flags)}: expected with {of}, found with {found}: {step}.")


def is_path(name):
    """Whether a name is a file's, a folder's or a checkpoint's and not that of a pair or a case."""
    if name in PAIRS or name in CASES:
        return False
    return any(os.path.exists(name + ending) for ending in ("", ".index", ".meta"))


def _prove(arguments, path):
    from tf2_lstm.migrate.report.progress import progress

    with progress(0, f"reading {path}") as advance:
        import_quietly(path)
        from tf2_lstm.migrate.convert import converting

        conversion = converting.prove(request_of(arguments, path), telling(arguments, advance))
    all_written(arguments)
    print_conversion(conversion, arguments.format, verbose=arguments.verbose)
    return 0 if conversion.complete else 1
