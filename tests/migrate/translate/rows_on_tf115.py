"""Run the cases of the rows on TensorFlow 1.15.5: what each gives, and its gradients by what is fed.

Called by `row_records.py`, with the Python of TensorFlow 1.15.5.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf


def weights(values):
    """What the elements of an output count in a gradient: each otherwise."""
    return np.cos(np.arange(values.size)).reshape(values.shape).astype(values.dtype)


def main(folder):
    """Run all graphs of a folder, NUMBER.pb, on feeds.npz; write found.npz and the errors, errors.json.

    A graph computes "output". Found is NUMBER/output, and NUMBER/gradient of x for each input x of floats by which
    TensorFlow differentiates.
    """
    feeds = dict(np.load(os.path.join(folder, "feeds.npz")))
    found, errors = {}, {}
    for file in sorted(os.listdir(folder)):
        number, end = os.path.splitext(file)
        if end == ".pb":
            try:
                for name, value in recorded(os.path.join(folder, file), feeds):
                    found[number + "/" + name] = value
            except Exception as error:
                # What is not recorded is named with its reason, and a test wants all outputs.
                errors[number] = "{}: {}".format(type(error).__name__, str(error).partition("\n")[0])
    np.savez(os.path.join(folder, "found.npz"), **found)
    with open(os.path.join(folder, "errors.json"), "w") as file:
        json.dump(errors, file)


def recorded(path, feeds):
    """Yield (name, array) of what one graph computes; what comes before an error is known."""
    definition = tf.compat.v1.GraphDef()
    with open(path, "rb") as file:
        definition.ParseFromString(file.read())
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        given = {name + ":0": value for name, value in feeds.items()}
        output = session.run("output:0", given)
        yield "output", output
        if output.dtype.kind == "f":
            floats = [name for name in feeds if feeds[name].dtype.kind == "f"]
            inputs = [graph.get_tensor_by_name(name + ":0") for name in floats]
            counts = tf.constant(weights(output))
            gradients = tf.gradients(graph.get_tensor_by_name("output:0"), inputs, counts)
            for name, gradient in zip(floats, gradients):  # noqa: B905
                if gradient is not None:
                    yield "gradient of " + name, session.run(tf.convert_to_tensor(gradient), given)


if __name__ == "__main__":
    main(sys.argv[1])
