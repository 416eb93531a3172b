"""Orders as text and as numbers. A word and its tag a line, an empty line after each order."""

import io
import os

import numpy as np

UNKNOWN = "<unk>"
PAD = "<pad>"


def read_orders(path):
    """List the orders of a file, each a list of (word, tag)."""
    with io.open(path, encoding="utf-8") as f:
        blocks = f.read().split("\n\n")
    return [[tuple(line.split()) for line in block.strip().split("\n")] for block in blocks]


class Vocabulary(object):
    """What has a number: 0 is padding, 1 what was never seen."""

    def __init__(self, tokens):
        self.tokens = list(tokens)
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    @classmethod
    def build(cls, seen):
        return cls([PAD, UNKNOWN] + sorted(set(seen)))

    @classmethod
    def load(cls, path):
        with io.open(path, encoding="utf-8") as f:
            return cls(f.read().split("\n")[:-1])

    def save(self, path):
        with io.open(path, "w", encoding="utf-8") as f:
            f.write("".join(token + "\n" for token in self.tokens))

    def id_of(self, token):
        return self.ids.get(token, 1)

    def __len__(self):
        return len(self.tokens)


def load_vocabularies(folder):
    """Return those of words, characters and tags, as train.py has written them."""
    return [Vocabulary.load(os.path.join(folder, name + ".txt")) for name in ("words", "chars", "tags")]


def padded(rows, depth):
    """Put nested lists of numbers into an array of zeros."""
    if depth == 1:
        shape = [len(rows), max(len(row) for row in rows)]
    else:
        shape = [len(rows), max(len(row) for row in rows), max(len(word) for row in rows for word in row)]
    array = np.zeros(shape, np.int32)
    for i, row in enumerate(rows):
        if depth == 1:
            array[i, : len(row)] = row
        else:
            for j, word in enumerate(row):
                array[i, j, : len(word)] = word
    return array


def batch_of(orders, words, chars):
    """Return what the tagger is fed: name of the placeholder -> array."""
    texts = [[word for word, _ in order] for order in orders]
    return {
        "words": padded([[words.id_of(word) for word in text] for text in texts], 1),
        "lengths": np.array([len(text) for text in texts], np.int32),
        "chars": padded([[[chars.id_of(c) for c in word] for word in text] for text in texts], 2),
        "word_lengths": padded([[len(word) for word in text] for text in texts], 1),
    }


def labels_of(orders, tags):
    """Return the ids of the tags, padded as the words are."""
    return padded([[tags.id_of(tag) for _, tag in order] for order in orders], 1)


def text_of(orders):
    """Return the orders as one text for the sampler, a full stop after each."""
    return "".join(" ".join(word for word, _ in order) + "." for order in orders)
