"""ONNX's own LSTM, GRU and RNN: a cell, read from the table of plans, as the weights of one operator."""

from dataclasses import dataclass

import keras
import numpy as np

from tf2_lstm.cell_plan import Cell, plan_of, weights_of

#: Name of an activation in a plan -> ONNX's, with alpha and beta where it has them.
ACTIVATIONS = {
    "tanh": ("Tanh",),
    "sigmoid": ("Sigmoid",),
    "relu": ("Relu",),
    "linear": ("Affine", 1.0, 0.0),
    "hard_sigmoid": ("HardSigmoid", 1 / 6, 0.5),
}
#: ONNX's order of the blocks, as places in Keras's: LSTM i, o, f, c; GRU z, r, h.
ORDER = {"lstm": (0, 3, 1, 2), "gru": (0, 1, 2), "rnn": (0,)}


@dataclass(frozen=True)
class Recurrence:
    """A cell that is one ONNX operator.

    Attributes:
        plan: its `cell_plan.Cell`.
        weights: name -> array.
    """

    plan: Cell
    weights: dict

    @property
    def options(self):
        """The options that two directions must share to be one operator."""
        return self.plan.kind, self.plan.units, self.plan.reset_after, self.plan.weights


def recurrence_of(cell):
    """Return the `Recurrence` of a Keras cell; None where ONNX has no operator that computes it.

    No operator of ONNX has a clip of c or a projection, and onnxruntime has its operators only in float32.
    """
    plan = plan_of(cell)
    if not isinstance(plan, Cell) or np.isfinite(plan.cell_clip) or "projection_kernel" in plan.weights:
        return None
    if cell.compute_dtype != "float32":
        return None
    arrays = [keras.ops.convert_to_numpy(weight) for weight in weights_of(cell)]
    return Recurrence(plan, dict(zip(plan.weights, arrays, strict=True)))


def add_recurrence(graph, recurrences, x, lengths, initial, direction):
    """Add an LSTM, GRU or RNN operator.

    Args:
        graph: the `Graph`.
        recurrences: a `Recurrence` for each direction, alike.
        x: name of the inputs [T, B, D].
        lengths: name of the lengths [B] int32, "" for whole rows.
        initial: names of the first states [directions, B, U], "" for zeros.
        direction: "forward", "reverse" or "bidirectional".

    Returns:
        Name of the outputs [T, directions, B, U], and of the last states [directions, B, U] in a list.
    """
    plan = recurrences[0].plan
    inputs = [
        x,
        *(_both(graph, recurrences, part) for part in (_kernel, _recurrent, _bias)),
        lengths,
        *initial,
    ]
    if "input_peephole" in plan.weights:
        inputs.append(_both(graph, recurrences, _peepholes))
    found = graph.add(
        plan.kind.upper(),
        inputs,
        1 + plan.states,
        hidden_size=plan.units,
        direction=direction,
        linear_before_reset=int(plan.reset_after) if plan.kind == "gru" else None,
        **_activations(recurrences),
    )
    return found[0], found[1:]


def _both(graph, recurrences, part):
    return graph.constant(np.stack([part(one).astype("float32") for one in recurrences]))


def _in_order(one, array):
    """Return the blocks of the last axis in ONNX's order."""
    blocks = np.split(array, len(ORDER[one.plan.kind]), axis=-1)
    return np.concatenate([blocks[place] for place in ORDER[one.plan.kind]], axis=-1)


def _kernel(one):
    return _in_order(one, one.weights["kernel"]).T


def _recurrent(one):
    return _in_order(one, one.weights["recurrent_kernel"]).T


def _bias(one):
    """Return the bias of the inputs, then that of the state, which only a GRU that resets after the product has."""
    width = len(ORDER[one.plan.kind]) * one.plan.units
    bias = one.weights.get("bias", np.zeros(width))
    both = bias if bias.ndim == 2 else np.stack([bias, np.zeros(width)])
    return np.concatenate([_in_order(one, row) for row in both])


def _peepholes(one):
    return np.concatenate([one.weights[f"{gate}_peephole"] for gate in ("input", "output", "forget")])


def _activations(recurrences):
    """Return the attributes of the activations, gates first, with alpha and beta for those that have them."""
    said = []
    for plan in (one.plan for one in recurrences):
        said += [plan.gate_activation] if plan.gate_activation else []
        said += [plan.activation] * plan.states
    names = [ACTIVATIONS[name] for name in said]
    alpha, beta = ([name[place] for name in names if len(name) > 1] for place in (1, 2))
    return {
        "activations": [name[0] for name in names],
        "activation_alpha": alpha or None,
        "activation_beta": beta or None,
    }
