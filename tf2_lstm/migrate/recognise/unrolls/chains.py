"""Cells that are unrolled in the graph: static_rnn, loops in Python, a cell that is called once."""

from dataclasses import dataclass, field
from itertools import pairwise

from tf2_lstm.migrate.graph.terms import Term, leaves, masked, scalar
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch
from tf2_lstm.migrate.recognise.steps.scopes import STACK
from tf2_lstm.migrate.recognise.steps.state_dropout import (
    Cells,
    dropped_state_of,
    drops_on,
    follow,
    mask_of,
    state_way,
    way_to,
)
from tf2_lstm.migrate.recognise.steps.step_outputs import given
from tf2_lstm.migrate.recognise.steps.wrapped_layers import Layers, below_dropout, dropout, stripped
from tf2_lstm.migrate.recognise.unrolls.single_steps import core, is_step


@dataclass(eq=False)
class Chain:
    """One cell that is applied step after step.

    Attributes:
        steps: the `CellMatch`s in the order of time.
        lengths: the term of sequence_length, None when there is none.
        drops: the `Dropped` ones that act on the states but c, from the outside in.
        way: the way of `state_dropout` from a new state to the state that is carried on.
        doubt: of a single step, the dropout that may be the state's or the output's: see `StateWay`.
    """

    steps: list
    lengths: Term | None = None
    drops: list = field(default_factory=list)
    way: list = field(default_factory=list)
    doubt: tuple | None = None

    def after(self, terms, number, state):
        """Return the term of a state after a step: the one that the next step reads, or would read after the last."""
        if number + 1 < len(self.steps):
            return self.steps[number + 1].old[state]
        value = self.made(terms, number, state)[-1]
        return mask_of(terms, self.steps[number].old[state], value) or value

    def made(self, terms, number, state):
        """Return the dropouts of a new state up to the one that is carried on; c is not dropped."""
        return follow(terms, self.steps[number].new[state], self.way if state != "c" else ())


@dataclass(eq=False)
class Stepped:
    """Chains that are the layers of one recurrence.

    Attributes:
        chains: the `Chain`s, bottom to top.
        layers: the `Layer`s of the first step.
        inputs: the term of the input of each step.
        outputs: the term of the output of each step, before the mask of ended rows.
    """

    chains: list
    layers: list
    inputs: list
    outputs: list = field(default_factory=list)


def _masked_flat(terms, step, state, value):
    """Return the term that is the old flat state where the row has ended, else one with a new state; None if none."""
    for joined in terms.users(value):
        for user in terms.users(joined) if joined.op == "concat" else ():
            if masked(user) and user.args[2] is joined and user.args[1] in step.old[state].args:
                return user
    return None


def _unmasked(term):
    return term.args[2] if masked(term) else term


def chains_of(terms, matches):
    """Link the matches that are outside of loops into chains.

    Args:
        terms: the table of terms.
        matches: every `CellMatch` of the model.

    Returns:
        (chains, single): the `Chain`s, in the order of the graph; where a cell can be read in two ways, the one that is
        linked. And all `CellMatch`s that are linked to nothing, whether they count or not.
    """
    alone = outside_loops(terms, matches)
    makers = _Makers(terms, alone)
    before = {one: makers.before(one) for one in alone}
    after = {earlier: one for one, earlier in before.items() if earlier is not None}
    chains, cells = [], Cells.of(terms, alone)
    for one in alone:
        if before[one] is None:
            steps = [one]
            while steps[-1] in after:
                steps.append(after[steps[-1]])
            chains += _alike(terms, steps, cells)
    linked = {core(step) for chain in chains if len(chain.steps) > 1 for step in chain.steps}
    single = [chain.steps[0] for chain in chains if len(chain.steps) == 1]
    single = [one for one in single if core(one) not in linked]
    explained = {new for chain in chains if len(chain.steps) > 1 for new in _news(*chain.steps)}
    single = _one_reading(single, explained)
    steps = {one for one in single if is_step(terms, one)}
    chains = [chain for chain in chains if len(chain.steps) > 1 or chain.steps[0] in steps]
    return [_with_lengths(terms, chain) for chain in chains], single


