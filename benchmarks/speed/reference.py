"""The tasks in float64 NumPy: outputs, and gradients by the chain rule, step by step.

Keras's layout and equations: LSTM gates i, f, c, o; GRU blocks z, r, h with the reset gate before the
matrix product. A padded step gives zeros and copies the state. Plain on purpose: what is fast is
held against this.
"""

import numpy as np


def expected(task, arrays):
    """Return what a contender must give: {"outputs": [B, T, U]}, or the gradients by name.

    The gradients are those of sum(outputs * g): "x" and, a layer, "kernel_N", "recurrent_N", "bias_N".
    """
    wide = {name: array.astype("float64") for name, array in arrays.items()}
    valid = np.ones(arrays["x"].shape[:2], bool)
    if "lengths" in arrays:
        valid = np.arange(task.time)[None] < arrays["lengths"][:, None]
    forward, backward = {"lstm": (_lstm, _lstm_back), "gru": (_gru, _gru_back)}[task.cell]
    x, tapes = wide["x"], []
    for layer in range(len(task.units)):
        x, tape = forward(x, *_weights(wide, layer), valid)
        tapes.append(tape)
    if not task.trains:
        return {"outputs": x}
    gradients, above = {}, wide["g"]
    for layer in reversed(range(len(task.units))):
        above, *found = backward(above, tapes[layer], *_weights(wide, layer), valid)
        for name, gradient in zip(("kernel", "recurrent", "bias"), found, strict=True):
            gradients[f"{name}_{layer}"] = gradient
    return {"x": above, **gradients}


def _weights(arrays, layer):
    return [arrays[f"{name}_{layer}"] for name in ("kernel", "recurrent", "bias")]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _lstm(x, kernel, recurrent, bias, valid):
    units, (batch, time, _) = recurrent.shape[0], x.shape
    h = c = np.zeros((batch, units))
    outputs, tape = np.zeros((batch, time, units)), []
    for t in range(time):
        i, f, j, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, j, o = _sigmoid(i), _sigmoid(f), np.tanh(j), _sigmoid(o)
        new = f * c + i * j
        tape.append((x[:, t], h, c, i, f, j, o, np.tanh(new)))
        keep = valid[:, t, None]
        out = o * np.tanh(new)
        outputs[:, t] = np.where(keep, out, 0)
        h, c = np.where(keep, out, h), np.where(keep, new, c)
    return outputs, tape


def _lstm_back(above, tape, kernel, recurrent, bias, valid):
    found = [np.zeros_like(weights) for weights in (kernel, recurrent, bias)]
    dx = np.zeros((*above.shape[:2], kernel.shape[0]))
    dh = dc = np.zeros_like(tape[0][1])
    for t in reversed(range(len(tape))):
        x, h, c, i, f, j, o, squashed = tape[t]
        keep = valid[:, t, None]
        dout = np.where(keep, above[:, t] + dh, 0)
        dnew = np.where(keep, dc, 0) + dout * o * (1 - squashed**2)
        gates = [dnew * j * i * (1 - i), dnew * c * f * (1 - f), dnew * i * (1 - j**2)]
        dz = np.concatenate([*gates, dout * squashed * o * (1 - o)], axis=1)
        dx[:, t] = dz @ kernel.T
        dh = np.where(keep, 0, dh) + dz @ recurrent.T
        dc = np.where(keep, dnew * f, dc)
        _add(found, x.T @ dz, h.T @ dz, dz.sum(0))
    return dx, *found


def _gru(x, kernel, recurrent, bias, valid):
    units, (batch, time, _) = recurrent.shape[0], x.shape
    h = np.zeros((batch, units))
    outputs, tape = np.zeros((batch, time, units)), []
    for t in range(time):
        a = x[:, t] @ kernel + bias
        gates = _sigmoid(a[:, : 2 * units] + h @ recurrent[:, : 2 * units])
        z, r = gates[:, :units], gates[:, units:]
        new = np.tanh(a[:, 2 * units :] + (r * h) @ recurrent[:, 2 * units :])
        tape.append((x[:, t], h, z, r, new))
        out = z * h + (1 - z) * new
        keep = valid[:, t, None]
        outputs[:, t] = np.where(keep, out, 0)
        h = np.where(keep, out, h)
    return outputs, tape


def _gru_back(above, tape, kernel, recurrent, bias, valid):
    found = [np.zeros_like(weights) for weights in (kernel, recurrent, bias)]
    units = recurrent.shape[0]
    dx = np.zeros((*above.shape[:2], kernel.shape[0]))
    dh = np.zeros_like(tape[0][1])
    for t in reversed(range(len(tape))):
        x, h, z, r, new = tape[t]
        keep = valid[:, t, None]
        dout = np.where(keep, above[:, t] + dh, 0)
        dnew = dout * (1 - z) * (1 - new**2)
        dreset = dnew @ recurrent[:, 2 * units :].T
        dgates = np.concatenate([dout * (h - new) * z * (1 - z), dreset * h * r * (1 - r)], axis=1)
        dz = np.concatenate([dgates, dnew], axis=1)
        dx[:, t] = dz @ kernel.T
        dh = np.where(keep, dout * z + dreset * r + dgates @ recurrent[:, : 2 * units].T, dh)
        _add(found, x.T @ dz, np.concatenate([h.T @ dgates, (r * h).T @ dnew], axis=1), dz.sum(0))
    return dx, *found


def _add(sums, *parts):
    for total, part in zip(sums, parts, strict=True):
        total += part
