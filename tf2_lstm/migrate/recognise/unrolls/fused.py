"""LSTMBlockFusedCell: a whole sequence in one BlockLSTM operation, time-major.

With sequence_length the program multiplies the outputs with a mask and gathers the final states out of all states, the
initial one before them. Source: TensorFlow 1.15, `contrib/rnn/python/ops/lstm_ops.py`.
"""

from collections import OrderedDict

from tf2_lstm.migrate.graph.indexing import fixed_size, size
from tf2_lstm.migrate.graph.loops import Loop, LoopVariable
from tf2_lstm.migrate.graph.terms import leaves, scalar
from tf2_lstm.migrate.recognise.cells.blocks import block_lstm, output
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch
from tf2_lstm.migrate.recognise.refusals import NotUnderstood
from tf2_lstm.migrate.recognise.steps.wrapped_layers import Layer
from tf2_lstm.migrate.recognise.unrolls.unrolled import Unrolled
from tf2_lstm.migrate.roles import Form


def fused_terms(terms):
    """List the BlockLSTM operations among the terms."""
    return [term for term in terms.every if term.op == "BlockLSTM"]


def fused(reading, term):
    """Read a BlockLSTM operation as a run of an LSTM over a sequence.

    Args:
        reading: the `GraphReader`.
        term: the term of the operation.

    Returns:
        An `Unrolled` of the form BLOCK.

    Raises:
        NotUnderstood: a weight is no variable, or the lengths are used in another way.
    """
    terms, (longest, source, c, h, *weights) = reading.terms, term.args
    found = block_lstm(term, *weights)
    if found is None:
        raise NotUnderstood("a weight of the BlockLSTM operation is computed and no variable", term)
    if any(leaf.op == "loopvar" for leaf in leaves(term)):
        raise NotUnderstood("it runs inside the step of a loop", term)
    pair, options, variables = found
    every = OrderedDict(c=output(terms, term, 1), h=output(terms, term, 6))
    lengths = _lengths(terms, longest, source)
    outcome = every["h"] if lengths is None else _masked(terms, every["h"], lengths)
    cell = CellMatch(pair, options, variables, source, OrderedDict(c=c, h=h), every, outcome)
    literal = reading.sources.get(term.number, ["", "", "", ""])
    states = {}
    for at, (state, whole) in enumerate(zip(("c", "h"), (every["c"], outcome), strict=True)):
        start = cell.old[state]
        end = _last(terms, whole) if lengths is None else _gathered(terms, start, whole, lengths)
        states[cell, state] = LoopVariable(start, start, literal[2 + at], exit=end)
    loop = Loop(reading.place(term), Form.BLOCK)
    return Unrolled(loop, [Layer(cell)], source, 0, lengths, states, False, outcome=outcome)


def _lengths(terms, longest, source):
    """Return the lengths whose maximum ends the run; None when it ends with the sequence."""
    if longest.op == "Max":
        return longest.args[0]
    if longest is size(terms, source, 0):
        return None
    # This number fixes the length where nothing else does: the operation would read beyond a shorter input.
    if isinstance(scalar(longest), int) and fixed_size(terms, source, 0) in (None, scalar(longest)):
        terms.sizes[source.number, 0] = scalar(longest)
        return None
    raise NotUnderstood("the BlockLSTM operation ends after a number of steps of its own", longest)


def _masked(terms, outputs, lengths):
    for user in terms.users(outputs):
        mask = terms.without(user, outputs) if user.op == "mul" else None
        if mask is not None and mask.op == "Tile" and _is_mask(mask, lengths):
            return user
    raise NotUnderstood("the outputs after the end of a row are not set to zero", outputs)


def _is_mask(mask, lengths):
    # Only the mask's own comparison: below it, and in the sizes, may be the masks of lower layers.
    ends = {term for term in leaves(mask) if term.op in ("less", "Shape", "size", "Range")}
    found = [term for term in leaves(mask, ends) if term.op == "less"]
    return (
        len(found) == 1 and lengths in leaves(found[0].args[1]) and found[0].args[0].op in ("Range", "const")
    )


def _last(terms, states):
    """Return the last of all states; None where the program does not take it."""
    return terms.find("element", (states, terms.number(-1)), 0)


def _gathered(terms, start, states, lengths):
    """Return the states at the ends of the rows; None where the program does not take them."""
    for user in terms.users(states):
        if user.op == "concat" and user.attr == 0 and len(user.args) == 2 and user.args[1] is states:
            first = user.args[0]
            for taken in terms.users(user):
                at = taken.args[1] if taken.op == "GatherNd" else None
                if (
                    first.op == "ExpandDims"
                    and first.args[0] is start
                    and at is not None
                    and at.args[0] is lengths
                ):
                    return taken
    return None
