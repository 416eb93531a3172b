"""What stops a recurrence from being converted, said once where it is seen."""


class NotUnderstood(Exception):
    """Something in the path of a recurrence is not one of the known equations; the message says what."""
