"""`tf2-lstm explain`: the page of a rule."""

from tf2_lstm.cli.scan import write
from tf2_lstm.errors import UserError


def add_arguments(parser):
    """Add the command's arguments to an `argparse.ArgumentParser`."""
    parser.add_argument(
        "rules", nargs="*", metavar="RULE", help="RNN101, or a pair's name; none lists the rules"
    )


def run(arguments):
    """Print the pages, or the list; return the exit code.

    Args:
        arguments: the `argparse.Namespace` of `add_arguments`.
    """
    from tf2_lstm.migrate.source.pages import page
    from tf2_lstm.migrate.source.rules import RULES

    if not arguments.rules:
        write("\n".join(f"{rule.id}  {rule.slug:32} {rule.summary}" for rule in RULES.values()))
        return 0
    by_name = {rule.slug.lower(): rule for rule in RULES.values() if rule.pair}
    found = [RULES.get(name.upper()) or by_name.get(name.lower()) for name in arguments.rules]
    for name, rule in zip(arguments.rules, found, strict=True):
        if rule is None:
            raise UserError(f"no rule is called {name!r}. Without a name, all are listed.")
    write("\n\n".join(page(rule) for rule in found))
    return 0
