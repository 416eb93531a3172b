"""One LSTM cell, called once by hand. Twin: `legacy_tf1/programs/single_lstm.py`.

| TF1 variable                                     | Keras weight                                 |
|--------------------------------------------------|----------------------------------------------|
| `LSTM_sample1/basic_lstm_cell/`                  | `lstm/`                                      |
| ... `kernel` [10, 16]: rows 0..5, rows 6..9      | ... `kernel`, `recurrent_kernel`             |
| ... `bias` [16]                                  | ... `bias`, forget_bias 1.0 added to f       |

Columns: TF1 i, j, f, o; Keras i, f, c, o (c is TF1's j).
Run it: `python -m tf2_lstm.programs.single_lstm`.
"""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm import BasicLSTMCell, to_tf1_state

LSTM_CELL_SIZE = 4
SAMPLE_INPUT = np.array([[3, 2, 2, 3, 2, 2]], "float32")


def build():
    """Return the cell as a model: [sample_input [B, 6], [h, c]] -> [output [B, 4], [h, c]]."""
    sample_input = keras.Input([SAMPLE_INPUT.shape[1]], name="sample_input")
    state = [keras.Input([LSTM_CELL_SIZE], name=name) for name in ("h", "c")]
    output, state_new = BasicLSTMCell(LSTM_CELL_SIZE, name="lstm")(sample_input, state)
    return keras.Model([sample_input, state], [output, state_new], name="single_lstm")


def run(model):
    """Run the one step from the zero state.

    Args:
        model: the result of `build`, its weights set.

    Returns:
        An OrderedDict of `state.c`, `state.h` and `output`, each float32 [1, 4].
    """
    cell = model.get_layer("lstm")
    sample_input = keras.ops.convert_to_tensor(SAMPLE_INPUT)
    output, state = model([sample_input, cell.get_initial_state(batch_size=1)])
    state = to_tf1_state(cell, state)
    results = OrderedDict([("state.c", state.c), ("state.h", state.h), ("output", output)])
    return keras.tree.map_structure(keras.ops.convert_to_numpy, results)


def main():
    """Run once with fresh weights, print the input, the state by name and the output."""
    keras.utils.set_random_seed(1)
    results = run(build())
    print(SAMPLE_INPUT)
    print("LSTMStateTuple(c={!r}, h={!r})".format(results["state.c"], results["state.h"]))
    print(results["output"])


if __name__ == "__main__":
    main()
