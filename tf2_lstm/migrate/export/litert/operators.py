"""Operations that LiteRT lacks, or converts wrongly, written with those that it converts rightly."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import function_pb2

from tf2_lstm.migrate.export.litert.saved_functions import (
    INT32,
    behind,
    constant,
    make,
    name_of,
    place_of,
    put,
    read_by,
    taken,
    value_of,
)

INT64, FLOAT, DOUBLE, RESOURCE = (
    dtype.as_datatype_enum for dtype in (tf.int64, tf.float32, tf.float64, tf.resource)
)
FLOATS = [dtype.as_datatype_enum for dtype in (tf.float16, tf.float32, tf.float64)]
#: Operations that the converter turns into a transpose, or in which it may find one.
TURNING = ("Transpose", "Einsum", "PartitionedCall", "StatefulPartitionedCall")


@dataclass(frozen=True)
class Reading:
    """A function whose operations are read.

    Attributes:
        function: the FunctionDef.
        nodes: name -> node.
        inputs: the names of its arguments that are no variables.
    """

    function: function_pb2.FunctionDef
    nodes: dict
    inputs: frozenset

    def is_constant(self, tensor):
        """Whether a tensor is the same in each call."""
        return self.inputs.isdisjoint(behind(self.nodes, tensor))

    def is_turned(self, tensor):
        """Whether a tensor is computed through a transpose."""
        names = behind(self.nodes, tensor)
        return any(name in self.nodes and self.nodes[name].op in TURNING for name in names)

    def readers(self, node):
        """List the nodes that read a node."""
        return [
            one for one in self.nodes.values() if any(name_of(tensor) == node.name for tensor in read_by(one))
        ]

    def is_open(self, argument):
        """Whether an argument is a tensor with a size that only a call knows."""
        return argument in self.inputs and -1 in (self.sizes(argument) or ())

    def sizes(self, tensor):
        """Return the sizes of a tensor, -1 for one that is open; None if its rank is open."""
        names = [one.name for one in self.function.signature.input_arg]
        said = self.function.arg_attr[names.index(tensor)] if tensor in names else self.nodes[name_of(tensor)]
        # Reading a missing attribute would add it.
        shapes = said.attr["_output_shapes"].list.shape if "_output_shapes" in said.attr else ()
        if len(shapes) <= place_of(tensor) or shapes[place_of(tensor)].unknown_rank:
            return None
        return [dim.size for dim in shapes[place_of(tensor)].dim]


def with_its_operators(function):
    """Rewrite the operations of a function by `ROWS`, where they need it.

    Args:
        function: a FunctionDef.
    """
    inputs = frozenset(one.name for one in function.signature.input_arg if one.type != RESOURCE)
    found = Reading(function, {node.name: node for node in function.node_def}, inputs)
    nodes, renamed = [], {}
    for node in found.nodes.values():
        made, outputs = ROWS.get(node.op, _kept)(found, node) or _kept(found, node)
        nodes += made
        renamed |= outputs
    put(function, nodes, renamed)


def _kept(_, node):
    return [node], {}


def _constant_first(found, node):
    """Rewrite a constant minus or over a transposed tensor: the converter moves the transpose and swaps the operands.

    The new nodes compute the constant as the minimum of itself and a larger number, which the converter does not see.
    """
    first, second = node.input[:2]
    if not (found.is_constant(first) and found.is_turned(second)):
        return None
    dtype, higher, same = node.attr["T"].type, f"{node.name}/higher", f"{node.name}/same"
    return [
        make(higher, "Maximum", [second, first], T=dtype),
        make(same, "Minimum", [f"{higher}:z:0", first], T=dtype),
        make(node.name, node.op, [f"{same}:z:0", second], T=dtype),
    ], {}


def _divided(found, node):
    """Rewrite a division of integers in float64, whose result becomes an integer again, as one of integers."""
    if node.attr["T"].type != DOUBLE:
        return _constant_first(found, node)
    cast, number = (found.nodes.get(name_of(tensor)) for tensor in node.input[:2])
    by, readers = value_of(number), found.readers(node)
    whole = cast is not None and cast.op == "Cast" and cast.attr["SrcT"].type == INT32
    if not whole or by is None or by.ndim or not float(by).is_integer() or not 0 < abs(by) < 2**31:
        return None
    if any(one.op != "Cast" or one.attr["DstT"].type not in (INT32, INT64) for one in readers):
        return None
    for one in readers:
        one.attr["SrcT"].type = INT32
    whole_number = f"{node.name}/by"
    return [
        constant(whole_number, int(by)),
        make(node.name, "Div", [cast.input[0], f"{whole_number}:output:0"], T=INT32),
    ], {}


def _reciprocal(found, node):
    """Rewrite a reciprocal, which the converter makes one over the tensor."""
    if not found.is_turned(node.input[0]):
        return None
    one, dtype = f"{node.name}/one", node.attr["T"].type
    divided = make(node.name, "RealDiv", [f"{one}:output:0", node.input[0]], T=dtype)
    made, _ = _constant_first(found, divided)
    return [constant(one, 1, dtype), *made], {f"{node.name}:y:0": f"{node.name}:z:0"}


def _negative(found, node):
    """Rewrite a negation, which the converter makes, if something is added, a constant minus the tensor."""
    if not found.is_turned(node.input[0]):
        return None
    minus, dtype = f"{node.name}/minus", node.attr["T"].type
    multiplied = make(node.name, "Mul", [node.input[0], f"{minus}:output:0"], T=dtype)
    return [constant(minus, -1, dtype), multiplied], {f"{node.name}:y:0": f"{node.name}:z:0"}


def _infinite(found, node):
    """Rewrite infinity, for which the converter writes the largest number, as that times an unknown number."""
    dtype = node.attr["dtype"].type
    value = value_of(node) if dtype == FLOAT else np.zeros(0)
    given = [one for one in found.function.signature.input_arg if found.is_open(one.name)]
    if not value.size or not np.all(np.isinf(value)) or np.ptp(np.sign(value)) or not given:
        return None
    largest, size, number, two, factor = (
        f"{node.name}/{stem}" for stem in ("largest", "size", "number", "two", "factor")
    )
    return [
        constant(largest, np.sign(value) * np.finfo("float32").max, dtype),
        make(size, "Size", [given[0].name], T=given[0].type, out_type=INT32),
        make(number, "Cast", [f"{size}:output:0"], SrcT=INT32, DstT=FLOAT),
        constant(two, 2.0, FLOAT),
        make(factor, "Maximum", [f"{number}:y:0", f"{two}:output:0"], T=FLOAT),
        make(node.name, "Mul", [f"{largest}:output:0", f"{factor}:z:0"], T=FLOAT),
    ], {f"{node.name}:output:0": f"{node.name}:z:0"}


def _is_infinite(_, node):
    """Rewrite IsInf, which the converter compares with the largest number: infinite is half of itself and not zero."""
    dtype, x = node.attr["T"].type, node.input[0]
    zero, one_half, half, same, some = (
        f"{node.name}/{stem}" for stem in ("zero", "one_half", "half", "same", "some")
    )
    return [
        constant(zero, 0, dtype),
        constant(one_half, 0.5, dtype),
        make(half, "Mul", [x, f"{one_half}:output:0"], T=dtype),
        make(same, "Equal", [x, f"{half}:z:0"], T=dtype),
        make(some, "NotEqual", [x, f"{zero}:output:0"], T=dtype),
        make(node.name, "LogicalAnd", [f"{same}:z:0", f"{some}:z:0"]),
    ], {f"{node.name}:y:0": f"{node.name}:z:0"}


def _best(worst):
    def best(_, node):
        """Rewrite so that NaN is never the best, as in TensorFlow; for only NaN the interpreter's place is invalid."""
        dtype = node.attr["T"].type
        if dtype not in FLOATS:
            return None
        empty, number, found = (f"{node.name}/{stem}" for stem in ("empty", "worst", "numbers"))
        chosen = [f"{empty}:y:0", f"{number}:output:0", node.input[0]]
        node.input[0] = f"{found}:output:0"
        return [
            make(empty, "IsNan", [chosen[2]], T=dtype),
            constant(number, worst, dtype),
            make(found, "SelectV2", chosen, T=dtype),
            node,
        ], {}

    return best


