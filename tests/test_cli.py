"""The command line as a user has it: real processes, exit codes, one line for an error, no noise."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import warm

import tf2_lstm
from tf2_lstm.migrate.pairs import CASES, PAIRS

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}

#: How many modules --help and --version may import beside argparse and its own.
LIGHT = 90


def run(*arguments, **options):
    """Run `python -m tf2_lstm` in a process of its own, as from a shell without any TF_ variable."""
    command = [sys.executable, "-m", "tf2_lstm", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=PLAIN, check=False, **options)


def compare(*arguments):
    """Run `python -m tf2_lstm compare` as `run` does, off a process that is warm."""
    return warm.python("-m", "tf2_lstm", "compare", *arguments)


def imported(*command):
    """The modules that a command of Python imports, by its own account."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command], capture_output=True, text=True, env=PLAIN, check=False
    )
    assert done.returncode == 0
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.count("|") == 2}


def test_version():
    answer = run("--version")
    assert answer.stdout == f"tf2-lstm {tf2_lstm.__version__}\n"
    assert tf2_lstm.__version__ in Path("setup.cfg").read_text(encoding="utf-8")


def test_the_console_script_is_the_module():
    script = Path(sys.executable).with_name("tf2-lstm")
    answer = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == run("--version").stdout


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_cost_nothing(flag):
    """Counted in modules, not in seconds: those of a busy machine are no measure."""
    more = imported("-m", "tf2_lstm", flag) - imported("-c", "import argparse, contextlib, os")
    assert not {name.partition(".")[0] for name in more} & {
        "tensorflow",
        "keras",
        "numpy",
        "rich",
        "pathspec",
    }
    assert len(more) <= LIGHT


def test_compare_runs_the_two_programs_of_the_notebook():
    answer = run("compare")
    assert answer.returncode == 0
    assert answer.stderr == ""
    for side in ("live session", "Keras"):
        assert f"single_lstm, {side}\nstate = LSTMStateTuple(c=array([[" in answer.stdout
        assert f"stacked_lstm, {side}\noutput = array([[[" in answer.stdout
    assert "max |difference|" in answer.stdout
    assert "TF 1.15 record: tensorflow 1.15.5" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "EQUAL: 2 case(s), 16 comparisons"


def test_json_has_the_schema_that_programs_rely_on():
    answer = compare("single_lstm", "gru/default", "--format", "json")
    report = json.loads(answer.stdout)
    assert (report["schema"], report["passed"]) == (1, True)
    assert [case["name"] for case in report["cases"]] == ["gru/default", "single_lstm"]
    for case in report["cases"]:
        assert {"name", "passed", "diagnosis", "tensors"} <= set(case)
        for tensor in case["tensors"]:
            assert {"name", "shape", "dtype", "witness", "max_abs_diff", "tolerance", "passed"} <= set(tensor)
            assert tensor["max_abs_diff"] <= tensor["tolerance"]


def test_a_difference_is_exit_1_and_a_tolerance_by_hand_is_announced(tmp_path):
    output = tmp_path / "report.md"
    options = "--rtol 0 --atol 0 --format markdown --output"
    answer = compare("gru/default", *options.split(), output)
    assert answer.returncode == 1
    assert answer.stdout == f"DIFFERENT: 1 case(s); report in {output}\n"
    text = output.read_text(encoding="utf-8")
    assert "CAUTION: the tolerance was set by hand (atol=0, rtol=0)" in text
    assert "allowed 0, would pass with atol" in text


def test_what_was_left_out_is_announced():
    options = "--no-gradients --steps 2 --seed 7 --dtype float64 --format json"
    answer = compare("lstm/default", *options.split())
    report = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert {tensor["dtype"] for tensor in report["cases"][0]["tensors"]} == {"float64"}
    assert not [t for t in report["cases"][0]["tensors"] if t["name"].startswith("gradient")]
    assert [note.split(":")[0] for note in report["notes"]] == [
        "Seed 7 has no golden record",
        "Golden records are float32",
        "Programs are written in float32 and run in float32.",
        "Gradients were not compared.",
    ]


