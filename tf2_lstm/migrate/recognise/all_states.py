"""What BlockLSTM gives out and no Keras layer does: c of every step."""

from tf2_lstm.migrate.graph.operations import ASSIGNS
from tf2_lstm.migrate.graph.terms import leaves
from tf2_lstm.migrate.model import Loss
from tf2_lstm.migrate.recognise.blocks import output
from tf2_lstm.migrate.recognise.fused import fused_terms
from tf2_lstm.migrate.roles import Form, Role


def unheld_states(reading, recurrences):
    """Find the operations whose c of every step is read, or may be fetched.

    Where nothing reads it the program may fetch it: TF1's own class always takes the last c. A frozen graph has lost
    what its outputs do not need, so that there nothing is said.

    Args:
        reading: the `GraphReader` of the graph.
        recurrences: the `Recurrence`s that were found in it.

    Returns:
        A list of `Loss`.
    """
    found = [
        _of(reading, term, run) for term in fused_terms(reading.terms) for run in _made_of(term, recurrences)
    ]
    return [one for one in found if one]


def _made_of(term, recurrences):
    """The recurrence that an operation became, in a list; what is refused has a kernel that may be no variable."""
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
    tensor = f"{reading.place(term)}:1"
    reader = reading.place(others[0]) if others else ""
    read = f"{reader} reads it" if reader else "the program may fetch it"
    reason = (
        f"{tensor}, c of every step, is no output of the model, which gives h of every step and the last c; {read}. "
        "Where the program needs it, call tf2_lstm.streaming of the model step by step: the state that a step gives "
        "has c"
    )
    return Loss(recurrence.scope or reading.place(term), tensor, "", reader, reason)
