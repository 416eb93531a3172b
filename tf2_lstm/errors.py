"""The base class of errors that the user can fix."""


class UserError(ValueError):
    """The user's input cannot be used. The text is one line: what, where, expected, received and what to do next.

    A command prints it and exits with 2.
    """
