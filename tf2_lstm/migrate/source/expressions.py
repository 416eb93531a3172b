"""Evaluate expressions: what each may stand for. `evaluate` tells the listener what it meets on the way."""

import ast

from tf2_lstm.migrate.source import calls
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
    Symbol,
    Table,
    cells_in,
    constant,
    item,
    iterate,
    join,
    listed,
    one_of_many,
    only_constant,
    tabled,
)
from tf2_lstm.migrate.source.scope import Scope


def evaluate(resolver, node):
    """Return the value of an expression; None is UNKNOWN."""
    if node is None:
        return UNKNOWN
    resolver.step()
    return _HANDLERS.get(type(node), _children)(resolver, node)


def peek(resolver, node):
    """Return the value of a dotted chain without telling the listener about its parts."""
    if isinstance(node, ast.Name):
        return resolver.look_up(node.id)
    if isinstance(node, ast.Attribute):
        base = peek(resolver, node.value)
        if not resolver.silent:
            resolver.listener.attribute(resolver, node, base)
        return attribute(resolver, base, node.attr)
    return evaluate(resolver, node)


def attribute(resolver, base, name):
    """Return the value of `base.name`."""
    if not base:
        return resolver.any_attribute(name)
    return join(*(_attribute_of(resolver, alternative, name) for alternative in base))


def _attribute_of(resolver, owner, name):
    if isinstance(owner, Symbol):
        return frozenset((Symbol(f"{owner.dotted}.{name}"),))
    if isinstance(owner, LocalModule):
        return resolver.module_member(owner, name)
    if isinstance(owner, Table):
        return _table_attribute(owner, name)
    if isinstance(owner, Made):
        if owner.role == "state":
            return frozenset((owner,))
        return frozenset((Bound(owner, name),)) if owner.role == "cell" else UNKNOWN
    if isinstance(owner, Instance):
        value = resolver.read(owner.cls, name)
        for place in reversed(owner.site):
            value = one_of_many(value, place)
        return value
    if isinstance(owner, Class):
        return resolver.member(owner, name)
    return UNKNOWN


def _table_attribute(table, name):
    if name in ("keys", "values", "items", "get", "pop", "setdefault"):
        return frozenset((Bound(table, name),))
    found = []
    for alternative in item(frozenset((table,)), name):
        member = isinstance(alternative, Member)
        found.append(Symbol(f"{alternative.namespace}.{name}") if member else alternative)
    return frozenset(found)


def _chain(resolver, node):
    value = peek(resolver, node)
    resolver.report(node, value)
    return value


