"""Train the tagger: python train.py [--epochs 12]"""

import argparse
import json
import os

import numpy as np
import tensorflow as tf

from data_utils import Vocabulary, batch_of, labels_of, read_orders
from model import Tagger

SIZES = {"char_size": 5, "char_units": 6, "word_size": 8, "word_units": 10}


def write_vocabularies(orders, folder):
    """Number the words, characters and tags of the training data."""
    words = Vocabulary.build(word for order in orders for word, _ in order)
    chars = Vocabulary.build(c for order in orders for word, _ in order for c in word)
    tags = Vocabulary.build(tag for order in orders for _, tag in order)
    for name, vocabulary in (("words", words), ("chars", chars), ("tags", tags)):
        vocabulary.save(os.path.join(folder, name + ".txt"))
    return words, chars, tags


def accuracy(sess, model, orders, words, chars, tags):
    """Share of the words whose tag is right."""
    batch = batch_of(orders, words, chars)
    guessed = sess.run(model.probabilities, model.feed(batch)).argmax(-1)
    real = batch["words"] > 0
    return np.mean(guessed[real] == labels_of(orders, tags)[real])


def train(args):
    """Train, report on data/dev.txt and save."""
    np.random.seed(1)
    tf.set_random_seed(1)
    orders, dev = read_orders(args.data + "/train.txt"), read_orders(args.data + "/dev.txt")
    if not os.path.exists(args.out):
        os.makedirs(args.out)
    words, chars, tags = write_vocabularies(orders, args.out)
    config = dict(SIZES, words=len(words), chars=len(chars), tags=len(tags))
    with open(args.out + "/config.json", "w") as f:
        json.dump(config, f, indent=1, sort_keys=True)

    model = Tagger(config, learning_rate=0.01)
    saver = tf.train.Saver(max_to_keep=1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(args.epochs):
            np.random.shuffle(orders)
            losses = []
            for start in range(0, len(orders), 16):
                some = orders[start : start + 16]
                feed = model.feed(batch_of(some, words, chars), keep_prob=0.8)
                feed[model.labels] = labels_of(some, tags)
                losses.append(sess.run([model.loss, model.train_op], feed)[0])
            right = accuracy(sess, model, dev, words, chars, tags)
            print("epoch %2d  loss %.3f  right on dev %.3f" % (epoch + 1, np.mean(losses), right))
        saver.save(sess, args.out + "/tagger.ckpt", write_meta_graph=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--out", default="saved")
    parser.add_argument("--epochs", type=int, default=12)
    train(parser.parse_args())
