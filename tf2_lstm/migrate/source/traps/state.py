"""Traps of the state: its order, where it starts, and how it is carried from run to run."""

import ast
import re

from tf2_lstm.migrate.source.alternatives import Bound, Made
from tf2_lstm.migrate.source.traps.trap import Trap, trap_rule

RULES = (
    trap_rule(509, "state-fed", "manual", "A state is a key of feed_dict: it is carried from run to run.",
              "Keras has no feeds. Pass initial_state= to the call and keep the states that it returns, or "
              "use stateful=True and reset_state(). The fed tensor is (c, h), Keras states are [h, c].",
              "state = sess.run(final_state, {x: batch, initial_state: state})",
              "outputs, *states = layer(batch, initial_state=states)"),
    trap_rule(520, "state-order", "unsafe", "A state's c or h is read: TF1's tuple is (c, h), Keras's list "
                                            "[h, c].",
              "Both parts have one shape, so a swap is silent. Name the part: to_tf1_state(cell, states).c.",
              "features = state.h", "outputs, h, c = layer(x)"),
    trap_rule(524, "zero-state", "unsafe", "zero_state makes the initial state by hand.",
              "Keras starts from zeros by itself; where the tensor is needed, "
              "cell.get_initial_state(batch_size=n) gives it in the order [h, c].",
              "state = cell.zero_state(batch_size, tf.float32)",
              "states = cell.get_initial_state(batch_size)",
              severity="note"),
)  # fmt: skip

# A state that is an argument cannot be resolved; these names leave little doubt.
_STATES = re.compile(r"(init\w*|final|last|prev\w*|rnn|lstm|gru|cell|hidden|enc\w*|dec\w*)_state|state_in")
_PARTS = re.compile(r"(^|_)[ch](_|$|\d)|state_[ch]|^[ch]$")


def check_zero_state(observer, resolver, seen):
    """Yield cell.zero_state(...)."""
    for method in seen.callee:
        if isinstance(method, Bound) and isinstance(method.owner, Made) and method.name == "zero_state":
            name = f"{method.owner.maker}.zero_state"
            text = "zero_state: Keras starts from zeros by itself; get_initial_state(batch_size) gives [h, c]"
            yield Trap("RNN524", seen.node.func, text, name)


def check_key(observer, resolver, node, value):
    """Yield a dictionary whose key is a state: a feed_dict."""
    text = "a state is fed: pass initial_state= and keep the states that the Keras layer returns"
    for key in value:
        if isinstance(key, Made) and key.role == "state":
            yield Trap("RNN509", node, text, key.maker)
            return
    if not value and isinstance(node, (ast.Name, ast.Attribute)) and _STATES.search(_last_word(node)):
        yield Trap("RNN509", node, text, beside=True)


def check_part(observer, resolver, node, base):
    """Yield state.c and state.h."""
    if node.attr not in ("c", "h"):
        return
    states = [v for v in base if isinstance(v, Made) and v.role == "state"]
    states += [v.owner for v in base if isinstance(v, Bound) and v.name == "state_size"]
    text = f".{node.attr} of a state: TF1 orders (c, h), Keras [h, c]"
    if states:
        yield Trap("RNN520", node, text, states[0].maker)
    elif not base and "state" in _last_word(node.value).lower():
        yield Trap("RNN520", node, text, beside=True)


def _last_word(node):
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def check_number(observer, resolver, node, base, key):
    """Yield state[0] and state[1] of one LSTM."""
    for state in base:
        if isinstance(state, Made) and state.role == "state" and "LSTM" in state.detail and key in (0, 1, -1):
            part = "c" if key == 0 else "h"
            yield Trap(
                "RNN520", node, f"[{key}] of this state is {part} in TF1 and the other in Keras", state.maker
            )


def check_unpack(observer, resolver, target, value):
    """Yield `c, h = state`."""
    names = [element.id for element in target.elts if isinstance(element, ast.Name)]
    if len(target.elts) != 2 or len(names) != 2:
        return
    parts = all(_PARTS.search(name) for name in names)
    for state in value:
        if isinstance(state, Made) and state.role == "state" and ("LSTM" in state.detail or parts):
            text = "unpacked as (c, h), TF1's order; Keras returns [h, c]"
            yield Trap("RNN520", target, text, state.maker)


ON_CALL = (check_zero_state,)
ON_KEY = (check_key,)
ON_ATTRIBUTE = (check_part,)
ON_SUBSCRIPT = (check_number,)
ON_UNPACK = (check_unpack,)
