"""TF1 variables to Keras weights and back: plain NumPy, bit for bit, nothing left over.

Both sides are the same blocks laid out differently. A TF1 LSTM keeps one `kernel` whose rows are the input part
above the recurrent part and whose columns are the gates i, j, f, o; Keras keeps `kernel` and `recurrent_kernel`
with the gates i, f, c, o. `pairs` says which blocks each tensor holds, this file cuts and joins them.

Only `forget_bias` changes a value: TF1 adds it at every step, Keras has it inside the bias. Each of the two
roundings (adding it here, subtracting it on the way back) is at most half a unit in the last place of the sum, so
a bias that went there and back is off by at most one unit in the last place of `bias + forget_bias`.

Equations and layouts: TensorFlow 1.15, `python/ops/rnn_cell_impl.py`, `python/keras/layers/cudnn_recurrent.py`,
`contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py`; Keras 3, `keras/src/layers/rnn/`.
"""

import re
from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.pairs import PAIRS, Call
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import output_size, row_of, scoped_cells, tensors_of


class WeightError(ValueError):
    """A variable or weight is missing, left over, or has the wrong shape."""


def join_partitions(variables):
    """Join the parts of partitioned variables.

    Args:
        variables: a dict from TF1 variable name to array; `kernel/part_0`, `kernel/part_1` are parts.

    Returns:
        An OrderedDict in which each partitioned variable is one array, joined on axis 0 in numeric order.

    Raises:
        WeightError: a part is missing.

    Example:
        ```python
        parts = {"kernel/part_1": np.ones((1, 2)), "kernel/part_0": np.zeros((1, 2))}
        assert join_partitions(parts)["kernel"].tolist() == [[0, 0], [1, 1]]
        ```
    """
    joined, parts = OrderedDict(), {}
    for name, value in variables.items():
        match = re.match(r"(.+)/part_(\d+)$", name)
        if match:
            parts.setdefault(match.group(1), {})[int(match.group(2))] = value
            joined[match.group(1)] = None
        else:
            joined[name] = value
    for name, numbered in parts.items():
        missing = sorted(set(range(max(numbered) + 1)) - set(numbered))
        if missing:
            raise WeightError(
                f"{name}: a partitioned variable with {len(numbered)} part(s), but part_{missing[0]} is missing. "
                "Read all parts of the checkpoint."
            )
        joined[name] = np.concatenate([numbered[number] for number in sorted(numbered)], axis=0)
    return joined


def to_keras(call, variables, where="", layout=Layout.TF1):
    """Turn one cell's TF1 variables into the weights of its Keras twin.

    Args:
        call: the cell in TF1's vocabulary, e.g. `Call("basic_lstm", num_units=4, forget_bias=0.0)`. An option that
            is not given has TF1's default, which its row has.
        variables: a dict from the name below the cell's scope ("kernel", "bias") to array, of any float dtype.
        where: the cell's scope, for messages.
        layout: the `Layout` that the variables are in.

    Returns:
        A list of arrays in the order of the Keras layer's `weights`, of the dtype of the variables.

    Raises:
        WeightError: a variable is missing, left over or has the wrong shape; the message says what was assumed.

    Example:
        ```python
        variables = {"kernel": np.ones((6 + 4, 16), "float32"), "bias": np.zeros(16, "float32")}
        kernel, recurrent_kernel, bias = to_keras(Call("basic_lstm", num_units=4), variables)
        assert kernel.shape == (6, 16) and recurrent_kernel.shape == (4, 16) and bias[4:8].tolist() == [1.0] * 4
        ```
    """
    return list(relaid(call, variables, layout, Layout.KERAS, where=where).values())


def to_tf1(call, weights, folded=True, where="", layout=Layout.TF1):
    """Turn the weights of a Keras layer back into TF1 variables, the inverse of `to_keras`.

    Args:
        call: the cell in TF1's vocabulary.
        weights: the arrays in the order of the Keras layer's `weights`.
        folded: whether to subtract what `to_keras` folds into the bias; False for gradients, which have none of it.
        where: the layer's path, for messages.
        layout: the `Layout` that the variables are in.

    Returns:
        An OrderedDict from the name below the cell's scope to array.

    Raises:
        WeightError: the number or the shape of the weights does not fit the cell.

    Example:
        ```python
        cell = Call("gru", num_units=2)
        weights = [np.ones((3, 6)), np.ones((2, 6)), np.zeros(6)]
        assert to_tf1(cell, weights)["gates/kernel"].shape == (5, 4)
        ```
    """
    names = list(dict.fromkeys(one.name for one in tensors_of(call, Layout.KERAS)))
    if len(names) != len(weights):
        raise WeightError(
            "{}: expected {} weights ({}), received {}. Is this the layer that was built for {!r}?".format(
                where or call.pair, len(names), ", ".join(names), len(weights), call
            )
        )
    return relaid(call, dict(zip(names, weights)), Layout.KERAS, layout, folded, where)


