"""Record artefacts of the zoo: `python -m tests.zoo.record [NAME...] [--write] [--overwrite]`.

Dry by default: it says what it would write. `--write` writes the artefacts that are missing. One that exists is
replaced only if it is named and `--overwrite` is given. Refuses to run on TensorFlow 2.
"""

import argparse
import importlib
import os
import sys

THEMES = (
    "cells",
    "unrolls",
    "scans",
    "steps",
    "flat_states",
    "clothes",
    "computed",
    "bidirectional",
    "stacks",
    "blocks",
    "cudnn",
    "foreign",
    "files",
    "single_file",
    "keras_files",
    "training",
    "programs",
    "decoders",
    "language_models",
    "old_programs",
    "sizes",
)
HERE = os.path.dirname(os.path.abspath(__file__))
#: The themes of whole programs, after those of artefacts.
WHOLE = sorted(name[:-3] for name in os.listdir(HERE) if name.startswith("whole_") and name.endswith(".py"))
ROOT = os.path.dirname(HERE)


def main(argv=None):
    """Run the recorder; return 0, or 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="tests.zoo.record", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="an artefact; default: all that are missing")
    parser.add_argument("--write", action="store_true", help="write the artefacts instead of listing them")
    parser.add_argument("--overwrite", action="store_true", help="replace the artefacts that are named")
    parser.add_argument("--root", default=ROOT, help="the folder of `files` and `whole` (default: the zoo)")
    arguments = parser.parse_args(argv)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from legacy_tf1.compat import tf

    if not tf.__version__.startswith("1.15"):
        return _wrong(
            f"an artefact comes from real TensorFlow 1.15; this is TensorFlow {tf.__version__}. "
            "Run it with the interpreter of a TensorFlow 1.15.5 environment."
        )
    return _record(arguments)


def _wrong(message):
    print("tests.zoo.record: " + message, file=sys.stderr)
    return 2


def _record(arguments):
    from tests.zoo.record.artefact import TABLE
    from tests.zoo.record.write import record

    for theme in (*THEMES, *WHOLE):
        importlib.import_module("tests.zoo.record." + theme)
    unknown = [name for name in arguments.names if name not in TABLE]
    if unknown:
        return _wrong("no such artefact: {}".format(", ".join(unknown)))
    if arguments.overwrite and not arguments.names:
        return _wrong("--overwrite needs the names of the artefacts to replace.")
    for name in arguments.names or TABLE:
        root = os.path.join(arguments.root, TABLE[name].folder)
        if os.path.exists(os.path.join(root, name)) and not arguments.overwrite:
            continue
        print("{} {}".format("write" if arguments.write else "would write", name), flush=True)
        if arguments.write:
            record(TABLE[name], root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
