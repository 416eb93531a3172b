"""A stranger's text in the output of Rich."""

from rich.markup import escape

from tf2_lstm.migrate.report.printable import printable


def for_rich(text):
    r"""Return a text without parts that a terminal, or Rich, would act on.

    Example:
        ```python
        assert for_rich("a[b]") == r"a\[b]"
        ```
    """
    return escape(printable(text))
