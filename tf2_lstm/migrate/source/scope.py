"""The scopes in which names are bound: modules, classes, functions and comprehensions."""

from tf2_lstm.migrate.source.alternatives import UNKNOWN, join


class Scope:
    """The names of one block.

    Attributes:
        kind: "module", "class", "function" or "comprehension".
        parent: the scope around it, None for a module.
        names: name -> value.
        outer: names that `global` or `nonlocal` moved out of the block.
        owner: the class of a class scope, or the class whose method this is.
        returns: the values of the return statements of a function.
    """

    def __init__(self, kind, parent=None, owner=None):
        self.kind = kind
        self.parent = parent
        self.names = {}
        self.outer = set()
        self.owner = owner
        self.returns = UNKNOWN

    def find(self, name):
        """Return the scope that binds a name, None if none does."""
        scope, first = self, True
        while scope is not None:
            if name in scope.names and (first or scope.kind != "class"):
                return scope
            first = first and scope.kind == "comprehension"
            scope = scope.parent
        return None

    def bind(self, name, value):
        """Bind a name here, or in the scope that `global` names."""
        if name in self.outer and self.parent is not None:  # `global x` in a module says nothing.
            scope = self.parent
            while scope.parent is not None and name not in scope.names:
                scope = scope.parent
            scope.names[name] = join(scope.names.get(name, UNKNOWN), value)
        else:
            self.names[name] = value


def merge(branches):
    """Join the names of branches that may each have been taken: a list of dictionaries."""
    merged = {}
    for names in branches:
        for name, value in names.items():
            merged[name] = join(merged.get(name, UNKNOWN), value)
    return merged
