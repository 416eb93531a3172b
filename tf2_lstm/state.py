"""The state: TF1's nest of tuples <-> Keras's nest of lists.

| cell                  | TF1 state                             | Keras state                  |
|-----------------------|---------------------------------------|------------------------------|
| an LSTM               | `LSTMStateTuple(c, h)`                | `[h, c]`                     |
| BasicRNNCell, GRUCell | one tensor                            | one tensor, or a list of it  |
| a stack               | a tuple, one state a layer            | a list, one state a layer    |
| state_is_tuple=False  | one tensor: `[c; h]`, layer by layer  | as above                     |

c is [B, U] and h is [B, P], P = U without a projection. Trap: c comes first in TF1 and second in
Keras, and the two are mostly of one width, so that a swap is silent. Here an LSTM's TF1 state must
therefore be a tuple, as it is in TF1; a list is Keras's and is refused.
"""

from collections import namedtuple

import keras
from keras import ops


class LSTMStateTuple(namedtuple("LSTMStateTuple", ("c", "h"))):
    """TF1's state of one LSTM: `c` [B, U] first, then `h` [B, P].

    ```python
    from tf2_lstm import LSTMStateTuple

    state = LSTMStateTuple(c=[[1.0, 2.0]], h=[[0.1, 0.2]])
    print(state.h)
    ```
    """

    __slots__ = ()


def state_layout(cell):
    """Return the layout of a cell's Keras state.

    Args:
        cell: a Keras cell, a wrapper or an RNN layer (they have `.cell`), or a stack (it has
            `.cells`). A cell of one's own with several states names them, in order, in an attribute
            `state_names`.

    Returns:
        The width for a cell with one state; {"h": P, "c": U} for an LSTM, in Keras's order; a list
        of such layouts for a stack.

    Raises:
        ValueError: for a cell with several states that does not name them.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.state import state_layout

    print(state_layout(LSTMCell(5, projection_units=3)))
    ```
    """
    if hasattr(cell, "cells"):
        return [state_layout(layer) for layer in cell.cells]
    if hasattr(cell, "cell"):
        return state_layout(cell.cell)
    if isinstance(cell.state_size, int):
        return cell.state_size
    stock = ("h", "c") if isinstance(cell, keras.layers.LSTMCell) else None
    names = getattr(cell, "state_names", stock)
    if names is None:
        raise ValueError(
            f"{_name(cell)} has the states {cell.state_size}; which of them is the memory c is not "
            'known. Name them in order, as an attribute of the class: state_names = ("h", "c").'
        )
    return dict(zip(names, cell.state_size, strict=True))


def initial_state(cell, batch_size):
    """Return the zero state of any Keras cell: one tensor for a cell with one state, else a list.

    ```python
    from tf2_lstm import GRUCell
    from tf2_lstm.state import initial_state

    print(initial_state(GRUCell(4), 2).shape)
    ```
    """
    if not hasattr(cell, "get_initial_state"):
        return keras.tree.map_structure(
            lambda width: ops.zeros((batch_size, width), dtype=cell.compute_dtype), cell.state_size
        )
    state = cell.get_initial_state(batch_size=batch_size)
    bare = isinstance(cell.state_size, int) and isinstance(state, (list, tuple))
    return state[0] if bare else state


def output_size(cell):
    """Return the width of any Keras cell's output, by default that of its first state.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.state import output_size

    print(output_size(LSTMCell(5, projection_units=3)))
    ```
    """
    first = cell.state_size if isinstance(cell.state_size, int) else cell.state_size[0]
    size = getattr(cell, "output_size", None)
    return first if size is None else size


def to_keras_state(cell, state):
    """Turn a TF1 state into the state that a Keras cell, or RNN's `initial_state=`, takes.

    Args:
        cell: the Keras cell, or the RNN layer, that the state is for.
        state: the TF1 nest, of NumPy arrays or of tensors, each [B, width]; or the flat tensor of
            `state_is_tuple=False`.

    Returns:
        The Keras nest: [h, c] for an LSTM, one tensor for a cell with one state, a list for a
            stack.

    Raises:
        ValueError: when the structure or a width does not fit the cell.

    ```python
    import keras
    from tf2_lstm import LSTMCell, LSTMStateTuple, to_keras_state

    zeros = keras.ops.zeros((2, 4))
    h, c = to_keras_state(LSTMCell(4), LSTMStateTuple(c=zeros + 1, h=zeros))
    ```
    """
    return _to_keras(_name(cell), state_layout(cell), state)


