"""One file: from its bytes to its findings. Nothing is executed."""

import ast
import os
import warnings

from tf2_lstm.migrate.source import text_search
from tf2_lstm.migrate.source.alternatives import Symbol
from tf2_lstm.migrate.source.catalogue import ENTRIES
from tf2_lstm.migrate.source.decoding import NotANotebook, Piece, decode, notebook
from tf2_lstm.migrate.source.limits import MAX_PARSED, MAX_READ, Clock, TooMuch, read_regular
from tf2_lstm.migrate.source.namespaces import LEAVES, look_up
from tf2_lstm.migrate.source.noqa import is_noqa
from tf2_lstm.migrate.source.observer import Observer, finding
from tf2_lstm.migrate.source.project import Project
from tf2_lstm.migrate.source.resolver import Resolver
from tf2_lstm.migrate.source.traps.trap import Trap

_CANNOT_PARSE = (SyntaxError, ValueError, RecursionError, MemoryError)
# A ValueError comes from a number of thousands of digits, which Python does not print.
_CANNOT_RESOLVE = (RecursionError, MemoryError, TooMuch, ValueError)


_IN_ALMOST_ALL = ("rnn", "RNN", "LSTM", "GRU", "lstm", "gru_", "seq2seq", "ecurrent", "zero_state")
_TOO_COMMON = ("linear",)  # tf.nn.rnn_cell.linear: its path has "rnn" in it.


def _hints():
    names = {entry.name for entry in ENTRIES} | {name for names in LEAVES.values() for name in names}
    kept = list(_IN_ALMOST_ALL)
    for name in sorted(names - set(_TOO_COMMON), key=lambda name: (len(name), name)):
        if not any(part in name for part in kept):
            kept.append(name)
    return tuple(part.encode() for part in kept)


HINTS = _hints()


def may_hold_a_use(data, carriers=()):
    """Whether bytes can hold a use at all.

    Args:
        data: the bytes: every use has one of `HINTS` in its text, or comes from a carrier.
        carriers: names of modules of the program's own that pass TF1's names on under other names.
    """
    return any(hint in data for hint in HINTS) or any(name in data for name in carriers)


def is_worth_reading(data):
    """Whether a file is parsed: it may hold a use, or it is TensorFlow code that may be unreadable."""
    odd = b"\0" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return odd or b"tensorflow" in data or may_hold_a_use(data)


def _may_save(data):
    return b"Saver" in data or b"import_meta_graph" in data


def _carries(names):
    """Whether a module passes a TF1 RNN name on under a name that the search would not stop at."""
    return any(
        isinstance(v, Symbol) and look_up(v.dotted) and not may_hold_a_use(name.encode())
        for name, value in names.items()
        for v in value
    )