def _alike(terms, steps, cells):
    """Return one chain of some steps, or one for each step where dropout acts on only some of their states."""
    first, state = steps[0], dropped_state_of(steps[0])
    if len(steps) == 1:
        found = state_way(terms, first, state, cells)
        return [_chain(terms, steps, found.way, state, found.doubt)]
    links = [stripped(terms, _unmasked(two.old[state]), one.new[state]) for one, two in pairwise(steps)]
    if len({tuple(sorted(((one.keep, one.variational) for one in drops), key=str)) for drops in links}) > 1:
        return [Chain([step]) for step in steps]
    way = way_to(terms, first.new[state], _unmasked(steps[1].old[state]))
    return [Chain(steps, drops=links[0]) if way is None else _chain(terms, steps, way, state)]


def _chain(terms, steps, way, state, doubt=None):
    drops = drops_on(terms, follow(terms, steps[0].new[state], way))
    return Chain(steps, drops=drops, way=way, doubt=doubt)


def _one_reading(single, explained):
    """Leave out matches that take the input for the state where another match explains the same new state."""
    explained, found = explained | _news(*(one for one in single if not one.blocks)), []
    for one in single:
        if not one.blocks or not explained & _news(one):
            found.append(one)
            explained = explained | _news(one)
    return found


def _news(*steps):
    return {new for step in steps for new in step.new.values()}


def outside_loops(terms, matches):
    """List the matches that do not depend on a loop variable."""
    inside = [False] * len(terms.every)
    for number, term in enumerate(list(terms.every)):
        inside[number] = term.op == "loopvar" or any(inside[arg.number] for arg in term.args)
    return [one for one in matches if not inside[one.output.number]]


class _Makers:
    """Finds the match that a state comes from, among those of the same cell."""

    def __init__(self, terms, alone):
        self.terms, self.found = terms, {}
        self.keys = {one: one.key for one in alone}
        self.places = {one: place for place, one in enumerate(alone)}
        for one in alone:
            for state, new in one.new.items():
                self.found.setdefault((self.keys[one], state, new), []).append(one)

    def before(self, one):
        """Return the match whose new states are the old ones of this one; None without one."""
        found = None
        for state, old in one.old.items():
            earlier = self._maker(one, state, old)
            if earlier is None or (found is not None and earlier is not found):
                return None
            found = earlier
        return found

    def _maker(self, one, state, old):
        value = _unmasked(old)
        for candidate in self._candidates(one, state, value):
            if candidate is not one and _becomes(self.terms, candidate, state, value):
                if masked(old) and old.args[1] is not candidate.old[state]:
                    continue
                return candidate
        return None

    def _candidates(self, one, state, value):
        """List the matches of the same cell with a new state that a value is, or may be a dropout of."""
        below = [value] if state == "c" else [left for left, _ in below_dropout(self.terms, value)]
        found = {match for left in below for match in self.found.get((self.keys[one], state, left), ())}
        return sorted(found, key=self.places.get)


def _becomes(terms, candidate, state, value):
    """Whether a value is a cell's new state, or a dropout of it; c has no dropout of its own."""
    new = candidate.new[state]
    return value is new or (state != "c" and stripped(terms, value, new) is not None)


def _with_lengths(terms, chain):
    for number, step in enumerate(chain.steps):
        for state in step.new:
            after = chain.after(terms, number, state)
            after = (
                after
                if masked(after)
                else _masked_flat(terms, step, state, chain.made(terms, number, state)[-1])
            )
            if after is not None:
                time, lengths = after.args[0].args
                chain.lengths = lengths if scalar(time) == number else None
    return chain


