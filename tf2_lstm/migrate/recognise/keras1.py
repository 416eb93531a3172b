"""Layers of a tf.keras 1.15 .h5 file: the configuration says all, hard_sigmoid of Keras 1 included.

A weight layout of Keras 1 is already Keras's own: `CellVariables.convert` is "keras1", and its names are those of the
Keras weights (kernel, recurrent_kernel, bias). The recurrent activation, which TF1's cells do not have, is the
argument `recurrent_activation` of the call; "hard_sigmoid" is clip(0.2 x + 0.5), not that of Keras 3.
"""

from collections import OrderedDict

from tf2_lstm.migrate.model import CellVariables, NotConverted, Recurrence, Tensor
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.pairs.tree import output_size
from tf2_lstm.migrate.recognise.application import ACTIVATIONS
from tf2_lstm.migrate.recognise.graphless import states_of

CELLS = {
    "LSTM": "basic_lstm",
    "LSTMCell": "basic_lstm",
    "CuDNNLSTM": "basic_lstm",
    "GRU": "gru",
    "GRUCell": "gru",
    "CuDNNGRU": "gru",
    "SimpleRNN": "basic_rnn",
    "SimpleRNNCell": "basic_rnn",
}
FOREIGN = {"ConvLSTM2D", "PeepholeLSTMCell"}
WRAPPED = (
    "it runs inside of {}: each step of the outer sequence is a sequence of its own, here a row of the batch"
)
#: The activations that a layer may have, by Keras's names.
FUNCTIONS = {*ACTIVATIONS.values(), "hard_sigmoid", "linear"}


def keras_layers(model, findings):
    """Add the recurrent layers of a .h5 file to findings.

    Args:
        model: a `TF1Model` with a `config`.
        findings: the `Findings` that are added to.
    """
    for layer, holder in _layers(model.config):
        name = _name(layer) if holder is layer else f"{_name(holder)}/{_name(layer)}"
        # The variables of a wrapped layer have the wrapper's name in place of its own.
        own = OrderedDict(
            (one, variable) for one, variable in model.variables.items() if f"/{_name(holder)}/" in f"/{one}"
        )
        try:
            findings.recurrences.append(_recurrence(layer, name, own, _name(holder)))
            if holder is not layer:
                findings.recurrences[-1].notes.append(WRAPPED.format(holder["class_name"]))
        except (LookupError, TypeError) as problem:
            names = tuple(own)
            reason = f"{layer['class_name']}: {problem.args[0] if problem.args else problem}"
            findings.not_converted.append(NotConverted(name, reason, names, (layer["class_name"],)))


def _name(layer):
    return layer["config"].get("name", layer["class_name"])


def _layers(config, wrapper=None):
    """All recurrent layers of a configuration, models inside models included, in order.

    Each is a pair of the layer and of what holds its variables: itself, or the wrapper right around it.
    """
    if not isinstance(config, dict):
        return []
    kind, inside = config.get("class_name"), config.get("config")
    if kind in CELLS or kind in FOREIGN or kind in ("RNN", "Bidirectional"):
        return [(config, wrapper or config)]
    if isinstance(inside, dict) and "layer" in inside:
        return _layers(inside["layer"], wrapper or config)
    layers = inside.get("layers") if isinstance(inside, dict) else inside
    return [found for layer in layers or [] for found in _layers(layer)]


