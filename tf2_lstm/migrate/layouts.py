"""The layouts in which variables come that are not those of a row of the pairs table; plain NumPy, both ways.

| layout         | what it is                                                                       |
|----------------|----------------------------------------------------------------------------------|
| ""             | the row's own, see `weights`                                                     |
| "reset_after"  | a GRU that resets after the matmul, as CudnnCompatibleGRUCell: two candidate kernels, two biases |
| "keras1"       | tf.keras 1.15: kernel, recurrent_kernel and bias in Keras's own order            |
| "keras1_cudnn" | the same of CuDNNLSTM and CuDNNGRU, as cuDNN has it                              |
| "dense"        | kernel and bias of a dense layer, the same in Keras                              |
| "rearranged"   | pieces of any variables, see `rearranged`                                        |

cuDNN multiplies from the left: a gate's kernel of shape [D, U] holds the numbers of its transpose [U, D] row by row.
The bias is two biases in a row; an LSTM adds them.

A GRU with the option reset_after=True has the Keras bias [2, 3U]: the input's, then the state's.

Equations: TensorFlow 1.15, `contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py`, `python/keras/layers/cudnn_recurrent.py`;
Keras, `keras/src/layers/rnn/gru.py`.
"""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate import weights
from tf2_lstm.migrate.rearranged import arrange, take_apart

_INPUT, _HIDDEN = "candidate/input_projection/", "candidate/hidden_projection/"


def to_keras(cell, own):
    """Turn the variables of a cell into the weights of its Keras cell.

    Args:
        cell: the `CellVariables`.
        own: leaf name -> array.

    Returns:
        A list of arrays in the order of the Keras cell's `weights`.

    Raises:
        WeightError: a variable is missing, left over or of the wrong shape, or the layout is unknown.

    Example:
        ```python
        from tf2_lstm.migrate.model import CellVariables
        from tf2_lstm.migrate.pairs import Call

        cell = CellVariables(Call("basic_rnn", num_units=2), "rnn", {}, "keras1")
        own = {"kernel": np.ones((3, 2)), "recurrent_kernel": np.ones((2, 2)), "bias": np.ones(2)}
        assert [one.shape for one in to_keras(cell, own)] == [(3, 2), (2, 2), (2,)]
        ```
    """
    if cell.convert == "keras1":
        kernel, recurrent = own["kernel"], own["recurrent_kernel"]
        return [kernel, recurrent, own.get("bias", _no_bias(cell.call, kernel))]
    if cell.convert == "keras1_cudnn":
        return _of_cudnn(cell.call, own)
    if cell.convert == "dense":
        return list(own.values())
    if cell.convert == "reset_after":
        return _reset_after(cell, own)
    if cell.convert == "rearranged":
        return weights.to_keras(cell.call, arrange(cell, own), cell.scope)
    _check_known(cell)
    return weights.to_keras(cell.call, own, cell.scope)


def from_keras(cell, arrays, folded=True):
    """Turn the weights of a Keras cell, or their gradients, back into the variables of a cell.

    Args:
        cell: the `CellVariables`.
        arrays: in the order of the Keras cell's `weights`.
        folded: False for gradients; see `weights.to_tf1`.

    Returns:
        An OrderedDict from leaf name to array.
    """
    if cell.convert == "keras1":
        named = zip(("kernel", "recurrent_kernel", "bias"), arrays, strict=True)
        return OrderedDict((leaf, array) for leaf, array in named if leaf in cell.names)
    if cell.convert == "keras1_cudnn":
        return _to_cudnn(cell.call, *arrays, total=folded)
    if cell.convert == "dense":
        return OrderedDict(zip(cell.names, arrays, strict=True))
    if cell.convert == "reset_after":
        return _from_reset_after(*arrays, total=folded)
    if cell.convert == "rearranged":
        return take_apart(cell, weights.to_tf1(cell.call, arrays, folded, where=cell.scope), total=folded)
    _check_known(cell)
    return weights.to_tf1(cell.call, arrays, folded, where=cell.scope)


