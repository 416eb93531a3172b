"""What is built of the sources: the sdist, the whole wheel, the small one; each installed elsewhere and run."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import keras
import numpy as np
import pathspec
import pytest

import tf2_lstm
from tf2_lstm.migrate.pairs import PAIRS

pytestmark = pytest.mark.always

ROOT = Path(tf2_lstm.__file__).parent.parent
#: Whoever runs the tests may have said where the project is: nothing of that here.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "PYTHONPATH"))}
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
#: How pre-commit installs a hook: `pip install .` and these.
HOOK = json.loads(
    re.search(
        r"^  additional_dependencies: (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.M
    )[1]
)
MODEL = "import tensorflow as tf\ncell = tf.contrib.rnn.GRUCell(3)\n"


def tracked():
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(filter(None, done.stdout.split("\0")))


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, env=PLAIN, check=False, **options)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of what was built: the sdist from the tracked files, both wheels from what lies in the sdist."""
    folder = tmp_path_factory.mktemp("built")
    source, dist = folder / "source", folder / "dist"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", dist, source]
    assert not (done := run(*build)).returncode, done.stderr
    with tarfile.open(*dist.glob("*.tar.gz")) as packed:
        packed.extractall(folder, filter="data")
    [unpacked] = folder.glob("tf2_lstm-*")
    wheel = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", dist, unpacked]
    for arguments in ([], HOOK):
        assert not (done := run(*wheel, *arguments)).returncode, done.stderr
    return dist


def environment(folder):
    """Make an environment that has nothing, pip neither; return its packages and its programs."""
    venv.create(folder)
    [packages] = folder.glob("lib/python*/site-packages")
    return packages, folder / "bin"


def install(wheel, packages, programs):
    """Install a wheel as pip does, its commands too."""
    python = programs / "python"
    done = run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel)
    assert not done.returncode, done.stderr
    assert (programs / "tf2-lstm").exists()


def names(wheel):
    with zipfile.ZipFile(wheel) as packed:
        return {name for name in packed.namelist() if ".dist-info/" not in name}


def metadata(wheel):
    with zipfile.ZipFile(wheel) as packed:
        [text] = [packed.read(name).decode() for name in packed.namelist() if name.endswith("METADATA")]
    return text


def test_the_sdist_has_all_that_is_tracked_and_nothing_else(built):
    with tarfile.open(*built.glob("*.tar.gz")) as packed:
        files = {one.name.partition("/")[2] for one in packed.getmembers() if one.isfile()}
    made = {name for name in files if re.match(r"PKG-INFO$|tf2_lstm\.egg-info/", name)}
    assert files - made == tracked()


def test_what_is_built_could_be_published(built):
    files = sorted(built.iterdir())
    version = tf2_lstm.__version__
    kinds = ("-py3-none-any.whl", ".tar.gz")
    whole = {f"tf2_lstm-{version}{kind}" for kind in kinds}
    assert {file.name for file in files} == whole | {f"tf2_lstm_scan-{version}{kinds[0]}"}
    checked = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files)
    assert checked.stdout.count("PASSED") == len(files), checked.stdout + checked.stderr
    for wheel in built.glob("*.whl"):
        _, _, page = metadata(wheel).partition("\n\n")
        assert "tf2-lstm scan" in page
        assert not re.search(r"\]\(", re.sub(r"(?ms)^```.*?^```$", "", page)), "a link leads nowhere outside"


def test_a_wheel_installed_elsewhere_is_whole_and_compares_every_kind_of_pair(built, tmp_path):
    """Installed in an environment of its own, run from another folder."""
    [wheel] = built.glob("tf2_lstm-*.whl")
    assert wheel.stat().st_size < 5_000_000
    packages, programs = environment(tmp_path / "elsewhere")
    install(wheel, packages, programs)
    # TensorFlow and the other dependencies come from here; the project itself must not.
    (packages / "dependencies.pth").write_text(str(Path(keras.__file__).parent.parent))
    python = programs / "python"
    where = "import tf2_lstm, legacy_tf1; print(tf2_lstm.__file__, legacy_tf1.__file__)"
    assert run(python, "-c", where, cwd=tmp_path).stdout.count(str(packages)) == 2

    for name in filter(re.compile("tf2_lstm/|legacy_tf1/").match, tracked()):
        assert (packages / name).read_bytes() == (ROOT / name).read_bytes()
    # Its files are the tracked ones to the last byte; test_equivalence.py has all cases.
    cases = list({row.kind: row.cases[0].name for row in PAIRS.values() if row.cases}.values())
    assert len(cases) > 3
    answer = run(programs / "tf2-lstm", "compare", *cases, "--format", "json", cwd=tmp_path)
    assert answer.stderr == ""
    assert answer.returncode == 0
    report = json.loads(answer.stdout)
    assert report["passed"]
    assert [case["name"] for case in report["cases"]] == cases


