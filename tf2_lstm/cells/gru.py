"""GRUCell is stock `keras.layers.GRUCell(units, reset_after=False)`.

Equations (TF 1.15), x [B, D], h [B, U], s = sigmoid:

    r, u = split(s([x; h] @ gates/kernel + gates/bias), 2)
    c = act([x; r * h] @ candidate/kernel + candidate/bias)
    h' = u * h + (1 - u) * c                output = h'

Keras calls u "z", keeps the blocks in the order z, r, h, and computes the same when the reset gate
acts before the matrix product, `reset_after=False`. That is not Keras's default.

| TF1 variable              | shape     | Keras weight                                       | shape   |
|---------------------------|-----------|----------------------------------------------------|---------|
| gru_cell/gates/kernel     | [D+U, 2U] | `kernel` (first D rows): u, r, then the candidate  | [D, 3U] |
| gru_cell/candidate/kernel | [D+U, U]  | `recurrent_kernel` (other rows), same order        | [U, 3U] |
| gru_cell/gates/bias       | [2U]      | `bias`: u, r, then the candidate                   | [3U]    |
| gru_cell/candidate/bias   | [U]       |                                                    |         |

Traps: TF1 starts gates/bias at 1, Keras starts `bias` at 0 - this matters only when training
afresh. `reset_after=False` never runs on cuDNN.
"""

import keras


def GRUCell(units, **options):
    """Return the Keras cell that computes what TF1's GRUCell computes.

    Args:
        units: number of units U, a positive integer.
        **options: any other argument of `keras.layers.GRUCell`; TF1's `activation` is the
            candidate's.

    Returns:
        A stock `keras.layers.GRUCell` with `reset_after=False`; its state is one tensor [B, U].

    Raises:
        ValueError: if `reset_after=True` is given.

    ```python
    import keras
    from tf2_lstm import GRUCell

    cell = GRUCell(4)
    output, state = cell(keras.ops.ones((2, 3)), keras.ops.zeros((2, 4)))
    print(output.shape, state.shape)
    ```
    """
    if options.pop("reset_after", False):
        raise ValueError(
            "GRUCell: TF1 applies the reset gate before the matrix product, so reset_after must be "
            "False; received reset_after=True. For the other equations use keras.layers.GRUCell."
        )
    return keras.layers.GRUCell(units, reset_after=False, **options)
