"""What a stranger wrote is seen as it is and acts on nothing: no terminal, no CI runner, no Markdown."""

import json
import re
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RunResult
from tf2_lstm.migrate.report import as_markdown
from tf2_lstm.migrate.report.printable import code, json_text, linkless, marked, printable
from tf2_lstm.migrate.report.rich_text import for_rich

HOSTILE = (
    "\n::error::x", "::error file=a::x", "  ::warning::x", "##[error]x", "##vso[task.setvariable]x", "\x1b[31m",
    "\x1b]0;title\x07", "\u202egnp.exe", "\u2066a\u2069", "\r", "`", "``", "a`b|c", "a\\|b", "\\", "<img src=x>",
    "![a](http://x/y.png)", "[a](b)", "[a][b]", "[a]: http://x", "&lt;img&gt;", "&#33;[a](b)", "*a*", "_a_", "__a__",
    "~~a~~", "http://x.y", "www.x.y", "<!--", "# a", "1. a", "- a", "> a", "| a |", "a|b", "\udce9", "\x00", "\x9b",
    "$(x)", "<script>", "<http://x>", "---", "===", "    a", "\t", "a\\", "[x", "](y)", "!", "</code>", "[red]a[/]",
)  # fmt: skip
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=5).map("".join)
MANY = settings(max_examples=400, deadline=None, derandomize=True)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
#: What Markdown may make of a report: nothing that loads, links, calls or hides.
PLAIN = frozenset(("text", "code_inline", "softbreak", "strong_open", "strong_close", "text_special"))


def acts(line):
    """Say whether a line of a log would be acted on."""
    return not line.isprintable() or bool(re.match(r"\s*::", line) or re.search(r"##\w*\[", line))


def inline(markdown, allowed=()):
    """Return the text of each inline token; what is not plain and not `allowed` fails."""
    found = []
    for token in MARKDOWN.parse(markdown):
        assert token.type != "html_block", markdown
        for child in token.children or ():
            ours = child.type == "html_inline" and child.content in ("<code>", "</code>")
            assert ours or child.type in PLAIN or child.type in allowed, (child.type, child.content, markdown)
        if token.type == "inline":
            found.append(
                "".join(
                    c.content for c in token.children if c.type in ("text", "code_inline", "text_special")
                )
            )
    return found


@MANY
@given(texts)
@example("".join(HOSTILE))
def test_nothing_of_a_text_acts_on_a_terminal_or_a_runner(text):
    assert not acts(printable(text))
    assert not acts(for_rich(text))
    assert printable(printable(text)) == printable(text)


@MANY
@given(texts, texts)
@example("".join(HOSTILE), "\\##[a]###[b]##vso[c]")
def test_json_has_no_command_and_reads_back_the_same(one, two):
    written = json_text({one: [two]})
    assert written.isascii()
    assert not any(acts(line) for line in written.split("\n"))
    assert json.loads(written) == {one: [two]}


def test_what_is_plain_stays_as_it_is():
    plain = "rnn/multi_rnn_cell/cell_0/lstm_cell/kernel:0 of C:\\a, 7 % and été [h, c] a::b"
    assert printable(plain) == linkless(plain) == plain
    assert marked("rnn/cell_0/kernel is a [note], 3 > 2") == "rnn/cell_0/kernel is a [note], 3 > 2"


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "::error::x", "##[group]x", "\u202ex"])
def test_what_acts_is_seen_by_the_check_itself(text):
    assert acts(text)


@MANY
@given(texts, texts)
@example("a\\|<img src=x>", "`")
@example("".join(HOSTILE), "".join(reversed(HOSTILE)))
@example("", "0 ")
@example("", "[a](b)]")
def test_markdown_shows_the_text_and_nothing_else(one, two):
    table = f"| a | b |\n|---|---|\n| {code(one)} | {marked(two)} |"
    heads, cells = inline(table)[:2], inline(table)[2:]
    assert heads == ["a", "b"]
    assert [" ".join(cell.split()) for cell in cells] == [" ".join(printable(t).split()) for t in (one, two)]
    # As reports have it: a number and a full stop would begin a list, whoever wrote the number.
    (item,) = inline(f"- {marked(two)}: x")
    assert " ".join(item.split()) == " ".join((printable(two).strip(" ") + ": x").split())


def test_a_report_calls_nobody():
    """What reads Markdown here knows no mentions."""
    assert marked("@someone and a@b @ c") == "`@`someone and a`@`b @ c"


@pytest.mark.parametrize("raw", ["![a](http://x)", "<img src=x>", "[a](b)", "*a*", "<b>", "~~a~~"])
def test_what_is_live_is_seen_by_the_check_itself(raw):
    with pytest.raises(AssertionError):
        inline(f"- {raw}")


@MANY
@given(texts)
def test_sarif_has_no_links(text):
    assert not re.search(r"(?<!\\)\[[^\[\]]*\]\(", linkless(text))


def report_with(text):
    """A report whose every name and sentence is a stranger's."""
    run = {name: RunResult(name, OrderedDict([(text, np.ones(2, "float32"))])) for name in (LIVE, KERAS)}
    tensors = compare_results(run[LIVE], run[KERAS])
    return Report([CaseReport(text, tensors, text, list(run.values()))], [text], {LIVE: {"tensorflow": text}})


@settings(max_examples=100, deadline=None, derandomize=True)
@given(texts)
@example("assertion failed: ![a](http://x/y.png) <img src=x> `::error::`")
@example("".join(HOSTILE))
def test_a_report_shows_every_text_of_a_stranger_and_nothing_else(text):
    written = as_markdown.render(report_with(text))
    inline(written)
    assert not any(acts(line) for line in written.split("\n"))
