"""Find the recurrences of a graph: loops, fused operations, cuDNN, and steps that are unrolled in the graph."""

from dataclasses import replace

from tf2_lstm.migrate.graph.enclosed import Enclosed
from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.pairs.tree import tensors_of
from tf2_lstm.migrate.recognise.cells.known_cells import every_cell_match
from tf2_lstm.migrate.recognise.outside.all_states import unheld_beside
from tf2_lstm.migrate.recognise.refusals import IN_ANOTHER_LOOP, NotUnderstood, explained, first_special
from tf2_lstm.migrate.recognise.rest.foreign import adds_weights, foreign_chains, is_recurrence
from tf2_lstm.migrate.recognise.rest.single_cells import single_cells
from tf2_lstm.migrate.recognise.steps.call_trees import Calls
from tf2_lstm.migrate.recognise.steps.flat import CARRY_A_TUPLE, EXCHANGED, dropped_state, exchanged
from tf2_lstm.migrate.recognise.steps.scopes import regroup
from tf2_lstm.migrate.recognise.steps.wrapped_layers import (
    FEWER,
    FLAT_AND_DROPPED,
    INFERENCE,
    WRAPPED_OFTEN,
    wrapped_often,
)
from tf2_lstm.migrate.recognise.unrolls import runs, static
from tf2_lstm.migrate.recognise.unrolls.chains import chains_of, rehearsals, stepped
from tf2_lstm.migrate.recognise.unrolls.cudnn import cudnn, cudnn_terms
from tf2_lstm.migrate.recognise.unrolls.decoders import FED_BACK, fed_back, why_no_layer
from tf2_lstm.migrate.recognise.unrolls.edges import Edges, with_own_zeros
from tf2_lstm.migrate.recognise.unrolls.fused import fused, fused_terms
from tf2_lstm.migrate.recognise.unrolls.in_branches import conditional, in_a_branch, without_branches
from tf2_lstm.migrate.recognise.unrolls.induction import written_out
from tf2_lstm.migrate.recognise.unrolls.nearest import not_converted, whole
from tf2_lstm.migrate.recognise.unrolls.runs import paired
from tf2_lstm.migrate.recognise.unrolls.single_steps import questions
from tf2_lstm.migrate.recognise.unrolls.unrolled import understand

JOIN_FIRST = "join them in a tf.concat of their own first, and that with the state"
IN_FRONT = "compute it for all steps at once, in front of the recurrence"


