"""The page of a rule, for `tf2-lstm explain` and for `docs/rules/`."""

from tf2_lstm.migrate.report.printable import marked
from tf2_lstm.migrate.source.rule import APPLICABILITY
from tf2_lstm.migrate.source.rules import RULES

_CHAPTERS = (
    ("RNN0", "Reading and resolving"),
    ("RNN1", "tf.nn and tf.nn.rnn_cell, CTC, CRF, TF Lite and pruning"),
    ("RNN2", "tf.contrib.rnn"),
    ("RNN3", "cuDNN, grid cells, sequence to sequence, estimators"),
    ("RNN4", "tf.keras 1.x, raw ops, TensorFlow Addons, seq2seq V2"),
    ("RNN5", "Traps"),
)
_INDEX = "docs/rules/README.md"


def page(rule, text=str):
    """Return a rule's page as Markdown: what it is, why it bites, before, after, how safe a change is.

    Args:
        rule: the `Rule`.
        text: a function that prepares a text of the rule for its reader; by default it stays as it is.
    """
    lines = [f"# {rule.heading}", "", text(rule.summary), ""]
    if rule.why:
        lines += [f"**Why it bites.** {text(rule.why)}" if not rule.why.startswith("- ") else rule.why, ""]
    for title, code in (("Before", rule.before), ("After", rule.after)):
        if code:
            lines += [f"{title}:", "", "```text", code, "```", ""]
    if rule.pair:
        lines += [f"The pair: [{rule.pair}](docs/pairs/{rule.pair}.md).", ""]
    lines.append(f"Severity {rule.severity}. An automatic change is {APPLICABILITY[rule.applicability]}.")
    return "\n".join(lines)


def documents():
    """Map each file of the repository for a rule's page, and the file of their list, to its Markdown."""
    return {_INDEX: index()} | {rule.url: page(rule, _one_line) + "\n" for rule in RULES.values()}


def index():
    """Return the list of all rules as Markdown, each with a link to its page."""
    lines = ["# Rules", "", "What `tf2-lstm scan` reports. `tf2-lstm explain RNN101` prints the page of one."]
    for prefix, title in _CHAPTERS:
        lines += ["", f"## {title}", ""]
        for rule in (rule for rule in RULES.values() if rule.id.startswith(prefix)):
            lines.append(f"- [{marked(rule.heading)}]({rule.url}): {_one_line(rule.summary)}")
    return "\n".join(lines) + "\n"


def _one_line(text):
    return marked(" ".join(text.split()))
