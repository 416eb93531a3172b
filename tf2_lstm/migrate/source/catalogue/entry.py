"""The shape of a catalogue entry: one TF1 name that may stand in a program."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One TF1 name and what is known about it.

    Attributes:
        id: the rule's id, stable for ever; a row of the pairs table that covers the name takes it over.
        name: the name without its namespace.
        kind: "cell", "wrapper", "stack", "fused", "unroll", "state", "layer", "function", "class" or "op".
        keras: the Keras twin as one writes it, "" if there is none.
        note: one sentence: what is different, or what to do without a twin.
        params: TF1's parameters in order, where a trap depends on them.
        tf1: the usual full name, as written with `import tensorflow as tf`.
        removed: True when no Keras spelling of the name exists; False when only its meaning has changed.
    """

    id: str
    name: str
    kind: str
    keras: str = ""
    note: str = ""
    params: tuple = ()
    tf1: str = ""
    removed: bool = True


def entries(namespace, rows):
    """Build the entries of a namespace from rows of (id, name, kind, keras, note, parameters)."""
    return tuple(
        Entry(
            id=row[0],
            name=row[1],
            kind=row[2],
            keras=row[3],
            note=row[4],
            params=tuple(row[5].split()) if len(row) > 5 else (),
            tf1=f"{namespace}.{row[1]}",
        )
        for row in rows
    )
