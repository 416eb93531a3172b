"""How whole programs are saved that are no checkpoints, and what of their numbers no optimizer makes."""

import tensorflow as tf

from tests.zoo.record.artefact import Built
from tf2_lstm.migrate.equivalence.inputs import draws, wide


def program(feeds, fetches, **options):
    """Return the `Built` of a whole program: what is fed, the tensors that are fetched, options of `Built`.

    With `named` the user must say what is fetched, because more is read of one of them; `named` may also be the list of
    those fed tensors that are no placeholders. The statistics that no
    optimizer trains, such as moving averages, are drawn too. `save` is a function of this file; a checkpoint is
    written without one.
    """
    named = options.pop("named", False)
    if named:
        options["options"] = {"fetch": [tensor.name for tensor in fetches]}
    if isinstance(named, list):
        options["options"]["feed"] = [tensor.name for tensor in named]
    return Built(feeds, fetches=fetches, prepare=draw_averages, **options)


def draw_averages(session):
    """Give what is not trained numbers of its own: variances around 1, everything else as weights."""
    trained = set(tf.trainable_variables())
    for variable in tf.global_variables():
        if variable not in trained and variable.dtype.base_dtype == tf.float32:
            drawn = wide(draws(0, "average:" + variable.op.name), variable.shape.as_list(), 0.5)
            variable.load(drawn + 1.2 if "variance" in variable.op.name else drawn, session)


def save_frozen(*outputs):
    """Return what saves a frozen graph of some outputs."""

    def save(session):
        names = [tensor.op.name for tensor in outputs]
        graph = tf.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(add_shapes=False), names
        )
        with open("frozen.pb", "wb") as file:
            file.write(graph.SerializeToString())
        return "frozen.pb"

    return save


def save_signatures(**signatures):
    """Return what saves a SavedModel: name of a signature -> (dict of inputs, dict of outputs)."""

    def save(session):
        builder = tf.saved_model.builder.SavedModelBuilder("saved_model")
        written = {
            name: tf.saved_model.signature_def_utils.predict_signature_def(inputs, outputs)
            for name, (inputs, outputs) in signatures.items()
        }
        builder.add_meta_graph_and_variables(session, ["serve"], written, strip_default_attrs=True)
        builder.save()
        return "saved_model"

    return save
