"""Rewrite a loop that carries its next input, or the rows that have ended, from one step to the next.

raw_rnn and dynamic_decode do so. By induction the input that they carry is the step of the sequence at the time, and a
row that they carry as ended is one whose length the time has reached. Where all rows end at once none has ended while
the loop runs. With these values written out the loop is an ordinary one.
"""

from tf2_lstm.migrate.graph.loops import counts
from tf2_lstm.migrate.graph.terms import leaves, scalar


def written_out(terms, loop):
    """Replace loop variables by their values at the time, where these are provable.

    Args:
        terms: the table of terms.
        loop: a `Loop`; its variables and condition are changed.

    Returns:
        Whether anything was replaced.
    """
    times = [var for var in loop.variables if counts(var)]
    replaced = {}
    for time in times:
        for var in loop.variables:
            bound = _ended_at_once(var, time)
            if bound is not None:
                replaced[var.leaf] = terms.const(False)
                replaced.update({one: terms.make("less", (time.leaf, bound)) for one in _not_all(terms, var)})
                continue
            value = _ended(terms, var, time, loop.condition) or _carried_input(terms, var, time)
            if value is not None:
                replaced[var.leaf] = value
    if not replaced or loop.condition is None:
        return False
    known = _rebuilt_above(terms, replaced)
    for var in loop.variables:
        var.next = var.leaf if var.leaf in replaced else known.get(var.next, var.next)
    loop.condition = known.get(loop.condition, loop.condition)
    return True


def _ended(terms, var, time, condition):
    """Return ge(time, lengths) for a mask that starts as this and becomes itself or the next step's; or None."""
    if var.next.op != "or" or var.leaf not in var.next.args:
        return None
    [coming] = [arg for arg in var.next.args if arg is not var.leaf] or [var.leaf]
    if coming.op != "ge" or coming.args[0] is not time.next:
        return None
    lengths = coming.args[1]
    return terms.make("ge", (time.leaf, lengths)) if _is_empty(var.initial, lengths, condition) else None


def _is_empty(term, lengths, condition):
    """Whether a mask starts as "the row has no step", for lengths that are not negative.

    Where dynamic_decode is given maximum_iterations, all rows have also ended when it is 0; the condition of the loop
    says the same.
    """
    if term.op == "or":
        found = [arg.op != "or" and _is_empty(arg, lengths, condition) for arg in term.args]
        return sorted(found) == [False, True] and _is_no_step(term.args[found.index(False)], condition)
    if term.op not in ("ge", "Equal") or lengths not in term.args:
        return False
    [other] = [arg for arg in term.args if arg is not lengths] or [lengths]
    return scalar(other) == 0 and (term.op == "Equal" or term.args[0] is other)


def _is_no_step(term, condition):
    """Whether a term is 0 >= the bound that the loop's condition counts to."""
    bounds = [one.args[1] for one in leaves(condition) if one.op == "less"] if condition is not None else []
    return term.op == "ge" and scalar(term.args[0]) == 0 and term.args[1] in bounds


def _ended_at_once(var, time):
    """Return the time that ends all rows, for a mask that starts as step 0's and becomes itself or the next step's."""
    if var.next.op != "or" or var.leaf not in var.next.args:
        return None
    [coming] = [arg for arg in var.next.args if arg is not var.leaf] or [var.leaf]
    coming, start = _of_each_row(coming), _of_each_row(var.initial)
    if coming.op != "ge" or start.op != "ge":
        return None
    (later, bound), (first, same) = (map(_of_each_row, term.args) for term in (coming, start))
    at_once = bound.op == "size" or isinstance(scalar(bound), int)
    begins = same is bound and scalar(first) == 0 and later is time.next
    return bound if at_once and begins else None


def _of_each_row(term):
    """Return the scalar that a fill, a tile or a scalar gives all rows; any other term as it is."""
    if term.op == "Tile" and term.args[0].op == "Pack" and len(term.args[0].args) == 1:
        return term.args[0].args[0]
    return term.args[1] if term.op == "Fill" else term


def _not_all(terms, var):
    """List the terms "not all rows" of a mask."""
    alls = [term for term in terms.users(var.leaf) if term.op == "All"]
    return [user for term in alls for user in terms.users(term) if user.op == "LogicalNot"]


def _carried_input(terms, var, time):
    """Return element(sequence, time) for a variable that starts as step 0 and becomes the next step; or None."""
    first, following = _unless_all_ended(var.initial), _unless_all_ended(var.next)
    if first is None or following is None:
        return None
    same = first.args[0] is following.args[0] and first.attr == following.attr
    if not same or scalar(first.args[1]) != 0 or following.args[1] is not time.next:
        return None
    return terms.make("element", (first.args[0], time.leaf), first.attr)


def _unless_all_ended(term):
    if term.op != "select" or term.args[0].op != "All" or term.args[2].op != "element":
        return None
    return term.args[2]


def _rebuilt_above(terms, replaced):
    """Map every term that is computed from replaced ones to the same operation on the new terms.

    That is all terms, not only the ends of the loop: a flat product with a dropout's mask does not have the dropped
    output as a part.
    """
    known = dict(replaced)
    for term in list(terms.every):
        if term not in known and any(arg in known for arg in term.args):
            known[term] = rebuilt(terms, term, [known.get(arg, arg) for arg in term.args])
    return known


def rebuilt(terms, term, args):
    """Return the term of the same operation on other arguments, in normal form."""
    if all(new is old for new, old in zip(args, term.args, strict=True)):
        return term
    if term.op in ("add", "mul", "select"):
        return getattr(terms, term.op)(*args)
    if term.op == "concat":
        return terms.concat(args, term.attr)
    if term.op == "column_slice":
        return terms.column_slice(args[0], *term.attr)
    ordered = sorted(args, key=lambda arg: arg.number) if term.op in ("and", "or") else args
    made = terms.make(term.op, ordered, term.attr)
    terms.widths.setdefault(made.number, terms.width(term))
    return made
