"""Artefacts for these tests: the zoo's, which TensorFlow 1.15.5 wrote, and small ones that a v1 session writes."""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.util import saved_tensor_slice_pb2

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.artifacts import crc, table

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"
tf1 = tf.compat.v1


def zoo_names():
    return sorted(path.parent.name for path in ZOO.glob("*/expected.json"))


def expected(name):
    return json.loads((ZOO / name / "expected.json").read_text(encoding="utf-8"))


def read_zoo(name):
    """Read an artefact of the zoo as its expected.json says that a user would."""
    said = expected(name)
    options = dict(said.get("options", {}))
    weights = options.get("weights")
    return artifacts.read(
        ZOO / name / said["artifact"], weights and ZOO / name / weights, ema=options.get("ema", False)
    )


def read_all(path, **options):
    """Read a model and every value of it: name -> array."""
    model = artifacts.read(path, **options)
    return {name: variable.read() for name, variable in model.variables.items()}


def copy_of(name, folder):
    """Copy an artefact of the zoo, to be damaged; return the path that a user would name."""
    shutil.copytree(ZOO / name, folder, dirs_exist_ok=True)
    return folder / expected(name)["artifact"]


def save(folder, build, saver=tf1.train.Saver, name="model.ckpt", **options):
    """Build a graph, draw its variables, save it; return the prefix and the values of the variables' nodes."""
    draws = np.random.default_rng(0)
    with tf.Graph().as_default(), tf1.Session() as session:
        build()
        saver = saver()
        variables = tf1.global_variables()
        drawn = [draw(draws, variable) for variable in variables]
        starts = {variable.initial_value: value for variable, value in zip(variables, drawn, strict=True)}
        session.run(tf1.global_variables_initializer(), starts)
        values = {variable.op.name: value for variable, value in zip(variables, drawn, strict=True)}
        saver.save(session, str(folder / name), **options)
    return str(folder / name), values


def draw(draws, variable):
    return draws.uniform(-1, 1, variable.shape.as_list()).astype(variable.dtype.base_dtype.as_numpy_dtype)


def cell(kernel=(9, 20), scope="rnn/basic_lstm_cell", **options):
    """The two variables of a cell, as `dynamic_rnn` makes them, without the loop."""
    with tf1.variable_scope(scope, **options):
        tf1.get_variable("kernel", kernel)
        tf1.get_variable("bias", kernel[1:])


def held(model):
    """The values that a model says each node of a variable has."""
    return {node: model.value_of(node) for node in model.nodes}


def table_of(entries):
    """Write (key, value) pairs as a table of one block, with right checksums."""
    first, where = _block([(key, value) for key, value in entries], 0)
    filters, meta = _block([], len(first))
    index, footer = _block([(entries[-1][0] if entries else b"", where)], len(first) + len(filters))
    return first + filters + index + (meta + footer).ljust(table.FOOTER - 8, b"\0") + table.MAGIC


def _block(entries, offset):
    """A block with its trailer, and the handle of it as two varints."""
    found = b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in entries
    )
    found += struct.pack("<II", 0, 1)
    trailer = b"\0" + struct.pack("<I", crc.masked_crc(found + b"\0"))
    return found + trailer, varint(offset) + varint(len(found))


def varint(number):
    """A number as protocol buffers and tables have it."""
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def slices_of(path):
    """The messages of a checkpoint in the format V1: key -> message."""
    pairs = table.entries(path.read_bytes())
    return {key: saved_tensor_slice_pb2.SavedTensorSlices.FromString(value) for key, value in pairs}


def put_slices(path, messages):
    """Write such messages back."""
    path.write_bytes(table_of([(key, one.SerializeToString()) for key, one in messages.items()]))
