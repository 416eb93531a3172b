"""A mistake that is planted: one line of one file changed, and the test that must see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        file: the file, from the root of the repository.
        old: a text that is in it once.
        new: what stands there instead.
        test: the test that must fail, "tests/test_x.py::test_y" or "...[case]".
    """

    file: str
    old: str
    new: str
    test: str

    def planted(self, text):
        """Return the text of the file with the mistake.

        Raises:
            ValueError: the old text is not in it, or more than once, or nothing is changed, or no Python comes of it.
        """
        count = text.count(self.old)
        if count != 1 or self.old == self.new:
            raise ValueError(
                f"{self.file}: expected {self.old!r} once, to be changed; it is there {count} times."
            )
        changed = text.replace(self.old, self.new)
        compile(changed, self.file, "exec")
        return changed

    def __str__(self):
        return f"{self.file}: {self.old.strip()!r} -> {self.new.strip()!r}"


def mistakes(file, test, *changes):
    """Return the `Mistake`s of one file that one test must see, each of the changes an (old, new)."""
    return [Mistake(file, old, new, test) for old, new in changes]
