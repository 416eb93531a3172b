"""torch.nn.LSTM. There is no GRU: torch's applies the reset gate after the matrix product, TF1's before."""

import numpy as np
import torch

THREADS = 2
torch.set_num_threads(THREADS)


def versions():
    """Return what this contender uses."""
    return {"torch": torch.__version__}


def forget():
    """Nothing is kept."""


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    if len(set(task.units)) == 1:
        layers = [torch.nn.LSTM(task.depth, task.units[0], len(task.units), batch_first=True)]
    else:
        depths = [task.depth, *task.units[:-1]]
        layers = [torch.nn.LSTM(*sizes, batch_first=True) for sizes in zip(depths, task.units, strict=True)]
    net = torch.nn.ModuleList(layers)
    _set_weights(layers, arrays)
    if task.kind == "streaming":
        return _streaming(layers[0], task, arrays)
    return _training(net, task, arrays) if task.trains else _inference(net, task, arrays)


def _parameters(layers):
    """The four parameters of each layer of the task, in torch's order."""
    return [
        [getattr(module, f"{name}_l{inner}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        for module in layers
        for inner in range(module.num_layers)
    ]


def _set_weights(layers, arrays):
    # The gates are in Keras's order: i, f, g, o.
    with torch.no_grad():
        for layer, (kernel, recurrent, bias, second) in enumerate(_parameters(layers)):
            kernel.copy_(torch.from_numpy(arrays[f"kernel_{layer}"].T.copy()))
            recurrent.copy_(torch.from_numpy(arrays[f"recurrent_{layer}"].T.copy()))
            bias.copy_(torch.from_numpy(arrays[f"bias_{layer}"]))
            second.zero_()


def _run(net, x, task, arrays):
    if task.varies:
        lengths = torch.from_numpy(arrays["lengths"]).long()
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    for layer in net:
        x, _ = layer(x)
    if task.varies:
        x, _ = torch.nn.utils.rnn.pad_packed_sequence(x, batch_first=True, total_length=task.time)
    return x


def _inference(net, task, arrays):
    net.eval()

    def run():
        with torch.inference_mode():
            return {"outputs": _run(net, torch.from_numpy(arrays["x"]), task, arrays).numpy()}

    return run, run


def _training(net, task, arrays):
    parameters = _parameters(net)
    # The second bias only repeats the first: it gets no gradient.
    trained = [one for kernel, recurrent, bias, second in parameters for one in (kernel, recurrent, bias)]
    for *_, second in parameters:
        second.requires_grad_(False)
    g = torch.from_numpy(arrays["g"])

    def step(rate=1e-4):
        x = torch.from_numpy(arrays["x"]).requires_grad_(True)
        *gradients, dx = torch.autograd.grad((_run(net, x, task, arrays) * g).sum(), [*trained, x])
        with torch.no_grad():
            for weight, gradient in zip(trained, gradients, strict=True):
                weight.sub_(gradient, alpha=rate)
        return dx.numpy()

    def first():
        before = [one.detach().numpy().copy() for one in trained]
        found = {"x": step(1.0)}
        moved = [old - one.detach().numpy() for old, one in zip(before, trained, strict=True)]
        _set_weights(net, arrays)
        for layer in range(len(parameters)):
            for name, value in zip(
                ("kernel", "recurrent", "bias"), moved[3 * layer : 3 * layer + 3], strict=True
            ):
                found[f"{name}_{layer}"] = value.T.copy()
        return found

    return first, step


def _streaming(layer, task, arrays):
    layer.eval()
    steps = [np.ascontiguousarray(arrays["x"][:, t : t + 1]) for t in range(task.time)]

    def run():
        state, outputs = None, []
        with torch.inference_mode():
            for one in steps:
                y, state = layer(torch.from_numpy(one), state)
                outputs.append(y.numpy())
        return {"outputs": np.concatenate(outputs, axis=1)}

    return run, run
