"""What functions are when each is counted as often as it is called."""

import pytest

from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.graph import called
from tf2_lstm.migrate.graph.called import check_called
from tf2_lstm.migrate.model import ArtifactError

#: Operation -> the attributes that name what it runs.
RUNS = {
    "PartitionedCall": ["f"],
    "StatefulPartitionedCall": ["f"],
    "While": ["cond", "body"],
    "StatelessIf": ["then_branch", "else_branch"],
}


def check(functions, top, most, monkeypatch):
    """Check a graph: name of a function -> its nodes, each an operation and what it runs; the nodes of the graph."""
    graph = message("GraphDef")
    for name, nodes in functions.items():
        function = graph.library.function.add()
        function.signature.name = name
        fill(function.node_def, nodes)
    fill(graph.node, top)
    monkeypatch.setattr(called, "MOST_CALLED", most)
    check_called(graph.node, {one.signature.name: one for one in graph.library.function}, "x.pb")


def fill(nodes, wanted):
    for number, (op, *names) in enumerate(wanted):
        node = nodes.add(name=f"n{number}", op=op)
        for attribute, name in zip(RUNS.get(op, ["f"]), names, strict=False):
            node.attr[attribute].func.name = name


THREE = [("Tanh",), ("Tanh",), ("Tanh",)]
#: Functions, the nodes of the graph, and the number of nodes that are read.
CASES = {
    "one that is called": ({"a": THREE}, [("PartitionedCall", "a")], 3),
    "twice": ({"a": THREE}, [("PartitionedCall", "a"), ("StatefulPartitionedCall", "a")], 6),
    "both parts of a loop": ({"a": THREE, "b": [("Tanh",)]}, [("While", "a", "b")], 4),
    "both branches": ({"a": THREE, "b": [("Tanh",)]}, [("StatelessIf", "a", "b")], 4),
    "in each other": ({"a": THREE, "b": [("PartitionedCall", "a")] * 2}, [("PartitionedCall", "b")] * 2, 16),
    "by nobody": ({"a": THREE, "b": THREE}, [("PartitionedCall", "a")], 3),
    "by a data set, which is not read": ({"a": THREE}, [("MapDataset", "a"), ("PartitionedCall", "a")], 3),
    "one that is not there": ({"a": THREE}, [("While", "a", "lost")], 3),
}


@pytest.mark.parametrize(("functions", "top", "total"), CASES.values(), ids=CASES)
def test_each_is_counted_as_often_as_it_is_called(functions, top, total, monkeypatch):
    check(functions, top, total, monkeypatch)
    with pytest.raises(ArtifactError, match=f"expected functions with {total - 1} nodes at most"):
        check(functions, top, total - 1, monkeypatch)


def test_the_first_that_is_too_large_is_named(monkeypatch):
    functions = {"f0": THREE} | {f"f{n}": [("PartitionedCall", f"f{n - 1}")] * 2 for n in range(1, 60)}
    with pytest.raises(ArtifactError, match=r"found more \(in 'f16'\)"):
        check(functions, [("PartitionedCall", "f59")], 200_000, monkeypatch)
