"""What stops a recurrence from being converted, said once where it is seen."""

#: What is said of a loop, and of steps, in the body of another loop.
IN_ANOTHER_LOOP = "it runs inside the step of another loop"


class NotUnderstood(Exception):
    """Something in the path of a recurrence is not one of the known equations.

    Args:
        said: what, one sentence without a full stop.
        term: the term at which it is seen, None where that is what the step carries on.
        step: what to do, "" where the equations are to be written by hand.

    Example:
        ```python
        assert NotUnderstood("dropout acts on the state c").step == ""
        ```
    """

    def __init__(self, said, term=None, step=""):
        super().__init__(said)
        self.term, self.step = term, step
