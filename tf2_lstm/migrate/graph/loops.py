"""Loops as data: the carried values, from where to where, and the condition. Both control flows become one."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.graph.operations import Trait, operation
from tf2_lstm.migrate.graph.terms import Term, leaves, scalar
from tf2_lstm.migrate.roles import Form


@dataclass
class LoopVariable:
    """One value that a loop carries.

    Attributes:
        leaf: the term of its value when a step begins.
        initial: the term of its value before the first step.
        initial_name: the name of the TF1 tensor of the initial value.
        next: the term of its value when a step ends.
        exit: the term of its value after the last step.
    """

    leaf: Term
    initial: Term
    initial_name: str
    next: Term | None = None
    exit: Term | None = None


@dataclass
class Loop:
    """One while loop.

    Attributes:
        name: the node's or frame's scope, "rnn/while".
        form: the `roles.Form`: WHILE for a frame of Enter and Exit, FUNCTIONAL_WHILE for a While node.
        variables: the `LoopVariable`s, in order.
        condition: the term of "go on".
    """

    name: str
    form: Form
    variables: list = field(default_factory=list)
    condition: Term | None = None

    @property
    def scope(self):
        """The scope in which the loop was made, "rnn" of "rnn/while"."""
        return self.name.rpartition("/")[0]

    def is_backward(self):
        """Whether this is the gradient of another loop."""
        return any(
            Trait.POPS in operation(term.op).traits for var in self.variables for term in leaves(var.next)
        )

    def is_inside(self):
        """Whether the loop runs in the step of another loop."""
        own = {var.leaf for var in self.variables}
        outside = [var.initial for var in self.variables]
        return any(
            term.op == "loopvar" and term not in own
            for start in [*outside, *(var.next for var in self.variables)]
            for term in leaves(start)
        )


def counts(var):
    """Whether a loop variable counts the steps from 0 by 1."""
    if var.next.op != "add" or scalar(var.initial) != 0 or var.leaf not in var.next.args:
        return False
    return [scalar(arg) for arg in var.next.args if arg is not var.leaf] == [1]
