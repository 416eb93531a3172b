"""Find the entry of a pasted message, in which paths, names and numbers differ."""

import re

from tf2_lstm.migrate.source.pasted.table import ENTRIES

#: Of a paste, as much as is read; a traceback ends with the message.
LONGEST = 100_000
#: A part of a message must have two words, and be as long as this, to stand for it.
SHORTEST = 12


def find(pasted):
    """Return the `Entry` of a message or a traceback, the most specific one; None for none.

    Args:
        pasted: what a terminal showed, with or without the class of the exception, in quotes of any kind.

    Example:
        ```python
        assert find("AttributeError: module 'tensorflow' has no attribute 'contrib'").name == "no-contrib"
        assert find("Key rnn/lstm_cell/kernel not found in checkpoint").name == "key-not-found"
        assert find("something else") is None
        ```
    """
    text = _plain(pasted[-LONGEST:])
    whole = [(_literal(entry), entry) for entry in ENTRIES if _holds(text, _pieces(entry))]
    if whole:
        return max(whole, key=lambda one: one[0])[1]
    if len(text) >= SHORTEST and " " in text:
        return next((entry for entry in ENTRIES if text in _plain(entry.text)), None)
    return None


def _plain(text):
    """What is compared: no colours, quotes or line ends, one case."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[`'\"]", "", text).casefold().split())


def _pieces(entry):
    return [piece for piece in map(_plain, entry.text.split("...")) if piece]


def _literal(entry):
    return sum(map(len, _pieces(entry)))


def _holds(text, pieces):
    """Say whether the pieces stand in the text, one behind the other; a full stop at the end may be missing."""
    place = 0
    for piece in [*pieces[:-1], pieces[-1].rstrip(".")]:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return True
