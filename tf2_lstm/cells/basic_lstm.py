"""BasicLSTMCell is stock `keras.layers.LSTMCell`, once forget_bias has moved into the bias.

Equations (TF 1.15), x [B, D], c and h [B, U], s = sigmoid:

    i, j, f, o = split([x; h] @ kernel + bias, 4)
    c' = c * s(f + forget_bias) + s(i) * act(j)
    h' = act(c') * s(o)                     output = h', state = LSTMStateTuple(c', h')

Keras computes the same with its blocks in the order i, f, c, o (its c is TF1's j) and returns [h',
c'].

| TF1 variable           | shape     | Keras weight                                 | shape    |
|------------------------|-----------|----------------------------------------------|----------|
| basic_lstm_cell/kernel | [D+U, 4U] | `kernel` (first D rows), columns i, f, j, o  | [D, 4U]  |
|                        |           | `recurrent_kernel` (other rows), same order  | [U, 4U]  |
| basic_lstm_cell/bias   | [4U]      | `bias`, same order, forget_bias added to f   | [4U]     |

Traps: TF1 adds forget_bias (default 1.0) at every step and stores it nowhere; in Keras it is added
once to the forget quarter of `bias`. `unit_forget_bias=True` is an initialiser only: after the
weights are set it means nothing. The states swap: TF1 (c, h), Keras [h, c] - see `to_keras_state`.

```python
import keras
from tf2_lstm import BasicLSTMCell

cell = BasicLSTMCell(4)
output, (h, c) = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
print(output.shape, h.shape, c.shape)
```
"""

from keras.layers import LSTMCell as BasicLSTMCell

__all__ = ["BasicLSTMCell"]
