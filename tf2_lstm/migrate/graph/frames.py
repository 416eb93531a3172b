"""The while loops of a graph, of both control flows: the carried values, the inputs, the nodes of a step."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.graph.declared import position
from tf2_lstm.migrate.graph.hoisted import returns_as_it_is
from tf2_lstm.migrate.graph.nodes import attribute, copied, data_inputs, edge, node_of, normal, op_of
from tf2_lstm.migrate.graph.operations import ENTERS, EXITS, MERGES, SWITCHES, Trait, operation


@dataclass(frozen=True)
class FrameVariable:
    """The nodes that carry one value through a loop of control flow v1; "" for one that the graph does not have.

    Attributes:
        merge: the name of the node that has the value when a step begins.
        frame: the name of the frame; None where no Enter leads to the Merge and no NextIteration back to it.
        enter: the name of the node that brings the initial value into the loop.
        initial: the tensor outside that is the initial value.
        next: the tensor of the value when a step ends.
        switch: the name of the node from which the value goes into the body or out.
        goes_on: the tensor that decides which.
    """

    merge: str
    frame: str | None = None
    enter: str = ""
    initial: str = ""
    next: str = ""
    switch: str = ""
    goes_on: str = ""


@dataclass(frozen=True)
class Part:
    """The condition of a loop, or its body.

    Attributes:
        nodes: name -> NodeDef.
        leaves: name of a tensor -> the number of the carried value that it is.
        captured: name of a tensor -> the tensor outside of the loop that it is.
        results: the tensors that it returns.
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
    """Find the loops of a graph.

    Args:
        nodes: name -> NodeDef.
        functions: name -> FunctionDef, of the graph's library.

    Returns:
        A dict from the name of a node that gives something out of a loop to the `Frame`. A loop that is not complete is
        not in it.
    """
    found, rounds = {}, frame_variables_of(nodes)
    exits = {node_of(node.input[0]): node.name for node in nodes.values() if node.op in EXITS}
    for name, enters in enters_of(nodes).items():
        frame = _of_rounds(nodes, enters, rounds.get(name, ()), exits)
        found.update({node_of(one): frame for one in frame.exits} if frame is not None else {})
    for node in nodes.values():
        frame = frame_of(node, functions)
        if frame is not None:
            found[node.name] = frame
    return found


def frame_variables_of(nodes):
    """Find the carried values of the loops of control flow v1, also of loops that are not complete.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A dict from the name of a frame to its `FrameVariable`s, both in the order of the graph.
    """
    switches = {node_of(one.input[0]): one for one in nodes.values() if ends_a_loop(nodes, one)}
    found = {}
    for node in nodes.values():
        if begins_a_step(nodes, node):
            one = _frame_variable(nodes, node, switches.get(node.name))
            found.setdefault(one.frame, []).append(one)
    return found


def _frame_variable(nodes, merge, switch):
    enter, back = (nodes.get(node_of(one)) for one in (*merge.input, "")[:2])
    if len(merge.input) != 2 or enter is None or enter.op not in ENTERS:
        return FrameVariable(merge.name)
    return FrameVariable(
        merge.name,
        frame_name(enter),
        enter.name,
        normal(data_inputs(enter)[0]),
        normal(data_inputs(back)[0]),
        switch.name if switch else "",
        normal(data_inputs(nodes[node_of(switch.input[1])])[0]) if switch else "",
    )


def begins_a_step(nodes, node):
    """Whether a node is the Merge at which a step of a loop begins, and not that of a conditional."""
    return node.op in MERGES and any(_is_back(nodes, one) for one in data_inputs(node))


def _is_back(nodes, reference):
    return Trait.NEXT in operation(op_of(nodes, reference)).traits


def ends_a_loop(nodes, node):
    """Whether a node is a Switch from which a loop goes on or ends, and not that of a conditional."""
    return node.op in SWITCHES and op_of(nodes, data_inputs(node)[1]) == "LoopCond"


def begins_a_branch(nodes, node):
    """Whether a node is a Switch at which the branches of a conditional begin, and not that of a loop."""
    return node.op in SWITCHES and not ends_a_loop(nodes, node)


def enters_of(nodes):
    """Return name of a frame -> the Enters that lead into it, both in the order of the graph."""
    found = {}
    for node in nodes.values():
        if node.op in ENTERS:
            found.setdefault(frame_name(node), []).append(node)
    return found


def frame_name(enter):
    """Return the name of the frame that an Enter leads into."""
    return attribute(enter, "frame_name").s.decode()


def _of_rounds(nodes, enters, rounds, exits):
    """Return the loop of a frame; None where it is not complete."""
    fixed = [one for one in enters if attribute(one, "is_constant").b]
    # A frozen graph has no Switch for a value that no step reads.
    conditions = {one.goes_on for one in rounds if one.switch}
    if len(rounds) + len(fixed) != len(enters) or len(conditions) != 1:
        return None
    captured = {f"{one.name}:0": normal(data_inputs(one)[0]) for one in fixed}
    leaves = [{}, {}]
    for number, one in enumerate(rounds):
        tensors = (f"{one.merge}:0", f"{one.switch}:1")
        if copied(nodes, one.next) == tensors[1]:
            captured |= dict.fromkeys(tensors, one.initial)
            continue
        leaves[0][tensors[0]] = number
        if one.switch:
            leaves[1][tensors[1]] = number
    return Frame(
        rounds[0].enter.rpartition("/")[0] or rounds[0].enter,
        [one.initial for one in rounds],
        {f"{exits[one.switch]}:0": number for number, one in enumerate(rounds) if one.switch in exits},
        [normal(data_inputs(one)[0]) for one in enters],
        Part(nodes, leaves[0], captured, tuple(conditions)),
        Part(nodes, leaves[1], captured, tuple(one.next for one in rounds)),
    )


def frame_of(node, functions):
    """Return the loop of a While node of control flow v2.

    Args:
        node: the NodeDef.
        functions: name -> FunctionDef, of the graph's library.

    Returns:
        A `Frame`; None for another node, or where a function is not in the file.
    """
    if Trait.LOOP not in operation(node.op).traits:
        return None
    body, condition = (functions.get(attribute(node, name).func.name) for name in ("body", "cond"))
    if body is None or condition is None:
        return None
    given = [normal(one) for one in data_inputs(node)]
    fixed = [number for number in range(len(given)) if returns_as_it_is(body, number)]
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
    """Return a node of a function that reads tensors by the numbers of outputs."""
    copy = type(node).FromString(node.SerializeToString())
    copy.input[:] = [one if one.startswith("^") else _plain(one, ops) for one in node.input]
    return copy


def _plain(reference, ops):
    """Return a reference within a function, "split:output:1", as one in a graph, "split:1"."""
    name, output = edge(reference)
    return f"{name}:{position(ops.get(name, ''), output)}"
