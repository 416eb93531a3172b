"""Messages of the layers and optimizers of Keras 3."""

from tf2_lstm.migrate.source.pasted.entry import Entry

_STATES = "docs/chapters/state-tuples.md"
_CARRIED = "docs/chapters/carried-state.md"
_MAP = "docs/chapters/argument-map.md"
_SESSIONS = "docs/chapters/sessions.md"

ENTRIES = (
    Entry(
        "time-major", "ValueError", "Unrecognized keyword arguments passed to ...: {'time_major': ...}",
        "Keras 3 has no time_major, and files of Keras 2 hold it even where it is False.",
        "In code: swap the axes, keras.ops.swapaxes(x, 0, 1). For an .h5 file: `tf2-lstm convert FILE.h5 -o "
        "OUT`.", _MAP,
    ),
    Entry(
        "tf1-argument", "ValueError", "Unrecognized keyword arguments passed to ...: {...}",
        "An argument of TF1 or Keras 2 that the layer no longer has: batch_input_shape, state_is_tuple, forget_bias, "
        "reuse ...",
        "batch_input_shape becomes keras.Input(batch_shape=...). What becomes of each argument of a TF1 cell is on "
        "the page of its "
        "pair.", "docs/pairs/basic_lstm.md",
    ),
    Entry(
        "no-units", "TypeError", "...__init__() missing 1 required positional argument: 'units'",
        "TF1's num_units is Keras's units.", "Write units=.", "docs/pairs/basic_lstm.md",
    ),
    Entry(
        "optimizer-argument", "ValueError", "Argument(s) not recognized: {'lr': ...}",
        "lr is learning_rate in Keras 3.", "Write learning_rate=.", _SESSIONS,
    ),
    Entry(
        "too-many-values", "ValueError", "too many values to unpack (expected 2)",
        "An LSTM layer with return_state=True returns outputs, h and c, not outputs and one state.",
        "outputs, *states = layer(x); mind the order, h before c.", _STATES,
    ),
    Entry(
        "list-index", "IndexError", "Exception encountered when calling ...list index out of range",
        "The initial state has another nest than the cells: a flat list for a stack, or one tensor for an LSTM.",
        "A stack takes one list a layer, [[h, c], [h, c]]; an LSTM [h, c].", _CARRIED,
    ),
    Entry(
        "no-states", "TypeError", "missing a required argument: 'states'",
        "A Keras cell is called with its states, which are a list.",
        "output, states = cell(x, states), from cell.get_initial_state(batch_size=...).", "docs/pairs/python_loop.md",
    ),
    Entry(
        "ndim", "ValueError", "...is incompatible with the layer: expected ndim=3, found ndim=2.",
        "A recurrent layer takes [batch, time, depth].", "For one step add the axis, x[:, None]; for steps of a "
        "service use "
        "tf2_lstm.streaming.", "docs/chapters/speed.md",
    ),
    Entry(
        "matrix-size", "InvalidArgumentError", "Matrix size-incompatible: In[0]: ..., In[1]: ...",
        "The input has another depth than the kernel was built for.",
        "The second number of In[0] must be the first of In[1]: look at the embedding or the concatenation in front.",
        "docs/chapters/sizes.md",
    ),
    Entry(
        "set-weights-length", "ValueError",
        "You called `set_weights(weights)` on layer '...' with a weight list of length ..., but the layer was "
        "expecting ... weights.",
        "TF1 has one matrix for input and state, Keras has two.",
        "to_keras(Call(...), variables) cuts it, and reorders the gates, which no shape "
        "shows.", "docs/pairs/basic_lstm.md",
    ),
    Entry(
        "set-weights-shape", "ValueError", "... weight shape ... is not compatible with provided weight shape ...",
        "The matrix is not cut where Keras wants it. A GRU bias of shape (2, 3 * units) is that of reset_after=True, "
        "which TF1's "
        "GRUCell is not.", "to_keras(Call(...), variables); for a GRU reset_after=False.", "docs/pairs/gru.md",
    ),
    Entry(
        "stateful-batch", "ValueError", "When using `stateful=True` in a RNN, the batch size must be static.",
        "A layer that keeps its state must know how many rows there are.",
        "keras.Input(batch_shape=(rows, None, depth)), or hand the state on as an argument.", _CARRIED,
    ),
    Entry(
        "stateful-another-batch", "ValueError",
        "If an RNN is stateful, the batch size of the input sequences must be the same as the batch size of the "
        "initial state.",
        "The layer keeps a state of another number of rows.", "Pad the last batch, or hand the state on as an "
        "argument in place of stateful=True.", _CARRIED,
    ),
    Entry(
        "keras-tensor", "ValueError", "A KerasTensor cannot be used as input to a TensorFlow function.",
        "A function of tf is applied to a Keras input.",
        "Use the one of keras.ops, or put the code into a layer's call.", _SESSIONS,
    ),
    Entry(
        "input-shape", "ValueError", "Invalid input shape for input ... Expected shape ..., but input has "
        "incompatible shape ...",
        "The model was built for other axes: a batch, a time or a depth.",
        "A converted model has the layout and the fixed sizes of the TF1 graph; time-major ones begin with time.",
        "docs/chapters/sizes.md",
    ),
    Entry(
        "symbolic-bool", "OperatorNotAllowedInGraphError", "Using a symbolic `tf.Tensor` as a Python `bool` is not "
        "allowed.",
        "An `if` or `while` asks a tensor whose value is not known while the function is traced.",
        "keras.ops.cond or keras.ops.where; keras.ops.while_loop.", _SESSIONS,
    ),
    Entry(
        "symbolic-iteration", "OperatorNotAllowedInGraphError", "Iterating over a symbolic `tf.Tensor` is not allowed.",
        "A `for` runs over a tensor whose length is not known; or a tensor stands where a tuple (c, h) is wanted.",
        "keras.ops.unstack where the length is fixed, an RNN layer else; unpack states by name.", _STATES,
    ),
    Entry(
        "symbolic-to-numpy", "NotImplementedError", "Cannot convert a symbolic tf.Tensor (...) to a numpy array.",
        "A function of NumPy is applied to a tensor inside of tf.function or a layer.", "Use the one of "
        "keras.ops.", _SESSIONS,
    ),
    Entry(
        "symbolic-numpy", "AttributeError", "'SymbolicTensor' object has no attribute 'numpy'",
        ".numpy() is called inside of tf.function, fit or a layer, where no value is there yet.",
        "Return the tensor and call .numpy() outside.", _SESSIONS,
    ),
    Entry(
        "variable-in-function", "ValueError",
        "tf.function only supports singleton tf.Variables created on the first call.",
        "A layer or an optimizer is made inside of a tf.function.", "Make it once, outside.", "docs/chapters/speed.md",
    ),
    Entry(
        "labels-rank", "ValueError", "`labels.shape.rank` must equal `logits.shape.rank - 1`.",
        "The sparse loss takes [batch, time] ids against [batch, time, classes] logits.",
        "Look whether return_sequences=True is missing, or the logits were flattened and the labels were "
        "not.", _SESSIONS,
    ),
    Entry(
        "index-out-of-range", "InvalidArgumentError", "indices[...] = ... is not in [0, ...)",
        "An id is as large as the vocabulary or larger.",
        "Compare max(ids) with the rows of the embedding; ids of padding and unknown words count "
        "too.", "docs/pairs/tagger.md",
    ),
    Entry(
        "unknown-variable", "ValueError", "Unknown variable: ... This optimizer can only be called for the variables "
        "it was originally built with.",
        "A Keras optimizer is used for a second model.", "Make an optimizer for each model.", _SESSIONS,
    ),
    Entry(
        "tf-lite-list", "ConverterError", "'tf.TensorListReserve' op requires element_shape to be static during TF "
        "Lite transformation pass",
        "The loop of a recurrent layer is no built-in operation of TF Lite, with a fixed batch neither.",
        "A fixed number of steps and unroll=True in the layer; or OpsSet.SELECT_TF_OPS among supported_ops and "
        "_experimental_lower_tensor_list_ops=False in the converter.", "docs/chapters/sizes.md",
    ),
    Entry(
        "then-rnn-forward", "InternalError", "Failed to call ThenRnnForward with model config: ...",
        "cuDNN refuses the call on this GPU: a mask with an empty row or left padding, or memory that is used up.",
        "use_cudnn=False in the layer, or tf2_lstm.RNN, which runs Keras's loop.", "docs/chapters/sequence-length.md",
        "it takes a GPU; the text is that of public bug reports",
    ),
)  # fmt: skip
