"""Layers of a tf.keras 1.15 .h5 file: the configuration tells everything, also Keras 1's hard_sigmoid.

The weights are already in Keras's own layout, or in cuDNN's. The recurrent activation, which TF1's cells do not have,
is the argument `recurrent_activation` of the call; "hard_sigmoid" is clip(0.2 x + 0.5), not that of Keras 3.
"""

from collections import OrderedDict
from dataclasses import replace

from tf2_lstm.migrate.model import ArtifactError, CellVariables, NotConverted, Recurrence
from tf2_lstm.migrate.pairs import PAIRS, Call
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import output_size
from tf2_lstm.migrate.recognise.cells.cell_match import ACTIVATIONS
from tf2_lstm.migrate.recognise.refusals import BY_HAND
from tf2_lstm.migrate.recognise.without_graph.graphless import states_of
from tf2_lstm.migrate.recognise.without_graph.keras_masks import masks_of
from tf2_lstm.migrate.roles import Form, Tensor

#: Class of tf.keras -> its row.
CELLS = {name: row for row in PAIRS.values() for name in row.keras1}
FOREIGN = {"ConvLSTM2D", "PeepholeLSTMCell"}
WRAPPED = (
    "it runs inside of {}: each step of the outer sequence is a sequence of its own, here a row of the batch"
)
#: Keras's names of the activations that a layer may have.
FUNCTIONS = {*ACTIVATIONS.values(), "hard_sigmoid", "linear"}


def keras_layers(model, findings):
    """Add the recurrent layers of a .h5 file to findings.

    Args:
        model: a `TF1Model` with a `config`.
        findings: the `Findings` that are added to.
    """
    masks = _masks(model)
    for layer, holder in _layers(model.config):
        name = _name(layer) if holder is layer else f"{_name(holder)}/{_name(layer)}"
        # The variables of a wrapped layer have the wrapper's name in place of its own.
        own = OrderedDict(
            (one, variable) for one, variable in model.variables.items() if f"/{_name(holder)}/" in f"/{one}"
        )
        try:
            findings.recurrences.append(
                _recurrence(layer, name, own, _name(holder), masks.get(id(layer), ()))
            )
            if holder is not layer:
                findings.recurrences[-1].notes.append(WRAPPED.format(holder["class_name"]))
        except (LookupError, TypeError) as problem:
            names = tuple(own)
            said = problem.args[0] if problem.args else problem
            reason = f"{layer['class_name']}: {said}. Next step: {BY_HAND}"
            findings.not_converted.append(NotConverted(name, reason, names, (layer["class_name"],)))


def _masks(model):
    """Call `masks_of`; a configuration that cannot be followed may hide a mask, and is refused."""
    try:
        return masks_of(model.config)
    except (LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ArtifactError(
            f"{model.path}: expected the configuration of a tf.keras model whose layers name their inputs, cannot "
            f"follow it ({type(problem).__name__}: {str(problem)[:80]}). Save the model again with TensorFlow 1.15."
        ) from problem


def _name(layer):
    return str(layer["config"].get("name", layer["class_name"]))


def _layers(config, wrapper=None):
    """List all recurrent layers of a configuration in order, also those of models inside of models.

    Each is a pair (layer, the layer that holds its variables): the same, or the wrapper right around it.
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


def _recurrence(layer, name, own, holder, mask):
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
    options = inner["config"]
    inputs += [Tensor("mask", f"{name}/mask", "bool", (None, None))] if mask else []
    initial = [_initial(one, options.get("stateful") or _is_given_a_state(layer)) for one in states]
    return Recurrence(
        name="",
        scope=name,
        form=Form.KERAS,
        call=call,
        inputs=inputs + initial,
        outputs=outputs + states,
        time_major=bool(options.get("time_major")),
        reverse=bool(options.get("go_backwards")),
        cells=cells,
        notes=_notes(layer, options, mask),
        holds=bool(mask) and not _gives_zeros(layer, options),
    )


def _gives_zeros(layer, options):
    """Whether a masked step gives zeros: a Bidirectional layer that returns sequences makes its layers do so."""
    forced = layer["class_name"] == "Bidirectional" and options.get("return_sequences")
    return bool(forced or options.get("zero_output_for_mask"))


def _is_given_a_state(layer):
    """Whether a layer is called with an initial state, which comes after its sequence."""
    return any(len(node) > 1 and not isinstance(node[0], str) for node in layer.get("inbound_nodes", []))


def _initial(state, given):
    """Return the initial state for a final one: zeros, unless it is given or carried from call to call."""
    name = state.tf1.replace("/state", "/initial_state") if given else ""
    return Tensor(f"initial_{state.name}", name, state.dtype, state.shape, not given, own=not given)


def _keras_name(tensor, layer):
    side = f"{tensor.place.side}/" if tensor.place.side else ""
    name = replace(tensor.place, side="").name
    return Tensor(tensor.name, f"{layer}/{side}{name}", tensor.dtype, tensor.shape)


def _cell(layer, variables):
    """Return the call of a layer's cell and its `CellVariables`; a stack of cells has kernel, kernel_1, ..."""
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
    row, cudnn = CELLS[kind], kind.startswith("CuDNN")
    arguments = OrderedDict(num_units=_units(options["units"]), **dict.fromkeys(row.weights.folds, 0.0))
    if options.get("activation", "tanh") != "tanh":
        arguments["activation"] = _function(options["activation"])
    if "gate(" in "".join(row.equations):
        arguments["recurrent_activation"] = _function(options.get("recurrent_activation", "sigmoid"))
    arguments.update((one.option, True) for one in row.variants if cudnn or options.get(one.option))
    leaves = (
        ("kernel", "recurrent_kernel", "bias")
        if options.get("use_bias", True)
        else ("kernel", "recurrent_kernel")
    )
    names = OrderedDict((leaf, _find(variables, leaf + ending)) for leaf in leaves)
    call = Call(row.name, **arguments)
    scope = names["kernel"].rpartition("/")[0]
    return call, [CellVariables(call, scope, names, Layout.CUDNN if cudnn else Layout.KERAS)]


def _units(value):
    if type(value) is not int or value < 1:
        raise LookupError(f"expected a whole number of units above 0, found {str(value)[:80]!r}")
    return value


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


def _notes(layer, options, mask):
    notes = []
    if mask:
        left = "the output is zeros" if _gives_zeros(layer, options) else "the output before stays"
        notes.append(
            "its steps are masked: the input mask [B, T] is true at the steps that count; at the others the state "
            f"before stays and {left}. {'; '.join(mask)}"
        )
    if options.get("dropout") or options.get("recurrent_dropout"):
        notes.append("dropout of the layer acts in training only and is left out")
    if options.get("stateful"):
        notes.append(
            "the layer is stateful: the state of the last call is the initial state, an input of the model"
        )
    if _is_given_a_state(layer):
        notes.append("the layer is given its initial state by other layers: it is an input of the model")
    if len([node for node in layer.get("inbound_nodes", []) if node]) > 1:
        notes.append("the layer is called several times with the same weights: the model is one call")
    if layer["class_name"] == "Bidirectional":
        notes.append(
            f"the directions, which merge_mode {layer['config'].get('merge_mode')!r} joins, are apart"
        )
    if options.get("go_backwards"):
        notes.append(
            "the layer gives its outputs from the last step to the first; here they are in order of the input"
        )
    return notes
