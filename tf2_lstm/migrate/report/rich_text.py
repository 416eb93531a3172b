"""A stranger's text in what Rich writes."""

from rich.markup import escape

from tf2_lstm.migrate.report.printable import printable


def for_rich(text):
    r"""Return a text without what a terminal, or Rich, would act on.

    Example:
        ```python
        assert for_rich("a[b]") == r"a\[b]"
        ```
    """
    return escape(printable(text))
