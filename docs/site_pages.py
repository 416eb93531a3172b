"""The pages of the site, a hook of MkDocs: those of the repository, under the same names, so that links are the same.

A page links to source files too. Each is a page of its own on the site, out of the menu and of the search.
"""

import re
from pathlib import Path

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
_PAGES = ("*.md", "docs/**/*.md", "benchmarks/**/*.md", "examples/**/*.md")
_SOURCE = re.compile(r"(?<=\]\()([^)#\s:]+\.py)(?=[)#])")
#: What stands behind the language of a block: "before", "after", a file's name, an exit code.
_FENCE = re.compile(r"(?m)^( *```)(\w+) (\S+)$")


def on_files(files, config):
    """Put the repository's pages in the place of those below `docs_dir`, and the menu with them."""
    pages = {path.relative_to(ROOT).as_posix(): path for pattern in _PAGES for path in ROOT.glob(pattern)}
    ours = [File(name, str(ROOT), config.site_dir, config.use_directory_urls) for name in sorted(pages)]
    ours.append(File("docs/site.css", str(ROOT), config.site_dir, config.use_directory_urls))
    ours += [File.generated(config, f"{name}.md", content=_as_page(name)) for name in _sources(pages)]
    config.nav = _menu(sorted(pages))
    return Files([*(file for file in files if file.src_dir != config.docs_dir), *ours])


def on_page_markdown(markdown, page, config, files):
    """Write links to sources, and what is said of a block, as the site has them."""
    markdown = _SOURCE.sub(r"\1.md", markdown)
    return _FENCE.sub(lambda fence: f'{fence[1]}{fence[2]} title="{_title(fence[2], fence[3])}"', markdown)


def _title(language, role):
    return f"exit code {role}" if language == "console" else role


def _sources(pages):
    """The source files that pages link to, as names from the root."""
    links = [
        (path.parent / link).resolve().relative_to(ROOT).as_posix()
        for path in pages.values()
        for link in _SOURCE.findall(path.read_text(encoding="utf-8"))
    ]
    return sorted(name for name in set(links) if (ROOT / name).is_file())


def _as_page(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return f"---\nsearch:\n  exclude: true\n---\n# {name}\n\n~~~python\n{text}~~~\n"


def _menu(names):
    def below(folder):
        return [name for name in names if name.startswith(folder) and not name.endswith("README.md")]

    return [
        {"tf2-lstm": "README.md"},
        {"Tutorial": ["docs/tutorial.md", "examples/tagger/README.md"]},
        {"Guide": ["MIGRATION.md", *below("docs/chapters/")]},
        {"Pairs": below("docs/pairs/")},
        {"Errors": "docs/errors.md"},
        {"Rules": ["docs/rules/README.md", *_rules()]},
        {"Speed": ["benchmarks/README.md", *below("benchmarks/")]},
        {"Development": ["CONTRIBUTING.md", "CHANGELOG.md", *below("docs/adr/")]},
    ]


def _rules():
    """The rules under the headings of their list."""
    _, *parts = (ROOT / "docs/rules/README.md").read_text(encoding="utf-8").split("\n## ")
    return [
        {
            part.partition("\n")[0]: [
                f"docs/rules/{page}" for page in re.findall(r"^- \[[^]]*\]\((\w+\.md)", part, re.M)
            ]
        }
        for part in parts
    ]
