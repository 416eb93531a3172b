"""One step of a cell in NumPy, float64: the equations of its row, evaluated.

A known mistake of a migration means other equations; `REPLACED` lists them. This file exists to explain a difference,
see `reference`.
"""

from collections import OrderedDict
from functools import cache

import numpy as np

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.equations import parsed
from tf2_lstm.migrate.pairs.tree import row_of


def sigmoid(x):
    """The logistic function, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


#: Keras's name -> function; hard_sigmoid is that of Keras 1. The constants of selu are those of TensorFlow.
ACTIVATIONS = {
    None: np.tanh,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0.0),
    "relu6": lambda x: np.clip(x, 0.0, 6.0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0.0))),
    "selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0.0)))
    ),
    "softplus": lambda x: np.logaddexp(x, 0.0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0.0, 1.0),
    "linear": lambda x: x,
}
#: Mistake -> text in equations -> text that replaces it, one after the other.
REPLACED = {
    "gates_in_tf1_order": {
        "linear.j": "linear.F", "linear.f": "linear.j", "linear.F": "linear.f",
        "linear.r": "linear.U", "linear.u": "linear.r", "linear.U": "linear.u",
    },
    "gates_in_tf1_order_and_bias": {
        "linear.j(x, h)": "linear.F(x, h) + forget_bias", "linear.f(x, h) + forget_bias": "linear.j(x, h)",
        "linear.F": "linear.f",
    },
    "forget_bias_missing": {"+ forget_bias": "+ 0 * forget_bias"},
    "forget_bias_doubled": {"+ forget_bias": "+ 2 * forget_bias"},
    "kernel_split": {"(x, h)": "(h, x)"},
    "reset_after": {"linear.h(x, r * h)": "linear.h(x, 0 * h) + r * (linear.h(0 * x, h) - linear.h(0 * x, 0 * h))"},
    "output_peephole_on_old_c": {"w_o_diag * c'": "w_o_diag * c"},
    "clip_after": {
        "c' = clip(f * c + i * activation(linear.j(x, h)), cell_clip)":
        "seen = f * c + i * activation(linear.j(x, h))\nc' = clip(seen, cell_clip)",
        "w_o_diag * c'": "w_o_diag * seen",
        "clip(project(o * activation(c')), proj_clip)": "project(clip(o * activation(seen), proj_clip))",
    },
}  # fmt: skip


def step(call, weights, x, states, mistake=""):
    """Compute the new states of a cell.

    Args:
        call: the `Call` of the cell.
        weights: name below the cell's scope -> array.
        x: the input [B, D].
        states: name -> array [B, U]; a bare state is "h".
        mistake: a name of `REPLACED`, "" or another one for none.

    Returns:
        An OrderedDict of the same names, in TF1's order; "h" is the output too.

    Example:
        ```python
        from tf2_lstm.migrate.pairs import Call

        weights = {"kernel": np.zeros((5, 2)), "bias": np.ones(2)}
        new = step(Call("basic_rnn", num_units=2), weights, np.ones((1, 3)), {"h": np.ones((1, 2))})
        assert new["h"].tolist() == [[np.tanh(1.0)] * 2]
        ```
    """
    cell = row_of(call)
    equations = _equations(cell.equations, mistake)
    evaluation = _Evaluation(call, cell.weights, weights, {"x": x, **states}, equations)
    return OrderedDict((name.rstrip("'"), evaluation.of(node)) for name, node in equations.items())


@cache
def _equations(texts, mistake):
    whole = "\n".join(texts)
    for old, new in REPLACED.get(mistake, {}).items():
        whole = whole.replace(old, new)
    return parsed(whole.split("\n"))


class _Evaluation:
    """The values of one step; a part of several equations is computed once."""

    def __init__(self, call, layout, weights, values, equations):
        self._cell, self._layout, self._weights = call, layout, weights
        self._values, self._equations, self._known = values, equations, {}

    def of(self, node):
        """Return the value of a `Node`."""
        if id(node) not in self._known:
            self._known[id(node)] = getattr(self, f"_{node.kind}")(node)
        return self._known[id(node)]

    def _name(self, node):
        if node.name in self._equations:
            return self.of(self._equations[node.name])
        if node.name in self._values:
            return self._values[node.name]
        if any(one.name == node.name for one in self._layout.tf1):
            return self._weights.get(node.name, 0.0)
        return self._option(node.name)

    def _option(self, name):
        """Return the value of an argument; None where the cell has no such option."""
        argument = next(one for one in PAIRS[self._cell.pair].arguments if one.tf1 == name)
        if argument.convert == "only_with_num_proj" and not self._cell.arguments.get("num_proj"):
            return None
        return self._cell.arguments.get(name, argument.default)

    def _number(self, node):
        return node.value

    def _sum(self, node):
        return sum(self.of(part) for part in node.parts)

    def _product(self, node):
        first, second = node.parts
        return self.of(first) * self.of(second)

    def _call(self, node):
        value, *more = map(self.of, node.parts)
        if node.name == "project":
            return (
                value @ self._weights["projection/kernel"] if self._cell.arguments.get("num_proj") else value
            )
        if node.name == "clip":
            return value if more[0] is None else np.clip(value, -more[0], more[0])
        return function_of(self._cell, node.name)(value)

    def _linear(self, node):
        kernel, bias = (one for one in self._layout.tf1 if not one.when and node.name in one.gates)
        columns = [np.split(self._weights[one.name], len(one.gates), axis=-1) for one in (kernel, bias)]
        at = kernel.gates.index(node.name)
        return (
            np.concatenate([self.of(part) for part in node.parts], axis=1) @ columns[0][at] + columns[1][at]
        )


def function_of(call, name):
    """Return the function "gate" or "activation" of a cell; TF1's gates are sigmoids, tf.keras 1.15 may have others."""
    if name == "gate":
        return ACTIVATIONS[call.arguments.get("recurrent_activation", "sigmoid")]
    return ACTIVATIONS[call.arguments.get("activation")]