#: What a server has: onnxruntime, and here Keras to compare with.
SERVED = """
import numpy as np, onnxruntime, tf2_lstm
model = tf2_lstm.load_model("converted/model.keras")
session = onnxruntime.InferenceSession("model.onnx")
random = np.random.default_rng(0)
rows = 5
given = {"word_ids": random.integers(1, 7, (rows, 6)), "sequence_lengths": random.integers(1, 7, rows)}
given |= {"char_ids": random.integers(1, 5, (rows, 6, 4)), "word_lengths": random.integers(1, 5, (rows, 6))}
given = {name: ids.astype("int32") for name, ids in given.items()}
[found] = session.run(["argmax"], given)
assert (found == np.asarray(model(given)["argmax"])).all()
print(found.shape, sorted({str(one) for one in np.unique(found)}), tf2_lstm.__file__)
"""


def test_in_two_fresh_environments_code_is_scanned_and_the_model_of_the_readme_served(built, tmp_path):
    [small], [whole] = built.glob("tf2_lstm_scan-*.whl"), built.glob("tf2_lstm-*.whl")
    packages, programs = environment(tmp_path / "of_the_scan")
    install(small, packages, programs)
    shutil.copytree(Path(pathspec.__file__).parent, packages / "pathspec")
    (tmp_path / "model.py").write_text(MODEL)
    scanned = run(programs / "tf2-lstm", "scan", "model.py", cwd=tmp_path)
    assert (scanned.returncode, scanned.stderr) == (1, "")
    assert "model.py:2:8: RNN" in scanned.stdout

    packages, programs = environment(tmp_path / "of_the_rest")
    install(whole, packages, programs)
    (packages / "dependencies.pth").write_text(str(Path(keras.__file__).parent.parent))
    path = "tests/zoo/files/tagger/model.ckpt"
    assert f"$ tf2-lstm convert {path} -o converted\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    converted = run(programs / "tf2-lstm", "convert", ROOT / path, "-o", "converted", cwd=tmp_path)
    assert converted.returncode == 0, converted.stderr
    assert "EQUAL: 3 case(s), 37 comparisons" in converted.stdout
    asked = ("export", "converted/model.keras", "--format", "onnx", "-o", "model.onnx")
    exported = run(programs / "tf2-lstm", *asked, cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr
    served = run(programs / "python", "-c", SERVED, cwd=tmp_path)
    assert served.returncode == 0, served.stderr[-2000:]
    assert served.stdout.startswith("(5, 6) ['0', ")
    assert str(packages) in served.stdout


#: A process that has Keras and JAX, as the recipe installs them, and nothing else that the wheel asks for.
ON_JAX = """
import sys
sys.modules.update(dict.fromkeys(("tensorflow", "google", "google_crc32c", "pathspec", "shtab"), None))
import numpy as np, tf2_lstm
model = tf2_lstm.load_model("model.keras")
found = model.predict(np.load("inputs.npy"), verbose=0)
print(tf2_lstm.__file__, float(np.abs(found - np.load("outputs.npy")).max()))
"""


def test_beside_another_backend_a_model_is_loaded_without_tensorflow(built, tmp_path):
    """The recipe of the guide: `pip install --no-deps tf2-lstm` and `pip install keras jax`."""
    recipe = (ROOT / "docs" / "chapters" / "versions.md").read_text(encoding="utf-8")
    assert "pip install --no-deps tf2-lstm\npip install keras==3.15.1 jax\n" in recipe
    [wheel] = built.glob("tf2_lstm-*.whl")
    packages, programs = environment(tmp_path / "elsewhere")
    install(wheel, packages, programs)
    (packages / "dependencies.pth").write_text(str(Path(keras.__file__).parent.parent))
    inputs = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
    sequence = keras.Input((None, 4))
    cells = [tf2_lstm.LSTMCell(4, use_peepholes=True), tf2_lstm.DropoutWrapper(tf2_lstm.GRUCell(3), 0.5)]
    model = keras.Model(sequence, tf2_lstm.RNN(cells)(sequence))
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "inputs.npy", inputs)
    np.save(tmp_path / "outputs.npy", model.predict(inputs, verbose=0))
    variables = PLAIN | {"KERAS_BACKEND": "jax"}
    command = [programs / "python", "-c", ON_JAX]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    file, off = done.stdout.split()
    assert file.startswith(str(packages))
    assert float(off) < 1e-6


