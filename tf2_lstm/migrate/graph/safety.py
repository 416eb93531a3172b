"""Which operations of a stranger's graph may be run: arithmetic, control flow, arrays, variables, random numbers.

All others are refused, by name: operations that touch files, Python, the network, devices or data sets, and every one
that nobody looked at.
"""

from tf2_lstm.migrate.artifacts.functions import called
from tf2_lstm.migrate.graph.nodes import functions_of, node_of
from tf2_lstm.migrate.graph.operations import Trait, having

#: Every operation that may be run.
ALLOWED = having(Trait.RUNS)
_CUDNN = having(Trait.CUDNN)


def refused_operations(graph, names=None):
    """List the operations of a graph that may not be run, also those of functions that it calls.

    Args:
        graph: a `GraphDef`.
        names: the nodes that are to run, by default all.

    Returns:
        Sorted texts such as "load/ReadFile (ReadFile)", or "body_12/log (PrintV2)" inside a function; [] if all may
        run.
    """
    functions = functions_of(graph)
    gradients = {one.function_name: one.gradient_func for one in graph.library.gradient}
    wanted = None if names is None else {node_of(name) for name in names}
    nodes = [node for node in graph.node if wanted is None or node.name in wanted]
    refused, waiting = _look(nodes, "", functions)
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in functions:
            refused.append(f"{name} (a function that the graph does not have)")
            continue
        found, more = _look(functions[name].node_def, name + "/", functions)
        refused += found
        waiting += more + ([gradients[name]] if name in gradients else [])
    return sorted(refused)


def _look(nodes, prefix, functions):
    """Return (refused, called) of some nodes: texts, and names of functions."""
    refused = [
        f"{prefix}{node.name} ({node.op})"
        for node in nodes
        if node.op not in functions and node.op not in ALLOWED
    ]
    return refused, [name for node in nodes for name in called(node, functions)]


def why_not_run(part, replaced=()):
    """Say which operations of a graph keep it from being run, and what to do; "" where none does.

    Args:
        part: the `GraphDef`.
        replaced: names of nodes that are not run, because something stands for them.
    """
    run = [node for node in part.node if node.name not in replaced]
    cudnn = [f"{node.name} ({node.op})" for node in run if node.op in _CUDNN]
    if cudnn:
        return (
            f"{', '.join(cudnn[:3])}, which runs on a GPU alone: it is not run. --recurrences proves the recurrences "
            "by their equations."
        )
    refused = refused_operations(part, [node.name for node in run])
    if not refused:
        return ""
    return (
        f"{', '.join(map(str, refused[:3]))}, which may touch files, Python or the network: it is not run. Cut that "
        "out of the graph and save it again."
    )
