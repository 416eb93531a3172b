"""The one class of errors that a user can mend."""


class UserError(ValueError):
    """What was given cannot be used. The text is one line: what, where, expected, received and what to do next.

    A command prints it and exits with 2.
    """