def relaid(call, arrays, source, target, folded=True, where=""):
    """Convert the weights of a cell to another layout.

    Where only one side has two biases for a gate, the other has their sum; Keras has the sum in the first, and on the
    way back each has half of it.

    Args:
        call: the cell in TF1's vocabulary.
        arrays: a dict from name to array, of the layout `source`; a layer of tf.keras may have no bias.
        source: a `Layout`.
        target: another, or the same.
        folded: False for gradients: both biases have the gradient of the sum.
        where: the cell's scope, for messages.

    Returns:
        An OrderedDict from name to array, of the layout `target`.

    Raises:
        WeightError: as in `to_keras`.
    """
    tensors = tensors_of(call, source)
    if source is Layout.KERAS:
        tensors = [one for one in tensors if one.name in arrays or one.name != "bias"]
    blocks = _cut(call, tensors, arrays, where)
    if folded and (source is Layout.TF1) != (target is Layout.TF1):
        _fold(call, blocks, +1 if source is Layout.TF1 else -1)
    tensors = tensors_of(call, target)
    _share(call, tensors, blocks, target, folded)
    return _lay(tensors, blocks)


def read_cells(call, variables, ignore=()):
    """Convert a checkpoint's variables to the Keras weights of every cell in a call tree.

    Args:
        call: the outermost call.
        variables: all variables of the checkpoint, full names; partitioned ones are joined first.
        ignore: names of variables that belong to nobody and may be left over.

    Returns:
        A list of (scope, cell call, list of arrays in Keras order).

    Raises:
        WeightError: a variable of a cell is missing, or a variable is claimed by nobody.

    Example:
        ```python
        tree = Call("dynamic_rnn", cell=Call("basic_rnn", num_units=2))
        variables = {"rnn/basic_rnn_cell/kernel": np.ones((5, 2)), "rnn/basic_rnn_cell/bias": np.ones(2)}
        [(scope, cell, weights)] = read_cells(tree, variables)
        assert scope == "rnn/basic_rnn_cell" and len(weights) == 3
        ```
    """
    variables = join_partitions(variables)
    left = [name for name in variables if name not in ignore]
    found = []
    for scope, cell in scoped_cells(call).items():
        own = OrderedDict(
            (name[len(scope) + 1 :], value)
            for name, value in variables.items()
            if name.startswith(scope + "/")
        )
        found.append((scope, cell, to_keras(cell, own, where=scope)))
        left = [name for name in left if not name.startswith(scope + "/")]
    if left:
        raise WeightError(
            "{}: left over, no cell claims it. Expected only {}. Describe the missing cell, or name the variable in "
            "`ignore`.".format(", ".join(left), ", ".join(scope + "/..." for scope in scoped_cells(call)))
        )
    return found


def write_cells(call, weights, folded=True):
    """Convert Keras weights back to the TF1 variables of a whole call tree, the inverse of `read_cells`.

    Args:
        call: the outermost call.
        weights: a function from a cell's call to the list of its arrays in Keras order.
        folded: see `to_tf1`.

    Returns:
        An OrderedDict from full TF1 variable name to array.

    Example:
        ```python
        tree = Call("dynamic_rnn", cell=Call("basic_rnn", num_units=2))
        named = write_cells(tree, lambda cell: [np.ones((3, 2)), np.ones((2, 2)), np.ones(2)])
        assert list(named) == ["rnn/basic_rnn_cell/kernel", "rnn/basic_rnn_cell/bias"]
        ```
    """
    named = OrderedDict()
    for scope, cell in scoped_cells(call).items():
        for name, value in to_tf1(cell, weights(cell), folded, where=scope).items():
            named[scope + "/" + name] = value
    return named


def _height(call, kind):
    """Return the rows of a block; None for the input part, whose depth only the arrays tell."""
    if kind == "recurrent":
        return output_size(call)
    return {"input": None, "projection": _units(call)}.get(kind, 0)


def _width(call, kind):
    return output_size(call) if kind == "projection" else _units(call)


def _units(call):
    return call.arguments["units" if "units" in call.arguments else "num_units"]


