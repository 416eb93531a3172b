"""Find two directions by the names of their scopes: a checkpoint without a graph shows nothing else of them."""

import re
from dataclasses import dataclass

OPPOSITE = {"fw": "bw", "fwd": "bwd", "forward": "backward", "forwards": "backwards"}
#: The words of a scope's name: "BiRNN_FW", "LSTMForward", "lstm_fw_cell".
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: The scopes that `bidirectional_dynamic_rnn` makes; all other names are the program's own.
OWN = re.compile(r"(^|/)bidirectional_rnn(_\d+)?/bw(/|$)|(^|/)bw$")


@dataclass(frozen=True)
class Backward:
    """A run whose names tell that it goes backward.

    Attributes:
        scope: the scope of the run.
        forward: the scope of the run that is its other direction, "" without one.
        sure: whether TensorFlow itself gave these names to two directions of one input.
    """

    scope: str
    forward: str
    sure: bool


def backwards(scopes, alike):
    """Find the runs that go backward by their names.

    Args:
        scopes: the scopes of all runs.
        alike: a function of two scopes: whether both runs can have one input.

    Returns:
        scope -> `Backward`.

    Example:
        ```python
        found = backwards(["a/forward/rnn", "a/backward/rnn"], lambda one, other: True)
        assert found["a/backward/rnn"].forward == "a/forward/rnn" and not found["a/backward/rnn"].sure
        ```
    """
    found = {}
    for scope in filter(is_backward, scopes):
        other = next((one for one in _forward_names(scope) if one in scopes and alike(one, scope)), "")
        found[scope] = Backward(scope, other, bool(other and OWN.search(scope)))
    return found


def is_backward(scope):
    """Whether the last word of direction in a scope is one for backward.

    Example:
        ```python
        assert is_backward("BiRNN_BW/cell") and not is_backward("backward/bidirectional_rnn/fw")
        ```
    """
    said = [word.lower() for word in WORD.findall(scope) if word.lower() in {*OPPOSITE, *OPPOSITE.values()}]
    return bool(said) and said[-1] in OPPOSITE.values()


def around(one, other):
    """Return the scope around two directions: the parts before the first that differs.

    Example:
        ```python
        assert around("a/fw/rnn", "a/bw/rnn") == "a" and around("fw", "bw") == ""
        ```
    """
    parts = zip(one.split("/"), other.split("/"), strict=False)
    same = []
    for first, second in parts:
        if first != second:
            break
        same.append(first)
    return "/".join(same)


def _forward_names(scope):
    """Yield the names that the other direction may have: all words for backward replaced, then only the last."""
    places = [match for match in WORD.finditer(scope) if match[0].lower() in OPPOSITE.values()]
    for some in (places, places[-1:]):
        name = scope
        for match in reversed(some):
            name = name[: match.start()] + _forward(match[0]) + name[match.end() :]
        yield name


def _forward(word):
    """Return the opposite of a word for backward, in its spelling."""
    opposite = next(one for one, other in OPPOSITE.items() if other == word.lower())
    return opposite.upper() if word.isupper() else opposite.title() if word.istitle() else opposite