def stepped(terms, chains, place):
    """Join chains that are layers of one stack.

    Args:
        terms: the table of terms.
        chains: the `Chain`s.
        place: a function from a term to the name of the node that made it first.

    Returns:
        The `Stepped` ones, in the order of the graph.
    """
    index = {step: (chain, number) for chain in chains for number, step in enumerate(chain.steps)}
    reader = Layers(terms, list(index))
    lower = {chain: _lower(terms, reader, chain, index, place) for chain in chains}
    tops = [chain for chain in chains if chain not in lower.values()]
    return [_stack(terms, top, lower, place) for top in tops]


def _lower(terms, reader, chain, index, place):
    """Return the chain whose outputs a chain reads, step by step, where both are in one MultiRNNCell; or None."""
    if not STACK.search(place(chain.steps[0].output)):
        return None
    found = None
    for number, step in enumerate(chain.steps):
        below = reader.top(step.inputs)
        if below is None:
            dropped = dropout(terms, step.inputs)
            below = reader.top(dropped.value) if dropped else None
        if below is None:
            return None
        other, at = index[below[0].matches()[-1]]
        if at != number or len(other.steps) != len(chain.steps) or (found is not None and other is not found):
            return None
        found = other
    return found if STACK.search(place(found.steps[0].output)) else None


def _stack(terms, top, lower, place):
    chains = [top]
    while lower[chains[0]] is not None:
        chains.insert(0, lower[chains[0]])
    members = {chain.steps[number] for chain in chains for number in range(len(chain.steps))}
    own = Layers(terms, [step for step in members if isinstance(step, CellMatch)])
    inputs, outputs, layers = [], [], None
    found = given(terms, own, top, place)
    for output in found:
        read, x = own.stack(output)
        layers = layers or read
        inputs.append(x)
        outputs.append(output)
    for chain in chains:
        (layer,) = [one for one in layers if chain.steps[0] in one.matches()]
        for dropped in chain.drops[::-1]:
            layer.holder(chain.steps[0]).drop("state", dropped)
    return Stepped(chains, layers, inputs, outputs)


def rehearsals(terms, chains, matches, place):
    """Find the single steps that only rehearse a loop's first step, as tf.keras does to learn a shape.

    Args:
        terms: the table of terms.
        chains: the `Chain`s.
        matches: every `CellMatch` of the model.
        place: a function from a term to the name of the node that made it first, "" for none.

    Returns:
        The `Chain`s of these steps, also those of the layers of a stack.
    """
    alone = set(outside_loops(terms, matches))
    looped = {_weights(one) for one in matches if one not in alone}
    single = [chain for chain in chains if len(chain.steps) == 1 and _weights(chain.steps[0]) in looped]
    steps = [chain.steps[0] for chain in single]
    made = {value for one in steps for value in (one.output, *one.new.values())}
    first = [chain for chain in single if _reads_first_step(chain.steps[0])]
    found = [
        chain
        for chain in first
        if all(end in made or not place(end) for end in _ends(terms, chain.steps[0].output))
    ]
    while lower := _below(first, found):
        found += lower
    return found


def _below(chains, found):
    """List the chains whose outputs are the inputs of those that were found."""
    inputs = {chain.steps[0].inputs for chain in found}
    return [chain for chain in chains if chain not in found and chain.steps[0].output in inputs]


def _weights(step):
    """Return the variables of a cell in no order: an input as wide as the state makes two readings of a cell."""
    return frozenset(step.variables.values())


def _reads_first_step(step):
    """Whether a cell reads the first step of a sequence, as its input or (if as wide) as its state."""
    below = [term for one in (step.inputs, *step.old.values()) for term in leaves(one)]
    return any(term.op == "element" and scalar(term.args[1]) == 0 for term in below)


def _ends(terms, term):
    """List the terms that are computed from a term, itself included, and that nothing reads."""
    found, seen, todo = [], set(), [term]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            users = [user for user in terms.users(one) if user.op not in ("Shape", "size")]
            todo += users
            found += [] if users else [one]
    return found
