"""What steps of a cell give out that stand in the graph one by one: the output with what is wrapped around it."""

import re

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import constant, leaves, masked
from tf2_lstm.migrate.recognise.steps.wrappers import around, is_part, stripped

#: The scope of one cell in a stack, as the end of a scope.
IN_STACK = re.compile(r"(^|/)multi_rnn_cell(_\d+)?/cell_\d+$")


def given(terms, reader, chain, place):
    """Find what each step of a chain gives out.

    Args:
        terms: the table of terms.
        reader: the `Layers` of the chain's cells.
        chain: the `Chain` of the highest cell.
        place: a function from a term to the name of the node that made it first.

    Returns:
        A term a step: the cell's output, or what dropout and residual connections make of it. A wrapper stands in the
        cell's scope, or alone reads what it wraps; with lengths it is what is set to zero where a row has ended. When
        the steps are not alike it is the cells' own.
    """
    found = [_given(terms, reader, chain, number, place) for number in range(len(chain.steps))]
    alike = len({shape_of(reader.stack(output)[0]) for output in found}) == 1
    return found if alike else [step.output for step in chain.steps]


def _given(terms, reader, chain, number, place):
    step, states = chain.steps[number], _states(terms, chain)
    output, scope = step.output, _scope(place(step.output))
    while not (chain.lengths is not None and output_mask(terms, step, output)):
        # What no node computes is a term that a matcher tried.
        outer = [one for one in around(terms, output) if one not in states and place(one)]
        outer = [one for one in outer if reader.top(one) is not None]
        if chain.lengths is None:
            outer = [
                one
                for one in outer
                if (scope and place(one).startswith(f"{scope}/"))
                or _alone(terms, reader, chain, number, output, one, place)
            ]
        if not outer:
            return output if chain.lengths is None else step.output
        output = outer[0]
    return output


def _states(terms, chain):
    """All states that a chain reads or leaves: as dropout makes them, before they are masked, and as they are."""
    states = set()
    for number, step in enumerate(chain.steps):
        for name in step.new:
            # Not the new state itself: the output is made of it too.
            dropped = chain.made(terms, number, name)[1:]
            states |= {*dropped, step.old[name], chain.after(terms, number, name)}
    return {*states, *(state.args[2] for state in states if masked(state))}


def _scope(place):
    """The scope in which a cell, or the stack that it is in, was called."""
    return IN_STACK.sub("", place.rpartition("/")[0].rpartition("/")[0])


def _alone(terms, reader, chain, number, output, wrapped, place):
    """Whether nothing else reads an output than a wrapper, and the next step where the output is the state."""
    carried = [chain.made(terms, number, name)[-1] for name in chain.steps[number].new]
    ends = (wrapped, *carried)
    own = [one for end in ends for one in leaves(end, stop=(output,))]
    if number + 1 < len(chain.steps):
        later = chain.steps[number + 1]
        own += leaves(later.output, stop=(later.inputs, *later.old.values()))
    readers = [
        user
        for user in terms.readers(output)
        if user.op not in ASSIGNS
        and not masked(user)
        and not _is_flat(terms, reader, chain.steps[number], user)
    ]
    return all(user in own or any(is_part(user, end) for end in ends) for user in readers)


def _is_flat(terms, reader, step, term):
    """Whether a term is the flat state that a step leaves: all of its states side by side, and others perhaps.

    What has one state only stands beside nothing but states, and dropout of states.
    """
    if term.op != "concat" or not set(step.new.values()) <= set(term.args):
        return False
    every = [new for one in reader.outputs.values() for new in one.new.values()]
    return len(step.new) > 1 or all(
        any(stripped(terms, arg, new) is not None for new in every) for arg in term.args
    )


def shape_of(layers):
    """What kinds of wrappers stand around the layers of a step, to see that all steps are alike."""
    return tuple(
        (
            shape_of(layer.inside) if isinstance(layer.inside, list) else layer.inside.key,
            tuple(tuple(sorted(wrapper)) for wrapper in layer.wrappers),
        )
        for layer in layers
    )


def output_mask(terms, step, output):
    """The term that sets an output to zero where a row has ended, not the one of a zero state; None for none."""
    for user in terms.users(output):
        zeros = user.args[1] if masked(user) and user.args[2] is output else None
        if zeros is not None and constant(zeros) == 0 and zeros not in step.old.values():
            return user
    return None
