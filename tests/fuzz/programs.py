"""Every operation with a row in the translation, with odd attributes and inputs: a proved program, or refused."""

import ast

from tf2_lstm.migrate.artifacts import graphs as artifact_graphs
from tf2_lstm.migrate.artifacts.counts import MOST, count_outputs
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.graph.safety import ALLOWED
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.rows.registry import rows
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

from . import graphs

#: Outputs that are fetched of a node with many.
FETCHED = 3


def cases(settings, first=0):
    """Return the names of `settings` programs of each operation: "program:Tile:7"."""
    operations = tuple(sorted({*rows()} & ALLOWED))
    return [f"program:{name}" for name in graphs.cases(settings, operations, first)]


def program(case):
    """Return a model with an odd node beside a cell, and what is fetched of it.

    Args:
        case: of `cases`.

    Returns:
        (TF1Model, names of tensors): what is odd, and that with something added which is computed of what is fed.
    """
    model = graphs.odd(case.partition(":")[2])
    nodes = {node.name: node for node in model.graph.node}
    cell = nodes[graphs.CELL]
    cell.input[:] = ["x", *(name for name in cell.input[1:] if name != "^odd")]
    size = model.graph.node.add(name="size", op="L2Loss", input=["x"])
    both = model.graph.node.add(name="both", op="AddV2", input=["odd", "size"])
    size.attr["T"].type = both.attr["T"].type = graphs.FLOAT
    count = count_outputs(nodes["odd"]) or 0
    if count <= MOST and dtypes_of(nodes["odd"])[:1] == ["float32"]:
        return model, ("both",)
    model.graph.node.remove(both)
    return model, tuple(f"odd:{number}" for number in range(min(count, FETCHED)))


def work(case):
    """Convert a program as the command does; (kind, what was said)."""
    model, fetch = program(case)
    try:
        artifact_graphs.checked(model.graph, case)
        findings = recognise(model)
    except ArtifactError as error:
        return "refused", str(error)
    request = Request(str(graphs.CHECKPOINT), program=True, fetch=fetch or (f"{graphs.CELL}:1",))
    whole, _, _, problem = WholeConverter(model, findings, request, None).convert()
    assert problem.isprintable(), "refused in several lines"
    if whole is not None:
        ast.parse(emit_whole(whole))
    return ("refused" if problem else "read"), problem
