"""The blocks that are not run as they stand: why, and what is checked instead."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from docs.running import arguments_of, commands, last_recipe_line
from tf2_lstm.migrate.equivalence.goldens import FOLDER
from tf2_lstm.migrate.pairs import CASES


def check_all_cases(block, folder):
    """Each row shown is of a case with that many tensors; the last line counts cases and comparisons."""
    [(command, shown)] = commands(block)
    tensors = {
        name: json.loads((Path(FOLDER) / name / "record.json").read_text())["tensors"] for name in CASES
    }
    rows = re.findall(r"│ (\S+) +│ +(\d+) │ .* │ equal +│", shown)
    assert rows
    assert [(case, len(tensors[case])) for case, _ in rows] == [(case, int(n)) for case, n in rows]
    last = f"EQUAL: {len(CASES)} case(s), {2 * sum(map(len, tensors.values()))} comparisons"
    assert shown.splitlines()[-1] == last
    assert arguments_of(command, folder)[1:] == ["-m", "tf2_lstm", "compare", "--all"]


def check_map(block, folder):
    """Each path of the map is there, and so is what its line names with a slash or as a .py file."""
    for line in block.text.splitlines():
        path = line.split()[0]
        assert (folder / path).exists(), path
        for inner in re.findall(r"\b(\w+(?:/|\.py))(?=\W|$)", line.removeprefix(path)):
            assert (folder / path / inner).exists(), f"{path}{inner}"


def check_targets(block, folder):
    """Each target has a recipe that ends with a tool of `.venv`; a folder of its name is no recipe."""
    for command in block.text.splitlines():
        assert last_recipe_line(command.split()[1:], folder).startswith(".venv/bin/"), command


def check_golden(block, folder):
    """The target gets as far as the recorder, which refuses this TensorFlow."""
    [command] = block.text.splitlines()
    arguments = arguments_of(command, folder)
    arguments.remove("--write")
    refused = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "comes from real TensorFlow 1.15" in refused.stderr


def check_workflow(block, folder):
    """What a step gives the action are inputs of it."""
    *_, step = yaml.safe_load(block.text)["steps"]
    assert step["with"].keys() <= yaml.safe_load((folder / "action.yml").read_text())["inputs"].keys()


def check_install(block, folder):
    """What is installed is the folder that the commands stand in."""
    assert block.text.splitlines()[-1] == "pip install ."
    assert {"setup.cfg", "pyproject.toml"} <= {path.name for path in folder.iterdir()}


def check_recipe(block, folder):
    """It installs what test_distributions.py has in the process that loads a model."""
    assert block.text.splitlines()[:2] == ["pip install --no-deps tf2-lstm", "pip install keras==3.15.1 jax"]


#: (document, first line of the block) -> why it is not run, what is checked instead.
LISTED = {
    ("README.md", "$ tf2-lstm compare --all"): (
        "minutes; test_equivalence.py runs every case already",
        check_all_cases,
    ),
    ("README.md", "legacy_tf1/          BEFORE: TF1 session code; runs on TensorFlow 1.15 and 2.21"): (
        "a map is no program",
        check_map,
    ),
    ("README.md", "permissions: {contents: read, security-events: write}"): (
        "it is for a runner; test_action.py runs the steps of the action",
        check_workflow,
    ),
    ("README.md", "python3 -m venv env && . env/bin/activate"): (
        "test_distributions.py installs the wheels in environments of their own",
        check_install,
    ),
    ("docs/chapters/versions.md", "pip install --no-deps tf2-lstm"): (
        "test_distributions.py installs the wheel so, and loads a model on JAX without the rest",
        check_recipe,
    ),
    ("README.md", "make wheels"): ("test_distributions.py builds them", check_targets),
    ("CONTRIBUTING.md", "make lint"): ("the tests would start themselves", check_targets),
    ("CONTRIBUTING.md", "make golden NAME=basic_rnn TF1_PYTHON=python"): (
        "needs TensorFlow 1.15, and tests write no records",
        check_golden,
    ),
}