def test_a_report_that_does_not_fit_on_the_disk_leaves_the_earlier_one(tmp_path, monkeypatch, capsys):
    """It has a name that a CI runner would carry out."""
    from tf2_lstm import cli

    monkeypatch.chdir(tmp_path)
    report = Path("a\n::error::b\x1b[31m.md")
    report.write_text("the earlier one")
    command = ["compare", "basic_rnn/default", "--no-gradients", "--steps", "0", "--output", str(report)]
    assert cli.main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is there already. Choose another file, or replace it with --overwrite." in line
    assert line.isprintable()
    command.append("--overwrite")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        code = cli.main(command)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    said = capsys.readouterr()
    assert (code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "File too large" in said.err
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        (report.name, "the earlier one")
    ]
    assert cli.main(command) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert [path.name for path in tmp_path.iterdir()] == [report.name]
    assert "EQUAL" in report.read_text()


def test_a_pair_name_means_all_of_its_cases():
    from tf2_lstm.migrate.equivalence.listing import choose

    assert choose(["residual", "gru/relu"], False, ()) == [CASES["gru/relu"], *PAIRS["residual"].cases]
    assert choose([], True, ()) == list(CASES.values())
    assert [case.name for case in choose([], False, ("single_lstm",))] == ["single_lstm"]


def test_list_names_every_pair_and_case():
    answer = run("compare", "--list")
    assert answer.returncode == 0
    assert all(name in answer.stdout for name in [*PAIRS, *CASES])


def test_show_prints_both_files_side_by_side():
    answer = run("compare", "--show", "stacked_lstm")
    lines = answer.stdout.splitlines()
    half = lines[0].index(" | ")
    columns = [[line[:half].rstrip() for line in lines], [line[half + 3 :] for line in lines]]
    assert [column[0] for column in columns] == [
        "legacy_tf1/programs/stacked_lstm.py",
        "tf2_lstm/programs/stacked_lstm.py",
    ]
    root = Path(tf2_lstm.__file__).parent.parent
    for column in columns:
        for line in (root / column[0]).read_text(encoding="utf-8").splitlines():
            assert line[:half].rstrip() in column


WRONG = [
    (["compare", "nonsense"], "no pair, case or program is called 'nonsense'. See tf2-lstm compare --list."),
    (["compare", "stacked_lst"], "Did you mean stacked_lstm"),
    (["compare", "--show", "lstmm"], "Did you mean lstm"),
    (
        ["compare", "--output", "missing/folder/report.md"],
        "the folder missing/folder does not exist. Create it first.",
    ),
    (["compare", "--output", "."], "is a folder, expected the name of a file"),
    (["compare", "--output", "README.md"], "README.md: is there already. Choose another file, or replace it"),
    (["compare", "--overwrite"], "--overwrite: expected with --output, found without"),
    (
        ["compare", "--steps", "-1"],
        "argument --steps: expected a whole number from 0 to 10000, received '-1'",
    ),
    (["compare", "--atol", "nan"], "argument --atol: expected a number from 0 to 1000"),
    (["compare", "--seed", "x"], "argument --seed: expected a whole number from 0 to 4294967295"),
    (["compare", "--dtype", "float16"], "invalid choice: 'float16'"),
    (["compare", "--all", "single_lstm"], "--all"),
    (["compare", "single_lstm", "--ema"], "--ema: expected with the path of a TF1 model, found with no path"),
    (
        ["compare", "tests/zoo/files/basic_lstm/model.ckpt", "--output", "report.md", "--no-gradients"],
        "--no-gradients, --output: expected with pairs and cases, found with the path",
    ),
    ([], "the following arguments are required: COMMAND"),
    (["fly"], "invalid choice: 'fly'"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), WRONG, ids=[" ".join(row[0]) or "nothing" for row in WRONG]
)
def test_wrong_use_is_exit_2_and_one_line(arguments, message):
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert len([line for line in answer.stderr.splitlines() if not line.startswith(("usage:", " "))]) == 1


def test_a_closed_pipe_is_no_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "tf2_lstm", "compare", "--list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=PLAIN,
    )
    process.stdout.close()
    _, errors = process.communicate()
    assert errors == b""


def test_a_damaged_record_is_exit_2(tmp_path, monkeypatch, capsys):
    from tf2_lstm import cli
    from tf2_lstm.migrate.equivalence import goldens

    monkeypatch.setattr(goldens, "FOLDER", str(tmp_path))
    monkeypatch.setattr(goldens.read_record, "__defaults__", (str(tmp_path),))
    assert cli.main(["compare", "gru/default"]) == 2
    assert "gru/default: no golden record" in capsys.readouterr().err
