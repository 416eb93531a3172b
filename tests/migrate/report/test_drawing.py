"""Boxes of a drawing do not touch, arrows lead down, and what says little is put together."""

import itertools

import numpy as np
import pytest

from tf2_lstm.migrate.report.drawing import Box, Drawing, folded, gathered, placed


def random_arrows(seed, count):
    """Arrows from each of some boxes to later ones, one or two."""
    numbers = np.random.RandomState(seed)
    pairs = [(numbers.randint(0, head, numbers.randint(1, 3)), head) for head in range(1, count)]
    return [(str(tail), str(head)) for tails, head in pairs for tail in tails]


@pytest.mark.parametrize("seed", range(5))
def test_boxes_do_not_touch_and_arrows_lead_down_around_them(seed):
    sizes = {str(number): (20 + 7 * number % 60, 20 + number % 3 * 15) for number in range(40)}
    corners, ways, (width, height) = placed(sizes, random_arrows(seed, 40))
    boxes = {name: (*corners[name], *sizes[name]) for name in sizes}
    for (x, y, wide, high), (other_x, other_y, other_wide, other_high) in itertools.combinations(
        boxes.values(), 2
    ):
        apart = (
            x + wide < other_x or other_x + other_wide < x or y + high < other_y or other_y + other_high < y
        )
        assert apart
    for (tail, head), points in ways.items():
        assert points[0][1] == boxes[tail][1] + boxes[tail][3]
        assert points[-1][1] == boxes[head][1]
        assert [y for _, y in points] == sorted(y for _, y in points)
    inside = [(x, y, x + wide, y + high) for x, y, wide, high in boxes.values()]
    assert min(map(min, inside)) >= 0
    assert max(right for *_, right, _ in inside) <= width
    assert max(bottom for *_, bottom in inside) == height


def test_what_is_read_late_stands_near_its_reader():
    sizes = dict.fromkeys("abcw", (10, 10))
    corners, _, _ = placed(sizes, [("a", "b"), ("b", "c"), ("w", "c")])
    assert corners["w"][1] == corners["b"][1]


def plain(names):
    return tuple(Box(name, (name,), name, True) for name in names)


def lines_of(boxes, arrows):
    return [box.lines for box in folded(Drawing(boxes, tuple(arrows))).boxes]


def test_a_chain_is_one_box_and_a_fork_or_a_layer_ends_it():
    assert lines_of(plain("abc"), ["ab", "bc"]) == [("a", "b", "c")]
    assert lines_of(plain("abc"), ["bc", "ab"]) == [("a", "b", "c")]
    assert lines_of(plain("abc"), ["ab", "ac"]) == [("a",), ("b",), ("c",)]
    assert lines_of(plain("abc"), ["ac", "bc"]) == [("a",), ("b",), ("c",)]
    assert lines_of((*plain("a"), Box("b", ("b",)), *plain("c")), ["ab", "bc"]) == [("a",), ("b",), ("c",)]


def test_a_box_has_no_more_than_eight_lines():
    names = "abcdefghijk"
    arrows = [one + other for one, other in itertools.pairwise(names)]
    assert [len(lines) for lines in lines_of(plain(names), arrows)] == [8, 3]


def test_four_of_a_kind_are_one_box_where_all_their_arrows_are_the_same():
    ends = plain("xyz")
    alike = tuple(Box(name, (name, "[?, 3]"), "Weight") for name in "abcd")
    arrows = [("x", one) for one in "abcd"] + [(one, "y") for one in "abcd"]
    drawing = gathered(Drawing((*ends, *alike), tuple(arrows)))
    assert [box.lines for box in drawing.boxes[3:]] == [("4 x Weight",)]
    assert len(drawing.arrows) == 2
    assert len(gathered(Drawing((*ends, *alike), (*arrows, ("d", "z")))).boxes) == 7
    assert len(gathered(Drawing((*ends, *alike[1:]), tuple(arrows[1:4] + arrows[5:]))).boxes) == 6
