"""The outputs of the steps of an unrolled cell: each with the wrappers around it."""

import re

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import constant, leaves, masked
from tf2_lstm.migrate.recognise.steps.wrapped_layers import around, is_part, stripped

#: The end of the scope of one cell in a stack.
IN_STACK = re.compile(r"(^|/)multi_rnn_cell(_\d+)?/cell_\d+$")


def given(terms, reader, chain, place):
    """Find the output of each step of a chain.

    Args:
        terms: the table of terms.
        reader: the `Layers` of the chain's cells.
        chain: the `Chain` of the highest cell.
        place: a function from a term to the name of the node that made it first.

    Returns:
        A term for each step: the cell's output, or the dropout and residual connections around it. A wrapper is in the
        cell's scope, or is the only reader of what it wraps; with lengths the term is the one that is set to zero where
        a row has ended. Where the steps are not alike, they are the cells' own outputs.
    """
    states = _states(terms, chain)
    found = [_given(terms, reader, chain, number, place, states) for number in range(len(chain.steps))]
    alike = len({shape_of(reader.stack(output)[0]) for output in found}) == 1
    return found if alike else [step.output for step in chain.steps]


def _given(terms, reader, chain, number, place, states):
    step = chain.steps[number]
    output, scope = step.output, _scope(place(step.output))
    while not (chain.lengths is not None and output_mask(terms, step, output)):
        # A term that no node computes was only tried by a matcher.
        outer = [one for one in around(terms, output) if one not in states and place(one)]
        outer = [one for one in outer if reader.top(one) is not None]
        if chain.lengths is None:
            outer = [
                one
                for one in outer
                if (scope and place(one).startswith(f"{scope}/"))
                or _alone(terms, reader, chain, number, output, one)
            ]
        if not outer:
            return output if chain.lengths is None else step.output
        output = outer[0]
    return output


def _states(terms, chain):
    """Return all states that a chain reads or leaves: each dropout, before the mask of ended rows and after it."""
    states = set()
    for number, step in enumerate(chain.steps):
        for name in step.new:
            # Not the new state itself: the output is computed from it too.
            dropped = chain.made(terms, number, name)[1:]
            states |= {*dropped, step.old[name], chain.after(terms, number, name)}
    return {*states, *(state.args[2] for state in states if masked(state))}


def _scope(place):
    """Return the scope in which a cell, or the stack around it, was called."""
    return IN_STACK.sub("", place.rpartition("/")[0].rpartition("/")[0])


def _alone(terms, reader, chain, number, output, wrapped):
    """Whether an output is read only by a wrapper and, where the output is the state, by the next step."""
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
    """Whether a term is the flat state that a step leaves: all of its states side by side, and perhaps others.

    For a cell with one state all other parts must be states, or dropout of states.
    """
    if term.op != "concat" or not set(step.new.values()) <= set(term.args):
        return False
    every = [new for one in reader.outputs.values() for new in one.new.values()]
    return len(step.new) > 1 or all(
        any(stripped(terms, arg, new) is not None for new in every) for arg in term.args
    )


def shape_of(layers):
    """Return the kinds of wrappers around the layers of a step, to compare steps."""
    return tuple(
        (
            shape_of(layer.inside) if isinstance(layer.inside, list) else layer.inside.key,
            tuple(tuple(sorted(wrapper)) for wrapper in layer.wrappers),
        )
        for layer in layers
    )


def output_mask(terms, step, output):
    """Return the term that sets an output to zero where a row has ended, not to a zero state; None without one."""
    for user in terms.users(output):
        zeros = user.args[1] if masked(user) and user.args[2] is output else None
        if zeros is not None and constant(zeros) == 0 and zeros not in step.old.values():
            return user
    return None
