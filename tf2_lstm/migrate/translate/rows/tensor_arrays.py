"""Rows of TensorArrays, of both control flows: one tensor with the elements along its first axis."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.rows.sources import hand_all_on, hand_on, merge, switch
from tf2_lstm.migrate.translate.writing.values import (
    Elements,
    Known,
    Live,
    Refusal,
    Untranslated,
    known,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.written_arrays import READ, WRITE


@row("TensorArrayV3")
def new_array(writer, node, inputs):
    """Return an empty array, as its handle and as its flow."""
    [length] = inputs
    array = Elements(None, length, _dtype(node), _declared(node), attribute(node, "dynamic_size").b)
    return [array, array]


@row("TensorListReserve")
def new_list(writer, node, inputs):
    """Return an empty array of control flow v2."""
    shape, length = inputs
    dims = None
    if isinstance(shape, Known) and not shape.open and shape.array.ndim and (shape.array >= 0).all():
        dims = tuple(int(one) for one in shape.array)
    return Elements(None, length, _dtype(node), dims)


def _dtype(node):
    name = "dtype" if node.op == "TensorArrayV3" else "element_dtype"
    dtype = DTYPES.get(attribute(node, name).type)
    if dtype is None:
        raise Refusal("its elements are no numbers")
    return dtype


def _declared(node):
    """Return the sizes of an element where the graph declares them; else None."""
    shape = attribute(node, "element_shape").shape
    if "element_shape" not in node.attr or shape.unknown_rank or any(one.size < 0 for one in shape.dim):
        return None
    return tuple(one.size for one in shape.dim)


@row("TensorArrayScatterV3")
def scatter(writer, node, inputs):
    """Return the array whose elements are those of a tensor, all at once."""
    _, places, value, array = inputs
    if not _counts(places):
        raise Refusal("it scatters to places that are computed. Use TensorArray.unstack")
    return _whole(writer, node, value, _array(array).dtype)


def _array(value):
    if not isinstance(value, Elements):
        raise Refusal("it takes a tensor for an array of tensors. Make the array by tf.TensorArray")
    return value


@row("TensorListFromTensor")
def from_tensor(writer, node, inputs):
    """Return the array of control flow v2 whose elements are those of a tensor."""
    return _whole(writer, node, inputs[0], inputs[0].dtype)


def _whole(writer, node, value, dtype):
    sizes = sizes_of(value)
    if not sizes:
        raise Refusal("what it makes an array of has no axis. Correct its shape")
    if not isinstance(value, Live):
        value = Live(
            writer.program.add("elements", Apply("keras.ops.copy", (writer.tensor(value),))), sizes, dtype
        )
    return Elements(value, known(sizes[0]), dtype, tuple(sizes[1:]))


def _counts(places):
    """Whether numbers are 0, 1, 2, ... up to their size."""
    if isinstance(places, Known) and not places.open:
        return np.array_equal(places.array, np.arange(places.array.size))
    return isinstance(places, Live) and places.counts


@row("TensorArrayReadV3 TensorListGetItem")
def read(writer, node, inputs):
    """Write one element of an array."""
    array, place = (inputs[2], inputs[1]) if node.op == "TensorArrayReadV3" else inputs[:2]
    value = _filled(array)
    if writer.selects:
        # In a branch that is not taken the place may be beyond the end.
        last = writer.program.add("last", Apply("keras.ops.subtract", (writer.tensor(array.length), 1)))
        place = writer.program.add("place", Apply("keras.ops.minimum", (writer.tensor(place), last)))
    return writer.result(node, Apply(READ, (value.ref, writer.tensor(place))), dims=tuple(array.dims))


def _filled(array):
    if _array(array).value is None or array.dims is None:
        raise Refusal("it reads what nothing has written. Write to the array first")
    return array.value


@row("TensorArrayWriteV3 TensorListSetItem")
def write(writer, node, inputs):
    """Write the array with another element at one place."""
    if node.op == "TensorArrayWriteV3":
        _, place, value, array = inputs
    else:
        array, place, value = inputs
    if attribute(node, "resize_if_index_out_of_bounds").b and not _array(array).grows:
        raise Refusal(
            "it writes into an array that grows, which is not empty at first. Give the TensorArray a size"
        )
    if isinstance(value, Elements):
        raise Refusal("it writes an array of tensors for a tensor. Read the array first")
    dims = _fixed(sizes_of(value), _array(array).dims)
    if array.value is None:
        array = writer.begun(array, dims)
    call = Apply(WRITE, (array.value.ref, writer.tensor(place), writer.tensor(value)))
    ref = writer.program.add("written", call)
    return replace(array, value=Live(ref, (None, *dims), array.dtype), dims=dims)


def _fixed(sizes, declared):
    """Return the sizes of an element, with those that the array declares in place of open ones."""
    if declared is None or len(declared) != len(sizes):
        return tuple(sizes)
    return tuple(one if isinstance(one, int) else size for size, one in zip(sizes, declared, strict=True))


@row("TensorArrayGatherV3 TensorListStack")
def gather(writer, node, inputs):
    """Write elements of an array as one tensor: its own tensor where these are all."""
    array, places = (inputs[2], inputs[1]) if node.op == "TensorArrayGatherV3" else (inputs[0], None)
    value, dims = _filled(array), tuple(array.dims)
    length = array.length.array.item() if isinstance(array.length, Known) else None
    if places is None and array.grows:
        return writer.op(node, "take", value, _written(writer, array), axis=0, dims=(None, *dims))
    if places is None or (_counts(places) and length is not None and sizes_of(places)[0] == length):
        return writer.live(node, value.ref, (length, *dims))
    return writer.op(node, "take", value, writer.tensor(places), axis=0, dims=(sizes_of(places)[0], *dims))


def _written(writer, array):
    """Write the numbers of the elements that an array has grown to: its tensor has room for the largest number."""
    layer = writer.program.add("numbers", Apply("tf2_lstm.RangeOf", ([0, None, 1],)))
    return writer.program.add("numbers", Apply(layer, (writer.tensor(array.length),)))


@row("TensorArrayConcatV3 TensorListConcatV2")
def concatenated(writer, node, inputs):
    """Write all elements of an array joined along their first axis, and the length of each."""
    array = inputs[-1] if node.op == "TensorArrayConcatV3" else inputs[0]
    value, dims = _filled(array), tuple(array.dims)
    if not dims or not all(isinstance(one, int) for one in dims[1:]):
        raise Refusal(
            "it joins elements of which a size is open, and not that of the first axis. Give the TensorArray an "
            "element_shape"
        )
    length = array.length.array.item() if isinstance(array.length, Known) else None
    rows = length * dims[0] if isinstance(length, int) and isinstance(dims[0], int) else None
    if array.grows:
        ref = writer.program.add(
            "written", Apply("keras.ops.take", (value.ref, _written(writer, array)), {"axis": 0})
        )
        value = replace(value, ref=ref)
    joined = writer.op(node, "reshape", value, (-1, *dims[1:]), dims=(rows, *dims[1:]))
    if rows is None:
        return [
            joined,
            Untranslated("how long each element is, of an array that is joined, is not translated"),
        ]
    return [joined, Known(np.full(length, dims[0], "int64"), "int64")]


@row("TensorArraySizeV3 TensorListLength")
def length(writer, node, inputs):
    """Return the number of elements of an array."""
    return _array(inputs[-1]).length


#: The rows that take an array; the others take tensors.
WITH_ARRAYS = {scatter, read, write, gather, concatenated, length, hand_on, hand_all_on, switch, merge}
