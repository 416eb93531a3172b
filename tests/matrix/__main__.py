"""Tests of every part in other environments: other pairs of TensorFlow and Keras, other Pythons, other backends.

python -m tests.matrix [oldest middle newest python312 python313 jax torch]

What came of it is written into `results.json`, one environment at a time, and `make docs` makes tables of it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results.json"
FOLDER = ROOT / ".matrix"
#: What the tests need beside Keras and its backend.
LIBRARIES = ("rich", "pathspec", "google-crc32c", "pytest", "hypothesis", "ruff")
#: Part -> its tests: one file each, so that an environment takes minutes.
PARTS = {
    "layers": ("tests/layers/test_layers_cells.py",),
    "accelerate": ("tests/layers/test_layers_stock.py",),
    "streaming": ("tests/stream/test_streaming.py",),
    "convert": ("tests/migrate/convert/test_emit.py",),
}
#: Of a backend without TensorFlow, where nothing is traced. Keras 3.15 rounds float64 to float32 there: in products on
#: PyTorch, in tanh on JAX.
BACKEND_PARTS = {
    "own cells": ("tests/layers/test_layers_equation_cell.py", "-k", "not float64"),
    "streaming": ("tests/stream/test_streaming.py", "-k", "not float64 and not traced"),
}


@dataclass(frozen=True)
class Environment:
    """What is installed, and what is run in it.

    Attributes:
        packages: for pip, the versions pinned.
        python: the interpreter's command.
        backend: Keras's.
        parts: part -> the arguments of pytest.
    """

    packages: tuple
    python: str = sys.executable
    backend: str = "tensorflow"
    parts: dict = field(default_factory=lambda: PARTS)


def _pair(tensorflow, keras, python=sys.executable):
    return Environment((f"tensorflow-cpu=={tensorflow}", f"keras=={keras}"), python)


ENVIRONMENTS = {
    "oldest": _pair("2.16.2", "3.3.3"),
    "middle": _pair("2.18.1", "3.8.0"),
    "newest": _pair("2.21.0", "3.15.1"),
    "python312": _pair("2.21.0", "3.15.1", "python3.12"),
    "python313": _pair("2.21.0", "3.15.1", "python3.13"),
    "jax": Environment(("jax==0.10.2", "keras==3.15.1"), backend="jax", parts=BACKEND_PARTS),
    "torch": Environment(("torch==2.13.0", "keras==3.15.1"), backend="torch", parts=BACKEND_PARTS),
}


def main(argv=None):
    """Test in the environments that are named, by default all; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(ENVIRONMENTS)}; by default all"
    )
    for name in parser.parse_args(argv).names or ENVIRONMENTS:
        python, wanted = made(name), ENVIRONMENTS[name]
        run_with = _variables(wanted.backend)
        found = {part: tested(python, arguments, run_with) for part, arguments in wanted.parts.items()}
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        results[name] = {"versions": versions(python, run_with), "parts": found}
        if wanted.backend != "tensorflow":
            results[name]["records"] = held(python, run_with)
            results[name]["program"] = served(python, run_with)
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(name, {part: (one["passed"], len(one["failed"])) for part, one in found.items()}, flush=True)
    return 0


def made(name):
    """Make an environment, if there is none; return its Python.

    Args:
        name: of `ENVIRONMENTS`.
    """
    wanted, folder = ENVIRONMENTS[name], FOLDER / name
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        if shutil.which(wanted.python) is None:
            sys.exit(f"{name}: {wanted.python} is not on the PATH. Install it, or name other environments.")
        subprocess.run([wanted.python, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet", *wanted.packages, *LIBRARIES]
        subprocess.run(command, check=True)
        (folder / "whole").touch()
    return python


def versions(python, variables):
    """Return what an environment has: name -> version."""
    code = (
        "import importlib.metadata as m, json, keras, platform\n"
        "names = {'keras', 'numpy', keras.backend.backend()} - {'tensorflow'}\n"
        "found = {'python': platform.python_version(), **{name: m.version(name) for name in names}}\n"
        "if keras.backend.backend() == 'tensorflow':\n"
        "    found['tensorflow'] = __import__('tensorflow').__version__\n"
        "print(json.dumps(found))"
    )
    done = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=variables)
    return json.loads(done.stdout)


def tested(python, arguments, variables):
    """Run tests; return how many passed, and which did not."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, f"--junitxml={report}"]
        subprocess.run(command, cwd=ROOT, env=variables, stdout=sys.stderr, check=False)
        return counted(Path(report).read_text(encoding="utf-8"))


def held(python, variables):
    """Hold all cases against the records of TensorFlow 1.15.5; return how many tensors are equal, and the others."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [python, "-m", "tests.matrix.records", report]
        subprocess.run(command, cwd=ROOT, env=variables, stdout=sys.stderr, check=True)
        cases = json.loads(report.read_text(encoding="utf-8"))
    different = {name: one["different"] for name, one in cases.items() if one["different"]}
    return {"cases": len(cases), "equal": sum(one["equal"] for one in cases.values()), "different": different}


def served(python, variables):
    """Convert the tagger of the tutorial here; return how far it is off the numbers of TensorFlow 1.15.5 there."""
    with tempfile.TemporaryDirectory() as folder:
        graph = ROOT / "examples" / "tagger" / "served" / "tagger.pb"
        convert = [sys.executable, "-m", "tf2_lstm", "convert", graph, "-o", f"{folder}/out"]
        subprocess.run(convert, cwd=ROOT, env=_variables("tensorflow"), stdout=sys.stderr, check=True)
        command = [python, "-m", "tests.matrix.served", f"{folder}/out/model.keras"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, env=variables)
        return float(done.stdout.splitlines()[-1])


def counted(report):
    """Return how many tests of a JUnit report passed, and the names of the others.

    Args:
        report: the XML. A file that could not be collected is one test that did not pass.
    """
    cases = list(ElementTree.fromstring(report).iter("testcase"))
    failed = sorted(case.get("name") for case in cases if list(case))
    return {"passed": len(cases) - len(failed), "failed": failed}


def _variables(backend):
    own = {"PYTHONPATH": str(ROOT), "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return os.environ | own | {"KERAS_BACKEND": backend}


if __name__ == "__main__":
    sys.exit(main())
