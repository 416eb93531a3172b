"""What a document names must be there: sections, links, tests. Each check returns what is wrong."""

import ast
import os
import re

from docs.blocks import headings


def missing_pages(texts, names):
    """List the names without a page in `docs/pairs`, and the pages whose name or only title is no such name."""
    pages = {name: text for name, text in texts.items() if name.startswith("docs/pairs/")}
    right = {f"docs/pairs/{name}.md": [name] for name in names}
    return sorted(
        name
        for name in right.keys() | pages.keys()
        if name not in pages or headings(pages[name], 1) != right.get(name)
    )


def broken_links(name, texts, root):
    """List the links of a document, to files and to headings of documents, that lead nowhere.

    Args:
        name: the document.
        texts: name -> text of every document, names from the root.
        root: the folder that the documents are in.
    """
    broken = []
    prose = re.sub(r"(?ms)^ *```.*?^ *```$", "", texts[name])
    for link in re.findall(r"\]\(([^)]+)\)", prose):
        path, _, anchor = link.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
        there = file in texts or (root / file).exists()
        if not there or (anchor and anchor not in _anchors(texts.get(file, ""))):
            broken.append(link)
    return broken


def _anchors(text):
    titles = [title for level in (1, 2, 3, 4) for title in headings(text, level)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def unknown_tests(text, root):
    """List the tests, written `tests/file.py::name`, that are not there."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    return [f"{path}::{name}" for path, name in named if name not in _tests_of(root / path)]


def _tests_of(path):
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def unaccounted(blocks, run, listed):
    """List the blocks that nobody runs, and the entries of `listed` that no block has any more.

    Args:
        blocks: all `Block`s.
        run: those that some test executes.
        listed: (document, first line) of the blocks that are checked otherwise.
    """
    here = {key_of(block) for block in blocks}
    known = [block for block in blocks if block in run or is_file(block) or key_of(block) in listed]
    wrong = [f"{block}: not run" for block in blocks if block not in known]
    return wrong + [f"{key}: no such block" for key in listed if key not in here]


def key_of(block):
    """Return what a block goes by in a table: its document and its first line."""
    return block.file, block.text.splitlines()[0]


def is_file(block):
    """Say whether a block is a file that the commands of a document are about."""
    return block.language == "text" and bool(block.role)
