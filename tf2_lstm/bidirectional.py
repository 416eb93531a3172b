"""Both directions over a sequence: the twins of TF1's bidirectional functions.

| TF1                             | here                                                              |
|---------------------------------|-------------------------------------------------------------------|
| bidirectional_dynamic_rnn       | `Bidirectional(RNN(fw), RNN(bw, go_backwards=True), merge_mode=None)(x)` |
| static_bidirectional_rnn        | the same with merge_mode="concat"                                 |
| stack_bidirectional_dynamic_rnn | `stack_bidirectional(layers, x)`                                  |

The outputs come first, then the forward states, then the backward states, each in Keras's order.
"""

import keras
from keras import ops

from tf2_lstm.state import output_size

_MERGE = {
    "concat": lambda forward, backward: ops.concatenate([forward, backward], axis=-1),
    "sum": ops.add,
    "mul": ops.multiply,
    "ave": lambda forward, backward: ops.add(forward, backward) / 2,
    None: lambda forward, backward: (forward, backward),
}


@keras.saving.register_keras_serializable(package="tf2_lstm")
class Bidirectional(keras.layers.Layer):
    """One layer forwards, one backwards: bidirectional_dynamic_rnn and static_bidirectional_rnn.

    Stock `keras.layers.Bidirectional` is enough for two directions of one type and size in a loop,
    with right-padded masks and without an initial state. What differs:

    * The layers are used as they are given; stock makes a copy of the forward one and loses its
      weights.
    * The directions may differ in type and size: shapes, and the split of initial_state, are right.
      Stock doubles the forward width and cuts initial_state in the middle.
    * Both layers may hold the same cell object: one set of weights, and still after saving and
      loading.
    * The mask of the input is also seen when `initial_state` is given.

    The backward layer reverses all T steps, skips the padding and is reversed back: for
        right-padded rows that is TF1's reversal within the length, output for output.

    Args:
        forward_layer: an RNN layer.
        backward_layer: an RNN layer with `go_backwards=True`, and return_sequences, return_state
            and stateful as the forward one has them; None for a copy of it with new weights.
        merge_mode: "concat", "sum", "mul", "ave", or None for a pair of outputs.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of forward_layer unless given.

    Both layers are set to zero output at padded steps if they return sequences, as stock does.

    Call arguments: `sequences` [B, T, D], `initial_state` (the forward states, then the backward
        states, in one list), `mask` [B, T] bool, `training`.

    Returns: the merged outputs, or (forward, backward) for merge_mode None; with return_state a
        tuple of them, the forward states and the backward states.

    Raises:
        ValueError: for layers that do not fit together, an unknown merge_mode, inputs of another
            rank or width, or an initial_state that does not fit.

    ```python
    import keras
    from tf2_lstm import RNN, Bidirectional, GRUCell, LSTMCell

    layer = Bidirectional(
        RNN(LSTMCell(4), return_sequences=True, return_state=True),
        RNN(GRUCell(3), return_sequences=True, return_state=True, go_backwards=True),
    )
    outputs, fw_h, fw_c, bw_h = layer(keras.ops.ones((2, 5, 3)))
    print(outputs.shape)
    ```
    """

    def __init__(self, forward_layer, backward_layer=None, merge_mode="concat", **options):
        options.setdefault("dtype", forward_layer.dtype_policy)
        super().__init__(**options)
        self.forward_layer = forward_layer
        self.backward_layer = _backwards(forward_layer) if backward_layer is None else backward_layer
        self.merge_mode = merge_mode
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self._check()
        self.return_sequences = forward_layer.return_sequences
        self.return_state = forward_layer.return_state
        self.stateful = forward_layer.stateful
        for layer in (self.forward_layer, self.backward_layer):
            layer.zero_output_for_mask = layer.return_sequences

    def build(self, sequences_shape, initial_state_shape=None):
        """Build both layers for inputs [B, T, D]."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: sequences_shape[-1]})

    def call(self, sequences, initial_state=None, mask=None, training=False, sequences_mask=None):
        """Run both directions and merge them; Keras fills in `sequences_mask`."""
        options = {"mask": sequences_mask if mask is None else mask, "training": training}
        before, after = self._split_given(initial_state)
        forward = self.forward_layer(sequences, initial_state=before, **options)
        backward = self.backward_layer(sequences, initial_state=after, **options)
        states = ()
        if self.return_state:
            (forward, *before), (backward, *after) = forward, backward
            states = (*before, *after)
        if self.return_sequences:
            backward = ops.flip(backward, axis=1)
        # The layers may compute in other dtypes than this one says.
        merged, states = keras.tree.map_structure(
            lambda leaf: ops.cast(leaf, self.compute_dtype),
            (_MERGE[self.merge_mode](forward, backward), states),
        )
        if not states:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def compute_output_spec(self, sequences, initial_state=None, **options):
        """Return the specs of what `call` returns, for an initial_state that fits."""
        before, after = self._split_given(initial_state)
        self.forward_layer.compute_output_spec(sequences, before)
        self.backward_layer.compute_output_spec(sequences, after)
        return super().compute_output_spec(sequences, initial_state=initial_state, **options)

    def _split_given(self, states):
        if states is None:
            return None, None
        return self.split_states(states if keras.tree.is_nested(states) else [states])

    def split_states(self, states):
        """Split the list of both directions' states: (forward states, backward states)."""
        forward, backward = len(self.forward_layer.state_size), len(self.backward_layer.state_size)
        if len(states) != forward + backward:
            raise ValueError(
                f"Bidirectional {self.name!r}: expected {forward} forward and {backward} backward states "
                f"in one list; received {len(states)}."
            )
        return list(states[:forward]), list(states[forward:])

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """Return the shape of the merged outputs and, with return_state, of the states."""
        forward = self.forward_layer.compute_output_shape(sequences_shape)
        backward = self.backward_layer.compute_output_shape(sequences_shape)
        states = ()
        if self.return_state:
            (forward, *before), (backward, *after) = forward, backward
            states = (*before, *after)
        if self.merge_mode is None:
            return (forward, backward, *states)
        width = backward[-1] if self.merge_mode == "concat" else 0
        merged = (*forward[:-1], forward[-1] + width)
        return (merged, *states) if states else merged

    def compute_mask(self, sequences, mask=None):
        """Return the mask of the outputs; states have none."""
        mask = keras.tree.flatten(mask)[0] if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        states = len(self.forward_layer.state_size) + len(self.backward_layer.state_size)
        masks = outputs + [None] * (states if self.return_state else 0)
        return masks if len(masks) > 1 else mask

    def reset_state(self):
        """Set the states that a stateful layer carries from call to call to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def get_config(self):
        """Return both layers; a cell that they share is marked, and its weights stay shared."""
        same = self.forward_layer.cell is self.backward_layer.cell
        both = {id(w) for w in self.forward_layer.weights} & {id(w) for w in self.backward_layer.weights}
        if both and not same:
            raise ValueError(
                f"Bidirectional {self.name!r}: the layers share some weights but not the whole cell; a "
                "saved model would lose that. Give both layers the same cell object."
            )
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "forward_layer": serialize(self.forward_layer),
            "backward_layer": serialize(self.backward_layer),
            "merge_mode": self.merge_mode,
            "same_cell": same,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build both layers again, around one cell object if they had one."""
        config = dict(config)
        forward, backward = config.pop("forward_layer"), config.pop("backward_layer")
        forward = keras.saving.deserialize_keras_object(forward, custom_objects=custom_objects)
        if config.pop("same_cell"):
            backward = type(forward)(**{**backward["config"], "cell": forward.cell})
        else:
            backward = keras.saving.deserialize_keras_object(backward, custom_objects=custom_objects)
        return cls(forward, backward, **config)

    def _check(self):
        forward, backward = self.forward_layer, self.backward_layer
        if self.merge_mode not in _MERGE:
            raise ValueError(
                f"Bidirectional: merge_mode must be one of {list(_MERGE)}; received {self.merge_mode!r}."
            )
        if forward.go_backwards or not backward.go_backwards:
            raise ValueError(
                "Bidirectional: expected go_backwards=False for forward_layer and True for "
                f"backward_layer; received {forward.go_backwards} and {backward.go_backwards}."
            )
        for name in ("return_sequences", "return_state", "stateful"):
            if getattr(forward, name) != getattr(backward, name):
                raise ValueError(
                    f"Bidirectional: both layers need the same {name}; received "
                    f"{getattr(forward, name)} (forward) and {getattr(backward, name)} (backward)."
                )
        widths = output_size(forward.cell), output_size(backward.cell)
        if self.merge_mode in ("sum", "mul", "ave") and widths[0] != widths[1]:
            raise ValueError(
                f"Bidirectional: merge_mode={self.merge_mode!r} needs outputs of one width; received "
                f"{widths[0]} (forward) and {widths[1]} (backward). Use 'concat' or None."
            )


