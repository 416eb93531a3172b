"""Make a functional Keras model of a recurrence and its variables, weights in place; and back."""

from collections import OrderedDict

import keras
import numpy as np

from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.build import resolve, set_weights
from tf2_lstm.migrate.keras_code.expression import evaluate, value_of
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.skip_initializers import skip_initializers

#: Options of Keras's cells and ours, beside sizes, that change their computation.
COMPUTES = (
    *("activation", "recurrent_activation", "use_bias", "reset_after"),
    *("use_peepholes", "cell_clip", "projection_units", "projection_clip"),
)


def build_model(recurrence, variables):
    """Build the Keras model of a recurrence and set its weights.

    Args:
        recurrence: a `model.Recurrence`.
        variables: checkpoint name -> `model.Variable`, of a `TF1Model`.

    Returns:
        A functional `keras.Model` with a dict of inputs and a dict of outputs, with the names and layouts of the
        recurrence.

    Raises:
        BuildError: no Keras model can be written for this kind of recurrence.
        WeightError: a variable does not fit its cell.
    """
    program = program_of(recurrence)
    model = without_weights(program, recurrence.name)
    for cell in recurrence.cells:
        arrays = layouts.to_keras(cell, read_variables(cell, variables))
        set_weights(find(model, program.cells[id(cell.call)]), arrays, cell.scope)
    return model


def without_weights(program, name, rates=None):
    """Build the Keras model of a `Program`, with zeros as weights.

    Args:
        program: the `Program`.
        name: the model's name.
        rates: name of a parameter -> rate of dropout, where it is another than that of inference.
    """
    with skip_initializers():
        names = evaluate(program.lines, resolve, {**program.defaults(), **(rates or {})})
        inputs, outputs = (value_of(part, names, resolve) for part in (program.inputs, program.outputs))
        return keras.Model(dict(inputs), dict(outputs), name=name)


def unlike(model, recurrence):
    """Return which option of a cell in a model differs from the recurrence's; the weights may fit all the same.

    Args:
        model: a Keras model that has the recurrence's layers.
        recurrence: the `model.Recurrence`.

    Returns:
        One sentence, "" when the cells compute the same from equal weights.
    """
    program = program_of(recurrence)
    expected = without_weights(program, recurrence.name)
    for cell in recurrence.cells:
        path = program.cells[id(cell.call)]
        wanted, found = (find(one, path).get_config() for one in (expected, model))
        for option in filter(COMPUTES.__contains__, wanted):
            if wanted[option] != found.get(option):
                return f"{path}: expected {option}={wanted[option]!r}, found {found.get(option)!r}"
    return ""


def read_variables(cell, variables):
    """Read the variables of one `CellVariables`: leaf name of the row's weight map -> array."""
    return OrderedDict((leaf, np.asarray(variables[name].read())) for leaf, name in cell.names.items())


def find(model, path):
    """Return the object at a path: layer name, attributes, numbers in lists, joined by "/"."""
    name, *steps = path.split("/")
    found = model.get_layer(name)
    for step in steps:
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    return found


def tf1_variables(cell, arrays, folded=True):
    """Turn the arrays of a Keras cell back into the variables of a `CellVariables`.

    Args:
        cell: the `CellVariables`.
        arrays: the cell's weights, in Keras's order, or their gradients.
        folded: False for gradients; see `weights.to_tf1`.

    Returns:
        An OrderedDict from checkpoint name to array.
    """
    own = layouts.from_keras(cell, arrays, folded)
    return OrderedDict((cell.names[leaf], array) for leaf, array in own.items())
