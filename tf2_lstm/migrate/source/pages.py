"""The page of a rule, for `tf2-lstm explain` and for MIGRATION.md."""

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


def page(rule, level=1):
    """Return a rule's page as Markdown: what it is, why it bites, before, after, how safe a change is.

    Args:
        rule: the `Rule`.
        level: of the heading.
    """
    lines = [f"{'#' * level} {rule.heading}", "", rule.summary, ""]
    if rule.why:
        lines += [f"**Why it bites.** {rule.why}" if not rule.why.startswith("- ") else rule.why, ""]
    for title, code in (("Before", rule.before), ("After", rule.after)):
        if code:
            lines += [f"{title}:", "", "```text", code, "```", ""]
    lines.append(f"Severity {rule.severity}. An automatic change is {APPLICABILITY[rule.applicability]}.")
    return "\n".join(lines)


def chapter():
    """Return the chapter of all rules as Markdown: a heading each, which findings link to."""
    lines = [
        "## Rules",
        "",
        "What `tf2-lstm scan` reports. `tf2-lstm explain RNN101` prints the page of one.",
        "",
    ]
    for prefix, title in _CHAPTERS:
        lines += [f"### {title}", ""]
        for rule in (rule for rule in RULES.values() if rule.id.startswith(prefix)):
            change = f"Severity {rule.severity}; a change is {rule.applicability}."
            lines += [f"#### {rule.heading}", "", f"{_one_line(rule.summary)} {change}", ""]
    return "\n".join(lines[:-1])


def _one_line(text):
    return marked(" ".join(text.split()))
