"""Rules of the pairs table: an explicit id for each row, and a page made from the row."""

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source.rule import Rule

# pair -> (id, how safe an automatic change of the call is). An id never changes its meaning. A row that
# covers a name of the catalogue takes over the id that the name has there, so that no finding changes its id.
PAIR_RULES = {
    "basic_lstm": ("RNN101", "unsafe"),
    "lstm": ("RNN102", "unsafe"),
    "gru": ("RNN103", "unsafe"),
    "basic_rnn": ("RNN104", "unsafe"),
    "multi_rnn": ("RNN105", "unsafe"),
    "dropout": ("RNN106", "unsafe"),
    "residual": ("RNN107", "safe"),
    "dynamic_rnn": ("RNN108", "unsafe"),
    "static_rnn": ("RNN109", "unsafe"),
    "bidirectional_dynamic_rnn": ("RNN110", "unsafe"),
    "static_bidirectional_rnn": ("RNN111", "unsafe"),
    "stack_bidirectional_dynamic_rnn": ("RNN112", "unsafe"),
    "python_loop": ("RNN113", "unsafe"),
    "lstm_state_tuple": ("RNN114", "safe"),
}


# Rows of whole programs cover no name of their own: Session.run and placeholders are no RNN.
API_PAIRS = {name: pair for name, pair in PAIRS.items() if pair.kind != "program"}


def pair_rules():
    """Return {id: Rule}, one for each row of the pairs table that covers an API.

    Raises:
        LookupError: a row has no id in `PAIR_RULES`.
    """
    rules = {}
    for pair in API_PAIRS.values():
        if pair.name not in PAIR_RULES:
            raise LookupError(
                f"the pair {pair.name!r} has no rule id; expected one for each row of the pairs table. Next "
                "step: add it to PAIR_RULES in tf2_lstm/migrate/source/pair_rules.py."
            )
        rule_id, applicability = PAIR_RULES[pair.name]
        rules[rule_id] = Rule(
            id=rule_id,
            slug=pair.name,
            severity="error",
            applicability=applicability,
            summary=f"{pair.tf1[0]} becomes {keras_twin(pair)}. {pair.summary}",
            why="\n".join([*_arguments(pair), *(f"- Limit: {limit}" for limit in pair.limits)]),
            before=_call(pair, tf1=True),
            after=_call(pair, tf1=False),
            pair=pair.name,
        )
    return rules


def keras_twin(pair):
    """Return the Keras twin of a row with its constants: "keras.layers.GRUCell(reset_after=False)"."""
    constants = ", ".join(f"{key}={value!r}" for key, value in pair.constants.items())
    return f"{pair.keras}({constants})" if constants else pair.keras


def _arguments(pair):
    lines = []
    for argument in pair.arguments:
        target = f" `{argument.to}`" if argument.to else ""
        why = f": {argument.why}" if argument.why else ""
        lines.append(f"- `{argument.tf1}` is {argument.how}{' to' if target else ''}{target}{why}")
    if pair.stock and pair.stock != pair.keras:
        unless = " or ".join(f"`{what}`" for what in pair.stock_unless)
        lines.append(f"- Stock `{pair.stock}` is exact too, unless there is {unless}.")
    return lines


def _call(pair, tf1):
    if tf1:
        shown = [
            argument.tf1 for argument in pair.arguments if argument.tf1 not in ("name", "reuse", "dtype")
        ]
        name = pair.tf1[0].replace("RNNCell.__call__", "BasicLSTMCell(5).__call__")
        return f"{name}({', '.join(f'{argument}=...' for argument in shown)})"
    shown = [f"{a.to}=..." for a in pair.arguments if a.how == "renamed" and a.tf1 not in ("name", "dtype")]
    shown += [f"{key}={value!r}" for key, value in pair.constants.items()]
    return f"{pair.keras}({', '.join(dict.fromkeys(shown))})"
