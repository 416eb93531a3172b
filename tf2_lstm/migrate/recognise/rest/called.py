"""Cells that only the names of their variables show: they are reported, and not converted for a name."""

import re
from collections import OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.refusals import GRAPH, IN_WHOLE
from tf2_lstm.migrate.recognise.rest.unclaimed import NO_KNOWN_CELL, OUTSIDE
from tf2_lstm.migrate.recognise.without_graph.lacking import said_of
from tf2_lstm.migrate.recognise.without_graph.names_alone import CELL

#: The wrapper that carries states of its own beside those of its cell.
ATTENTION = re.compile(r"(?:^|.*?/)attention_cell_wrapper(?:_\d+)?(?=/)")
WRAPPED = (
    "AttentionCellWrapper: the cell inside is converted. The attention over its last outputs, and the states of that, "
    "are not in its model. Next step: compute them between the calls of the model, as the program does"
)
#: Wrappers that add a layer to a cell, by the end of their scope: class, where the layer lies, its twin.
LAYERS = {
    "input_projection_wrapper": ("InputProjectionWrapper", "in front of", "keras.layers.Dense"),
    "output_projection_wrapper": ("OutputProjectionWrapper", "behind", "keras.layers.Dense"),
    "embedding_wrapper": ("EmbeddingWrapper", "in front of", "keras.layers.Embedding"),
}
LAYER = re.compile(rf"(?:^|.*?/)({'|'.join(LAYERS)})(?:_\d+)?(?=/)")
READ = (
    "by their names its variables are those of a cell, but no loop, no chain of steps and no step of a known cell "
    f"reads them: a cell of another kind that is stepped in the program. Next step: {IN_WHOLE}"
)
NAMED = f"by their names its variables are those of a cell, of no known one. Next step: {GRAPH}"


def called_cells(findings):
    """Move variables that are named as a cell's from the unclaimed ones to what is not converted.

    Args:
        findings: the `Findings`, complete; changed in place. A scope that is reported already stays as it is.
    """
    findings.not_converted = [_with_own(one, findings) for one in findings.not_converted]
    for run in findings.recurrences:
        run.notes += _layers_of_wrappers(run, findings.unclaimed)
    known = {name for one in findings.not_converted for name in one.variables}
    known |= {name for one in findings.recurrences for cell in one.cells for name in cell.names.values()}
    scopes = OrderedDict()
    for one in findings.unclaimed:
        if one.reason.startswith((OUTSIDE, NO_KNOWN_CELL)) and (found := _scope(one.name, known)):
            scopes.setdefault(found, []).append(one)
    for scope, members in scopes.items():
        reason = READ if members[0].reason.startswith(OUTSIDE) else _named(scope, members)
        reason = WRAPPED if _is_inside(known, scope) else reason
        findings.not_converted.append(NotConverted(scope, reason, tuple(one.name for one in members)))
    named = {name for one in findings.not_converted for name in one.variables}
    findings.unclaimed = [one for one in findings.unclaimed if one.name not in named]


def _named(scope, members):
    """Return the reason for variables that are named as a cell's and that nothing reads."""
    absent = said_of(scope, [one.name for one in members])
    return f"by their names its variables are those of a cell: {absent}" if absent else NAMED


def _layers_of_wrappers(run, unclaimed):
    """Return notes about the layers that TF1's wrappers add to the cells of a recurrence, outside of its model."""
    own, found = [name for cell in run.cells for name in cell.variables], OrderedDict()
    for one in unclaimed:
        match = LAYER.match(one.name)
        if match and _is_inside(own, match[0]):
            found.setdefault(match[0], (match[1], []))[1].append(one.name)
    return [
        f"{scope}: {LAYERS[kind][0]}: the cell inside is converted, its layer lies {LAYERS[kind][1]} the model: a "
        f"{LAYERS[kind][2]} with {', '.join(names)}"
        for scope, (kind, names) in found.items()
    ]


def _scope(name, known):
    """Return the scope that a variable's name has of a cell, or of a converted cell's wrapper; "" for none."""
    cell, wrapper = CELL.match(name), ATTENTION.match(name)
    if cell and not _is_inside(known, cell[0]):
        return cell[0]
    return wrapper[0] if wrapper and _is_inside(known, wrapper[0]) else ""


def _is_inside(known, scope):
    return any(name.startswith(f"{scope}/") for name in known)


def _with_own(said, findings):
    """Return a `NotConverted` with all variables of its cell, also ranges of quantisation, which are no weights."""
    cells = {match[0] for match in map(CELL.match, said.variables) if match}
    found = {one.name: CELL.match(one.name) for one in findings.unclaimed}
    own = [
        name
        for name, cell in found.items()
        if cell and (cell[0] in cells or (not cells and name.startswith(f"{said.scope}/")))
    ]
    return replace(said, variables=tuple(sorted({*said.variables, *own}))) if own else said
