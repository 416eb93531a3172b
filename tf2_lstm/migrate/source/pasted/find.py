"""Find the entry of a pasted message, in which paths, names and numbers differ."""

import re

from tf2_lstm.migrate.source.pasted.messages import ENTRIES

#: The most characters of a paste that are read, from its end: a traceback ends with the message.
LONGEST = 100_000
#: A part of a message must have two words and this length to stand for it.
SHORTEST = 12


def find(pasted):
    """Return the `Entry` of a message or a traceback, the most specific one; None for none.

    Args:
        pasted: text from a terminal, with or without the class of the exception, in quotes of any kind.
    """
    text = _plain(pasted[-LONGEST:])
    whole = [(_literal(entry), entry) for entry in ENTRIES if _holds(text, _pieces(entry))]
    if whole:
        return max(whole, key=lambda one: one[0])[1]
    if len(text) >= SHORTEST and " " in text:
        return next((entry for entry in ENTRIES if text in _plain(entry.text)), None)
    return None


def _plain(text):
    """Return a text for comparison: no colours, quotes or line ends, one case."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[`'\"]", "", text).casefold().split())


def _pieces(entry):
    return [piece for piece in map(_plain, entry.text.split("...")) if piece]


def _literal(entry):
    return sum(map(len, _pieces(entry)))


def _holds(text, pieces):
    """Whether the parts occur in the text, one after the other; a full stop at the end may be missing."""
    place = 0
    for piece in [*pieces[:-1], pieces[-1].rstrip(".")]:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return True
