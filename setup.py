"""What `setup.cfg` cannot say: the README as the long description, without links that lead nowhere outside."""

import re
from pathlib import Path

from setuptools import setup


def without_links(text):
    """Return Markdown with the words of its links in place of the links; code blocks stay.

    Args:
        text: the Markdown.

    Example:
        ```python
        assert without_links("see [the guide](MIGRATION.md#scan)") == "see the guide"
        ```
    """
    pieces = re.split(r"(?ms)^(```.*?^```$)", text)
    pieces[::2] = [re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", prose) for prose in pieces[::2]]
    return "".join(pieces)


if __name__ == "__main__":
    readme = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    setup(long_description=without_links(readme))