def stack_bidirectional(layers, inputs, mask=None, initial_state=None, training=None):
    """Run Bidirectional layers one after another: stack_bidirectional_dynamic_rnn.

    Each layer sees both directions of the layer below; Bidirectional around a stack of cells does
    not.

    Args:
        layers: Bidirectional layers with merge_mode "concat", return_sequences and return_state.
        inputs: [B, T, D], a tensor or a `keras.Input`.
        mask: bool [B, T]; None for the mask that `inputs` carries, if any.
        initial_state: a list for each layer, as Bidirectional takes it; None for zeros.
        training: as for any Keras call.

    Returns:
        outputs [B, T, P], forward_states and backward_states, each a list with one list of states
        for each layer.

    Raises:
        ValueError: for a layer of another kind, or an initial_state of the wrong length.

    ```python
    import keras
    from tf2_lstm import RNN, Bidirectional, LSTMCell, stack_bidirectional

    options = {"return_sequences": True, "return_state": True}
    layers = [Bidirectional(RNN(LSTMCell(units), **options)) for units in (4, 3)]
    outputs, forward_states, backward_states = stack_bidirectional(layers, keras.ops.ones((2, 5, 3)))
    print(outputs.shape, len(forward_states))
    ```
    """
    initial_state = [None] * len(layers) if initial_state is None else initial_state
    if len(initial_state) != len(layers):
        raise ValueError(
            f"stack_bidirectional: expected {len(layers)} initial states, one a layer; received "
            f"{len(initial_state)}."
        )
    outputs, states = inputs, []
    for layer, state in zip(layers, initial_state, strict=True):
        if layer.merge_mode != "concat" or not layer.return_sequences or not layer.return_state:
            raise ValueError(
                "stack_bidirectional: every layer needs merge_mode='concat', return_sequences=True and "
                f"return_state=True; {layer.name!r} has {layer.merge_mode!r}, {layer.return_sequences} "
                f"and {layer.return_state}."
            )
        outputs, *new = layer(outputs, initial_state=state, mask=mask, training=training)
        states.append(layer.split_states(new))
    return outputs, [forward for forward, _ in states], [backward for _, backward in states]


def _backwards(layer):
    """Return a copy of a layer that runs backwards, with weights of its own."""
    config = keras.saving.serialize_keras_object(layer)
    config["config"].update(go_backwards=True, name=f"backward_{layer.name}")
    return keras.saving.deserialize_keras_object(config)
