"""TensorFlow's protocol buffers and its reader of tensors: the one file of this package that imports TensorFlow.

Files come from strangers: a message is parsed and never run. TensorFlow's own reader is used for the values because
it verifies a checksum of each tensor as fast as it reads (`docs/adr/0008-how-artefacts-are-read.md`).
"""

import contextlib
import functools
import importlib
import os
import shutil
import tempfile
import weakref

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.graph.lost import LOST
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.private import import_private

MESSAGES = {
    "AttrValue": "tensorflow.core.framework.attr_value_pb2",
    "GraphDef": "tensorflow.core.framework.graph_pb2",
    "MetaGraphDef": "tensorflow.core.protobuf.meta_graph_pb2",
    "VariableDef": "tensorflow.core.framework.variable_pb2",
    "SavedModel": "tensorflow.core.protobuf.saved_model_pb2",
    "BundleHeaderProto": "tensorflow.core.protobuf.tensor_bundle_pb2",
    "SavedTensorSlices": "tensorflow.core.util.saved_tensor_slice_pb2",
    "BundleEntryProto": "tensorflow.core.protobuf.tensor_bundle_pb2",
    "TrackableObjectGraph": "tensorflow.core.protobuf.trackable_object_graph_pb2",
    "CheckpointState": "tensorflow.python.training.checkpoint_state_pb2",
    "OpDef": "tensorflow.core.framework.op_def_pb2",
}


def tensorflow():
    """Import TensorFlow as proofs need it: without oneDNN, whose fusions change results, and without its log.

    Returns:
        The module.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    return tensorflow


def message(kind):
    """Return an empty message.

    Args:
        kind: one of `MESSAGES`.
    """
    tensorflow()
    return import_private(f"{MESSAGES[kind]}.{kind}", "to read the files of TensorFlow 1")()


def parse(kind, data, where, text=False):
    """Parse a message.

    Args:
        kind: one of `MESSAGES`.
        data: bytes.
        where: the file, for messages.
        text: whether the bytes are protobuf's text format.

    Returns:
        The message.

    Raises:
        ArtifactError: the bytes are something else.
    """
    found = message(kind)
    decoding = importlib.import_module("google.protobuf.message")
    text_format = importlib.import_module("google.protobuf.text_format")
    try:
        if text:
            text_format.Parse(data.decode("utf-8"), found)
        else:
            found.ParseFromString(data)
    except (decoding.DecodeError, text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise ArtifactError(
            f"{where}: expected a {kind} of TensorFlow, found {len(data)} bytes that are none "
            f"({files.said(error)}). Is the file whole, and the right one?"
        ) from error
    return found


@functools.cache
def definition(operation):
    """Return TensorFlow's declaration of an operation, an `OpDef`; None for an unknown one.

    Args:
        operation: the name of the operation.
    """
    tensorflow()
    found = import_private("tensorflow.python.framework.op_def_registry.get", "to read a graph")(operation)
    if found is None and operation in LOST:
        return parse("OpDef", LOST[operation].declared.encode(), operation, text=True)
    return found


def array(tensor, dtype, shape):
    """Return the numbers of a `TensorProto` that has no dtype and no shape.

    Args:
        tensor: the message, with a number for each element; it is changed.
        dtype: the number of TensorFlow's `DataType`.
        shape: a tuple of ints.
    """
    tensor.dtype = dtype
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensorflow().make_ndarray(tensor)


class Tensors:
    """The values of a checkpoint, opened on demand.

    Args:
        prefix: the checkpoint's path without ".index".
    """

    def __init__(self, prefix):
        self.prefix = prefix
        self._reader = None

    def read(self, name):
        """Return the array of a name as TensorFlow's reader returns it, its checksum verified.

        Raises:
            ArtifactError: the reader refuses: the data are not as the index says.
        """
        with self._opened(f"the values of {files.shown(name)}") as reader:
            return reader.get_tensor(name)

    def shapes(self):
        """Return the shape of every entry, name -> list.

        Raises:
            ArtifactError: see `read`.
        """
        with self._opened("entries") as reader:
            return reader.get_variable_to_shape_map()

    @contextlib.contextmanager
    def _opened(self, expected):
        """Open TensorFlow's reader; its errors become one line."""
        tf = tensorflow()
        try:
            if self._reader is None:
                self._reader = tf.compat.v1.train.NewCheckpointReader(self._plain_prefix())
            yield self._reader
        except (tf.errors.OpError, RuntimeError, ValueError, LookupError, TypeError, OSError) as error:
            raise ArtifactError(
                f"{files.shown(self.prefix)}: expected {expected} as the index describes them, TensorFlow's reader "
                f"says: {files.said(error)}. The data file was damaged or changed: copy the checkpoint again."
            ) from error

    def _plain_prefix(self):
        """Return the prefix as TensorFlow's reader can find it: in UTF-8, without characters of a pattern."""
        prefix = os.path.abspath(self.prefix)
        if prefix.isprintable() and not set(prefix) & set("*?[\\"):
            return prefix
        folder, name = os.path.split(prefix)
        links = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for file in files.names_in(folder):
            if file.startswith((name + ".index", name + ".data-")):
                link = os.path.join(links, "model" + file[len(name) :])
                os.symlink(os.path.join(folder, file), link)
        return os.path.join(links, "model")
