"""Every allowed operation with odd attributes and inputs, in front of a cell or beside it: read and run."""

import copy
import random
from functools import cache
from pathlib import Path

import numpy as np
from tensorflow.python.framework import op_def_registry, tensor_util

from tf2_lstm.migrate.artifacts import graphs, read
from tf2_lstm.migrate.artifacts.counts import count_outputs
from tf2_lstm.migrate.graph.safety import ALLOWED
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.recognise import recognise

ZOO = Path(__file__).resolve().parents[1] / "zoo" / "files"
CHECKPOINT = ZOO / "lstm_block_cell_step" / "model.ckpt"
CELL = "lstm_cell/LSTMBlockCell"
OPERATIONS = tuple(sorted(ALLOWED))
NUMBERS = (-(2**63), -(2**31), -2, -1, 0, 1, 2, 3, 7, 2**20, 2**31 - 1, 2**40, 2**62, 2**63 - 1)
SIZES = (0, 1, 1, 2, 3, 5)
TEXTS = (
    b"",
    b"SAME",
    b"VALID",
    b"EXPLICIT",
    b"NHWC",
    b"NCHW",
    b"REFLECT",
    b"min",
    b"ij,jk->ik",
    b"\xff\0",
    b"loc:@x",
)
FLOAT, INT32, STRING, BOOL, RESOURCE, VARIANT = 1, 3, 7, 10, 20, 21
#: A dtype -> the operation that makes a tensor of it without numbers.
HANDLES = {
    RESOURCE: ("VarHandleOp", "TensorArrayV3", "StackV2"),
    VARIANT: ("EmptyTensorList", "TensorListReserve"),
}
REF = 100


def case_name(operation, number):
    """Return the name of a setting: `python -m tests.fuzz --only NAME` does it alone."""
    return f"{operation}:{number}"


def cases(settings, operations=OPERATIONS, first=0):
    """Return the names of `settings` graphs of each operation, the first with the number `first`."""
    numbers = range(first, first + settings)
    return [case_name(operation, number) for number in numbers for operation in operations]


def odd(name):
    """Return the model of a name: a step of an LSTM with the node "odd" in front of it or beside it."""
    model = copy.copy(_base())
    model.graph = copy.deepcopy(model.graph)
    draws = random.Random(name)
    made = _Odd(model.graph, draws)
    node = made.node("odd", name.partition(":")[0])
    cell = next(one for one in model.graph.node if one.name == CELL)
    if draws.random() < 0.5:
        cell.input[0] = draws.choice(("odd",) * 8 + ("odd:1", f"odd:{2**29}"))
    else:
        cell.input.append("^odd")
    if draws.random() < 0.3:
        node.input.append("^x")
    return model


def work(name):
    """Read a graph and run what is odd in it as the prover would; (kind, what was said)."""
    model = odd(name)
    try:
        graphs.checked(model.graph, name)
        recognise(model)
    except ArtifactError as error:
        return "refused", str(error)
    return _run(model)


def _run(model):
    """Run what is odd, or what waits for it, and differentiate it now and then, which takes longest."""
    nodes = {node.name: node for node in model.graph.node}
    beside = "^odd" in nodes[CELL].input or not count_outputs(nodes["odd"])
    if beside:
        waits = model.graph.node.add(name="waits", op="Identity", input=["x", "^odd"])
        waits.attr["T"].type = FLOAT
    values = {"x:0": np.ones((2, 4), np.float32)}
    gradients = "inputs" if len(nodes) % 5 == 0 else ""
    try:
        outputs = ["waits:0" if beside else "odd:0"]
        with Replay(model, outputs, {"x:0": ("float32", (None, 4))}, gradients=gradients) as replay:
            found = replay.run(values)
            if not replay.no_gradients:
                replay.run_gradients(values, found)
    except ReplayError as error:
        return "read", str(error)
    return "run", ""


def write(graph, folder):
    """Write an odd graph for the commands, with its weights; return the `.meta` file's path and the prefix."""
    from tensorflow.core.protobuf import meta_graph_pb2

    meta = meta_graph_pb2.MetaGraphDef()
    meta.graph_def.CopyFrom(graph)
    path = folder / "odd.meta"
    path.write_bytes(meta.SerializeToString())
    return path, CHECKPOINT


