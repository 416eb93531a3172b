"""Keep what this TensorFlow computes, for whoever comes after it: python record.py

recorded/tagger.npz: what tagger.pb was fed and gave, by the names of the tensors. recorded/sampler.npz: a text of
sample.py and the probabilities of each step. recorded/record.json: who computed it, and of which files.
"""

import argparse
import datetime
import hashlib
import io
import json
import os
import platform

import numpy as np
import tensorflow as tf

import sample
from data_utils import batch_of, load_vocabularies, read_orders

FILES = ("tagger.pb", "sampler.ckpt.index", "sampler.ckpt.data-00000-of-00001", "sampler.ckpt.meta")


def tagged(args):
    """Run the frozen graph on the orders of data/dev.txt."""
    words, chars, _ = load_vocabularies(args.out)
    batch = batch_of(read_orders(args.data + "/dev.txt"), words, chars)
    feed = {name + ":0": array for name, array in batch.items()}
    feed["keep_prob:0"] = np.float32(1.0)
    graph_def = tf.GraphDef()
    with tf.gfile.GFile(args.out + "/tagger.pb", "rb") as f:
        graph_def.ParseFromString(f.read())
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        return dict(feed, **{"probabilities:0": sess.run("probabilities:0", feed)})


def sampled(args):
    """Sample from the saved model."""
    with tf.Graph().as_default():
        sess, model, chars = sample.restored(args)
        text, probabilities = sample.sample(sess, model, chars, start=".", length=60)
    return {"text": np.array(text), "probabilities": probabilities}


def record(args):
    """Write the three files."""
    if not tf.__version__.startswith("1.15"):
        raise SystemExit("record.py: the record is that of TensorFlow 1.15, this is " + tf.__version__)
    if not os.path.exists(args.recorded):
        os.makedirs(args.recorded)
    np.savez_compressed(args.recorded + "/tagger.npz", **tagged(args))
    np.savez_compressed(args.recorded + "/sampler.npz", **sampled(args))
    hashes = {}
    for name in FILES:
        with io.open(args.out + "/" + name, "rb") as f:
            hashes[name] = hashlib.sha256(f.read()).hexdigest()
    about = {
        "schema": 1,
        "recorded": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {"tensorflow": tf.__version__, "numpy": np.__version__},
        "of": hashes,
    }
    with open(args.recorded + "/record.json", "w") as f:
        f.write(json.dumps(about, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--out", default="served")
    parser.add_argument("--recorded", default="recorded")
    record(parser.parse_args())
