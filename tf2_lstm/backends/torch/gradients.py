"""Gradients by PyTorch."""

import torch


def gradients(loss, variables, tensors):
    """Return the loss, and its gradients; see `tf2_lstm.backends.gradients`."""
    tensors = [tensor.detach().requires_grad_() for tensor in tensors]
    sources = [variable.value for variable in variables] + tensors
    found = loss(tensors)
    by_all = torch.autograd.grad(found, sources, allow_unused=True)
    by_all = [torch.zeros_like(one) if by is None else by for one, by in zip(sources, by_all, strict=True)]
    return found.detach(), by_all[: len(variables)], by_all[len(variables) :]
