"""A character model: trained with dropout, then sampled from, its state fed back step by step.

Twin: `legacy_tf1/programs/char_rnn.py`.

| TF1 variable, below `rnnlm/`                     | Keras weight                                 |
|--------------------------------------------------|----------------------------------------------|
| `embedding` [22, 8]                              | `embedding/embeddings`                       |
| `rnn/multi_rnn_cell/cell_0/basic_lstm_cell/`     | `rnn/stack/dropout_0/layer_0/`               |
| ... `kernel` [40, 128]: rows 0..7, rows 8..39    | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [128]                                 | ... `bias`, forget_bias being 0.0            |
| `rnn/multi_rnn_cell/cell_1/basic_lstm_cell/`     | `rnn/stack/dropout_1/layer_1/`               |
| ... `kernel` [64, 128]: rows 0..31, rows 32..63  | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [128]                                 | ... `bias`, forget_bias being 0.0            |
| `softmax_w` [32, 22]                             | `softmax/kernel`                             |
| `softmax_b` [22]                                 | `softmax/bias`                               |

Columns: TF1 i, j, f, o; Keras i, f, c, o (c is TF1's j). `dropout_N/output_dropout`, the rates, are
non-trainable weights without a TF1 variable: there keep_prob = 1 - rate was a placeholder.
Run it: `python -m tf2_lstm.programs.char_rnn`.
"""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm import RNN, BasicLSTMCell, DropoutWrapper, StackedRNNCells, to_tf1_state

TEXT = (
    "the cell reads the input and the state. the input gate lets the new in, the forget gate lets "
    "the old go, and the output gate tells what the cell has kept. then the state goes on to the "
    "next step, and the next step reads the input and the state. "
)
VOCABULARY = sorted(set(TEXT))
EMBEDDING_SIZE = 8
UNITS = 32
LAYERS = 2
BATCH, TIME = 8, 32
LEARNING_RATE = 0.5
TRAIN_STEPS = 10
SAMPLE_LENGTH = 40


def batch():
    """Return the text as (inputs, targets), int32 [BATCH, TIME] each, targets one character ahead."""
    ids = [VOCABULARY.index(character) for character in TEXT]
    ids = np.resize(np.array(ids, "int32"), BATCH * TIME + 1)
    return ids[:-1].reshape(BATCH, TIME), ids[1:].reshape(BATCH, TIME)


def _lstm_cell(layer):
    cell = BasicLSTMCell(UNITS, unit_forget_bias=False, name=f"layer_{layer}")
    return DropoutWrapper(cell, output_dropout=0.0, name=f"dropout_{layer}")


def build():
    """Return the model as it is trained: inputs [B, T] -> logits [B, T, vocabulary], from zero states."""
    inputs = keras.Input([None], dtype="int32", name="inputs")
    x = keras.layers.Embedding(len(VOCABULARY), EMBEDDING_SIZE, name="embedding")(inputs)
    cell = StackedRNNCells([_lstm_cell(layer) for layer in range(LAYERS)], name="stack")
    x, *_ = RNN(cell, return_sequences=True, return_state=True, name="rnn")(x)
    logits = keras.layers.Dense(len(VOCABULARY), name="softmax")(x)
    return keras.Model(inputs, logits, name="char_rnn")


def stepper(model):
    """Return the same layers as a model of one step: [inputs [B, 1], state] -> [probabilities, *states]."""
    rnn = model.get_layer("rnn")
    inputs = keras.Input([1], dtype="int32", name="inputs")
    state = [[keras.Input([UNITS]) for _ in "hc"] for _ in range(LAYERS)]
    x, *state_new = rnn(model.get_layer("embedding")(inputs), initial_state=state)
    logits = model.get_layer("softmax")(x[:, -1])
    probabilities = keras.layers.Softmax(name="probabilities")(logits)
    return keras.Model([inputs, state], [probabilities, *keras.tree.flatten(state_new)], name="char_rnn_step")


def train(model, steps, dropout):
    """Train on the text; return the loss before each of the `steps`, float32 [steps].

    Args:
        model: the result of `build`.
        steps: the number of steps.
        dropout: the rate on the output of each layer, 1 - TF1's keep_prob.
    """
    for wrapper in model.get_layer("rnn").cell.cells:
        wrapper.output_dropout.assign(dropout)
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    inputs, targets = batch()
    return np.array([model.train_on_batch(inputs, targets) for _ in range(steps)], "float32")


def draw(probabilities, random):
    """Draw an id with the given probabilities, by one number of the NumPy `RandomState`."""
    edges = np.cumsum(probabilities.astype("float64"))
    return int(np.searchsorted(edges, random.random_sample() * edges[-1]))


def sample(model, length, seed=0):
    """Draw characters one at a time, each fed back with the state; start at the text's first.

    Args:
        model: the result of `build`, its weights set.
        length: the number of characters to draw.
        seed: the seed of the NumPy `RandomState`.

    Returns:
        (probabilities float32 [length, vocabulary], ids int32 [length], the last state as TF1 has
        it: a tuple over layers of LSTMStateTuple(c, h), each [1, UNITS]).
    """
    random = np.random.RandomState(seed)
    step, rnn = stepper(model), model.get_layer("rnn")
    character = VOCABULARY.index(TEXT[0])
    # Keras takes arrays or tensors, not both.
    state = keras.tree.map_structure(keras.ops.convert_to_numpy, rnn.cell.get_initial_state(batch_size=1))
    probabilities, ids = [], []
    for _ in range(length):
        # Compiled once and without predict's ceremony, which costs more than the step.
        chances, *leaves = step.predict_on_batch([np.array([[character]], "int32"), state])
        state = keras.tree.pack_sequence_as(state, leaves)
        character = draw(chances[0], random)
        probabilities.append(chances[0])
        ids.append(character)
    return np.array(probabilities), np.array(ids, "int32"), to_tf1_state(rnn, state)


def run(model):
    """Train without dropout, then sample.

    Args:
        model: the result of `build`, its weights set.

    Returns:
        An OrderedDict of `losses` [TRAIN_STEPS], `probabilities` [SAMPLE_LENGTH, vocabulary],
        `sampled` int32 [SAMPLE_LENGTH] and, of the last state, `state[N].c` and `state[N].h`
        [1, UNITS] for each layer N.
    """
    losses = train(model, TRAIN_STEPS, dropout=0.0)
    probabilities, ids, state = sample(model, SAMPLE_LENGTH)
    results = OrderedDict([("losses", losses), ("probabilities", probabilities), ("sampled", ids)])
    for layer, (c, h) in enumerate(state):
        results[f"state[{layer}].c"] = c
        results[f"state[{layer}].h"] = h
    return results


def main():
    """Train with fresh weights and dropout on, print the loss as it falls and a sampled text."""
    keras.utils.set_random_seed(1)
    model = build()
    losses = train(model, steps=100, dropout=0.25)
    for step in range(0, 100, 20):
        print(f"step {step:3d}  loss {losses[step : step + 20].mean():.4f}")
    ids = sample(model, SAMPLE_LENGTH)[1]
    print("sampled: {!r}".format("".join(VOCABULARY[i] for i in ids)))


if __name__ == "__main__":
    main()
