"""Build a functional Keras model of a `Whole`, weights in place."""

import keras
import numpy as np

from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.build import resolve, set_weights
from tf2_lstm.migrate.functional import find, read_variables, without_weights
from tf2_lstm.migrate.keras_code.cycle import data_of
from tf2_lstm.migrate.keras_code.drops import data_of_drops, parameters
from tf2_lstm.migrate.keras_code.expression import Ref, evaluate, value_of
from tf2_lstm.migrate.keras_code.held_cells import data_of_cells
from tf2_lstm.migrate.keras_code.held_layers import data_of_layers
from tf2_lstm.migrate.keras_code.own_cell import data_of_cell
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.skip_initializers import skip_initializers
from tf2_lstm.migrate.translate.writing.held import known_cells, weights_of


def build_whole(whole, tf1, everything=False):
    """Build the Keras model of a whole program and set its weights.

    Args:
        whole: the `Whole`.
        tf1: the `TF1Model` with the variables.
        everything: whether every tensor of the graph that the model computes is an output, under the name of its line.

    Returns:
        A functional `keras.Model` with a dict of inputs and a dict of outputs.

    Raises:
        BuildError: a weight does not fit its layer.
    """
    program = whole.program
    given = {line: Ref(line) for line in whole.tensors.values()} if everything else program.outputs
    with skip_initializers():
        names = evaluate(program.lines, _resolver(whole), program.defaults())
        sides = (value_of(dict(part), names, resolve) for part in (program.inputs, given))
        model = keras.Model(*sides, name=whole.name)
    for name, sources in whole.layers.items():
        arrays = [np.asarray(tf1.value_of(one) if isinstance(one, str) else one) for one in sources]
        layer = find(model, name)
        set_weights(layer, arrays, name, weights_of(layer, sources))
    for _, cell, built in known_cells(whole, model):
        arrays = layouts.to_keras(cell, read_variables(cell, tf1.variables))
        set_weights(built, arrays, cell.scope)
    return model


def _resolver(whole):
    """Return a function from a symbol of a program to its object: a recurrence's builder, or an import."""

    def found(symbol):
        if symbol in whole.loops:
            cycle = whole.loops[symbol]
            held = {"cells": data_of_cells(cycle.cells), "inner_layers": data_of_layers(cycle.layers)}
            data = {**data_of(cycle), "captured": cycle.captured, **held}
            return _with_rates(resolve("tf2_lstm.Loop"), data, cycle.drops)
        if symbol in whole.cells:
            cell = whole.cells[symbol]
            data = {**data_of_cell(cell), "cells": data_of_cells(cell.cells)}
            return _with_rates(resolve("tf2_lstm.EquationCell"), data, cell.drops)
        if symbol not in whole.recurrences:
            return resolve(symbol)
        one = whole.recurrences[symbol]
        return lambda **rates: without_weights(program_of(one), one.name, rates)

    return found


def _with_rates(layer, data, drops):
    """Return a function that makes a layer of its data and of rates of dropout."""

    def make(**options):
        given = {name: options.pop(name) for name in parameters(drops)}
        return layer(**data, dropouts=data_of_drops(drops, given), **options)

    return make
