"""Graphs of the zoo with many levels put in front of a cell, into it, behind it or anywhere, each level used twice."""

import random

from tests.zoo.tampering import FILES, Tampered, full
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.recognise import recognise

#: What a level computes of the tensor h before it: the operations on h, and what joins their result with h.
BLOCKS = {
    "h + tanh(h)": ("Tanh", "AddV2"),
    "h * sigmoid(h)": ("Sigmoid", "Mul"),
    "h + h": ("", "AddV2"),
    "h * h": ("", "Mul"),
    "h - tanh(h)": ("Tanh", "Sub"),
    "min(h, tanh(h))": ("Tanh", "Minimum"),
    "where(h, h, tanh(h))": ("Tanh", "SelectV2"),
    "tanh(h)": ("Tanh", ""),
    "[h, h]": ("", "ConcatV2"),
    "dropout(h)": ("", "dropout"),
    "h + dropout(h)": ("dropout", "AddV2"),
}
#: Where they stand: (model of the zoo, the inputs (node, number) that read the last level and are of one tensor).
PLACES = {
    "in front": ("basic_lstm", ("rnn/transpose", 0)),
    "on a gate": ("basic_lstm", ("~basic_lstm_cell/Sigmoid", 0)),
    "on all gates": ("basic_lstm", ("~basic_lstm_cell/split", 1)),
    "on the new state": ("basic_lstm", ("~NextIteration_4", 0)),
    "on the end of the loop": ("basic_lstm", ("rnn/Minimum", 0)),
    "on a kernel": ("basic_lstm", ("~basic_lstm_cell/MatMul/Enter", 0)),
    "on a bias": ("basic_lstm", ("~basic_lstm_cell/BiasAdd/Enter", 0)),
    "on a keep_prob": (
        "dropout_around_stack",
        ("rnn/while/dropout_1/sub", 1),
        ("rnn/while/dropout_1/GreaterEqual", 1),
    ),
    "behind": ("basic_lstm", ("rnn/transpose_1", 0)),
    "on a flat state": (
        "flat_static_lengths",
        ("rnn/cond_3/cond/Switch_2", 0),
        ("rnn/cond_3/cond/Select_1/Switch_1", 0),
    ),
    "beside a flat state": ("flat_static_lengths", ("rnn/cond/basic_lstm_cell/concat_7", 1)),
    "in a single step of a cell over frequencies": ("time_freq_called", ("", "time_freq_lstm_cell/Slice_5")),
    "behind a single step": ("step_basic_rnn", ("", "basic_rnn_cell/Tanh")),
    "behind a single step's flat state": ("flat_once", ("", "lstm_cell/concat_1")),
}
#: Files of an artefact that have a graph.
KINDS = ("frozen.pb", "model.ckpt.meta")
#: Operation -> its attributes where it has others than the dtype of its inputs, T.
TYPES = {
    "ConcatV2": {"T": 1, "Tidx": 3, "N": 2},
    "RandomUniform": {"dtype": 1, "T": 3},
    "Cast": {"SrcT": 10, "DstT": 1},
}
#: Levels on an edge that is drawn: a walk that takes each of them twice has no end.
LEVELS = 30


def cases(count, first=0):
    """Return about `count` names of drawn edges: "deep:basic_lstm:0"; as many of each artefact that has a graph."""
    names = sorted({path.parent.name for kind in KINDS for path in FILES.glob(f"*/{kind}")})
    numbers = range(first, first - (-count // len(names)))
    return [f"deep:{name}:{number}" for name in names for number in numbers]


def work(case):
    """Put levels on a drawn edge and read the graph; (kind, what was said)."""
    _, name, _ = case.split(":")
    tampered, draws = Tampered(name), random.Random(case)
    edges = sorted(name for name, node in tampered.nodes.items() if _is_float32(node))
    edge, block = draws.choice(edges), draws.choice(sorted(BLOCKS))
    readers = [
        (name, number)
        for name, node in tampered.nodes.items()
        for number, value in enumerate(node.input)
        if value == edge
    ]
    try:
        recognise(_stacked(tampered, edge, readers, block, LEVELS))
    except ArtifactError as error:
        return "refused", str(error)
    return "read", f"{block} on {edge}"


def _is_float32(node):
    return "T" in node.attr and node.attr["T"].type == 1


def deepened(place, block, levels):
    """Return a model of the zoo with that many blocks at a place."""
    name, *readers = PLACES[place]
    tampered = Tampered(name)
    first, number = readers[0]
    edge = tampered.nodes[full(first)].input[number] if first else number
    return _stacked(tampered, edge, readers if first else [], block, levels)


def _stacked(tampered, edge, readers, block, levels):
    """Put the levels behind an edge; the readers (node, number) read the last one."""
    (inner, joint), last = BLOCKS[block], edge
    for number in range(levels):
        value = _add(tampered, f"deep/{number}/inner", inner, last) if inner else last
        last = _add(tampered, f"deep/{number}/joint", joint, last, value) if joint else value
    for node, index in readers:
        tampered.nodes[full(node)].input[index] = last
    return tampered.model


def _add(tampered, name, op, *inputs):
    """Compute something of the last level, and of what an operation made of it."""
    if op == "dropout":
        return _dropout(tampered, name, inputs[0])
    first = inputs[:1] if op == "SelectV2" else ()
    return _node(tampered, name, op, *first, *inputs, *([_axis(tampered)] if op == "ConcatV2" else ()))


def _dropout(tampered, name, value):
    """What TensorFlow 1.15 makes of a dropout whose rate is a half."""
    noise = _node(tampered, f"{name}/noise", "RandomUniform", _number(tampered, "deep/size", 4, 3, [1]))
    holds = _node(tampered, f"{name}/holds", "GreaterEqual", noise, _number(tampered, "deep/rate", 0.5, 1))
    mask = _node(tampered, f"{name}/mask", "Cast", holds)
    scaled = _node(tampered, f"{name}/scaled", "Mul", value, _number(tampered, "deep/scale", 2.0, 1))
    return _node(tampered, name, "Mul", scaled, mask)


def _axis(tampered):
    return _number(tampered, "deep/axis", 1, 3)


def _number(tampered, name, value, dtype, shape=()):
    """A constant, float32 (1) or int32 (3), made once."""
    if name not in tampered.nodes:
        constant = tampered.nodes[name] = tampered.model.graph.node.add(name=name, op="Const")
        constant.attr["dtype"].type = constant.attr["value"].tensor.dtype = dtype
        field = "float_val" if dtype == 1 else "int_val"
        getattr(constant.attr["value"].tensor, field).append(value)
        constant.attr["value"].tensor.tensor_shape.SetInParent()
        for size in shape:
            constant.attr["value"].tensor.tensor_shape.dim.add(size=size)
    return name


def _node(tampered, name, op, *inputs):
    node = tampered.model.graph.node.add(name=name, op=op)
    node.input.extend(inputs)
    for attribute, value in TYPES.get(op, {"T": 1}).items():
        field = "i" if attribute == "N" else "type"
        setattr(node.attr[attribute], field, value)
    return name
