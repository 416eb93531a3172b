"""What holds for every file of `legacy_tf1`: syntax, imports, examples."""

import ast
import importlib
import pathlib
import re

import pytest

import legacy_tf1

ROOT = pathlib.Path(legacy_tf1.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in FILES
}
LIBRARY = [name for name in MODULES if ".programs" not in name and name.count(".")]


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("name", MODULES)
def test_the_syntax_is_that_of_python_37(name):
    ast.parse(MODULES[name].read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("name", MODULES)
def test_nothing_of_the_other_column_and_no_tensorflow_but_in_compat(name):
    roots = {imported.split(".")[0] for imported in _imports(MODULES[name])}
    assert not roots & {"tf2_lstm", "keras", "tf_keras", "tensorflow"}


def test_compat_alone_names_where_things_live():
    places = re.compile(r"import_module\(.tensorflow|tensorflow\.python|tf_keras\.|contrib\.rnn\.\w+$")
    naming = [path.name for path in FILES if places.search(path.read_text())]
    assert naming == ["compat.py"]


@pytest.mark.parametrize("name", [name for name in LIBRARY if name != "legacy_tf1.cells"])
def test_the_example_in_the_docstring_runs(name):
    blocks = re.findall(r"```python\n(.*?)```", importlib.import_module(name).__doc__, re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], name, "exec"), {})
