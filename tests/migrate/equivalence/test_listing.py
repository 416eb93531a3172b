"""The list of pairs and cases: every case on a line, its name and its reason apart."""

from tf2_lstm.migrate.equivalence.listing import list_pairs
from tf2_lstm.migrate.pairs import CASES, PAIRS


def test_every_case_has_a_line_on_which_name_and_reason_are_apart():
    lines = list_pairs().splitlines()
    cases = [line.split(maxsplit=1) for line in lines if line.startswith("    ")]
    assert cases == [[case.name, case.why] for pair in PAIRS.values() for case in pair.cases]
    assert lines[-1] == f"{len(PAIRS)} pairs, {len(CASES)} cases"
    heads = [line for line in lines[:-2] if not line.startswith("    ")]
    assert heads == [f"{pair.name}  ({pair.kind})  {pair.tf1[0]} -> {pair.keras}" for pair in PAIRS.values()]