def _unpacked(_, node):
    """Rewrite an Unpack of int64, which the interpreter lacks, as gathers."""
    if node.attr["T"].type != INT64:
        return None
    axis, nodes, renamed = f"{node.name}/axis", [], {}
    for place in range(node.attr["num"].i):
        number, item = f"{node.name}/number_{place}", f"{node.name}/{place}"
        inputs = [node.input[0], f"{number}:output:0", f"{axis}:output:0"]
        nodes += [constant(number, place), taken(item, inputs, INT64)]
        renamed[f"{node.name}:output:{place}"] = f"{item}:output:0"
    return [constant(axis, node.attr["axis"].i), *nodes], renamed


def _new_axes(found, node):
    """Rewrite as a slice, then new axes: the converter has both at once only for few axes."""
    vectors = [value_of(found.nodes.get(name_of(tensor))) for tensor in node.input[1:4]]
    sizes = found.sizes(node.input[0])
    # An empty mask is left out, and reading it would add it.
    if "new_axis_mask" not in node.attr or sizes is None or any(one is None for one in vectors):
        return None
    kept, axes = _places(node, len(vectors[0]), len(sizes))
    stems = ("begin", "end", "strides")
    names = [f"{node.name}/{stem}" for stem in stems]
    cut = make(f"{node.name}/cut", "StridedSlice", [node.input[0], *(f"{name}:output:0" for name in names)])
    cut.attr["T"].type, cut.attr["Index"].type = node.attr["T"].type, INT32
    for mask in ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"):
        cut.attr[mask].i = sum(
            1 << new
            for new, old in enumerate(kept)
            if mask != "new_axis_mask" and node.attr[mask].i >> old & 1
        )
    nodes = [*(constant(name, one[kept]) for name, one in zip(names, vectors, strict=True)), cut]
    tensor = f"{cut.name}:output:0"
    for axis in axes:
        stem = f"{node.name}/axis_{axis}"
        nodes += [
            constant(f"{stem}/number", axis),
            make(stem, "ExpandDims", [tensor, f"{stem}/number:output:0"], T=node.attr["T"].type, Tdim=INT32),
        ]
        tensor = f"{stem}:output:0"
    return nodes, {f"{node.name}:output:0": tensor}


