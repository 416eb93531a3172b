"""A Keras model or a function that is compared with a TF1 graph, by the names of its inputs and outputs."""

from dataclasses import dataclass
from functools import partial

import keras

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.export import model_edges


class CandidateError(UserError):
    """A model or function does not tell its inputs and outputs: what, next step."""


@dataclass(frozen=True)
class Candidate:
    """A model or function that somebody wrote.

    Attributes:
        inputs: name of an input -> (dtype's name, shape with None where it is open); None where it does not say.
        outputs: the names of the outputs, a tuple.
        call: called with name -> array for inference, gives name -> array.
        model: the Keras model; None of a function.
        tensors: called with name -> tensor for inference, gives name -> tensor; None of a function.
    """

    inputs: dict
    outputs: tuple
    call: object
    model: object = None
    tensors: object = None


def candidate_of(model, inputs=None, outputs=None):
    """Describe a model or function that is to be compared.

    Args:
        model: a Sequential or functional `keras.Model`; or a function of a dict of arrays that returns a dict of
            arrays, also a subclassed model.
        inputs: name of an input -> TF1 tensor. For a function it names all inputs.
        outputs: name of an output -> TF1 tensor. For a function it names all outputs.

    Returns:
        A `Candidate`.

    Raises:
        CandidateError: a function without names.
    """
    if isinstance(model, keras.Model) and getattr(model, "inputs", None):
        known = {name: (one.dtype, tuple(one.shape)) for name, one in model_edges.inputs_of(model).items()}
        call = partial(_call_model, model)
        return Candidate(known, tuple(model_edges.outputs_of(model)), partial(_as_arrays, call), model, call)
    if not callable(model) or not inputs or not outputs:
        raise CandidateError(
            f"{type(model).__name__}: expected a Keras model that knows its inputs, or a function with the names of "
            "its inputs and outputs. Give inputs={name: TF1 tensor} and outputs={name: TF1 tensor}."
        )
    return Candidate(dict.fromkeys(inputs), tuple(outputs), partial(_call, model, tuple(outputs)))


def _call_model(model, values):
    """Call a model as its users do, without a `training` argument: a dropout that is always on acts."""
    found = keras.tree.flatten(model(model_edges.nest_of(model, values)))
    return dict(zip(model_edges.outputs_of(model), found, strict=True))


def _as_arrays(call, values):
    return {name: keras.ops.convert_to_numpy(one) for name, one in call(values).items()}


def _call(function, names, values):
    """Call a function; its result is a dict with the names, or the arrays in their order."""
    found = function(values)
    found = found if isinstance(found, dict) else dict(zip(names, keras.tree.flatten(found), strict=True))
    return {name: keras.ops.convert_to_numpy(found[name]) for name in names}
