"""The versions: tests of every part on other pairs of TensorFlow and Keras, each in an environment of its own.

python -m tests.matrix [oldest middle newest]

What came of it is written into `results.json`, a pair at a time, and `make docs` makes a table of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results.json"
ENVIRONMENTS = ROOT / ".matrix"
#: Name -> the versions of TensorFlow and Keras.
VERSIONS = {
    "oldest": ("2.16.2", "3.3.3"),
    "middle": ("2.18.1", "3.8.0"),
    "newest": ("2.21.0", "3.15.1"),
}
#: Part -> its tests: one file each, so that a pair takes minutes.
PARTS = {
    "layers": "tests/layers/test_layers_cells.py",
    "accelerate": "tests/layers/test_layers_stock.py",
    "streaming": "tests/stream/test_streaming.py",
    "convert": "tests/migrate/convert/test_emit.py",
}


def main(argv=None):
    """Test the pairs that are named, by default all; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(VERSIONS)}; by default all")
    for name in parser.parse_args(argv).names or VERSIONS:
        python = environment(*VERSIONS[name])
        found = {part: tested(python, file) for part, file in PARTS.items()}
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        results[name] = {"versions": versions(python), "parts": found}
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(name, {part: (one["passed"], len(one["failed"])) for part, one in found.items()}, flush=True)
    return 0


def environment(tensorflow, keras):
    """Make an environment with these versions, if there is none; return its Python."""
    folder = ENVIRONMENTS / f"tensorflow-{tensorflow}-keras-{keras}"
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        venv.create(folder, with_pip=True, clear=True)
        libraries = ["rich", "pathspec", "google-crc32c", "pytest", "hypothesis", "ruff"]
        pinned = [f"tensorflow-cpu=={tensorflow}", f"keras=={keras}", *libraries]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pinned], check=True)
        (folder / "whole").touch()
    return python


def versions(python):
    """Return what an environment has: name -> version."""
    code = "import platform, importlib.metadata as m, json; print(json.dumps({'python': platform.python_version(), "
    code += "**{n: m.version(n) for n in ('keras', 'numpy')}, 'tensorflow': __import__('tensorflow').__version__}))"
    done = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=_plain())
    return json.loads(done.stdout)


def tested(python, file):
    """Run a file of tests; return how many passed, and which did not."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", file, f"--junitxml={report}"]
        subprocess.run(command, cwd=ROOT, env=_plain(), stdout=sys.stderr, check=False)
        return counted(Path(report).read_text(encoding="utf-8"))


def counted(report):
    """Return how many tests of a JUnit report passed, and the names of the others.

    Args:
        report: the XML. A file that could not be collected is one test that did not pass.
    """
    cases = list(ElementTree.fromstring(report).iter("testcase"))
    failed = sorted(case.get("name") for case in cases if list(case))
    return {"passed": len(cases) - len(failed), "failed": failed}


def _plain():
    return os.environ | {"PYTHONPATH": str(ROOT), "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}


if __name__ == "__main__":
    sys.exit(main())
