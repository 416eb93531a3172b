"""Two LSTM layers over a sequence. Twin: `legacy_tf1/programs/stacked_lstm.py`.

| TF1 variable                                     | Keras weight                                 |
|--------------------------------------------------|----------------------------------------------|
| `rnn/multi_rnn_cell/cell_0/lstm_cell/`           | `rnn/stack/layer_0/`                         |
| ... `kernel` [10, 16]: rows 0..5, rows 6..9      | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [16]                                  | ... `bias`, forget_bias 1.0 added to f       |
| `rnn/multi_rnn_cell/cell_1/lstm_cell/`           | `rnn/stack/layer_1/`                         |
| ... `kernel` [9, 20]: rows 0..3, rows 4..8       | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [20]                                  | ... `bias`, forget_bias 1.0 added to f       |

Columns: TF1 i, j, f, o; Keras i, f, c, o (c is TF1's j).
Run it: `python -m tf2_lstm.programs.stacked_lstm`.
"""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm import RNN, LSTMCell, StackedRNNCells, to_tf1_state

INPUT_DIM = 6
LSTM_CELL_SIZE_1 = 4
LSTM_CELL_SIZE_2 = 5
SAMPLE_INPUT = np.array(
    [
        [[1, 2, 3, 4, 3, 2], [1, 2, 1, 1, 1, 2], [1, 2, 2, 2, 2, 2]],
        [[1, 2, 3, 4, 3, 2], [3, 2, 2, 1, 1, 2], [0, 0, 0, 0, 3, 2]],
    ],
    "float32",
)


def build():
    """Return the stack as a model: data [B, T, 6] -> [output [B, T, 5], [[h, c], [h, c]]]."""
    data = keras.Input([None, INPUT_DIM], name="data")
    cells = [LSTMCell(LSTM_CELL_SIZE_1, name="layer_0"), LSTMCell(LSTM_CELL_SIZE_2, name="layer_1")]
    stack = StackedRNNCells(cells, name="stack")
    output, *state = RNN(stack, return_sequences=True, return_state=True, name="rnn")(data)
    return keras.Model(data, [output, state], name="stacked_lstm")


def run(model):
    """Run the sample through the stack.

    Args:
        model: the result of `build`, its weights set.

    Returns:
        An OrderedDict of `output` [2, 3, 5], `state[0].c`, `state[0].h` [2, 4], `state[1].c` and
        `state[1].h` [2, 5], all float32.
    """
    output, state = model(SAMPLE_INPUT)
    results = OrderedDict([("output", output)])
    for layer, (c, h) in enumerate(to_tf1_state(model.get_layer("rnn"), state)):
        results[f"state[{layer}].c"] = c
        results[f"state[{layer}].h"] = h
    return keras.tree.map_structure(keras.ops.convert_to_numpy, results)


def main():
    """Run once with fresh weights, print the output and the state of each layer."""
    keras.utils.set_random_seed(1)
    results = run(build())
    print(repr(results["output"]))
    for layer in range(2):
        c, h = results[f"state[{layer}].c"], results[f"state[{layer}].h"]
        print(f"LSTMStateTuple(c={c!r}, h={h!r})")


if __name__ == "__main__":
    main()
