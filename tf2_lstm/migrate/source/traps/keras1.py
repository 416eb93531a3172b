"""Traps of tf.keras 1.x: layers that still exist and give other numbers, or refuse an argument."""

from tf2_lstm.migrate.source.alternatives import Symbol
from tf2_lstm.migrate.source.namespaces import look_up
from tf2_lstm.migrate.source.traps.trap import Trap, trap_rule

_SLOPE = (
    "tf.keras 1.x has hard_sigmoid = clip(0.2 x + 0.5, 0, 1). Keras 3's hard_sigmoid is relu6(x + 3) / 6, "
    "slope 1/6 (error 0.086), and its default is sigmoid (error 0.053). Pass an activation of your own with "
    "the old slope."
)
_CLIPPED = "keras.layers.LSTM(64, recurrent_activation=lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1))"

RULES = (
    trap_rule(541, "keras-gate-default", "unsafe", "recurrent_activation is left at its default, which has "
                                                   "changed.",
              _SLOPE, "layer = tf.keras.layers.LSTM(64)  # TF 1.x", f"layer = {_CLIPPED}"),
    trap_rule(542, "keras-hard-sigmoid", "unsafe", "hard_sigmoid is given, and its slope has changed.",
              _SLOPE, 'layer = tf.keras.layers.LSTM(64, recurrent_activation="hard_sigmoid")',
              f"layer = {_CLIPPED}"),
    trap_rule(543, "keras-time-major", "unsafe", "time_major is given to a Keras layer.",
              "Keras 3 raises: Unrecognized keyword arguments. Swap axes 0 and 1 before and after.",
              "layer = tf.keras.layers.LSTM(64, time_major=True)",
              "y = keras.ops.swapaxes(keras.layers.LSTM(64)(keras.ops.swapaxes(x, 0, 1)), 0, 1)"),
    trap_rule(544, "keras-reset-after", "unsafe", "reset_after of a GRU is left at its default, which has "
                                                  "changed.",
              "tf.keras 1.x has reset_after=False, Keras 3 has True. With saved weights the shape of the "
              "bias differs; trained afresh, it is another model.",
              "layer = tf.keras.layers.GRU(64)  # TF 1.x", "layer = keras.layers.GRU(64, reset_after=False)"),
)  # fmt: skip

_GATED = ("LSTM", "LSTMCell", "GRU", "GRUCell", "ConvLSTM2D", "PeepholeLSTMCell")


def check_keras(observer, resolver, seen):
    """Yield the traps of a call of a Keras layer."""
    for alternative in seen.callee:
        use = look_up(alternative.dotted) if isinstance(alternative, Symbol) else None
        if use is None or use.family not in ("keras", "keras3"):
            yield from _standalone(seen, alternative)
            continue
        where = {"name": use.name}
        yield from _time_major(seen, where)
        if use.leaf in _GATED and use.family == "keras":
            yield from _gates(seen, use, where)


def _standalone(seen, alternative):
    if isinstance(alternative, Symbol) and alternative.dotted.startswith(
        ("keras.layers.", "tf_keras.layers.")
    ):
        yield from _time_major(seen, {"name": alternative.dotted})


def _time_major(seen, where):
    given = seen.keywords.get("time_major")
    if given is not None:
        yield Trap(
            "RNN543",
            given.node,
            f"time_major={given.text()}: Keras 3 raises on it; swap axes outside",
            **where,
        )


def _gates(seen, use, where):
    func = seen.node.func
    given = seen.keywords.get("recurrent_activation")
    if given is None and not seen.open:
        text = "recurrent_activation was hard_sigmoid by default in tf.keras 1.x, it is sigmoid in Keras 3"
        yield Trap("RNN541", func, text, in_tf1=True, **where)
    elif given is not None and "hard_sigmoid" in given.text():
        text = "hard_sigmoid has slope 0.2 in tf.keras 1.x and 1/6 in Keras 3"
        yield Trap("RNN542", given.node, text, **where)
    if use.leaf in ("GRU", "GRUCell") and "reset_after" not in seen.keywords and not seen.open:
        text = "reset_after was False by default in tf.keras 1.x, it is True in Keras 3"
        yield Trap("RNN544", func, text, in_tf1=True, **where)


ON_CALL = (check_keras,)
