"""Run a block and hold what it does against what the document claims."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
import warnings

import keras
import numpy as np

from legacy_tf1 import compat
from tf2_lstm.cli import main
from tf2_lstm.migrate.equivalence.tolerance import tolerance_for

#: How near a printed decimal number must come; whole numbers and words must be the same.
ATOL, RTOL = 2e-6, 1e-5

_NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
_TOKEN = re.compile(rf"{_NUMBER.pattern}|\w+|[^\w\s]")
#: The versions of the TensorFlow and Keras at hand; those of a golden record do not vary.
_VERSIONS = re.compile(r"^(live session|Keras): .*$", re.MULTILINE)


class DocumentError(AssertionError):
    """A document claims what is not so."""


def run_example(block, namespace):
    """Execute the example of a docstring, whose output nobody claims; an error is one."""
    hushed = io.StringIO()
    code = compile("\n" * block.line + block.text, block.file, "exec")
    keras.utils.clear_session(free_memory=False)
    with contextlib.redirect_stdout(hushed), warnings.catch_warnings():
        hush()
        exec(code, namespace)


def run_python(block, namespace=None):
    """Execute a python block; return its namespace.

    Args:
        block: the `Block`.
        namespace: the names it starts with, none by default.

    Raises:
        DocumentError: it prints, or raises, other than the document claims.
    """
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    printed = io.StringIO()
    # Line numbers in a traceback are those of the document.
    code = compile("\n" * block.line + block.text, block.file, "exec")
    # Names that Keras makes up count from zero again, as in a fresh process.
    keras.utils.clear_session(free_memory=False)
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        hush()
        try:
            exec(code, namespace)
        except Exception as error:
            if f"{type(error).__name__}: " not in (block.output or ""):
                raise
            print(f"{type(error).__name__}: {error}")
    if block.output is None and printed.getvalue():
        raise DocumentError(f"{block}: prints, and the document does not show it:\n{printed.getvalue()}")
    if block.output is not None:
        check_output(block.output, printed.getvalue(), block)
    return namespace


def hush():
    """Ignore that TF1 code is deprecated, and what NumPy says when Keras saves; the rest are errors."""
    compat.hush_deprecations()
    warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)


def run_console(block, folder):
    """Run the commands of a console block, lines that begin with "$ ", and check what they print.

    Args:
        block: the `Block`.
        folder: where to run; the root of the repository, or a copy.

    Raises:
        DocumentError: a command prints other than the document shows, or fails although it shows no error.
    """
    for command, shown in commands(block):
        check_output(shown, _run(command, folder, block, int(block.role or 0)), block)


def run_shell(block, folder):
    """Run each line of a "sh" block, whose output is not shown.

    Raises:
        DocumentError: a command fails.
    """
    for command in block.text.splitlines():
        _run(command, folder, block)


def _run(command, folder, block, code=0):
    arguments = arguments_of(command, folder)
    ours = arguments[1:3] == ["-m", "tf2_lstm"]
    ended, printed, said = _called(arguments[3:], folder) if ours else _started(arguments, folder)
    if ended != code:
        raise DocumentError(f"{block}: {command}: exit code {ended}\n{said}")
    return printed


def _started(arguments, folder):
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _called(arguments, folder):
    """What a process of `tf2-lstm` would print, without the seconds that one takes to import TensorFlow."""
    printed, said = io.StringIO(), io.StringIO()
    keras.utils.clear_session(free_memory=False)
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        try:
            ended = main(arguments)
        except SystemExit as end:
            ended = end.code or 0
    return ended, printed.getvalue(), said.getvalue()


def commands(block):
    """Split a console block into (command, shown output)."""
    found = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
        else:
            raise DocumentError(f"{block}: a console block begins with a command, '$ ...'")
    return [(command, "\n".join(lines)) for command, lines in found]


def last_recipe_line(targets, folder):
    """Ask make for the last line that it would run; under another make it would add lines on folders."""
    make = ["make", "--dry-run", "--no-print-directory", *targets]
    return (
        subprocess.run(make, cwd=folder, capture_output=True, text=True, check=True)
        .stdout.strip()
        .splitlines()[-1]
    )


def arguments_of(command, folder):
    """Turn a shown command into one for this interpreter, a `make` target into its last line."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        words = shlex.split(last_recipe_line(words[1:], folder))
        words[0] = words[0].removeprefix(".venv/bin/")
    if words[0] == "tf2-lstm":
        return [sys.executable, "-m", "tf2_lstm", *words[1:]]
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    raise DocumentError(f"{command}: the tests know how to run make, tf2-lstm and python")


