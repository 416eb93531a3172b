"""The programs of a TF1 model: one; for a SavedModel one for each group of signatures with the same inputs."""

from collections import OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import node_of, normal
from tf2_lstm.migrate.translate.whole import NAME
from tf2_lstm.migrate.translate.writing.naming import key_name
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: The signature that is served when none is named.
_DEFAULT = "serving_default"


def programs_of(tf1, fetch=()):
    """Find the whole programs that a TF1 model is converted to.

    Signatures with the same inputs, as those of a canned estimator, are one program with the outputs of all. One that
    gives out no tensor, as the `__saved_model_init_op` that tf.keras writes, is none.

    Args:
        tf1: the `TF1Model`.
        fetch: names of the tensors that the user wants; () for those that the model names itself.

    Returns:
        A dict from the name of a program to the `TF1Model` with its signatures alone; empty without a graph. The
        program of the default signature, or else the first one, is called "model", the others after theirs.
    """
    if tf1.graph is None:
        return OrderedDict()
    nodes = {node.name: node for node in tf1.graph.node}
    groups = OrderedDict()
    for name, one in sorted(tf1.signatures.items(), key=lambda item: item[0] != _DEFAULT):
        if one["outputs"] and not any(_is_tensor(nodes, tensor) for tensor in one["outputs"].values()):
            continue
        groups.setdefault(frozenset(map(normal, one["inputs"].values())), OrderedDict())[name] = one
    if fetch or len(groups) < 2:
        return OrderedDict({NAME: tf1})
    return OrderedDict(
        (f"{NAME}_{key_name(next(iter(group)))}" if number else NAME, replace(tf1, signatures=group))
        for number, group in enumerate(groups.values())
    )


def _is_tensor(nodes, name):
    """Whether a name is a tensor's, not that of an operation without outputs."""
    node = nodes.get(node_of(name))
    return node is None or bool(dtypes_of(node))


__all__ = ["programs_of"]
