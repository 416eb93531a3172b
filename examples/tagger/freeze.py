"""Write what the service loads: python freeze.py [--saved saved] [--out served]

The graph is built again without the loss, and its variables become constants of one file, tagger.pb.
"""

import argparse
import json
import os
import shutil

import tensorflow as tf
from tensorflow.python.framework import graph_util

from model import Tagger


def freeze(args):
    """Restore what train.py has saved into the graph that is served, and freeze it."""
    with open(args.saved + "/config.json") as f:
        model = Tagger(json.load(f))
    with tf.Session() as sess:
        tf.train.Saver().restore(sess, args.saved + "/tagger.ckpt")
        graph_def = tf.get_default_graph().as_graph_def()
        frozen = graph_util.convert_variables_to_constants(sess, graph_def, [model.probabilities.op.name])
    if not os.path.exists(args.out):
        os.makedirs(args.out)
    with tf.gfile.GFile(args.out + "/tagger.pb", "wb") as f:
        f.write(frozen.SerializeToString())
    for name in ("words.txt", "chars.txt", "tags.txt"):
        shutil.copy(args.saved + "/" + name, args.out)
    print("%d nodes in %s/tagger.pb" % (len(frozen.node), args.out))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--saved", default="saved")
    parser.add_argument("--out", default="served")
    freeze(parser.parse_args())
