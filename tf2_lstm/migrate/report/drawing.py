"""A model as boxes with arrows between them, and the place of each box."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace

#: The gap between boxes of a row, and between rows.
GAP, ROW_GAP = 24, 34
#: The most lines of a box, folded ones included.
_MOST_LINES = 8
#: More equal boxes in one place are joined.
_MOST_ALIKE = 3
#: How often the rows are ordered, and then moved, by their neighbours.
_PASSES = 6


@dataclass(frozen=True)
class Box:
    """One step of a model.

    Attributes:
        name: a name that no other box has.
        lines: the texts in it, the first in bold.
        kind: a description of its work, equal for boxes with equal work.
        plain: whether it is an operation without weights, which may share a box with its neighbour.
    """

    name: str
    lines: tuple
    kind: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Drawing:
    """A model.

    Attributes:
        boxes: the `Box`es.
        arrows: pairs of names, from and to; a box that is read twice has two arrows.
    """

    boxes: tuple
    arrows: tuple


def gathered(drawing):
    """Join many boxes of one kind, with the same inputs and readers, into one.

    Args:
        drawing: the `Drawing`.

    Returns:
        A `Drawing`.
    """
    tails, heads, alike = {}, {}, {}
    for tail, head in drawing.arrows:
        tails.setdefault(head, set()).add(tail)
        heads.setdefault(tail, set()).add(head)
    for box in drawing.boxes:
        if box.kind and box.name in tails and box.name in heads:
            key = box.kind, frozenset(tails[box.name]), frozenset(heads[box.name])
            alike.setdefault(key, []).append(box)
    many = [group for group in alike.values() if len(group) > _MOST_ALIKE]
    place = {box.name: group[0].name for group in many for box in group}
    counts = {group[0].name: len(group) for group in many}
    boxes = (
        replace(box, lines=(f"{counts[box.name]} x {box.kind}",)) if box.name in counts else box
        for box in drawing.boxes
        if place.get(box.name, box.name) == box.name
    )
    arrows = ((place.get(tail, tail), place.get(head, head)) for tail, head in drawing.arrows)
    return Drawing(tuple(boxes), tuple(dict.fromkeys(arrows)))


def folded(drawing):
    """Join plain boxes that follow each other, with nothing beside them, into one.

    Args:
        drawing: the `Drawing`, without cycles.

    Returns:
        A `Drawing`.
    """
    boxes = {box.name: box for box in drawing.boxes}
    arrows = list(dict.fromkeys(drawing.arrows))
    leaving, coming = Counter(tail for tail, _ in arrows), Counter(head for _, head in arrows)
    place = {name: name for name in boxes}
    for tail, head in sorted(arrows, key=_order(boxes, arrows)):
        first, second = boxes[place[tail]], boxes[head]
        lines = first.lines + second.lines
        alone = leaving[tail] == coming[head] == 1
        if alone and first.plain and second.plain and len(lines) <= _MOST_LINES:
            boxes[first.name] = replace(first, lines=lines)
            del boxes[head]
            place[head] = first.name
    kept = ((place[tail], place[head]) for tail, head in drawing.arrows)
    return Drawing(tuple(boxes.values()), tuple(one for one in kept if one[0] != one[1]))


def _order(boxes, arrows):
    ranks = _ranks(list(boxes), arrows)
    return lambda arrow: ranks[arrow[1]]


def _ranks(names, arrows):
    """Map each name to its row: below all its inputs, and not further above its readers than it must."""
    readers, waiting = {}, Counter(head for _, head in arrows)
    for tail, head in arrows:
        readers.setdefault(tail, []).append(head)
    ranks = {name: 0 for name in names if not waiting[name]}
    sources, todo = list(ranks), list(ranks)
    for name in todo:
        for reader in readers.get(name, ()):
            ranks[reader] = max(ranks.get(reader, 0), ranks[name] + 1)
            waiting[reader] -= 1
            if not waiting[reader]:
                todo.append(reader)
    for name in sources:
        ranks[name] = min((ranks[reader] for reader in readers.get(name, ())), default=1) - 1
    return ranks


def placed(sizes, arrows):
    """Put boxes into rows, each below its inputs.

    Args:
        sizes: name -> (width, height).
        arrows: pairs of names, without cycles.

    Returns:
        (name -> (x, y) of its upper left corner, arrow -> its points, (width, height) of the whole).
    """
    ranks = _ranks(list(sizes), arrows)
    rows = [[] for _ in range(max(ranks.values()) + 1)]
    for name in sizes:
        rows[ranks[name]].append(name)
    chains = {arrow: _chain(arrow, ranks, rows) for arrow in dict.fromkeys(arrows)}
    links = [link for chain in chains.values() for link in itertools.pairwise(chain)]
    widths = {one: sizes[one][0] if one in sizes else 2 for row in rows for one in row}
    centres = _centres(rows, links, widths)
    tops, heights = [0], [max(sizes.get(one, (0, 0))[1] for one in row) for row in rows]
    for height in heights:
        tops.append(tops[-1] + height + ROW_GAP)
    corners = {one: (centres[one] - widths[one] / 2, tops[ranks[one]]) for one in sizes}
    ways = {}
    for (tail, head), chain in chains.items():
        ways[tail, head] = [(centres[tail], corners[tail][1] + sizes[tail][1])]
        for row, one in enumerate(chain[1:-1], start=ranks[tail] + 1):
            ways[tail, head] += [(centres[one], tops[row]), (centres[one], tops[row] + heights[row])]
        ways[tail, head].append((centres[head], corners[head][1]))
    right = max(x + sizes[one][0] for one, (x, _) in corners.items())
    return corners, ways, (max(right, *centres.values()), tops[-1] - ROW_GAP)


def _chain(arrow, ranks, rows):
    """Return the stations of an arrow, one for each row; those between its ends are added to their rows."""
    tail, head = arrow
    stations = [(arrow, row) for row in range(ranks[tail] + 1, ranks[head])]
    for station in stations:
        rows[station[1]].append(station)
    return [tail, *stations, head]


def _centres(rows, links, widths):
    """Return the x of each box: in an order with few crossings, near the boxes that it is joined to."""
    above, below = {}, {}
    for tail, head in links:
        above.setdefault(head, []).append(tail)
        below.setdefault(tail, []).append(head)
    at = {one: number for row in rows for number, one in enumerate(row)}
    ways = [(rows, above), (rows[::-1], below)]
    for row, joined in (step for _ in range(_PASSES) for way in ways for step in _steps(way)):
        row.sort(key=lambda one: _mean(one, joined, at))
        at.update((one, number) for number, one in enumerate(row))
    centres = {one: _mean(one, {}, at) * 1.0 for row in rows for one in row}
    for row, joined in (step for _ in range(_PASSES) for way in ways for step in _steps(way)):
        centres.update(_apart(row, {one: _mean(one, joined, centres) for one in row}, widths))
    left = min(centres[one] - widths[one] / 2 for row in rows for one in row)
    return {one: at - left for one, at in centres.items()}


def _steps(way):
    rows, joined = way
    return [(row, joined) for row in rows]


def _mean(one, joined, at):
    near = [at[other] for other in joined.get(one, ())] or [at[one]]
    return sum(near) / len(near)


def _apart(row, wanted, widths):
    """Return the centres of a row in its order, as near to the wanted ones as possible without touching."""
    found, right = {}, None
    for one in row:
        left = wanted[one] - widths[one] / 2
        left = left if right is None else max(left, right)
        found[one] = left + widths[one] / 2
        right = left + widths[one] + GAP
    drift = sum(wanted[one] - found[one] for one in row) / len(row)
    return {one: centre + drift for one, centre in found.items()}
