"""Read MetaGraphs: a graph with its Saver, as `.meta` files and SavedModels have them."""

from dataclasses import dataclass, field
from typing import Any

from tf2_lstm.migrate.artifacts import files, graphs, protos
from tf2_lstm.migrate.graph.nodes import node_of


@dataclass(frozen=True)
class Meta:
    """The parts of a MetaGraph that are used. Of its collections only `trainable` is read.

    Attributes:
        graph: the `GraphDef`, checked, without devices.
        restore_op: the name of the Saver's restore operation, "" for none.
        producer: the version of TensorFlow that wrote it.
        trainable: nodes of the trainable variables, as far as the collection tells.
        signatures: as `TF1Model` has them.
    """

    graph: Any = field(repr=False)
    restore_op: str = ""
    producer: str = ""
    trainable: frozenset = frozenset()
    signatures: dict = field(default_factory=dict)


def read_meta(path):
    """Read a `.meta` file.

    Args:
        path: the file.

    Returns:
        A `Meta`.

    Raises:
        ArtifactError: it is no MetaGraph.
    """
    return meta_of(protos.parse("MetaGraphDef", files.load(path), files.shown(path)), files.shown(path))


def meta_of(meta, where):
    """Take the parts that are used from a `MetaGraphDef`.

    Args:
        meta: the message.
        where: the file, for messages.

    Returns:
        A `Meta`.

    Raises:
        ArtifactError: its graph is damaged.
    """
    return Meta(
        graphs.checked(meta.graph_def, where),
        meta.saver_def.restore_op_name,
        meta.meta_info_def.tensorflow_version,
        frozenset(_trainable(meta, where)),
        {key: _signature(meta.signature_def[key]) for key in sorted(meta.signature_def)},
    )


def _trainable(meta, where):
    """Yield the nodes of the collection "trainable_variables", whose `VariableDef`s begin with the tensor's name."""
    if "trainable_variables" in meta.collection_def:
        for value in meta.collection_def["trainable_variables"].bytes_list.value:
            yield node_of(protos.parse("VariableDef", value, where).variable_name)


def _signature(signature):
    return {
        "inputs": {key: signature.inputs[key].name for key in sorted(signature.inputs)},
        "outputs": {key: signature.outputs[key].name for key in sorted(signature.outputs)},
    }
