"""Every rule by id, and the rule of a TF1 name."""

from dataclasses import dataclass

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source import namespaces, traps
from tf2_lstm.migrate.source.catalogue import ENTRIES, FAMILIES
from tf2_lstm.migrate.source.pair_rules import API_PAIRS, PAIR_RULES, keras_twin, pair_rules
from tf2_lstm.migrate.source.reading_rules import READING
from tf2_lstm.migrate.source.rule import Rule


@dataclass(frozen=True)
class Known:
    """The facts about a TF1 name.

    Attributes:
        rule: the rule's id.
        kind: see `catalogue.Entry`; "unroll" for the functions over a whole sequence.
        params: TF1's parameters in order.
        removed: False for the layers of tf.keras that still exist, with other defaults.
        pair: the row of the pairs table, None for none.
    """

    rule: str
    kind: str
    params: tuple
    removed: bool = True
    pair: str | None = None


def _entry_rule(entry):
    becomes = f"becomes {entry.keras}" if entry.keras else "has no Keras twin"
    return Rule(
        id=entry.id,
        slug=entry.name,
        severity="error" if entry.removed else "note",
        applicability="manual",
        summary=f"{entry.tf1} {becomes}. {entry.note}",
        why="This project has no pair for it yet, so no number of it is proved equal."
        if entry.removed
        else "The name still exists, so nothing fails where it stands: the numbers or the arguments change.",
    )


def _index():
    known = {}
    for family, entries in FAMILIES.items():
        for entry in entries:
            known[family, entry.name] = Known(entry.id, entry.kind, entry.params, entry.removed)
    for pair in API_PAIRS.values():
        for symbol in pair.tf1:
            if not symbol.endswith(".__call__"):
                params = tuple(argument.tf1 for argument in pair.arguments)
                known[namespaces.family_of(symbol)] = Known(
                    PAIR_RULES[pair.name][0], pair.kind, params, True, pair.name
                )
    return known


def _all_rules():
    rules = {rule.id: rule for rule in READING}
    rules.update((entry.id, _entry_rule(entry)) for entry in ENTRIES)
    rules.update(pair_rules())
    rules.update((rule.id, rule) for rule in traps.RULES)
    return dict(sorted(rules.items()))


def known(use):
    """Return the `Known` of a `Use` of a name; the stand-alone Keras has no entries of its own."""
    family = "keras" if use.family == "keras3" else use.family
    return KNOWN[family, use.leaf]


def short(name):
    """Return a full name as one writes it: "tensorflow.nn.dynamic_rnn" -> "tf.nn.dynamic_rnn"."""
    return "tf." + name.removeprefix("tensorflow.") if name.startswith("tensorflow.") else name


def message_of(use):
    """Return the one-line message for the use of a name."""
    entry = known(use)
    if entry.pair:
        pair = PAIRS[entry.pair]
        return f"{short(use.name)} becomes {keras_twin(pair)}: {pair.summary}"
    text = RULES[entry.rule].summary.split(" ", 1)[1]
    return f"{short(use.name)} {text}"


RULES = _all_rules()
KNOWN = _index()
