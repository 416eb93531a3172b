"""The inputs and outputs of a model by their names in another runtime."""

import keras


def inputs_of(model):
    """Return the symbolic inputs of a Sequential or functional model: name -> tensor.

    Example:
        ```python
        model = keras.Sequential([keras.Input((None, 3), name="x"), keras.layers.LSTM(4)])
        assert list(inputs_of(model)) == ["x"]
        ```
    """
    return _named(_nest(model, "input"), [tensor.name for tensor in model.inputs])


def outputs_of(model):
    """Return the symbolic outputs: name -> tensor, by the keys of a dict or the names of the layers.

    An output with the name of an input gets "_out" behind its name.
    """
    inputs, found = inputs_of(model), _named(_nest(model, "output"), _layer_names(model))
    return {f"{name}_out" if name in inputs else name: tensor for name, tensor in found.items()}


def nest_of(model, values):
    """Return name -> value in the structure that the model is called with."""
    nest = _nest(model, "input")
    return keras.tree.pack_sequence_as(nest, [values[name] for name in inputs_of(model)])


def call(model, values):
    """Call a model for inference: name -> array in, name -> array out."""
    found = keras.tree.flatten(model(nest_of(model, values), training=False))
    return dict(zip(outputs_of(model), map(keras.ops.convert_to_numpy, found), strict=True))


def _nest(model, side):
    tensors = getattr(model, f"{side}s")
    return tensors[0] if isinstance(model, keras.Sequential) else getattr(model, side)


def _layer_names(model):
    names = getattr(model, "output_names", None)
    count = len(keras.tree.flatten(model.outputs))
    return names if names and len(names) == count else ["output"] * count


def _named(nest, names):
    """Flatten as Keras does; a name that occurs twice gets a number."""
    paths = keras.tree.flatten_with_path(nest) if isinstance(nest, dict) else []
    flat = keras.tree.flatten(nest)
    names = ["_".join(map(str, path)) for path, _ in paths] or names
    found = {}
    for name, tensor in zip(names, flat, strict=True):
        number = sum(one == name or one.rpartition("_")[0] == name for one in found)
        found[f"{name}_{number}" if name in found else name] = tensor
    return found
