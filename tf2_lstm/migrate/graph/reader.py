"""A graph read into terms and loops, once, without running anything."""

from tf2_lstm.migrate.graph.backward import backward_part, without_backward
from tf2_lstm.migrate.graph.called import check_called
from tf2_lstm.migrate.graph.computed import ComputedWeights
from tf2_lstm.migrate.graph.declared import check_functions, check_inputs, position
from tf2_lstm.migrate.graph.forms import operate, whole_variable
from tf2_lstm.migrate.graph.frames import ends_a_loop, frame_of, frame_variables_of
from tf2_lstm.migrate.graph.hoisted import with_hoisted
from tf2_lstm.migrate.graph.loops import Loop, LoopVariable
from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, edge, functions_of, in_order, normal, op_of
from tf2_lstm.migrate.graph.operations import (
    EXITS,
    HANDS_ON,
    MERGES,
    SWITCHES,
    VARIABLES,
    Trait,
    having,
    operation,
)
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.graph.terms import Terms, scalar
from tf2_lstm.migrate.graph.unchanged import unchanged
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.roles import Form

_LOOPS, _CONDITIONALS = having(Trait.LOOP), having(Trait.CONDITIONAL)


class GraphReader:
    """All terms of a model's graph and their places in it.

    Args:
        model: a `TF1Model` with a graph.
        infer: a function that infers the shapes of a graph, as `inferred` does.
        fetched: names of tensors that a program computes, also where gradients are in front of them.

    Attributes:
        terms: the table of terms.
        loops: the `Loop`s, in the order of the graph.
        names: a term's number -> the tensors that have this value, as (name, operation), in order.
        places: a term's number -> the node that computes it first; in a function, after the node that runs it.
        shapes: tensor -> shape, for tensors whose rank the graph fixes.
        sources: a term's number -> the TF1 tensors that are inputs of the first node that computes it.
        nesting: the `Nesting` of its nodes.
        bodies: name of a function -> for each time that it is read, name of its nodes and arguments ->
            (terms, operation).
        computed: the `ComputedWeights`.
    """

    def __init__(self, model, infer=inferred, fetched=()):
        self.model, self.terms, self.loops = model, Terms(), []
        self.names, self.sources, self.places, self.bodies = {}, {}, {}, {}
        self.functions = functions_of(model.graph)
        self.nodes = {node.name: node for node in model.graph.node}
        self.values, self._loops_of_frames, self._carried = {}, {}, {}
        self._operations = {}
        check_inputs(self.nodes, model.path)
        check_functions(self.functions, model.path)
        check_called(model.graph.node, self.functions, model.path)
        graph = without_backward(with_hoisted(model.graph, model.path), fetched)
        self.nodes = {node.name: node for node in graph.node}
        self.terms.backward, self.terms.places = set(backward_part(self.nodes)), self.places
        self._rounds = {one.merge: one for own in frame_variables_of(self.nodes).values() for one in own}
        self.shapes, self.nesting = infer(graph), Nesting(self.nodes)
        self.computed = ComputedWeights(self)
        for node in in_order(self.nodes, model.path):
            self._read(node, self.values, top=True)
        self._close_frames()

    def term(self, reference, values=None):
        """Return the term of a tensor, "name:1"."""
        values = self.values if values is None else values
        name, output = edge(reference)
        outputs, op = values[name]
        number = position(op, output)
        if isinstance(outputs, list):
            if number >= len(outputs):
                raise ArtifactError(
                    f"{self.model.path}: the graph is damaged: {reference!r} is read, but the operation ({op}) has "
                    f"{len(outputs)} output(s)"
                )
            return outputs[number]
        return (
            outputs
            if number == 0 and not isinstance(outputs, list) and not operation(op).outputs
            else self._output(outputs, number)
        )

    def sources_of(self, name):
        """Return the variables behind a name: itself, or those that a computed weight is computed from."""
        found = self.computed.found.get(name)
        return found.sources if found else (name,)

    def operation(self, place):
        """Return the operation of a node by its place, "" where there is no node."""
        return self._operations.get(place, "")

    def place(self, term):
        """Return the name of the node that computes a term first, "" for a term that no node computes."""
        inner = term.args[0] if term.op == "output" else term
        return self.places.get(inner.number, "")

    def exit(self, leaf):
        """Return the term of a loop variable's value after the last step; the loop is not below it."""
        made = self.terms.make("exit", (), leaf.attr)
        self.terms.widths[made.number] = self.terms.width(leaf)
        return made

    def _output(self, term, number):
        return self.terms.make("output", (term,), number)

    def name(self, term, first=False):
        """Return the TF1 tensor of a term, "" without one; of several the last (or first) that is no mere copy."""
        found = self.names.get(term.number, [])
        if term.op == "exit":
            copies = [name for name, op in found if op in EXITS or op == "FunctionalExit"]
            return copies[0] if copies else ""
        real = [name for name, op in found if op not in HANDS_ON | SWITCHES]
        if term.op == "var":
            real = [name for name, op in found if op not in VARIABLES]
            return real[0] if real else ""
        # A part cut out of a concatenation is the very tensor that went into it: the program holds that one.
        real = [
            name for name, op in found if name in real and operation(op).form not in ("split", "slice")
        ] or real
        if not real and term.op == "output" and self.place(term) in self.nodes:
            return f"{self.place(term)}:{term.attr}"
        return real[0 if first else -1] if real else (found[-1][0] if found else "")

    def equal(self, name):
        """Return the other tensors that are computed as this one is; () for one that is not in the graph."""
        if not name or edge(name)[0] not in self.values:
            return ()
        found = self.names.get(self.term(name).number, [])
        return tuple(dict.fromkeys(other for other, _ in found if other != name))

    def _read(self, node, values, top=False, inside=""):
        args = [
            self.term(reference, values) for reference in data_inputs(node) if edge(reference)[0] in values
        ]
        args = self.computed.weighed(node, args)
        if inside[:-1] in self.terms.backward:
            self.terms.backward.add(inside + node.name)
        found = self._special(node, args, values, top, inside)
        if found is None:
            found = operate(self.terms, node, args)
            self.computed.follow(node, args, found)
        values[node.name] = (found, node.op)
        for term in found if isinstance(found, list) else [found]:
            self.places.setdefault(term.number, inside + node.name)
        self._operations[inside + node.name] = node.op
        if top:
            self._note(node, found)

    def _note(self, node, found):
        outputs = found if isinstance(found, list) else [found]
        if operation(node.op).outputs and not isinstance(found, list):
            outputs = [self._output(found, number) for number in range(len(operation(node.op).outputs))]
            self.sources.setdefault(found.number, [normal(reference) for reference in data_inputs(node)])
        op = self._op_of_name(node)
        for number, term in enumerate(outputs):
            if (node.op in _LOOPS or op == "FunctionalExit") and term.op != "exit":
                continue
            self.names.setdefault(term.number, []).append((f"{node.name}:{number}", op))
            for axis, size in enumerate(self.shapes.get(f"{node.name}:{number}", ())):
                if size is not None:
                    self.terms.sizes.setdefault((term.number, axis), size)
            self.sources.setdefault(term.number, [normal(reference) for reference in data_inputs(node)])

    def _op_of_name(self, node):
        """Return the operation of a tensor's name: a session fetches copies after a loop or a conditional."""
        if self._same(node):
            return "Identity"
        source = op_of(self.nodes, node.input[0]) if node.op == "Identity" else ""
        if source in _CONDITIONALS:
            return source
        return "FunctionalExit" if source in _LOOPS else "Switch" if node.op in _CONDITIONALS else node.op

    def _same(self, node):
        """Return the tensor that a reshape in the graph itself does not change, "" for any other operation."""
        is_reshape = Trait.IN_ORDER in operation(node.op).traits
        return unchanged(node, self.nodes, self.shapes) if is_reshape else ""

    def _special(self, node, args, values, top, inside):
        """Return the terms of variables, control flow and calls; None for all other nodes."""
        if node.name in self.model.nodes and top and (node.op in VARIABLES or node.op == "Const"):
            return self._variable(node)
        if node.op in VARIABLES:
            return self.terms.make("var", (), (node.name, (), None))
        if node.op in _LOOPS:
            return self._functional_while(node, args, inside)
        if node.op in _CONDITIONALS:
            return self._functional_if(node, args, inside)
        if Trait.CALL in operation(node.op).traits and attribute(node, "f").func.name in self.functions:
            return self._call(attribute(node, "f").func.name, args, inside + node.name + "/")
        if top and (same := self._same(node)):
            return self.term(same)
        return self._frame(node, args) if top else None

    def _variable(self, node):
        name, place = self.model.nodes[node.name]
        known = self.model.variables.get(name)
        shape = tuple(known.shape) if known is not None and known.shape else ()
        held = tuple((one.start, one.stop) for one in place or ())
        if not held or held == tuple((0, size) for size in shape):
            return whole_variable(self.terms, (name, shape))
        return self.terms.make("var", (), (name, shape, held))

    def _frame(self, node, args):
        """Return the term of a part of a v1 loop or conditional."""
        if node.name in self._rounds:
            return self._loop_variable(self._rounds[node.name], args)
        if node.op in MERGES:
            return self._merge(node, args)
        if node.op in SWITCHES:
            ends = args[0].op == "loopvar" and ends_a_loop(self.nodes, node)
            return [self.exit(args[0]) if ends else args[0], args[0]]
        return None

    def _loop_variable(self, one, args):
        if one.frame is None:
            raise ArtifactError(
                f"{self.model.path}: the graph is damaged: {one.merge!r} is no Merge of Enter and NextIteration"
            )
        if one.frame not in self._loops_of_frames:
            self._loops_of_frames[one.frame] = Loop(one.merge.rpartition("/")[0], Form.WHILE)
            self.loops.append(self._loops_of_frames[one.frame])
        leaf = self.terms.make("loopvar", (), (one.frame, one.merge))
        self.terms.widths[leaf.number] = self.terms.width(args[0])
        self._carried[one.merge] = LoopVariable(leaf, args[0], one.initial)
        return [leaf, self.terms.make("which", (), one.merge)]

    def _close_frames(self):
        for one in self._rounds.values():
            loop, var = self._loops_of_frames[one.frame], self._carried[one.merge]
            var.next, var.exit = self.term(one.next), self.exit(var.leaf)
            loop.variables.append(var)
            if one.goes_on:
                loop.condition = self.term(one.goes_on)

    def _merge(self, node, args):
        """Return the term of a conditional's result."""
        predicate, number = self.nesting.decided(node) or ("", 0)
        if predicate:
            chosen = self.terms.select(self.term(predicate), args[number], args[1 - number])
        else:
            chosen = self.terms.make("merge", args, node.name)
        return [chosen, self.terms.make("which", (), node.name)]

    def _call(self, name, args, inside):
        """Return the terms that a function of the graph's library returns for these arguments."""
        function = self.functions[name]
        values = {
            arg.name: (term, "arg") for arg, term in zip(function.signature.input_arg, args, strict=False)
        }
        self.bodies.setdefault(name, []).append(values)
        for node in in_order({node.name: node for node in function.node_def}, self.model.path):
            self._read(node, values, inside=inside)
        return [self.term(function.ret[arg.name], values) for arg in function.signature.output_arg]

    def _functional_if(self, node, args, inside):
        branches = [attribute(node, name).func.name for name in ("then_branch", "else_branch")]
        if any(name not in self.functions for name in branches):
            return None
        yes, no = (self._call(name, args[1:], inside + node.name + "/") for name in branches)
        return [self.terms.select(args[0], *both) for both in zip(yes, no, strict=True)]

    def _functional_while(self, node, args, inside):
        frame = frame_of(node, self.functions)
        if frame is None:
            return None
        name, leaves = inside + node.name, list(args)
        loop = Loop(name, Form.FUNCTIONAL_WHILE)
        # A name within a function is not in the graph: there the tensor with the same value counts.
        references = [self.name(term) for term in args] if inside else frame.initial
        for number in frame.body.leaves.values():
            leaf = leaves[number] = self.terms.make("loopvar", (), (name, str(number)))
            self.terms.widths[leaf.number] = self.terms.width(args[number])
            loop.variables.append(LoopVariable(leaf, args[number], references[number]))
        results = dict(zip(leaves, self._call(frame.body.function, leaves, name + "/"), strict=True))
        loop.condition = self._call(frame.condition.function, leaves, name + "/")[0]
        for var in loop.variables:
            var.next, var.exit = results[var.leaf], self.exit(var.leaf)
            if var.initial.op == "TensorListReserve" and scalar(var.initial.args[1]):
                self.terms.sizes[var.exit.number, 0] = scalar(var.initial.args[1])
        self.loops.append(loop)
        own = {var.leaf: var.exit for var in loop.variables}
        return [own.get(leaf, leaf) for leaf in leaves]
