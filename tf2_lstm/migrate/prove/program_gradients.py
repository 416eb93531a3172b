"""The gradients of a whole program: those of the graph and those of its Keras model, under TF1's names."""

import math
from collections import OrderedDict
from functools import partial

import keras
import numpy as np

from tf2_lstm.migrate.equivalence.compare import compare_results
from tf2_lstm.migrate.equivalence.inputs import target
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.functional import find, tf1_variables
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.prove.computed import pulled_back
from tf2_lstm.migrate.prove.graph_side import by_variable, unlike_its_equations
from tf2_lstm.migrate.prove.keras_side import call_keeping, differentiate
from tf2_lstm.migrate.prove.samples import LARGE
from tf2_lstm.migrate.roles import Form
from tf2_lstm.migrate.translate.writing.held import known_cells, single_cells, weights_of


def without_gradients(tf1, whole):
    """Return why the gradients of a whole program are not compared, before anything is run; "" when they are.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
    """
    if not any("float" in one.dtype for one in whole.outputs):
        return "no output is of floats"
    for one in whole.recurrences.values():
        if one.form == Form.CUDNN:
            return "cuDNN needs a GPU, which alone differentiates it"
        if unlike_its_equations(tf1, one):
            return unlike_its_equations(tf1, one)
    weights = count_held(tf1, whole)
    return f"it has {weights:,} weights, more than {LARGE:,}" if weights > LARGE else ""


def count_held(tf1, whole):
    """Return the number of weights of a whole program, each variable counted once.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
    """
    held = [tf1.nodes[one][0] for sources in whole.layers.values() for one in sources if isinstance(one, str)]
    held += [name for one in whole.recurrences.values() for cell in one.cells for name in cell.names.values()]
    held += [name for _, cell in single_cells(whole) for name in cell.variables]
    return sum(math.prod(tf1.variables[name].shape) for name in set(held))


def targets_of(whole, outputs):
    """Draw targets of the loss for the outputs of floats.

    Args:
        whole: the `Whole`.
        outputs: name of an output -> array.

    Returns:
        Name of an output -> array, each tensor once; {} when one of them is empty.
    """
    first = {one.tf1: one.name for one in reversed(whole.outputs) if "float" in one.dtype}
    if not all(np.size(outputs[name]) for name in first.values()):
        return {}
    return {name: target(name, outputs[name].shape, 0).astype(outputs[name].dtype) for name in first.values()}


def graph_gradients(replay, whole, values, targets, spare):
    """Differentiate the graph.

    Args:
        replay: the `Replay`, opened with gradients.
        whole: the `Whole`.
        values: TF1 tensor -> array, the inputs.
        targets: the result of `targets_of`.
        spare: the values of open placeholders.

    Returns:
        Name of a variable's node or of an input -> gradient.

    Raises:
        ReplayError: the graph's gradient does not run.
    """
    tensors = {one.name: one.tf1 for one in whole.outputs}
    return replay.run_gradients(values, {tensors[name]: one for name, one in targets.items()}, spare)


def model_gradients(tf1, whole, model, values, targets):
    """Differentiate the Keras model of a whole program.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model of the program.
        values: TF1 tensor -> array.
        targets: the result of `targets_of`.

    Returns:
        An OrderedDict from the name of a variable, or of a tensor that is fed, to the gradient: of a variable that
        several weights hold the sum.
    """
    layers, cells = list(_of_layers(whole, model)), list(_of_cells(tf1, whole, model))
    weights = [weight for held, _ in (*layers, *cells) for weight in held]
    inputs = {one.name: values[one.tf1] for one in whole.inputs}
    of_inputs, of_weights = differentiate(partial(call_keeping, model), inputs, targets, weights)
    found = OrderedDict((one.tf1, of_inputs[one.name]) for one in whole.inputs if one.name in of_inputs)
    left, of_nodes = iter(of_weights), {}
    for _, nodes in layers:
        for node in nodes:
            of_nodes[node] = of_nodes.get(node, 0) + next(left)
    # All at once: several layers may hold the parts of one variable.
    found.update(by_variable(of_nodes, tf1.nodes))
    for held, named in cells:
        for name, value in named([next(left) for _ in held]).items():
            found[name] = found.get(name, 0) + value
    return found


def _of_layers(whole, model):
    """Return (their weights that are variables, the nodes of these) for the layers outside of recurrences."""
    for name, sources in whole.layers.items():
        layer = find(model, name)
        pairs = list(zip(sources, weights_of(layer, sources), strict=True))
        pairs = [(one, weight) for one, weight in pairs if isinstance(one, str) and "float" in weight.dtype]
        if isinstance(layer, keras.layers.BatchNormalization):
            # TensorFlow gives no gradient of the moving mean and variance, and nobody trains them by one.
            pairs = [(one, weight) for one, weight in pairs if not weight.name.startswith("moving")]
        yield [weight for _, weight in pairs], [one for one, _ in pairs]


def _moving(tf1, whole):
    """Return the variables of batch normalisation that no gradient trains, in Keras as in TF1."""
    layers = [
        line.targets[0]
        for line in whole.program.lines
        if isinstance(line.value, Apply) and line.value.what == "keras.layers.BatchNormalization"
    ]
    return {tf1.nodes[one][0] for name in layers for one in whole.layers[name][-2:]}


def _of_cells(tf1, whole, model):
    """Yield (its weights, a function that names their gradients) for each known cell."""
    for one, cell, built in known_cells(whole, model):

        def named(gradients, one=one, cell=cell):
            found = tf1_variables(cell, gradients, folded=False)
            return pulled_back(tf1, one, found) if one else found

        yield built.weights, named


def not_finite(runs):
    """Return a note for each sample for which the graph itself has gradients that are not finite, as of sqrt at 0.

    Args:
        runs: the `GraphRun`s.
    """
    for run in runs:
        names = [name for name, one in (run.gradients or {}).items() if not np.isfinite(one).all()]
        if names:
            listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if names[4:] else "")
            yield f"{run.sample.label}: not compared, as they are not finite in TF1: the gradients of {listed}"


def compared_gradients(tf1, whole, reference, expected, received):
    """Compare the gradients of one sample.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        reference: the name of what computed the graph's gradients.
        expected: the result of `graph_gradients`.
        received: name of a variable or of a fed tensor -> gradient of the model.

    Returns:
        A list of `TensorReport`s; a gradient that only the graph has, and that is not zero, is a failed one. Those that
        are not finite in the graph are left out: see `not_finite`.
    """
    known = {*(name for name, _ in tf1.nodes.values()), *(one.tf1 for one in whole.inputs)} - _moving(
        tf1, whole
    )
    wanted = {name: one for name, one in by_variable(expected, tf1.nodes).items() if name in known}
    endless = {name for name, one in wanted.items() if not np.isfinite(one).all()}
    wanted = {name: one for name, one in wanted.items() if name not in endless}
    sides = OrderedDict(), OrderedDict()
    for name, value in received.items():
        if name in endless:
            continue
        none = np.zeros_like(value)
        sides[0][f"gradient of {name}"] = np.asarray(wanted.pop(name, none), value.dtype)
        sides[1][f"gradient of {name}"] = value
    sides[0].update((f"gradient of {name}", one) for name, one in wanted.items() if np.any(one))
    return compare_results(RunResult(reference, sides[0]), RunResult(KERAS, sides[1]))
