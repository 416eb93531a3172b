"""Make a tree of `Call`s, in TF1's words, of layers; one cell object is one `Call`."""

import math
from collections import OrderedDict
from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.terms import Term, leaves, scalar
from tf2_lstm.migrate.model import CellVariables
from tf2_lstm.migrate.pairs import Call, Fed
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch, sizes
from tf2_lstm.migrate.recognise.steps.flat import ALL

KEEPS = (("input", "input_keep_prob"), ("output", "output_keep_prob"), ("state", "state_keep_prob"))


class Calls:
    """Makes the `Call`s of a model; the same variables with the same options are the same cell.

    Args:
        name: a function from a term to its TF1 tensor, for keep_probs that are fed.
        computed: TF1 tensor -> `Computed`, of the weights that the graph computes.
    """

    def __init__(self, name, computed):
        self.name, self.computed = name, computed
        self.known, self.variables, self.keep_probs = {}, {}, {}

    def cell(self, layers, flat=()):
        """Return the `Call` of a step's layers; several layers are a stack.

        Args:
            layers: the `Layer`s, bottom to top.
            flat: `flat.ALL` when one tensor holds all states, else the matches whose own states are in one.
        """
        return self._layer(layers[0], flat) if len(layers) == 1 else self._stack(layers, flat)

    def _stack(self, layers, flat):
        calls = tuple(self._layer(layer, flat) for layer in layers)
        options = {"state_is_tuple": False} if flat == ALL else {}
        return self._same(
            ("multi_rnn", *options, *map(id, calls)), lambda: Call("multi_rnn", cells=calls, **options)
        )

    def _layer(self, layer, flat):
        if isinstance(layer.inside, CellMatch):
            call = self.of_match(layer.inside, flat)
        else:
            call = self._stack(layer.inside, flat)
        for wrapper in layer.wrappers:
            call = self._wrap(call, wrapper)
        return call

    def of_match(self, match, flat=()):
        """Return the `Call` of one match, and keep its `CellVariables` in `variables`."""
        options = OrderedDict(match.options)
        if "c" in match.old and (flat == ALL or match in flat):
            options["state_is_tuple"] = False
        call = self._same((match.key, "state_is_tuple" in options), lambda: Call(match.pair, **options))
        names = OrderedDict((leaf, term.attr[0]) for leaf, term in match.variables.items())
        computed = tuple(self.computed[name] for name in names.values() if name in self.computed)
        own = CellVariables(call, "", names, match.layout, match.blocks, computed)
        self.variables[id(call)] = replace(own, scope=common_scope(own.variables))
        return call

    def _wrap(self, call, wrapper):
        if "residual" in wrapper:
            return self._same(("residual", id(call)), lambda: Call("residual", cell=call))
        dropped = {argument: wrapper[what] for what, argument in KEEPS if what in wrapper}
        options = {argument: self._keep(argument, one.keep) for argument, one in dropped.items()}
        if any(one.variational for one in dropped.values()):
            options["variational_recurrent"] = True
        fed = tuple(value.name for value in options.values() if isinstance(value, Fed))
        key = ("dropout", id(call), tuple(options.items()), fed)
        return self._same(key, lambda: Call("dropout", cell=call, **options))

    def _keep(self, argument, keep):
        value = self.name(keep, first=True) if isinstance(keep, Term) else keep
        named, number = argument, 1
        while self.keep_probs.setdefault(named, value) != value:
            number += 1
            named = f"{argument}_{number}"
        return Fed(default_of(keep), value) if isinstance(keep, Term) else keep

    def _same(self, key, make):
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def of(self, *cells):
        """List the `CellVariables` of the cells in some trees of calls, each cell once, bottom to top."""
        found, todo = OrderedDict(), list(cells)
        while todo:
            call = todo.pop(0)
            if id(call) in self.variables:
                found[id(call)] = self.variables[id(call)]
            todo[:0] = [inner for _, inner in inner_calls(call)]
        return list(found.values())


def default_of(keep):
    """Return the value of a keep_prob where a program feeds nothing.

    Args:
        keep: the term of the keep_prob.

    Returns:
        The number that placeholders with a default give; 1.0 where there is none, or none above 0 up to 1.
    """
    found = _number(keep)
    return float(found) if found is not None and 0 < found <= 1 else 1.0


def _number(term):
    found = {}
    # Terms are in the order of the graph: arguments come first.
    for one in sorted(leaves(term), key=lambda one: one.number):
        found[one] = _value(one, [found[arg] for arg in one.args])
    return found[term]


def _value(term, numbers):
    """Return the default number of a term, computed from those of its arguments; None where there is none."""
    if term.op == "PlaceholderWithDefault":
        return numbers[0]
    if term.op not in ("add", "mul"):
        return scalar(term)
    if None in numbers:
        return None
    # A number too large for float32 becomes infinite there, and is no keep_prob.
    with np.errstate(over="ignore"):
        return float(np.float32(sum(numbers) if term.op == "add" else math.prod(numbers)))


def common_scope(names):
    """Return the scope that all variables are in: "rnn/lstm_cell" of a kernel and a bias."""
    return common_prefix([name.rpartition("/")[0] for name in names])


def common_prefix(scopes):
    """Return the first parts that all scopes share: "rnn" of "rnn/fw" and "rnn/bw"."""
    common = []
    for parts in zip(*(scope.split("/") for scope in scopes), strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "/".join(common)


def state_names(layers, stacked=False):
    """List the states below "state" in TF1's order: (ending of the name, match, name of the state, width)."""
    found = []
    for number, layer in enumerate(layers):
        prefix = f"_{number}" if stacked or len(layers) > 1 else ""
        if isinstance(layer.inside, CellMatch):
            for state, width in sizes(layer.inside).items():
                found.append((prefix + (f"_{state}" if state else ""), layer.inside, state, width))
        else:
            found += [(prefix + name, *rest) for name, *rest in state_names(layer.inside, stacked=True)]
    return found
