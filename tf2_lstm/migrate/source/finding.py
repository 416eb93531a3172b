"""A finding: one place in a program, its rule and what to do there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One place in a source file.

    Attributes:
        path: the file, as it was given or reached; "-" is the standard input.
        line, column: where it starts, counted from 1, in characters; in a notebook within the cell.
        end_line, end_column: where it ends; the column is that of the character after.
        rule: the rule's id, "RNN101".
        severity: "error" (cannot run, or could not be read), "warning" (runs, with other numbers) or "note".
        name: the full TF1 name, "tensorflow.contrib.rnn.BasicLSTMCell"; "" where no name is concerned.
        message: one line for a person; it names the Keras twin.
        pair: the name of the row of the pairs table, None if there is none.
        applicability: how safe an automatic change is: "safe", "unsafe", "manual" or "none".
        url: the rule's page.
        cell: the number of the notebook's cell, counted from 1; None in other files.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    severity: str
    name: str
    message: str
    pair: str | None
    applicability: str
    url: str
    cell: int | None = None

    def sort_key(self):
        """Return the order of findings: file, cell, place, rule."""
        return (self.path, self.cell or 0, self.line, self.column, self.rule, self.name)

    def place(self):
        """Return "path:line:column", with the cell in a notebook."""
        cell = f"cell {self.cell}:" if self.cell else ""
        return f"{self.path}:{cell}{self.line}:{self.column}"