@cache
def _base():
    """The step of an LSTM without what starts and saves its variables, with a function."""
    model = copy.copy(read(str(CHECKPOINT)))
    graph = copy.deepcopy(model.graph)
    kept = [
        node
        for node in graph.node
        if not node.name.startswith(("save/", "init"))
        and "Initializer" not in node.name
        and node.op != "Assign"
    ]
    kept = [type(node).FromString(node.SerializeToString()) for node in kept]
    del graph.node[:]
    graph.node.extend(kept)
    _add_function(graph)
    model.graph = graph
    return model


def _add_function(graph):
    function = graph.library.function.add()
    function.signature.name = "twice"
    function.signature.input_arg.add(name="x", type=FLOAT)
    function.signature.output_arg.add(name="y", type=FLOAT)
    node = function.node_def.add(name="add", op="AddV2", input=["x", "x"])
    node.attr["T"].type = FLOAT
    function.ret["y"] = "add:z:0"


class _Odd:
    """Makes a node of an operation as its definition wants it, with some attributes and inputs that are odd."""

    def __init__(self, graph, draws):
        self._graph, self._draws, self._made = graph, draws, 0

    def node(self, name, operation):
        """Add the node and what it reads."""
        definition = op_def_registry.get(operation)
        node = self._graph.node.add(name=name, op=operation)
        if definition is None:
            return node
        amount = self._draws.choice((0, 0, 1, 2, 9))
        wrong = {one.name for one in definition.attr if self._draws.random() < amount / 4}
        # What says how many tensors are read is seldom odd: the import refuses most of these.
        for attribute in definition.attr:
            self._attribute(node.attr[attribute.name], attribute, attribute.name in wrong)
        for argument in definition.input_arg:
            node.input.extend(self._source(dtype) for dtype in self._dtypes(node, argument))
        if self._draws.random() < 0.03:
            node.input.append(self._source(FLOAT))
        return node

    def _attribute(self, value, attribute, odd_one):
        kind, draws = attribute.type, self._draws
        if not odd_one and attribute.HasField("default_value") and draws.random() < 0.6:
            value.CopyFrom(attribute.default_value)
        elif kind.startswith("list("):
            value.list.SetInParent()
            for _ in range(
                draws.choice((0, 1, 1, 2, 4)) if odd_one else max(attribute.minimum, draws.choice((1, 2)))
            ):
                self._element(value.list, kind[5:-1], attribute, odd_one)
        else:
            self._single(value, kind, attribute, odd_one)

    def _single(self, value, kind, attribute, odd_one):
        draws = self._draws
        if kind == "int":
            value.i = draws.choice(NUMBERS) if odd_one else max(attribute.minimum, draws.choice((0, 1, 2)))
        elif kind == "float":
            value.f = draws.choice((0.0, -1.0, float("nan"), float("inf"), 3e38)) if odd_one else 0.5
        elif kind == "bool":
            value.b = draws.random() < 0.5
        elif kind == "type":
            value.type = self._type(attribute, odd_one)
        elif kind == "string":
            value.s = self._text(attribute, odd_one)
        elif kind == "shape":
            self._shape(value.shape, odd_one)
        elif kind == "func":
            value.func.name = "nothing" if odd_one else "twice"
        elif kind == "tensor":
            value.tensor.CopyFrom(self._tensor(draws.choice((FLOAT, INT32)))[0])

    def _element(self, held, kind, attribute, odd_one):
        draws = self._draws
        if kind == "int":
            held.i.append(draws.choice(NUMBERS) if odd_one else draws.choice((1, 1, 2)))
        elif kind == "type":
            held.type.append(self._type(attribute, odd_one))
        elif kind == "shape":
            self._shape(held.shape.add(), odd_one)
        elif kind == "func":
            held.func.add(name="twice")
        elif kind == "float":
            held.f.append(draws.choice((0.0, float("nan"), 2.0)))
        elif kind == "string":
            held.s.append(draws.choice(TEXTS))

    def _type(self, attribute, odd_one):
        allowed = list(attribute.allowed_values.list.type) or [FLOAT, FLOAT, INT32, BOOL, STRING]
        if odd_one:
            return self._draws.choice((0, STRING, VARIANT, RESOURCE, 101, 9, *allowed))
        return FLOAT if FLOAT in allowed and self._draws.random() < 0.6 else self._draws.choice(allowed)

    def _text(self, attribute, odd_one):
        allowed = list(attribute.allowed_values.list.s)
        return self._draws.choice(allowed if allowed and not odd_one else TEXTS)

    def _shape(self, shape, odd_one):
        if self._draws.random() < 0.1:
            shape.unknown_rank = True
            return
        for _ in range(self._draws.choice((0, 1, 2, 2, 3, 4, 5))):
            shape.dim.add(size=self._draws.choice(NUMBERS if odd_one else (*SIZES, -1)))

    def _dtypes(self, node, argument):
        """The dtypes of the tensors that an argument of an operation takes."""
        if argument.type_list_attr:
            return list(node.attr[argument.type_list_attr].list.type)[:6]
        count = node.attr[argument.number_attr].i if argument.number_attr else 1
        dtype = argument.type or node.attr[argument.type_attr].type
        return [dtype + REF * argument.is_ref] * max(0, min(count, 4))

    def _source(self, dtype):
        """Return the name of a tensor of a dtype: constant, open, fed, or one that nothing reads rightly."""
        draws, self._made = self._draws, self._made + 1
        name = f"source_{self._made}"
        if dtype % REF in HANDLES:
            return self._handle(name, dtype % REF)
        if dtype == FLOAT and draws.random() < 0.15:
            return "x"
        try:
            tensor, shape = self._tensor(dtype % REF)
        except (TypeError, KeyError, ValueError):
            return "x"
        kind = "VariableV2" if dtype > REF else draws.choice(("Const", "Const", "PlaceholderWithDefault"))
        node = self._graph.node.add(name=name, op=kind)
        node.attr["dtype"].type = dtype % REF
        if kind == "Const":
            node.attr["value"].tensor.CopyFrom(tensor)
            return name
        self._declare(node.attr["shape"].shape, shape)
        if kind == "PlaceholderWithDefault":
            node.input.append(self._constant(f"{name}/default", tensor))
        return name

    def _declare(self, shape, sizes):
        """The shape of a source: known, open, or of no known rank."""
        if self._draws.random() < 0.3:
            shape.unknown_rank = True
            return
        shape.SetInParent()
        for size in sizes:
            shape.dim.add(size=-1 if self._draws.random() < 0.3 else size)

    def _constant(self, name, tensor):
        node = self._graph.node.add(name=name, op="Const")
        node.attr["dtype"].type = tensor.dtype
        node.attr["value"].tensor.CopyFrom(tensor)
        return name

    def _handle(self, name, dtype):
        operation = self._draws.choice(HANDLES[dtype])
        node = self._graph.node.add(name=name, op=operation)
        definition = op_def_registry.get(operation)
        for attribute in definition.attr:
            self._attribute(node.attr[attribute.name], attribute, False)
            if attribute.type == "type":
                node.attr[attribute.name].type = INT32 if attribute.name == "shape_type" else FLOAT
        for number, argument in enumerate(definition.input_arg):
            value = np.asarray([] if argument.name == "element_shape" else 2, np.int32)
            node.input.append(self._constant(f"{name}/{number}", tensor_util.make_tensor_proto(value)))
        return name

    def _tensor(self, dtype):
        """A `TensorProto` of odd numbers, and its shape."""
        draws = self._draws
        shape = tuple(draws.choice(SIZES) for _ in range(draws.choice((0, 0, 1, 1, 2, 2, 3, 4))))
        kind = _numpy(dtype)
        count = int(np.prod(shape))
        if kind is object:
            numbers = [draws.choice(TEXTS) for _ in range(count)]
            return tensor_util.make_tensor_proto(np.array(numbers, object).reshape(shape)), shape
        return tensor_util.make_tensor_proto(_numbers(draws, kind, count).reshape(shape)), shape


def _numbers(draws, kind, count):
    """Numbers of which some are odd for who takes them for sizes, axes or indices."""
    if np.dtype(kind).kind in "iu":
        few = [draws.choice((0, 0, 1, 1, 2, 3, -1)) for _ in range(count)]
        if draws.random() < 0.25:
            few = [draws.choice(NUMBERS) for _ in range(count)]
        with np.errstate(all="ignore"):
            return np.array(few, np.int64).astype(kind)
    few = [draws.choice((0.0, 1.0, -1.0, 0.5, 2.0)) for _ in range(count)]
    if draws.random() < 0.1:
        few = [draws.choice((float("nan"), float("inf"), -float("inf"))) for _ in range(count)]
    with np.errstate(all="ignore"):
        return np.array(few, np.float64).astype(kind)


def _numpy(dtype):
    import tensorflow as tf

    return tf.as_dtype(dtype).as_numpy_dtype