def test_the_small_wheel_scans_at_once_and_explains_and_says_where_the_rest_is(built, tmp_path):
    [wheel] = built.glob("tf2_lstm_scan-*.whl")
    assert re.findall("^Requires-Dist: (.*)$", metadata(wheel), re.M) == ["pathspec>=1.0"]
    packages, programs = environment(tmp_path / "elsewhere")
    install(wheel, packages, programs)
    shutil.copytree(Path(pathspec.__file__).parent, packages / "pathspec")
    (tmp_path / "model.py").write_text(MODEL)

    command = [programs / "python", "-X", "importtime", programs / "tf2-lstm"]
    scanned = run(*command, "scan", ".", cwd=tmp_path)
    assert scanned.returncode == 1
    assert "model.py:2:8: RNN" in scanned.stdout
    imported = {line.rpartition("|")[2].strip() for line in scanned.stderr.splitlines()}
    assert "tf2_lstm.migrate.source.scan" in imported
    assert not imported & {"tensorflow", "keras", "numpy", "rich"}
    assert "RNN510" in run(programs / "tf2-lstm", "explain", "RNN510").stdout
    assert run(programs / "tf2-lstm", "--version").stdout == f"tf2-lstm {tf2_lstm.__version__}\n"
    for rest in (["convert", "model.ckpt"], ["compare", "--help"]):
        refused = run(programs / "tf2-lstm", *rest)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith(f"tf2-lstm {rest[0]}: this command is not in tf2-lstm-scan")
        assert refused.stderr.endswith("Next: pip install tf2-lstm\n")
        assert refused.stderr.count("\n") == 1


def test_no_file_of_the_two_wheels_is_at_one_place(built):
    [small], [whole] = built.glob("tf2_lstm_scan-*.whl"), built.glob("tf2_lstm-*.whl")
    assert len(names(small)) > 50
    assert not names(small) & names(whole)


def test_where_both_are_installed_the_whole_one_runs(tmp_path):
    """Two of them that return a number each in place of a command."""
    shutil.copytree(ROOT / "distributions" / "tf2_lstm_scan", tmp_path / "tf2_lstm_scan")
    command = [sys.executable, "-S", "-m", "tf2_lstm_scan"]
    for code, where in ((3, "tf2_lstm_scan/sources"), (7, ".")):
        room = tmp_path / where / "tf2_lstm" / "cli"
        room.mkdir(parents=True)
        (room.parent / "__init__.py").touch()
        (room / "__init__.py").write_text(f"def main():\n    return {code}\n")
        assert run(*command, cwd=tmp_path).returncode == code


@pytest.fixture
def small(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "distributions")
    import small

    return small


def test_scan_and_explain_need_one_library_and_none_of_the_commands_that_run_a_model(small):
    ours, others = small.modules(ROOT)
    assert others - set(sys.stdlib_module_names) == {"pathspec"}
    rooms = {file.parts[:3] for file in map(Path, ours.values()) if len(file.parts) > 3}
    assert rooms == {("tf2_lstm", "migrate", room) for room in ("pairs", "report", "source")}


def test_what_is_imported_in_a_function_is_found_and_its_bounds_are_those_of_the_whole(small, tmp_path):
    (tmp_path / "tf2_lstm" / "cli").mkdir(parents=True)
    for name in ("__init__", "__main__", "cli/__init__", "cli/explain", "heavy"):
        (tmp_path / "tf2_lstm" / f"{name}.py").touch()
    lazy = "def run():\n    from tf2_lstm import heavy\n    import numpy.linalg\n"
    (tmp_path / "tf2_lstm" / "cli" / "scan.py").write_text(lazy)
    ours, others = small.modules(tmp_path)
    assert "tf2_lstm.heavy" in ours
    assert others == {"numpy"}
    written = small.settings((ROOT / "setup.cfg").read_text("utf-8"), others)
    assert re.search(r"install_requires = \n\s*numpy >=2.0\n", written)
    assert f"version = {tf2_lstm.__version__}\n" in written


@pytest.mark.parametrize(("hook", "asked"), [("build_wheel", "tiny"), ("build_sdist", "scan")])
def test_a_build_that_there_is_not_is_one_line(small, tmp_path, hook, asked):
    import backend

    with pytest.raises(SystemExit, match=r"one of whole, scan|has no sdist.* Next: "):
        getattr(backend, hook)(tmp_path, {"distribution": asked})
