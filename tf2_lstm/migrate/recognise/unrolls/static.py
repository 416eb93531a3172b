"""Make `Recurrence`s of cells whose steps are unrolled in the graph."""

from functools import cached_property

from tf2_lstm.migrate.graph.terms import constant, masked
from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.steps.call_trees import common_prefix, common_scope, state_names
from tf2_lstm.migrate.recognise.steps.flat import ALL, first_kept, grouped, side_by_side, tensor_of
from tf2_lstm.migrate.recognise.steps.step_outputs import output_mask
from tf2_lstm.migrate.recognise.unrolls.edges import input_width
from tf2_lstm.migrate.recognise.unrolls.sequences import Sequence, reversed_back, separate, taken
from tf2_lstm.migrate.roles import Form, Tensor


class Static:
    """One unrolled recurrence, or one step, with all that is needed to name its edges.

    Args:
        edges: the `Edges`.
        stepped: the `Stepped`.
    """

    def __init__(self, edges, stepped):
        self.edges, self.terms, self.reading = edges, edges.terms, edges.reading
        self.stepped, self.layers = stepped, stepped.layers
        self.count = len(stepped.inputs)
        self.lengths = stepped.chains[0].lengths
        self.form = Form.STATIC if self.count > 1 or self.lengths is not None else Form.STEP
        self.scope = self._scope()
        self.reverse, self.sequence = (
            taken(self.terms, stepped.inputs) if self.form == Form.STATIC else (False, None)
        )
        ends = None if self.reverse is True else self.reverse
        if self.reverse is not False and (ends is not self.lengths or self._reversed_back() is None):
            self.reverse, self.sequence = False, separate(self.terms, stepped.inputs)

    def _scope(self):
        """The scope of a step's variables, and of a run the scope around that."""
        cells = [chain.steps[0].variables.values() for chain in self.stepped.chains]
        scope = common_scope([variable.attr[0] for variables in cells for variable in variables])
        if self.form == Form.STATIC or scope.rpartition("/")[2].startswith("multi_rnn_cell"):
            scope = scope.rpartition("/")[0]
        place = "/" + self.reading.place(self.stepped.outputs[0])
        before, found, _ = place.partition(f"/{scope}/") if scope else ("", "", "")
        return f"{before}/{scope}".strip("/") if found else scope

    def _reversed_back(self):
        return reversed_back(self.terms, self.shown(), self.reverse)

    def shown(self):
        """List the outputs as the graph has them, zero where a row has ended; None for one that it does not keep."""
        if self.lengths is None:
            return list(self.stepped.outputs)
        steps = zip(self.stepped.chains[-1].steps, self.stepped.outputs, strict=True)
        return [output_mask(self.terms, step, output) for step, output in steps]

    def outputs(self):
        """The outputs in the order of the input."""
        return self._reversed_back() if self.reverse is not False else self.shown()

    def batch(self):
        """Return the batch that a placeholder or a variable at the edge fixes; None where none does."""
        olds = [old for chain in self.stepped.chains for old in chain.steps[0].old.values()]
        whole = [old.args[0] if old.op == "column_slice" else old for old in olds]
        return self.edges.batch_of([*self.stepped.inputs, *whole])

    def states(self, suffix=""):
        """Describe the initial and the final states as two lists of `Tensor`s."""
        initial, final, batch, dtype = [], [], self.batch(), self.edges.dtype(self)
        for ending, old, after, width in self._held:
            name = f"state{suffix}{ending}"
            zero = constant(old.args[0] if old.op == "column_slice" else old) == 0
            initial.append(Tensor("initial_" + name, self.reading.name(old), dtype, (batch, width), zero))
            # A state in the tensor of a stack has no tensor of its own where other layers of the stack do not convert.
            own = masked(after) or first_kept(self.terms, [after]) is None
            final.append(Tensor(name, self.reading.name(after) if own else "", dtype, (batch, width)))
        return initial, final

    @property
    def flat(self):
        """How states are kept: `flat.ALL` in one tensor, or the set of the cells whose own states are in one."""
        return self._kept[0]

    @property
    def _held(self):
        """List the tensors of states: (ending of the name, term before the first step, term after the last, width)."""
        return self._kept[1]

    @cached_property
    def _kept(self):
        named = state_names(self.layers)
        held = [self._in_one(*group) for group in grouped(named, ALL)]
        if held != [None] and len(named) > 1:
            return ALL, held
        cells = [members for _, members in grouped(named, {one for _, one, *_ in named})]
        flat = {members[0][0] for members in cells if len(members) > 1 and self._in_one("", members)}
        return flat, [self._in_one(*group) for group in grouped(named, flat)]

    def _in_one(self, ending, members):
        """Return the tensors that hold some states before and after; None where the graph has no such tensor."""
        by_first = {chain.steps[0]: chain for chain in self.stepped.chains}
        olds = [match.old[state] for match, state, _ in members]
        ends = [(by_first[match], state) for match, state, _ in members]
        after = [chain.after(self.terms, len(chain.steps) - 1, state) for chain, state in ends]
        before = olds[0]
        if len(members) > 1:
            before = tensor_of(self.reading, olds)
            last = [chain.made(self.terms, len(chain.steps) - 1, state)[-1] for chain, state in ends]
            after = [self._joined(last, before)]
        whole = (ending, before, after[0], sum(width for *_, width in members))
        return None if None in whole else whole

    def _joined(self, news, before):
        """Return the flat state of new states; with lengths, the one that is the old state where a row has ended."""
        joined = side_by_side(self.terms, news)
        if joined is None or before is None or self.lengths is None:
            return joined
        return next(
            (user for user in self.terms.users(joined) if masked(user) and user.args[2] is joined), None
        )

    def assumed(self):
        """List the notes about dropout of a single step that may be the output's or the state's."""
        found = [chain.doubt for chain in self.stepped.chains if chain.doubt]
        return [
            f"{self.reading.name(term)}: of a single step nothing tells whether this dropout is the output's or the "
            f"state's. It is read as the {whose}'s; a graph with two steps tells it"
            for term, whose in found
        ]

    def first(self):
        """The cell of the lowest layer."""
        return self.layers[0].matches()[0]


