"""Rules: ids that never change, a page each, the pairs table covered both ways."""

import re
from pathlib import Path

import pytest

import tf2_lstm
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source import pages, traps
from tf2_lstm.migrate.source.catalogue import ENTRIES
from tf2_lstm.migrate.source.namespaces import family_of
from tf2_lstm.migrate.source.pair_rules import PAIR_RULES
from tf2_lstm.migrate.source.reading_rules import READING
from tf2_lstm.migrate.source.rule import APPLICABILITY
from tf2_lstm.migrate.source.rules import RULES

FROZEN = {
    "basic_lstm": "RNN101", "lstm": "RNN102", "gru": "RNN103", "basic_rnn": "RNN104", "multi_rnn": "RNN105",
    "dropout": "RNN106", "residual": "RNN107", "dynamic_rnn": "RNN108", "static_rnn": "RNN109",
    "bidirectional_dynamic_rnn": "RNN110", "static_bidirectional_rnn": "RNN111",
    "stack_bidirectional_dynamic_rnn": "RNN112", "python_loop": "RNN113", "lstm_state_tuple": "RNN114",
}  # fmt: skip


def test_every_pair_of_an_api_has_an_id_and_no_id_is_orphaned():
    assert set(PAIR_RULES) == {pair.name for pair in PAIRS.values() if pair.kind != "program"}


def test_the_ids_of_the_first_pairs_are_what_they_always_were():
    assert {name: PAIR_RULES[name][0] for name in FROZEN} == FROZEN


def test_no_id_has_two_meanings():
    ids = [entry.id for entry in ENTRIES] + [rule.id for rule in (*READING, *traps.RULES)]
    assert len(ids) == len(set(ids))
    assert len({rule for rule, _ in PAIR_RULES.values()}) == len(PAIR_RULES)


def test_a_pair_may_only_take_the_id_of_a_name_that_it_covers():
    names = {entry.id: entry.name for entry in ENTRIES}
    for pair, (rule, _) in PAIR_RULES.items():
        if rule in names:
            assert names[rule] in {family_of(symbol)[1] for symbol in PAIRS[pair].tf1}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule):
    assert re.fullmatch(r"RNN\d{3}", rule.id)
    assert rule.severity in ("error", "warning", "note")
    assert rule.applicability in APPLICABILITY
    assert rule.summary
    assert "\n" not in rule.summary
    assert pages.page(rule).startswith(f"# {rule.id} {rule.slug}\n\n{rule.summary}")


def test_the_pages_are_those_that_findings_link_to_and_the_index_has_them_all():
    found = pages.documents()
    assert list(found)[1:] == [rule.url for rule in RULES.values()]
    assert re.findall(r"\]\(([^)]+)\)", found["docs/rules/README.md"]) == list(found)[1:]
    assert all(text.startswith("# ") and text.endswith("\n") for text in found.values())


def test_the_pages_name_no_twin_that_this_package_lacks():
    exported = Path(tf2_lstm.__file__).read_text(encoding="utf-8")
    for name in set(re.findall(r"tf2_lstm\.(\w+)", pages.index())) - {"programs"}:
        assert f'"{name}"' in exported, name
