"""Object-based checkpoints, as `tf.train.Checkpoint` of TensorFlow 1.15 writes them: keys are paths through objects.

Each also keeps the variable's own name ("rnn/basic_lstm_cell/kernel"), by which a graph knows it. So that name is
used; where it is missing or several variables have it, the path through the objects.
"""

from collections import Counter, OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.artifacts import files, protos
from tf2_lstm.migrate.model import ArtifactError

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


def with_own_names(bundle):
    """Name the variables of an object-based checkpoint as the program named them.

    Args:
        bundle: a `Bundle` with an object graph.

    Returns:
        (bundle, notes).

    Raises:
        ArtifactError: the object graph is damaged, or TensorFlow 2 wrote it.
    """
    where = files.shown(bundle.prefix)
    graph = protos.parse("TrackableObjectGraph", bundle.object_graph_bytes(), where)
    if any(node.HasField("has_checkpoint_values") for node in graph.nodes):
        raise ArtifactError(
            f"{where}: expected a checkpoint of TensorFlow 1, found an object-based one of TensorFlow 2. "
            "Its layers are Keras layers already: load it with tf.train.Checkpoint(model=...).restore."
        )
    names = {
        attribute.checkpoint_key: attribute.full_name for node in graph.nodes for attribute in node.attributes
    }
    often = Counter(names.values())
    variables, own = OrderedDict(), {}
    for key, variable in bundle.variables.items():
        name = names.get(key, "")
        name = name if name and often[name] == 1 else key.removesuffix(SUFFIX)
        whole = tuple(slice(0, size) for size in variable.shape)
        variables[name] = replace(variable, name=name, parts={key: whole} if name != key else {})
        own[key] = name
    note = (
        f"The object-based checkpoint's {len(variables)} variable(s) are called by the names that the program gave "
        "them."
    )
    return replace(bundle, variables=variables, own_names=own), [note]
