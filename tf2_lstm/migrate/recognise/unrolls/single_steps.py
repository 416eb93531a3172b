"""Decide whether a cell that is called once is a step, where its equation alone leaves that open.

BasicRNNCell's equation is that of a dense layer over a concatenation: it is a step if the term in h's place comes from
outside and is read nowhere else. After an LSTM a product with a square matrix may be a projection or a dense layer;
of two trees that compute the same numbers, the assignment in the graph or else the matrix's name decides.
"""

import re

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import constant, masked
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.recognise.cells.cell_match import is_variable

GIVEN = ("Placeholder", "PlaceholderWithDefault", "PlaceholderV2", "var")
PROJECTION = re.compile(r"(^|/)(projection/|W_P_\d)")


def core(match):
    """Return what the matches of one cell with and without a projection share."""
    return (
        match.variables[next(iter(match.variables))],
        match.inputs,
        *match.old.values(),
    )


def is_step(terms, one):
    """Whether a cell that is linked to no other one is a step, and this match of it the right one.

    Args:
        terms: the table of terms.
        one: the `CellMatch`.
    """
    if one.pair == "basic_rnn":
        return _may_be_state(terms, one) and not _why_not(terms, one)
    width = terms.width(one.old.get("h", one.output))
    if width is not None and width != one.width:
        return False
    product = _product(one)
    if product is None:
        open_to = _open_product(terms, one.output)
        return open_to is None or not _is_projection(terms, one, open_to)
    if _is_clipped(terms, one.output):
        return False
    if width is not None and width != one.options["num_units"]:
        return True
    return _open_product(terms, product.args[0]) is product and _is_projection(terms, one, product)


def questions(terms, steps, known):
    """List sentences about choices that a name decided, and about dense layers that might be steps.

    Args:
        terms: the table of terms.
        steps: the `CellMatch`s that are linked to nothing.
        known: the checkpoint names that are claimed or reported.

    Returns:
        A list of sentences.
    """
    found = []
    for one in steps:
        kernel = next(iter(one.variables.values())).attr[0]
        if one.pair == "basic_rnn" and kernel not in known and _may_be_state(terms, one):
            found.append(
                f"{kernel}: a dense layer over a concatenation whose last part is as wide as its output, the equation "
                f"of one step of BasicRNNCell. It is not converted: that part {_why_not(terms, one)}"
                if one.layout is Layout.TF1
                else f"{kernel}: two dense layers whose sum is as wide as the input of one, the equation of one step "
                f"of SimpleRNNCell. It is not converted: that input {_why_not(terms, one)}"
            )
        product = _open_product(terms, one.output) if _product(one) is None and "h" in one.old else None
        if product is not None and kernel in known and _assigned(terms, one, product) is None:
            matrix = product.args[1].attr[0]
            read = "its projection" if _is_projection(terms, one, product) else "a layer of its own"
            found.append(
                f"{kernel}: h goes into the product with {matrix} and nowhere else, which may be a projection or a "
                f"layer after the cell. By its name it is read as {read}"
            )
    return list(dict.fromkeys(found))


def _uses(terms, term):
    """List the terms that read a term in the forward part of the graph."""
    return [user for user in terms.readers(term) if user.op not in ASSIGNS]


def _may_be_state(terms, one):
    (h,) = one.old.values()
    return terms.width(h) == one.width


def _why_not(terms, one):
    """Return why the term in h's place is no state; "" where it comes from outside and only this step reads it."""
    (h,) = one.old.values()
    source = h.args[0] if h.op == "column_slice" else h
    if source.op not in GIVEN and constant(source) != 0:
        return "is computed"
    keeps = [user for user in _uses(terms, h) if masked(user) and user.args[1] is h]
    if len(_uses(terms, h)) != 1 + len(keeps):
        return "is used elsewhere too"
    is_other = one.layout is Layout.KERAS and one.variables["kernel"].attr[1][0] == one.width
    return "is as wide as the other one" if is_other else ""


def _product(one):
    """Return the product with the projection of a match; None for a match without one."""
    if "num_proj" not in one.options:
        return None
    return one.output if one.output.op == "matmul" else one.output.args[0]


def _is_clipped(terms, product):
    """Whether only a symmetric clip reads a product: then the clip is the output of the cell."""
    # The minimum from which matching made the clip is still a term.
    uses = [user for user in _uses(terms, product) if user.op not in ("minimum", "maximum")]
    return len(uses) == 1 and uses[0].op == "clip" and uses[0].attr[0] == -uses[0].attr[1]


def _open_product(terms, h):
    """Return the product with a square matrix that is the only reader of h and no dense layer; or None."""
    uses = _uses(terms, h)
    if (
        len(uses) != 1
        or uses[0].op != "matmul"
        or uses[0].args[0] is not h
        or not is_variable(uses[0].args[1], 2)
    ):
        return None
    after = _uses(terms, uses[0])
    biased = [user.op == "add" and any(is_variable(arg, 1) for arg in user.args) for user in after]
    rows, columns = uses[0].args[1].attr[1]
    return None if rows != columns or (biased and all(biased)) else uses[0]


def _assigned(terms, one, product):
    """Whether the graph assigns the product, and not h, to the variable that h comes from; None for neither."""
    kept = one.old["h"]
    users = terms.users(kept) if kept.op == "var" else []
    values = [user.args[1] for user in users if user.op in ASSIGNS and len(user.args) > 1]
    projected = [product, *(user for user in terms.users(product) if user.op == "clip")]
    candidates = [(value, True) for value in projected] + [(product.args[0], False)]
    return next((is_product for value, is_product in candidates if value in values), None)


def _is_projection(terms, one, product):
    """Whether an open product is the cell's projection: an assignment decides, else the matrix's name."""
    assigned = _assigned(terms, one, product)
    return PROJECTION.search(product.args[1].attr[0]) is not None if assigned is None else assigned
