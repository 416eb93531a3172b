"""The closing summary of a scan, and its statistics."""

from collections import Counter

from tf2_lstm.migrate.source.catalogue import ENTRIES
from tf2_lstm.migrate.source.pair_rules import PAIR_RULES
from tf2_lstm.migrate.source.rules import RULES

_API = {entry.id for entry in ENTRIES} | {rule for rule, _ in PAIR_RULES.values()}
_OF_GIT = "RNN013"
#: The text after the message of a finding that needs a person.
NEEDS_A_PERSON = "[needs a person]"
_RUN_TIME = ("RNN007", "RNN008", "RNN009", "RNN012")


def sentences(result):
    """Return lines on the number of findings, how many have a pair, and how many need a person."""
    left_out = (
        f" {_count(result.left_out, 'file or folder', 'files and folders')} left out."
        if result.left_out
        else ""
    )
    if not result.findings:
        return [f"No TF1 RNN found in {_count(result.files, 'file')}.{left_out}"]
    uses = [one for one in result.findings if one.rule in _API]
    paired = sum(one.pair is not None for one in uses)
    traps = sum(one.rule >= "RNN500" for one in result.findings)
    unread = len({one.path for one in result.findings if RULES[one.rule].fixed and one.rule != _OF_GIT})
    manual = sum(one.applicability == "manual" for one in result.findings)
    unsure = sum(one.rule in _RUN_TIME for one in result.findings)
    files = len({one.path for one in result.findings})
    lines = [
        f"{_count(len(result.findings), 'finding')} in {files} of {_count(result.files, 'file')}.{left_out}",
        f"{_count(len(uses), 'use')} of TF1 RNN names: {paired} with a pair, {len(uses) - paired} without "
        f"one yet; {_count(traps, 'trap')}.",
        f"{_count(manual, 'finding needs', 'findings need')} a person (explain says why), "
        f"{unsure} could not be resolved to a name.",
    ]
    if unread:
        lines.append(f"{_count(unread, 'file')} could not be read fully: searched by text only.")
    return lines


def said(one):
    """Return the message of a finding, marked where it needs a person."""
    return f"{one.message} {NEEDS_A_PERSON}" if one.applicability == "manual" else one.message


def statistics(result):
    """Return a line for each rule with findings: the count, the rule's id and its short name."""
    counts = Counter(one.rule for one in result.findings)
    return [
        f"{count:6}  {rule}  {RULES[rule].slug}"
        for rule, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _count(number, one, many=None):
    return f"{number} {one if number == 1 else many or one + 's'}"
