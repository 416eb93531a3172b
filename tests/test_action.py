"""The GitHub Action: its steps run in a shell as a runner runs them, on a folder of somebody's."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
MODEL = "import tensorflow as tf\ncell = tf.contrib.rnn.GRUCell(3)\n"


def start(step, folder, given, **environment):
    """Run a step in a folder as a runner does; return the process and what the step left as its outputs."""
    values = {name: one["default"] for name, one in ACTION["inputs"].items()} | given
    known = {f"inputs.{name}": value for name, value in values.items()} | {"github.action_path": str(ROOT)}
    own = {
        name: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known[found[1]], text)
        for name, text in STEPS[step].get("env", {}).items()
    }
    script, outputs = folder / "step.sh", folder / "outputs.txt"
    script.write_text(STEPS[step]["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=folder,
        env=os.environ | own | {"GITHUB_OUTPUT": str(outputs)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, outputs.read_text() if outputs.exists() else ""


@pytest.fixture
def programs(tmp_path):
    """A folder of programs: `python` and `tf2-lstm` are those of this interpreter."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, words in (("python", ""), ("tf2-lstm", "-m tf2_lstm")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def path(programs):
    """The search path of a runner."""
    return f"{programs}{os.pathsep}{os.environ['PATH']}"


def test_it_installs_the_small_distribution(tmp_path, path):
    packages = tmp_path / "packages"
    # No network and no library in a test; the line is what a runner runs.
    pip = {"PIP_TARGET": str(packages), "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    done, _ = start("Install", tmp_path, {}, PATH=path, **pip)
    assert done.returncode == 0, done.stderr
    assert {one.name for one in packages.glob("tf2_lstm*") if "-" not in one.name} == {"tf2_lstm_scan"}


SCANS = {
    "the whole folder": ({}, 0, "true", {"RNN103"}),
    "a path with blanks, and nothing in it": ({"paths": "with blanks\n"}, 0, "false", set()),
    "two paths": ({"paths": "with blanks\nmodel.py"}, 0, "true", {"RNN103"}),
    "arguments": ({"arguments": "--ignore\nRNN1\n"}, 0, "false", set()),
    "a path that is not there": ({"paths": "gone"}, 2, "", None),
    "a path that looks like an argument": ({"paths": "--exit-zero"}, 2, "", None),
    "a path that would be run": ({"paths": "$(touch run)\n`touch run`\n; touch run"}, 2, "", None),
}


@pytest.mark.parametrize(("given", "code", "findings", "rules"), SCANS.values(), ids=SCANS)
def test_it_scans_and_writes_sarif(given, code, findings, rules, tmp_path, path):
    folder = tmp_path / "somebody's"
    (folder / "with blanks").mkdir(parents=True)
    (folder / "with blanks" / "new.py").write_text("import keras\n")
    (folder / "model.py").write_text(MODEL)
    done, outputs = start("Scan", folder, given, PATH=path)
    assert done.returncode == code, done.stderr
    assert outputs == (f"findings={findings}\n" if findings else "")
    assert not (folder / "run").exists()
    if rules is not None:
        [run] = json.loads((folder / "tf2-lstm.sarif").read_text())["runs"]
        assert {result["ruleId"] for result in run["results"]} == rules


def test_findings_fail_the_job_where_they_are_meant_to_and_after_the_upload(tmp_path):
    done, _ = start("Fail on findings", tmp_path, {})
    assert done.returncode == 1
    assert done.stdout.startswith("::error::")
    assert list(STEPS)[-2:] == ["Upload", "Fail on findings"]
    assert ACTION["inputs"]["fail-on-findings"]["default"] == "false"


def test_what_it_names_is_there():
    """Every input is used and every one used is declared; nothing of a caller's is text of a script."""
    said = json.dumps({name: ACTION[name] for name in ("runs", "outputs")})
    assert set(re.findall(r"inputs\.([\w-]+)", said)) == set(ACTION["inputs"])
    assert set(re.findall(r"steps\.(\w+)\.", said)) == {step["id"] for step in STEPS.values() if "id" in step}
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        assert ("run" in step) == (step.get("shell") == "bash")
        assert ("uses" in step) != ("run" in step)
