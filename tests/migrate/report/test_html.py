"""The report as a page: whole HTML, every row, a picture of the model and of what is off, and nothing that runs."""

from collections import OrderedDict
from html.parser import HTMLParser

import numpy as np
import pytest
from browser import look, needs_browser

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RunResult
from tf2_lstm.migrate.prove.speed import Speed, Timing
from tf2_lstm.migrate.report import as_html
from tf2_lstm.migrate.report.drawing import Box, Drawing
from tf2_lstm.migrate.report.svg import difference_picture, model_picture

HOSTILE = "<script>alert(1)</script>\"'&amp;\x1b[31m"
VOID = {"meta", "link"}
NAMES = ["outputs", "state.c", "gradient of rnn/kernel", HOSTILE]


class Page(HTMLParser):
    """What is on a page; an element that is not closed in its order, or that no report has, fails."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts, self.labels = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.labels += [value for name, value in attributes if name == "aria-label"]
        assert not [name for name, _ in attributes if name.startswith("on") or name == "src"]
        assert [value for name, value in attributes if name == "href"] in ([], ["data:,"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def report_of(names=NAMES, off=0.25, speed=None):
    """A report of tensors [2, 5, 3] of which the first is off in its step 3."""
    tensors = OrderedDict((name, np.zeros((2, 5, 3), "float32")) for name in names)
    wrong = OrderedDict((name, value.copy()) for name, value in tensors.items())
    wrong[names[0]][1, 3, 2] = off
    found = compare_results(RunResult(f"{LIVE} {HOSTILE}", tensors), RunResult(KERAS, wrong))
    drawing = Drawing((Box("x", (HOSTILE, "input [?, 3]")), Box("y", (HOSTILE,), "Dense")), (("x", "y"),))
    case = CaseReport(HOSTILE, found, HOSTILE if off else "", drawing=drawing, speed=speed)
    return Report([case], [HOSTILE], {HOSTILE: {"tensorflow": HOSTILE}})


@pytest.mark.parametrize("off", [0, 0.25])
def test_it_is_whole_and_a_strangers_name_is_text(off):
    page = Page(as_html.render(report_of(off=off)))
    assert "script" not in page.tags
    assert page.tags.count("html") == page.tags.count("body") == 1
    shown = HOSTILE.replace("\x1b", "\\x1b")
    assert len([text for text in page.texts if shown in text]) >= 6
    assert page.tags.count("tr") == 1 + len(NAMES)
    assert not [name for name in NAMES[:-1] if name not in page.texts]


def test_what_is_off_has_a_picture_and_what_is_equal_has_none():
    assert Page(as_html.render(report_of())).labels == ["the model", "time by unit"]
    assert Page(as_html.render(report_of(off=0))).labels == ["the model"]


def test_the_picture_shows_where_it_is_off():
    (tensor, *_) = report_of().cases[0].tensors
    assert (tensor.profile.axes, tensor.profile.sizes) == (("time", "unit"), (5, 3))
    picture = difference_picture(tensor.profile, tensor.tolerance)
    strong = [part for part in picture.split("<rect")[1:] if 'fill-opacity="0.00"' not in part]
    assert len(picture.split("<rect")) == 1 + 5 * 3
    assert len(strong) == 1
    assert all(text in strong[0] for text in ('x="18"', 'y="27"', 'fill-opacity="1.00"', "0.25"))


SHAPES = [
    ((70,), ("", "step"), 1, 32),
    ((40, 3), ("batch", "unit"), 32, 3),
    ((2, 2, 5, 64), ("axis 2", "axis 3"), 5, 32),
]


@pytest.mark.parametrize(("shape", "axes", "rows", "columns"), SHAPES)
def test_a_large_tensor_has_a_picture_of_the_largest_of_each_place(shape, axes, rows, columns):
    expected = np.zeros(shape, "float32")
    received = expected.copy()
    received[tuple(size - 1 for size in shape)] = 1
    [tensor] = compare_results(RunResult(LIVE, {"y": expected}), RunResult(KERAS, {"y": received}))
    assert (tensor.profile.axes, len(tensor.profile.values)) == (axes, rows)
    assert {len(row) for row in tensor.profile.values} == {columns}
    assert tensor.profile.values[-1][-1] == 1
    assert sum(map(sum, tensor.profile.values)) == 1


def test_a_scalar_that_is_off_has_no_picture():
    sides = [RunResult(who, {"y": np.float32(value)}) for who, value in ((LIVE, 0), (KERAS, 1))]
    assert compare_results(*sides)[0].profile is None


def test_of_too_many_boxes_there_is_no_picture():
    boxes = tuple(Box(str(number), (str(number),)) for number in range(251))
    assert "251 boxes" in model_picture(Drawing(boxes, ()))
    assert model_picture(Drawing(boxes[1:], ())).count("<rect") == 250


def speed_of(problems=()):
    """The speed of two ways at one size."""
    times = [("the old", (1.0, 1.0, 1.0)), ("the new, accelerated", (2.061, 1.57, 123.4))]
    timings = [Timing(HOSTILE, way, (11.12, 9.5, 0.5), found) for way, found in times]
    return Speed(tuple(timings), tuple(problems), 7, "TensorFlow 2", False, 2)


def test_speed_has_a_table_only_if_it_was_measured():
    page = Page(as_html.render(report_of(off=0, speed=speed_of([HOSTILE]))))
    assert page.tags.count("tr") == 1 + len(NAMES) + 3
    assert [text for text in ("2.06", "1.57 to 123", "11.1", "9.50 to 0.50") if text not in page.texts] == []
    assert "script" not in page.tags
    assert len([text for text in page.texts if text.startswith("not timed: ")]) == 1
    unasked = as_html.render(report_of(off=0))
    assert "times as fast" not in unasked
    alone = Page(as_html.render(report_of(off=0, speed=Speed(problems=("lost",)))))
    assert alone.tags.count("tr") == 1 + len(NAMES)
    assert "not timed: lost" in alone.texts


@needs_browser
def test_a_browser_shows_it_at_two_widths(tmp_path):
    page = as_html.render(report_of(speed=speed_of([HOSTILE])))
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    seen = look(tmp_path, [["report.html", width, "times as fast"] for width in (400, 1280)])
    assert seen.console == []
    assert all(one["found"] and one["filled"] <= one["width"] for one in seen.frames)
