"""Write the generated tables of the documents: `python docs/tables.py`, or `make docs`.

A table stands between `<!-- table: NAME ... -->` and `<!-- end -->`; NAME is a function of `TABLES`,
and the pairs that follow are its arguments. The pages in `docs/rules/` are generated whole. `--check`
writes nothing and exits with 1 when a document is not current.
"""

import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import serving_costs, whole_speed  # noqa: E402
from benchmarks.speed.documents import TABLES as SPEED  # noqa: E402
from tf2_lstm.migrate.export.litert.unsupported import LACKING  # noqa: E402
from tf2_lstm.migrate.pairs import PAIRS  # noqa: E402 - found from the checkout, installed or not
from tf2_lstm.migrate.pairs.tree import scoped_cells, tensors_of  # noqa: E402
from tf2_lstm.migrate.source.pages import documents  # noqa: E402
from tf2_lstm.migrate.source.pasted.messages import chapters  # noqa: E402

WRITTEN = (
    "README.md",
    "MIGRATION.md",
    "CONTRIBUTING.md",
    "benchmarks/figures.md",
    "docs/*.md",
    "docs/[pc]*/*.md",
)
_PLACE = re.compile(r"(<!-- table: (\w+)([^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)
#: Where a link leads, or a block of code, which has none.
_LINK = re.compile(r"(?ms)^```.*?^```$|(?<=\]\()[^)#\s:]+(?=[)#])")
_PARTS = ("layers", "accelerate", "streaming", "convert")
_BACKEND_PARTS = ("own cells", "streaming")
_CONVERSIONS = {"rate": "1 - keep_prob"}


class UnknownTable(ValueError):
    """A document asks for a table that there is not."""


def main(argv=None):
    """Write or check all documents; return 0, or 1 when `--check` finds one that is not current."""
    argv = sys.argv[1:] if argv is None else argv
    stale = {name: text for name, text in current(ROOT).items() if text != _read(ROOT / name)}
    if "--check" not in argv:
        for name, text in stale.items():
            _write(ROOT / name, text)
    if stale:
        print(("not current: " if "--check" in argv else "written: ") + ", ".join(stale))
    return int(bool(stale) and "--check" in argv)


def written(root):
    """Return the documents that people write, with tables in them: name -> text."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for pattern in WRITTEN
        for path in sorted(root.glob(pattern))
    }


def current(root):
    """Return every document as it should be: name -> text, None for a page of a rule that is no more."""
    pages = {name: _from(name, text) for name, text in documents().items()}
    left = {path.relative_to(root).as_posix() for path in root.glob("docs/rules/*")} - set(pages)
    filled = {name: fill(text, name) for name, text in written(root).items()}
    return filled | pages | dict.fromkeys(sorted(left))


def _read(path):
    return path.read_text(encoding="utf-8") if path.exists() else None


def _write(path, text):
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def fill(text, name="README.md"):
    """Return a document with every table as it should be.

    Args:
        text: the document.
        name: its path, from the root; the links of its tables begin there.

    Raises:
        UnknownTable: a marker names no table, or a pair that there is not.
    """

    def current(place):
        return f"{place[1]}\n{_from(name, _table(place[2], place[3].split()))}\n\n{place[4]}"

    return _PLACE.sub(current, text)


def _from(name, text):
    """Turn links that begin at the root into links of a document."""
    folder = Path(name).parent.as_posix()

    def led(found):
        return found[0] if found[0].startswith("```") else os.path.relpath(found[0], folder)

    return _LINK.sub(led, text)


def _table(name, arguments):
    if name not in TABLES:
        raise UnknownTable(f"table {name!r}: expected one of {', '.join(TABLES)}.")
    unknown = [argument for argument in arguments if argument not in PAIRS]
    if unknown:
        raise UnknownTable(f"table {name} {unknown[0]}: expected a pair, one of {', '.join(PAIRS)}.")
    return TABLES[name](*(PAIRS[argument] for argument in arguments))


def start():
    """You have this -> read that."""
    rows = [
        (
            ", ".join(map(_code, row.tf1)),
            f"[{row.name}](docs/pairs/{row.name}.md)",
            _code(row.keras),
            row.summary,
        )
        for row in PAIRS.values()
        if row.kind != "program"
    ]
    return _grid(("you have", "read", "it becomes", "what changes"), rows)


def programs():
    """The whole programs."""
    rows = [
        (f"[{row.name}](docs/pairs/{row.name}.md)", row.summary, row.cases[0].why)
        for row in PAIRS.values()
        if row.kind == "program"
    ]
    return _grid(("program", "what changes", "what it runs"), rows)


def head(row):
    """What a pair is, in lines."""
    both = [f"[`{side}/{row.file}`]({side}/{row.file})" for side in ("legacy_tf1", "tf2_lstm")]
    cases = f"{len(row.cases)} case{'s' if len(row.cases) > 1 else ''}"
    lines = [
        "" if row.kind == "program" else f"{', '.join(map(_code, row.tf1))} becomes {_code(row.keras)}.",
        f"Files: {both[0]}, {both[1]}. Proof: `tf2-lstm compare {row.name}`, {cases}.",
        _stock(row),
    ]
    return "  \n".join(line for line in lines if line)


def _stock(row):
    if not row.stock:
        return ""
    if not row.stock_unless:
        always = "".join(f", always with `{name}={value!r}`" for name, value in row.constants.items())
        return f"Stock Keras is exact{always}: nothing of this package is needed to run it."
    return f"Stock {_code(row.stock)} is exact too, unless: {', '.join(map(_code, row.stock_unless))}."


def arguments(row):
    """What becomes of each TF1 argument."""
    rows = [
        (_code(argument.tf1), argument.how, _code(argument.to) if argument.to else "-", _why(argument))
        for argument in row.arguments
    ]
    return _grid(("TF1 argument", "is", "Keras", "why"), rows)


def _why(argument):
    return " ".join(filter(None, (_CONVERSIONS.get(argument.convert, ""), argument.why))) or "-"


def equations(row):
    """What one step of a cell computes."""
    rows = []
    for cell in (row, *row.variants):
        said = f" with `{cell.option}`" if cell is not row else ""
        own = [text for text in cell.equations if cell is row or text not in row.equations]
        rows += [
            (_code(name) + said, _code(right)) for name, _, right in (text.partition(" = ") for text in own)
        ]
    gate = row.weights.tf1[0].gates[0]
    legend = (
        f"One step; `h'` is the new h. `linear.{gate}(x, h)` is [x, h] @ kernel + bias in the columns {gate}, "
        "`gate` the sigmoid."
    )
    return f"{legend}\n\n" + _grid(("", "is"), rows)


def limits(row):
    """What cannot be proved equal."""
    if not row.limits:
        return "Limits: none known."
    return "Limits:\n\n" + "\n".join(f"- {limit}" for limit in row.limits)


def all_limits():
    """The limits of all pairs."""
    rows = [
        (f"[{row.name}](docs/pairs/{row.name}.md)", limit) for row in PAIRS.values() for limit in row.limits
    ]
    return _grid(("pair", "what cannot be proved equal"), rows)


def refused():
    """The arguments that have no equal."""
    rows = [
        (f"[{row.name}](docs/pairs/{row.name}.md)", _code(argument.tf1), argument.why)
        for row in PAIRS.values()
        for argument in row.arguments
        if argument.how == "refused"
    ]
    return _grid(("pair", "TF1 argument", "why it is refused"), rows)


def scopes():
    """The variable scopes that a construct opens around its cells."""
    rows = []
    for row in PAIRS.values():
        if row.name == "python_loop":  # a cell called by hand has the scopes that the program opened
            continue
        opened = [f"{scope}/".replace("%d", "N") for scope in row.cells.values() if scope]
        if opened:
            rows.append((_code(row.tf1[0]), ", ".join(map(_code, dict.fromkeys(opened)))))
        elif row.cells:
            rows.append((_code(row.tf1[0]), "nothing"))
        elif row.scope:
            rows.append((_code(row.tf1[0]), _code(row.scope + "/")))
    return _grid(("TF1 construct", "puts before the names of what is inside"), rows)


def names():
    """What the checkpoint of the first case of each pair holds."""
    rows = []
    for row in PAIRS.values():
        if row.kind != "program":
            rows.append(
                (f"[{row.name}](docs/pairs/{row.name}.md)", _code(row.cases[0].name), _names_of(row.cases[0]))
            )
        else:
            rows.append((f"[{row.name}](docs/pairs/{row.name}.md)", _code(row.name), _names_of_program(row)))
    return _grid(("pair", "case", "names in its checkpoint"), rows)


def _names_of(case):
    return "<br>".join(_code(name) for name in variables_of(case.call))


def _names_of_program(row):
    return "<br>".join(_code(name) for name in program_variables(row))


def variables_of(call):
    """Return the names of the TF1 variables of a call tree, in the weight maps' order."""
    return [
        f"{scope}/{tensor.name}" for scope, cell in scoped_cells(call).items() for tensor in tensors_of(cell)
    ]


def program_variables(row):
    """Return the names of the TF1 variables of a program, in its parts' order."""
    found = []
    for part in row.parts:
        if part.call is None:
            found.append(part.tf1)
        else:
            found += [f"{part.tf1}/{tensor.name}" for tensor in tensors_of(part.call)]
    return found


def weights(row):
    """Where each TF1 variable of a cell goes."""
    rows = []
    for tensor in row.weights.tf1:
        when = f" with {_code(tensor.when)}" if tensor.when else ""
        parts = [part for part in row.weights.keras if _overlap(part, tensor)]
        fold = [name for name, block in row.weights.folds.items() if block[0] in tensor.rows]
        added = "".join(f"; {name} added to {row.weights.folds[name][1]}" for name in fold)
        into = "<br>".join(f"{_code(part.name)} {_layout(part, row)}" for part in parts)
        rows.append((_code(f"{row.scope}/{tensor.name}") + when, _layout(tensor, row), into + added))
    return _grid(("TF1 variable", "shape, columns", "Keras weight, shape, columns"), rows)


def _overlap(part, tensor):
    return set(part.rows) & set(tensor.rows) and set(part.gates) & set(tensor.gates)


def _layout(tensor, row):
    projected = any("projection" in other.rows for other in row.weights.tf1)
    heights = {"input": "D", "recurrent": "P" if projected else "U", "projection": "U"}
    height = " + ".join(heights[kind] for kind in tensor.rows if kind in heights)
    unit = "P" if "projection" in tensor.rows else "U"
    width = f"{len(tensor.gates)}{unit}" if len(tensor.gates) > 1 else unit
    gates = f" {' '.join(tensor.gates)}" if len(tensor.gates) > 1 else ""
    return f"[{height}, {width}]{gates}" if height else f"[{width}]{gates}"


def errors():
    """The messages that people paste."""
    return chapters()


def lacking():
    """What LiteRT lacks of the operations that are written for ONNX."""
    rows = [[lack.what, lack.said or "DIFFERENT: the numbers differ", lack.way] for lack in LACKING]
    return _grid(["operation", "words of the message", "instead"], rows)


def versions():
    """What `make matrix` found: a pair of TensorFlow and Keras a row, how many tests of a part passed of how many."""
    pairs = [one for one in _matrix() if "tensorflow" in one["versions"]]
    pairs.sort(key=lambda one: [_numbers(one["versions"][name]) for name in ("tensorflow", "python")])
    names = ("tensorflow", "keras", "numpy", "python")
    rows = [[pair["versions"][name] for name in names] + _counts(pair["parts"], _PARTS) for pair in pairs]
    return _grid(["TensorFlow", "Keras", "NumPy", "Python", *_PARTS], rows)


def backends():
    """What `make matrix` found where Keras runs on JAX or PyTorch: tests, and cases against TensorFlow 1.15.5."""
    rows = []
    for one in _matrix():
        name = next((name for name in ("jax", "torch") if name in one["versions"]), None)
        if name:
            kept, about = one["records"], one["versions"]
            equal = f"{kept['cases'] - len(kept['different'])} of {kept['cases']} ({kept['equal']:,} tensors)"
            found = _counts(one["parts"], _BACKEND_PARTS)
            program = f"off by {one['program']:.1e}"
            rows.append([f"{name} {about[name]}", about["keras"], about["python"], equal, program, *found])
    titles = ["Backend", "Keras", "Python", "cases equal", "tagger of the tutorial", *_BACKEND_PARTS]
    return _grid(titles, rows)


def _matrix():
    return list(json.loads((ROOT / "tests" / "matrix" / "results.json").read_text(encoding="utf-8")).values())


def _numbers(version):
    return [int(number) for number in version.split(".")]


def _counts(parts, names):
    return [f"{parts[one]['passed']} of {parts[one]['passed'] + len(parts[one]['failed'])}" for one in names]


def _code(text):
    return f"`{text}`"


def _grid(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


TABLES = (
    {
        function.__name__: function
        for function in (
            start,
            programs,
            head,
            arguments,
            limits,
            all_limits,
            refused,
            scopes,
            names,
            weights,
            equations,
            errors,
            lacking,
            versions,
            backends,
        )
    }
    | SPEED
    | {"speed_whole": whole_speed.table, "serving_costs": serving_costs.table}
)

if __name__ == "__main__":
    sys.exit(main())
