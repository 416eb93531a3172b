"""A word tagger: bidirectional over padded sentences, a softmax a step, a loss over valid steps.

Twin: `legacy_tf1/programs/tagger.py`.

| TF1 variable                                     | Keras weight                                 |
|--------------------------------------------------|----------------------------------------------|
| `embedding` [20, 8]                              | `embedding/embeddings`                       |
| `bidirectional_rnn/fw/lstm_cell/`                | `bidirectional/forward_lstm/lstm_cell/`      |
| ... `kernel` [14, 24]: rows 0..7, rows 8..13     | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [24]                                  | ... `bias`, forget_bias 1.0 added to f       |
| `bidirectional_rnn/bw/lstm_cell/`                | `bidirectional/backward_lstm/lstm_cell/`     |
| ... `kernel` [14, 24]: rows 0..7, rows 8..13     | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [24]                                  | ... `bias`, forget_bias 1.0 added to f       |
| `softmax_w` [12, 5]                              | `softmax/kernel`                             |
| `softmax_b` [5]                                  | `softmax/bias`                               |

Columns: TF1 i, j, f, o; Keras i, f, c, o (c is TF1's j). Every layer with weights is stock Keras.
The lengths need `SequenceMask`: id 0 is a word like any other here, and `mask_zero` would lose it.
Run it: `python -m tf2_lstm.programs.tagger`.
"""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm import SequenceMask

SENTENCES = (
    "the/D old/A dog/N sleeps/V",
    "a/D cat/N sees/V the/D small/A bird/N",
    "birds/N sing/V",
    "she/P reads/V a/D long/A old/A book/N",
    "they/P sleep/V",
    "the/D small/A cat/N reads/V",
    "he/P sees/V a/D dog/N",
    "it/P sings/V",
)
PAIRS = [[pair.split("/") for pair in sentence.split()] for sentence in SENTENCES]
WORDS = sorted({word for sentence in PAIRS for word, _ in sentence})
TAGS = sorted({tag for sentence in PAIRS for _, tag in sentence})
EMBEDDING_SIZE = 8
UNITS = 6
LEARNING_RATE = 0.5
TRAIN_STEPS = 10


def batch():
    """Return the sentences as (words [8, T], lengths [8], tags [8, T]), int32, padded with 0."""
    lengths = np.array([len(sentence) for sentence in PAIRS], "int32")
    words = np.zeros([len(PAIRS), lengths.max()], "int32")
    tags = np.zeros_like(words)
    for row, sentence in enumerate(PAIRS):
        words[row, : len(sentence)] = [WORDS.index(word) for word, _ in sentence]
        tags[row, : len(sentence)] = [TAGS.index(tag) for _, tag in sentence]
    return words, lengths, tags


def build():
    """Return the tagger as a model: [words [B, T], lengths [B]] -> logits [B, T, tags], masked."""
    words = keras.Input([None], dtype="int32", name="words")
    lengths = keras.Input([], dtype="int32", name="lengths")
    x = keras.layers.Embedding(len(WORDS), EMBEDDING_SIZE, name="embedding")(words)
    x = SequenceMask(name="sequence_mask")([x, lengths])
    lstm = keras.layers.LSTM(UNITS, return_sequences=True, name="lstm")
    x = keras.layers.Bidirectional(lstm, merge_mode="concat", name="bidirectional")(x)
    logits = keras.layers.Dense(len(TAGS), name="softmax")(x)
    return keras.Model([words, lengths], logits, name="tagger")


def compile_model(model):
    """Compile with the program's loss, a mean over the valid steps, and plain SGD."""
    # The mask arrives as sample weight; the default reduction would scale it by a rounded quotient.
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
    model.compile(optimizer=keras.optimizers.SGD(LEARNING_RATE), loss=loss)


def train(model, steps):
    """Train on the sentences; return the loss before each of the `steps`, float32 [steps]."""
    words, lengths, tags = batch()
    losses = [model.train_on_batch([words, lengths], tags) for _ in range(steps)]
    return np.array(losses, "float32")


def run(model):
    """Take the loss, train, then tag.

    Args:
        model: the result of `build`, its weights set.

    Returns:
        An OrderedDict of `loss` [], before training; `losses` [TRAIN_STEPS]; and after training
        `logits` and `probabilities` [8, T, tags], `predictions` int32 [8, T], padding included.
    """
    words, lengths, tags = batch()
    compile_model(model)
    loss = model.test_on_batch([words, lengths], tags)
    losses = train(model, TRAIN_STEPS)
    logits = model([words, lengths])
    return OrderedDict(
        [
            ("loss", np.array(loss, "float32")),
            ("losses", losses),
            ("logits", keras.ops.convert_to_numpy(logits)),
            ("probabilities", keras.ops.convert_to_numpy(keras.ops.softmax(logits))),
            ("predictions", keras.ops.convert_to_numpy(keras.ops.argmax(logits, axis=2))),
        ]
    )


def main():
    """Train with fresh weights, print the loss as it falls and the tags of each sentence."""
    keras.utils.set_random_seed(1)
    model = build()
    compile_model(model)
    losses = train(model, steps=100)
    for step in range(0, 100, 20):
        print(f"step {step:3d}  loss {losses[step]:.4f}")
    words, lengths, _ = batch()
    predictions = keras.ops.convert_to_numpy(model([words, lengths])).argmax(axis=2)
    for sentence, row in zip(PAIRS, predictions, strict=True):
        tags = [TAGS[tag] for tag in row[: len(sentence)]]
        print(" ".join(f"{word}/{tag}" for (word, _), tag in zip(sentence, tags, strict=True)))


if __name__ == "__main__":
    main()
