"""States of every step that BlockLSTM and tf.scan return and no Keras layer does: c, or the state of a lower layer."""

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import leaves, scalar
from tf2_lstm.migrate.model import NotInTheModel
from tf2_lstm.migrate.recognise.cells.blocks import output
from tf2_lstm.migrate.recognise.steps.call_trees import state_names
from tf2_lstm.migrate.recognise.unrolls.fused import fused_terms
from tf2_lstm.migrate.roles import Form, Role


def unheld_states(reading, recurrences):
    """Find the operations whose c of every step is read, or may be fetched.

    Where nothing reads c the program may fetch it: TF1's own class always takes the last c. A frozen graph has lost
    every operation that its outputs do not need, so that nothing is reported there.

    Args:
        reading: the `GraphReader` of the graph.
        recurrences: the `Recurrence`s that were found in it.

    Returns:
        A list of `NotInTheModel`.
    """
    found = [
        _of(reading, term, run) for term in fused_terms(reading.terms) for run in _made_of(term, recurrences)
    ]
    return [one for one in found if one]


def _made_of(term, recurrences):
    """Return the recurrence of an operation, in a list of at most one; a refused kernel may be no variable."""
    kernel = term.args[4]
    if kernel.op != "var":
        return []
    own = [one for one in recurrences if one.form == Form.BLOCK]
    return [one for one in own if any(kernel.attr[0] in cell.names.values() for cell in one.cells)][:1]


def _of(reading, term, recurrence):
    every = output(reading.terms, term, 1)
    ends = [one.tf1 for one in recurrence.outputs if one.role is Role.STATE and one.place.leaf == "c"]
    known = set(leaves([reading.term(name) for name in ends if name]))
    uses = [user for user in reading.terms.readers(every) if user.op not in ASSIGNS]
    others = [user for user in uses if user not in known]
    if (uses and not others) or (not uses and reading.model.kind == "frozen_graph"):
        return None
    return _loss(recurrence, f"{reading.place(term)}:1", "c", reading.place(others[0]) if others else "")


def unheld_beside(reading, unrolled, recurrence):
    """Find the states of every step that a loop collects beside its outputs, as tf.scan does, and that are read.

    tf.scan collects all that the step returns. Where nothing reads a state but others read the outputs, the program
    does without the state; where nothing reads either, the program may fetch both.

    Args:
        reading: the `GraphReader` of the graph.
        unrolled: an `Unrolled`.
        recurrence: the `Recurrence` that was made of it.

    Returns:
        A list of `NotInTheModel`.
    """
    endings = {(one, state): ending for ending, one, state, _ in state_names(unrolled.layers)}
    _, outputs = _readers(reading, unrolled.output) if unrolled.beside else (None, [])
    found = []
    for match, state, var in unrolled.beside:
        every, readers = _readers(reading, var)
        others = [one for one in readers if not _is_last(one)]
        fetched = not readers and all(map(_is_last, outputs)) and reading.model.kind != "frozen_graph"
        if every is not None and (others or fetched):
            reader = reading.place(others[0]) if others else ""
            found.append(_loss(recurrence, reading.name(every), f"state{endings[match, state]}", reader))
    return found


def _readers(reading, var):
    """Return the stack of all steps of a loop variable, or None, and the terms that read it, transposed or not."""
    every = reading.terms.find("stack", (var.exit,)) if var.exit is not None else None
    uses = [] if every is None else reading.terms.readers(every)
    uses = [user for one in uses for user in (reading.terms.readers(one) if one.op == "swap" else [one])]
    return every, [one for one in uses if one.op not in ASSIGNS]


def _is_last(term):
    return term.op == "element" and term.attr in (0, 1) and scalar(term.args[1]) == -1


def _loss(recurrence, tensor, what, reader):
    read = f"{reader} reads it" if reader else "the program may fetch it"
    reason = (
        f"{tensor}, {what} of every step, is no output of the model, which gives the outputs of every step and the "
        f"last state; {read}. Where the program needs it, call tf2_lstm.streaming of the model step by step: the "
        f"state that a step gives has it"
    )
    return NotInTheModel(recurrence.scope or tensor, tensor, "", reader, reason)
