"""Write weights that functions compute as nodes of the graph itself.

A loop of control flow v2, a conditional and a call run functions, whose nodes have no shape, and no value outside of
them. A tensor that they compute from variables and constants alone is the same outside: it is written there once more,
for the code that must know its shape and its value.
"""

from tf2_lstm.migrate.graph.declared import position
from tf2_lstm.migrate.graph.nodes import attribute, copied, data_inputs, edge, functions_of, in_order, normal
from tf2_lstm.migrate.graph.operations import HANDS_ON, VARIABLES, Trait, having, operation

#: The most nodes of functions that are looked at; a reader refuses a graph with more.
MOST_LOOKED = 200_000
#: Operations that compute weights from weights.
_MAKES = having(Trait.PURE) | HANDS_ON


def hoisted(graph, path):
    """Write the weights that functions compute as nodes outside of them.

    Args:
        graph: a `GraphDef` with a finite nesting of functions.
        path: the file, for messages.

    Returns:
        A list of NodeDefs, named after the node that runs the function and the node in it.
    """
    found = _Hoisted(graph, path)
    for node in graph.node if found.functions else ():
        found.run(node, [normal(reference) for reference in data_inputs(node)], "")
    return found.needed()


def with_hoisted(graph, path):
    """Return a graph with its `hoisted` nodes in front; the graph itself where there are none."""
    nodes = hoisted(graph, path)
    if not nodes:
        return graph
    whole = type(graph)()
    whole.node.extend(nodes)
    whole.MergeFrom(graph)
    return whole


class _Hoisted:
    def __init__(self, graph, path):
        self.path, self.looked = path, 0
        self.functions = functions_of(graph)
        self.nodes = {node.name: node for node in graph.node} if self.functions else {}
        self.copies, self.weights, self._constant = {}, [], {}

    def run(self, node, given, place):
        """Look into the functions that a node runs; `given` are its inputs outside, None for one that is no weight."""
        row = operation(node.op)
        for name in row.functions:
            function = self.functions.get(attribute(node, name).func.name)
            if function is not None:
                fixed = [one if self._is_fixed(one) else None for one in given[row.arguments :]]
                names = [arg.name for arg in function.signature.input_arg]
                if Trait.LOOP in row.traits:
                    fixed = [one if returns_as_it_is(function, at) else None for at, one in enumerate(fixed)]
                self._look(function, dict(zip(names, fixed, strict=False)), f"{place}{node.name}/")

    def _look(self, function, known, place):
        self.looked += len(function.node_def)
        if self.looked > MOST_LOOKED:
            return
        for node in in_order({node.name: node for node in function.node_def}, self.path):
            given = [self._outside(known, reference) for reference in data_inputs(node)]
            if node.op == "Const" or (node.op in _MAKES and given and None not in given):
                known[node.name] = self._copy(node, given, place)
                continue
            start = operation(node.op).weights
            taken = given[start:] if start is not None else ()
            self.weights += [one for one in taken if one and edge(one)[0] in self.copies]
            self.run(node, given, place)

    def _outside(self, known, reference):
        name, output = edge(reference)
        found = known.get(name)
        if found is None or ":" in found:
            return found
        return f"{found}:{position(self.copies[found].op, output)}"

    def _copy(self, node, given, place):
        name = place + node.name
        while name in self.nodes or name in self.copies:
            name += "_"
        copy = self.copies[name] = type(node)()
        copy.CopyFrom(node)
        copy.name, copy.input[:], copy.device = name, given, ""
        copy.attr.pop("_class", None)
        return name

    def _is_fixed(self, reference):
        """Whether a tensor, or the one that it copies, is computed from variables and constants alone."""
        if reference is None or edge(reference)[0] in self.copies:
            return reference is not None
        found, todo = {}, [edge(reference)[0]]
        while todo:
            node = self.nodes.get(todo.pop())
            if node is None or not (node.op in VARIABLES or node.op == "Const" or node.op in _MAKES):
                return False
            if node.name not in found:
                found[node.name] = node
                todo += [edge(one)[0] for one in data_inputs(node)]
        return True

    def needed(self):
        """List the copied nodes of weights that are more than a variable or constant handed on."""
        found = set()
        for one in self.weights:
            behind = self._behind(edge(one)[0]) if self._computes(edge(one)[0]) else set()
            # A value from constants of the function alone is a number of the equations.
            found |= behind if behind - set(self.copies) else set()
        return [node for name, node in self.copies.items() if name in found]

    def _behind(self, name):
        found, todo = set(), [name]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += [edge(one)[0] for one in self.copies[name].input] if name in self.copies else []
        return found

    def _computes(self, name):
        while name in self.copies and self.copies[name].op in HANDS_ON:
            name = edge(self.copies[name].input[0])[0]
        return name in self.copies and self.copies[name].op != "Const"


def returns_as_it_is(function, at):
    """Whether a loop's body returns an argument as it is, perhaps through Identity.

    Args:
        function: the body's FunctionDef.
        at: the argument's number.
    """
    nodes = {node.name: node for node in function.node_def}
    result, arg = function.ret[function.signature.output_arg[at].name], function.signature.input_arg[at].name
    return copied(nodes, result) == f"{arg}:0"
