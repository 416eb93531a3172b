"""Evaluate calls: their results, and the few functions of Python with which code hides a name."""

import ast

from tf2_lstm.migrate.source import events, results
from tf2_lstm.migrate.source.alternatives import (
    UNKNOWN,
    Bound,
    Class,
    Constant,
    Function,
    Instance,
    Items,
    LocalModule,
    Made,
    Member,
    Partial,
    Symbol,
    Table,
    cells_in,
    iterate,
    join,
    listed,
    tabled,
)
from tf2_lstm.migrate.source.namespaces import look_up
from tf2_lstm.migrate.source.rules import known

_SAME_LIST = ("list", "tuple", "sorted", "reversed", "set")
_IMPORTERS = ("importlib.import_module", "importlib.__import__", "__import__")


def call(resolver, node):
    """Return the value of a call and tell the listener about it."""
    callee = resolver.evaluate(node.func)
    seen = _arguments(resolver, node, callee)
    special = _special(resolver, node, seen)
    if special is not None:
        return special
    seen.uses = tuple(_uses(callee)) or _of_base(resolver, node, seen)
    seen.result = join(*(_result(resolver, node, v, seen) for v in callee))
    if not resolver.silent:
        resolver.listener.call(resolver, seen)
    return seen.result


def _arguments(resolver, node, callee):
    positional, keywords, is_open = [], {}, False
    for argument in node.args:
        value = resolver.evaluate(argument)
        if isinstance(argument, ast.Starred):
            is_open = True
        if not is_open:
            positional.append(events.Given(argument, value, len(positional)))
    for keyword in node.keywords:
        value = resolver.evaluate(keyword.value)
        if keyword.arg is None:
            spread = [v for v in value if isinstance(v, Table)]
            for name, inner in [entry for table in spread for entry in table.entries]:
                keywords[name or "**"] = events.Given(keyword.value, inner, perhaps=len(spread) > 1)
            is_open = is_open or not spread or any(name is None for t in spread for name, _ in t.entries)
        else:
            keywords[keyword.arg] = events.Given(keyword.value, value)
    return events.Call(
        node,
        callee,
        (),
        tuple(positional),
        keywords,
        is_open,
        resolver.loops,
        resolver.branch,
        unused=resolver.is_unused,
    )


def _uses(callee):
    for alternative in callee:
        if isinstance(alternative, Symbol):
            use = look_up(alternative.dotted)
            if use and use.what == "name" and alternative.dotted == use.name:
                yield use, known(use)


def _of_base(resolver, node, seen):
    """Handle `super().__init__(...)` and `BasicLSTMCell.__init__(self, ...)`: calls of TF1's class like any other."""
    func = node.func
    if not (isinstance(func, ast.Attribute) and func.attr == "__init__"):
        return ()
    if isinstance(func.value, ast.Call) and getattr(func.value.func, "id", "") == "super":
        owner = resolver.scope.owner
        return tuple(_uses(join(*owner.bases))) if owner else ()
    named = [v.dotted.removesuffix(".__init__") for v in seen.callee if isinstance(v, Symbol)]
    uses = tuple(_uses(frozenset(map(Symbol, named))))
    seen.positional = seen.positional[1:] if uses else seen.positional
    return uses


def _special(resolver, node, seen):
    name = _builtin_name(resolver, node.func, seen.callee)
    values = [given.value for given in seen.positional]
    if name == "getattr" and len(values) >= 2:
        return _getattr(resolver, node, values)
    if name in _IMPORTERS and values:
        names = [v.value for v in values[0] if isinstance(v, Constant) and v.kind is str]
        found = join(*(resolver.module(n) for n in names))
        resolver.report(node, found)
        return found
    if name in ("functools.partial", "partial") and values:
        return frozenset((Partial(values[0], node),))
    if name in ("types.SimpleNamespace", "dict", "collections.OrderedDict"):
        return tabled([(k if k != "**" else None, g.value) for k, g in seen.keywords.items()])
    if name == "itertools.repeat" and values:
        return listed((values[0],), shared=True, several=True)
    if name in _SAME_LIST and values:
        return frozenset(v for v in values[0] if isinstance(v, Items)) or _list_of(iterate(values[0]))
    if name == "enumerate" and values:
        return _list_of(listed((UNKNOWN, iterate(values[0], ("turn", id(node))))))
    if name == "zip":
        return _list_of(listed([iterate(v, ("turn", id(node))) for v in values]))
    if getattr(node.func, "attr", "") == "run" and not seen.callee and values:
        return values[0]  # Session.run gives what it is asked for, in the same nest.
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend", "insert"):
        return _grow(resolver, node.func, values)
    return None


