"""The weights of a whole program's model under the names of TF1's variables."""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm.migrate.artifacts.nan_check import finite
from tf2_lstm.migrate.functional import find
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.translate.writing.held import single_cells, weights_of

_OTHER = "Is it of another checkpoint, or of other --fetch and --feed?"


def whole_variables(model, whole, tf1, path, of_recurrence, of_cell):
    """Return TF1's variables with the weights of the Keras model of a whole program.

    Args:
        model: the model that was loaded.
        whole: the `Whole` that the TF1 model is translated to.
        tf1: the `TF1Model`.
        path: the file, for messages.
        of_recurrence: a function from the model of a recurrence, the `Recurrence` and the file to its variables.
        of_cell: a function from the model, the path of a known cell, its `CellVariables` and the file to its variables.

    Returns:
        A dict from checkpoint name to array.

    Raises:
        ArtifactError: the model has other layers or other weights than the program, or two layers hold different
            numbers of one variable.
    """
    found = OrderedDict()
    for name, sources in whole.layers.items():
        weights = weights_of(_layer(model, name, path), sources)
        if len(weights) != len(sources):
            raise ArtifactError(
                f"{path}: {name}: expected {len(sources)} weight(s), found {len(weights)}. {_OTHER}"
            )
        for source, weight in zip(sources, weights, strict=True):
            array = keras.ops.convert_to_numpy(weight)
            if isinstance(source, str):
                _take(found, tf1, source, array, f"{path}: {name}")
            elif not np.array_equal(array, np.asarray(source)):
                raise ArtifactError(
                    f"{path}: {name}: a weight was changed that is a constant in the TF1 graph, expected "
                    "one that is a variable: no checkpoint has it. Keep the .keras file"
                )
    for one in whole.recurrences.values():
        for name, array in of_recurrence(_layer(model, one.name, path), one, path).items():
            _once(found, name, array, f"{path}: {one.name}")
    for place, cell in single_cells(whole):
        for name, array in of_cell(model, place, cell, path).items():
            _once(found, name, array, f"{path}: {place}")
    return found


def _layer(model, name, path):
    """Return the layer at a path in the model."""
    try:
        return find(model, name)
    except (ValueError, AttributeError) as error:
        raise ArtifactError(
            f"{path}: is not the model of the whole program: expected a layer {name}, found none. {_OTHER}"
        ) from error


def _take(found, tf1, source, array, where):
    """Put the numbers of a node of the graph into their place in the checkpoint's variable."""
    name, place = tf1.nodes[source]
    variable = tf1.variables[name]
    expected = tuple(variable.shape if place is None else np.empty(variable.shape, bool)[place].shape)
    if array.shape != expected:
        raise ArtifactError(
            f"{where}: {name} has the shape {list(expected)}, found {list(array.shape)}. {_OTHER}"
        )
    finite(array, name, where)
    if place is None:
        _once(found, name, array, where)
        return
    if name not in found:
        found[name] = np.array(variable.read())
    found[name][place] = array


def _once(found, name, array, where):
    if name in found and not np.array_equal(found[name], array):
        raise ArtifactError(
            f"{where}: {name} is held by two layers, which now differ, expected the same numbers: TF1 has one "
            "variable. Train one of them alone, or keep the .keras file"
        )
    found[name] = array


__all__ = ["whole_variables"]
