"""A stranger's text on its way to a terminal, a file or a pull request: seen as it is, never acted on."""


def printable(text):
    """Return a text in which everything that a terminal would act on is spelled out, line ends too.

    Example:
        ```python
        assert printable("rnn/\\x1b[31mcell") == r"rnn/\x1b[31mcell"
        assert printable("right\\u202eleft") == r"right\u202eleft"
        ```
    """
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def for_rich(text):
    r"""Return a text without what a terminal, or Rich, would act on.

    Example:
        ```python
        assert for_rich("a[b]") == r"a\[b]"
        ```
    """
    from rich.markup import escape

    return escape(printable(text))


def marked(text):
    r"""Return a text as Markdown shows it outside of code: no HTML, no line ends, no table cells.

    Example:
        ```python
        assert marked("<b>|x") == r"&lt;b>\|x"
        ```
    """
    return printable(text).replace("<", "&lt;").replace("|", "\\|")


def code(text):
    r"""Return a text as a piece of code in a Markdown table; it cannot end the piece.

    Example:
        ```python
        assert code("a`b|c") == r"`a'b\|c`"
        ```
    """
    return "`" + printable(text).replace("`", "'").replace("|", "\\|") + "`"
