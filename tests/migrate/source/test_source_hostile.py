"""Names and texts of strangers in every format of a scan: seen as they are, acted on by nothing."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.migrate.source.formats import WRITERS
from tf2_lstm.migrate.source.scan import scan
from tf2_lstm.migrate.source.summary import said

PIECES = (
    "\n::error::x", "::warning::x", "##[error]x", "\x1b[31m", "\u202e", "\u2066", "`", "``", "|", "\\|", "\\",
    "<img src=x>", "![a](b)", "[a](b)", "*a*", "_", "&lt;", "\r", "%0A", ",", ":", "<!--", "# ",
    "\udce9", "\x9b", "$(x)", "'", '"', "a",
)  # fmt: skip
names = st.lists(
    st.sampled_from(PIECES) | st.characters(exclude_characters="/\0", codec="utf-8"), max_size=8
).map("".join)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
RULE = re.compile(r"docs/rules/RNN\d{3}\.md")
CALL = "import tensorflow as tf\ntf.nn.rnn_cell.LSTMCell(3, activation=x[{!r}])\n"


def acts(line):
    return not line.isprintable() or bool(re.match(r"\s*::", line) or re.search(r"##\w*\[", line))


def check_text(written, result):
    lines = written.split("\n")
    assert not any(acts(line) for line in lines)
    assert sum(": RNN" in line for line in lines) == len(result.findings)


def check_github(written, result):
    lines = written.split("\n")
    assert len(lines) == len(result.findings)
    for line in lines:
        assert line.isprintable()
        assert re.fullmatch(r"::(error|warning|notice) file=[^:,]*,([a-zA-Z]+=\w+,?)+::.*", line)


def check_json(written, result):
    assert written.isascii()
    assert not any(acts(line) for line in written.split("\n"))
    assert [one["path"] for one in json.loads(written)["findings"]] == [one.path for one in result.findings]


def check_sarif(written, result):
    assert written.isascii()
    assert not any(acts(line) for line in written.split("\n"))
    for one, finding in zip(json.loads(written)["runs"][0]["results"], result.findings, strict=True):
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote_to_bytes(uri) == os.fsencode(finding.path.replace("\\", "/"))
        assert one["message"]["text"].isprintable()
        assert not re.search(r"(?<!\\)\[[^\[\]]*\]\(", one["message"]["text"])


def check_markdown(written, result):
    """Every cell shows its text; no image, no HTML, and no link but that of the rule."""
    cells = []
    for token in MARKDOWN.parse(written):
        assert token.type != "html_block"
        for child in token.children or ():
            assert child.type in (
                "text",
                "code_inline",
                "link_open",
                "link_close",
                "html_inline",
                "text_special",
                "softbreak",
            )
            assert child.type != "html_inline" or child.content in ("<code>", "</code>")
            assert child.type != "link_open" or RULE.fullmatch(child.attrs["href"])
        if token.type == "inline":
            cells.append("".join(c.content for c in token.children if c.type != "html_inline"))
    rows = [(one.place(), one.rule, one.severity, said(one)) for one in result.findings]
    flat = [" ".join(printable(text).split()) for row in rows for text in row]
    shown = [" ".join(cell.split()) for cell in cells]
    start = shown.index("place") + 4
    assert shown[start : start + len(flat)] == flat


CHECKS = {
    "text": check_text, "github": check_github, "json": check_json, "sarif": check_sarif, "markdown": check_markdown,
}  # fmt: skip


def test_every_format_has_its_check():
    assert set(CHECKS) == set(WRITERS)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(names, st.text(max_size=10) | st.sampled_from(PIECES))
@example("".join(PIECES), "![a](b)<img>`")
@example("\n::error::x", "[a](b)")
def test_no_name_and_no_text_acts_on_what_shows_it(tmp_path, name, text):
    path = os.fsencode(tmp_path) + b"/" + os.fsencode(name)[:200] + b".py"
    with open(path, "wb") as file:
        file.write(CALL.format(text).encode("utf-8", "replace"))
    try:
        result = scan([os.fsdecode(path)])
    finally:
        os.unlink(path)
    assert "RNN102" in [one.rule for one in result.findings]
    for form, check in CHECKS.items():
        check(WRITERS[form](result), result)


@pytest.mark.parametrize("form", CHECKS)
def test_the_command_itself_shows_no_live_name(tmp_path, form):
    """Relative names, as a shell's star gives them: they begin the line."""
    for name in (
        "::error::x.py",
        "\x1b]0;a\x07.py",
        "a\n::error::b.py",
        "\u202eyp.py",
        "![a](b)<img src=x>.py",
    ):
        (tmp_path / name).write_text(CALL.format("`"))
    names = sorted(os.listdir(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "tf2_lstm", "scan", "--format", form, "--", *names],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        result = scan(names)
    finally:
        os.chdir(before)
    CHECKS[form](done.stdout.decode().removesuffix("\n"), result)


@pytest.mark.parametrize(
    "given", [["no\n::error::x"], [".", "--no\x1b[31m\n::error::x"]], ids=["path", "option"]
)
def test_an_error_shows_no_live_name(given):
    done = subprocess.run([sys.executable, "-m", "tf2_lstm", "scan", *given], capture_output=True, timeout=60)
    assert done.returncode == 2
    lines = done.stderr.decode().rstrip("\n").split("\n")
    assert not any(acts(line) for line in lines)
    assert r"\n" in lines[-1]