def _cut(call, tensors, arrays, where):
    """Cut named arrays into blocks keyed by (row kind, gate), and check that all fit and none is left."""
    _check_names(call, list(dict.fromkeys(tensor.name for tensor in tensors)), list(arrays), where)
    blocks = OrderedDict()
    for tensor in tensors:
        array = np.asarray(arrays[tensor.name])
        _check_shape(call, tensor, array, where)
        own = array if tensor.row is None else array.reshape(2, -1)[tensor.row]
        columns = np.split(own, len(tensor.gates), axis=-1)
        for gate, column in zip(tensor.gates, columns):
            if len(tensor.rows) == 1:
                blocks[tensor.rows[0], gate] = column.reshape(column.shape[::-1]).T if tensor.flat else column
            else:
                depth = array.shape[0] - _height(call, "recurrent")
                blocks["input", gate], blocks["recurrent", gate] = column[:depth], column[depth:]
    depths = {block.shape[0] for (kind, _), block in blocks.items() if kind == "input"}
    if len(depths) > 1:
        raise WeightError(
            "{}: the input depth is {} by one matrix and {} by another; the variables are not of one cell.".format(
                where or call.pair, *sorted(depths)[:2]
            )
        )
    return blocks


def _share(call, tensors, blocks, target, folded):
    """Join the two biases of a gate where the target has one, and make the missing one where it has two."""
    wanted = {(kind, gate) for tensor in tensors for kind in tensor.rows for gate in tensor.gates}
    for kind, gate in set(blocks) - wanted:
        second = blocks.pop((kind, gate))
        if folded:
            blocks["bias", gate] = blocks["bias", gate] + second
    for kind, gate in wanted - set(blocks):
        if target is Layout.KERAS or ("bias", gate) not in blocks:
            blocks[kind, gate] = np.zeros(_units(call), next(iter(blocks.values())).dtype)
        else:
            blocks[kind, gate] = blocks["bias", gate] = blocks["bias", gate] / (2 if folded else 1)


def _lay(tensors, blocks):
    """Join blocks into named arrays."""
    laid = OrderedDict()
    for tensor in tensors:
        array = _join(tensor, blocks)
        if tensor.row:
            array = (np.concatenate if tensor.flat else np.stack)([laid[tensor.name], array])
        laid[tensor.name] = array
    return laid


def _join(tensor, blocks):
    """Copy every block once, to its place: kernels are large."""
    rows = [[blocks[kind, gate] for gate in tensor.gates] for kind in tensor.rows]
    if tensor.flat:
        rows = [[block.T.reshape(block.shape) for block in rows[0]]]
    if len(rows) == 1:
        return np.concatenate(rows[0], axis=-1)
    return np.block(rows)


def _fold(call, blocks, sign):
    for argument, block in row_of(call).weights.folds.items():
        value = call.arguments.get(argument, PAIRS[call.pair].default(argument))
        blocks[block] = blocks[block] + np.asarray(sign * value, blocks[block].dtype)


def _check_names(call, expected, received, where):
    for name in expected:
        if name not in received:
            raise WeightError(
                "{}/{}: missing. Expected {} for {!r}, received {}. Check the scope and the options.".format(
                    where or call.pair, name, ", ".join(expected), call, ", ".join(received) or "nothing"
                )
            )
    for name in received:
        if name not in expected:
            raise WeightError(
                "{}/{}: left over. Expected only {} for {!r}. If the cell has peepholes or a projection, say so in "
                "its options.".format(where or call.pair, name, ", ".join(expected), call)
            )


def _check_shape(call, tensor, array, where):
    width = _width(call, tensor.rows[0]) * len(tensor.gates)
    fixed = [_height(call, kind) for kind in tensor.rows]
    if tensor.row is not None:
        shape = (2 * width,) if tensor.flat else (2, width)
        good, expected = array.shape == shape, str(list(shape))
    elif fixed == [0]:
        good, expected = array.shape == (width,), f"[{width}]"
    elif None in fixed:
        rest = sum(height for height in fixed if height)
        good = array.ndim == 2 and array.shape[0] > rest and array.shape[1] == width
        expected = f"[input depth + {rest}, {width}]" if rest else f"[input depth, {width}]"
    else:
        good, expected = array.shape == (sum(fixed), width), f"[{sum(fixed)}, {width}]"
    if not good:
        raise WeightError(
            f"{where or call.pair}/{tensor.name}: expected shape {expected} for {call!r}, received "
            f"{list(array.shape)}. Check num_units, num_proj and the cell's type."
        )


__all__ = [
    "Call",
    "WeightError",
    "join_partitions",
    "read_cells",
    "relaid",
    "to_keras",
    "to_tf1",
    "write_cells",
]
