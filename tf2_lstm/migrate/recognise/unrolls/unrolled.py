"""Loops that run a cell over a sequence: dynamic_rnn, and raw loops that do the same."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.graph.loops import Loop, counts
from tf2_lstm.migrate.graph.terms import Term, constant, describe, leaves, scalar
from tf2_lstm.migrate.recognise.refusals import IN_ANOTHER_LOOP, NotUnderstood
from tf2_lstm.migrate.recognise.steps.call_trees import state_names
from tf2_lstm.migrate.recognise.steps.dense import Dense, below
from tf2_lstm.migrate.recognise.steps.flat import ALL, CARRY_A_TUPLE, EXCHANGED, STACKED, in_order
from tf2_lstm.migrate.recognise.steps.gate_dropout import GATES_DROPPED, NO_LEARNING, dropped_gates
from tf2_lstm.migrate.recognise.steps.wrapped_layers import (
    FLAT_AND_DROPPED,
    INFERENCE,
    Layers,
    is_flat_and_dropped,
    stripped,
)
from tf2_lstm.migrate.recognise.unrolls.terminations import Termination, termination_of


@dataclass
class Unrolled:
    """A loop in which every step is understood.

    Attributes:
        loop: the `Loop`.
        layers: the `Layer`s of a step, bottom to top.
        source: the term of the whole input.
        axis: the axis of time of the source, 0 or 1.
        lengths: the term of sequence_length, None when there is none.
        states: (match, name of the state) -> the loop variable that carries the state.
        flat: whether one loop variable carries several states.
        output: the loop variable of the outputs, None when the loop keeps none.
        outcome: the term of all outputs, when no loop variable collects them.
        termination: the `Termination` of the loop.
        dense: the `Dense` that the loop applies to the cells' outputs, None without one.
        beside: the loop variables that collect a state of every step beside the outputs, as tf.scan does:
            (match, name of the state, loop variable).
    """

    loop: Loop
    layers: list
    source: Term
    axis: int
    lengths: Term | None
    states: dict
    flat: bool
    output: object = None
    outcome: Term | None = None
    notes: list = field(default_factory=list)
    termination: Termination = field(default_factory=Termination)
    dense: Dense | None = None
    beside: list = field(default_factory=list)

    @property
    def scope(self):
        """The scope in which the loop was made."""
        return self.loop.scope

    def first(self):
        """The cell of the lowest layer."""
        return self.layers[0].matches()[0]

    @property
    def kept(self):
        """How states are kept: `flat.ALL` in one tensor, or the set of the cells whose own states are in one."""
        if self.flat and len({id(var) for var in self.states.values()}) == 1:
            return ALL
        held = [(match, id(var)) for (match, _), var in self.states.items()]
        return {match for match, var in held if held.count((match, var)) > 1}

    @property
    def form(self):
        """How the graph runs the loop, a `Form`."""
        return self.loop.form


#: The reason where layers are between cells.
BETWEEN = (
    "between two cells of a step stands what is no wrapper of a model (as InputProjectionWrapper and "
    "OutputProjectionWrapper set a layer there)"
)
#: The note about a decoder's second result.
CHOICE = "sample_id is no output of the model: it is keras.ops.argmax(outputs, axis=-1)"


def understand(terms, loop, matches):
    """Read a loop as cells run over a sequence.

    Args:
        terms: the table of terms.
        loop: a `Loop`.
        matches: every `CellMatch` of the model.

    Returns:
        An `Unrolled`.

    Raises:
        NotUnderstood: a part of the step or of the loop is something else.
    """
    if loop.is_inside():
        raise NotUnderstood(IN_ANOTHER_LOOP, loop.variables[-1].next)
    step = _Step(terms, loop)
    found = step.cells(matches)
    layers, x = step.layers(found)
    if x.op != "element" or x.args[1] not in step.times:
        raise NotUnderstood(f"the input of a step is not a step of a sequence: {describe(x)}", x)
    step.check_order(layers)
    source, axis = orient(terms, x, step.output)
    if any(term.op == "loopvar" for term in leaves(source)):
        raise NotUnderstood("the sequence is changed while the loop runs", x)
    termination = termination_of(terms, step, source, axis)
    states = {key: step.by_leaf[base(old)] for key, old in step.claimed.items()}
    more = {"notes": step.notes, "termination": termination, "dense": step.dense, "beside": step.beside}
    return Unrolled(loop, layers, source, axis, termination.lengths, states, step.flat, step.output, **more)


def orient(terms, x, output):
    """Return the sequence and its axis of time as the program has them: before the transpose that dynamic_rnn makes.

    A program that transposes by itself and leaves the outputs in that layout has a time-major sequence.
    """
    source, axis = x.args[0], x.attr
    if source.op != "swap":
        return source, axis
    stacked = terms.find("stack", (output.exit,)) if output is not None else None
    if axis == 0 and stacked is not None and terms.find("swap", (stacked,)) is None:
        return source, axis
    return source.args[0], 1 - axis


def kept_for_gradients(var):
    """Whether a loop variable only stores values for the backward pass."""
    return var.next.op == "TensorListPushBack" and var.next.args[0] is var.leaf


def _chosen_by_input(term):
    """Whether a new state is chosen by a condition that a step of the input gives."""
    return term.op == "select" and any(below.op == "element" for below in leaves(term.args[0]))


def _masked(variables):
    """Return the new value of the first state that stops at the end of a row."""
    return next(var.next for var in variables if var.next.op == "select")


def base(term):
    """Return the loop variable that an old state is, or is columns of; None for any other term."""
    inner = term.args[0] if term.op in ("column_slice", "split") else term
    return inner if inner.op == "loopvar" else None


class _Step:
    """One step of a loop, while it is read."""

    def __init__(self, terms, loop):
        self.terms, self.loop = terms, loop
        self.by_leaf = {var.leaf: var for var in loop.variables}
        self.times = {var.leaf for var in loop.variables if counts(var)}
        self.writes = [
            var for var in loop.variables if var.next.op == "write" and var.next.args[0] is var.leaf
        ]
        fixed = {var.leaf for var in loop.variables if var.next is var.leaf}
        fixed |= {var.leaf for var in loop.variables if kept_for_gradients(var)}
        fixed |= {var.leaf for var in loop.variables if self._counts_rows(var)}
        carried = self.times | fixed | {var.leaf for var in self.writes}
        self.carried = [var for var in loop.variables if var.leaf not in carried]
        self.masks, self.claimed, self.lengths, self.flat, self.output = {}, {}, None, False, None
        self.dense, self.notes, self.beside = None, [], []

    def new(self, var):
        """Return the new value of a state without the mask of finished rows."""
        term = var.next
        if term.op == "select" and term.args[1] is var.leaf and self.finished(term.args[0]):
            self.masks[var.leaf] = term.args[0]
            return term.args[2]
        self.masks[var.leaf] = None
        return term

    def _counts_rows(self, var):
        """Whether a loop variable keeps for each row when it ended: dynamic_decode's final_sequence_lengths."""
        kept, new = var.next.args[2:], var.next.args[1:2]
        return (
            var.next.op == "select"
            and kept[0] is var.leaf
            and var.next.args[0].op == "LogicalNot"
            and new[0].op == "Fill"
            and any(new[0].args[1] is time.next for time in self.loop.variables if time.leaf in self.times)
        )

    def finished(self, condition):
        """Whether a condition is "the time has reached the row's length"."""
        return (
            condition.op == "ge"
            and condition.args[0] in self.times
            and not any(term.op == "loopvar" for term in leaves(condition.args[1]))
        )

    def cells(self, matches):
        """List the cells of the step: the loop carries each old state of theirs, and the new one in its place."""
        new = {var.leaf: self.new(var) for var in self.carried}
        found, covered = [], {var.leaf: [] for var in self.carried}
        for match in matches:
            parts = {state: self._new_part(new, old) for state, old in match.old.items()}
            self._check_crossed(match, parts)
            if all(part is not None and self._same(part, match.new[state]) for state, part in parts.items()):
                found.append(match)
                for state, old in match.old.items():
                    self.claimed[match, state] = old
                    covered[base(old)].append(old)
        given = {term for one in found for term in (one.output, *one.new.values())}
        self._check_stacked(matches, {leaf: new[leaf] for leaf, olds in covered.items() if not olds})
        self._check_covered(
            {leaf: olds for leaf, olds in covered.items() if olds or not self._is_left(new, leaf, given)}, new
        )
        return found

    def _check_stacked(self, matches, news):
        """Refuse a state that stacks outputs of cells."""
        made = {new for one in matches for new in one.new.values()}
        for term in news.values():
            if term.op == "Pack" and made & set(term.args):
                raise NotUnderstood(STACKED, term, CARRY_A_TUPLE)

    def _is_left(self, new, leaf, given):
        """Whether a loop variable only holds a cell's output, and no later step reads it: the output of tf.scan."""
        read = [self.loop.condition, *(var.next for var in self.loop.variables if var.leaf is not leaf)]
        return new[leaf] in given and leaf not in leaves([term for term in read if term is not None])

    def _check_crossed(self, match, parts):
        news = match.new
        crossed = [state for state, new in news.items() if parts[state] is not new]
        if len(crossed) > 1 and set(parts.values()) == set(news.values()):
            raise NotUnderstood(
                f"the program gives {crossed[0]} of each step to the next as its {crossed[1]}, and "
                f"{crossed[1]} as its {crossed[0]}",
                news[crossed[0]],
            )

    def check_order(self, layers):
        """Refuse a flat state that has the states in another order than TF1's."""
        held = {}
        for _, match, state, _ in state_names(layers):
            old = self.claimed[match, state]
            held.setdefault(base(old), []).append(old)
        for leaf, olds in held.items():
            if not in_order(olds):
                raise NotUnderstood(EXCHANGED, self.by_leaf[leaf].next, CARRY_A_TUPLE)

    def _new_part(self, new, old):
        """Return the new value of a state: that of its loop variable, or the same columns of that."""
        leaf = base(old)
        if leaf not in new:
            return None
        if old.op == "column_slice":
            return self.terms.column_slice(new[leaf], *old.attr)
        if old.op == "split":
            number, count = old.attr
            parts = new[leaf].args if new[leaf].op == "concat" else ()
            return parts[number] if len(parts) == count else None
        return new[leaf]

    def _same(self, part, new):
        return stripped(self.terms, part, new) is not None

    def _check_covered(self, covered, new):
        for leaf, olds in covered.items():
            if not olds:
                self._check_flat_dropout(new[leaf])
            if not olds and _chosen_by_input(new[leaf]):
                raise NotUnderstood(
                    "a mask that is read step by step chooses between the old states and the new ones, as tf.keras's "
                    "Masking and mask_zero do: only sequence_length is known",
                    new[leaf],
                )
            if not olds and (dropped := dropped_gates(new[leaf])):
                raise NotUnderstood(GATES_DROPPED, dropped, NO_LEARNING)
            if not olds:
                raise NotUnderstood(f"a state is carried by no known cell: {describe(new[leaf])}", new[leaf])
            if olds != [leaf]:
                self.flat = True
                self._check_flat(leaf, olds, new[leaf])
        masks = set(self.masks.values())
        if len(masks) > 1:
            raise NotUnderstood(
                "some states stop at the end of a row and others do not", _masked(self.carried)
            )
        mask = next(iter(masks), None)
        self.lengths = mask.args[1] if mask is not None else None

    def _check_flat(self, leaf, olds, new):
        self._check_flat_dropout(new)
        parts = new.args if new.op == "concat" else ()
        if len(olds) != len(parts) or leaf in olds:
            raise NotUnderstood("a flat state holds more than the states of the cells", new)

    def _check_flat_dropout(self, new):
        """Refuse a new state that is dropout of a flat one, or that has such a part."""
        parts = (new, *(new.args if new.op == "concat" else ()))
        dropped = [part for part in parts if is_flat_and_dropped(self.terms, part)]
        if dropped:
            raise NotUnderstood(FLAT_AND_DROPPED, dropped[0], INFERENCE)

    def layers(self, found):
        """Read the layers of the step and the term of its input from the value that the loop writes."""
        reader = Layers(self.terms, found)
        writes = [var for var in self.writes if not self._is_choice(var)]
        self.notes += [CHOICE] * (len(writes) < len(self.writes))
        if not writes:
            return self._without_output(reader, found)
        moved = [var.next for var in writes if var.next.args[1] not in self.times]
        if moved:
            raise NotUnderstood("an output is not written at the number of the step", moved[0])
        for write in writes:
            layers, x, dense = below(reader, self._unmasked(write.next.args[2]))
            used = [one for layer in layers for one in layer.matches()]
            if layers and set(used) == set(found) and len(used) == len(found):
                break
        else:
            self._check_between(layers, found, x)
            self._no_output(writes[0])
        self.output, self.dense = write, dense
        self.beside = [one for other in writes if other is not write for one in self._beside(found, other)]
        self._states_dropped(layers)
        return layers, x

    def _check_between(self, layers, found, x):
        """Refuse a computation between a lower cell's output and an upper cell."""
        used = {one for layer in layers for one in layer.matches()}
        if used and {one.output for one in found if one not in used} & set(leaves(x)):
            raise NotUnderstood(f"{BETWEEN}: {describe(x)}", x)

    def _no_output(self, write):
        term = write.next.args[2]
        raise NotUnderstood(f"what a step gives out is no output of the cells: {describe(term)}", term)

    def _beside(self, found, write):
        """List the states that a loop variable collects beside the outputs; [] for a second copy of the outputs."""
        term = self._there(write)
        if term is self._there(self.output):
            return []
        kept = [(one, state, write) for one in found for state, new in one.new.items() if new is term]
        return kept[:1] or self._no_output(write)

    def _is_choice(self, var):
        """Whether a loop variable collects the argmax of each step's output: BasicDecoder's sample_id."""
        chosen = self._there(var)
        outputs = [self._there(other) for other in self.writes if other is not var]
        return chosen.op == "ArgMax" and chosen.args[0] in outputs and scalar(chosen.args[1]) == -1

    def _there(self, var):
        """Return the term that a loop variable collects while a row has not ended."""
        term = var.next.args[2]
        return term.args[2] if term.op == "select" and self.finished(term.args[0]) else term

    def _without_output(self, reader, found):
        for top in found:
            layers, x = reader.stack(top.output)
            if sum(len(layer.matches()) for layer in layers) == len(found):
                self._states_dropped(layers)
                return layers, x
        raise NotUnderstood("the cells of a step do not feed each other")

    def _unmasked(self, term):
        if term.op == "select" and constant(term.args[1]) == 0 and self.finished(term.args[0]):
            mask = term.args[0]
            if self.lengths is not mask.args[1]:
                raise NotUnderstood("outputs and states stop at different times", term)
            return term.args[2]
        if self.lengths is not None:
            raise NotUnderstood("the outputs go on after the end of a row, or are not zero there", term)
        return term

    def _states_dropped(self, layers):
        for layer in layers:
            for match in layer.matches():
                for state, old in match.old.items():
                    leaf = base(old)
                    part = self._new_part({leaf: self.new(self.by_leaf[leaf])}, old)
                    dropped = stripped(self.terms, part, match.new[state])
                    if dropped and state == "c":
                        raise NotUnderstood("dropout acts on the state c", part)
                    for one in dropped[::-1]:
                        layer.holder(match).drop("state", one)
