"""How Keras learns of the classes: an import behind its own, or any name; and no class comes half imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import warm

ROOT = Path(__file__).parents[2]
LOOK = "print([keras.saving.get_registered_object('tf2_lstm>' + one) is not None for one in ('LSTMCell', 'RNN')])"


def known_after(statement, backend="numpy"):
    """Which classes Keras knows in a process that is cold: on NumPy it takes half the time."""
    code = f"{statement}\nimport keras\n{LOOK}"
    command, environment = [sys.executable, "-c", code], os.environ | {"KERAS_BACKEND": backend}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_registers_every_class():
    assert known_after("from tf2_lstm import load_model", "tensorflow") == "[True, True]"


def test_importing_the_package_behind_keras_registers_every_class():
    assert warm.python("-c", f"import keras, tf2_lstm\n{LOOK}").stdout.strip() == "[True, True]"


def test_in_front_of_keras_it_imports_nothing_and_registers_with_the_first_name():
    assert known_after("import tf2_lstm") == "[False, False]"
    assert known_after("import tf2_lstm, keras; tf2_lstm.GRUCell") == "[True, True]"


def test_a_file_of_its_own_is_not_interrupted_and_registers_what_it_holds():
    assert known_after("import tf2_lstm.cells.lstm") == "[True, False]"


@pytest.mark.parametrize("hidden", ["sys.modules['keras'] = None", "pass"])
def test_a_process_without_keras_3_is_left_alone(tmp_path, hidden):
    """Behind an older Keras, or none, the package imports as in front of it."""
    (tmp_path / "keras.py").write_text("__version__ = '2.3.1'\n")
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{hidden}\n"
    code += "try:\n    import keras\n    print(keras.__version__)\nexcept ImportError:\n    print('none')\n"
    code += "import tf2_lstm"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ("2.3.1" if hidden == "pass" else "none")
