"""Fenced blocks of a Markdown text: where they stand, what they are, which column they belong to."""

import dataclasses
import re
import textwrap
from dataclasses import dataclass

_FENCE = re.compile(r"^ *(?:```|~~~)(.*)$")
_HEADING = re.compile(r"^(#+) (.+)$")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        file: the document's name.
        line: the line of its opening fence, from 1.
        section: the heading that it stands under.
        language: the first word after the fence: "python", "console", "text", "make" ...
        role: the second word: "before" or "after"; the exit code of a "console" block that is not 0; the
            name of a "text" block that is a file, which commands find; else "".
        text: what is inside.
        output: the text of the "text" block that follows with nothing but blank lines between, or None.
    """

    file: str
    line: int
    section: str
    language: str
    role: str
    text: str
    output: str | None = None

    def __str__(self):
        return f"{self.file}:{self.line}"


def read_blocks(file, text):
    """Return every fenced block, a "text" block that shows a python block's output being joined to it.

    Raises:
        ValueError: a fence is never closed.
    """
    blocks, gap, section = [], True, ""
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        heading, fence = _HEADING.match(line), _FENCE.match(line)
        section = heading.group(2) if heading else section
        if fence:
            block = Block(file, number, section, *_words(fence.group(1)), _inside(file, number, lines))
            if (
                block.language == "text"
                and not block.role
                and blocks
                and not gap
                and blocks[-1].language == "python"
            ):
                blocks[-1] = dataclasses.replace(blocks[-1], output=block.text)
            else:
                blocks.append(block)
            gap = False
        elif line.strip():
            gap = True
    return blocks


def headings(text, level):
    """Return the headings of one level, outside of blocks, in order."""
    inside, found = False, []
    for line in text.splitlines():
        inside ^= bool(_FENCE.match(line))
        match = _HEADING.match(line)
        if match and not inside and len(match.group(1)) == level:
            found.append(match.group(2))
    return found


def columns(blocks):
    """Pair each "before" block with the "after" block that comes next in the same section.

    Raises:
        ValueError: a block of one column stands without the other, or a column has another name.
    """
    found, waiting = [], None
    for block in blocks:
        if block.language == "python" and block.role not in ("before", "after", ""):
            raise ValueError(f"{block}: expected before, after or nothing behind python; got {block.role!r}")
        if block.role == "after":
            if waiting is None or waiting.section != block.section:
                raise ValueError(
                    f"{block}: an after block without a before block in section {block.section!r}"
                )
            found.append((waiting, block))
            waiting = None
        elif block.role == "before":
            if waiting is not None:
                raise ValueError(f"{waiting}: a before block without an after block")
            waiting = block
    if waiting is not None:
        raise ValueError(f"{waiting}: a before block without an after block")
    return found


def _words(info):
    words = [*info.split(), "", ""]
    return words[0], words[1]


def _inside(file, opened, lines):
    inside = []
    for _, line in lines:
        if _FENCE.match(line):
            return textwrap.dedent("\n".join(inside)) + "\n"
        inside.append(line)
    raise ValueError(f"{file}:{opened}: the fence is never closed")
