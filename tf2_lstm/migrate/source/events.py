"""The events that the resolver sees in a program, for the traps."""

import ast
from dataclasses import dataclass, field
from typing import Any

from tf2_lstm.migrate.source.alternatives import UNKNOWN, Constant


@dataclass(frozen=True)
class Given:
    """An argument of a call: its expression, its value, its position if it has one, and whether it may be left out."""

    node: Any
    value: frozenset
    position: Any = None
    perhaps: bool = False

    def constant(self):
        """Return (True, the constant) or (False, None) when it is a variable, an expression or a tensor."""
        if len(self.value) == 1:
            (alternative,) = self.value
            if isinstance(alternative, Constant):
                return True, alternative.value
        return False, None

    def text(self):
        """Return the source of the expression, cut to a few words."""
        written = ast.unparse(self.node)
        return written if len(written) <= 40 else written[:37] + "..."


@dataclass
class Call:
    """A call.

    Attributes:
        node: the `ast.Call`.
        callee: the value that is called.
        uses: the TF1 RNN names that it may be, each a (`Use`, `Known`).
        positional, keywords: the arguments as written.
        open: True when * or ** hides arguments.
        loops: the loops around it, innermost last.
        branch: the arms of ifs and trys around it.
        result: the value of the call.
        unused: True where its value is thrown away.
    """

    node: Any
    callee: frozenset
    uses: tuple = ()
    positional: tuple = ()
    keywords: dict = field(default_factory=dict)
    open: bool = False
    loops: tuple = ()
    branch: tuple = ()
    result: frozenset = UNKNOWN
    unused: bool = False

    def given(self, params):
        """Return {parameter: Given} by a list of parameter names; keywords that it lacks are kept."""
        bound = dict(zip(params, self.positional, strict=False))
        bound.update(self.keywords)
        return bound
