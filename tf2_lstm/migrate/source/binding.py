"""Bind names: assignments of every shape, and the names of a star import."""

import ast

from tf2_lstm.migrate.source.alternatives import (
    LONGEST,
    UNKNOWN,
    Class,
    Instance,
    Items,
    LocalModule,
    Made,
    Symbol,
    Table,
    iterate,
    join,
    listed,
    one_of_many,
    only_constant,
    tabled,
)
from tf2_lstm.migrate.source.namespaces import LEAVES, look_up


def assign(resolver, target, value):
    """Bind a target to a value: a name, a nest of names, an attribute or an entry."""
    if isinstance(target, ast.Name):
        resolver.scope.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(resolver, target, value)
    elif isinstance(target, ast.Starred):
        assign(resolver, target.value, listed((iterate(value),), several=True))
    elif isinstance(target, ast.Attribute):
        for owner in resolver.evaluate(target.value):
            cls = owner.cls if isinstance(owner, Instance) else owner
            if isinstance(cls, Class):
                known_so_far = cls.attributes.get(target.attr, UNKNOWN)
                grown = [v for v in known_so_far if not isinstance(v, Items)]
                keep = grown if any(isinstance(v, Items) for v in value) else known_so_far
                cls.attributes[target.attr] = join(keep, value)
    elif isinstance(target, ast.Subscript):
        resolver.evaluate(target.value)
        key = resolver.evaluate(target.slice)
        resolver.saw_key(target.slice, key)
        with resolver.quietly():
            _enter(resolver, target.value, key, value)


def _unpack(resolver, target, value):
    lists = [v for v in value if isinstance(v, Items)]
    for number, element in enumerate(target.elts):
        parts = [_part(v, number, element) for v in lists]
        states = frozenset(v for v in value if isinstance(v, Made) and v.role == "state")
        assign(resolver, element, join(states, *parts))
    if not resolver.silent and not lists:
        resolver.listener.unpack(resolver, target, value)


def _part(items, number, element):
    if number < len(items.items) and not items.several:
        return items.items[number]
    any_of_them = iterate(frozenset((items,)))
    return any_of_them if items.shared else one_of_many(any_of_them, id(element))


def _enter(resolver, target, key, value):
    """Handle `table[key] = value`: the dictionary holds one entry more."""
    if not isinstance(target, (ast.Name, ast.Attribute)):
        return
    before = resolver.peek(target)
    tables = [v for v in before if isinstance(v, Table) and len(v.entries) < LONGEST]
    if tables and value:
        grown = [tabled((*v.entries, (only_constant(key), value))) for v in tables]
        assign(resolver, target, join(before - frozenset(tables), *grown))


def star(resolver, value):
    """Bind the names of `from module import *`."""
    for alternative in value:
        if isinstance(alternative, LocalModule):
            exports = resolver.project.exports(alternative.path)
            resolver.scope.names.update((k, v) for k, v in exports.items() if not k.startswith("_"))
        elif isinstance(alternative, Symbol):
            for name in starred(alternative.dotted):
                resolver.scope.bind(name, resolver.attribute(frozenset((alternative,)), name))


def starred(dotted):
    """Return the names that matter in a star import of a module of TensorFlow."""
    use = look_up(dotted)
    if use and use.what == "namespace":
        return sorted(LEAVES[use.family])
    if dotted in ("tensorflow", "tensorflow.compat.v1"):
        return ("nn", "contrib", "compat", "keras", "train", "raw_ops", "python", "placeholder", "Session",
                "variable_scope", "get_variable_scope", "estimator")  # fmt: skip
    if dotted in ("tensorflow.nn", "tensorflow.compat.v1.nn"):
        return (
            *sorted(name for name in LEAVES["rnn"] if name.endswith("rnn") or name.startswith("ctc_")),
            "rnn_cell",
        )
    if dotted.endswith("keras.layers"):
        return sorted(LEAVES["keras"])
    if dotted.endswith("contrib"):
        return ("rnn", "seq2seq", "legacy_seq2seq", "cudnn_rnn", "grid_rnn", "recurrent")
    return ()
