"""A rule: a thing that the scanner looks for, under an id that never changes its meaning."""

from dataclasses import dataclass

APPLICABILITY = {
    "safe": "safe: the change of this place alone keeps every number",
    "unsafe": "unsafe: the change can be written by a tool, but it depends on other places, so read it",
    "manual": "manual: a person has to write it",
    "none": "none: there is nothing to change at this place",
}


@dataclass(frozen=True)
class Rule:
    """One rule and its page.

    Attributes:
        id: "RNN101"; the meaning of an id never changes.
        slug: a short name for a person, "basic_lstm" or "forget-bias-default".
        severity: see `Finding`.
        applicability: a key of `APPLICABILITY`.
        summary: one sentence: what it is.
        why: why it bites.
        before, after: code of the two columns, "" for none.
        pair: the row of the pairs table that the rule is about, None for none.
        fixed: True for the rules of files that could not be read fully, which `--select` cannot silence.
    """

    id: str
    slug: str
    severity: str
    applicability: str
    summary: str
    why: str = ""
    before: str = ""
    after: str = ""
    pair: str | None = None
    fixed: bool = False

    @property
    def heading(self):
        """The heading of the rule's page."""
        return f"{self.id} {self.slug}"

    @property
    def url(self):
        """The rule's page, from the root of the repository."""
        return f"docs/rules/{self.id}.md"
