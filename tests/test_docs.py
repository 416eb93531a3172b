"""The documents are run, block by block; their tables, links and names are held to what is there."""

import dataclasses
import importlib.util
import re
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import pytest
import tensorflow as tf
import warm
from docs.blocks import columns, headings, read_blocks
from docs.checks import broken_links, is_file, key_of, missing_pages, unaccounted, unknown_tests
from docs.examples import examples_of, namespace_of
from docs.listed import LISTED
from docs.running import (
    DocumentError,
    check_columns,
    check_output,
    hush,
    run_console,
    run_example,
    run_python,
    run_shell,
)

from tf2_lstm.migrate.equivalence.goldens import checkpoint_of
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source.rules import RULES

ROOT = Path(__file__).resolve().parent.parent


def load_tables():
    """The generator of the tables, which is a script and no module."""
    spec = importlib.util.spec_from_file_location("docs_tables", ROOT / "docs" / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = load_tables()
WRITTEN = TABLES.written(ROOT)
CURRENT = TABLES.current(ROOT)
OTHERS = (
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
    *(ROOT / "docs" / "adr").glob("*.md"),
    *(ROOT / "examples").glob("*/README.md"),
)
#: Every page: those with tables, those without, and the generated ones of the rules.
TEXTS = CURRENT | WRITTEN | {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in OTHERS}
BLOCKS = [block for name, text in WRITTEN.items() for block in read_blocks(name, text)]
RUN = {"python": run_python, "console": run_console, "sh": run_shell}
PAIRED = columns(BLOCKS)
SINGLE = [
    block
    for block in BLOCKS
    if block.language in RUN and block.role not in ("before", "after") and key_of(block) not in LISTED
]
EXAMPLES = [
    block
    for package in ("legacy_tf1", "tf2_lstm")
    for path in sorted((ROOT / package).rglob("*.py"))
    for block in examples_of(path, ROOT)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that looks like a new checkout, whatever a reader of the README has made here, and may be written to."""
    shadow = tmp_path_factory.mktemp("checkout")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in sorted({path.partition("/")[0] for path in tracked.splitlines()}):
        if not name.startswith("."):
            (shadow / name).symlink_to(ROOT / name)
    for block in filter(is_file, BLOCKS):
        assert not (shadow / block.role).exists()
        (shadow / block.role).write_text(block.text, encoding="utf-8")
    return shadow


def test_every_block_is_run_or_listed():
    run = [*SINGLE, *(block for both in PAIRED for block in both)]
    assert not unaccounted(BLOCKS, run, LISTED)


@pytest.mark.parametrize(("before", "after"), PAIRED, ids=[block.section for block, _ in PAIRED])
def test_both_columns_leave_the_same(before, after, folder, monkeypatch):
    monkeypatch.chdir(folder)
    check_columns(run_python(before)["before"], run_python(after)["after"], before)


@pytest.mark.always
@pytest.mark.parametrize("page", dict.fromkeys(block.file for block in SINGLE))
def test_the_blocks_of_a_page_do_what_they_show(page, folder, monkeypatch):
    """In their order: a block may use what one above it has written, and import it."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    for block in SINGLE:
        if block.file == page:
            RUN[block.language](block, *([] if block.language == "python" else [folder]))


@pytest.mark.parametrize("block", [block for block in BLOCKS if key_of(block) in LISTED], ids=str)
def test_a_block_that_is_not_run_is_checked_otherwise(block, folder):
    LISTED[key_of(block)][1](block, folder)


#: Section, a piece of its after block, what a careless migration writes there.
CARELESS = [
    ("basic_rnn", "num_units=5), variables))", "num_units=5), variables)); cell.bias.assign(-cell.bias)"),
    ("basic_lstm", ", forget_bias=2.5", ""),
    ("basic_lstm", "outputs, h, c = layer(x)", "outputs, c, h = layer(x)"),
    ("lstm", "cell_clip=0.8, ", ""),
    ("gru", "in names}", "in names}; variables['gates/bias'] = variables['gates/bias'][::-1]"),
    ("multi_rnn", "num_units=size)", "num_units=size, forget_bias=0.0)"),
    ("dropout", '("everything dropped", 1.0)', '("everything dropped", 0.0)'),
    ("residual", "RNN(ResidualWrapper(cell)", "RNN(cell"),
    ("residual", ", mask=sequence_mask([5, 0, 3], 5)", ""),
    ("dynamic_rnn", "initial_state=start, ", ""),
    ("static_rnn", "outputs[:, -1]", "outputs[:, 0]"),
    ("bidirectional_dynamic_rnn", ", mask=sequence_mask([2, 5, 4], 5)", ""),
    ("static_bidirectional_rnn", "zip((fw, bw), read", "zip((bw, fw), read"),
    ("stack_bidirectional_dynamic_rnn", "zip(cells_fw + cells_bw,", "zip(cells_bw + cells_fw,"),
    ("python_loop", "h, c = state", "c, h = state"),
    ("lstm_state_tuple", "LSTMStateTuple(c=c, h=h)", "LSTMStateTuple(c=h, h=c)"),
    ("single_lstm", "to_tf1_state(lstm_cell, state_new)", "dict(zip('ch', state_new))"),
    ("stacked_lstm", "num_units=size)", "num_units=size, forget_bias=0.0)"),
    ("char_rnn", ", forget_bias=0.0", ""),
    ("tagger", 'f"bidirectional_rnn/{scope}', 'f"bidirectional_rnn/fw'),
    ("sequence_length and padding", "outputs, h, c = RNN(", "outputs, c, h = RNN("),
    ("Initial and carried state", "chunk, initial_state=state)", "chunk)"),
    ("Sessions, placeholders and feed_dict against calls", "SGD(0.5)", "SGD(0.25)"),
    ("Saving and restoring", "set_weights(arrays)", "set_weights(cell.get_weights())"),
    (
        "The official dynamic_rnn argument map",
        "layer(keras.ops.swapaxes(x, 0, 1))",
        "layer(x.reshape(3, 5, 4))",
    ),
]


def test_every_pair_of_columns_has_a_careless_twin():
    assert {section for section, _, _ in CARELESS} == {before.section for before, _ in PAIRED}


@pytest.mark.parametrize(("section", "right", "wrong"), CARELESS)
def test_a_careless_migration_is_seen(section, right, wrong, folder, monkeypatch):
    monkeypatch.chdir(folder)
    before, after = next(pair for pair in PAIRED if pair[0].section == section)
    assert right in after.text
    careless = dataclasses.replace(after, text=after.text.replace(right, wrong))
    with pytest.raises(DocumentError, match=re.escape(before.file)):
        check_columns(run_python(before)["before"], run_python(careless)["after"], before)


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_examples_of_docstrings_run(block, tmp_path, monkeypatch):
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    monkeypatch.chdir(tmp_path)
    run_example(block, namespace_of(block))


def test_an_example_of_a_docstring_that_fails_is_seen(tmp_path):
    path = tmp_path / "legacy_tf1" / "one.py"
    path.parent.mkdir()
    path.write_text('"""One.\n\n```python\nprint(1)\nassert 1 == 2\n```\n"""\n')
    [block] = examples_of(path, tmp_path)
    with pytest.raises(AssertionError):
        run_example(block, namespace_of(block))


def test_every_pair_has_its_page():
    assert not missing_pages(TEXTS, PAIRS)


def test_every_rule_has_its_page():
    assert {rule.url for rule in RULES.values()} <= {name for name, text in CURRENT.items() if text}


def test_the_guide_is_read_in_one_go():
    assert len(WRITTEN["MIGRATION.md"]) <= 40_000


@pytest.mark.parametrize("name", [name for name in WRITTEN if name.startswith("docs/")])
def test_the_guide_leads_to_every_page_that_is_written(name):
    assert f"]({name}" in WRITTEN["MIGRATION.md"]


@pytest.mark.parametrize("name", PAIRS)
def test_the_page_of_a_pair_has_all_its_parts(name):
    section = TEXTS[f"docs/pairs/{name}.md"]
    row = PAIRS[name]
    tables = ["head", "limits"] + ["arguments"] * bool(row.arguments) + ["weights"] * bool(row.weights)
    tables += ["equations"] * bool(row.equations)
    assert sorted(re.findall(rf"<!-- table: (\w+) {name} -->", section)) == sorted(tables)
    assert "What changes:" in section
    assert "Why it bites:" in " ".join(section.split())
    assert [before.section for before, _ in PAIRED].count(name) == 1


@pytest.mark.parametrize("name", WRITTEN)
def test_generated_tables_are_current(name):
    assert CURRENT[name] == WRITTEN[name], "run: python docs/tables.py"


@pytest.mark.parametrize("pair", PAIRS.values(), ids=list(PAIRS))
def test_the_names_in_the_tables_are_those_of_the_checkpoints(pair):
    program = pair.kind == "program"
    named = TABLES.program_variables(pair) if program else TABLES.variables_of(pair.cases[0].call)
    assert sorted(named) == [name for name, _ in tf.train.list_variables(checkpoint_of(pair.cases[0]))]


def test_the_quoted_map_is_what_tensorflow_says():
    said = re.sub(r"[\s:|`]+", " ", tf.compat.v1.nn.dynamic_rnn.__doc__)
    for quote in (
        "outputs, output_states = rnn_layer(inputs, states)",
        "time_major time_major In the RNN layer constructor",
        "Adding masking layer before RNN to achieve the same result",
    ):
        assert quote in said


def test_links_lead_somewhere():
    assert {name: broken for name in TEXTS if (broken := broken_links(name, TEXTS, ROOT))} == {}


def test_the_wall_is_as_the_readme_says(tmp_path):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        tf.compat.v1.nn.dynamic_rnn(keras.layers.LSTMCell(4), tf.zeros((2, 3, 4)), dtype="float32")
    (tmp_path / "old.py").write_text("import tensorflow as tf\ntf.contrib.rnn.BasicLSTMCell(4)\n")
    script = "tensorflow.tools.compatibility.tf_upgrade_v2_main"
    upgrade = [sys.executable, "-m", script, "--infile", "old.py", "--outfile", "new.py"]
    done = subprocess.run(upgrade, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Detected 0 issues" in done.stdout
    assert "tf.compat.v1.nn.rnn_cell.BasicLSTMCell(4)" in (tmp_path / "new.py").read_text()


def test_every_test_that_is_named_exists():
    assert "tests/" in TEXTS["CONTRIBUTING.md"]
    assert not unknown_tests(TEXTS["CONTRIBUTING.md"], ROOT)


def test_the_changelog_has_the_version():
    from tf2_lstm import __version__

    assert f"## [{__version__}]" in TEXTS["CHANGELOG.md"]


@pytest.mark.parametrize("name", ["docs/one.md", "README.md"])
def test_tables_are_written_and_checked(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(TABLES, "ROOT", tmp_path)
    code = "```text\ncell = cells[0](64)\n```\n"
    rule = f"see [x](docs/pairs/gru.md)\n{code}"
    monkeypatch.setattr(TABLES, "documents", lambda: {"docs/rules/RNN1.md": rule})
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    (tmp_path / "docs" / "rules" / "RNN2.md").touch()
    (tmp_path / name).write_text("a\n<!-- table: limits gru -->\nold\n<!-- end -->\nb\n")
    assert TABLES.main(["--check"]) == 1
    assert "old" in (tmp_path / name).read_text()
    assert TABLES.main([]) == 0
    assert TABLES.main(["--check"]) == 0
    assert "Limits: none known." in (tmp_path / name).read_text()
    assert [path.read_text() for path in (tmp_path / "docs" / "rules").iterdir()] == [
        f"see [x](../pairs/gru.md)\n{code}"
    ]
    stale = f"{name}, docs/rules/RNN1.md, docs/rules/RNN2.md"
    assert capsys.readouterr().out == f"not current: {stale}\nwritten: {stale}\n"


# The checkers are checked: each must refuse what it is there to refuse.


def block_of(text, number=0):
    return read_blocks("planted.md", text)[number]


def show(text):
    return lambda: run_python(block_of(text))


ZEROS, ONES = [0.0, 0.0], [1.0, 1.0]
REFUSED = {
    "another output": show("```python\nprint(1.5)\n```\n\n```text\n1.6\n```\n"),
    "a whole number off by one": show("```python\nprint(3)\n```\n```text\n4\n```\n"),
    "a word more": show("```python\nprint('a b')\n```\n```text\na\n```\n"),
    "a line less": show("```python\nprint('a')\n```\n```text\na\nb\n```\n"),
    "output that is not shown": show("```python\nprint(1)\n```\n"),
    "no output where some is shown": show("```python\npass\n```\n```text\n1\n```\n"),
    "another error": show("```python\n{}['a']\n```\n```text\nKeyError: 'b'\n```\n"),
    "no error where one is shown": show("```python\n1\n```\n```text\nKeyError: 'b'\n```\n"),
    "a line after the dots that is not printed": lambda: check_output("a\n...\nz\n", "a\nb\n", "here"),
    "more after the last line": lambda: check_output("a\n...\nb\n", "a\nb\nc\n", "here"),
    "a difference that is too large to be rounding": lambda: check_output("1.2e-07", "4.0e-05", "here"),
    "numbers that differ": lambda: check_columns({"y": [1.0, 2.0]}, {"y": [1.0, 2.00001]}, "here"),
    "a NaN": lambda: check_columns({"y": ONES}, {"y": [1.0, float("nan")]}, "here"),
    "another name": lambda: check_columns({"y": ONES}, {"z": ONES}, "here"),
    "a name less": lambda: check_columns({"y": ONES, "z": ONES}, {"y": ONES}, "here"),
    "another shape": lambda: check_columns({"y": ONES}, {"y": [ONES]}, "here"),
    "whole numbers for decimals": lambda: check_columns({"y": ONES}, {"y": [1, 1]}, "here"),
    "nothing": lambda: check_columns({}, {}, "here"),
    "nothing but zeros": lambda: check_columns({"y": ZEROS}, {"y": ZEROS}, "here"),
    "a command that fails": lambda: run_shell(block_of("```sh\ntf2-lstm compare no_such_pair\n```\n"), ROOT),
    "a command with other output": lambda: run_console(
        block_of("```console\n$ tf2-lstm --version\ntf2-lstm 9.9.9\n```\n"), ROOT
    ),
    "another exit code": lambda: run_console(
        block_of("```console 1\n$ tf2-lstm --version\n...\n```\n"), ROOT
    ),
    "a command that nobody knows": lambda: run_shell(block_of("```sh\ncurl example.org\n```\n"), ROOT),
}


@pytest.mark.parametrize("planted", REFUSED.values(), ids=list(REFUSED))
def test_the_checkers_refuse(planted):
    with pytest.raises(DocumentError):
        planted()


@pytest.mark.parametrize("shown", ["", "```text\n...\n```\n", "```text\nan hour\n...\n```\n"])
def test_an_error_that_is_not_shown_goes_through(shown):
    with pytest.raises(ZeroDivisionError):
        show(f"```python\nprint('an hour')\n1 / 0\n```\n{shown}")()


ALONE = "```python before\n```\n"


@pytest.mark.parametrize(
    "text", [ALONE, ALONE.replace("before", "after"), ALONE + ALONE, "```python befor\n```\n", "```python\n"]
)
def test_a_column_alone_or_misspelt_and_an_open_fence_are_refused(text):
    with pytest.raises(ValueError, match=r"planted\.md"):
        columns(read_blocks("planted.md", text))


def test_what_is_missing_or_stale_is_named():
    gru = "docs/pairs/gru.md"
    text = TEXTS[gru]
    assert missing_pages(TEXTS | {gru: text.replace("# gru\n", "# grue\n", 1)}, PAIRS) == [gru]
    assert missing_pages({name: text for name, text in TEXTS.items() if name != gru}, PAIRS) == [gru]
    assert missing_pages(TEXTS | {"docs/pairs/grue.md": "# grue\n"}, PAIRS) == ["docs/pairs/grue.md"]
    assert TABLES.fill(text.replace("| `num_units` | renamed |", "| `num_units` | dropped |"), gru) == text
    with pytest.raises(TABLES.UnknownTable, match="expected a pair"):
        TABLES.fill("<!-- table: limits no_such_pair -->\n<!-- end -->")
    with pytest.raises(TABLES.UnknownTable, match="expected one of"):
        TABLES.fill("<!-- table: no_such_table gru -->\n<!-- end -->")
    wrong = ["tests/test_docs.py::test_no_such_test", "tests/no_such.py::test_x"]
    assert unknown_tests("`" + "`, `".join(wrong) + "`", ROOT) == wrong
    links = {"a.md": "[x](#nowhere), [y](no_such.md), [z](#a)\n# A\n"}
    assert broken_links("a.md", links, ROOT) == ["#nowhere", "no_such.md"]
    links = {
        "docs/b.md": "[x](../README.md), [y](README.md), [z](tables.py#a), [a](c.md#c)",
        "docs/c.md": "# C",
    }
    assert broken_links("docs/b.md", links, ROOT) == ["README.md", "tables.py#a"]
    indented = block_of("   ```toml\n   a\n   ```\n")
    assert unaccounted([indented], SINGLE, {}) == ["planted.md:1: not run"]
    assert unaccounted([block_of("```text a.py\nx\n```\n")], [], {}) == []
    assert unaccounted([], [], {("a.md", "gone"): 0}) == ["('a.md', 'gone'): no such block"]
    assert headings("# a\n```\n# b\n```\n# c\n", 1) == ["a", "c"]


def test_hushing_leaves_other_warnings_errors():
    with warnings.catch_warnings():
        hush()
        with pytest.raises(UserWarning):
            warnings.warn("anything else", UserWarning, stacklevel=1)


def test_the_example_of_a_docstring_is_found(tmp_path):
    first = '"""A.\n\n```python\nx = 1\n```\n"""\n\n\n'
    source = first + 'def f():\n    """B.\n\n    ```python\n    y = 2\n    ```\n    """\n'
    (tmp_path / "m.py").write_text(source)
    assert [block.text for block in examples_of(tmp_path / "m.py", tmp_path)] == ["x = 1\n", "y = 2\n"]


def test_the_tables_are_checked_from_the_command_line():
    run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    done = warm.python("-c", run, "docs/tables.py", "--check")
    assert (done.returncode, done.stdout) == (0, "")
