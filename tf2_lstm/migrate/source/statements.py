"""Execute statements: they bind names; branches are walked one by one and joined."""

import ast
import contextlib

from tf2_lstm.migrate.source import binding
from tf2_lstm.migrate.source.alternatives import UNKNOWN, Class, Function, Items, iterate, join
from tf2_lstm.migrate.source.calls import grown
from tf2_lstm.migrate.source.expressions import attribute, combine, evaluate, peek
from tf2_lstm.migrate.source.scope import Scope, merge


def execute(resolver, body):
    """Walk a list of statements; those after an `if` that leaves the block are its other branch."""
    with contextlib.ExitStack() as arms:
        for node in body:
            resolver.step()
            _HANDLERS.get(type(node), _other)(resolver, node)
            if isinstance(node, ast.If) and _leaves(node.body) != _leaves(node.orelse):
                arms.enter_context(resolver.arm(node, int(_leaves(node.body))))


def _expression(resolver, node):
    with resolver.unused():
        evaluate(resolver, node.value)


def _other(resolver, node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(resolver, child)


def _import(resolver, node):
    for alias in node.names:
        value = resolver.module(alias.name)
        if not resolver.silent:
            resolver.listener.imported(resolver, node, alias, value)
        if alias.asname:
            resolver.scope.bind(alias.asname, value)
        else:
            root = alias.name.split(".")[0]
            resolver.scope.bind(root, resolver.module(root))


def _import_from(resolver, node):
    module = resolver.module(node.module or "", node.level)
    for alias in node.names:
        if alias.name == "*":
            if not resolver.silent:
                resolver.listener.starred(resolver, node, alias, module)
            binding.star(resolver, module)
            continue
        value = join(*(_member(resolver, one, alias.name) for one in module))
        if not resolver.silent:
            resolver.listener.imported(resolver, node, alias, value)
        resolver.scope.bind(alias.asname or alias.name, value)


def _member(resolver, module, name):
    return attribute(resolver, frozenset((module,)), name)


def _assign(resolver, node):
    value = evaluate(resolver, node.value)
    for target in node.targets:
        resolver.assign(target, value)


def _annotated(resolver, node):
    resolver.annotation(node.annotation)
    if node.value is not None:
        resolver.assign(node.target, evaluate(resolver, node.value))


def _augmented(resolver, node):
    added = evaluate(resolver, node.value)
    if isinstance(node.target, (ast.Name, ast.Attribute)):
        before = peek(resolver, node.target)
        add = isinstance(node.op, ast.Add) and any(isinstance(v, Items) for v in before)
        resolver.assign(
            node.target, grown(resolver, before, added) if add else combine(before, node.op, added)
        )
    else:
        resolver.assign(node.target, UNKNOWN)


def _if(resolver, node):
    evaluate(resolver, node.test)
    before = dict(resolver.scope.names)
    ends = []
    for number, body in enumerate((node.body, node.orelse)):
        resolver.scope.names = dict(before)
        with resolver.arm(node, number):
            execute(resolver, body)
        if not _leaves(body):
            ends.append(resolver.scope.names)
    resolver.scope.names = merge(ends) if ends else before


def _leaves(body):
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _for(resolver, node):
    values = evaluate(resolver, node.iter)
    before = dict(resolver.scope.names)
    resolver.assign(node.target, iterate(values, ("turn", id(node))))
    with resolver.loop(node):
        execute(resolver, node.body)
    resolver.scope.names = merge((before, resolver.scope.names))
    execute(resolver, node.orelse)


def _while(resolver, node):
    evaluate(resolver, node.test)
    before = dict(resolver.scope.names)
    with resolver.loop(node):
        execute(resolver, node.body)
    resolver.scope.names = merge((before, resolver.scope.names))
    execute(resolver, node.orelse)


def _try(resolver, node):
    before = dict(resolver.scope.names)
    with resolver.arm(node, 0):
        execute(resolver, node.body)
        after = dict(resolver.scope.names)
        execute(resolver, node.orelse)
    ends = [resolver.scope.names]
    for number, handler in enumerate(node.handlers, start=1):
        evaluate(resolver, handler.type)
        resolver.scope.names = merge((before, after))
        if handler.name:
            resolver.scope.bind(handler.name, UNKNOWN)
        with resolver.arm(node, number):
            execute(resolver, handler.body)
        if not _leaves(handler.body):
            ends.append(resolver.scope.names)
    resolver.scope.names = merge(ends)
    execute(resolver, node.finalbody)


def _with(resolver, node):
    for entered in node.items:
        value = evaluate(resolver, entered.context_expr)
        if entered.optional_vars is not None:
            resolver.assign(entered.optional_vars, value)
    execute(resolver, node.body)


def _function(resolver, node):
    for decorator in node.decorator_list:
        evaluate(resolver, decorator)
    resolver.default_values(node.args)
    resolver.annotation(node.returns)
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    in_class = resolver.scope.kind == "class" and not static
    function = Function(node, resolver.scope, resolver.scope.owner if in_class else None)
    resolver.scope.bind(node.name, frozenset((function,)))
    resolver.defer(function)


def _class(resolver, node):
    for expression in (*node.decorator_list, *(keyword.value for keyword in node.keywords)):
        evaluate(resolver, expression)
    bases = tuple(evaluate(resolver, base) for base in node.bases)
    scope = Scope("class", resolver.scope)
    cls = Class(node, scope, bases)
    scope.owner = cls
    resolver.classes.append(cls)
    if not resolver.silent:
        resolver.listener.defined(resolver, node, cls)
    with resolver.inside(scope):
        execute(resolver, node.body)
    resolver.scope.bind(node.name, frozenset((cls,)))


def _return(resolver, node):
    resolver.scope.returns = join(resolver.scope.returns, evaluate(resolver, node.value))


def _outer(resolver, node):
    resolver.scope.outer.update(node.names)


def _delete(resolver, node):
    for target in node.targets:
        if isinstance(target, ast.Name):
            resolver.scope.bind(target.id, UNKNOWN)
        else:
            evaluate(resolver, target)


def _match(resolver, node):
    evaluate(resolver, node.subject)
    before = dict(resolver.scope.names)
    ends = [before]
    for number, case in enumerate(node.cases):
        resolver.scope.names = dict(before)
        for pattern in ast.walk(case.pattern):
            for captured in (getattr(pattern, "name", None), getattr(pattern, "rest", None)):
                if captured:
                    resolver.scope.bind(captured, UNKNOWN)
            if isinstance(pattern, (ast.MatchClass, ast.MatchValue)):
                evaluate(resolver, getattr(pattern, "cls", None) or pattern.value)
        evaluate(resolver, case.guard)
        with resolver.arm(node, number):
            execute(resolver, case.body)
        ends.append(resolver.scope.names)
    resolver.scope.names = merge(ends)


_HANDLERS = {
    ast.Expr: _expression,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Global: _outer,
    ast.Nonlocal: _outer,
    ast.Delete: _delete,
    ast.Match: _match,
}