class Analyser:
    """Analyses the files of one scan, and keeps the modules that they import from each other.

    Attributes:
        carriers: names of modules that pass TF1's names on under other names: a file that imports one is parsed.
        passing: such modules found on the way.
        users: absolute paths of the files with RNNs, known from a round before.
        reached: absolute paths of the modules that those import.
        using, reaching: the same, found on the way.
    """

    def __init__(self):
        self.carriers = ()
        self.passing = set()
        self.users, self.reached = frozenset(), frozenset()
        self.using, self.reaching = set(), set()
        self.project = Project(self._load)
        self._alive = []  # Values point at nodes by id: the trees must stay.

    def findings(self, path, data, directory=None, named=False):
        """Return the findings of one file, in order.

        Args:
            path: the name to report.
            data: the bytes.
            directory: the folder from which its own imports are looked for; None for none.
            named: True for a file that was asked for by name: it is parsed whatever is in it.
        """
        cut = len(data) > MAX_READ
        if not named and not cut and not self._is_worth_reading(data):
            return []
        text, problem = decode(data[:MAX_READ])
        first = [Trap("RNN002", _start(), f"not read as declared: {problem}")] if problem else []
        if cut:
            first.append(
                Trap("RNN003", _start(), f"what follows its first {MAX_READ // 10**6} MB was not read")
            )
        try:
            pieces = notebook(text) if path.endswith(".ipynb") else [Piece(text)]
        except NotANotebook as error:
            first.append(Trap("RNN005", _start(), f"not a notebook ({_line(error)}); searched by text only"))
            return self._by_text(path, [Piece(text)], first)
        size = sum(len(piece.text) for piece in pieces)
        if size > MAX_PARSED:
            if not may_hold_a_use(data):  # Searched to the end: it holds no use.
                return [finding(trap, path, []) for trap in first] if cut else []
            text = f"{size / 1e6:.1f} MB are too large to parse; searched by text only"
            return self._by_text(path, pieces, [*first, Trap("RNN003", _start(), text)])
        return self._pieces(path, pieces, directory, first, named)

    def _is_worth_reading(self, data):
        """Whether a file is parsed; a quiet one is parsed again only for what was learnt from the others."""
        if self.carriers or self.users:
            return any(name in data for name in self.carriers) or (bool(self.users) and _may_save(data))
        return is_worth_reading(data)

    def _pieces(self, path, pieces, directory, first, named):
        parsed, found = [], []
        if not named and not any(self._held(piece) for piece in pieces):
            return [finding(trap, path, []) for trap in first]  # No use, whether a parser takes it or not.
        for piece in pieces:
            try:
                parsed.append((piece, parse(piece.text)))
            except _CANNOT_PARSE as error:
                found += self._by_text(path, [piece], [_unparsed(error, piece)])
        try:
            found += self._resolved(path, parsed, directory, first)
        except _CANNOT_RESOLVE as error:
            text = f"not resolved to the end ({_line(error)}); searched by text"
            found += self._by_text(
                path,
                [piece for piece, _ in parsed] or [Piece("")],
                [*first, Trap("RNN006", _start(), text)],
            )
        return sorted(found, key=lambda one: one.sort_key())

    def _resolved(self, path, parsed, directory, first):
        observer = Observer()
        trees = [tree for _, tree in parsed]
        resolver = Resolver(self.project, directory, observer)
        names = resolver.run(trees)
        if _carries(names):
            self.passing.add(_module_name(path))
        piece_numbers = _piece_numbers(parsed) if len(parsed) > 1 else None
        lines = [piece.text.split("\n") for piece, _ in parsed]
        found = []
        for trap in (*first, *observer.kept(self._is_near(path, observer, resolver.imports))):
            number = piece_numbers.get(id(trap.node), 0) if piece_numbers else 0
            piece = parsed[number][0] if parsed else Piece("")
            one = finding(trap, path, lines[number] if lines else [], piece.cell)
            if not is_noqa(lines[number] if lines else [], one):
                found.append(one)
        return found

    def _is_near(self, path, observer, imports):
        """Whether a file imports one with RNNs or is imported by one; record it for the others."""
        whole = os.path.abspath(path)
        if observer.uses_rnn:
            self.using.update((whole, os.path.dirname(whole)) if whole.endswith("__init__.py") else (whole,))
            self.reaching |= imports
        return whole in self.reached or not self.users.isdisjoint(imports)

    def _held(self, piece):
        data = piece.text.encode("utf-8", "replace")
        return (bool(self.users) and _may_save(data)) or may_hold_a_use(data, self.carriers)

    def by_text(self, path, data):
        """Return the findings of a search by text alone."""
        text, _ = decode(data[:MAX_READ])
        return self._by_text(path, notebook(text) if path.endswith(".ipynb") else [Piece(text)], [])

    def _by_text(self, path, pieces, first):
        """Return the findings of a search by text; those of `first` are put into the first part."""
        found, clock = [], Clock()
        for piece in pieces:
            lines, traps = piece.text.split("\n"), first
            first = []
            try:
                for trap in text_search.search(piece.text, clock):
                    traps.append(trap)
            except TooMuch as error:
                traps.append(Trap("RNN006", _start(), f"not searched to the end: {error}"))
            every = [finding(trap, path, lines, piece.cell) for trap in traps]
            found += [one for one in every if not is_noqa(lines, one)]
        return found

    def _load(self, path):
        """Return the names of a module of the program's own ({} for one that cannot be read)."""
        try:
            data = read_regular(path, MAX_PARSED)
            if len(data) > MAX_PARSED:
                return {}
            tree = parse(decode(data)[0])
            self._alive.append(tree)
            return Resolver(self.project, os.path.dirname(os.path.abspath(path))).run([tree])
        except (OSError, *_CANNOT_PARSE, *_CANNOT_RESOLVE):
            return {}


def _module_name(path):
    stem = os.path.splitext(os.path.basename(path))[0]
    return (os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem).encode()


def parse(text):
    """Return the tree of a source, without Python's warnings about its escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _piece_numbers(parsed):
    return {id(node): number for number, (_, tree) in enumerate(parsed) for node in _nodes(tree)}


def _nodes(tree):
    for node in ast.walk(tree):
        yield node
        if hasattr(node, "parsed") and node.parsed is not None:
            yield from ast.walk(node.parsed)


class _start:
    lineno, col_offset, end_lineno, end_col_offset = 1, 0, 1, 0


def _line(error):
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _unparsed(error, piece):
    node = _start()
    if isinstance(error, SyntaxError) and error.lineno:
        node.lineno = node.end_lineno = min(error.lineno, piece.text.count("\n") + 1)
    text = f"not parsed by Python 3 ({_line(error)}); searched by text only"
    return Trap("RNN001", node, text)
