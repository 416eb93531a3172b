"""Parts of a partitioned variable that a checkpoint keeps apart, joined to the whole.

An ordinary Saver writes a partitioned variable as one tensor. A Saver that was given names writes
`kernel/part_0`, `kernel/part_1`, ... as tensors of their own.
"""

import re
from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.artifacts.graphs import attribute, producer, variable_nodes
from tf2_lstm.migrate.model import ArtifactError, Variable

#: "kernel/part_1" and what belongs to it, "kernel/part_1/Adam".
PART = re.compile(r"(.+)/part_(\d+)((?:/[^/]+)*)$")
READS = ("Identity", "ReadVariableOp", "Enter")


def join(variables, nodes, where, apart=()):
    """Join the parts that a checkpoint keeps apart.

    Args:
        variables: checkpoint name -> `Variable`.
        nodes: as `TF1Model` has it; may be empty.
        where: the checkpoint, for messages.
        apart: nodes of parts that are joined on another axis than rows: they stay as they are.

    Returns:
        (variables, nodes) with each whole in the place of its first part.

    Raises:
        ArtifactError: a part is missing.

    Example:
        ```python
        parts = [Variable(f"kernel/part_{n}", (2, 3), "float32", lambda: np.ones((2, 3))) for n in (0, 1)]
        variables, _ = join({part.name: part for part in parts}, {}, "model.ckpt")
        assert variables["kernel"].shape == (4, 3) and variables["kernel"].read().shape == (4, 3)
        ```
    """
    kept = {nodes[node][0] for node in apart if node in nodes}
    wholes = {
        name: parts for name, parts in _groups(variables, where).items() if not kept & {p.name for p in parts}
    }
    rows, firsts = {}, {}
    for name, parts in wholes.items():
        stops = np.cumsum([part.shape[0] for part in parts]).tolist()
        rows.update(
            (part.name, (name, (stop - part.shape[0], stop))) for part, stop in zip(parts, stops, strict=True)
        )
        firsts[parts[0].name] = _whole(name, parts)
    joined = OrderedDict()
    for name, variable in variables.items():
        if name in firsts:
            joined[firsts[name].name] = firsts[name]
        elif name not in rows:
            joined[name] = variable
    return joined, {node: rows.get(held[0], held) for node, held in nodes.items()}


def _groups(variables, where):
    """Name of the whole -> its parts in order, of those that can be one on the axis of rows."""
    numbered = {}
    for name, variable in variables.items():
        match = PART.match(name)
        if match and match[1] + match[3] not in variables and variable.shape:
            numbered.setdefault(match[1] + match[3], {})[int(match[2])] = variable
    groups = {}
    for name, parts in numbered.items():
        missing = next(number for number in range(len(parts) + 1) if number not in parts)
        if missing < max(parts):
            raise ArtifactError(
                f"{where}: expected all parts of {files.shown(name)}, found {len(parts)}, "
                f"part_{missing} is missing. Read the checkpoint with all of its data files."
            )
        ordered = [parts[number] for number in sorted(parts)]
        if len({(part.shape[1:], part.dtype) for part in ordered}) == 1:
            groups[name] = ordered
    return groups


def _whole(name, parts):
    shape = (sum(part.shape[0] for part in parts), *parts[0].shape[1:])
    return Variable(
        name, shape, parts[0].dtype, lambda: np.concatenate([part.read() for part in parts], axis=0)
    )


def joined_on_other_axes(graph):
    """Return the variable nodes that a graph joins on another axis than the first.

    Args:
        graph: a `GraphDef`.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        assert joined_on_other_axes(message("GraphDef")) == set()
        ```
    """
    nodes = {node.name: node for node in graph.node}
    held, found = variable_nodes(graph), set()
    for node in graph.node:
        if node.op != "ConcatV2":
            continue
        inputs = [producer(name) for name in node.input if not name.startswith("^")]
        sources = {_read_from(nodes, name) for name in inputs[:-1]}
        if sources and sources <= held.keys() and _constant(nodes[inputs[-1]]) != 0:
            found |= sources
    return found


def _read_from(nodes, name):
    """The node that a value is a plain copy of."""
    for _ in range(len(nodes)):
        node = nodes[name]
        if node.op not in READS or not node.input:
            break
        name = producer(node.input[0])
    return name


def _constant(node):
    """The whole number that a constant holds; 0 for anything else."""
    tensor = attribute(node, "value").tensor
    values = list(tensor.int_val) + list(tensor.int64_val)
    return values[0] if values else int.from_bytes(tensor.tensor_content[:4], "little", signed=True)
