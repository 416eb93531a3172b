"""Flat states: several states side by side in one tensor, as state_is_tuple=False keeps them."""

from collections import OrderedDict

from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.graph.terms import masked
from tf2_lstm.migrate.recognise.steps.wrapped_layers import around, is_flat_and_dropped

#: The way to keep states in which one tensor holds all of a step.
ALL = "all"
#: The reasons where one tensor holds states in another way than TF1's own cells do.
EXCHANGED = (
    "the program keeps its states in one tensor in an order of its own; in a model's c stands before h, and a layer "
    "before the next"
)
STACKED = (
    "the program keeps its states in one tensor that tf.stack makes of them; a model's are tensors of their own, or "
    "stand side by side in a matrix"
)
#: The next step for it.
CARRY_A_TUPLE = (
    "split that tensor before the loop, and carry tf.nn.rnn_cell.LSTMStateTuple(c, h) instead of it"
)
#: The operations that cut columns out of a tensor.
CUTS = having(Trait.CUTS)


def grouped(named, kept):
    """Group the states that one tensor holds.

    Args:
        named: the list of `call_trees.state_names`.
        kept: `ALL` when one tensor holds all of them; else a set of the matches whose own states are in one.

    Returns:
        A list of (ending of the name, list of the states, each (match, name of the state, width)).

    Example:
        ```python
        named = [("_0_c", "lower", "c", 4), ("_0_h", "lower", "h", 3), ("_1", "upper", "", 5)]
        assert [ending for ending, _ in grouped(named, {"lower"})] == ["_0", "_1"]
        assert [ending for ending, _ in grouped(named, set())] == ["_0_c", "_0_h", "_1"]
        assert len(grouped(named, ALL)[0][1]) == 3
        ```
    """
    if kept == ALL:
        return [("", [one[1:] for one in named])]
    groups = OrderedDict()
    for ending, match, state, width in named:
        own = ending[: -len(state) - 1] if state and match in kept else ending
        groups.setdefault(own, []).append((match, state, width))
    return list(groups.items())


def tensor_of(reading, olds):
    """Find the tensor that states are cut out of, side by side and without a rest.

    Args:
        reading: the `GraphReader` of the graph.
        olds: the terms of the states, in order.

    Returns:
        The tensor's term, which may be columns of a wider tensor; None where there is no such tensor.
    """
    terms, cuts = reading.terms, []
    for old in olds:
        root, start, stop = _cut(old)
        if cuts and root is cuts[-1][0] and start is not None and cuts[-1][2] == start:
            cuts[-1][2] = stop
        else:
            cuts.append([root, start, stop])
    found = [_columns(terms, *cut) for cut in cuts]
    if None in found:
        return None
    if len(found) == 1:
        return found[0] if olds[0] is not found[0] else None
    whole = side_by_side(terms, found)
    return whole if whole is not None and all(_is_cut_from(reading, old, whole) for old in olds) else None


def side_by_side(terms, parts):
    """Return the graph's concatenation of these terms along their columns; None where it has none."""
    found = (terms.find("concat", tuple(parts), axis) for axis in (1, -1))
    return next((one for one in found if one is not None), None)


def _cut(old):
    if old.op == "column_slice":
        return old.args[0], *old.attr
    return (old.args[0], old.attr[0], old.attr[0] + 1) if old.op == "split" else (old, None, None)


def _columns(terms, root, start, stop):
    """Return the term of columns that the graph cuts out, or of the whole tensor."""
    if start is None:
        return root
    if start == 0 and terms.find("split", (root,), (0, stop)) is not None:
        return root
    if start == 0 and terms.width(root) in (None, stop):
        return root
    return terms.find("column_slice", (root,), (start, stop))


def _is_cut_from(reading, old, whole):
    """Whether the program cuts a state out of a concatenation, and does not only join one from it."""
    wholes = {name.rpartition(":")[0] for name, _ in reading.names.get(whole.number, ())}
    todo = [name.rpartition(":")[0] for name, op in reading.names.get(old.number, ()) if op in CUTS]
    seen = set()
    while todo:
        node = reading.nodes.get(todo.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.name in wholes:
            return True
        if node.op in CUTS:
            todo += [reference.lstrip("^").partition(":")[0] for reference in node.input]
    return False


def dropped_state(terms, step):
    """Find a flat state under dropout: one that a step reads, or that is kept where a row has ended.

    Args:
        terms: the table of terms.
        step: the `CellMatch`.

    Returns:
        The term of the state; None where there is none.
    """
    roots = [_cut(old)[0] for old in step.old.values()]
    read = [part for root in roots for part in _parts(root.args[2] if masked(root) else root)]
    joined = [one for new in step.new.values() for one in terms.users(new) if one.op == "concat"]
    found = next((one for one in read if is_flat_and_dropped(terms, one)), None)
    return found or first_kept(terms, _dropped(terms, joined))


def _dropped(terms, values):
    """List the dropouts of some values, and the dropouts of those."""
    todo, found = list(dict.fromkeys(values)), {}
    while todo:
        value = todo.pop()
        made = [one for one in around(terms, value) if one.op != "add" and one not in found]
        found.update(dict.fromkeys(made))
        todo += made
    return list(found)


def _parts(term):
    """List a state and, where it joins the states of a stack's layers, those."""
    return [term, *(term.args if term.op == "concat" else ())]


def first_kept(terms, values):
    """Find a state that is kept where a row has ended, by itself or as a part of a stack's state.

    Args:
        terms: the table of terms.
        values: new states, terms.

    Returns:
        One of them; None where none is kept.
    """
    todo, seen = [(one, one) for one in values], set(values)
    while todo:
        value, state = todo.pop()
        users = terms.users(state)
        if any(masked(user) and user.args[2] is state for user in users):
            return value
        joined = [user for user in dict.fromkeys(users) if user.op == "concat" and user not in seen]
        seen.update(joined)
        todo += [(value, user) for user in joined]
    return None


def in_order(olds):
    """Whether states that are cut from one tensor are in it in the given order; others count as in order.

    Args:
        olds: the terms of the states, in TF1's order.
    """
    cuts = [_cut(old) for old in olds]
    starts = [start for _, start, _ in cuts]
    return len({root for root, *_ in cuts}) > 1 or None in starts or starts == sorted(starts)


def exchanged(terms, step):
    """Find the tensor in which a step joins its states in another order, to keep them where a row has ended.

    A step that reads them in another order counts as well.

    Args:
        terms: the table of terms.
        step: the `CellMatch`.

    Returns:
        The tensor's term; None where there is none.
    """
    news, read = list(step.new.values()), in_order(step.old.values())
    joined = terms.users(news[0]) if len(news) > 1 else []
    found = [one for one in joined if one.op == "concat" and _are_same(one.args, news)]
    return first_kept(terms, [one for one in found if not read or list(one.args) != news])


def _are_same(parts, others):
    return len(parts) == len(others) and set(parts) == set(others)
