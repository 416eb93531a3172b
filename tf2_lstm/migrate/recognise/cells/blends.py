"""Two values blended by a gate, u * a + (1 - u) * b, in every way that people write it.

    u * a + (1 - u) * b,  b + u * (a - b),  b - u * (b - a),  b + u * a - u * b,  a - (1 - u) * (a - b), ...

Sums are flat, so that b may be several parts of one; it is a sum of its own in the graph then.
"""

from itertools import permutations

from tf2_lstm.migrate.graph.terms import negated, scalar
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS

#: The operations that give a gate's value; Keras's hard_sigmoid is a clip.
_GATES = ("Sigmoid", "clip", "column_slice", "split")


def mixtures(terms, term):
    """List all ways to read a term as u * h + (1 - u) * candidate, as triples (u, h, candidate).

    Args:
        terms: the table of terms.
        term: any term.
    """
    return [way for way in _blends(terms, term) if way[2].op in ACTIVATIONS]


def complement_mixtures(terms, term):
    """List all ways to read a term as (1 - u) * h + u * candidate, as triples (u, h, candidate)."""
    return [(gate, other, one) for gate, one, other in _blends(terms, term) if one.op in ACTIVATIONS]


def _blends(terms, term):
    """List all triples (u, a, b) for which a sum is u * a + (1 - u) * b."""
    if term.op != "add":
        return []
    ways = [*(_of_products(terms, term) if len(term.args) == 2 else ()), *_of_differences(terms, term)]
    return [way for way in ways if None not in way]


def _of_products(terms, term):
    for keep, write in (term.args, term.args[::-1]):
        for rest in write.args if keep.op == write.op == "mul" else ():
            gate = _complement(terms, rest)
            if gate is not None:
                yield gate, terms.without(keep, gate), terms.without(write, rest)


def _of_differences(terms, term):
    for gate, other, base in (*_whole(terms, term), *_in_two(terms, term)):
        complement = _complement(terms, gate)
        yield (gate, other, base) if complement is None else (complement, base, other)


def _whole(terms, term):
    """Yield (gate, a, b) for each product gate * (a - b) in a sum whose other parts are b."""
    for product in term.args:
        gates = list(_gates(terms, product))
        base = _without(terms, term, [product]) if gates else None
        for gate, difference in gates if base is not None else ():
            yield gate, _other(terms, difference, base), base


def _in_two(terms, term):
    """Yield (gate, a, b) where the sum has gate * a and -gate * b as two products."""
    products = {}
    for product in term.args:
        for gate, rest in _gates(terms, product):
            products.setdefault(gate, []).append((product, rest))
    for gate, found in products.items():
        for (one, other), (minus, rest) in permutations(found, 2) if len(found) == 2 else ():
            base = _without(terms, term, [one, minus]) if negated(minus) else None
            if base is not None and terms.mul(terms.number(-1), rest) is base:
                yield gate, other, base


def _without(terms, term, parts):
    """Return the rest of a sum without some parts: one part, or a sum that the graph has; None for another rest."""
    left = [arg for arg in term.args if arg not in parts]
    return left[0] if len(left) == 1 else terms.find("add", left)


def _other(terms, difference, base):
    """Return a where a difference is a - base; None where it is not."""
    minus = negated(difference)
    parts = list((minus[0] if minus else difference).args)
    sign = terms.number(1 if minus else -1)
    for part in base.args if base.op == "add" and terms.mul(sign, base) not in parts else [base]:
        taken = terms.mul(sign, part)
        if taken not in parts:
            return None
        parts.remove(taken)
    parts = [terms.mul(terms.number(-1), part) for part in parts] if minus else parts
    return terms.add(*parts) if parts else None


def _gates(terms, product):
    """Yield each factor of a product that may be a gate, with the product of the other factors."""
    for factor in product.args if product.op == "mul" else ():
        gate = _complement(terms, factor)
        if (factor if gate is None else gate).op in _GATES:
            yield factor, terms.without(product, factor)


def _complement(terms, term):
    """Return u where a term is 1 - u; None for any other term."""
    if term.op != "add" or len(term.args) != 2:
        return None
    ones, minus = [scalar(arg) == 1 for arg in term.args], [negated(arg) for arg in term.args]
    inner = [one for one in minus if one]
    return terms.mul(*inner[0]) if any(ones) and len(inner) == 1 else None
