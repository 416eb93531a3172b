"""The reference where no graph can run: TF1's equations in NumPy, in float64, with the weights of the checkpoint.

A checkpoint without a graph has nothing to replay, and cuDNN's operations need a GPU; the CPU-compatible cells
(`CudnnCompatibleLSTMCell`, `CudnnCompatibleGRUCell`) have the same equations.
"""

import re
from collections import OrderedDict
from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.equivalence.reference import Reference
from tf2_lstm.migrate.prove.diagnose import case_of, equation_variables
from tf2_lstm.migrate.prove.masked import spread, squeezed
from tf2_lstm.migrate.prove.samples import Sample, compared_tensors, key_of
from tf2_lstm.migrate.roles import Form, Role, read_name


class Equations:
    """Runs a recurrence in NumPy; has the same methods as `Replay`.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
    """

    reference = "equations in NumPy"
    no_gradients = "no graph of TF1 runs here that could be differentiated"
    too_long = False

    def __init__(self, tf1, recurrence):
        self._tf1, self._recurrence = tf1, recurrence
        self.switches, self.open = {}, {}
        cudnn = "cuDNN needs a GPU: proved against the equations of the CPU-compatible cell"
        self.remark = (
            cudnn if recurrence.form == Form.CUDNN else "no graph: proved against the equations of the cell"
        )

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass

    def run(self, values, spare=None):
        """Compute the outputs: `key_of` a tensor -> array of its dtype and layout; `spare` is ignored."""
        one = self._recurrence
        if one.reverse:
            values = {name: _reversed(one, name, value) for name, value in values.items()}
        case, fed = case_of(one, Sample("", values))
        mask = self._mask(values)
        if mask is not None:
            fed["inputs"], lengths = squeezed(fed["inputs"], mask)
            case = replace(case, lengths=lengths)
        ran = Reference(case, equation_variables(self._tf1, one), fed=fed).run()
        if mask is not None:
            ran.update(
                (name, spread(value, mask, name == "outputs.bw") * (mask[:, :, None] | one.holds))
                for name, value in ran.items()
                if name.startswith("outputs")
            )
        tensors = compared_tensors(one)
        return OrderedDict((key_of(t), self._laid_out(t.name, ran).astype(t.dtype)) for t in tensors)

    def _mask(self, values):
        """The mask [B, T], None where every step counts."""
        keys = [key_of(tensor) for tensor in self._recurrence.inputs if tensor.role is Role.MASK]
        mask = values[keys[0]] if keys else None
        return mask.T if keys and self._recurrence.time_major else mask

    def _laid_out(self, name, ran):
        """Return one tensor in the layout of the edge."""
        one = self._recurrence
        if read_name(name).role is Role.OUTPUTS:
            value = _outputs(name, ran)
            value = value[:, ::-1] if one.reverse else value
            return np.swapaxes(value, 0, 1) if one.time_major else value
        if one.form == Form.CUDNN:
            return _stacked(name, ran)
        plain = {re.sub(r"[\[.]", "_", leaf).replace("]", ""): value for leaf, value in ran.items()}
        return plain[name]


def _reversed(recurrence, name, value):
    sequences = [key_of(tensor) for tensor in recurrence.inputs if tensor.role in (Role.INPUTS, Role.MASK)]
    return np.flip(value, axis=0 if recurrence.time_major else 1) if name in sequences else value


def _outputs(name, ran):
    if name == "outputs" and "outputs.fw" in ran:
        return np.concatenate([ran["outputs.fw"], ran["outputs.bw"]], axis=-1)
    return ran[name.replace("_", ".")]


def _stacked(name, ran):
    """Stack cuDNN's states: [layers * directions, B, U], each layer's forward before its backward one."""
    ending = read_name(name).leaf
    own = [leaf for leaf in ran if leaf.startswith("state") and leaf.endswith(f".{ending}" if ending else "")]
    order = sorted(own, key=lambda leaf: (int((re.search(r"\[(\d+)\]", leaf) or [0, 0])[1]), "bw" in leaf))
    return np.stack([ran[leaf] for leaf in order])
