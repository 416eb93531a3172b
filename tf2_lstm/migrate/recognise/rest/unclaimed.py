"""The variables that no recurrence claims, each with its reason, and the variables that have no value."""

import re
from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import BOOKKEEPING, HANDS_ON, SWITCHES
from tf2_lstm.migrate.model import NotConverted, Unclaimed
from tf2_lstm.migrate.recognise.without_graph.names_alone import SLOT
from tf2_lstm.migrate.roles import Role

OUTSIDE = "read outside of the recurrences, by "
SLOTS, NUMBERS = "an optimizer's slot", "a number of an optimizer"
SLOTS_BY_NAME = f"{SLOTS}, by its name"
OPTIMIZERS = (SLOTS, NUMBERS, SLOTS_BY_NAME)
NO_KNOWN_CELL = "its names and shapes are those of no known cell"
#: The operations that move a variable towards another value.
_MOVED = ("AssignSub", "AssignSubVariableOp")


def unclaimed(model, findings, reading=None, training=None):
    """List the variables of a model that are in no recurrence, converted or not.

    Args:
        model: the `TF1Model`.
        findings: the `Findings` so far.
        reading: the `GraphReader` of the graph, None for a model without one.
        training: the `Training` of the graph, None likewise.

    Returns:
        A list of `Unclaimed`.
    """
    claimed = {name for one in findings.recurrences for cell in one.cells for name in cell.variables}
    claimed |= {name for one in findings.not_converted for name in one.variables}
    readers = _readers(reading.model.graph.node) if reading is not None else {}
    starts = {
        edge(one.tf1)[0] for run in findings.recurrences for one in run.inputs if one.role is Role.INITIAL
    }
    return [
        Unclaimed(
            name, tuple(variable.shape or ()), _reason(model, name, variable, training, readers, starts)
        )
        for name, variable in model.variables.items()
        if name not in claimed
    ]


def _reason(model, name, variable, training, readers, starts):
    if model.config is not None:
        return "of a layer that is no recurrence"
    if training is None:
        return SLOTS_BY_NAME if _is_of_a_class(model, name) else _by_name(name, variable)
    nodes = [node for node, (checkpoint, _) in model.nodes.items() if checkpoint == name]
    averages = f"{name}/ExponentialMovingAverage"
    if not nodes and any(checkpoint == averages for checkpoint, _ in model.nodes.values()):
        return "its moving average is served instead"
    if not nodes:
        return "in the checkpoint, but no node of the graph holds it"
    uses, copies = _uses(nodes, readers)
    if any(_is_slot(use, at) for use, at in uses):
        return SLOTS if variable.shape else NUMBERS
    if not variable.shape and any(re.match(r"AssignAdd", use.op) for use, _ in uses):
        return "a counter"
    if _is_average(uses):
        return "the moving average of another variable"
    if name in training.kept or _is_of_a_class(model, name):
        return SLOTS if variable.shape else NUMBERS
    if not variable.shape and training.sets(nodes):
        return NUMBERS
    if copies & starts:
        return "keeps the state of a recurrence between runs: its value is an initial state"
    reading_ops = dict.fromkeys(use.op for use, _ in uses if use.op not in BOOKKEEPING)
    if not reading_ops:
        return "read by no operation of the graph"
    return OUTSIDE + ", ".join(reading_ops)


def _by_name(name, variable):
    if SLOT.search(name):
        return SLOTS_BY_NAME
    if name.endswith("/ExponentialMovingAverage"):
        return "the moving average of another variable, by its name"
    if not variable.shape and "int" in variable.dtype:
        return "a counter, by its shape"
    return NO_KNOWN_CELL


def _readers(nodes):
    """Map the name of each node to [(a node that reads it, at which input)]."""
    found = {}
    for node in nodes:
        for at, reference in enumerate(data_inputs(node)):
            found.setdefault(edge(reference)[0], []).append((node, at))
    return found


def _uses(nodes, readers):
    """Return every (operation, input number) that reads a variable, also through copies, and the copies' names."""
    found, todo, seen = [], list(nodes), set(nodes)
    while todo:
        name = todo.pop()
        for reader, at in readers.get(name, ()):
            if reader.op in HANDS_ON or (reader.op in SWITCHES and at == 0):
                if reader.name not in seen:
                    seen.add(reader.name)
                    todo.append(reader.name)
            else:
                found.append((reader, at))
    return found, seen


def _is_slot(use, at):
    """Whether an operation uses a variable as its optimizer's memory: ApplyAdam's m and v, not the weight itself."""
    return re.match(r"(Resource)?(Sparse)?Apply[A-Z]", use.op) is not None and at > 0


def _is_of_a_class(model, name):
    """Whether a variable is named after a weight and an optimizer's class: "embedding/AdaMax_1"."""
    owner, _, leaf = name.rpartition("/")
    return owner in model.variables and re.match(r"[A-Z](?!xponentialMovingAverage)\w*$", leaf) is not None


def _is_average(uses):
    """Whether a variable only follows another one: it is moved towards that one, and nothing else reads it."""
    moved = [use for use, at in uses if use.op in _MOVED and at == 0]
    others = {use.op for use, _ in uses} - BOOKKEEPING - {*_MOVED, "Sub"}
    return bool(moved) and not others


NEXT = "name with --weights a checkpoint that has all of them"


def name_absent(model, findings):
    """Report recurrences whose variables have no value in the checkpoint, and missing variables by their scope.

    The slots of an optimizer and the step counter are left out: no recurrence needs them, and a note has them.

    Args:
        model: the `TF1Model`.
        findings: the `Findings`; changed in place.
    """
    left = [name for name in model.missing if not SLOT.search(name) and not name.endswith("global_step")]
    for number, one in enumerate(findings.not_converted):
        own = [name for name in left if name.startswith(f"{one.scope}/")]
        left = [name for name in left if name not in own]
        if own:
            reason = f"{_sentence(own)}; as it is read without them: {one.reason}"
            findings.not_converted[number] = replace(one, reason=reason)
    scopes = dict.fromkeys(name.rpartition("/")[0] for name in left)
    for scope in scopes:
        own = [name for name in left if name.rpartition("/")[0] == scope]
        findings.not_converted.append(NotConverted(scope or own[0], _sentence(own), ()))


def _sentence(names):
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the checkpoint has no value of {', '.join(names[:3])}{more}: {NEXT}"
