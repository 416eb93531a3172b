"""Whatever the source is: no crash, places within the file, the same answer twice."""

import random
import re

import test_source_idioms
import test_source_names
import test_source_traps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snippet_marks import findings

SOURCES = tuple(
    code for module in (test_source_idioms, test_source_names, test_source_traps) for _, code in module.ROWS
)
TOKENS = tuple(sorted({token for code in SOURCES for token in re.findall(r"\w+|[^\w\s]|\n +|\n", code)}))
FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def check(code):
    data = code if isinstance(code, bytes) else code.encode("utf-8", "surrogatepass")
    found = findings(data)
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\x0c") + 2
    for one in found:
        assert "please report" not in one.message
        assert 1 <= one.line <= one.end_line <= lines
        assert one.column >= 1
        assert one.message
        assert "\n" not in one.message
    assert found == findings(data)


@FEW
@given(st.lists(st.sampled_from(TOKENS), max_size=60), st.booleans())
def test_any_words_in_any_order(words, spaced):
    check("import tensorflow as tf\n" + (" " if spaced else "").join(words))


@FEW
@given(st.binary(max_size=200))
def test_any_bytes(data):
    check(data)
    check(b"import tensorflow as tf\ntf.nn.raw_rnn(a, b)\n" + data)


@FEW
@given(st.text(max_size=200))
def test_any_text(text):
    check("import tensorflow as tf\n" + text)


@FEW
@given(st.sampled_from(SOURCES), st.integers(0, 2**32))
def test_a_program_with_a_few_characters_changed(code, seed):
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(code))
        kind = rng.random()
        piece = rng.choice(TOKENS) if kind < 0.5 else ""
        code = code[:at] + piece + code[at + (rng.randint(0, 5) if kind > 0.3 else 0) :] or "x"
    check(code)


@FEW
@given(st.lists(st.sampled_from(SOURCES), min_size=2, max_size=4), st.integers(0, 2**32))
def test_lines_of_programs_shuffled_together(programs, seed):
    lines = [line for code in programs for line in code.split("\n")]
    random.Random(seed).shuffle(lines)
    check("\n".join(lines))


@FEW
@given(st.sampled_from(SOURCES), st.sampled_from(["print 1\n", "def f(:\n", "x = 0777\n"]))
def test_every_public_use_of_a_dotted_name_is_also_found_by_text(code, broken):
    resolved = {
        one.name for one in findings(code) if one.rule.startswith(("RNN1", "RNN2")) and one.rule != "RNN113"
    }
    text = re.sub(r"#.*", "", code)
    dotted = {
        name
        for name in resolved
        if "tf" + name.removeprefix("tensorflow") in text and "import tensorflow as tf" in text
    }
    assert dotted <= {one.name for one in findings(code + "\n" + broken)}
