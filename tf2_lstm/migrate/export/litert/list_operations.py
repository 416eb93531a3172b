"""The operations of lists, each written with operations of tensors."""

from tf2_lstm.migrate.export.litert.first_steps import first_step, written
from tf2_lstm.migrate.export.litert.lists import LOOPS, Kept
from tf2_lstm.migrate.export.litert.saved_functions import INT32, constant, joined, make, name_of, taken


def _reserve(found, node):
    """Write zeros for a new list; a list that nobody reads is dropped."""
    output = f"{node.name}:handle:0"
    readers = [one for one in found.nodes.values() if output in one.input]
    if not readers:
        return
    elements, written_sizes = found.elements(output), None
    if min(elements.sizes, default=0) < 0:
        written_sizes = _shape_written(found, node, elements, readers)
    axis, first, sizes, zero = (f"{node.name}/{stem}" for stem in ("axis", "first", "sizes", "zero"))
    inputs = [f"{sizes}:output:0", f"{zero}:output:0"]
    found.made += [
        constant(axis, 0),
        make(first, "ExpandDims", [node.input[1], f"{axis}:output:0"], T=INT32, Tdim=INT32),
        *_each_size(sizes, f"{first}:output:0", elements, written_sizes, f"{axis}:output:0"),
        constant(zero, 0, elements.dtype),
        make(node.name, "Fill", inputs, T=elements.dtype, index_type=INT32),
    ]
    found.renamed[output] = f"{node.name}:output:0"


def _each_size(name, first, elements, shape, zero):
    """Return nodes that join sizes one by one, so that the converter sees which of them are known."""
    nodes, vectors = [], [first]
    for axis, size in enumerate(elements.sizes):
        nodes.append(constant(f"{name}/{axis}", [axis if size < 0 else size]))
        vectors.append(f"{name}/{axis}:output:0")
        if size < 0:
            nodes.append(taken(f"{name}/{axis}_open", [shape, vectors[-1], zero], INT32))
            vectors[-1] = f"{name}/{axis}_open:output:0"
    return [*nodes, joined(name, vectors, zero)]


def _shape_written(found, node, elements, readers):
    """Return the name of an element's shape, from the first step of the loop that writes the elements."""
    [loop, *others] = readers
    if others or loop.op not in LOOPS:
        raise Kept
    place, body = list(loop.input).index(f"{node.name}:handle:0"), found.bodies[loop.name]
    item = written(body, place)
    if item is None:
        raise Kept
    name = f"{body.function.signature.name}_first_{place}"
    step, places = first_step(body.function, item, elements.dtype, name)
    inputs = [loop.input[one] for one in places]
    sources = [found.nodes.get(name_of(found.source(tensor))) for tensor in inputs]
    if any(source is not None and source.op == "TensorListReserve" for source in sources):
        raise Kept
    found.named[name] = step
    call = make(f"{node.name}/step", "StatefulPartitionedCall", inputs)
    call.attr["Tin"].list.type.extend(argument.type for argument in step.signature.input_arg)
    call.attr["Tout"].list.type.append(INT32)
    call.attr["f"].func.name = name
    found.made.append(call)
    return f"{call.name}:output:0"


def _from_tensor(found, node):
    found.renamed[f"{node.name}:output_handle:0"] = node.input[0]


def _stack(found, node):
    found.renamed[f"{node.name}:tensor:0"] = node.input[0]


def _read(found, node):
    axis = f"{node.name}/axis"
    inputs = [*node.input[:2], f"{axis}:output:0"]
    found.made += [constant(axis, 0), taken(node.name, inputs, node.attr["element_dtype"].type)]
    found.renamed[f"{node.name}:item:0"] = f"{node.name}:output:0"


def _write(found, node):
    """Write an element, cut to the length of the list: the interpreter prepares the step for an empty list, too."""
    axis, start, one, rest, place, places, element, cut = (
        f"{node.name}/{stem}"
        for stem in ("axis", "start", "one", "rest", "place", "places", "element", "cut")
    )
    elements, zero = found.elements(node.input[0]), f"{axis}:output:0"
    dtype, length = elements.dtype, f"{node.name}/length"
    found.made += [
        *(constant(name, value) for name, value in ((axis, 0), (start, [0]), (one, [1]))),
        constant(rest, [0] * len(elements.sizes)),
        make(place, "ExpandDims", [node.input[1], zero], T=INT32, Tdim=INT32),
        joined(places, [f"{place}:output:0", f"{rest}:output:0"], zero),
        *_length_of(length, node.input[0], dtype, f"{start}:output:0", zero),
        make(element, "ExpandDims", [node.input[2], zero], T=dtype, Tdim=INT32),
        _cut(cut, [f"{name}:output:0" for name in (element, start, length, one)], dtype),
        make(
            node.name,
            "XlaDynamicUpdateSlice",
            [node.input[0], f"{cut}:output:0", f"{places}:output:0"],
            T=dtype,
            Tindices=INT32,
        ),
    ]
    found.renamed[f"{node.name}:output_handle:0"] = f"{node.name}:output:0"


def _cut(name, inputs, dtype):
    made = make(name, "StridedSlice", inputs, T=dtype, Index=INT32)
    for mask in ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"):
        made.attr[mask].i = 0
    return made


def _length(found, node):
    axis, dtype = f"{node.name}/axis", found.elements(node.input[0]).dtype
    zero = f"{axis}:output:0"
    found.made += [constant(axis, 0), *_length_of(node.name, node.input[0], dtype, zero, zero)]
    found.renamed[f"{node.name}:length:0"] = f"{node.name}:output:0"


def _length_of(name, tensor, dtype, place, zero):
    """Return nodes for the size of the first axis, taken from the shape."""
    shape = make(f"{name}/shape", "Shape", [tensor], T=dtype, out_type=INT32)
    return [shape, taken(name, [f"{shape.name}:output:0", place, zero], INT32)]


#: Operation of lists -> the function that writes it with tensors.
ROWS = {
    "TensorListReserve": _reserve,
    "TensorListFromTensor": _from_tensor,
    "TensorListGetItem": _read,
    "TensorListSetItem": _write,
    "TensorListStack": _stack,
    "TensorListLength": _length,
}
