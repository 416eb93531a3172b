"""Changing one thing in a graph that TensorFlow 1.15.5 wrote."""

import copy
from functools import cache
from pathlib import Path

from tf2_lstm.migrate.artifacts import read

FILES = Path(__file__).resolve().parent / "files"


@cache
def _original(name):
    frozen = FILES / name / "frozen.pb"
    return read(str(frozen if frozen.exists() else FILES / name / "model.ckpt"))


class Tampered:
    """A model of the zoo with a graph that may be changed; "~" in a name stands for "rnn/while/"."""

    def __init__(self, name):
        self.model = copy.copy(_original(name))
        self.model.graph = copy.deepcopy(self.model.graph)
        self.nodes = {node.name: node for node in self.model.graph.node}

    def wire(self, node, index, to):
        """Let an input of a node come from another tensor."""
        self.nodes[full(node)].input[index] = full(to)
        return self

    def retype(self, node, op):
        """Make a node another operation of the same signature."""
        self.nodes[full(node)].op = op
        return self

    def constant(self, node, value):
        """Give a constant another value."""
        tensor = self.nodes[full(node)].attr["value"].tensor
        field = "float_val" if tensor.dtype == 1 else "int_val"
        tensor.ClearField("tensor_content")
        del getattr(tensor, field)[:]
        getattr(tensor, field).append(value)
        return self

    def insert(self, node, index, op, *more, **attributes):
        """Put a new operation into an input of a node: op(what came in, *more)."""
        consumer = self.nodes[full(node)]
        new = self.model.graph.node.add()
        new.name, new.op = f"{full(node)}/tampered_{len(self.nodes)}", op
        new.input.extend([consumer.input[index], *map(full, more)])
        for name, value in attributes.items():
            new.attr[name].CopyFrom(value)
        consumer.input[index] = new.name
        self.nodes[new.name] = new
        return self


def full(name):
    return name.replace("~", "rnn/while/")