class OfGraph:
    """Finds the recurrences of a graph.

    Args:
        reading: the `GraphReader` of the graph.
        findings: the `Findings` that are added to.
    """

    def __init__(self, reading, findings):
        self.reading, self.terms, self.findings = reading, reading.terms, findings
        self.calls, self.edges = Calls(reading.name, reading.computed.found), Edges(reading)
        for loop in reading.loops:
            written_out(self.terms, loop)
        self.matches, self.single_steps = every_cell_match(self.terms), []

    def find(self):
        """Add every recurrence to the findings, converted or not."""
        unrolled = self._loops() + self._fused()
        for forward, backward in paired(unrolled, lambda one: runs.is_reversed(one, self.edges)):
            sides = (forward,) if backward is None else (forward, backward)
            made = (runs.alone if backward is None else runs.both)(*sides, self.calls, self.edges)
            self.findings.recurrences.append(made)
            for one in sides:
                self.findings.not_in_the_model += unheld_beside(self.reading, one, made)
        self._cudnn()
        self._steps()
        self.findings.recurrences, hidden = without_branches(self.reading, self.findings.recurrences)
        self.findings.not_converted += hidden
        enclosed = Enclosed(self.reading)
        for run in self.findings.recurrences:
            run.inputs = [enclosed.outside(one) for one in run.inputs]
            run.inputs = [replace(one, same=self.reading.equal(one.tf1)) for one in run.inputs]
            run.inputs = with_own_zeros(self.reading, run)
            run.outputs = [self.edges.sized(enclosed.outside(one)) for one in run.outputs]
        found = foreign_chains(self.reading, self.matches, self._known())
        self.findings.not_converted += found
        self.findings.single_cells = single_cells(self.reading, self.matches)
        self.findings.notes += questions(self.terms, self.single_steps, self._known())
        self.findings.not_converted = [
            self._sharing(self._of_variables(one)) for one in self.findings.not_converted
        ]
        for run in self.findings.recurrences:
            run.notes += [_put_in_order(cell) for cell in run.cells if cell.blocks]
            run.notes += [_without_bias(cell) for cell in run.cells if _has_no_bias(cell)]
            run.notes += [_computed(one) for cell in run.cells for one in cell.computed]

    def _of_variables(self, one):
        """Return a copy of a `NotConverted` that names variables in place of the tensors computed from them."""
        names = [own for name in one.variables for own in self.reading.sources_of(name)]
        return replace(one, variables=tuple(sorted(set(names))))

    def _sharing(self, one):
        """Return a copy of a `NotConverted` whose reason names the converted recurrence that has the same weights."""
        for run in self.findings.recurrences:
            if {name for cell in run.cells for name in cell.variables} <= set(one.variables):
                return replace(
                    one,
                    reason=f"{one.reason}. It shares them: the model of {run.scope} has the weights of its cell",
                )
        return one

    def _known(self):
        """The names of the variables that are claimed or reported."""
        claimed = [
            name
            for one in self.findings.recurrences
            for cell in one.cells
            for name in (*cell.names.values(), *cell.variables)
        ]
        return {*claimed, *(name for one in self.findings.not_converted for name in one.variables)}

    def _loops(self):
        found = []
        for loop in self.reading.loops:
            if loop.is_backward():
                continue
            if not is_recurrence(loop):
                self._mention(loop)
                continue
            try:
                one = understand(self.terms, loop, self.matches)
                cell = wrapped_often(one.layers)
                if cell is not None:
                    raise NotUnderstood(WRAPPED_OFTEN, cell.output, FEWER)
            except NotUnderstood as problem:
                self.findings.not_converted.append(self._loop_refused(loop, problem))
                continue
            one.layers = regroup(one.layers, self.reading.place)
            found.append(one)
        return found

    def _loop_refused(self, loop, problem):
        """Make the `NotConverted` of a loop that is not understood; for a decoder it says why no layer runs it."""
        states = [(var.leaf, var.next) for var in loop.variables]
        decoder, shown = why_no_layer(loop)
        if not decoder and not first_special(self.reading, [new for _, new in states])[0]:
            shown = fed_back(loop, self.matches)
            decoder = FED_BACK if shown is not None else ""
        reason = decoder or f"{problem}"
        said = not_converted(self.terms, loop.scope or loop.name, reason, states, self.matches)
        if decoder:
            return explained(self.reading, said, (), shown)
        return explained(self.reading, said, [new for _, new in states], problem.term, problem.step)

    def _mention(self, loop):
        """Add a note about a loop that is no recurrence of a cell, but carries a state and reads variables."""
        names = adds_weights(loop)
        if names:
            self.findings.notes.append(
                f"{loop.name} is a loop that adds {', '.join(names)} to what it carries, without a product or an "
                "activation: a dynamic program as a CRF is, no cell of an RNN. It is not converted"
            )

    def _fused(self):
        found = []
        for term in fused_terms(self.terms):
            try:
                self._check_outside(term)
                found.append(fused(self.reading, term))
            except NotUnderstood as problem:
                self.findings.not_converted.append(self._whole(term, problem, "lstm"))
        return found

    def _cudnn(self):
        for term in cudnn_terms(self.terms):
            try:
                self._check_outside(term)
                self.findings.recurrences.append(cudnn(self.edges, term))
            except NotUnderstood as problem:
                self.findings.not_converted.append(self._whole(term, problem, "basic_lstm"))

    def _check_outside(self, term):
        if self._is_in_a_loop(term):
            raise NotUnderstood(IN_ANOTHER_LOOP, term)

    def _is_in_a_loop(self, term):
        return bool(self.reading.nesting.loops(self.reading.place(term)))

    def _whole(self, term, problem, row):
        """Make the `NotConverted` of a recurrence that is one operation."""
        said = whole(self.reading, term, f"{problem}", row)
        return explained(self.reading, said, (), problem.term, problem.step)

    def _steps(self):
        """Find the recurrences whose steps are unrolled in the graph."""
        chains, self.single_steps = chains_of(self.terms, self.matches)
        rehearsed = rehearsals(self.terms, chains, self.matches, self.reading.place)
        chains = [chain for chain in chains if chain not in rehearsed]
        found = stepped(self.terms, chains, self.reading.place)
        for one in found:
            one.layers = regroup(one.layers, self.reading.place)
        for forward, backward in static.pairs([static.Static(self.edges, one) for one in found]):
            alone = backward is None
            refused = [
                whole
                for one in (forward, backward)
                if one
                for whole in (
                    *self._no_input(one),
                    *self._dropped_flat(one),
                    *self._exchanged(one),
                    *self._wrapped_often(one),
                    *self._in_a_loop(one),
                )
            ]
            if refused:
                known = [one.variables for one in self.findings.not_converted]
                self.findings.not_converted += [one for one in refused[:1] if one.variables not in known]
                continue
            made = static.alone(forward, self.calls) if alone else static.both(forward, backward, self.calls)
            self.findings.recurrences.append(made)

    def _dropped_flat(self, one):
        """Refuse steps that read a flat state under dropout, or keep one where a row has ended."""
        steps = [step for chain in one.stepped.chains for step in chain.steps]
        dropped = [term for step in steps if (term := dropped_state(self.terms, step)) is not None]
        if not dropped:
            return []
        said = self._refused(one, steps, FLAT_AND_DROPPED, (), FLAT_AND_DROPPED)
        return [explained(self.reading, said, (), dropped[0], INFERENCE)]

    def _exchanged(self, one):
        """Refuse steps that reorder their states where a row has ended."""
        steps = [step for chain in one.stepped.chains for step in chain.steps]
        kept = [term for step in steps if (term := exchanged(self.terms, step)) is not None]
        said = self._refused(one, steps, EXCHANGED, (), EXCHANGED)
        return [explained(self.reading, said, (), kept[0], CARRY_A_TUPLE)] if kept else []

    def _wrapped_often(self, one):
        cell = wrapped_often(one.stepped.layers)
        if cell is None:
            return []
        steps = [step for chain in one.stepped.chains for step in chain.steps]
        said = self._refused(one, steps, WRAPPED_OFTEN, (), WRAPPED_OFTEN)
        return [explained(self.reading, said, (), cell.output, FEWER)]

    def _in_a_loop(self, one):
        """Refuse steps that are all in the body of a loop: each iteration runs them anew."""
        steps = [step for chain in one.stepped.chains for step in chain.steps]
        inner = next((step for step in steps if self._is_in_a_loop(step.output)), None)
        if inner is None:
            return []
        said = self._refused(one, steps, IN_ANOTHER_LOOP, (), IN_ANOTHER_LOOP)
        return [explained(self.reading, said, (), inner.output)]

    def _no_input(self, one):
        """Refuse steps whose input is no tensor: it is joined with the state at once, or made within a function."""
        missing = [x for x in one.stepped.inputs if not self.reading.name(x)]
        if not missing:
            return []
        steps = [step for chain in one.stepped.chains for step in chain.steps]
        place = conditional(self.reading, one.scope)
        if place:
            held = dict.fromkeys(term.attr[0] for step in steps for term in step.variables.values())
            return [in_a_branch(self.reading, one.scope, place, sorted(held), one.first().pair)]
        if missing[0].op != "concat":
            reason = "the input of a step is computed inside of a function of the graph, and no tensor outside has it"
            said = self._refused(one, steps, reason, (), reason)
            return [explained(self.reading, said, (), missing[0], IN_FRONT)]
        names = [self.reading.name(part) for part in missing[0].args]
        joined = f"{', '.join(filter(None, names)) or 'its parts'} are joined with the state in one ConcatV2"
        said = self._refused(
            one,
            steps,
            f"no tensor of the graph is the input of a step: {joined}",
            ("ConcatV2", "MatMul"),
            "its input is no tensor of the graph",
        )
        joints = [
            user for old in steps[0].old.values() for user in self.terms.users(old) if user.op == "concat"
        ]
        return [explained(self.reading, said, (), joints[0] if joints else missing[0], JOIN_FIRST)]

    def _refused(self, one, steps, reason, operations, differs):
        """Make the `NotConverted` of steps of a known cell."""
        names = tuple(sorted({term.attr[0] for step in steps for term in step.variables.values()}))
        return NotConverted(one.scope, reason, names, operations, (), one.first().pair, differs)


def _put_in_order(cell):
    """Return the note for a cell whose weights are in another order than those of TF1's own class."""
    return (
        f"{', '.join(cell.variables)}: the equations are those of {cell.call.pair}, the weights stand in another "
        "order. They are put in TF1's, and export puts them back; where a gate has several biases, they share what is "
        "exported"
    )


def _has_no_bias(cell):
    may_have = any(one.name.endswith("bias") for one in tensors_of(cell.call, cell.layout))
    return may_have and not any("bias" in leaf for leaf in cell.names)


def _without_bias(cell):
    """Return the note for a cell that adds no bias."""
    return f"{', '.join(cell.variables)}: the cell has no bias. The model has one of zeros, and export refuses another"


def _computed(weight):
    """Return the note for a weight that the graph computes."""
    return (
        f"{weight.tensor} is computed from {weight.origin} and from nothing that is fed: "
        "the model has the number that comes out. Training moves that number, and export does not write it back"
    )
