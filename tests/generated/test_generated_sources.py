"""Generated sources: a scan finds every use and every trap and nothing else; the check sees what is wrong."""

import ast

import pytest

from tests.generated.sources import _FORMS, BLOCKS, ODD, RULES, Source, main, missed_and_false, write

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_use_and_every_trap_is_found_and_nothing_else(seed):
    assert missed_and_false(write(seed)) == (set(), set())


def test_a_seed_writes_the_same_source_again():
    assert write(3).text() == write(3).text() != write(8).text()


def test_the_seeds_hold_every_name_and_every_trap_of_the_generator():
    found = {rule for seed in SEEDS for _, rule in write(seed).expected}
    traps = {
        f"RNN{number}" for number in (501, 502, 503, 504, 507, 508, 510, 511, 512, 514, 515, 520, 524, 530)
    }
    assert found == set(RULES.values()) | traps


def test_what_is_not_python_2_is_python_3():
    for seed in SEEDS:
        if not write(seed).by_text:
            ast.parse(write(seed).text())
    with pytest.raises(SyntaxError):
        ast.parse(write(4).text())


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
@pytest.mark.parametrize("form", _FORMS)
def test_each_block_in_each_spelling(block, form):
    class OneForm(Source):
        def name(self, leaf):
            self.rng.choice = _preferring(form, type(self.rng)(len(self.lines)).choice)
            return super().name(leaf)

    source = OneForm(1)
    block(source)
    assert missed_and_false(source) == (set(), set())


def _preferring(form, choice):
    return lambda options: form if form in options else choice(options)


@pytest.mark.parametrize("lines", ODD, ids=lambda lines: lines[0])
def test_an_odd_statement_is_python_and_no_use(lines):
    source = Source(0)
    for line in lines:
        source.line(line.format(n=1))
    ast.parse(source.text())
    assert missed_and_false(source) == (set(), set())


def test_a_use_that_is_not_found_is_seen():
    source = write(0)
    line, rule = min(source.expected)
    hidden = "\n".join("pass" if n == line else text for n, text in enumerate(source.lines, start=1))
    assert (line, rule) in missed_and_false(source, hidden)[0]


def test_a_false_alarm_is_seen(monkeypatch):
    source = write(0)
    dropped = max(source.expected)
    source.expected -= {dropped}
    assert missed_and_false(source) == (set(), {dropped})


def test_the_long_run_counts_and_fails_where_something_is_wrong(monkeypatch, capsys):
    assert main(3) == 0
    assert ": 0 missed, 0 false\n" in capsys.readouterr().out

    def wrong(seed):
        source = write(seed)
        source.line("pass", "RNN101")
        return source

    monkeypatch.setattr("tests.generated.sources.write", wrong)
    assert main(2) == 1
    assert "2 sources" in (out := capsys.readouterr().out)
    assert "2 missed, 0 false" in out
