"""Walk a module as Python would, block by block, and keep the value of every name."""

import ast
import contextlib
import os

from tf2_lstm.migrate.source import binding, expressions, statements
from tf2_lstm.migrate.source.alternatives import (
    UNKNOWN,
    Class,
    Constant,
    Function,
    Instance,
    Items,
    LocalModule,
    Made,
    Symbol,
    Table,
    join,
)
from tf2_lstm.migrate.source.limits import Clock, TooMuch
from tf2_lstm.migrate.source.namespaces import TF_ROOTS, look_up
from tf2_lstm.migrate.source.rules import known
from tf2_lstm.migrate.source.scope import Scope

MAX_STEPS = 2_000_000


class Resolver:
    """The state of one walk.

    Args:
        project: the `Project` that finds the program's own modules.
        directory: the folder of the file, None when it has none (standard input without a file).
        listener: an object that is told about references, calls, attributes, keys, imports and classes; None for no
            one.
    """

    def __init__(self, project, directory, listener=None):
        self.project = project
        self.directory = directory
        self.listener = listener
        self.silent = listener is None
        self.scope = Scope("module")
        self.loops = ()
        self.branch = ()
        self.classes = []
        self.is_unused = False
        self.imports = set()
        self._deferred = []
        self._steps = 0
        self._clock = Clock()
        self._inside = {}
        self._running = set()

    def run(self, trees):
        """Walk the trees of one module (a notebook has several), functions last; return its names."""
        module = self.scope
        for tree in trees:
            statements.execute(self, tree.body)
        while self._deferred and not self.silent:
            function = self._deferred.pop(0)
            self.scope = module
            self._body(function)
        return module.names

    def step(self):
        """Count a node and look at the clock, so that no file takes for ever."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooMuch(f"it has more than {MAX_STEPS} nodes to look at")
        self._clock.check()

    # The values of expressions and names

    def evaluate(self, node):
        """Return the value of an expression, telling the listener about all that is in it."""
        return expressions.evaluate(self, node)

    def peek(self, node):
        """Return the value of an expression that is the start of a longer one."""
        return expressions.peek(self, node)

    def attribute(self, value, name):
        """Return the value of `value.name`."""
        return expressions.attribute(self, value, name)

    def look_up(self, name):
        """Return the value of a name here."""
        scope = self.scope.find(name)
        if scope is None and name in ("tf", "tensorflow"):
            return frozenset((Symbol("tensorflow"),))  # Notebooks and star imports: bound elsewhere.
        return scope.names[name] if scope else UNKNOWN

    def module(self, dotted, level=0):
        """Return the value of an imported module."""
        if level:
            above = self.directory
            for _ in range(level - 1):
                above = above and os.path.dirname(above)
            return self._relative(dotted, above)
        if dotted.split(".")[0] not in TF_ROOTS:
            path = self.project.find(dotted, self.directory)
            if path:
                self.imports.add(path)
                return frozenset((LocalModule(path),))
        return frozenset((Symbol(dotted),))

    def _relative(self, dotted, directory):
        if directory is None:
            return frozenset((Symbol("." + dotted),))
        value = frozenset((LocalModule(directory),))
        for part in filter(None, dotted.split(".")):
            value = join(*(self._submodule(module, part) for module in value))
        return value or frozenset((Symbol("." + dotted),))

    def _submodule(self, module, name):
        path = self.project.submodule(module.path, name)
        self.imports.add(path)
        return frozenset((LocalModule(path),)) if path else UNKNOWN

    def module_member(self, module, name):
        """Return the value of `module.name` for a module of the program's own."""
        exports = self.project.exports(module.path)
        return exports[name] if name in exports else self._submodule(module, name)

    def member(self, cls, name):
        """Return the value of `self.name`: stored by a method, a method, or of a base class."""
        self._look_at(cls)
        own = [cls.attributes[name]] if name in cls.attributes else []
        if name in cls.scope.names:
            own.append(cls.scope.names[name])
        if own:
            return join(*own)
        found = []
        for base in join(*cls.bases):
            if isinstance(base, Class) and base is not cls:
                found.append(self.member(base, name))
        return join(*found)

    def read(self, cls, name):
        """Return the value of `self.name`; a property is called."""
        value = self.member(cls, name)
        return join(*(self.returns(v) if _is_property(v) else frozenset((v,)) for v in value))

    def any_attribute(self, name):
        """Return the cells and states that a class of this file keeps under a name: `model.initial_state`."""
        for cls in self.classes:
            self._look_at(cls)
        own = [cls for cls in self.classes if name in cls.attributes or name in cls.scope.names]
        value = join(*(self.read(cls, name) for cls in own))
        return frozenset(v for v in value if isinstance(v, Made) and v.role in ("cell", "state"))

    def _look_at(self, cls):
        if cls.looked_at:
            return
        cls.looked_at = True
        methods = [v for value in cls.scope.names.values() for v in value if isinstance(v, Function)]
        for method in methods:
            self.returns(method)
        for method in filter(_is_property, methods):
            method.returns = None  # Once more, now that every attribute is known.

    def cell_base(self, cls, seen=()):
        """Return the full TF1 name of the cell that a class derives from, "" if it is no cell."""
        for base in join(*cls.bases):
            if isinstance(base, Symbol):
                use = look_up(base.dotted)
                if use and use.what == "name" and known(use).kind in ("cell", "wrapper", "stack"):
                    return use.name if use.family != "keras3" else ""
            if isinstance(base, Class) and base not in seen:
                found = self.cell_base(base, (*seen, cls))
                if found:
                    return found
        return ""

    # Functions of the program's own

    def defer(self, function):
        """Walk a function's body after the module, when every name is bound."""
        if not self.silent:
            self._deferred.append(function)

    def returns(self, function):
        """Return the value that a function returns; found once, without telling the listener."""
        if function.returns is None:
            function.returns = UNKNOWN
            with self.quietly():
                function.returns = self._body(function)
        return function.returns

    def fresh(self, function, node):
        """Return the value of this call of a function: objects that its body makes are new at every call."""
        inside = self._ids(function.node)
        return self._renewed(self.returns(function), inside, node)

    def _renewed(self, value, inside, node):
        renewed = []
        for v in value:
            self.step()
            if isinstance(v, Made) and not inside.isdisjoint(v.site):
                v = Made(v.maker, v.role, (id(node), *v.site)[:6], v.detail)
            if isinstance(v, Instance) and not inside.isdisjoint(v.site):
                v = Instance(v.cls, (id(node), *v.site)[:6])
            if isinstance(v, Items):
                items = tuple(self._renewed(one, inside, node) for one in v.items)
                v = Items(items, v.shared, v.several, v.depth)
            if isinstance(v, Table):
                entries = tuple((key, self._renewed(one, inside, node)) for key, one in v.entries)
                v = Table(entries, v.depth)
            renewed.append(v)
        return frozenset(renewed)

    def _body(self, function):
        if function.owner is not None and not self.silent:
            self._look_at(function.owner)
        if id(function.node) in self._running:
            return UNKNOWN
        self._running.add(id(function.node))
        state = self.loops, self.branch
        self.loops, self.branch = (), ((id(function.node), 0),)
        try:
            with self.inside(Scope("function", function.scope, function.owner)) as scope:
                self._parameters(function)
                if isinstance(function.node, ast.Lambda):
                    return self.evaluate(function.node.body)
                statements.execute(self, function.node.body)
                return scope.returns
        finally:
            self.loops, self.branch = state
            self._running.discard(id(function.node))

    def _parameters(self, function):
        arguments = function.node.args
        ordered = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(ordered) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [
            *zip(ordered, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        with self.quietly():
            for parameter, default in pairs:
                value = self.evaluate(default)
                # A caller may override a default: only classes and lists of names are worth keeping.
                self.scope.names[parameter.arg] = frozenset(v for v in value if not isinstance(v, Constant))
        for parameter in (arguments.vararg, arguments.kwarg):
            if parameter:
                self.scope.names[parameter.arg] = UNKNOWN
        cls = function.owner
        if cls is None or not ordered or isinstance(function.node, ast.Lambda):
            return
        self.scope.names[ordered[0].arg] = frozenset((Instance(cls),))
        if function.node.name in ("call", "__call__") and len(ordered) > 2 and self.cell_base(cls):
            state = Made(self.cell_base(cls), "state", (id(function.node),))
            self.scope.names[ordered[2].arg] = frozenset((state,))

    def default_values(self, arguments):
        """Walk the defaults and annotations of a function where it is defined."""
        for node in (*arguments.defaults, *arguments.kw_defaults):
            self.evaluate(node)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for parameter in (*every, arguments.vararg, arguments.kwarg):
            if parameter is not None:
                self.annotation(parameter.annotation)

    def annotation(self, node):
        """Walk an annotation, and the names that are in it as strings."""
        self.evaluate(node)
        for written in expressions.in_strings(node):
            self.evaluate(written)

    def assign(self, target, value):
        """Bind a target to a value: a name, a nest of names, an attribute or an entry."""
        binding.assign(self, target, value)

    # Telling the listener

    def report(self, node, value):
        """Tell the listener about a reference."""
        if not self.silent:
            self.listener.reference(self, node, value)

    def saw_key(self, node, value):
        """Tell the listener about a key of a dictionary."""
        if not self.silent:
            self.listener.key(self, node, value)

    # Where the walk is

    @contextlib.contextmanager
    def inside(self, scope):
        """Walk within another scope."""
        before, self.scope = self.scope, scope
        try:
            yield scope
        finally:
            self.scope = before

    @contextlib.contextmanager
    def quietly(self):
        """Walk without telling the listener."""
        before, self.silent = self.silent, True
        try:
            yield
        finally:
            self.silent = before

    @contextlib.contextmanager
    def unused(self):
        """Walk an expression whose value is thrown away."""
        before, self.is_unused = self.is_unused, True
        try:
            yield
        finally:
            self.is_unused = before

    @contextlib.contextmanager
    def loop(self, node):
        """Walk within a loop."""
        before, self.loops = self.loops, (*self.loops, node)
        try:
            yield
        finally:
            self.loops = before

    @contextlib.contextmanager
    def arm(self, node, number):
        """Walk within one branch of an `if`."""
        before, self.branch = self.branch, (*self.branch, (id(node), number))
        try:
            yield
        finally:
            self.branch = before

    def made_in(self, node, made, or_met=True):
        """Whether an object is made anew within a part of the code, or is a new one at each iteration of a loop."""
        met = [one[1] for one in made.site if isinstance(one, tuple) and one[0] == "turn"] if or_met else []
        return not self._ids(node).isdisjoint((*made.site, *met))

    def _ids(self, node):
        if id(node) not in self._inside:
            self._inside[id(node)] = frozenset(id(inner) for inner in ast.walk(node))
        return self._inside[id(node)]


def _is_property(value):
    if not isinstance(value, Function) or isinstance(value.node, ast.Lambda):
        return False
    names = [
        getattr(decorator, "id", getattr(decorator, "attr", "")) for decorator in value.node.decorator_list
    ]
    return any("property" in name for name in names)
