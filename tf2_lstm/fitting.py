"""Check the arguments of a cell or a layer: a misfit is refused in words; a batch without rows runs."""

import functools

import keras
from keras import ops

from tf2_lstm.state import LSTMStateTuple

#: Part of a dtype's name that no cell computes with -> the next step.
_NO_NUMBERS = {
    "complex": "Put the real and the imaginary part side by side in the width.",
    "str": "Turn the texts into numbers first.",
}


def check_real(where, what, tensor):
    """Refuse complex numbers and texts.

    Args:
        where: the layer that takes the tensor, for the message.
        what: its role there, for the message: "inputs".
        tensor: anything with a shape and a dtype.

    Raises:
        ValueError: the dtype is complex or a text's.

    ```python
    import keras
    from tf2_lstm.fitting import check_real

    check_real("LSTM", "inputs", keras.ops.ones((2, 3)))
    ```
    """
    dtype = str(getattr(tensor.dtype, "name", tensor.dtype))
    for part, step in _NO_NUMBERS.items():
        if part in dtype:
            raise ValueError(
                f"{where}: expected {what} of real numbers; received {dtype} {tuple(tensor.shape)}. {step}"
            )


def fitting_states(where, sizes, states, batch=None):
    """Return a cell's states in the structure of its `state_size`, or say why they do not fit.

    Args:
        where: the layer that takes them, for the message.
        sizes: the cell's `state_size`: a width or a nest of widths.
        states: tensors [B, width] in that structure, or in one flat list; a single state may come without a list.
        batch: the number of rows, None if it is not known.

    Returns:
        The states, in the structure of `sizes`.

    Raises:
        ValueError: for another number of states, other shapes or complex numbers; for TF1's (c, h).
    """
    leaves, widths = keras.tree.flatten(states), keras.tree.flatten(sizes)
    fits = len(leaves) == len(widths) and all(
        _is_row(leaf, width, batch) for leaf, width in zip(leaves, widths, strict=True)
    )
    if fits and not holds_tf1_order(states):
        for leaf in leaves:
            check_real(where, "states", leaf)
        return keras.tree.pack_sequence_as(_untracked(sizes), leaves)
    shapes = [tuple(getattr(leaf, "shape", ())) for leaf in leaves]
    tf1 = ", LSTMStateTuple in it" if holds_tf1_order(states) else ""
    raise ValueError(
        f"{where}: expected {len(widths)} state(s) {[(batch, width) for width in widths]} in the structure of "
        f"state_size {sizes}; received {type(states).__name__} of {len(leaves)}, {shapes}{tf1}. "
        "to_keras_state takes TF1's (c, h); the states that a layer returns with return_state=True fit."
    )


def _untracked(sizes):
    """Return a nest of plain lists: a layer's lists have a class of Keras's own, which JAX takes for a leaf."""
    return [_untracked(one) for one in sizes] if isinstance(sizes, list) else sizes


def _is_row(leaf, width, batch):
    shape = tuple(getattr(leaf, "shape", ()))
    return len(shape) == 2 and shape[1] in (None, width) and (None in (shape[0], batch) or shape[0] == batch)


def holds_tf1_order(states):
    """Return whether a nest has a state of TF1, c before h: with equal widths nothing else shows the order.

    ```python
    from tf2_lstm import LSTMStateTuple
    from tf2_lstm.fitting import holds_tf1_order

    print(holds_tf1_order([LSTMStateTuple(c=0, h=0), 0]))
    ```
    """
    if isinstance(states, LSTMStateTuple):
        return True
    return isinstance(states, (list, tuple)) and any(map(holds_tf1_order, states))


def one_step(call):
    """Decorate the `call` of a cell: refuse arguments that do not fit, and handle a batch without rows.

    Args:
        call: a method of (inputs [B, D], states, training), which gets the states in the structure of `state_size`,
            one state in a list.

    Returns:
        The method; it returns the new states in the structure in which states were given.
    """

    @functools.wraps(call)
    def checked(self, inputs, states, training=False):
        where = f"{type(self).__name__} {self.name!r}"
        check_real(where, "inputs", inputs)
        fitting = fitting_states(f"{where}, states", self.state_size, states, inputs.shape[0])
        fitting = fitting if keras.tree.is_nested(fitting) else [fitting]
        if inputs.shape[0] == 0:
            output, new = without_row(call(self, *with_row((inputs, fitting)), training))
        else:
            output, new = call(self, inputs, fitting, training)
        return output, keras.tree.pack_sequence_as(states, keras.tree.flatten(new))

    return checked


def with_row(nest):
    """Return tensors, or None, with one more row of zeros: without a row stock Keras takes a product for a bias.

    ```python
    import keras
    from tf2_lstm.fitting import with_row, without_row

    [x] = with_row([keras.ops.zeros((0, 3))])
    print(x.shape, without_row(x).shape)
    ```
    """
    longer = lambda leaf: ops.pad(leaf, [[0, 1]] + [[0, 0]] * (len(leaf.shape) - 1))  # noqa: E731
    return keras.tree.map_structure(lambda leaf: None if leaf is None else longer(leaf), nest)


def without_row(nest):
    """Return tensors without the row that `with_row` added; gradients go through, and are zero."""
    return keras.tree.map_structure(lambda leaf: leaf[:-1], nest)
