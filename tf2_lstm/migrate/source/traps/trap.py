"""The result of a check for a trap, and the parts that every trap's rule shares."""

from dataclasses import dataclass
from typing import Any

from tf2_lstm.migrate.source.rule import Rule


@dataclass(frozen=True)
class Trap:
    """One place where a rule applies.

    Attributes:
        rule: the rule's id.
        node: the place, a node of the tree.
        message: one line for a person.
        name: the full TF1 name, "" for none.
        pair: the row of the pairs table, None for none.
        beside: True when it counts only in a file that uses TF1's RNNs.
        in_tf1: True when it counts only in a file that is written for TF1.
    """

    rule: str
    node: Any
    message: str
    name: str = ""
    pair: Any = None
    beside: bool = False
    in_tf1: bool = False


def trap_rule(number, slug, applicability, summary, why, before="", after="", severity="warning"):
    """Return the `Rule` of a trap."""
    return Rule(f"RNN{number}", slug, severity, applicability, summary, why, before, after)


def at(given, fallback):
    """Return the node of an argument, or the node of the call when the argument is hidden."""
    return given.node if given is not None and hasattr(given.node, "lineno") else fallback
