"""Join the parts of a partitioned variable that a checkpoint keeps as separate tensors.

An ordinary Saver writes a partitioned variable as one tensor. A Saver that was given names writes
`kernel/part_0`, `kernel/part_1`, ... as tensors of their own.
"""

import re
from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.graph.nodes import attribute, node_of
from tf2_lstm.migrate.graph.operations import HANDS_ON
from tf2_lstm.migrate.model import ArtifactError, Variable

#: "kernel/part_1" and the variables that belong to it, "kernel/part_1/Adam".
PART = re.compile(r"(.+)/part_(\d+)((?:/[^/]+)*)$")


def join(variables, nodes, where, axes=()):
    """Join the parts that a checkpoint keeps apart.

    Args:
        variables: checkpoint name -> `Variable`.
        nodes: as `TF1Model` has it; may be empty.
        where: the checkpoint, for messages.
        axes: node of a part -> the axis that the graph joins it on; rows for all others.

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
    axes = {nodes[node][0]: axis for node, axis in dict(axes).items() if node in nodes}
    held, firsts = {}, {}
    for name, (parts, axis) in _groups(variables, where, axes).items():
        whole = _whole(name, parts, axis)
        places = zip(parts, whole.parts.values(), strict=True)
        held.update((part.name, (name, place)) for part, place in places)
        firsts[parts[0].name] = whole
    joined = OrderedDict()
    for name, variable in variables.items():
        if name in firsts:
            joined[firsts[name].name] = firsts[name]
        elif name not in held:
            joined[name] = variable
    return joined, {node: held.get(found[0], found) for node, found in nodes.items()}


def _groups(variables, where, axes):
    """Map the name of the whole to (its parts in order, their axis), for parts that fit together along that axis."""
    numbered, known = {}, {PART.match(name)[1]: axis for name, axis in axes.items() if PART.match(name)}
    for name, variable in variables.items():
        match = PART.match(name)
        if match and match[1] + match[3] not in variables and variable.shape:
            # A variable that belongs to a part, such as an average, has no concatenation of its own.
            found = numbered.setdefault(match[1] + match[3], ({}, known.get(match[1], 0)))
            found[0][int(match[2])] = variable
    groups = {}
    for name, (parts, axis) in numbered.items():
        missing = next(number for number in range(len(parts) + 1) if number not in parts)
        if missing < max(parts):
            raise ArtifactError(
                f"{where}: expected all parts of {files.shown(name)}, found {len(parts)}, "
                f"part_{missing} is missing. Read the checkpoint with all of its data files."
            )
        ordered = [parts[number] for number in sorted(parts)]
        axis = axis % len(ordered[0].shape)
        beside = {(part.shape[:axis], part.shape[axis + 1 :], part.dtype) for part in ordered}
        if len(beside) == 1:
            groups[name] = ordered, axis
    return groups


def _whole(name, parts, axis):
    stops = np.cumsum([part.shape[axis] for part in parts]).tolist()
    shape = [*parts[0].shape[:axis], stops[-1], *parts[0].shape[axis + 1 :]]
    places = OrderedDict()
    for part, stop in zip(parts, stops, strict=True):
        place = [slice(0, size) for size in shape]
        place[axis] = slice(stop - part.shape[axis], stop)
        places[next(iter(part.parts), part.name)] = tuple(place)
    return Variable(
        name,
        tuple(shape),
        parts[0].dtype,
        lambda: np.concatenate([part.read() for part in parts], axis=axis),
        places,
    )


def axes_of_parts(graph, held):
    """Return the axis along which a graph joins variables, for each variable that it joins only with variables.

    Args:
        graph: a `GraphDef`.
        held: the names of the variables' nodes.
    """
    nodes, held, found = {node.name: node for node in graph.node}, set(held), {}
    for node in graph.node:
        if node.op != "ConcatV2":
            continue
        inputs = [node_of(name) for name in node.input if not name.startswith("^")]
        sources = {read_from(nodes, name) for name in inputs[:-1]}
        if sources and sources <= held and inputs[-1] in nodes:
            found.update(dict.fromkeys(sources, _constant(nodes[inputs[-1]])))
    return found


def read_from(nodes, name):
    """Return the name of the node that a value is a plain copy of.

    Args:
        nodes: the nodes of a graph by name.
        name: the name of a node.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="kernel", op="Const")
        graph.node.add(name="kernel/read", op="Identity", input=["kernel"])
        assert read_from({node.name: node for node in graph.node}, "kernel/read") == "kernel"
        ```
    """
    for _ in range(len(nodes)):
        node = nodes.get(name)
        if node is None or node.op not in HANDS_ON or not node.input:
            break
        name = node_of(node.input[0])
    return name


def _constant(node):
    """Return the int that a constant holds; 0 for any other node."""
    tensor = attribute(node, "value").tensor
    values = list(tensor.int_val) + list(tensor.int64_val)
    return values[0] if values else int.from_bytes(tensor.tensor_content[:4], "little", signed=True)
