"""Every line in its room: who may import whom, what may be imported when, which Python it must run on."""

import ast
import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import warm

from tests.rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("legacy_tf1", "tf2_lstm")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
IDS = [path.relative_to(ROOT).as_posix() for path in SOURCES]

#: The rooms of what is particular to one backend, each with its library; one door leads into them, imported lazily.
BACKEND_ROOMS = {f"tf2_lstm/backends/{name}/": name for name in ("tensorflow", "jax", "torch")}
#: The twins: Keras only, whatever its backend.
TWINS = [
    path
    for path in SOURCES
    if path.is_relative_to(ROOT / "tf2_lstm")
    and not {"migrate", "cli"} & set(path.parts)
    and not path.relative_to(ROOT).as_posix().startswith(tuple(BACKEND_ROOMS))
]
#: Third parties that a room may import; TensorFlow nowhere else.
TENSORFLOW_ROOMS = (
    "legacy_tf1/compat.py",
    "tf2_lstm/migrate/artifacts/protos.py",
    "tf2_lstm/migrate/graph/shapes.py",
    "tf2_lstm/migrate/export/bundles.py",
    "tf2_lstm/migrate/prove/keras_side.py",
    "tf2_lstm/migrate/prove/references.py",
    "tf2_lstm/migrate/prove/contexts.py",
    "tf2_lstm/migrate/prove/replay.py",
    "tf2_lstm/migrate/graph/subgraph.py",
    "tf2_lstm/migrate/equivalence/keras_runner.py",
    "tf2_lstm/migrate/skip_initializers.py",
    "tf2_lstm/migrate/export/litert/",
    "tf2_lstm/migrate/export/saved_model_format.py",
    "tf2_lstm/backends/tensorflow/",
)
#: What also runs under Python 3.7 beside TensorFlow 1.15.
PYTHON_37 = [
    "legacy_tf1/",
    "tf2_lstm/__init__.py",
    "tf2_lstm/errors.py",
    "tf2_lstm/migrate/__init__.py",
    "tf2_lstm/migrate/pairs/",
    "tf2_lstm/migrate/weights.py",
    "tf2_lstm/migrate/equivalence/__init__.py",
    "tf2_lstm/migrate/equivalence/case_functions.py",
    "tf2_lstm/migrate/equivalence/goldens.py",
    "tf2_lstm/migrate/equivalence/inputs.py",
    "tf2_lstm/migrate/equivalence/legacy_",
    "tf2_lstm/migrate/equivalence/recorder.py",
    "tf2_lstm/migrate/equivalence/result.py",
]


