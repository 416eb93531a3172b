"""States at the edge: TF1's named leaves, flat or in tuples, against the nest that a Keras cell takes and returns."""

from tf2_lstm.migrate.keras_code.expression import Item
from tf2_lstm.migrate.pairs import PAIRS, Call
from tf2_lstm.migrate.pairs.tree import inner_calls, leaf_names


def leaf_pieces(call, name):
    """Return the widths of the Keras states in each TF1 leaf: one, or several where TF1 keeps the state flat.

    Args:
        call: the cell's `Call`.
        name: as for `leaf_names`.

    Returns:
        A list of (leaf name, list of widths), in TF1's order.
    """
    widths, found = [], []
    keras_nest(call, widths.append)
    for leaf, whole in leaf_names(call, name):
        own = []
        while sum(own) < whole:
            own.append(widths.pop(0))
        found.append((leaf, own))
    return found


def keras_nest(call, take):
    """Build the nest that a Keras cell takes out of TF1's leaves.

    Args:
        call: the cell's `Call`.
        take: a function from a width to the expression of the next state of that width, in TF1's order.

    Returns:
        A nest of lists, [h, c] for an LSTM; a bare expression for a cell with one state.
    """
    row = PAIRS[call.pair]
    if row.kind == "stack":
        return [keras_nest(cell, take) for _, cell in inner_calls(call)]
    if row.kind != "cell":
        return keras_nest(call.arguments["cell"], take)
    if not row.states:
        return take(call.arguments["num_units"])
    c = take(call.arguments["num_units"])
    return [take(call.arguments.get("num_proj") or call.arguments["num_units"]), c]


def tf1_order(call, states):
    """List the parts of a Keras state in TF1's order, c before h.

    Args:
        call: the cell's `Call`.
        states: an expression of the Keras nest; a `list` for the states of a single cell, else an `Item` or `Ref`.
    """
    row = PAIRS[call.pair]
    at = lambda number: states[number] if isinstance(states, list) else Item(states, number)  # noqa: E731
    if row.kind == "stack":
        return [
            piece
            for number, (_, cell) in enumerate(inner_calls(call))
            for piece in tf1_order(cell, at(number))
        ]
    if row.kind != "cell":
        return tf1_order(call.arguments["cell"], states)
    return [at(1), at(0)] if row.states else [states[0] if isinstance(states, list) else states]


def innermost(call):
    """Return the cell or stack inside wrappers."""
    return innermost(call.arguments["cell"]) if PAIRS[call.pair].kind == "wrapper" else call


__all__ = ["Call", "innermost", "keras_nest", "leaf_pieces", "tf1_order"]
