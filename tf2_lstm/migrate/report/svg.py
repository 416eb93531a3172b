"""Pictures for a page of HTML: a model, and the places where a tensor is off."""

import math
import textwrap
from html import escape

from tf2_lstm.migrate.report.drawing import folded, gathered, placed
from tf2_lstm.migrate.report.printable import printable

#: Nobody reads a picture of more boxes.
MOST_BOXES = 250
_LETTER, _LINE, _CELL = 7.0, 15, 9
#: A text in a box is broken into lines, and cut after some of them.
_WIDEST, _MOST_LINES = 44, 4


def html(text):
    """Return a stranger's text for a page: seen as it is, and neither an element nor an attribute."""
    return escape(printable(str(text)))


def model_picture(drawing):
    """Draw a model.

    Args:
        drawing: the `report.drawing.Drawing`.

    Returns:
        An element `svg`; a paragraph that says why there is none.
    """
    drawing = folded(gathered(drawing))
    if not 0 < len(drawing.boxes) <= MOST_BOXES:
        return f"<p>No picture: it would have {len(drawing.boxes)} boxes. The source says it all.</p>"
    texts = {box.name: [part for line in box.lines for part in _wrapped(line)] for box in drawing.boxes}
    sizes = {
        name: (max(map(len, lines)) * _LETTER + 18, len(lines) * _LINE + 12) for name, lines in texts.items()
    }
    corners, ways, (width, height) = placed(sizes, drawing.arrows)
    parts = [f'<path class="arrow" d="{_way(points)}"/>' for points in ways.values()]
    plain = {box.name for box in drawing.boxes if box.plain}
    for name, lines in texts.items():
        parts.append(_box(lines, corners[name], sizes[name], name in plain))
    return _svg(width, height, "the model", parts)


def _wrapped(line):
    return textwrap.wrap(printable(line), _WIDEST, max_lines=_MOST_LINES, placeholder="...") or [" "]


def _way(points):
    (x, y), *rest = points
    parts = [f"M{x:.0f} {y:.0f}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        parts.append(f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}")
        x, y = to_x, to_y
    return " ".join([*parts, "m-3 -6 l3 6 l3 -6"])


def _box(lines, corner, size, plain):
    (x, y), (width, height) = corner, size
    shape = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="4"'
    kind, first = ("plain", "") if plain else ("layer", "first")
    parts = [f'<rect class="{kind}" {shape}/>']
    for number, line in enumerate(lines):
        at = f'x="{x + width / 2:.0f}" y="{y + 6 + _LINE * (number + 0.75):.0f}"'
        parts.append(f'<text class="{"" if number else first}" {at}>{html(line)}</text>')
    return "".join(parts)


def difference_picture(profile, tolerance):
    """Draw how far a tensor is off, a square for each place.

    Args:
        profile: the `equivalence.compare.Profile`.
        tolerance: the largest difference that is allowed; places within it are pale.

    Returns:
        An element `svg`.
    """
    largest = max(map(max, profile.values))
    parts = []
    for row, values in enumerate(profile.values):
        for column, value in enumerate(values):
            strength = _strength(value, tolerance, largest)
            parts.append(
                f'<rect class="off" x="{column * _CELL}" y="{row * _CELL}" width="{_CELL}" height="{_CELL}"'
                f' fill-opacity="{strength:.2f}"><title>{value:.2g}</title></rect>'
            )
    label = " by ".join(filter(None, profile.axes))
    return _svg(len(profile.values[0]) * _CELL, len(profile.values) * _CELL, label, parts)


def _strength(value, tolerance, largest):
    """Return 0 where nothing is off, little within the tolerance, then by the logarithm up to 1 for the largest."""
    if value <= tolerance or largest <= tolerance:
        return 0.08 if value else 0.0
    span = math.log(largest / max(tolerance, largest * 1e-9))
    return 0.25 + 0.75 * (math.log(value / max(tolerance, largest * 1e-9)) / span)


def _svg(width, height, label, parts):
    size = (
        f'width="{width + 4:.0f}" height="{height + 4:.0f}" viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}"'
    )
    return f'<svg role="img" aria-label="{html(label)}" {size}>{"".join(parts)}</svg>'
