"""BasicRNNCell is stock `keras.layers.SimpleRNNCell`: nothing is added, nothing is lost.

Equations (TF 1.15, the same in Keras), x [B, D], h [B, U]:

    h' = act([x; h] @ kernel + bias)        output = h'

| TF1 variable      | shape      | Keras weight                        | shape          |
|-------------------|------------|-------------------------------------|----------------|
| basic_rnn_cell/kernel | [D+U, U] | `kernel` (its first D rows)         | [D, U]         |
|                   |            | `recurrent_kernel` (the other rows) | [U, U]         |
| basic_rnn_cell/bias   | [U]      | `bias`                              | [U]            |

Traps: TF1's kernel has the shape of a Dense layer's, so only the graph tells them apart. TF1
returns a bare tensor as state; a Keras cell takes it bare or as a list of one. `dropout=` of the
Keras cell is not TF1's DropoutWrapper: see `tf2_lstm/wrappers.py`.

```python
import keras
from tf2_lstm import BasicRNNCell

cell = BasicRNNCell(4)
output, state = cell(keras.ops.ones((2, 3)), keras.ops.zeros((2, 4)))
print(output.shape, state.shape)
```
"""

from keras.layers import SimpleRNNCell as BasicRNNCell

__all__ = ["BasicRNNCell"]