def imports_of(source):
    """Every module that a source text imports, wherever in the file: names such as "keras.ops".

    What is imported by a name in a string counts, where the file says the string: `import_module("keras.ops")`.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call):
            found |= _named_in_strings(node)
    return found


def _named_in_strings(call):
    """The modules that a call names whose function speaks of importing: whole, or the beginning of an f-string."""
    if "import" not in ast.unparse(call.func):
        return set()
    parts = [part.values[0] if isinstance(part, ast.JoinedStr) else part for part in call.args[:1]]
    named = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return {name.rstrip(".") for name in named}


def room_of(name):
    return max((room for room in ROOMS if name == room or name.startswith(room + "/")), key=len)


def strangers(name, source):
    """What of this project a file imports that its room does not allow."""
    allowed = ROOMS[room_of(name)]
    own = {module for module in imports_of(source) if module.split(".")[0] in PACKAGES}
    return {module for module in own if not any(is_within(module, prefix) for prefix in allowed)}


def is_within(module, prefix):
    """Whether an imported name belongs to a prefix; "tf2_lstm" itself stands for the public names only."""
    if prefix in ("tf2_lstm", "tf2_lstm.migrate"):
        return (
            module.rpartition(".")[0] == prefix
            or module == prefix
            or (prefix == "tf2_lstm" and "migrate" not in module and module.startswith("tf2_lstm."))
        )
    return module == prefix or module.startswith(prefix + ".")


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_imports_point_one_way(path):
    name = path.relative_to(ROOT).as_posix()
    assert not strangers(name, path.read_text(encoding="utf-8"))


WRONG = [
    ("legacy_tf1/unroll.py", "from tf2_lstm import RNN"),
    ("tf2_lstm/unroll.py", "from legacy_tf1.compat import tf"),
    ("tf2_lstm/unroll.py", "from tf2_lstm.migrate import weights"),
    ("tf2_lstm/migrate/pairs/lstm.py", "from tf2_lstm.migrate.weights import to_keras"),
    ("tf2_lstm/migrate/weights.py", "import tf2_lstm.migrate.build"),
    (
        "tf2_lstm/migrate/translate/writing/values.py",
        "from tf2_lstm.migrate.translate.rows.registry import rows",
    ),
    ("tf2_lstm/migrate/translate/rows/shapes.py", "from tf2_lstm.migrate.translate.edges import ends"),
    ("tf2_lstm/migrate/convert/one.py", "importlib.import_module('legacy_tf1.compat')"),
    ("tf2_lstm/migrate/convert/one.py", "import_module(f'legacy_tf1.cells.{name}')"),
    ("tf2_lstm/migrate/convert/one.py", "__import__('legacy_tf1.compat')"),
    ("tf2_lstm/unroll.py", "def f():\n    return importlib.import_module('tf2_lstm.migrate.weights')"),
    ("tf2_lstm/migrate/report/rows.py", "def f():\n    from tf2_lstm.migrate.equivalence import prove"),
]


@pytest.mark.parametrize(("name", "source"), WRONG)
def test_an_import_the_wrong_way_is_seen(name, source):
    assert strangers(name, source)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_tensorflow_is_imported_in_its_rooms_only(path):
    name = path.relative_to(ROOT).as_posix()
    found = {
        module
        for module in imports_of(path.read_text(encoding="utf-8"))
        if module.split(".")[0] == "tensorflow"
    }
    assert not found or name.startswith(TENSORFLOW_ROOMS)


@pytest.mark.parametrize("path", TWINS, ids=[path.relative_to(ROOT).as_posix() for path in TWINS])
def test_the_twins_import_keras_and_nothing_heavier(path):
    top = {module.split(".")[0] for module in imports_of(path.read_text(encoding="utf-8"))}
    third = top - set(sys.stdlib_module_names) - {"tf2_lstm"}
    assert third <= {"keras", "numpy"}
    assert "keras.src" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("room", BACKEND_ROOMS)
def test_a_backend_room_imports_the_library_of_its_backend_alone(room):
    used = {
        name for path in (ROOT / room).glob("*.py") for name in libraries(path.read_text(encoding="utf-8"))
    }
    assert BACKEND_ROOMS[room] in used
    assert used <= {BACKEND_ROOMS[room], "keras", "numpy"}


#: The room of the extra `serve`, whose libraries nothing else imports.
EXPORT_ROOM = "tf2_lstm/migrate/export/"
#: Library as it is imported -> its name as a dependency, where that is another.
NAMED = {"google_crc32c": "google-crc32c", "google.protobuf": "protobuf"}


def libraries(source):
    """The libraries that a source text imports, as their dependencies are called."""
    for module in imports_of(source):
        top = ".".join(module.split(".")[: 2 if module.startswith("google.") else 1])
        if top not in sys.stdlib_module_names and top not in PACKAGES:
            yield NAMED.get(top, top)


def test_what_is_imported_is_a_dependency_and_the_other_way_round_and_has_its_reason():
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    needed = re.findall(r"(?m)^[\w-]+", settings["options"]["install_requires"])
    served = re.findall(r"(?m)^[\w-]+", settings["options.extras_require"]["serve"])
    used = {
        name: set(libraries(path.read_text(encoding="utf-8")))
        for name, path in zip(IDS, SOURCES, strict=True)
        # Whoever has another backend has its library.
        if not name.startswith(("tf2_lstm/backends/jax/", "tf2_lstm/backends/torch/"))
    }
    leaving = {name for path, names in used.items() if path.startswith(EXPORT_ROOM) for name in names}
    others = {name for path, names in used.items() if not path.startswith(EXPORT_ROOM) for name in names}
    assert sorted(needed) == sorted(others)
    assert set(served) == leaving - others
    needed += served
    reasons = (ROOT / "docs" / "adr" / "0006-which-libraries.md").read_text(encoding="utf-8")
    assert not [name for name in needed if name not in reasons]


def test_one_door_leads_into_the_backend_rooms():
    inside = tuple(room.replace("/", ".") for room in BACKEND_ROOMS)
    entered = {
        name
        for name, path in zip(IDS, SOURCES, strict=True)
        if not name.startswith(tuple(BACKEND_ROOMS))
        and any(f"{module}.".startswith(inside) for module in imports_of(path.read_text(encoding="utf-8")))
    }
    assert entered == {"tf2_lstm/backends/__init__.py"}


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_what_runs_beside_tensorflow_1_is_python_3_7(path):
    name = path.relative_to(ROOT).as_posix()
    if name.startswith(tuple(PYTHON_37)):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    else:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 11))


def test_the_list_of_python_3_7_files_is_not_stale():
    assert all(any(name.startswith(prefix) for name in IDS) for prefix in PYTHON_37)


def loaded_after(statement, **environment):
    """The top-level packages that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    command, environment = [sys.executable, "-c", code], os.environ | environment
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


CHEAP = [
    "import tf2_lstm",
    "import tf2_lstm.cli",
    "import tf2_lstm.migrate.pairs",
    "from tf2_lstm.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
    "from tf2_lstm.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass",
    "from tf2_lstm.cli import main\nmain(['compare', '--list'])",
]


@pytest.mark.parametrize("statement", CHEAP)
def test_what_must_be_cheap_imports_nothing_heavy(statement):
    assert not loaded_after(statement) & {"tensorflow", "keras", "numpy", "rich"}


def test_the_promise_of_cheapness_can_be_broken():
    # Keras on NumPy is imported in half the time of TensorFlow's.
    assert "keras" in loaded_after("from tf2_lstm import LSTMCell", KERAS_BACKEND="numpy")


ROAD = """
import sys
sys.modules["legacy_tf1"] = None
from tf2_lstm.cli import main
model, out = sys.argv[1:]
print(main(["inspect", model]), main(["convert", model, "-o", out]), main(["compare", model]))
print(main(["export", out + "/rnn.keras", "--like", model, "-o", out + "/back.ckpt"]))
"""


def test_the_road_needs_no_cell_of_tensorflow_1(tmp_path):
    """The commands on a TF1 model run where nothing of `legacy_tf1` can be imported."""
    model = ROOT / "tests" / "zoo" / "files" / "basic_lstm" / "model.ckpt"
    done = warm.python("-c", ROAD, model, tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if line and not line.strip("0 ")] == ["0 0 0", "0"]


def test_no_path_of_one_machine_is_in_a_tracked_file():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    pattern = re.compile(r"(?<![\w./])/(?:home|root|Users|work)/\w")
    for name in filter(None, listed.split("\0")):
        content = (ROOT / name).read_bytes()
        assert not pattern.search(content.decode("utf-8", errors="replace")), name


def test_no_file_is_a_heap():
    """One idea a file: past 400 lines it is two."""
    assert not [
        name for name, path in zip(IDS, SOURCES, strict=True) if len(path.read_text().splitlines()) > 400
    ]
