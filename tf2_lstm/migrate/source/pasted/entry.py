"""An entry of the table of messages that people paste."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One message, its cause, and what to do.

    Attributes:
        name: the name of the entry, the same for ever.
        kind: the class of the exception, "AttributeError".
        text: the message as it is printed, "..." for parts that differ: a path, a name, a number, or lines left out.
        cause: why it comes.
        do: what to do.
        page: the page with more about it, from the root of the repository.
        source: why no run of this TensorFlow shows it, and where its text is from; "" where a test provokes it.
    """

    name: str
    kind: str
    text: str
    cause: str
    do: str
    page: str
    source: str = ""
