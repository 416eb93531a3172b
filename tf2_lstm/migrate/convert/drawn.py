"""A Keras model as a drawing: a box for each layer or operation, with its sizes and the shapes of its outputs."""

from tf2_lstm.migrate.report.drawing import Box, Drawing

#: The keys of a layer's sizes in its configuration.
_SIZES = ("units", "filters", "kernel_size", "input_dim", "output_dim", "rate")
#: The keys under which a configuration holds another one, or several.
_ONE, _MANY = ("cell", "layer", "forward_layer", "backward_layer"), ("cells", "layers", "inner_layers")


def drawing_of(model):
    """Draw a functional Keras model from its configuration.

    Args:
        model: the `keras.Model`, with a dict of outputs.

    Returns:
        A `Drawing`; a layer that is called twice has two boxes.

    Example:
        ```python
        import keras

        x = keras.Input((3,), name="x")
        drawing = drawing_of(keras.Model(x, {"y": keras.layers.Dense(2, name="scores")(x)}))
        assert [box.lines[:2] for box in drawing.boxes] == [
            ("x", "input [?, 3] float32"),
            ("scores", "Dense 2"),
            ("y", "output [?, 2]"),
        ]
        ```
    """
    config = model.get_config()
    calls = {layer["name"]: max(1, len(layer["inbound_nodes"])) for layer in config["layers"]}
    shapes, arrows = {}, []

    def joined(history, shape, head):
        name, call, index = history
        # Keras may or may not count the call that made a nested model.
        call = min(call, calls[name] - 1)
        shapes.setdefault((name, call), {})[index] = shape
        arrows.append((f"{name}/{call}", head))

    for layer in config["layers"]:
        for number, call in enumerate(layer["inbound_nodes"]):
            for tensor in _tensors(call):
                joined(tensor["keras_history"], tensor["shape"], f"{layer['name']}/{number}")
    for name, tensor in model.output.items():
        joined(config["output_layers"][name], tensor.shape, name)
    boxes = [
        _box(layer, number, shapes.get((layer["name"], number), {}))
        for layer in config["layers"]
        for number in range(calls[layer["name"]])
    ]
    ends = [Box(name, (name, f"output {_shape(tensor.shape)}")) for name, tensor in model.output.items()]
    return Drawing((*boxes, *ends), tuple(arrows))


def _tensors(given):
    """Yield the configurations of the tensors that are arguments of a call, at any depth."""
    if isinstance(given, dict):
        if given.get("class_name") == "__keras_tensor__":
            return [given["config"]]
        given = list(given.values())
    return [tensor for one in given for tensor in _tensors(one)] if isinstance(given, (list, tuple)) else []


def _box(layer, number, shapes):
    config, name = layer["config"], f"{layer['name']}/{number}"
    given = dict.fromkeys(_shape(shapes[index]) for index in sorted(shapes))
    if "batch_shape" in config:
        return Box(name, (layer["name"], f"input {_shape(config['batch_shape'])} {config['dtype']}"))
    if "trainable" not in config:
        return Box(name, (layer["class_name"],), layer["class_name"], True)
    return Box(name, (layer["name"], _class_text(layer), *given), layer["class_name"])


def _class_text(layer):
    """Return a layer's class with its sizes and inner layers, "RNN(LSTMCell 5)"; for a model only the inner layers."""
    config = layer["config"]
    sizes = [str(config[name]) for name in _SIZES if isinstance(config.get(name), (int, float, list, tuple))]
    inner = [config[name] for name in _ONE if isinstance(config.get(name), dict)]
    # A loop's configuration has beside a cell the width of its inputs, and beside a layer its shape.
    inner += [one.get("cell", one.get("layer", one)) for name in _MANY for one in config.get(name) or ()]
    within = ", ".join(_class_text(one) for one in inner if "trainable" in one["config"])
    if within and "layers" in config:
        return within
    return " ".join([layer["class_name"], *sizes]) + (f"({within})" if within else "")


def _shape(shape):
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"