def _builtin_name(resolver, func, callee):
    for alternative in callee:
        if isinstance(alternative, Symbol):
            return alternative.dotted
    if isinstance(func, ast.Name) and resolver.scope.find(func.id) is None:
        return func.id
    return ""


def _list_of(element):
    return listed((element,), several=True)


def _getattr(resolver, node, values):
    names = [v.value for v in values[1] if isinstance(v, Constant) and v.kind is str]
    if len(names) == 1:
        found = join(*(resolver.attribute(values[0], name) for name in names))
        resolver.report(node, found)
        return join(found, *values[2:3])
    spaces = [v.dotted for v in values[0] if isinstance(v, Symbol)]
    # getattr(tf.nn, name) picks an activation as a rule, so tf.nn as a whole does not count.
    spaces = [space for space in spaces if look_up(space)]
    if spaces and not resolver.silent:
        resolver.listener.at_run_time(node, min(spaces, key=len))
    return frozenset(Member(space) for space in spaces)


def _grow(resolver, func, values):
    """Handle `cells.append(cell)`: the list holds one value more."""
    lists = resolver.peek(func.value)
    if not values or not any(isinstance(v, Items) for v in lists):
        return None
    added = values[-1] if func.attr == "extend" else listed((values[-1],))
    resolver.assign(func.value, grown(resolver, lists, added))
    return UNKNOWN


def grown(resolver, lists, added):
    """Return lists with the items of other lists added; in a loop, any number of them.

    Args:
        resolver: the `Resolver`.
        lists, added: values.
    """
    loop = resolver.loops[-1] if resolver.loops else None
    more = [v for v in added if isinstance(v, Items)] or [Items((UNKNOWN,), several=True)]
    cells = [cell for v in more for one in v.items for cell in cells_in(one)]
    shared = loop is not None and any(not resolver.made_in(loop, cell) for cell in cells)
    several = loop is not None or len(more) > 1 or any(other.several for other in more)
    return join(
        *(
            listed(
                (*v.items, *(one for other in more for one in other.items)),
                v.shared or shared or any(other.shared for other in more),
                v.several or several,
            )
            for v in lists
            if isinstance(v, Items)
        )
    )


def _result(resolver, node, callee, seen):
    if isinstance(callee, Symbol):
        return results.of_symbol(callee.dotted, node, seen)
    if isinstance(callee, Member):
        return frozenset((Made(f"{callee.namespace}.*", "cell", (id(node),)),))
    if isinstance(callee, Made) and callee.role == "cell":
        return results.of_step(callee, node)
    if isinstance(callee, Bound):
        return results.of_method(callee, node, seen)
    if isinstance(callee, Partial):
        return _of_partial(resolver, node, callee, seen)
    if isinstance(callee, Function):
        return resolver.fresh(callee, node)
    if isinstance(callee, Class):
        base = resolver.cell_base(callee)
        made = Made(base, "cell", (id(node),)) if base else Instance(callee, (id(node),))
        return frozenset((made,))
    if isinstance(callee, Instance):
        return _of_instance(resolver, node, callee)
    if isinstance(callee, LocalModule):
        return UNKNOWN
    return UNKNOWN


def _of_instance(resolver, node, instance):
    methods = resolver.member(instance.cls, "__call__")
    return join(*(resolver.fresh(v, node) for v in methods if isinstance(v, Function)))


def _of_partial(resolver, node, partial, seen):
    with resolver.quietly():
        first = _arguments(resolver, partial.call, partial.function)
    merged = events.Call(
        node,
        partial.function,
        tuple(_uses(partial.function)),
        (*first.positional[1:], *seen.positional),
        {**first.keywords, **seen.keywords},
        first.open or seen.open,
        seen.loops,
        seen.branch,
    )
    merged.result = join(*(_result(resolver, node, v, merged) for v in partial.function))
    if not resolver.silent:
        resolver.listener.call(resolver, merged)
    return merged.result