def _children(resolver, node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(resolver, child)
        elif not isinstance(child, (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)):
            _children(resolver, child)
    return UNKNOWN


def _constant(resolver, node):
    return constant(node.value)


def _sequence(resolver, node):
    items, several, shared = [], False, False
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = evaluate(resolver, element.value)
            items.append(iterate(inner))
            several = True
            shared = shared or any(isinstance(v, Items) and v.shared for v in inner)
        else:
            items.append(evaluate(resolver, element))
    return listed(items, shared, several)


def _dictionary(resolver, node):
    entries = []
    for key, inner in zip(node.keys, node.values, strict=True):
        if key is None:
            spread = [v for v in evaluate(resolver, inner) if isinstance(v, Table)]
            entries += [entry for table in spread for entry in table.entries]
            continue
        name = evaluate(resolver, key)
        resolver.saw_key(key, name)
        entries.append((only_constant(name), evaluate(resolver, inner)))
    return tabled(entries)


def _subscript(resolver, node):
    base = evaluate(resolver, node.value)
    key = evaluate(resolver, node.slice)
    if isinstance(node.slice, ast.Slice):
        lists = frozenset(v for v in base if isinstance(v, Items))
        shared = any(v.shared for v in lists)
        return listed((iterate(lists, ("turn", id(node))),), shared, several=True) if lists else iterate(base)
    if not resolver.silent:
        resolver.listener.subscript(resolver, node, base, only_constant(key))
    return item(base, only_constant(key), id(node))


def _choice(resolver, node):
    evaluate(resolver, node.test)
    found = []
    for arm, inner in enumerate((node.body, node.orelse)):
        with resolver.arm(node, arm):
            found.append(evaluate(resolver, inner))
    return join(*found)


def _either(resolver, node):
    return join(*(evaluate(resolver, inner) for inner in node.values))


def _compare(resolver, node):
    with resolver.unused():  # `cell == DropoutWrapper(cell)`, typed for `=`: what is made is thrown away.
        return _children(resolver, node)


def _walrus(resolver, node):
    value = evaluate(resolver, node.value)
    resolver.assign(node.target, value)
    return value


def _minus(resolver, node):
    value = evaluate(resolver, node.operand)
    number = only_constant(value)
    if isinstance(node.op, ast.USub) and isinstance(number, (int, float)):
        return constant(-number)
    if isinstance(node.op, ast.Not) and isinstance(number, bool):
        return constant(not number)
    return UNKNOWN


def _operation(resolver, node):
    left, right = evaluate(resolver, node.left), evaluate(resolver, node.right)
    return combine(left, node.op, right)


def combine(left, op, right):
    """Return the value of `left op right` for lists; UNKNOWN for anything else."""
    lists = [v for v in (*left, *right) if isinstance(v, Items)]
    if not lists:
        return UNKNOWN
    if isinstance(op, ast.Mult):
        once = any(isinstance(v, Constant) and v.value in (0, 1) for v in (*left, *right))
        return join(*(listed(v.items, v.shared or not once, not once or v.several) for v in lists))
    if isinstance(op, ast.Add):
        both = all(any(isinstance(v, Items) for v in side) for side in (left, right))
        return listed(
            [element for v in lists for element in v.items],
            any(v.shared for v in lists),
            not both or len(lists) > 2 or any(v.several for v in lists),
        )
    return UNKNOWN


def _comprehension(resolver, node):
    with resolver.inside(Scope("comprehension", resolver.scope)):
        for generator in node.generators:
            values = evaluate(resolver, generator.iter)
            resolver.assign(generator.target, iterate(values, ("turn", id(node))))
            for condition in generator.ifs:
                evaluate(resolver, condition)
        with resolver.loop(node):
            if isinstance(node, ast.DictComp):
                key = evaluate(resolver, node.key)
                resolver.saw_key(node.key, key)
                return tabled(((None, evaluate(resolver, node.value)),))
            value = evaluate(resolver, node.elt)
    outside = any(not resolver.made_in(node, cell) for cell in cells_in(value))
    return listed((value,), outside, several=True)


def _lambda(resolver, node):
    function = Function(node, resolver.scope, resolver.scope.owner)
    resolver.default_values(node.args)
    resolver.defer(function)
    return frozenset((function,))


def in_strings(annotation):
    """Yield the expressions in strings of an annotation: `"tf.nn.rnn_cell.RNNCell"`.

    Each is parsed once and kept as `parsed` at its string, as nodes are told apart by their identity.
    """
    if isinstance(annotation, ast.Subscript) and _last_name(annotation.value) == "Literal":
        return
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        if not hasattr(annotation, "parsed"):
            annotation.parsed = _parsed(annotation)
        if annotation.parsed is not None:
            yield annotation.parsed
    for child in ast.iter_child_nodes(annotation) if annotation is not None else ():
        yield from in_strings(child)


def _last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _parsed(string):
    try:
        expression = ast.parse(string.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for inner in ast.walk(expression):
        ast.copy_location(inner, string)
    return expression


_HANDLERS = {
    ast.Name: _chain,
    ast.Attribute: _chain,
    ast.Call: calls.call,
    ast.Constant: _constant,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.Subscript: _subscript,
    ast.IfExp: _choice,
    ast.BoolOp: _either,
    ast.NamedExpr: _walrus,
    ast.UnaryOp: _minus,
    ast.BinOp: _operation,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.Compare: _compare,
    ast.Await: lambda resolver, node: evaluate(resolver, node.value),
    ast.Starred: lambda resolver, node: evaluate(resolver, node.value),
}