def sequence_tensors(edges, sequence, name, width, dtype):
    """Describe a sequence as `Tensor`s: one of the whole, or one for each step.

    Returns:
        A pair (tensors, axis of time or None).
    """
    if sequence.whole is not None and not (name == "inputs" and edges.passes_by(sequence)):
        tf1 = edges.reading.name(sequence.whole)
        if sequence.read is not None:
            tf1 = edges.reading.sources.get(sequence.read.number, [tf1])[0]
        shape = edges.shape(tf1)
        known = shape[:2] if shape and len(shape) == 3 else (None, None)
        known = [own if own is not None else size for own, size in zip(known, _sizes(sequence), strict=True)]
        return [Tensor(name, tf1, dtype, (*known, width))], sequence.axis
    names = [edges.reading.name(step) if step is not None else "" for step in sequence.steps]
    batch = edges.batch_of([step for step in sequence.steps if step is not None])
    return [Tensor(f"{name}_{number}", tf1, dtype, (batch, width)) for number, tf1 in enumerate(names)], None


def _sizes(sequence):
    steps = len(sequence.steps)
    return (steps, None) if sequence.axis == 0 else (None, steps)


def alone(static, calls):
    """Make the `Recurrence` of one unrolled run, or of one step."""
    calls.keep_probs = {}
    edges, dtype = static.edges, static.edges.dtype(static)
    width = static.layers[-1].matches()[-1].width
    initial, final = static.states()
    depth = input_width(static.first())
    if static.form == Form.STEP:
        given, result = (
            edges.reading.name(one[0]) for one in (static.stepped.inputs, static.stepped.outputs)
        )
        inputs = [Tensor("inputs", given, dtype, (static.batch(), depth))]
        outputs = [Tensor("outputs", result, dtype, (static.batch(), width))]
        axis = None
    else:
        inputs, axis = sequence_tensors(edges, static.sequence, "inputs", depth, dtype)
        whole = joined(static.terms, static.outputs())
        outputs, kept = sequence_tensors(edges, same_axis(whole, axis), "outputs", width, dtype)
        axis = kept if axis is None else axis
    if static.lengths is not None:
        inputs.append(edges.lengths(static.lengths))
    pair = "static_rnn" if static.form == Form.STATIC else "python_loop"
    cell = calls.cell(static.layers, static.flat)
    return Recurrence(
        name="",
        scope=static.scope,
        form=static.form,
        call=Call(pair, cell=cell),
        inputs=inputs + initial,
        outputs=outputs + final,
        time_major=axis == 0,
        reverse=static.reverse is not False,
        cells=calls.of(cell),
        keep_probs=calls.keep_probs,
        assumed=static.assumed(),
    )


