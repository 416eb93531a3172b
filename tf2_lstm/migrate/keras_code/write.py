"""Lines of Keras code as text, in the layout that a formatter leaves alone."""

import math

from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK, Apply, Item, Ref, Symbol
from tf2_lstm.migrate.keras_code.written_size import WrittenSize, written
from tf2_lstm.migrate.report.printable import python_comment, python_literal

#: The longest written line, unless a single word is longer; the usual limit of formatters.
WIDTH = 88


def write_line(line, indent):
    """Return a `Line` as text lines.

    Args:
        line: the `Line`.
        indent: spaces before each.

    Returns:
        A list of strings.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.expression import Line

        lines = write_line(Line(("y", "*s"), Apply(Ref("rnn"), (Ref("x"),), {"mask": Ref("m")})), 4)
        assert lines == ["    y, *s = rnn(x, mask=m)"]
        ```
    """
    head = ", ".join(line.targets) + " = "
    return [*write_comment(line.note, indent), *write_value(head, line.value, "", indent)]


def write_comment(text, indent):
    """Return a text as comment lines; unprintable characters are escaped, so that it cannot leave the comment."""
    if not text:
        return []
    lines, room = [""], WIDTH - indent - 2
    for word in python_comment(text).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return [" " * indent + ("# " + one).rstrip() for one in lines]


def write_value(head, expression, tail, indent):
    """Return `head`, an expression and `tail` as text lines; one that is too long has an element on each line."""
    flat = " " * indent + head + source(expression) + tail
    parts = _parts(expression)
    if len(flat) <= WIDTH or not parts:
        return [flat]
    opening, elements, closing = parts
    lines = [" " * indent + head + opening]
    for name, element in elements:
        lines += write_value(name, element, ",", indent + 4)
    return [*lines, " " * indent + closing + tail]


def source(expression):
    """Return an expression on one line; every string of a stranger becomes a literal.

    Example:
        ```python
        assert source(Apply("f", ("a", [1.0, None]), {"x": Item(Ref("y"), 2)})) == 'f("a", [1.0, None], x=y[2])'
        ```
    """
    if isinstance(expression, (Ref, Symbol)):
        return expression.name
    if isinstance(expression, Item):
        return f"{source(expression.of)}[{_index(expression.at)}]"
    if isinstance(expression, str):
        return python_literal(expression)
    if isinstance(expression, WrittenSize):
        return written(expression)
    parts = _parts(expression)
    if isinstance(expression, float) and not math.isfinite(expression):
        return f'float("{expression}")'
    if parts is None:
        return repr(expression)
    opening, elements, closing = parts
    inside = ", ".join(name + source(element) for name, element in elements)
    lone = isinstance(expression, tuple) and len(expression) == 1
    return f"{opening}{inside}{',' if lone else ''}{closing}"


def _index(at):
    """Return the text between the brackets of an index."""
    if isinstance(at, tuple):
        # For a symbolic tensor Keras takes no bare slice, `x[1:]`, but a tuple of one.
        return ", ".join(map(_index, at)) + ("," if len(at) == 1 else "")
    if isinstance(at, slice):
        start, stop, step = ("" if one is None else str(one) for one in (at.start, at.stop, at.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if at is Ellipsis else python_literal(at) if isinstance(at, str) else str(at)


def _parts(expression):
    """Return (opening, (name, element) pairs, closing) of an expression; None for one without elements."""
    if isinstance(expression, Apply):
        what = expression.what if isinstance(expression.what, str) else source(expression.what)
        # The module has this function.
        what = "length_mask" if what == LENGTH_MASK else what
        named = [(f"{key}=", value) for key, value in expression.options.items()]
        return f"{what}(", [("", one) for one in expression.arguments] + named, ")"
    if isinstance(expression, dict):
        elements = [
            ("", key) if isinstance(key, Symbol) else (f"{python_literal(key)}: ", value)
            for key, value in expression.items()
        ]
        return "{", elements, "}"
    if isinstance(expression, (list, tuple)):
        brackets = "[]" if isinstance(expression, list) else "()"
        return brackets[0], [("", one) for one in expression], brackets[1]
    return None
