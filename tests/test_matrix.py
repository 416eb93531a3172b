"""The runner of the versions counts what a report says, and its results are of the tests that there are."""

from pathlib import Path

from tests.matrix.__main__ import PARTS, VERSIONS, counted

REPORT = """<testsuites><testsuite><testcase name="good"/><testcase name="bad"><failure/></testcase>
<testcase name="late"><error/></testcase><testcase name="left"><skipped/></testcase></testsuite></testsuites>"""


def test_only_what_passed_is_counted_as_passed():
    assert counted(REPORT) == {"passed": 1, "failed": ["bad", "late", "left"]}
    assert counted("<testsuites/>") == {"passed": 0, "failed": []}


def test_the_files_and_the_pairs_are_there():
    assert all(Path(file).exists() for file in PARTS.values())
    assert list(VERSIONS) == ["oldest", "middle", "newest"]