def to_equations(cell, own):
    """Turn the variables of a cell into those that TF1's equations are written with.

    Returns:
        A dict from leaf name to array; of a GRU that resets after the matmul, those of the layout "reset_after".
    """
    if cell.convert == "rearranged":
        return arrange(cell, own)
    if not cell.convert.startswith("keras1"):
        return own
    arrays = to_keras(cell, own)
    if cell.call.arguments.get("reset_after"):
        return _from_reset_after(*arrays, total=True)
    return weights.to_tf1(cell.call, arrays, where=cell.scope)


def _of_cudnn(call, own):
    kernels = [
        _each_gate(call, own[leaf], lambda gate: gate.reshape(gate.shape[::-1]).T)
        for leaf in ("kernel", "recurrent_kernel")
    ]
    both = own["bias"].reshape(2, -1)
    return [*kernels, both.sum(axis=0) if call.pair == "basic_lstm" else both]


def _to_cudnn(call, kernel, recurrent, bias, total):
    """The inverse; of a bias that was a sum each of the two gets half, of its gradient each the whole."""
    kernels = [_each_gate(call, one, lambda gate: gate.T.reshape(gate.shape)) for one in (kernel, recurrent)]
    if call.pair == "basic_lstm":
        bias = np.tile(bias / 2 if total else bias, 2)
    return OrderedDict(zip(("kernel", "recurrent_kernel", "bias"), [*kernels, bias.ravel()], strict=True))


def _each_gate(call, kernel, change):
    gates = np.split(kernel, 4 if call.pair == "basic_lstm" else 3, axis=1)
    return np.concatenate([change(gate) for gate in gates], axis=1)


def _no_bias(call, kernel):
    shape = kernel.shape[1:]
    return np.zeros((2, *shape) if call.arguments.get("reset_after") else shape, kernel.dtype)


def _reset_after(cell, own):
    units = cell.call.arguments["num_units"]
    expected = ["gates/kernel", "gates/bias"] + [
        part + leaf for part in (_INPUT, _HIDDEN) for leaf in ("kernel", "bias")
    ]
    if sorted(own) != sorted(expected):
        raise weights.WeightError(f"{cell.scope}: expected {', '.join(expected)}, received {', '.join(own)}.")
    reset, update = np.split(own["gates/kernel"], 2, axis=1)
    r_bias, u_bias = np.split(own["gates/bias"], 2)
    depth = reset.shape[0] - units
    nothing = np.zeros_like(r_bias)
    return [
        np.concatenate([update[:depth], reset[:depth], own[_INPUT + "kernel"]], axis=1),
        np.concatenate([update[depth:], reset[depth:], own[_HIDDEN + "kernel"]], axis=1),
        np.stack(
            [
                np.concatenate([u_bias, r_bias, own[_INPUT + "bias"]]),
                np.concatenate([nothing, nothing, own[_HIDDEN + "bias"]]),
            ]
        ),
    ]


def _from_reset_after(kernel, recurrent, bias, total):
    """The inverse; the gates have one bias in TF1 and two in Keras: their sum, of gradients either one."""
    u, r, h = np.split(kernel, 3, axis=1)
    u_state, r_state, h_state = np.split(recurrent, 3, axis=1)
    given, state = (np.split(row, 3) for row in bias)
    u_bias, r_bias = (given[n] + state[n] if total else given[n] for n in (0, 1))
    return OrderedDict(
        [
            (
                "gates/kernel",
                np.concatenate([np.concatenate([r, u], axis=1), np.concatenate([r_state, u_state], axis=1)]),
            ),
            ("gates/bias", np.concatenate([r_bias, u_bias])),
            (_INPUT + "kernel", h),
            (_INPUT + "bias", given[2]),
            (_HIDDEN + "kernel", h_state),
            (_HIDDEN + "bias", state[2]),
        ]
    )


def _check_known(cell):
    if cell.convert:
        raise weights.WeightError(
            f"{cell.scope}: the variables come in the layout {cell.convert!r}, which is not carried over."
        )
