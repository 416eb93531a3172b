"""The assumptions of a user about a model that has no graph: `--assume 'rnn/lstm_cell: forget_bias=0'`."""

import itertools
from dataclasses import dataclass, field

from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.pairs.shared_arguments import ACTIVATION, FORGET_BIAS
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS

NUMBERS = ("forget_bias", "cell_clip", "proj_clip")
#: The most scopes that a message lists.
MOST = 5
DIRECTIONS = ("bidirectional", "forward", "backward")
#: TF1's own defaults, which `--assume-defaults` allows.
DEFAULTS = {one.tf1: one.default for one in (FORGET_BIAS, ACTIVATION)}


@dataclass
class Assumptions:
    """The assumptions of one call of `recognise`.

    Attributes:
        said: the user's assumptions, [(scope, option, value)].
        defaults: whether TF1's defaults may be taken for all other options.
        used: the numbers of the assumptions in `said` that some cell needed.
    """

    said: list
    defaults: bool = False
    used: set = field(default_factory=set)

    def of(self, scope, needed, possible):
        """Return the options of a cell that a checkpoint cannot tell.

        Args:
            scope: the scope of its variables.
            needed: the options that must be known.
            possible: further options that may be assumed.

        Returns:
            A triple: option -> value without TF1's defaults, a sentence for each assumption, the options of `needed`
            that
            nothing was assumed for.
        """
        options, sentences, missing = {}, [], []
        for option in (*needed, *possible):
            value, why = self._assumed(scope, option), "as was said"
            if value is None and option in needed and self.defaults:
                value, why = DEFAULTS[option], "TF1's default"
            if value is not None:
                sentences.append(f"{scope}: {option}={value} ({why})")
            elif option in needed:
                missing.append(option)
            if value is not None and value != DEFAULTS.get(option):
                options[option] = value
        return options, sentences, missing

    def direction(self, scope, by_name):
        """Return the direction of a run, where only names tell one.

        Args:
            scope: its scope.
            by_name: the one of `DIRECTIONS` that its names tell.

        Returns:
            (direction, sentence); (None, "") where no assumption has it.

        Example:
            ```python
            assert parse(["bw: direction=backward"]).direction("rnn/bw", "bidirectional")[0] == "backward"
            ```
        """
        said, why = self._assumed(scope, "direction"), "as was said"
        if said is None and self.defaults:
            said, why = by_name, "by its name"
        return said, f"{scope}: direction={said} ({why})" if said else ""

    def _assumed(self, scope, option):
        found = None
        for number, (where, what, value) in enumerate(self.said):
            if what == option and _names(where, scope):
                self.used.add(number)
                found = value
        return found

    def check(self, scopes, path):
        """Refuse an assumption about a scope that does not exist.

        Args:
            scopes: the scopes of all cells and layers of the model; without any there is nothing to refuse.
            path: the model, for the message.

        Raises:
            ArtifactError: the scope of an assumption is neither a cell's, nor the end of one, nor around one.
        """
        known = innermost(scopes)
        for where, what, value in self.said if known else ():
            if not any(_names(where, scope) for scope in known):
                more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
                raise ArtifactError(
                    f"{path}: assumption '{where}: {what}={value}': expected the scope of a cell, the end of it or one "
                    f"around it, found none called {where!r}. The cells are {', '.join(known[:MOST])}{more}: name one."
                )

    def unused(self):
        """List the assumptions that no cell needed, as the user wrote them."""
        return [
            f"{where}: {what}={value}"
            for n, (where, what, value) in enumerate(self.said)
            if n not in self.used
        ]


def innermost(scopes):
    """List the scopes that have no other scope inside, each once, in their order.

    Args:
        scopes: a list of texts.

    Example:
        ```python
        assert innermost(["a", "a/b", "a-b", "a/b"]) == ["a/b", "a-b"]
        ```
    """
    # In sorted order a scope with its slash comes right before the scopes inside it.
    around = {
        one for one, after in itertools.pairwise(sorted({f"{s}/" for s in scopes})) if after.startswith(one)
    }
    return [scope for scope in dict.fromkeys(scopes) if f"{scope}/" not in around]


def _names(where, scope):
    """Whether an assumption about `where` applies to a cell's scope: its own, the end of it, or one around it."""
    return f"/{scope}/".endswith(f"/{where}/") or f"{scope}/".startswith(f"{where}/")


def parse(texts, defaults=False):
    """Read assumptions.

    Args:
        texts: each "SCOPE: OPTION=VALUE", with more options after commas; a scope is the cell's, the end of it, or one
            around it.
        defaults: whether TF1's defaults may be taken for all other options.

    Returns:
        `Assumptions`.

    Raises:
        ArtifactError: a text is none, or an option or value is unknown.

    Example:
        ```python
        assert parse(["rnn/lstm_cell: forget_bias=0"]).said == [("rnn/lstm_cell", "forget_bias", 0.0)]
        ```
    """
    said = []
    for text in texts:
        scope, colon, rest = str(text).rpartition(":")
        pairs = [pair.partition("=") for pair in rest.split(",")]
        if not colon or not scope.strip() or any(not equals for _, equals, _ in pairs):
            raise ArtifactError(
                f"assumption {text!r}: expected 'SCOPE: OPTION=VALUE', e.g. 'rnn/lstm_cell: forget_bias=0'"
            )
        said += [(scope.strip(" /"), *_option(text, name.strip(), value.strip())) for name, _, value in pairs]
    return Assumptions(said, defaults)


def _option(text, name, value):
    if name == "activation":
        if value not in ACTIVATIONS.values():
            known = ", ".join(ACTIVATIONS.values())
            raise ArtifactError(
                f"assumption {text!r}: expected one of the activations {known}, found {value!r}"
            )
        return name, value
    if name == "direction":
        if value not in DIRECTIONS:
            raise ArtifactError(
                f"assumption {text!r}: expected one of the directions {', '.join(DIRECTIONS)}, found {value!r}"
            )
        return name, value
    if name not in NUMBERS:
        known = ", ".join(("activation", "direction", *NUMBERS))
        raise ArtifactError(f"assumption {text!r}: expected one of the options {known}, found {name!r}")
    try:
        number = float(value)
    except ValueError:
        raise ArtifactError(f"assumption {text!r}: expected a number for {name}, found {value!r}") from None
    if not abs(number) < float("inf"):
        raise ArtifactError(f"assumption {text!r}: expected a finite number for {name}, found {value!r}")
    return name, number