def _places(node, count, rank):
    """Return (the numbers of a slice's entries for existing axes, the numbers of the new axes in the result)."""
    is_in = lambda mask, place: node.attr[mask].i >> place & 1  # noqa: E731
    kept = [place for place in range(count) if not is_in("new_axis_mask", place)]
    hidden = rank - sum(not is_in("ellipsis_mask", place) for place in kept)
    axes, axis = [], 0
    for place in range(count):
        if is_in("new_axis_mask", place):
            axes.append(axis)
        axis += hidden if is_in("ellipsis_mask", place) else not is_in("shrink_axis_mask", place)
    return kept, axes


def _multiplied(found, node):
    """Rewrite a running product as one multiplication for each place, if their number is known."""
    sizes, axis = found.sizes(f"{node.name}:out:0"), value_of(found.nodes.get(name_of(node.input[1])))
    if sizes is None or axis is None or sizes[int(axis)] < 1:
        return None
    count, dtype, items = sizes[int(axis)], node.attr["T"].type, f"{node.name}/items"
    apart = make(items, "Unpack", [node.input[0]], T=dtype)
    apart.attr["num"].i = count
    factors = [f"{items}:output:{place}" for place in range(count)]
    if node.attr["reverse"].b:
        factors.reverse()
    ones = make(f"{node.name}/ones", "OnesLike", factors[:1], T=dtype)
    products, nodes = [f"{ones.name}:y:0"], [apart, ones]
    for place, factor in enumerate(factors):
        nodes.append(make(f"{node.name}/product_{place}", "Mul", [products[-1], factor], T=dtype))
        products.append(f"{node.name}/product_{place}:z:0")
    products = products[:-1] if node.attr["exclusive"].b else products[1:]
    if node.attr["reverse"].b:
        products.reverse()
    together = make(node.name, "Pack", products, T=dtype)
    together.attr["N"].i = count
    for one in (apart, together):
        one.attr["axis"].i = int(axis)
    return [*nodes, together], {f"{node.name}:out:0": f"{node.name}:output:0"}


#: Operation -> a function that returns its new nodes and old name -> new name of its outputs, or None to keep it.
ROWS = {
    "ArgMax": _best(float("-inf")),
    "ArgMin": _best(float("inf")),
    "Const": _infinite,
    "Cumprod": _multiplied,
    "IsInf": _is_infinite,
    "Neg": _negative,
    "RealDiv": _divided,
    "Reciprocal": _reciprocal,
    "StridedSlice": _new_axes,
    "Sub": _constant_first,
    "Unpack": _unpacked,
}
