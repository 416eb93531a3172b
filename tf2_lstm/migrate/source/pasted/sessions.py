"""Messages of graphs and sessions, and of TF1's cells and unrolls where they still run."""

from tf2_lstm.migrate.source.pasted.entry import Entry

_SESSIONS = "docs/chapters/sessions.md"
_NAMES = "docs/chapters/variable-names.md"
_LENGTHS = "docs/chapters/sequence-length.md"

ENTRIES = (
    Entry(
        "placeholder-eager", "RuntimeError", "tf.placeholder() is not compatible with eager execution.",
        "TensorFlow 2 runs each line at once; a placeholder needs a graph.",
        "To run the old program call tf.compat.v1.disable_eager_execution() first. Migrated, a placeholder is an "
        "argument of a "
        "call, or keras.Input.", _SESSIONS,
    ),
    Entry(
        "empty-graph", "RuntimeError", "The Session graph is empty. Add operations to the graph before calling run().",
        "The tensor was computed eagerly and is in no graph.",
        "The value is there already: tensor.numpy(). To run the old program call "
        "tf.compat.v1.disable_eager_execution() first.",
        _SESSIONS,
    ),
    Entry(
        "loss-is-no-function", "RuntimeError",
        "`loss` passed to Optimizer.compute_gradients should be a function when eager execution is enabled.",
        "An optimizer of compat.v1 is called outside of a graph.",
        "Use a keras.optimizers optimizer with model.fit, or with a GradientTape inside of tf.function.",
        "docs/chapters/speed.md",
    ),
    Entry(
        "meta-graph-eager", "RuntimeError",
        "Exporting/importing meta graphs is not supported when eager execution is enabled.",
        "import_meta_graph puts operations into a graph, and there is none.",
        "Do it inside of `with tf.Graph().as_default():`. Or let `tf2-lstm inspect` read the .meta.", "MIGRATION.md",
    ),
    Entry(
        "eval-eager", "NotImplementedError", "eval is not supported when eager execution is enabled",
        "tensor.eval() asks a session.", "Write tensor.numpy().", _SESSIONS,
    ),
    Entry(
        "no-default-session", "ValueError", "Cannot evaluate tensor using `eval()`: No default session is registered.",
        "eval() outside of `with tf.Session()`.", "Write session.run(tensor).", _SESSIONS,
    ),
    Entry(
        "closed-session", "RuntimeError", "Attempted to use a closed Session.",
        "The call stands behind the end of its `with` block.", "Move it into the block.", _SESSIONS,
    ),
    Entry(
        "uninitialised", "FailedPreconditionError", "...Could not find variable ...it can also mean the variable is "
        "uninitialized.",
        "A variable was read before it was initialised or restored.",
        "Run global_variables_initializer() or saver.restore() first, in the same session.", _SESSIONS,
    ),
    Entry(
        "uninitialised-ref", "FailedPreconditionError", "Attempting to use uninitialized value ...",
        "A variable was read before it was initialised or restored.",
        "Run global_variables_initializer() or saver.restore() first, in the same session.", _SESSIONS,
    ),
    Entry(
        "must-feed", "InvalidArgumentError", "You must feed a value for placeholder tensor '...' with dtype",
        "A placeholder that the result needs is not in feed_dict: often keep_prob, or the lengths.",
        "Feed it; `tf2-lstm inspect` lists what a recurrence reads. Migrated, it is an argument of the "
        "call.", _SESSIONS,
    ),
    Entry(
        "feed-shape", "ValueError", "Cannot feed value of shape ... for Tensor ..., which has shape ...",
        "The graph fixes a batch or a number of steps, and what is fed has another.",
        "Pad to that size, or build the graph again with None there; a converted model has the same fixed sizes.",
        "docs/chapters/sizes.md",
    ),
    Entry(
        "feed-of-a-tensor", "TypeError", "The value of a feed cannot be a tf.Tensor object.",
        "feed_dict takes NumPy arrays and numbers.", "Run the tensor first, or give .numpy().", _SESSIONS,
    ),
    Entry(
        "not-in-this-graph", "ValueError", "Tensor ... is not an element of this graph.",
        "The tensor belongs to another tf.Graph than the session.",
        "Build and run inside of the same `with graph.as_default()`; call reset_default_graph() only before "
        "building.", _SESSIONS,
    ),
    Entry(
        "no-such-feed", "TypeError", "Cannot interpret feed_dict key as Tensor: The name '...' refers to a Tensor "
        "which does not exist.",
        "The key of feed_dict is a name that the graph does not have.",
        "Take the names from `tf2-lstm inspect`, with :0 at their end.", _SESSIONS,
    ),
    Entry(
        "no-such-tensor", "KeyError", "The name '...' refers to a Tensor which does not exist.",
        "The graph has no operation of that name; scopes often begin with another word (rnn/, model/rnn/).",
        "Take the name from `tf2-lstm inspect`.", _NAMES,
    ),
    Entry(
        "name-without-output", "ValueError",
        "The name '...' looks like an (invalid) Operation name, not a Tensor. Tensor names must be of the form",
        "A tensor's name has the number of the output at its end.", "Write name:0.", _NAMES,
    ),
    Entry(
        "freeze-name", "AssertionError", "... is not in graph",
        "convert_variables_to_constants was given a name that the graph does not have.",
        "Give names of operations, without :0; or leave the freezing out, `tf2-lstm convert` reads the "
        "checkpoint.", _NAMES,
    ),
    Entry(
        "variable-exists", "ValueError", "Variable ... already exists, disallowed. Did you mean to set reuse=True",
        "The graph was built twice, as in a notebook cell that was run again, or two unrolls stand in one scope.",
        "Call reset_default_graph() before building, or give each its own variable_scope. In Keras the layer object "
        "is the "
        "identity: build one, call it twice.", _NAMES,
    ),
    Entry(
        "variable-does-not-exist", "ValueError",
        "Variable ... does not exist, or was not created with tf.get_variable().",
        "reuse=True, and the scope or the cell has another name than where the variable was made.",
        "Compare the names with tf.train.list_variables(checkpoint).", _NAMES,
    ),
    Entry(
        "share-variable", "ValueError", "Trying to share variable ..., but specified shape ... and found shape ...",
        "One set of weights is used over inputs of two widths: mostly MultiRNNCell([cell] * n), whose second layer "
        "has another "
        "input than the first.",
        "Make a cell for each layer. A checkpoint that was trained with one shared cell has cell_0 "
        "alone.", "docs/rules/RNN510.md",
    ),
    Entry(
        "cell-times-n", "ValueError", "Dimensions must be equal, but are ... multi_rnn_cell...",
        "The layers of the stack are one cell object, MultiRNNCell([cell] * n), and the second layer has another "
        "input width.",
        "Make a cell for each layer: [Cell(n) for _ in range(layers)].", "docs/rules/RNN510.md",
    ),
    Entry(
        "reuse-cell", "ValueError", "Attempt to reuse RNNCell ... with a different variable scope than its first use.",
        "TensorFlow 1.1 refused one cell object in two layers or two directions. Earlier versions made separate "
        "weights of it, "
        "later ones share them.",
        "Make a cell for each place. How many sets of weights there are is in the checkpoint: tf.train.list_variables.",
        "docs/rules/RNN511.md",
        "only TensorFlow 1.1 raises it; the text is that of public bug reports",
    ),
    Entry(
        "no-dtype", "ValueError", "If no initial_state is provided, argument `dtype` must be specified",
        "dynamic_rnn makes its zero state from dtype.", "Give dtype=tf.float32. tf2_lstm.RNN needs no such argument.",
        "docs/pairs/dynamic_rnn.md",
    ),
    Entry(
        "no-depth", "ValueError",
        "Input size (depth of inputs) must be accessible via shape inference, but saw value None",
        "The last axis of the inputs is unknown, and the kernel's height with it.",
        "Fix it: inputs.set_shape([None, None, depth]); in Keras keras.Input((None, depth)).", "docs/chapters/sizes.md",
    ),
    Entry(
        "state-is-no-tuple", "ValueError", "Expected state to be a tuple of length ..., but received: ...",
        "A stack wants one state a layer, and got one tensor.",
        "Give a tuple; a flat [c; h] is split by to_keras_state.", "docs/chapters/state-tuples.md",
    ),
    Entry(
        "batch-of-the-state", "ValueError", "Dimension 0 in both shapes must be equal, but are ..._cell/concat",
        "The state was made for another batch size than the inputs have.",
        "Make zero_state from tf.shape(inputs)[0]; in Keras leave initial_state out.", "docs/chapters/carried-state.md",
    ),
    Entry(
        "static-inputs", "TypeError", "Argument `inputs` must be a sequence. Received: ...",
        "static_rnn takes a list of steps, and got one tensor.",
        "tf.unstack(x, axis=1), or dynamic_rnn. tf2_lstm.RNN takes the tensor.", "docs/pairs/static_rnn.md",
    ),
    Entry(
        "no-rnn-cell-object", "TypeError", "The argument 'cell' (...) is not an RNNCell:",
        "What was given as the cell is none.", "Give the object, Cell(units); cells of Keras 3 go into tf2_lstm.RNN.",
        "docs/pairs/dynamic_rnn.md",
    ),
    Entry(
        "inputs-are-integers", "ValueError", "RNN cell only supports floating point inputs, but saw dtype: ...",
        "Ids were given where vectors are wanted.", "Put an embedding or a cast in front.", "docs/pairs/lstm.md",
    ),
    Entry(
        "lengths-are-no-vector", "ValueError",
        "Argument sequence_length must be a vector of length batch_size.",
        "The lengths have more than one axis.", "tf.reshape(lengths, [-1]).", _LENGTHS,
    ),
    Entry(
        "lengths-of-another-batch", "InvalidArgumentError",
        "assertion failed: [Expected shape for Tensor ...sequence_length:0 is ] ... [ but saw shape: ]",
        "There are more or fewer lengths than rows.", "Feed one length a row; a last batch may be smaller.", _LENGTHS,
    ),
    Entry(
        "loop-shape", "ValueError", "... enters the loop with shape ..., but has shape ... after one iteration.",
        "A value of a while_loop changes its shape from step to step.",
        "Give shape_invariants; in Keras collect the steps and concatenate behind the "
        "loop.", "docs/pairs/python_loop.md",
    ),
    Entry(
        "gradient-shape", "ValueError",
        "Incompatible shapes between op input and calculated input gradient. Forward operation: ... Input index: ... "
        "Original input shape: ... Calculated input gradient shape: ...",
        "An operation's gradient has another shape than its input: a gradient of one's own (RegisterGradient, "
        "custom_gradient), "
        "a shape set by hand, or a batch size that is fixed in one place and free in another.",
        "Look at the operation that is named; remove the set_shape or fix one batch size. The layers here have "
        "tested gradients.",
        "docs/chapters/sizes.md",
    ),
    Entry(
        "no-gradient", "LookupError", "No gradient defined for operation'...' (op type: ...)",
        "TensorFlow 2 has no gradient of this operation; those of LSTMBlockCell and GRUBlockCell were a part of "
        "tf.contrib.",
        "Train the converted model: `tf2-lstm convert` writes such a cell as a Keras layer.", "MIGRATION.md",
    ),
    Entry(
        "no-variables-to-optimise", "ValueError", "No variables to optimize.",
        "The graph holds no trainable variable: Keras layers under eager execution make none in it, and a frozen "
        "graph has none.",
        "Train from the checkpoint, not from the frozen graph; in Keras use model.fit.", "docs/chapters/saving.md",
    ),
    Entry(
        "no-gradients", "ValueError", "No gradients provided for any variable, check your graph for ops that do not "
        "support gradients",
        "The loss does not depend on the variables, or an operation between them has no gradient (argmax, a cast to "
        "int).",
        "Compute the loss from the logits.", _SESSIONS,
    ),
)  # fmt: skip