def _recurrence(layer, name, own, holder):
    both = layer["class_name"] == "Bidirectional"
    inner = layer["config"]["layer"] if both else layer
    cells, made = [], []
    for side in ("forward_", "backward_") if both else ("",):
        named = OrderedDict(
            (one, own[one]) for one in own if one.rpartition(f"{holder}/")[2].startswith(side)
        )
        call, found = _cell(inner, named)
        made.append(call)
        cells += found
    options = inner["config"]
    call = (
        Call("bidirectional_dynamic_rnn", cell_fw=made[0], cell_bw=made[1])
        if both
        else Call("dynamic_rnn", cell=made[0])
    )
    first = next(iter(own.values()))
    states = [_keras_name(one, name) for one in states_of(call, first.dtype)]
    sides = zip(("_fw", "_bw") if both else ("",), made, strict=True)
    outputs = [
        Tensor(f"outputs{s}", f"{name}/outputs{s}", first.dtype, (None, None, output_size(c)))
        for s, c in sides
    ]
    inputs = [Tensor("inputs", f"{name}/inputs", first.dtype, (None, None, first.shape[0]))]
    initial = [Tensor(f"initial_{one.name}", "", one.dtype, one.shape, True) for one in states]
    return Recurrence(
        name="",
        scope=name,
        form="keras",
        call=call,
        inputs=inputs + initial,
        outputs=outputs + states,
        time_major=bool(options.get("time_major")),
        reverse=bool(options.get("go_backwards")),
        cells=cells,
        notes=_notes(options),
    )


def _keras_name(tensor, layer):
    side, name = "", tensor.name
    for direction in ("fw", "bw"):
        if name.startswith(f"state_{direction}"):
            side, name = f"{direction}/", name.replace(f"state_{direction}", "state", 1)
    return Tensor(tensor.name, f"{layer}/{side}{name}", tensor.dtype, tensor.shape)


def _cell(layer, variables):
    """The call of a layer's cell and its `CellVariables`; a stack of cells has kernel, kernel_1, ..."""
    kind, options = layer["class_name"], layer["config"]
    if kind != "RNN":
        return _one(kind, options, variables, "")
    cell = options["cell"]
    if cell["class_name"] != "StackedRNNCells":
        return _one(cell["class_name"], cell["config"], variables, "")
    calls, cells = [], []
    for number, inner in enumerate(cell["config"]["cells"]):
        call, found = _one(inner["class_name"], inner["config"], variables, f"_{number}" if number else "")
        calls.append(call)
        cells += found
    return Call("multi_rnn", cells=tuple(calls)), cells


def _one(kind, options, variables, ending):
    if kind not in CELLS:
        raise LookupError("the cell has no row in the pairs table")
    arguments = OrderedDict(num_units=options["units"])
    pair, cudnn = CELLS[kind], kind.startswith("CuDNN")
    if pair == "basic_lstm":
        arguments["forget_bias"] = 0.0
    if options.get("activation", "tanh") != "tanh":
        arguments["activation"] = _function(options["activation"])
    if pair != "basic_rnn":
        arguments["recurrent_activation"] = _function(options.get("recurrent_activation", "sigmoid"))
    if pair == "gru" and (options.get("reset_after") or cudnn):
        arguments["reset_after"] = True
    leaves = (
        ("kernel", "recurrent_kernel", "bias")
        if options.get("use_bias", True)
        else ("kernel", "recurrent_kernel")
    )
    names = OrderedDict((leaf, _find(variables, leaf + ending)) for leaf in leaves)
    call = Call(pair, **arguments)
    scope = names["kernel"].rpartition("/")[0]
    return call, [CellVariables(call, scope, names, "keras1_cudnn" if cudnn else "keras1")]


def _function(value):
    if not isinstance(value, str):
        raise LookupError("an activation that is no name")
    if value not in FUNCTIONS:
        raise LookupError(f"the activation {value!r}, which is none of {', '.join(sorted(FUNCTIONS))}")
    return value


def _find(variables, leaf):
    found = [name for name in variables if name.rpartition("/")[2] == leaf]
    if len(found) != 1:
        raise LookupError(f"expected one variable {leaf!r}, found {len(found)}")
    return found[0]


def _notes(options):
    notes = []
    if options.get("dropout") or options.get("recurrent_dropout"):
        notes.append("dropout of the layer acts in training only and is left out")
    if options.get("stateful"):
        notes.append("the layer is stateful: give its state as the initial state")
    if options.get("go_backwards"):
        notes.append(
            "the layer gives its outputs from the last step to the first; here they are in order of the input"
        )
    return notes
