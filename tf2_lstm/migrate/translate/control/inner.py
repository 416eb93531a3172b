"""The writer inside of a loop: lines of the loop's own, weights and sizes of the program around it."""

from dataclasses import dataclass, field
from typing import ClassVar

from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.nodes import data_inputs, normal
from tf2_lstm.migrate.graph.operations import operation
from tf2_lstm.migrate.keras_code.drops import Drop
from tf2_lstm.migrate.keras_code.expression import Ref
from tf2_lstm.migrate.translate.writing.values import Elements, Known, Size, sizes_of
from tf2_lstm.migrate.translate.writing.writer import Writer

_ENUMS = {name: number for number, name in DTYPES.items()}


@dataclass
class Inner(Writer):
    """Collects the lines of the condition or the body of a loop.

    A loop holds no weights but those of known cells: others are captured, and a product with one is a product.

    Attributes:
        outer: the `Writer` around the loop.
        carried: the names of the loop's carried values.
        selects: whether it has a conditional of which both branches are computed.
        drops: the `Drop`s of the loop, and of the loops in it.
    """

    outer: Writer | None = None
    carried: set = field(default_factory=set)
    selects: bool = False
    drops: list = field(default_factory=list)
    inside: ClassVar[bool] = True

    def __post_init__(self):
        self.program.within(self.outer.program)
        self.rates, self.dropouts, self.shared = self.outer.rates, self.outer.dropouts, self.outer.shared
        self.draws = self.outer.draws
        if isinstance(self.outer, Inner):
            self.drops, self.known_cells = self.outer.drops, self.outer.known_cells

    @property
    def depth(self):
        """The number of loops around the lines."""
        return self.outer.depth + 1

    def dropout(self, rate, options, note):
        """Make a dropout layer that the loop holds, the outermost one of several loops."""
        name = self.program.reserve("dropout")
        self.dropouts.add(name)
        self.drops.append(Drop(name, rate, options, note))
        return Ref(name)

    def add_cell(self, cell):
        """Write nothing: the loop makes the cell."""

    def rate_parameter(self, said):
        """Return the parameter of the program around the loop."""
        return self.outer.rate_parameter(said)

    def note(self, text):
        """Add a note about a part that is left out to the program."""
        outer = self.outer
        while isinstance(outer, Inner):
            outer = outer.outer
        outer.notes += [] if text in outer.notes else [text]

    def may_hold(self, weight):
        """Whether a loop may hold a layer: only known cells."""
        return False

    def reference(self):
        """Return the `Ref` of any tensor of the program."""
        return self.outer.reference()

    def _alone(self, *arguments):
        return self.outer._alone(*arguments)

    def _size_of(self, name, axis):
        own = axis is None or name in self.carried or any(name in line.targets for line in self.program.lines)
        return super()._size_of(name, axis) if own else self.outer._size_of(name, axis)


def shapes_inside(infer, empty, part, keys, values):
    """Infer the shapes of the tensors in a part of a loop.

    Args:
        infer: a function from a graph to its shapes.
        empty: an empty GraphDef.
        part: the `Part`.
        keys: the names of nodes that it is computed by.
        values: name of a tensor that is known -> its value.

    Returns:
        A dict from the name of a tensor to a tuple; {} where TensorFlow takes none of it.
    """
    names = {}
    for number, (tensor, value) in enumerate(values.items()):
        if isinstance(value, Known) and not value.open and value.array.size <= 256:
            _constant(empty, f"given_{number}", value)
        elif isinstance(value, Elements) or getattr(value, "dtype", "") not in _ENUMS:
            continue
        else:
            _placeholder(empty, f"given_{number}", value.dtype, sizes_of(value))
        names[tensor] = f"given_{number}:0"
    for key in keys:
        read = _read(part.nodes[key], values)
        if read is not None:
            _placeholder(empty, key, read.dtype, read.dims)
            continue
        node = empty.node.add()
        node.CopyFrom(part.nodes[key])
        node.input[:] = [names.get(normal(one), one) for one in data_inputs(node)]
    known = {node.name for node in empty.node}
    _drop_lost(empty, known)
    return infer(empty)


def _read(node, values):
    """Return the array whose element a node reads, where the sizes are known; else None."""
    if operation(node.op).form != "read":
        return None
    given = [values.get(normal(one)) for one in data_inputs(node)]
    return next((one for one in given if isinstance(one, Elements) and one.dims is not None), None)


def _constant(graph, name, value):
    node = graph.node.add(name=name, op="Const")
    node.attr["dtype"].type = node.attr["value"].tensor.dtype = _ENUMS[value.dtype]
    node.attr["value"].tensor.tensor_content = value.array.tobytes()
    for size in value.array.shape:
        node.attr["value"].tensor.tensor_shape.dim.add(size=size)


def _placeholder(graph, name, dtype, sizes):
    node = graph.node.add(name=name, op="Placeholder")
    node.attr["dtype"].type = _ENUMS[dtype]
    node.attr["shape"].shape.SetInParent()
    for size in sizes:
        node.attr["shape"].shape.dim.add(size=-1 if isinstance(size, Size) or size is None else int(size))


def _drop_lost(graph, known):
    """Remove nodes whose inputs are missing, and their readers: nodes come in order."""
    kept = []
    for node in list(graph.node):
        if all(one.partition(":")[0] in known for one in node.input):
            kept.append(type(node).FromString(node.SerializeToString()))
        else:
            known.discard(node.name)
    del graph.node[:]
    graph.node.extend(kept)
