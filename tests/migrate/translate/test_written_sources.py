"""What `convert` writes for ten whole programs is the text that somebody has read."""

import pytest
from written_sources import SOURCES, source_of

NAMES = sorted(path.stem for path in SOURCES.glob("*.py"))


def test_there_are_ten():
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_the_source_is_the_one_that_was_read(name, tmp_path):
    assert source_of(name, tmp_path) == (SOURCES / f"{name}.py").read_text(encoding="utf-8")
