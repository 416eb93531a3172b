"""A case in plain NumPy, float64, with a switch for each known mistake of a migration.

Keras is not compared with it: it exists to explain a difference. Run with a mistake it gives the numbers that a Keras
side with that mistake would give; `diagnosis` looks for the one that fits.

Equations: TensorFlow 1.15, `tensorflow/python/ops/rnn_cell_impl.py` and `rnn.py`.
"""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.equivalence.case_functions import FUNCTIONS
from tf2_lstm.migrate.equivalence.cell_step import step
from tf2_lstm.migrate.equivalence.inputs import case_inputs
from tf2_lstm.migrate.pairs import PAIRS, Fed
from tf2_lstm.migrate.pairs.tree import inner_calls, name_leaves, output_size, scoped_cells, state_sizes

_FED_SWAPPED = ("c_and_h_swapped", "fed_c_and_h_swapped")
_RETURNED_SWAPPED = ("c_and_h_swapped", "returned_c_and_h_swapped")


class Reference:
    """One case, run step by step.

    Args:
        case: the `Case`; without noise.
        variables: full TF1 variable name -> array.
        seed: the seed of the inputs.
        mistake: the name of a mistake of `diagnosis.MISTAKES`, "" for none.
        fed: name -> array, inputs that replace the seeded ones.
    """

    def __init__(self, case, variables, seed=0, mistake="", fed=None):
        self.case, self.mistake = case, mistake
        self.fed = case_inputs(case, seed) if fed is None else fed
        self._weights = {}
        for scope, call in scoped_cells(case.call).items():
            own = {n[len(scope) + 1 :]: v for n, v in variables.items() if n.startswith(scope + "/")}
            self._weights[id(call)] = {name: np.asarray(value, "float64") for name, value in own.items()}

    def run(self):
        """Run the sequence: outputs and every leaf of the final state, under the names of a `RunResult`."""
        call, inputs = self.case.call, self.fed["inputs"]
        cells = [cell for _, cell in inner_calls(call)]
        if len(cells) == 1:
            outputs, state = self._sequence(cells[0], inputs, self._initial(cells[0], "initial_state"))
        elif call.pair.startswith("stack_bidirectional"):
            outputs, state = self._stacked_directions(cells, inputs)
        else:
            outputs, state = self._directions(cells, inputs, "initial_state.fw", "initial_state.bw")
            if call.pair == "static_bidirectional_rnn":
                outputs = np.concatenate(list(outputs.values()), axis=-1)
        named = name_leaves(outputs, "outputs")
        named.update(name_leaves(state, "state"))
        return _swap_c_and_h(named) if self.mistake in _RETURNED_SWAPPED else named

    def _initial(self, call, name):
        return self._fill(state_sizes(call), name)

    def _fill(self, sizes, name):
        if isinstance(sizes, dict):
            filled = OrderedDict((key, self._fill(size, f"{name}.{key}")) for key, size in sizes.items())
            return _swap_c_and_h(filled) if self.mistake in _FED_SWAPPED else filled
        if isinstance(sizes, list):
            return [self._fill(size, f"{name}[{n}]") for n, size in enumerate(sizes)]
        return self.fed.get(name, np.zeros((self.case.batch, sizes)))

    def _lengths(self):
        time = self.fed["inputs"].shape[1]
        given = [time] * self.case.batch if self.case.lengths is None else self.case.lengths
        return np.minimum(given, time)

    def _sequence(self, call, inputs, state, lengths=None):
        lengths = self._lengths() if lengths is None else lengths
        if self.mistake == "sequence_length_ignored":
            lengths = np.full(len(lengths), inputs.shape[1])
        outputs, last = [], np.zeros((inputs.shape[0], output_size(call)))
        for time in range(inputs.shape[1]):
            output, new = self.step(call, inputs[:, time], state)
            valid = (time < lengths)[:, None]
            padding = last if self.mistake == "padding_repeated" else np.zeros_like(output)
            last = np.where(valid, output, padding)
            outputs.append(last)
            state = _select(valid, new, state)
        return np.stack(outputs, axis=1), state

    def _backward(self, call, inputs, state):
        lengths = self._lengths()
        if self.mistake == "backward_not_reversed":
            return self._sequence(call, inputs, state)
        if self.mistake == "backward_over_padding":
            lengths = np.full(len(lengths), inputs.shape[1])
        if self.mistake == "backward_reversed_whole":
            outputs, state = self._sequence(call, inputs[:, ::-1], state)
            return outputs[:, ::-1], state
        outputs, state = self._sequence(call, _reverse(inputs, lengths), state, lengths)
        return _reverse(outputs, lengths), state

    def _directions(self, cells, inputs, forward_name, backward_name):
        forward = self._sequence(cells[0], inputs, self._initial(cells[0], forward_name))
        backward = self._backward(cells[1], inputs, self._initial(cells[1], backward_name))
        outputs = OrderedDict([("fw", forward[0]), ("bw", backward[0])])
        return outputs, OrderedDict([("fw", forward[1]), ("bw", backward[1])])

    def _stacked_directions(self, cells, inputs):
        half = len(cells) // 2
        states = OrderedDict([("fw", []), ("bw", [])])
        for n in range(half):
            names = (f"initial_state.fw[{n}]", f"initial_state.bw[{n}]")
            outputs, state = self._directions((cells[n], cells[half + n]), inputs, *names)
            inputs = np.concatenate(list(outputs.values()), axis=-1)
            for side in states:
                states[side].append(state[side])
        return inputs, states

    def step(self, call, x, state):
        """Run one step of any call: (output, new state)."""
        row = PAIRS[call.pair]
        return (self._cell if row.equations else getattr(self, f"_{row.name}"))(call, x, state)

    def _cell(self, call, x, state):
        names = PAIRS[call.pair].states and ("c", "h")
        if names and not isinstance(state, dict):
            units = call.arguments["num_units"]
            new = self._cell(call, x, {"c": state[:, :units], "h": state[:, units:]})[1]
            return new["h"], np.concatenate(list(new.values()), axis=1)
        new = step(call, self._weights[id(call)], x, state if names else {"h": state}, self.mistake)
        return new["h"], new if names else new["h"]

    def _multi_rnn(self, call, x, state):
        cells = [cell for _, cell in inner_calls(call)]
        if isinstance(state, np.ndarray):
            edges = np.cumsum([state_sizes(cell) for cell in cells])[:-1]
            x, new = self._layers(cells, x, np.split(state, edges, axis=1))
            return x, np.concatenate(new, axis=1)
        return self._layers(cells, x, state)

    def _layers(self, cells, x, states):
        new = []
        for cell, state in zip(cells, states, strict=True):
            x, state = self.step(cell, x, state)
            new.append(state)
        return x, new

    def _dropout(self, call, x, state):
        keeps = [value for name, value in call.arguments.items() if name.endswith("keep_prob")]
        if any(getattr(keep, "value", keep) != 1.0 for keep in keeps if isinstance(keep, (float, Fed))):
            raise ValueError(
                f"{self.case.name}: the NumPy reference has no noise; nothing to explain with it."
            )
        return self.step(call.arguments["cell"], x, state)

    def _residual(self, call, x, state):
        output, state = self.step(call.arguments["cell"], x, state)
        if self.mistake == "residual_missing":
            return output, state
        function = FUNCTIONS.get(call.arguments.get("residual_fn"), lambda inputs, outputs: inputs + outputs)
        return function(x, output), state


def _swap_c_and_h(named):
    """Exchange the values of all pairs "...c" and "...h" of equal shapes."""
    swapped = OrderedDict(named)
    for name in named:
        other = name[:-1] + "h"
        if name.endswith("c") and other in named and named[name].shape == named[other].shape:
            swapped[name], swapped[other] = named[other], named[name]
    return swapped


def _select(valid, new, old):
    if isinstance(new, dict):
        return OrderedDict((key, _select(valid, new[key], old[key])) for key in new)
    if isinstance(new, list):
        return [_select(valid, n, o) for n, o in zip(new, old, strict=True)]
    return np.where(valid, new, old)


def _reverse(sequences, lengths):
    reversed_ = sequences.copy()
    for row, length in enumerate(lengths):
        reversed_[row, :length] = sequences[row, :length][::-1]
    return reversed_
