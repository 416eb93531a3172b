"""Find where a whole program begins and ends: its inputs and outputs, the values that inference fixes, the rest."""

from tf2_lstm.migrate.graph.frames import frames_of
from tf2_lstm.migrate.graph.nodes import copied, data_inputs, edge, functions_of, node_of, normal
from tf2_lstm.migrate.graph.operations import VARIABLES
from tf2_lstm.migrate.roles import Role
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.edges.drawn import draw_of, drawn, ending_in_front
from tf2_lstm.migrate.translate.edges.ends import Ends
from tf2_lstm.migrate.translate.edges.switches import FRESH_INPUTS, switches
from tf2_lstm.migrate.translate.rows.outside import ending_in_numbers, fed_from_outside
from tf2_lstm.migrate.translate.whole import Boundary, ProgramRefused
from tf2_lstm.migrate.translate.writing.naming import key_name
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


def boundary_of(tf1, findings, fetch=(), feed=()):
    """Find where the inference graph of a TF1 model begins and ends.

    Args:
        tf1: the `TF1Model`.
        findings: its `Findings`.
        fetch: names of tensors that are the outputs; () to find them.
        feed: names of tensors at which it begins, beside the placeholders.

    Returns:
        A `Boundary`.

    Raises:
        ProgramRefused: a tensor is not in the graph, or nothing is fetched.
    """
    nodes = {node.name: node for node in tf1.graph.node}
    _check(nodes, (*fetch, *feed))
    states = _states(tf1, nodes)
    outside = fed_from_outside(nodes)
    frames = frames_of(nodes, functions_of(tf1.graph))
    carried = {old: new for old, new in _carried(nodes, findings, frames).items() if old not in states}
    told = {*map(normal, feed), *states}
    feed, lacking = (*feed, *states, *(one for one in (*outside, *carried) if one not in told)), ()
    values = switches(nodes, findings.shapes)
    ends = Ends(tf1, nodes, findings, {*map(normal, feed)}, frames, values)
    if fetch:
        outputs, notes = _named([normal(one) for one in fetch]), []
    elif tf1.signatures:
        outputs, notes = ending_in_numbers(nodes, _of_signatures(nodes, tf1.signatures))
    else:
        found = ends.found()
        known = {copied(nodes, one) for one in found}
        found += [new for new in carried.values() if new not in known]
        outputs, notes, lacking = _named(found), ends.notes, ends.lacking
    _check_ends(nodes, outputs, notes)
    order = _order(nodes, findings, feed, frames, outputs)
    random = [one for one in drawn(nodes, order, findings.shapes, values) if one not in told]
    if random:
        feed = (*feed, *random)
        outputs, scores, ended = ending_in_front(nodes, outputs, random)
        outputs, notes = _named(scores, outputs), [*notes, *ended]
        _check_ends(nodes, outputs, notes)
        order = _order(nodes, findings, feed, frames, outputs)
    inputs = [one for one in map(normal, feed) if one in order]
    notes += [f"{one} is fed: no value of its variable is in the file" for one in inputs if one in states]
    notes += [f"{one} is fed: what is in front of it are no numbers" for one in inputs if one in outside]
    notes += [
        f"{one} is fed: random numbers, which TF1 draws at each run. In Keras: {draw_of(nodes, one).keras}"
        for one in inputs
        if one in random
    ]
    kept = [f"{one} (the next is {carried[one]})" for one in inputs if one in carried]
    if kept:
        notes.append(f"{', '.join(kept)}: fed: TF1 carries a state in the variable from run to run")
    fixed = {}
    for name in order:
        node = nodes.get(name) if isinstance(name, str) else None
        if node is None or node.op not in FRESH_INPUTS:
            continue
        if name in values:
            fixed[f"{name}:0"] = values[name]
        else:
            inputs.append(f"{name}:0")
    notes += [f"{name} is {value} in it, as at inference" for name, value in fixed.items()]
    return Boundary(tuple(inputs), outputs, fixed, tuple(notes), tuple(lacking))


def _order(nodes, findings, feed, frames, outputs):
    return Order(nodes, findings.recurrences, {*map(normal, feed)}, frames).of(list(outputs.values()))[0]


def _states(tf1, nodes):
    """List the reads of variables without a value, which a frozen graph left as they are: states of the program."""
    if tf1.kind != "frozen_graph":
        return ()
    kept = {name for name, node in nodes.items() if node.op in VARIABLES and name not in tf1.nodes}
    return tuple(
        f"{node.name}:0"
        for node in nodes.values()
        if node.op in ("Identity", "ReadVariableOp") and node_of(data_inputs(node)[0]) in kept
    )


def _carried(nodes, findings, frames):
    """Map the read of each variable that carries a state to the next state, which a run assigns to the variable."""
    begins = [t.tf1 for one in findings.recurrences for t in one.inputs if t.role is Role.INITIAL and t.tf1]
    begins += [tensor for frame in {*frames.values()} for tensor in frame.initial]
    reads = {
        node_of(data_inputs(nodes[node_of(one)])[0]): normal(one)
        for one in begins
        if node_of(one) in nodes and nodes[node_of(one)].op in ("Identity", "ReadVariableOp")
    }
    order = Order(nodes, findings.recurrences, set(), frames)
    return {
        reads[node_of(node.input[0])]: copied(nodes, node.input[1])
        for node in nodes.values()
        if node.op in ("Assign", "AssignVariableOp")
        and node_of(node.input[0]) in reads
        and any(not isinstance(one, str) for one in order.of([node.input[1]])[0])
    }


def _check_ends(nodes, outputs, notes):
    if not outputs:
        raise ProgramRefused(
            "no tensor is found at which the inference graph ends. Name what is fetched with --fetch"
            + "".join(f". {note}" for note in notes)
        )
    _check(nodes, outputs.values())


def _check(nodes, tensors):
    for name in tensors:
        node, _, number = normal(name).partition(":")
        is_number = number.isascii() and number.isdigit()
        if node not in nodes or not is_number or int(number) >= len(dtypes_of(nodes[node])):
            raise ProgramRefused(
                f"{name}: expected a tensor of the graph, found none of that name. Check its spelling"
            )


def _of_signatures(nodes, signatures):
    """Return the outputs of all signatures, each tensor once, without operations that only initialise."""
    found = {}
    for name, one in signatures.items():
        for key, tensor in one["outputs"].items():
            if dtypes_of(nodes[node_of(tensor)]) and normal(tensor) not in found.values():
                own = key_name(key)
                found[own if own not in found else f"{key_name(name)}_{own}"] = normal(tensor)
    return found


def _named(tensors, known=()):
    """Return names for outputs, behind those that are known: the last part of each tensor's name."""
    found = dict(known)
    for tensor in tensors:
        *scopes, last = node_of(tensor).split("/")
        number = edge(tensor)[1]
        own = key_name(f"{last}_{number}" if number else last)
        own = own if own not in found else key_name("_".join([*scopes[-1:], last]))
        while own in found:
            own += "_"
        found[own] = tensor
    return found
