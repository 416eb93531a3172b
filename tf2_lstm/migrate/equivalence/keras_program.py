"""Run a whole Keras program on the weights of its TF1 twin."""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm.migrate import weights
from tf2_lstm.migrate.build import resolve, set_weights
from tf2_lstm.migrate.pairs import PAIRS


class KerasProgram:
    """The Keras side of a program.

    Args:
        case: the program's `Case`.

    Attributes:
        model: the `keras.Model`.
    """

    def __init__(self, case):
        row = PAIRS[case.call.pair]
        self._program, self._parts = resolve(row.keras), row.parts
        self.model = self._program.build()

    def load(self, variables):
        """Set all trainable weights from TF1 variables; nothing may be missing, left over or unset."""
        variables, assigned = OrderedDict(variables), []
        for part in self._parts:
            if part.call is None:
                target = self._find(part.keras)
                _check_plain(part, variables, target)
                target.assign(variables.pop(part.tf1))
                assigned.append(target)
            else:
                own = [name for name in variables if name.startswith(part.tf1 + "/")]
                found = {name[len(part.tf1) + 1 :]: variables.pop(name) for name in own}
                cell = self._find(part.keras)
                set_weights(cell, weights.to_keras(part.call, found, where=part.tf1), part.tf1)
                assigned += cell.trainable_weights
        unset = [
            weight.path for weight in self.model.trainable_weights if id(weight) not in map(id, assigned)
        ]
        if variables or unset:
            raise weights.WeightError(
                f"{self._program.__name__}: TF1 variables left over: {list(variables) or 'none'}; Keras weights "
                f"without a TF1 variable: {unset or 'none'}. Add the missing part to the pair's row."
            )

    def named(self):
        """Return the weights as TF1 variables, sorted by name."""
        named = OrderedDict()
        for part in self._parts:
            if part.call is None:
                named[part.tf1] = _array(self._find(part.keras))
            else:
                arrays = [_array(weight) for weight in self._find(part.keras).trainable_weights]
                for name, value in weights.to_tf1(part.call, arrays, where=part.keras).items():
                    named[f"{part.tf1}/{name}"] = value
        return OrderedDict(sorted(named.items()))

    def run_levels(self, steps=10, gradients=True):
        """Run all levels of the program, whichever are asked for: name -> array."""
        return OrderedDict((name, np.asarray(value)) for name, value in self._program.run(self.model).items())

    def _find(self, path):
        name, *steps = path.split("/")
        found = self.model.get_layer(name)
        for step in steps:
            found = found[int(step)] if step.isdigit() else getattr(found, step)
        return found


def _array(value):
    return np.asarray(keras.ops.convert_to_numpy(value))


def _check_plain(part, variables, target):
    if part.tf1 not in variables:
        raise weights.WeightError(
            f"{part.tf1}: missing, expected for {part.keras}; received {', '.join(variables)}."
        )
    if variables[part.tf1].shape != tuple(target.shape):
        raise weights.WeightError(
            f"{part.tf1}: shape {variables[part.tf1].shape}, expected {tuple(target.shape)} of {part.keras}."
        )
