"""Loops and chains of steps that no known cell explains: weights multiply what they made a step before."""

from dataclasses import replace

from tf2_lstm.migrate.graph.operations import ELEMENTWISE, Trait, having
from tf2_lstm.migrate.graph.terms import leaves
from tf2_lstm.migrate.graph.walks import computed_from
from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.cells.cell_match import is_variable
from tf2_lstm.migrate.recognise.refusals import explained
from tf2_lstm.migrate.recognise.steps.call_trees import common_scope
from tf2_lstm.migrate.recognise.unrolls.nearest import not_converted

REASON = "the same weights are multiplied step by step with what they made before, by no known cell"
PRODUCTS = {"matmul", *having(Trait.MULTIPLIES)}


def foreign_chains(reading, matches, known):
    """Report chains of steps, unrolled in the graph, that are no known cell.

    Args:
        reading: the `GraphReader` of the graph.
        matches: every `CellMatch` of the model; a way through a known cell is no chain.
        known: the checkpoint names that are claimed or reported already.

    Returns:
        A list of `NotConverted`.
    """
    terms = reading.terms
    stop = {one.output for one in matches if known & {term.attr[0] for term in one.variables.values()}}
    found, reported = [], set(known)
    for kernel, products in _products(terms):
        if kernel in reported:
            continue
        below = set(leaves(products[-1], stop)) - {products[-1]}
        first = next((one for one in products if one in below), None)
        if first is None:
            continue
        said = not_converted(terms, "", REASON, [(first, products[-1])], matches)
        reported |= {*said.variables, kernel}
        own = sorted({name for one in (*said.variables, kernel) for name in reading.sources_of(one)})
        inner = common_scope(own)
        scope = inner.rpartition("/")[0] or inner or own[0]
        found.append(explained(reading, replace(said, scope=scope, variables=tuple(own)), [products[-1]]))
    return found + _odd_steps(reading, matches)


def _odd_steps(reading, matches):
    """Report weights of known cells that another step multiplies too: one step of a run differs."""
    terms, steps = reading.terms, {}
    # A gate with matrices of its own has the equation of a BasicRNNCell too.
    gates = {term for one in matches if one.pair != "basic_rnn" for term in one.variables.values()}
    for one in matches:
        kernel = next(iter(one.variables.values()))
        if one.pair == "basic_rnn" and kernel in gates:
            continue
        steps.setdefault(kernel.attr[0], {}).setdefault(one.blocks, set()).add(next(iter(one.new.values())))
    found = []
    for kernel, products in _products(terms):
        known = max(map(len, steps.get(kernel, {}).values()), default=0)
        if 0 < known < len(products):
            odd = len(products) - known
            reason = f"{odd} of {len(products)} steps that multiply {kernel} differ from the known cell of the others"
            scope = kernel.rpartition("/")[0].rpartition("/")[0] or kernel
            pair = next(
                one.pair for one in matches if one.variables[next(iter(one.variables))].attr[0] == kernel
            )
            said = NotConverted(scope, reason, (kernel,), ("MatMul",), (), pair, reason)
            found.append(explained(reading, said, (), _first_unexplained(products, matches)))
    return found


def _first_unexplained(products, matches):
    """Return the first product that no known cell is computed from."""
    known = set()
    for one in matches:
        known |= set(leaves(list(one.new.values()), {one.inputs, *one.old.values()}))
    return next((one for one in products if one not in known), products[0])


def _rounded(term):
    """Return the input of fake quantisation, which rounds to 8 bits by trained ranges; any other term as it is."""
    while term.op.startswith("FakeQuant"):
        term = term.args[0]
    return term


def _products(terms):
    """List every variable that is multiplied more than once outside of loops, as (its name, the products in order)."""
    found, inside = {}, [False] * len(terms.every)
    for number, term in enumerate(list(terms.every)):
        inside[number] = term.op == "loopvar" or any(inside[arg.number] for arg in term.args)
        if term.op in PRODUCTS and not inside[number]:
            for arg in map(_rounded, term.args):
                if is_variable(arg):
                    found.setdefault(arg.attr[0], []).append(term)
    return [(name, products) for name, products in found.items() if len(products) > 1]


#: The operations of terms that multiply with a matrix.
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
    return any(_combines(term, carried, weighed) for term in carried & weighed)


def _combines(term, carried, weighed):
    """Whether an operation combines a state and a variable in another way than by adding them."""
    if term.op != "mul":
        return term.op in PRODUCTS or term.op in ELEMENTWISE
    ones = [arg for arg in term.args if arg in carried]
    others = [arg for arg in term.args if arg in weighed]
    return len({*ones, *others}) > 1


def adds_weights(loop):
    """Return the names of the variables that a loop only adds to a state, as a CRF does: no recurrence of a cell."""
    found = set()
    for var in loop.variables:
        below = leaves(var.next)
        if var.next.op != "write" and var.leaf in below:
            outside = {term for term in below if term.op in ("element", *PRODUCTS, *ELEMENTWISE)}
            sums = [term for term in computed_from([var.leaf], below) if term.op == "add"]
            found |= {leaf.attr[0] for leaf in leaves(sums, outside) if leaf.op == "var"}
    return sorted(found)
