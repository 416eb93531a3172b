"""Find why a proof failed: the known mistakes of `equivalence.diagnosis`, tried on the recurrence's own numbers."""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.equivalence.diagnosis import diagnose
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.functional import read_variables
from tf2_lstm.migrate.layouts import to_equations
from tf2_lstm.migrate.pairs import PAIRS, Case
from tf2_lstm.migrate.pairs.tree import inner_calls, leaf_names, name_leaves, scoped_cells, state_sizes
from tf2_lstm.migrate.prove.samples import key_of
from tf2_lstm.migrate.roles import Ends, Form, Role, read_name


def diagnose_sample(tf1, recurrence, sample, expected, received):
    """Name the likely cause of a difference.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence` that differs.
        sample: the `Sample` with which it does.
        expected: output name -> array of the TF1 graph.
        received: the same of Keras.

    Returns:
        One sentence.
    """
    masked = any(one.role is Role.MASK for one in recurrence.inputs)
    if recurrence.reverse or recurrence.form == Form.CUDNN or recurrence.output_layer is not None or masked:
        return (
            "no diagnosis: the known mistakes are tried with neither a lone backward direction nor cuDNN's layers nor "
            "an output layer nor a mask"
        )
    odd = [
        name for name in expected if name in received and np.shape(expected[name]) != np.shape(received[name])
    ]
    if odd:
        return f"no diagnosis: {odd[0]} has another shape, and the known mistakes change numbers only"
    case, fed = case_of(recurrence, sample)
    sides = [
        RunResult(name, _named(recurrence, side), weights=equation_variables(tf1, recurrence))
        for name, side in (("TF1", expected), (KERAS, received))
    ]
    try:
        return diagnose(case, *sides, fed=fed)
    except (KeyError, ValueError) as error:
        return f"no diagnosis: the equations in NumPy do not cover it ({error})"


def case_of(recurrence, sample):
    """Describe a recurrence as a `Case`.

    Returns:
        (Case, fed): fed is an OrderedDict of float64 arrays, "inputs" [B, T, D] and "initial_state...".
    """
    tensors = [tensor for tensor in recurrence.inputs if key_of(tensor) in sample.values]
    values = {tensor.name: sample.values[key_of(tensor)] for tensor in tensors}
    given = [one.value for one in recurrence.inputs if one.role is Role.LENGTHS and one.value is not None]
    lengths = np.array(given[0]) if given else values.get("sequence_length")
    inputs, lengths = _cut(recurrence, _inputs(recurrence, values), lengths)
    case = Case(
        recurrence.name,
        recurrence.call,
        batch=inputs.shape[0],
        time=inputs.shape[1],
        input_size=inputs.shape[2],
        lengths=None if lengths is None else tuple(int(length) for length in lengths),
    )
    fed = OrderedDict(inputs=inputs.astype("float64"))
    if recurrence.form == Form.CUDNN:
        fed.update(_unstacked(recurrence.call, values))
        return case, fed
    names = _leaves(recurrence.call, "initial_state")
    fed.update((names[name], value.astype("float64")) for name, value in values.items() if name in names)
    return case, fed


def _cut(recurrence, inputs, lengths):
    """Return inputs and lengths of the steps that a loop makes; no lengths where rows go on past their end."""
    if lengths is None:
        return inputs, None
    if recurrence.most_steps is not None:
        lengths = np.minimum(lengths, recurrence.most_steps)
    if recurrence.ends == Ends.WITH_LONGEST or recurrence.past_end:
        inputs = inputs[:, : lengths.max()]
    return inputs, None if recurrence.past_end else lengths


def _unstacked(call, values):
    """Split cuDNN's initial states, [layers * directions, B, U], under the names of `equivalence`."""
    both = len(PAIRS[call.pair].cells) == 2
    for name, value in values.items():
        if read_name(name).role is not Role.INITIAL:
            continue
        leaf = f".{read_name(name).leaf}" if read_name(name).leaf else ""
        for number, one in enumerate(value.astype("float64")):
            layer, side = (number // 2, (".fw", ".bw")[number % 2]) if both else (number, "")
            yield f"initial_state{side}[{layer}]{leaf}", one


def _steps(values, whole):
    """List the names of the separate steps of an input or output, in order."""
    named = [(read_name(name), name) for name in values if name.startswith(f"{whole}_")]
    return [name for at, name in sorted(named, key=lambda one: one[0].numbers) if at.step is not None]


def _inputs(recurrence, values):
    if "inputs" not in values:
        steps = _steps(values, "inputs")
        return np.stack([values[name] for name in steps], axis=1)
    inputs = values["inputs"]
    if inputs.ndim == 2:
        return inputs[:, None]
    return np.swapaxes(inputs, 0, 1) if recurrence.time_major else inputs


def _leaves(call, name):
    """Map the name of each state at the edge to its name in `equivalence`."""
    cells = [cell for _, cell in inner_calls(call)]
    if len(cells) == 1:
        plain = name_leaves(state_sizes(cells[0]), name)
        return dict(zip([leaf for leaf, _ in leaf_names(cells[0], name)], plain, strict=True))
    found = {}
    for side, cell in zip(("fw", "bw"), cells, strict=True):
        plain = name_leaves(state_sizes(cell), f"{name}.{side}")
        found.update(zip([leaf for leaf, _ in leaf_names(cell, f"{name}_{side}")], plain, strict=True))
    return found


def _named(recurrence, side):
    """Return the outputs, batch-major and as one tensor, and the states, under the names of `equivalence`."""
    named, states = OrderedDict(), _leaves(recurrence.call, "state")
    for whole in ("outputs", "outputs_fw", "outputs_bw"):
        steps = [side[name] for name in _steps(side, whole)]
        value = np.stack(steps, axis=1) if steps else side.get(whole)
        if value is None:
            continue
        if np.ndim(value) == 2:
            value = value[:, None]
        elif recurrence.time_major:
            value = np.swapaxes(value, 0, 1)
        named[whole.replace("_", ".")] = value
    named.update((states[name], value) for name, value in side.items() if name in states)
    return named


def equation_variables(tf1, recurrence):
    """Return the weights under the names that the call tree alone would give them."""
    own = {id(cell.call): cell for cell in recurrence.cells}
    return OrderedDict(
        (f"{scope}/{leaf}", array)
        for scope, call in scoped_cells(recurrence.call).items()
        for leaf, array in to_equations(own[id(call)], read_variables(own[id(call)], tf1.variables)).items()
    )
