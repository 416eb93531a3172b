"""Rows of sparse tensors: those that the decoders of CTC give, the places that are not zero, dense forms."""

from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.writing.naming import line_name
from tf2_lstm.migrate.translate.writing.values import (
    Live,
    Refusal,
    Size,
    check_size,
    number_of,
    rank_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("CTCGreedyDecoder")
def best_path(writer, node, inputs):
    """Write the most likely class of each step without blanks, a sparse tensor, and the sum of the steps' logits."""
    merges = {} if attribute(node, "merge_repeated").b else {"merge_repeated": False}
    paths, scores = _decoded(writer, node, inputs, strategy="greedy", **merges)
    parts = _parts(writer, node, _path(writer, inputs, paths, 0), 0, 1)
    return [*parts, writer.result(node, scores, (sizes_of(inputs[0])[1], 1), 3)]


@row("CTCBeamSearchDecoder")
def best_beams(writer, node, inputs):
    """Write the most likely sequences of a beam search, a sparse tensor each, and their log-probabilities."""
    count, width = attribute(node, "top_paths").i, attribute(node, "beam_width").i
    paths, scores = _decoded(writer, node, inputs, strategy="beam_search", beam_width=width, top_paths=count)
    writer.note(
        f"{node.name}: proved with Keras on TensorFlow, whose own search it is. Keras's on JAX gives an empty row one "
        "step and may keep other paths in a narrow beam"
    )
    merges, parts = attribute(node, "merge_repeated").b, []
    for number in range(count):
        path = _path(writer, inputs, paths, number)
        parts.append(_parts(writer, node, _merged(writer, path) if merges else path, number, count))
    # All indices, then all values, then all shapes.
    ordered = [one for kind in zip(*parts, strict=True) for one in kind]
    return [*ordered, writer.result(node, scores, (sizes_of(inputs[0])[1], count), 3 * count)]


def _decoded(writer, node, inputs, **options):
    """Write the decoding; return the expressions of (paths [paths, batch, steps], scores [batch, paths])."""
    logits, lengths = inputs
    classes = sizes_of(logits)[-1]
    if isinstance(classes, Size):
        raise Refusal("the number of classes is open, and the last one is the blank. Give the logits a shape")
    ref = writer.swapped(writer.tensor(logits), "batch_major")
    options["mask_index"] = classes - 1
    found = writer.program.op("decoding", "ctc_decode", ref, writer.tensor(lengths), **options)
    return writer.program.add("paths", Item(found, 0)), Item(found, 1)


def _path(writer, inputs, paths, number):
    """Write one of the paths: a matrix of classes, -1 behind the last one of a row."""
    steps, batch, _ = sizes_of(inputs[0])
    return Live(writer.program.add("decoded", Item(paths, number)), (batch, steps), "int32")


def _merged(writer, path):
    """Write a path without repetitions: a class that equals the one before is left out, and the row moves up."""
    op, size = writer.program.op, sizes_of(path)[1]
    before = writer.program.add("before", Item(path.ref, (slice(None), slice(None, -1))))
    before = op("before", "pad", before, ((0, 0), (1, 0)), constant_values=-1)
    changes = op("changes", "not_equal", path.ref, before)
    order = op("order", "argsort", op("order", "where", changes, writer.numbers(size), writer.size(size)))
    kept = op("kept", "where", changes, path.ref, -1)
    return Live(op("decoded", "take_along_axis", kept, order, axis=1), sizes_of(path), "int32")


def _parts(writer, node, path, number, count):
    """Write a matrix as a sparse tensor; return its indices, values and shape, of which only some are read."""
    op = writer.program.op
    there = op("there", "greater_equal", path.ref, 0)
    places = writer.program.add(
        "places", Item(op("places", "nonzero", op("there", "reshape", there, (-1,))), 0)
    )
    parts = {
        "indices": (_places(writer, there), (None, 2)),
        "values": (op("values", "take", op("values", "reshape", path.ref, (-1,)), places, axis=0), (None,)),
        "shape": (op("shape", "stack", [writer.size(sizes_of(path)[0]), _longest(writer, path)]), (2,)),
    }
    return [
        replace(
            writer.op(node, "cast", ref, "int64", dims=dims, number=number + kind * count),
            sparse=(name, path),
        )
        for kind, (name, (ref, dims)) in enumerate(parts.items())
    ]


def _places(writer, tensor):
    """Write where a tensor is not zero, a row of numbers each."""
    return writer.program.op("places", "stack", writer.program.op("places", "nonzero", tensor), axis=-1)


def _longest(writer, path):
    """Write the number of columns that a matrix of classes needs: those of its longest row."""
    op = writer.program.op
    there = op("there", "cast", op("there", "greater_equal", path.ref, 0), "int32")
    return op("longest", "max", op("counts", "sum", there, axis=1))


@row("Where")
def places(writer, node, inputs):
    """Write where a tensor is not zero, or true."""
    if rank_of(inputs[0]) == 1:
        return _of_vector(writer, node, writer.tensor(inputs[0]))
    found = _places(writer, writer.tensor(inputs[0]))
    return writer.op(node, "cast", found, "int64", dims=(None, rank_of(inputs[0])))


def _of_vector(writer, node, vector):
    """Write where a vector is not zero: a column, which a reshape makes a vector again."""
    places = Item(Apply("keras.ops.nonzero", (vector,)), 0)
    found = writer.once(("places", str(vector)), "places", places)
    sizes = (Size(((found.name, 0),)),)
    cast = writer.program.op(line_name(node), "cast", found, "int64")
    places = Live(cast, sizes, "int64", before_cast=Live(found, sizes, "int32"))
    column = writer.op(node, "expand_dims", cast, -1, dims=(*sizes, 1))
    return replace(column, widened=(places, 1))


@row("SparseToDense")
def dense(writer, node, inputs):
    """Write the dense form of a sparse tensor."""
    indices, shape, values, default = inputs
    default = number_of(default, "its default")
    path = _of_decoder(indices, values, shape)
    if path is not None:
        return _cut(writer, node, path, default)
    sizes = elements_of(writer, as_int32(writer, node, shape), "its shape")
    if not any(isinstance(one, Size) for one in sizes):
        check_size(sizes)
    index = writer.tensor(indices)
    if rank_of(indices) != 2:
        index = writer.step(node, "reshape", index, (-1, len(sizes)))
    given = writer.tensor(values)
    if not rank_of(values):
        rows = Size(((index.name, 0),))
        given = writer.filled([rows], number_of(values, "its number"), dtypes_of(node)[0])
    full = writer.filled(sizes, default, dtypes_of(node)[0])
    return writer.op(node, "scatter_update", full, index, given, dims=tuple(sizes))


def as_int32(writer, node, shape):
    """Return a shape that elements are read of: what is fed is int64."""
    if not isinstance(shape, Live) or shape.dtype == "int32":
        return shape
    if shape.before_cast and shape.before_cast.dtype == "int32":
        # It knows its elements: a -1 among them is a size that nothing says.
        return shape.before_cast
    return Live(writer.step(node, "cast", shape.ref, "int32"), shape.shape, "int32")


def _of_decoder(*parts):
    """Return the matrix that the indices, the values and the shape of a sparse tensor are parts of, or None."""
    told = [getattr(one, "sparse", None) or ("", None) for one in parts]
    path = told[0][1]
    return path if told == [(kind, path) for kind in ("indices", "values", "shape")] else None


def _cut(writer, node, path, default):
    """Write a matrix of classes with as many columns as its longest row needs, and another number for none."""
    dims, dtype = (sizes_of(path)[0], None), dtypes_of(node)[0]
    layer = writer.program.add("numbers", Apply("tf2_lstm.RangeOf", ([0, None, 1],)))
    columns = writer.program.add("columns", Apply(layer, (_longest(writer, path),)))
    found = writer.step(node, "take", path.ref, columns, axis=1)
    found = found if dtype == "int32" else writer.step(node, "cast", found, dtype)
    if default != -1:
        found = writer.step(node, "where", writer.step(node, "less", found, 0), default, found)
    return writer.result(node, writer.program.lines.pop().value, dims)
