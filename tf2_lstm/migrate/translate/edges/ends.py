"""Find where the forward graph of a program ends, without losses, training and unread nodes of TF1's own functions."""

import re

from tf2_lstm.migrate.graph.backward import backward_part
from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import data_inputs, dtype_of, edge, node_of, normal
from tf2_lstm.migrate.graph.operations import (
    HANDS_ON,
    MERGES,
    SILENT,
    SWITCHES,
    VARIABLES,
    Trait,
    having,
)
from tf2_lstm.migrate.graph.training import UPDATE
from tf2_lstm.migrate.roles import Role
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.control.time_first import time_first
from tf2_lstm.migrate.translate.edges.averages import differences
from tf2_lstm.migrate.translate.edges.closed import inside_of
from tf2_lstm.migrate.translate.edges.keras_layers import scopes_read
from tf2_lstm.migrate.translate.edges.scores import OF_LOSSES, looks_like_a_loss, scores_of
from tf2_lstm.migrate.translate.edges.switches import FRESH_INPUTS
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

_LOSSES = having(Trait.LOSS)
#: Operations by which a program makes one tensor of the steps.
_JOINS = frozenset({"Pack", "Concat", "ConcatV2", "Transpose"})
#: Those that read scores; the other one reads what was decoded.
_OF_SCORES = _LOSSES - {"EditDistance"}
#: The loop of tf.contrib.seq2seq.dynamic_decode.
_DECODES = re.compile(r"(^|/)decoder(_\d+)?/while/")


def _backward(nodes):
    """Return the names of the backward part, with everything in the scopes of tf.gradients that it is in."""
    known = backward_part(nodes)
    scopes = {found.group() for name in known if (found := re.match(r"(.*/)?gradients(_\d+)?/", name))}
    return known | {name for name in nodes if scopes and name.startswith(tuple(scopes))}


