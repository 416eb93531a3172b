"""`tf.nn.rnn_cell.MultiRNNCell`: cells one above the other. Twin: `tf2_lstm/stack.py`.

In one step cell 0 reads the input, cell N the output of cell N - 1; the output is the last cell's.

Arguments and defaults: `cells` (a list), `state_is_tuple=True`. The state is a tuple of the cells'
states; with `state_is_tuple=False` it is one tensor, the states side by side, and then every cell
must have a flat state itself (an LSTM with `state_is_tuple=False`, a GRU, a plain RNN).
It has no variables; those of cell N are under `multi_rnn_cell/cell_N/` and the cell's own scope.

Traps: the same cell object twice is one set of variables, used twice and saved once, under
`cell_0`: see `shared`. Whether that was meant shows only in how the list was made: `[cell] * n`
shares, a comprehension does not. Wrappers inside a stack add nothing to the names.

```python
from legacy_tf1 import session, stack
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    inputs = tf.placeholder(tf.float32, [2, None, 3])
    cell = stack.distinct(GRUCell, [4, 5])
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
with session.session(graph) as sess:
    out, new = sess.run([outputs, state], feed_dict={inputs: [[[1, 2, 3]] * 4] * 2})
    assert out.shape == (2, 4, 5) and [s.shape for s in new] == [(2, 4), (2, 5)]
```
"""

from legacy_tf1.compat import rnn_cell

MultiRNNCell = rnn_cell.MultiRNNCell


def distinct(make_cell, sizes, **options):
    """A stack of cells with variables of their own: the list comprehension of most programs.

    Args:
        make_cell: a cell class, or a function of the size.
        sizes: num_units of each layer.
        **options: for every call of `make_cell`.

    Returns:
        A `MultiRNNCell`.
    """
    return MultiRNNCell([make_cell(size, **options) for size in sizes])


def shared(cell, layers):
    """`MultiRNNCell([cell] * layers)`: every layer is the same cell and shares its variables.

    Args:
        cell: a cell whose input is as wide as its output, or TF raises a ValueError on the shapes.
        layers: how many times it stands above itself.

    Returns:
        A `MultiRNNCell` whose only variables are under `multi_rnn_cell/cell_0/`.
    """
    return MultiRNNCell([cell] * layers)


def concatenated(make_cell, sizes, **options):
    """A stack whose state is one tensor [batch, sum of widths], layer after layer, c before h.

    Args:
        make_cell: an LSTM class, or a function of the size that takes `state_is_tuple`.
        sizes: num_units of each layer.
        **options: for every call of `make_cell`.

    Returns:
        A `MultiRNNCell` with `state_is_tuple=False`.
    """
    cells = [make_cell(size, state_is_tuple=False, **options) for size in sizes]
    return MultiRNNCell(cells, state_is_tuple=False)
