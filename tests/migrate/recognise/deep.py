"""Graphs of the zoo with thousands of levels put in front of a cell, into it and behind it, each level used twice."""

import sys

from tampering import Tampered, full

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
}
#: Where they stand in `basic_lstm`: (node, number of its input), or the tensor that nobody reads further.
PLACES = {
    "in front": ("rnn/transpose", 0),
    "on a gate": ("~basic_lstm_cell/Sigmoid", 0),
    "on all gates": ("~basic_lstm_cell/split", 1),
    "on the new state": ("~NextIteration_4", 0),
    "on the end of the loop": ("rnn/Minimum", 0),
    "behind": ("rnn/transpose_1", 0),
}


def deepened(place, block, levels):
    """Return the model `basic_lstm` of the zoo with that many blocks at a place."""
    tampered = Tampered("basic_lstm")
    node, index = PLACES[place]
    reader, (inner, joint) = tampered.nodes[full(node)], BLOCKS[block]
    last = reader.input[index]
    for number in range(levels):
        value = _add(tampered, f"deep/{number}/inner", inner, last) if inner else last
        last = _joined(tampered, f"deep/{number}/joint", joint, last, value) if joint else value
    reader.input[index] = last
    return tampered.model


def _joined(tampered, name, joint, last, value):
    if joint == "ConcatV2":
        return _add(tampered, name, joint, last, value, "rnn/concat_1/axis")
    return _add(tampered, name, joint, *([last] if joint == "SelectV2" else []), last, value)


def _add(tampered, name, op, *inputs):
    new = tampered.model.graph.node.add(name=name, op=op)
    new.input.extend(inputs)
    return name


def calls(function, *arguments):
    """Count the Python functions that a call takes: a measure that is the same on every machine."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return count
