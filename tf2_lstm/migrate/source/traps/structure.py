"""Traps in the structure of a program: cells called by hand, cells of one's own, scopes and savers."""

from tf2_lstm.migrate.source.alternatives import Bound, Made, Symbol
from tf2_lstm.migrate.source.namespaces import strip_root
from tf2_lstm.migrate.source.traps.trap import Trap, at, trap_rule

RULES = (
    trap_rule(521, "cell-subclass", "manual", "A cell of the program's own derives from a TF1 cell.",
              "TF1 calls call(inputs, state) with the state as a tuple or tensor and takes variables from "
              "scopes. A Keras cell is a layer with state_size, weights made in build() and call(inputs, "
              "states) with a list.",
              "class MyCell(tf.nn.rnn_cell.RNNCell):\n    def call(self, inputs, state): ...",
              "class MyCell(keras.layers.Layer):\n    def call(self, inputs, states): ..."),
    trap_rule(522, "cell-in-loop", "unsafe", "A cell is called in a Python loop: the sequence is unrolled "
                                             "by hand.",
              "TF1 needs reuse_variables() from the second step on, Keras does not. tf2_lstm.python_loop is "
              "the same loop; a layer over the whole sequence gives the same numbers and is faster.",
              "for x in steps:\n    output, state = cell(x, state)",
              "outputs, state = tf2_lstm.python_loop(cell, steps, state)"),
    trap_rule(523, "saver", "manual", "tf.train.Saver beside RNNs: the checkpoint holds TF1's variables.",
              "Its names (rnn/basic_lstm_cell/kernel) and layouts (one fused kernel, gates i, j, f, o) are "
              "not Keras's; load_weights cannot read it. Convert it with the weight maps of the pairs "
              "table.",
              "tf.train.Saver().restore(sess, prefix)", "model.load_weights('model.weights.h5')"),
)  # fmt: skip


def check_step(observer, resolver, seen):
    """Yield a cell that is called directly, and again when that is in a loop."""
    for cell in seen.callee:
        if isinstance(cell, Bound) and cell.name in ("call", "__call__"):
            cell = cell.owner
        if isinstance(cell, Made) and cell.role == "cell":
            name = f"{cell.maker}.__call__"
            text = "a cell called directly: output, state = cell(x, state) becomes output, states = cell(...)"
            yield Trap("RNN113", seen.node.func, text, name, "python_loop")
            if seen.loops and not resolver.made_in(seen.loops[-1], cell, or_met=False):
                text = "called once a turn of this loop: tf2_lstm.python_loop, or one layer over the sequence"
                yield Trap("RNN522", seen.node.func, text, name, "python_loop")


def check_saver(observer, resolver, seen):
    """Yield tf.train.Saver(...), which counts beside RNNs."""
    for name in _called(seen):
        if strip_root(name) in ("train.Saver", "train.import_meta_graph", "python.training.saver.Saver"):
            text = "its checkpoint has TF1's names and layouts: convert it, Keras cannot load it"
            yield Trap("RNN523", seen.node.func, text, name, beside=True)


def check_scope(observer, resolver, seen):
    """Yield variable_scope(reuse=...) and scope.reuse_variables(), which count beside RNNs."""
    text = "variables are shared by name: Keras shares weights by sharing the layer object"
    for name in _called(seen):
        if strip_root(name) in ("variable_scope", "variable_op_scope"):
            given = seen.keywords.get("reuse")
            if given is not None and given.constant() not in ((True, None), (True, False)):
                yield Trap("RNN513", at(given, seen.node.func), text, name, beside=True)
        if strip_root(name) == "make_template":
            yield Trap("RNN513", seen.node.func, text, name, beside=True)
    if getattr(seen.node.func, "attr", "") == "reuse_variables":
        yield Trap("RNN513", seen.node.func, text, beside=True)


def _called(seen):
    return [v.dotted for v in seen.callee if isinstance(v, Symbol)]


def check_subclass(observer, resolver, node, cls):
    """Yield a class that derives from a cell."""
    base = resolver.cell_base(cls)
    if base:
        observer.uses_rnn = True
        text = "a cell of your own: in Keras a layer with state_size, build() and call(inputs, states)"
        yield Trap("RNN521", node, text, base)


ON_CALL = (check_step, check_saver, check_scope)
ON_CLASS = (check_subclass,)
