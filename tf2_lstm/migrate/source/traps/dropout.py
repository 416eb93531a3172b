"""Traps of DropoutWrapper: keep probabilities, and how they are switched off."""

from tf2_lstm.migrate.source.alternatives import Made
from tf2_lstm.migrate.source.traps.trap import Trap, at, trap_rule

RULES = (
    trap_rule(514, "keep-prob-tensor", "manual", "A keep probability is a placeholder or a variable.",
              "TF1 programs feed 1.0 to switch dropout off. In Keras the rate is a constant (1 - keep) and "
              "the training argument switches it: model(x, training=False). Forgetting that leaves dropout "
              "on in evaluation, or off in training.",
              "cell = tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=keep_prob)",
              "cell = tf2_lstm.DropoutWrapper(cell, output_dropout=0.5)  # model(x, training=True)"),
    trap_rule(515, "keep-prob-missing", "safe", "DropoutWrapper without a keep probability drops nothing.",
              "All three default to 1.0. It may be left out, or the argument was forgotten.",
              "cell = tf.nn.rnn_cell.DropoutWrapper(cell)", "cell = cell", severity="note"),
    trap_rule(525, "variational-dropout", "unsafe", "variational_recurrent: one mask for all steps.",
              "TF1 draws one mask [1, size] a run, the same for all steps and all rows of the batch. "
              "dropout= of the Keras cells draws one a row and drops elsewhere; "
              "tf2_lstm.DropoutWrapper(variational=True) is the twin.",
              "cell = tf.nn.rnn_cell.DropoutWrapper(cell, 0.5, variational_recurrent=True, dtype=tf.float32)",
              "cell = tf2_lstm.DropoutWrapper(cell, input_dropout=0.5, variational=True)"),
)  # fmt: skip

_KEEP = ("input_keep_prob", "output_keep_prob", "state_keep_prob", "dropout_keep_prob")


def check_dropout(observer, resolver, seen):
    """Yield the traps of a call that takes keep probabilities."""
    for use, entry in seen.uses:
        if not set(_KEEP) & set(entry.params):
            continue
        given = seen.given(entry.params)
        where = {"name": use.name, "pair": entry.pair}
        for name in _KEEP:
            if name in given and not given[name].constant()[0]:
                yield Trap("RNN514", at(given[name], seen.node.func), _message(name, given[name]), **where)
        if use.leaf == "DropoutWrapper" and not seen.open and not set(_KEEP) & set(given):
            yield Trap(
                "RNN515", seen.node.func, "no keep probability is given, so nothing is dropped", **where
            )
        variational = given.get("variational_recurrent")
        if variational is not None and variational.constant() not in ((True, False), (True, None)):
            text = "one mask for all steps and rows; dropout= of Keras cells is another thing"
            yield Trap("RNN525", at(variational, seen.node.func), text, **where)


def _message(name, argument):
    fed = any(isinstance(v, Made) and "placeholder" in v.maker for v in argument.value)
    what = "a placeholder" if fed else "not a constant"
    return f"{name}={argument.text()} is {what}: Keras has rate = 1 - keep_prob and the training argument"


ON_CALL = (check_dropout,)