class Ends:
    """Finds where the forward graph ends.

    Args:
        tf1: the `TF1Model`.
        nodes: name -> NodeDef.
        findings: the `Findings`.
        feeds: the tensors that are fed, beside the placeholders.
        frames: name of a node that gives something out of a loop -> its `Frame`.
        fixed: names of the nodes that inference fixes.

    Attributes:
        notes: a sentence for each part that is left out, once `found` was called.
        lacking: a sentence for each part whose weights the checkpoint lacks.
    """

    def __init__(self, tf1, nodes, findings, feeds, frames, fixed):
        self.tf1, self.frames, self.fixed = tf1, frames, fixed
        self.nodes, self.findings, self.shapes, self.feeds = nodes, findings, findings.shapes, feeds
        self.backward = _backward(nodes)
        self.readers = {}
        for name, node in nodes.items():
            for one in data_inputs(node):
                self.readers.setdefault(edge(one)[0], []).append(name)
        self.given_out = {edge(t.tf1)[0] for one in findings.recurrences for t in one.outputs if t.tf1}
        self.taken = {edge(t.tf1)[0] for one in findings.recurrences for t in one.inputs if t.tf1}
        self.taken -= self.given_out
        self.inside = inside_of(nodes, self.readers, findings.recurrences)
        nesting = Nesting(nodes)
        self.closed = {name for name in nodes if nesting.of(name)}
        self.notes, self.lacking, self.of_keras = [], [], ()

    def found(self):
        """List the names of the tensors at which the forward graph ends."""
        fed = (name for name, node in self.nodes.items() if node.op in FRESH_INPUTS)
        starts = [name for name in fed if name not in self.fixed]
        starts += [edge(one)[0] for one in self.feeds]
        losses = self._losses(starts)
        behind = self._after(self.given_out) | self.given_out
        kept = (behind | self._after(starts)) - losses - self.inside
        measured = self._measured(kept)
        losses |= measured
        kept -= losses | self._averaged(kept - losses)
        judged = self._judged(kept, losses)
        ends = [name for name in self.nodes if name in kept and (name in judged or self._ends(name, kept))]
        self.of_keras = scopes_read(self.nodes, self.readers, kept | self.inside)
        ends = [name for name in ends if name in self.given_out or not name.startswith(self.of_keras)]
        if behind:
            left = self._left_behind(behind)
            ends = [name for name in ends if name in behind or not (left(name) or self._is_outside(name))]
        lost = [name for name in self.nodes if name in losses and self._ends(name, losses)]
        summed = [name for name in lost if name in measured and not self.backward]
        lost = [name for name in lost if name not in summed]
        why = "what it is computed from is known in training only"
        for names, reason in ((lost, why), (summed, "a summary alone reads it. --fetch takes it in")):
            self.notes += [f"{', '.join(names[:4])}: not in it: {reason}"] if names else []
        ends = list(dict.fromkeys(self._flattened(name, losses) for name in ends))
        tensors = [f"{name}:{number}" for name in ends for number in self._numbers(name)]
        found = self._without_idle(self._with_guesses(tensors, kept, losses))
        self._name_scores(found, kept | losses, losses, lost)
        return found

    def _name_scores(self, tensors, among, losses, lost):
        """Add notes on what to fetch where only losses are found, or where only a loss reads scores."""
        alone = [one for one in tensors if looks_like_a_loss(self.nodes, self.shapes, one, self.backward)]
        if len(alone) == len(tensors):
            for name in [node_of(one) for one in alone] or lost:
                self._name(
                    f"{name} looks like a loss, and nothing else is found that is computed", name, among
                )
        for name in map(node_of, tensors):
            readers = {*self.readers.get(name, ())} - self.backward
            if self.nodes[name].op in OF_LOSSES and readers and readers <= losses:
                self._name(f"{name} is computed for a loss alone", name, among)

    def _name(self, said, name, among):
        found = scores_of(self.nodes, self.shapes, name, among)
        found = [one for one in found if node_of(one) not in self.closed]
        if found:
            self.notes.append(
                f"{said}. In front of it there are {', '.join(found)}: name the scores with --fetch"
            )

    def _judged(self, kept, losses):
        """Return the nodes that a loss of TensorFlow reads and that lead to no output of floats."""
        read = {edge(self.nodes[one].input[0])[0] for one in losses if self.nodes[one].op in _OF_SCORES}
        found = set()
        for name in read & kept - self.closed:
            ends = [one for one in self._after([name]) & kept if self._ends(one, kept)]
            found |= set() if any("float" in dtypes_of(self.nodes[one])[0] for one in ends) else {name}
        return found

    def _with_guesses(self, tensors, kept, losses):
        """Return the ends with the sparse tensors that tf.edit_distance holds against labels.

        Such a one is whole, its indices, values and shape, or left out where the program gives more that is made of it.
        """
        found = list(tensors)
        for node in [self.nodes[name] for name in self.nodes if name in losses]:
            guess = [normal(one) for one in data_inputs(node)[:3]] if node.op == "EditDistance" else []
            if guess and {node_of(one) for one in guess} <= kept - self.closed:
                found = [one for one in found if one not in guess]
                behind = self._after([node_of(guess[0])]) & kept
                found += [] if any(node_of(one) in behind for one in found) else guess
        return found

    def _flattened(self, name, losses):
        """Return the node that a loss reshapes into a matrix in its own scope; any other end as it is."""
        node, scope = self.nodes[name], f"{name.rpartition('/')[0]}/"
        if node.op != "Reshape" or not any(one.startswith(scope) and one in losses for one in self.nodes):
            return name
        source = edge(node.input[0])[0]
        return name if source.startswith(scope) or edge(node.input[0])[1] else source

    def _left_behind(self, behind):
        """Return a function: did one of TF1's own functions (a recurrence, loop or conditional) leave a node unread?"""
        given_out = [t.tf1 for one in self.findings.recurrences for t in one.outputs if t.tf1]
        places = [one.scope for one in self.findings.recurrences]
        places += [node_of(tensor).rpartition("/")[0] for tensor in given_out]
        scopes = tuple(f"{place}/" for place in places if place)
        loops = {self.frames[name] for name in behind if name in self.frames}
        switch = having(Trait.SWITCH)

        def left(name):
            ops = [self.nodes[edge(one)[0]].op for one in data_inputs(self.nodes[name])]
            return name.startswith(scopes) or self.frames.get(name) in loops or not switch.isdisjoint(ops)

        return left

    def _is_outside(self, name):
        """Whether an end is no output: no weights go into it, or the checkpoint lacks them; say which."""
        before = Order(self.nodes, [], self.feeds, self.frames).of([f"{name}:0"])[0]
        held = [one for one in before if isinstance(one, str) and self._is_variable(one)]
        gone = [one for one in held if one not in self.tf1.nodes]
        if gone:
            values = f"no value of {', '.join(gone[:4])} is in the checkpoint"
            self.lacking.append(f"{name}: {values}. Name a whole one with --weights")
        elif not held:
            self.notes.append(
                f"{name}: not in it: neither a recurrence nor a weight goes into it. --fetch takes it in"
            )
        return bool(gone) or not held

    def _is_variable(self, name):
        return name in self.nodes and self.nodes[name].op in VARIABLES

    def _numbers(self, name):
        """Return the numbers of a node's outputs that nobody reads; the first where all are read."""
        node, count = self.nodes[name], len(dtypes_of(self.nodes[name]))
        if node.op in MERGES:
            return [0]
        read = {
            edge(one)[1]
            for reader in self.readers.get(name, ())
            for one in data_inputs(self.nodes[reader])
            if edge(one)[0] == name
        }
        if name in self.given_out:
            owned = {
                edge(t.tf1)[1]
                for one in self.findings.recurrences
                for t in one.outputs
                if t.tf1 and edge(t.tf1)[0] == name
            }
            return sorted(owned)
        left = [number for number in range(count) if number not in read]
        return left or ([0] if node.op not in SILENT else [])

    def _without_idle(self, tensors):
        """Leave out unread outputs of a recurrence of which others are read, unless they are fed back."""
        idle = set()
        for one in self.findings.recurrences:
            fed = any(t.role is Role.INITIAL and t.tf1 and not t.zero and t.is_input for t in one.inputs)
            given_out = {normal(t.tf1): t.role for t in one.outputs if t.tf1}
            read = given_out.keys() - set(tensors) | self._read_before(one)
            for tensor, role in given_out.items():
                own = self._is_own(one, tensor)
                if (read and role is Role.OUTPUTS and own) or (role is Role.STATE and not fed):
                    idle.add(tensor)
        kept = [one for one in tensors if one not in idle and not self._is_count(one)]
        ended = [one for one in kept if self._is_left(one, tensors)]
        if ended and len(ended) < len(kept):
            kept = [one for one in kept if one not in ended]
            self.notes.append(
                f"{', '.join(ended[:4])}: not in it: a loop ends with it, and nothing reads it. --fetch takes it in"
            )
        return kept or tensors

    def _read_before(self, recurrence):
        """Return the tensors of which a recurrence's outputs are the transposition, where something else reads them."""
        return {
            name
            for name, one in time_first(self.nodes, recurrence).items()
            if any(
                f"{recurrence.scope}/" in self.of_keras or not reader.startswith(f"{recurrence.scope}/")
                for reader in {*self.readers[node_of(name)]} - {node_of(one.tf1)} - self.backward
            )
        }

    def _is_own(self, recurrence, tensor):
        """Whether a function of TF1 made the outputs, and not the program behind it, by tf.stack of the steps."""
        name = node_of(tensor)
        return name.startswith(f"{recurrence.scope}/") or self.nodes[name].op not in _JOINS

    def _ends(self, name, among):
        """Whether no other node of the forward graph (among some) reads a node."""
        node = self.nodes[name]
        if (
            name in self.taken
            or name in self.closed
            or node.op in SILENT
            or not dtypes_of(node)
            or UPDATE.match(node.op)
            or name in self.backward
            or self._is_guard(node)
        ):
            return False
        if dtype_of(node) == "string" or "" in dtypes_of(node):
            return False
        return not any(self._goes_on(one, among) for one in self.readers.get(name, ()))

    def _is_guard(self, node):
        """Whether a node is what tf.Assert gives: its own condition, from a conditional that computes nothing."""
        return node.op in MERGES and all(self._is_its_condition(one) for one in data_inputs(node))

    def _is_its_condition(self, tensor):
        """Whether a tensor is the condition that a Switch chooses by, handed on by either side of it."""
        while (node := self.nodes.get(edge(tensor)[0])) is not None:
            given = data_inputs(node)
            if node.op in SWITCHES:
                return len(set(map(normal, given))) == 1
            if node.op not in HANDS_ON or not given:
                return False
            tensor = given[0]
        return False

    def _goes_on(self, name, among):
        return (
            name in among
            and name not in self.backward
            and (
                self.nodes[name].op not in SILENT
                and not UPDATE.match(self.nodes[name].op)
                and bool(dtypes_of(self.nodes[name]))
                and "" not in dtypes_of(self.nodes[name])
            )
        )

    def _after(self, names):
        """Return all nodes that are computed from some nodes, without the backward part and updates."""
        todo, found = list(names), set()
        while todo:
            for one in self.readers.get(todo.pop(), ()):
                node = self.nodes[one]
                if one in found or one in self.backward or UPDATE.match(node.op) or node.op in SILENT:
                    continue
                found.add(one)
                todo.append(one)
        return found

    def _is_left(self, tensor, ends):
        """Whether a tensor is a final state of dynamic_decode that nothing reads, while other outputs are read."""
        frame = self.frames.get(node_of(tensor))
        decodes = _DECODES.search(node_of(tensor)) and frame is not None
        return bool(decodes and frame.exits.keys() - set(ends))

    def _is_count(self, tensor):
        """Whether a tensor is a scalar that a loop returns and nobody reads: a counter, or the flow of an array."""
        frame = self.frames.get(node_of(tensor))
        return frame is not None and self.shapes.get(normal(frame.initial[frame.exits[tensor]])) == ()

    def _losses(self, starts):
        """Return the nodes that are computed from labels, or by a loss: nobody has them at inference."""
        labels = self._labels(starts)
        made = [name for name, node in self.nodes.items() if node.op in _LOSSES and name not in self.backward]
        return self._after([*labels, *made]) | set(made) | set(labels)

    def _labels(self, starts):
        """List the placeholders that no recurrence reads, and from which only scalars and losses are computed."""
        order = Order(self.nodes, self.findings.recurrences, set(), self.frames)
        wanted = [t.tf1 for one in self.findings.recurrences for t in one.inputs if t.tf1 and t.is_input]
        needed = {key for key in order.of(wanted)[0] if isinstance(key, str)}
        needed |= set() if wanted else self._weighed(starts)
        found = []
        for name in starts:
            if name in needed or name in self.fixed:
                continue
            after = self._after([name])
            ends = [one for one in after if self._ends(one, after)]
            if ends and all(self._is_loss(one) for one in ends):
                found.append(name)
        return found

    def _weighed(self, starts):
        """Return the placeholders that lead to a node which reads a weight of several numbers."""
        weights = {one for one in self.nodes if self.nodes[one].op in VARIABLES and self._is_wide(one)}
        todo = list(weights)
        while todo:
            for one in self.readers.get(todo.pop(), ()):
                if self.nodes[one].op in HANDS_ON and one not in weights:
                    weights.add(one)
                    todo.append(one)
        readers = {reader for one in weights for reader in self.readers.get(one, ())}
        return {name for name in starts if readers & self._after([name])}

    def _is_wide(self, name):
        return self.shapes.get(f"{name}:0") != ()

    def _measured(self, kept):
        """Return the scalars at which a training graph ends, or that a summary reads; none where nothing else is one.

        What only such a one reads goes with it: scalars of integers, and what is counted.
        """
        left = set(kept)
        todo = [name for name in kept if self._is_measure(name)]
        while todo:
            name = todo.pop()
            is_part = self.shapes.get(f"{name}:0") == () or self._is_counted(name)
            if is_part and name in left and name not in self.given_out and self._ends(name, left):
                left.remove(name)
                todo += [edge(one)[0] for one in data_inputs(self.nodes[name])]
        return kept - left if any(self._ends(name, left) for name in left) else set()

    def _is_measure(self, name):
        """Whether a node is a number of floats that a training graph computes, or one that a summary reads."""
        is_float = "float" in (dtypes_of(self.nodes[name]) or [""])[0]
        readers = (self.nodes[one].op for one in self.readers.get(name, ()))
        return is_float and (bool(self.backward) or "ScalarSummary" in readers)

    def _is_counted(self, name):
        """Whether a node is a mask, or the ones and zeros that it is cast to."""
        given = [self.nodes[edge(one)[0]] for one in data_inputs(self.nodes[name])[:1]]
        masks = given if self.nodes[name].op == "Cast" else [self.nodes[name]]
        return bool(masks) and dtypes_of(masks[0])[:1] == ["bool"]

    def _averaged(self, kept):
        """Return the nodes that only moving averages read, and name them; none where nothing else is an output."""
        left, found = set(kept), [name for name in differences(self.nodes) if name in kept]
        todo = list(found)
        while todo:
            name = todo.pop()
            if name in left and name not in self.given_out and self._ends(name, left):
                left.remove(name)
                todo += [edge(one)[0] for one in data_inputs(self.nodes[name])]
        if not found or not any(self._ends(name, left) for name in left):
            return set()
        self.notes.append(f"{', '.join(found[:4])}: not in it: a moving average moves by it")
        return kept - left

    def _is_loss(self, name):
        return self.nodes[name].op in _LOSSES or self.shapes.get(f"{name}:0") == ()
