"""Where a whole program begins and ends, as `inspect` shows it; this needs no Keras."""

from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.graph.careful import STAGE
from tf2_lstm.migrate.graph.nodes import edge, normal
from tf2_lstm.migrate.graph.shapes import importable, misfit
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.edges.drawn import shapes_with_draws
from tf2_lstm.migrate.translate.whole import ProgramRefused
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


def program_boundary(tf1, findings, request):
    """Return the `Boundary` of a whole program.

    Args:
        tf1: the `TF1Model`.
        findings: its `Findings`.
        request: the `Request`.

    Raises:
        ProgramRefused: no end is found, or no shape is known.
    """
    if not findings.shapes:
        raise ProgramRefused(_unknown(tf1.graph, request.skipped))
    return boundary_of(tf1, findings, request.fetch, request.feed)


def edges_of(tf1, findings, request):
    """Find where each whole program begins and ends; nothing is translated.

    Args:
        tf1: the `TF1Model`.
        findings: the `Findings` of the model.
        request: the `Request`.

    Returns:
        A list of dicts of plain data: the program's `name`; `inputs` and `outputs`, each a list of dicts of `tf1`,
        `dtype` and `shape`, outputs with their `name` in the Keras model; `fixed`, TF1 tensor -> its value at
        inference; `notes`. Where no end is found only its `name` and its `problem`.
    """
    return [
        {"name": name, **_edges(one, findings, request)}
        for name, one in programs_of(tf1, request.fetch).items()
    ]


def _edges(tf1, findings, request):
    try:
        boundary = program_boundary(tf1, findings, request)
    except ProgramRefused as error:
        return {"problem": str(error)}
    nodes = {node.name: node for node in tf1.graph.node}
    shapes = shapes_with_draws(nodes, boundary.inputs, findings)

    def plain(tensor):
        name, number = edge(tensor)
        shape = shapes.get(normal(tensor))
        dtype = dtypes_of(nodes[name])[number]
        return {"tf1": tensor, "dtype": dtype, "shape": shape if shape is None else list(shape)}

    return {
        "inputs": [plain(tensor) for tensor in boundary.inputs],
        "outputs": [{"name": name, **plain(tensor)} for name, tensor in boundary.outputs.items()],
        "fixed": dict(boundary.fixed),
        "notes": list(boundary.notes),
    }


def _unknown(graph, skipped):
    """Return why no shape of a graph is known."""
    why = skipped.get(STAGE) or misfit(importable(graph), {}) or "none of its nodes gives one"
    return (
        f"no shape in the graph is known: {' '.join(why.split())[:300]}. Does TensorFlow 1.x run the graph?"
    )
