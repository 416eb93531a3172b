"""What a loop carries from step to step: a state through weights, or a sum with them."""

from tf2_lstm.migrate.graph.operations import ELEMENTWISE, Trait, having
from tf2_lstm.migrate.graph.terms import leaves
from tf2_lstm.migrate.graph.walks import computed_from

#: Terms of what multiplies with a matrix.
PRODUCTS = {"matmul", *having(Trait.MULTIPLIES, Trait.CELL)}


def is_recurrence(loop):
    """Whether a loop carries a state through weights.

    They are multiplied with it, as matrices or element by element (IndRNN), or their gates with it (SRU), or it is
    squashed together with what they made.
    """
    return any(_passes_weights(leaves(var.next), var.leaf) for var in loop.variables)


def _passes_weights(below, state):
    weighed = computed_from([term for term in below if term.op == "var"], below)
    carried = computed_from({state} & set(below), below)
    return any(_meets(term, carried, weighed) for term in carried & weighed)


def _meets(term, carried, weighed):
    """Whether an operation brings a state and a variable together, and does more than to add them."""
    if term.op != "mul":
        return term.op in PRODUCTS or term.op in ELEMENTWISE
    ones = [arg for arg in term.args if arg in carried]
    others = [arg for arg in term.args if arg in weighed]
    return len({*ones, *others}) > 1


def adds_weights(loop):
    """The names of the variables that a loop only adds to a state, as a CRF does; it is no recurrence of a cell."""
    found = set()
    for var in loop.variables:
        below = leaves(var.next)
        if var.next.op != "write" and var.leaf in below:
            outside = {term for term in below if term.op in ("element", *PRODUCTS, *ELEMENTWISE)}
            sums = [term for term in computed_from([var.leaf], below) if term.op == "add"]
            found |= {leaf.attr[0] for leaf in leaves(sums, outside) if leaf.op == "var"}
    return sorted(found)