def to_tf1_state(cell, states, state_is_tuple=True):
    """Turn the states of a Keras cell into TF1's nest, the inverse of `to_keras_state`.

    Args:
        cell: the Keras cell, or the RNN layer, that the states come from.
        states: the Keras nest, of NumPy arrays or of tensors, e.g. `outputs, *states = layer(x)`.
        state_is_tuple: False for TF1's flat tensor.

    Returns:
        LSTMStateTuple(c, h) for an LSTM, one tensor for a cell with one state, a tuple for a stack;
        or one tensor [B, sum of all widths].

    Raises:
        ValueError: when the structure or a width does not fit the cell.

    ```python
    import keras
    from tf2_lstm import RNN, LSTMCell, to_tf1_state

    layer = RNN(LSTMCell(4), return_state=True)
    output, *states = layer(keras.ops.ones((2, 5, 3)))
    print(to_tf1_state(layer, states).c.shape)
    ```
    """
    state = _to_tf1(_name(cell), state_layout(cell), states)
    return state if state_is_tuple else _join(keras.tree.flatten(state))


def _to_keras(where, layout, state):
    if not isinstance(state, (tuple, list)):
        return _split(layout, _leaf(where, _width(layout), state))
    if isinstance(layout, list) and len(state) == len(layout):
        return _each_layer(_to_keras, where, layout, state)
    if isinstance(layout, dict) and isinstance(state, tuple) and len(state) == len(layout):
        named = dict(zip(_tf1_order(layout), state, strict=True))
        return [_leaf(f"{where}, {name}", layout[name], named[name]) for name in layout]
    raise _mismatch(where, layout, "TF1", state)


def _to_tf1(where, layout, state):
    nested = isinstance(state, (tuple, list)) and not hasattr(state, "_fields")
    if isinstance(layout, int):
        return _leaf(where, layout, state[0] if nested and len(state) == 1 else state)
    if not nested or len(state) != len(layout):
        raise _mismatch(where, layout, "Keras", state)
    if isinstance(layout, list):
        return tuple(_each_layer(_to_tf1, where, layout, state))
    named = dict(zip(layout, state, strict=True))
    leaves = [_leaf(f"{where}, {name}", layout[name], named[name]) for name in _tf1_order(layout)]
    return LSTMStateTuple(*leaves) if _tf1_order(layout) == ("c", "h") else tuple(leaves)


def _each_layer(convert, where, layout, state):
    layers = enumerate(zip(layout, state, strict=True))
    return [convert(f"{where}, layer {n}", *layer) for n, layer in layers]


def _split(layout, flat):
    """Split TF1's flat tensor: c before h, layer after layer."""
    if isinstance(layout, int):
        return flat
    if isinstance(layout, list):
        pieces = _cut(flat, [_width(layer) for layer in layout])
        return [_split(layer, piece) for layer, piece in zip(layout, pieces, strict=True)]
    order = _tf1_order(layout)
    named = dict(zip(order, _cut(flat, [layout[name] for name in order]), strict=True))
    return [named[name] for name in layout]


def _cut(flat, widths):
    ends = [sum(widths[: n + 1]) for n in range(len(widths))]
    return [flat[..., end - width : end] for end, width in zip(ends, widths, strict=True)]


def _join(leaves):
    joined = ops.concatenate(leaves, axis=-1)
    return joined if any(map(ops.is_tensor, leaves)) else ops.convert_to_numpy(joined)


def _width(layout):
    return sum(keras.tree.flatten(layout))


def _tf1_order(layout):
    return ("c", "h") if set(layout) == {"c", "h"} else tuple(layout)


def _leaf(where, width, leaf):
    shape = tuple(getattr(leaf, "shape", ()))
    if not shape or shape[-1] != width:
        raise _mismatch(where, width, "", leaf)
    return leaf


def _name(cell):
    return f"{type(cell).__name__} {cell.name!r}"


def _mismatch(where, layout, side, received):
    if isinstance(layout, int):
        expected = f"a tensor [batch, {layout}]"
    elif isinstance(layout, list):
        expected = f"a {side} state of {len(layout)} layers"
    else:
        names = _tf1_order(layout) if side == "TF1" else tuple(layout)
        expected = f"a {side} state ({', '.join(names)})"
    shapes = keras.tree.map_structure(lambda leaf: tuple(getattr(leaf, "shape", ())), received)
    return ValueError(
        f"{where}: expected {expected}; received {type(received).__name__} {shapes}. TF1 keeps tuples "
        "(c, h), which to_keras_state takes; Keras keeps lists [h, c], which to_tf1_state takes."
    )
