"""The two columns of this project: everything in BEFORE is found, nothing in AFTER."""

import io
import re
import tokenize
from pathlib import Path

import legacy_tf1
import tf2_lstm
from tf2_lstm.migrate.source.catalogue import ENTRIES
from tf2_lstm.migrate.source.pair_rules import API_PAIRS
from tf2_lstm.migrate.source.scan import scan

LEGACY = Path(legacy_tf1.__file__).parent
NAMES = {entry.name for entry in ENTRIES if entry.tf1.startswith(("tf.nn", "tf.contrib"))} | {
    symbol.rsplit(".", 1)[-1] for pair in API_PAIRS.values() for symbol in pair.tf1
}


def lines_by_text(path):
    """Find, without the scanner, the lines of code with `rnn_cell.X` or `tf.nn.X` for a name X of the tables."""
    code = {}
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type not in (tokenize.STRING, tokenize.COMMENT):
            code[token.start[0]] = code.get(token.start[0], "") + token.string
    use = re.compile(r"\b(?:rnn_cell|tf\.nn|tf\.contrib\.rnn)\.(\w+)")
    return {line for line, text in code.items() if any(name in NAMES for name in use.findall(text))}


def test_every_use_in_legacy_tf1_is_found():
    found = {}
    for one in scan([str(LEGACY)]).findings:
        found.setdefault(Path(one.path), set()).add(one.line)
    total = 0
    for path in sorted(LEGACY.rglob("*.py")):
        lines = lines_by_text(path)
        total += len(lines)
        assert lines <= found.get(path, set()), path
    assert total > 10


def test_the_classes_that_legacy_tf1_passes_on_are_found_where_they_are_used():
    used = {one.pair for one in scan([str(LEGACY / "programs"), str(LEGACY / "wrappers.py")]).findings}
    assert {"basic_lstm", "dropout"} <= used


def test_nothing_in_tf2_lstm_is_found():
    result = scan([str(Path(tf2_lstm.__file__).parent)])
    assert result.files > 50
    assert [f"{one.place()}: {one.rule} {one.message}" for one in result.findings] == []
