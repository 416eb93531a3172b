"""Builds one artefact, runs it, and writes its folder whole or not at all."""

import contextlib
import json
import os
import shutil
import tempfile
import zipfile
from collections import OrderedDict

import numpy as np
import tensorflow as tf

from tf2_lstm.migrate.equivalence.inputs import draws, wide

CHECKPOINT = "model.ckpt"


def record(artefact, root):
    """Record one artefact of the table below the folder `root`, replacing what is there."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.join(temporary, artefact.name)
        os.makedirs(folder)
        with tf.Graph().as_default() as graph, inside(folder):
            tf.set_random_seed(1)
            built = artefact.build()
            with tf.Session(graph=graph, config=_config()) as session:
                if built.weights:
                    _fill(session, artefact.name)
                _write(artefact, built, session)
        if artefact.folder == "whole":
            _pack(folder)
        destination = os.path.join(root, artefact.name)
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(folder, destination)


def _config():
    return tf.ConfigProto(allow_soft_placement=True)


def _pack(folder):
    """Put the artefact into one file: the graph of a program is long, and says the same words again and again."""
    paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    packed = sorted(path for path in paths if not path.endswith((".npz", "expected.json")))
    with zipfile.ZipFile(os.path.join(folder, "artefact.zip"), "w", zipfile.ZIP_DEFLATED) as file:
        for path in packed:
            with open(path, "rb") as one:
                info = zipfile.ZipInfo(os.path.relpath(path, folder))
                file.writestr(info, one.read(), zipfile.ZIP_DEFLATED)
            os.remove(path)
    for name in os.listdir(folder):
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


@contextlib.contextmanager
def inside(folder):
    """Work in a folder for a while, so that no path of this machine gets into a file."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _fill(session, name):
    """Initialise, then draw every weight wide; optimizers' slots, averages and counters stay as initialised."""
    session.run(tf.global_variables_initializer())
    for variable in tf.trainable_variables():
        drawn = wide(draws(0, name + ":" + variable.op.name), variable.shape.as_list(), 1.0)
        variable.load(drawn.astype(variable.dtype.base_dtype.as_numpy_dtype), session)


def save_checkpoint(session):
    """Write what a plain `tf.train.Saver()` writes."""
    tf.train.Saver(save_relative_paths=True).save(session, "./" + CHECKPOINT)
    return CHECKPOINT


def _write(artefact, built, session):
    if built.prepare:
        built.prepare(session)
    path = (built.save or save_checkpoint)(session)
    for number, sizes in enumerate(built.sizes):
        np.savez_compressed(
            "run.npz" if number == 0 else f"run_{number + 1}.npz", **_run(built, session, sizes)
        )
    said = _expected(artefact, built, path)
    with open("expected.json", "w") as file:
        json.dump(said, file, indent=1)
        file.write("\n")


def edge_names(built):
    """Every tensor name at an edge, once, in order."""
    names = [_name(tensor) for item in built.recurrences for tensor in _edge(item).values()]
    names = [name for name in names if name]
    return list(OrderedDict.fromkeys(names + [_name(tensor) for tensor in built.fetches]))


def _edge(item):
    return item.get("run_edge", item["edge"])


def _name(tensor):
    return getattr(tensor, "name", tensor)


def _run(built, session, sizes):
    """Everything at the edges, keyed by TF1 tensor name, for one seeded feed."""
    if built.results:
        return built.results(session, sizes)
    feed = OrderedDict()
    for placeholder, draw in built.feeds.items():
        feed[placeholder] = draw(draws(sizes["B"], _name(placeholder)), sizes)
    fetches = [name for name in edge_names(built) if name not in {_name(tensor) for tensor in feed}]
    found = OrderedDict((_name(tensor), array) for tensor, array in feed.items())
    found.update(zip(fetches, session.run(fetches, feed)))
    return found


def twin(build):
    """Return results of another graph that has the same variables and the same names at its edges."""

    def results(session, sizes):
        values = {
            variable.op.name: session.run(variable) for variable in session.graph.get_collection("variables")
        }
        with tf.Graph().as_default(), tf.Session(config=_config()) as other:
            built = build()
            for variable in tf.global_variables():
                variable.load(values[variable.op.name], other)
            return _run(built, other, sizes)

    return results


def _expected(artefact, built, path):
    said = OrderedDict(schema=1, name=artefact.name, why=artefact.why, producer=tf.__version__, artifact=path)
    if built.options:
        said["options"] = built.options
    said["feeds"] = [_name(tensor) for tensor in built.feeds]
    if artefact.folder == "whole":
        said["fetches"] = [_name(tensor) for tensor in built.fetches]
        return said
    if built.ran:
        said["ran"] = built.ran
    said["recurrences"] = []
    for item in built.recurrences:
        plain = OrderedDict(item)
        for key in {"edge", "run_edge"} & set(item):
            plain[key] = OrderedDict((role, _name(tensor)) for role, tensor in item[key].items())
        said["recurrences"].append(plain)
    said["not_converted"] = built.not_converted
    said["unclaimed"] = built.unclaimed
    if built.outside:
        said["not_in_the_model"] = built.outside
    return said
