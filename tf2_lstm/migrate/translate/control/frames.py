"""The while loops of a graph, as both control flows have them: what goes round, what is read, the nodes of a step."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.graph.declared import position
from tf2_lstm.migrate.graph.hoisted import stays
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, edge, node_of, normal
from tf2_lstm.migrate.graph.operations import ENTERS, EXITS, MERGES, SWITCHES, Trait, operation


@dataclass(frozen=True)
class Part:
    """The condition of a loop, or its body.

    Attributes:
        nodes: name -> NodeDef.
        leaves: name of a tensor -> the number of the carried value that it is.
        captured: name of a tensor -> the tensor outside of the loop that it is.
        results: the tensors that it gives.
        function: the name of the function that it is, "" in control flow v1.
    """

    nodes: dict
    leaves: dict
    captured: dict
    results: tuple
    function: str = ""


@dataclass(eq=False)
class Frame:
    """A while loop.

    Attributes:
        name: its scope, or the name of its node.
        initial: the tensor outside of each carried value's start.
        exits: name of a tensor outside -> the number of the carried value that it is after the last step.
        reads: the tensors outside that the loop reads.
        condition: the `Part`.
        body: the `Part`.
    """

    name: str
    initial: list = field(default_factory=list)
    exits: dict = field(default_factory=dict)
    reads: list = field(default_factory=list)
    condition: Part | None = None
    body: Part | None = None


def frames_of(nodes, functions):
    """Find the loops.

    Args:
        nodes: name -> NodeDef.
        functions: name -> FunctionDef, of the graph's library.

    Returns:
        A dict from the name of a node that gives something out of a loop to the `Frame`. A loop that is not complete is
        not in it.

    Example:
        ```python
        assert frames_of({}, {}) == {}
        ```
    """
    found = {}
    for frame in _of_enters(nodes):
        found.update({node_of(one): frame for one in frame.exits})
    for node in nodes.values():
        if Trait.LOOP in operation(node.op).traits:
            frame = _of_functions(node, functions)
            if frame is not None:
                found[node.name] = frame
    return found


def functions_of(graph):
    """Return name -> FunctionDef, of a graph's library."""
    return {one.signature.name: one for one in graph.library.function}


def _of_enters(nodes):
    """The loops of control flow v1."""
    enters, merges, switches, exits = {}, {}, {}, {}
    for node in nodes.values():
        if node.op in ENTERS:
            enters.setdefault(attribute(node, "frame_name").s, []).append(node)
        elif node.op in MERGES and any(_is_next(nodes, one) for one in data_inputs(node)):
            merges[node_of(node.input[0])] = node
        elif node.op in SWITCHES and _op(nodes, node.input[1]) == "LoopCond":
            switches[node_of(node.input[0])] = node
        elif node.op in EXITS:
            exits[node_of(node.input[0])] = node
    for own in enters.values():
        frame = _frame(nodes, own, merges, switches, exits)
        if frame is not None:
            yield frame


def _op(nodes, reference):
    node = nodes.get(node_of(reference))
    return node.op if node is not None else ""


def _is_next(nodes, reference):
    return Trait.NEXT in operation(_op(nodes, reference)).traits


def _frame(nodes, enters, merges, switches, exits):
    round_ = [one for one in enters if not attribute(one, "is_constant").b]
    if not round_ or any(one.name not in merges or merges[one.name].name not in switches for one in round_):
        return None
    own = [merges[one.name] for one in round_]
    turns = [switches[one.name] for one in own]
    backs = [next((one for one in data_inputs(merge) if _is_next(nodes, one)), None) for merge in own]
    conditions = {node_of(one.input[1]) for one in turns}
    if None in backs or len(conditions) != 1:
        return None
    captured = {
        f"{one.name}:0": normal(data_inputs(one)[0]) for one in enters if attribute(one, "is_constant").b
    }
    goes_on = normal(data_inputs(nodes[conditions.pop()])[0])
    results = tuple(normal(data_inputs(nodes[node_of(one)])[0]) for one in backs)
    initial = [normal(data_inputs(one)[0]) for one in round_]
    leaves = [{}, {}]
    for number, tensors in enumerate(zip(_firsts(own, 0), _firsts(turns, 1), strict=True)):
        if _copied(nodes, results[number]) == tensors[1]:
            captured |= dict.fromkeys(tensors, initial[number])
            continue
        for side, tensor in zip(leaves, tensors, strict=True):
            side[tensor] = number
    return Frame(
        round_[0].name.rpartition("/")[0] or round_[0].name,
        initial,
        {f"{exits[one.name].name}:0": number for number, one in enumerate(turns) if one.name in exits},
        [normal(data_inputs(one)[0]) for one in enters],
        Part(nodes, leaves[0], captured, (goes_on,)),
        Part(nodes, leaves[1], captured, results),
    )


def _firsts(nodes, output):
    return [f"{one.name}:{output}" for one in nodes]


def _copied(nodes, tensor):
    """The tensor of which one is a copy."""
    while _op(nodes, tensor) == "Identity":
        tensor = normal(data_inputs(nodes[node_of(tensor)])[0])
    return tensor


def _of_functions(node, functions):
    """The loop of a While node of control flow v2."""
    body, condition = (functions.get(attribute(node, name).func.name) for name in ("body", "cond"))
    if body is None or condition is None:
        return None
    given = [normal(one) for one in data_inputs(node)]
    fixed = [number for number in range(len(given)) if stays(body, number)]
    return Frame(
        node.name,
        given,
        {f"{node.name}:{number}": number for number in range(len(given))},
        given,
        part_of(condition, given, fixed),
        part_of(body, given, fixed),
    )


def part_of(function, given, fixed):
    """Return a function of a graph's library as a `Part`.

    Args:
        function: the FunctionDef.
        given: the tensors outside that it is called with, or where its arguments begin.
        fixed: the numbers of the arguments that nothing changes.
    """
    ops = {node.name: node.op for node in function.node_def}
    nodes = {node.name: _renamed(node, ops) for node in function.node_def}
    names = [f"{arg.name}:0" for arg in function.signature.input_arg]
    return Part(
        nodes,
        {name: number for number, name in enumerate(names) if number not in fixed},
        {name: given[number] for number, name in enumerate(names) if number in fixed},
        tuple(_plain(function.ret[one.name], ops) for one in function.signature.output_arg),
        function.signature.name,
    )


def _renamed(node, ops):
    """A node of a function that reads tensors by their numbers."""
    copy = type(node).FromString(node.SerializeToString())
    copy.input[:] = [one if one.startswith("^") else _plain(one, ops) for one in node.input]
    return copy


def _plain(reference, ops):
    """A reference within a function, "split:output:1", as one of a graph, "split:1"."""
    name, output = edge(reference)
    return f"{name}:{position(ops.get(name, ''), output)}"