def check_output(shown, printed, where):
    """Compare output word by word; a line "..." stands for any number of lines.

    Raises:
        DocumentError: a word or whole number differs, or a decimal number by more than `ATOL`, `RTOL`.
    """
    pieces = [_VERSIONS.sub(r"\1: versions", piece) for piece in re.split(r"(?m)^ *\.\.\. *$", shown)]
    left = _TOKEN.findall(_VERSIONS.sub(r"\1: versions", printed))
    start = 0
    for number, piece in enumerate(pieces):
        tokens = _TOKEN.findall(piece)
        anywhere, last = number > 0, number == len(pieces) - 1
        places = range(start, len(left) - len(tokens) + 1) if anywhere else [start]
        if last and anywhere:
            places = [len(left) - len(tokens)]
        found = next((place for place in places if _same(tokens, left[place : place + len(tokens)])), None)
        if found is None or found < start or (last and found + len(tokens) != len(left)):
            raise DocumentError(f"{where}: shows\n{piece.strip()}\nbut the output is\n{printed.strip()}")
        start = found + len(tokens)


def _same(shown, printed):
    return len(shown) == len(printed) and all(map(_same_token, shown, printed))


def _same_token(shown, printed):
    if shown == printed:
        return True
    if not (_NUMBER.fullmatch(shown) and _NUMBER.fullmatch(printed)):
        return False
    return abs(float(shown) - float(printed)) <= max(ATOL, RTOL * abs(float(printed)))


def check_columns(before, after, where):
    """Compare what both columns leave: structure first, then numbers by the project's tolerance table.

    Args:
        before: a nest of arrays, the TF1 side's.
        after: the same nest from Keras.
        where: for messages.

    Raises:
        DocumentError: the structures, shapes or numbers differ, or there is nothing to compare.
    """
    left, right = _leaves(before, ""), _leaves(after, "")
    if list(left) != list(right):
        raise DocumentError(f"{where}: before leaves {list(left)}, after leaves {list(right)}")
    if not any(np.any(value) for value in left.values()):
        raise DocumentError(f"{where}: before leaves nothing but zeros: {list(left)}")
    for name, expected in left.items():
        value = right[name]
        if value.shape != expected.shape or value.dtype.kind != expected.dtype.kind:
            raise DocumentError(
                f"{where}: {name}: before {expected.dtype}{expected.shape}, after {value.dtype}{value.shape}"
            )
        allowed = tolerance_for("float32", name).allowed(np.max(np.abs(expected), initial=0.0))
        off = np.max(np.abs(value - expected), initial=0.0)
        # Not "off > allowed": a NaN must fail.
        if not off <= allowed:
            raise DocumentError(f"{where}: {name}: the columns differ by {off:.3g}, allowed {allowed:.3g}")


def _leaves(nest, name):
    """Flatten dicts, named tuples and sequences into named arrays."""
    if hasattr(nest, "_asdict"):
        nest = nest._asdict()
    if isinstance(nest, dict):
        named = [(f"{name}.{key}" if name else key, inner) for key, inner in nest.items()]
    elif isinstance(nest, (list, tuple)):
        named = [(f"{name}[{number}]", inner) for number, inner in enumerate(nest)]
    else:
        return {name: np.asarray(nest)}
    return {key: leaf for path, inner in named for key, leaf in _leaves(inner, path).items()}
