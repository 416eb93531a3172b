"""Record golden records with real TensorFlow 1.15: `python -m tf2_lstm.migrate.equivalence.recorder`.

Dry by default: it says what it would write. `--write` writes the records that are missing. A record that exists is
replaced only if its case is named and `--overwrite` is given. Refuses to run on TensorFlow 2.
"""

import argparse
import datetime
import os
import platform
import shutil
import sys
import tempfile

#: The seed and the training steps of every record.
SEED, STEPS = 0, 10


def main(argv=None):
    """Run the recorder; return 0, or 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="recorder", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a case or a pair; default: all that are missing"
    )
    parser.add_argument("--write", action="store_true", help="write the records instead of listing them")
    parser.add_argument("--overwrite", action="store_true", help="replace the records of the named cases")
    parser.add_argument("--root", help="the folder of the records (default: the package's)")
    arguments = parser.parse_args(argv)

    from legacy_tf1.compat import tf

    if not tf.__version__.startswith("1.15"):
        print(
            f"recorder: a golden record comes from real TensorFlow 1.15; this is TensorFlow {tf.__version__}. "
            "Run it with the interpreter of a TensorFlow 1.15.5 environment.",
            file=sys.stderr,
        )
        return 2
    return _record(arguments)


def _record(arguments):
    from tf2_lstm.migrate.equivalence import goldens
    from tf2_lstm.migrate.pairs import CASES

    root = arguments.root or goldens.FOLDER
    chosen = [
        case
        for case in CASES.values()
        if not arguments.names or case.name in arguments.names or case.name.split("/")[0] in arguments.names
    ]
    unknown = set(arguments.names) - set(CASES) - {name.split("/")[0] for name in CASES}
    if unknown:
        print("recorder: no such case or pair: {}".format(", ".join(sorted(unknown))), file=sys.stderr)
        return 2
    if arguments.overwrite and not arguments.names:
        print("recorder: --overwrite needs the names of the records to replace.", file=sys.stderr)
        return 2
    for case in chosen:
        there = os.path.exists(goldens.folder_of(case, root))
        if there and not arguments.overwrite:
            continue
        print("{} {}".format("write" if arguments.write else "would write", case.name))
        if arguments.write:
            record_case(case, root)
    return 0


def record_case(case, root):
    """Run one case under this TensorFlow and write its record; the folder appears whole or not at all."""
    from tf2_lstm.migrate.equivalence import goldens, legacy_runner
    from tf2_lstm.migrate.equivalence.inputs import case_inputs
    from tf2_lstm.migrate.pairs import PAIRS

    with tempfile.TemporaryDirectory() as temporary:
        folder = goldens.folder_of(case, temporary)
        os.makedirs(folder)
        result = legacy_runner.run_and_save(case, SEED, goldens.checkpoint_of(case, temporary), steps=STEPS)
        about = {
            "seed": SEED,
            "recorded": datetime.date.today().isoformat(),
            "python": platform.python_version(),
        }
        fed = {} if PAIRS[case.call.pair].kind == "program" else case_inputs(case, SEED)
        goldens.write_record(case, fed, result, about, temporary)
        destination = goldens.folder_of(case, root)
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(folder, destination)


if __name__ == "__main__":
    sys.exit(main())
