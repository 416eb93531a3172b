"""The table of messages, and its page."""

from tf2_lstm.migrate.source.pasted import artefacts, keras3, names, sessions
from tf2_lstm.migrate.source.pasted.entry import Entry

#: Heading of the page -> its entries.
CHAPTERS = {
    "Names that are gone": names.ENTRIES,
    "Checkpoints, graphs and files": artefacts.ENTRIES,
    "Layers of Keras 3": keras3.ENTRIES,
    "Graphs, sessions and TF1's cells": sessions.ENTRIES,
}
ENTRIES: tuple[Entry, ...] = tuple(entry for entries in CHAPTERS.values() for entry in entries)


def sections(entry):
    """Return the texts of an entry as lines of Markdown without a heading."""
    lines = [f"**Why.** {entry.cause}", "", f"**What to do.** {entry.do} [{entry.page}]({entry.page})"]
    return lines + (["", f"Not provoked by a test: {entry.source}."] if entry.source else [])


def chapters():
    """Return the entries as Markdown: a heading for each chapter and message."""
    lines = []
    for title, entries in CHAPTERS.items():
        lines += [f"## {title}", ""]
        for entry in entries:
            lines += [f"### {entry.name}", "", _code(f"{entry.kind}: {entry.text}"), "", *sections(entry), ""]
    return "\n".join(lines[:-1])


def entry_text(entry):
    """Return an entry as `tf2-lstm explain` prints it."""
    return "\n".join([f"# {entry.name}", "", f"{entry.kind}: {entry.text}", "", *sections(entry)])


def _code(text):
    return f"`` {text} ``" if "`" in text else f"`{text}`"