def joined(terms, steps):
    """Return the sequence of outputs; it has a whole tensor where the graph joins all of them."""
    return Sequence(tuple(steps)) if None in steps else separate(terms, steps)


def same_axis(sequence, axis):
    """Return a sequence; as separate steps if its whole tensor has time on another axis than the input."""
    return sequence if axis in (None, sequence.axis) else Sequence(sequence.steps)


def both(forward, backward, calls):
    """Make the `Recurrence` of two unrolled runs over one sequence; TF1 concatenates their outputs step by step."""
    calls.keep_probs = {}
    edges, dtype = forward.edges, forward.edges.dtype(forward)
    cells = [calls.cell(one.layers, one.flat) for one in (forward, backward)]
    inputs, axis = sequence_tensors(edges, forward.sequence, "inputs", input_width(forward.first()), dtype)
    if forward.lengths is not None:
        inputs.append(edges.lengths(forward.lengths))
    both_outputs = zip(forward.outputs(), backward.outputs(), strict=True)
    merged = [edges.terms.find("concat", pair, 1) if None not in pair else None for pair in both_outputs]
    width = sum(one.layers[-1].matches()[-1].width for one in (forward, backward))
    whole = separate(edges.terms, merged) if None not in merged else None
    outputs, kept = [Tensor("outputs", "", dtype, (None, None, width))], None
    if whole is not None:
        outputs, kept = sequence_tensors(edges, same_axis(whole, axis), "outputs", width, dtype)
    axis = kept if axis is None else axis
    initial, final = [], []
    for one, side in ((forward, "_fw"), (backward, "_bw")):
        before, after = one.states(side)
        initial, final = initial + before, final + after
    return Recurrence(
        name="",
        scope=common_prefix([forward.scope, backward.scope]),
        form=Form.STATIC,
        call=Call("static_bidirectional_rnn", cell_fw=cells[0], cell_bw=cells[1]),
        inputs=inputs + initial,
        outputs=outputs + final,
        time_major=axis == 0,
        cells=calls.of(*cells),
        keep_probs=calls.keep_probs,
    )


def pairs(statics):
    """Pair forward and backward runs over the same steps: [(forward, backward or None)]."""
    found, used = [], set()
    for one in statics:
        if one in used:
            continue
        partners = [
            other
            for other in statics
            if other not in used and other is not one and one.count > 1 and other.lengths is one.lengths
            if (one.reverse is False) != (other.reverse is False)
            and other.sequence.steps == one.sequence.steps
        ]
        partners = partners or [other for other in statics if other not in used and _mirrors(other, one)]
        if partners:
            used |= {one, partners[0]}
            found.append((one, partners[0]) if one.reverse is False else (partners[0], one))
        else:
            found.append((one, None))
    return found


def _mirrors(other, one):
    """Whether a run reads the separate steps of another run in reverse; if so it becomes that one's reverse."""
    mirrored = (
        other is not one
        and one.count > 1
        and one.reverse is other.reverse is False
        and other.lengths is one.lengths is None
        and other.stepped.inputs == one.stepped.inputs[::-1]
    )
    if mirrored:
        other.reverse, other.sequence = True, one.sequence
    return mirrored
