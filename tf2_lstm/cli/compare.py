"""`tf2-lstm compare`: the pairs; with a PATH the recurrences of a TF1 model, or a model that was written by hand."""

import argparse
import os

from tf2_lstm.cli import pairs
from tf2_lstm.cli.convert import add_verbose, add_whole, check_whole, print_conversion
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
from tf2_lstm.migrate.pairs import CASES, PAIRS


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm compare`."""
    pairs.add_arguments(parser)
    model = parser.add_argument_group(
        "a TF1 model", "NAME may be the path of one: its graph is replayed and nothing is written"
    )
    _add_of_models(model)
    by_hand = parser.add_argument_group(
        "a Keras model that was written by hand, against the whole graph of PATH"
    )
    _add_by_hand(by_hand)


def _add_of_models(model):
    add_model_arguments(model, path=False)
    model.add_argument(
        "--inputs", metavar="FILE.npz", help="your own data; its keys are names of TF1 tensors"
    )
    add_whole(model)
    add_verbose(model)


def _add_by_hand(group):
    group.add_argument(
        "--against", metavar="MODEL.keras", help="the model that is to compute what the graph does"
    )
    group.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="NAME=TENSOR",
        help="with --against: which TF1 tensor an input or output of the model is; by name without it",
    )


def own_process(arguments):
    """Return the `Limits` of the process, a function that cleans up after a dead one, and PATH; None for pairs."""
    paths = list(filter(is_path, arguments.names))
    return (limits_of(arguments), lambda: None, one_line(paths[0])) if paths else None


def run(arguments):
    """Carry out the command; 0 if all is equal, 1 if something differs, 2 for unusable input."""
    paths = [name for name in arguments.names if is_path(name)]
    if not paths:
        for options in (_add_of_models, _add_by_hand):
            step = "leave it out, or name the path"
            _refuse(arguments, options, "the path of a TF1 model", "no path", step)
        return pairs.run(arguments)
    if len(arguments.names) > 1:
        raise UserError(f"{paths[0]}: expected one path alone.")
    if arguments.against is not None:
        return _hold(arguments, paths[0])
    step = f"leave it out; tf2-lstm convert {one_line(paths[0])} -o OUT writes a report"
    _refuse(arguments, pairs.add_arguments, "pairs and cases", f"the path {one_line(paths[0])}", step)
    _refuse(arguments, _add_by_hand, "--against", "none", "leave it out, or name the model with --against")
    return _prove(arguments, paths[0])


def _refuse(arguments, add, of, found, step, but=("names", "format")):
    """Refuse options of the other kind of names: no option that the user gives is ignored silently."""
    parser = argparse.ArgumentParser(add_help=False)
    add(parser)
    known = vars(parser.parse_args([]))
    given = [name for name in known if name not in but and known[name] != getattr(arguments, name)]
    if given:
        flags = ("no-gradients" if name == "gradients" else name.replace("_", "-") for name in given)
        raise UserError(f"--{', --'.join(flags)}: expected with {of}, found with {found}: {step}.")


def is_path(name):
    """Whether a name is a path of a file, a folder or a checkpoint, and not the name of a pair or a case."""
    if name in PAIRS or name in CASES:
        return False
    return any(os.path.exists(name + ending) for ending in ("", ".index", ".meta"))


def _hold(arguments, path):
    """Compare a `.keras` file with the whole graph."""
    found = f"--against {one_line(arguments.against)}"
    but = ("names", "format", "output", "overwrite")
    _refuse(arguments, pairs.add_arguments, "pairs and cases", found, "leave it out", but)
    for name in ("inputs", "recurrences"):
        if getattr(arguments, name):
            raise UserError(f"--{name}: expected with PATH alone, found with {found}: leave it out.")
    pairs.check_output(arguments.output, arguments.overwrite, [path, arguments.weights, arguments.against])
    said = dict(map(_parse_map, arguments.map))
    from tf2_lstm.migrate.report.progress import progress

    with progress(0, f"reading {path}") as advance:
        import_quietly(path)
        from tf2_lstm.backends import plain
        from tf2_lstm.migrate.convert.against import hold
        from tf2_lstm.migrate.convert.converting import shown
        from tf2_lstm.migrate.export.loading import load
        from tf2_lstm.migrate.prove.candidate import candidate_of

        candidate = candidate_of(load(arguments.against, "tf2_lstm.testing.assert_equivalent"))
        # Loaded as Keras alone runs the file.
        with plain():
            report = hold(request_of(arguments, path), candidate, said, telling(arguments, advance))
    all_written(arguments)
    options = {"brief": not arguments.verbose} if arguments.format == "text" else {}
    pairs.write_report(shown(report, arguments.format), arguments, **options)
    return 0 if report.passed else 1


def _parse_map(text):
    """Return the name and the tensor of a --map."""
    name, equals, tensor = text.partition("=")
    if not (name and equals and tensor):
        raise UserError(
            f"--map {one_line(text)}: expected NAME=TENSOR, an input or output of the model and a TF1 tensor, as in "
            "--map scores=proj/add:0."
        )
    return name, tensor


def _prove(arguments, path):
    check_whole(arguments)
    from tf2_lstm.migrate.report.progress import progress

    with progress(0, f"reading {path}") as advance:
        import_quietly(path)
        from tf2_lstm.migrate.convert import converting

        conversion = converting.prove(request_of(arguments, path), telling(arguments, advance))
    all_written(arguments)
    print_conversion(conversion, arguments.format, verbose=arguments.verbose)
    return 0 if conversion.complete else 1
