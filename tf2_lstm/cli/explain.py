"""`tf2-lstm explain`: the page of a rule, and what to do about a message."""

import difflib

from tf2_lstm.cli.scan import write
from tf2_lstm.errors import UserError


def add_arguments(parser):
    """Add the command's arguments to an `argparse.ArgumentParser`."""
    parser.add_argument(
        "rules",
        nargs="*",
        metavar="RULE",
        help="RNN101, a pair's name, or the message of an error in quotes; none lists the rules",
    )


def run(arguments):
    """Print the pages, or the list; return the exit code.

    Args:
        arguments: the `argparse.Namespace` of `add_arguments`.
    """
    from tf2_lstm.migrate.source.rules import RULES

    if not arguments.rules:
        write("\n".join(f"{rule.id}  {rule.slug:32} {rule.summary}" for rule in RULES.values()))
        return 0
    by_name = {rule.slug.lower(): rule for rule in RULES.values() if rule.pair} | RULES
    write("\n\n".join(_explanation(name, by_name) for name in _names(arguments.rules, by_name)))
    return 0


def _names(words, by_name):
    """Return the names to explain: each word, or all words as one message where none is a name."""
    known = any(word.upper() in by_name or word.lower() in by_name for word in words)
    return words if known or any(" " in word for word in words) else [" ".join(words)]


def _explanation(name, by_name):
    from tf2_lstm.migrate.source.pages import page
    from tf2_lstm.migrate.source.pasted.find import find
    from tf2_lstm.migrate.source.pasted.messages import entry_text

    rule = by_name.get(name.upper()) or by_name.get(name.lower())
    if rule:
        return page(rule)
    entry = find(name)
    if entry:
        return entry_text(entry)
    raise UserError(_unknown(name, by_name))


def _unknown(name, by_name):
    if " " in name:
        return (
            f"no known message is {name!r}. Give its last line, in quotes; docs/errors.md has the known ones."
        )
    near = difflib.get_close_matches(name.lower(), list(map(str.lower, by_name)), n=3)
    near = near or [rule.id.lower() for rule in by_name.values() if name.lower() in rule.slug.lower()][:3]
    shown = [one.upper() if one.upper() in by_name else one for one in near]
    nearest = f" Did you mean {', '.join(shown)}?" if shown else ""
    return f"no rule is called {name!r}.{nearest} Without a name, all are listed."
