"""The package: lazy, importing Keras alone, every example in it runs."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tf2_lstm

PACKAGE = Path(tf2_lstm.__file__).parent
SOURCES = [
    *sorted(PACKAGE.glob("cells/*.py")),
    *(PACKAGE / f"{n}.py" for n in ("cell_plan", "stack", "state", "stock", "unroll")),
]
SOURCES += [PACKAGE / "wrappers.py", PACKAGE / "__init__.py"]
IDS = [str(path.relative_to(PACKAGE)) for path in SOURCES]

BARE = """
import sys
import tf2_lstm
assert tf2_lstm.__version__ and set(tf2_lstm.__all__) <= set(dir(tf2_lstm))
print([name for name in ("keras", "tensorflow", "numpy") if name in sys.modules])
"""


def test_importing_the_package_imports_neither_keras_nor_tensorflow_nor_numpy():
    command = [sys.executable, "-c", BARE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_no_other():
    for name in tf2_lstm.__all__:
        assert getattr(tf2_lstm, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'LSTM'"):
        _ = tf2_lstm.LSTM


def test_the_package_file_is_python_3_7():
    ast.parse((PACKAGE / "__init__.py").read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_twin_imports_keras_and_its_own_package_alone(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    allowed = re.compile(
        r"(keras(\.layers)?|tf2_lstm(\.(?!migrate)\w+)*|collections|contextlib|dataclasses|functools|importlib|math|sys)"
    )
    assert [name for name in sorted(imported) if not allowed.fullmatch(name)] == []


BLOCKS = [
    pytest.param(block, id=f"{name}-{number}")
    for name, path in zip(IDS, SOURCES, strict=True)
    for number, block in enumerate(re.findall(r"^ *```python\n(.*?)^ *```", path.read_text(), re.M | re.S))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_the_examples_run(block):
    lines = block.splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line)
    exec("\n".join(line[indent:] for line in lines), {})
