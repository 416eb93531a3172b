"""The site is built of the pages that are there, without a broken link, and it is looked at in a browser."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browser import look, needs_browser

ROOT = Path(__file__).resolve().parent.parent
QUIET = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}


def build(root, folder):
    """Build the site of a checkout; return the finished process."""
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    return subprocess.run(command, cwd=root, env=QUIET, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_on_the_site(site):
    pages = [path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]]
    assert len(pages) > 300
    built = [path.parent if path.name == "README.md" else path.with_suffix("") for path in pages]
    assert not [str(one) for one in built if not (site / one / "index.html").is_file()]


def test_a_source_file_is_a_page_that_search_leaves_out(site):
    assert ">LSTMCell<" in (site / "tf2_lstm/cells/lstm.py/index.html").read_text()
    index = json.loads((site / "search/search_index.json").read_text())
    found = [entry["location"] for entry in index["docs"] if "forget_bias" in entry["text"]]
    assert "docs/rules/RNN501/" in found
    assert not [one for one in found if one.startswith("tf2_lstm/")]


def test_nothing_is_loaded_from_elsewhere(site):
    loads = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?https?:[^>]*>")
    assert not loads.findall((site / "index.html").read_text())


STUBS = (
    "MIGRATION.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/errors.md",
    "docs/rules/README.md",
    "docs/tutorial.md",
    "benchmarks/README.md",
    "examples/tagger/README.md",
)


def test_broken_links_are_refused(tmp_path):
    links = ["docs/no_such.md", "MIGRATION.md#no-such-heading", "benchmarks/results", "tf2_lstm/no_such.py"]
    for name in STUBS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# stub\n", encoding="utf-8")
    (tmp_path / "README.md").write_text(
        "# x\n\n" + "".join(f"[x]({link})\n" for link in links), encoding="utf-8"
    )
    for name in ("mkdocs.yml", "docs/site.css", "docs/site_pages.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert done.stderr.count("WARNING") == len(links)
    assert not [link for link in links if link.split("#")[-1] not in done.stderr]


@needs_browser
def test_a_browser_shows_it_and_its_search_finds(site):
    pages = [
        "index.html",
        "MIGRATION/",
        "docs/errors/",
        "docs/pairs/lstm/",
        "docs/rules/",
        "docs/chapters/serving/",
        "docs/chapters/speed/",
        "docs/chapters/versions/",
    ]
    frames = [[page, width, ""] for page in pages for width in (400, 1280)]
    seen = look(site, [*frames, ["index.html?q=forget_bias", 1280, "RNN501 forget-bias-default"]])
    assert seen.console == []
    assert seen.frames[-1]["found"]
    assert [one for one in seen.frames if one["filled"] > one["width"]] == []
    assert [one["page"] for one in seen.frames if one["width"] == 1280 and one["cut"]] == []
