"""What a loop carries only to know it one step earlier: raw_rnn's input of the next step, and its rows that have ended.

By induction the input that raw_rnn carries is the step of the sequence at the time, and a row that it carries as ended
is one whose length the time has reached. With both written out the loop is an ordinary one.
"""

from tf2_lstm.migrate.recognise.loops import counts
from tf2_lstm.migrate.recognise.terms import scalar


def written_out(terms, loop):
    """Replace what a loop carries by what it is at the time, where that is provable.

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
            value = _ended(terms, var, time) or _carried_input(terms, var, time)
            if value is not None:
                replaced[var.leaf] = value
    if not replaced or loop.condition is None:
        return False
    known = dict(replaced)
    for var in loop.variables:
        var.next = var.leaf if var.leaf in replaced else replace(terms, var.next, known)
    loop.condition = replace(terms, loop.condition, known)
    return True


def _ended(terms, var, time):
    """ge(time, lengths), for what starts as that and becomes itself or that of the next step."""
    if var.next.op != "or" or var.leaf not in var.next.args or var.initial.op != "ge":
        return None
    lengths = var.initial.args[1]
    coming = terms.make("ge", (time.next, lengths))
    if scalar(var.initial.args[0]) != 0 or set(var.next.args) != {var.leaf, coming}:
        return None
    return terms.make("ge", (time.leaf, lengths))


def _carried_input(terms, var, time):
    """element(sequence, time), for what starts as the first step and becomes the next one, unless all rows ended."""
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


def replace(terms, term, known):
    """Return a term with others put in place of some of its leaves.

    Args:
        terms: the table of terms.
        term: any term.
        known: term -> what stands in its place; filled with what was rebuilt.
    """
    todo = [(term, False)]
    while todo:
        one, ready = todo.pop()
        if one in known:
            continue
        if ready:
            known[one] = rebuilt(terms, one, [known[arg] for arg in one.args])
        else:
            todo.append((one, True))
            todo += [(arg, False) for arg in one.args]
    return known[term]


def rebuilt(terms, term, args):
    """Return the term of the same operation on other arguments, in normal form."""
    if all(new is old for new, old in zip(args, term.args, strict=True)):
        return term
    if term.op in ("add", "mul", "select"):
        return getattr(terms, term.op)(*args)
    if term.op == "concat":
        return terms.concat(args, term.attr)
    if term.op == "cols":
        return terms.cols(args[0], *term.attr)
    ordered = sorted(args, key=lambda arg: arg.number) if term.op in ("and", "or") else args
    made = terms.make(term.op, ordered, term.attr)
    terms.widths.setdefault(made.number, terms.width(term))
    return made
