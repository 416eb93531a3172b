"""Traps of shared weights: in TF1 two uses of one cell object share its weights."""

from tf2_lstm.migrate.source.alternatives import Items, cells_in, one_object
from tf2_lstm.migrate.source.traps.trap import Trap, at, trap_rule

_IDENTITY = (
    "In TF1 one cell object is one set of weights, wherever it stands, and a checkpoint holds it once. "
    "Shapes fit both ways when the sizes are equal, so reading it as separate layers is silent."
)

RULES = (
    trap_rule(510, "list-times-n", "unsafe", "[cell] * n: every layer is the same cell and shares its "
                                             "weights.",
              _IDENTITY + " The checkpoint has cell_0 alone. Keep the one object in Keras as well; use a "
                          "list "
              "comprehension only where separate layers were meant, and then train again.",
              "cell = tf.nn.rnn_cell.MultiRNNCell([lstm] * 3)", "cell = tf2_lstm.StackedRNNCells([lstm] * "
                                                                "3)"),
    trap_rule(511, "cell-used-twice", "unsafe", "One cell object is used in more than one place: shared "
                                                "weights.",
              _IDENTITY, "a, _ = tf.nn.dynamic_rnn(cell, x)\nb, _ = tf.nn.dynamic_rnn(cell, y)",
              "layer = tf2_lstm.RNN(cell)\na, b = layer(x), layer(y)"),
    trap_rule(512, "same-cell-both-ways", "unsafe", "Forward and backward are the same cell object.",
              _IDENTITY + " The checkpoint has fw/ alone.",
              "tf.nn.bidirectional_dynamic_rnn(cell, cell, x, dtype=tf.float32)",
              "tf2_lstm.Bidirectional(tf2_lstm.RNN(cell), backward_layer=tf2_lstm.RNN(cell, "
              "go_backwards=True))"),
    trap_rule(530, "stack-of-one", "unsafe", "A stack of one cell.",
              "keras.layers.RNN([cell]) collapses the state from [[h, c]] to [h, c] and raises with a mask. "
              "tf2_lstm.StackedRNNCells keeps the nest.",
              "cell = tf.nn.rnn_cell.MultiRNNCell([lstm])", "cell = tf2_lstm.StackedRNNCells([lstm])",
              severity="note"),
)  # fmt: skip

_CELL_PARAMETERS = ("cell", "cell_fw", "cell_bw", "cells", "cells_fw", "cells_bw")


def check_stack(observer, resolver, seen):
    """Yield the traps in the list of cells of a MultiRNNCell."""
    for use, entry in seen.uses:
        given = seen.given(entry.params)
        for name in ("cells", "cells_fw", "cells_bw"):
            if name in given:
                yield from _list_of_cells(seen, given[name], {"name": use.name, "pair": entry.pair})


def _list_of_cells(seen, given, where):
    node = at(given, seen.node.func)
    if given.value and all(_is_single(cells) for cells in given.value):
        yield Trap(
            "RNN530", node, "a stack of one cell: keras.layers.RNN([cell]) collapses its state", **where
        )
    for cells in given.value:
        if not isinstance(cells, Items):
            continue
        if cells.shared:
            yield Trap(
                "RNN510",
                node,
                "every layer is the same cell object: one set of weights, in Keras too",
                **where,
            )
        elif len(cells.items) > 1 and _repeated(cells.items):
            yield Trap(
                "RNN511", node, "one cell object stands in this list more than once: shared weights", **where
            )


def _is_single(cells):
    return isinstance(cells, Items) and len(cells.items) == 1 and not cells.several and not cells.shared


def _repeated(items):
    sites = [site for site in map(one_object, items) if site is not None]
    return len(sites) != len(set(sites))


def check_directions(observer, resolver, seen):
    """Yield a bidirectional call whose two cells are one object."""
    for use, entry in seen.uses:
        given = seen.given(entry.params)
        forward, backward = given.get("cell_fw"), given.get("cell_bw")
        if forward is None or backward is None:
            continue
        if one_object(forward.value) is not None and one_object(forward.value) == one_object(backward.value):
            text = "forward and backward are one cell object: one set of weights"
            yield Trap("RNN512", backward.node, text, use.name, entry.pair)


def check_second_use(observer, resolver, seen):
    """Yield the second use of a cell object by a wrapper, a stack or an unroll."""
    for use, entry in seen.uses:
        if seen.unused and entry.kind in ("wrapper", "stack"):
            continue
        for name, given in seen.given(entry.params).items():
            if name in _CELL_PARAMETERS:
                for cell in _objects(given.value):
                    yield from _consume(observer, resolver, seen, cell, given, use, entry)


def _objects(value):
    lists = [v for v in value if isinstance(v, Items)]
    for one in (value, *(item for items in lists for item in items.items)):
        if one_object(one) is not None:
            yield sorted(cells_in(one), key=repr)[0]


def _consume(observer, resolver, seen, cell, given, use, entry):
    looped = bool(seen.loops) and not resolver.made_in(seen.loops[-1], cell)
    earlier = observer.consumed.setdefault(cell.site, [])
    clash = any(node is not seen.node and _can_both_run(branch, seen.branch) for node, branch in earlier)
    earlier.append((seen.node, seen.branch))
    if (clash or looped) and "*" not in cell.maker:
        text = (
            "this cell object is used elsewhere as well, or once a turn of the loop: the weights are shared"
        )
        yield Trap("RNN511", at(given, seen.node.func), text, use.name, entry.pair)


def _can_both_run(one, other):
    arms = dict(one)
    return all(arms.get(branch, arm) == arm for branch, arm in other)


ON_CALL = (check_stack, check_directions, check_second_use)
