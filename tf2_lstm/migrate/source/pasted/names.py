"""Messages about names that TensorFlow 2 or Keras 3 no longer has."""

from tf2_lstm.migrate.source.pasted.entry import Entry

_CONTRIB = "tf.contrib was never part of TensorFlow 2, and nothing replaces it as a whole."
_SCAN = "Run `tf2-lstm scan` over the program: it names what each use becomes."
_GUIDE = "MIGRATION.md"
_SESSIONS = "docs/chapters/sessions.md"

ENTRIES = (
    Entry(
        "no-contrib", "AttributeError", "module 'tensorflow' has no attribute 'contrib'",
        _CONTRIB, _SCAN, "docs/rules/README.md",
    ),
    Entry(
        "no-module-contrib", "ModuleNotFoundError", "No module named 'tensorflow.contrib'",
        _CONTRIB, _SCAN, "docs/rules/README.md",
    ),
    Entry(
        "no-contrib-in-compat", "AttributeError", "module 'tensorflow...compat.v1' has no attribute 'contrib'",
        "Code that was changed to `import tensorflow.compat.v1 as tf`, by hand or by the upgrade script in its mode "
        "SAFETY, "
        "still says tf.contrib, which compat.v1 does not have.", _SCAN, "docs/rules/README.md",
    ),
    Entry(
        "no-rnn-cell", "AttributeError", "module 'tensorflow...nn' has no attribute 'rnn_cell'",
        "The cells of TF1 are not in tf.nn of TensorFlow 2.",
        "Take the cell of the same name from tf2_lstm, or the Keras cell that its page names. compat.v1.nn.rnn_cell "
        "is no way "
        "out: under Keras 3 it raises too.", _GUIDE,
    ),
    Entry(
        "no-dynamic-rnn", "AttributeError", "module 'tensorflow...nn' has no attribute 'dynamic_rnn'",
        "The unrolls of TF1 are not in tf.nn of TensorFlow 2.",
        "Use tf2_lstm.RNN(cell, return_sequences=True, return_state=True); sequence_length becomes a mask.",
        "docs/pairs/dynamic_rnn.md",
    ),
    Entry(
        "no-bidirectional", "AttributeError", "module 'tensorflow...nn' has no attribute 'bidirectional_dynamic_rnn'",
        "The unrolls of TF1 are not in tf.nn of TensorFlow 2.",
        "Use tf2_lstm.Bidirectional around two RNN layers, with merge_mode=None for a pair of outputs.",
        "docs/pairs/bidirectional_dynamic_rnn.md",
    ),
    Entry(
        "not-with-keras-3", "AttributeError", "`...` is not available with Keras 3.",
        "tf.compat.v1.nn.rnn_cell and tf.compat.v1.layers need Keras 2. The official upgrade script writes these "
        "names and "
        "reports no issue.",
        "Take the cell of the same name from tf2_lstm. The package tf_keras with TF_USE_LEGACY_KERAS=1 brings the "
        "names back, "
        "and turns the whole process into Keras 2.", _GUIDE,
    ),
    Entry(
        "keras-cell-in-dynamic-rnn", "TypeError",
        "LSTMCell.get_initial_state() got an unexpected keyword argument 'inputs'",
        "compat.v1.nn.dynamic_rnn takes no cell of Keras 3.",
        "Replace both together: the cell, and dynamic_rnn by tf2_lstm.RNN.", "docs/pairs/dynamic_rnn.md",
    ),
    Entry(
        "no-tf1-name", "AttributeError", "module 'tensorflow' has no attribute '...'",
        "A name of TF1 that left the top level: placeholder, Session, get_variable, variable_scope, set_random_seed, "
        "ConfigProto, app, flags, gfile, logging, to_float, log ...",
        "To run the program as it was, `import tensorflow.compat.v1 as tf` and `tf.disable_v2_behavior()`; its cells "
        "still need "
        "Keras 2. To migrate it, see what each becomes as a call.", _SESSIONS,
    ),
    Entry(
        "no-tf1-optimizer", "AttributeError", "module 'tensorflow...train' has no attribute '...Optimizer'",
        "The optimizers of TF1 are in tf.compat.v1.train.",
        "Use keras.optimizers. Adam: epsilon is 1e-8 in TF1 and 1e-7 in Keras.", _SESSIONS,
    ),
    Entry(
        "no-saver", "AttributeError", "module 'tensorflow...train' has no attribute 'Saver'",
        "tf.train.Saver is in tf.compat.v1.train; it saves variables of a graph.",
        "Take the weights from the old checkpoint once, by `tf2-lstm convert` or by hand, and save the Keras model "
        "as .keras.",
        "docs/chapters/saving.md",
    ),
    Entry(
        "no-cudnn-layer", "AttributeError", "module 'keras...layers' has no attribute 'CuDNNLSTM'",
        "CuDNNLSTM and CuDNNGRU left Keras: LSTM and GRU take cuDNN by themselves.",
        "Use keras.layers.LSTM, or GRU with reset_after=True. A file with these layers is read by `tf2-lstm convert`.",
        "docs/rules/RNN401.md",
    ),
    Entry(
        "no-track-tf1", "AttributeError", "module 'keras.utils' has no attribute 'track_tf1_style_variables'",
        "The shim of TensorFlow's own migration guide was in Keras 2 only.",
        "Write the model as a Keras layer, and hold its numbers against the old checkpoint by `tf2-lstm "
        "compare`.", _GUIDE,
    ),
    Entry(
        "no-addons", "ModuleNotFoundError", "No module named 'tensorflow_addons'",
        "TensorFlow Addons is no longer developed, and works with Keras 2 only.", _SCAN, "docs/rules/README.md",
    ),
    Entry(
        "no-estimator", "AttributeError", "module 'tensorflow' has no attribute 'estimator'",
        "Estimators left TensorFlow with 2.16.",
        "The checkpoints in the model_dir are ordinary ones: `tf2-lstm convert MODEL_DIR -o OUT` reads them.", _GUIDE,
    ),
    Entry(
        "no-legacy-optimizer", "ImportError", "`keras.optimizers.legacy` is not supported in Keras 3.",
        "The optimizers of Keras 2 that kept TF1's way of naming slots are gone.",
        "Use keras.optimizers. Slots of an old checkpoint are not carried over.", "docs/chapters/saving.md",
    ),
    Entry(
        "no-zero-state", "AttributeError", "'...' object has no attribute 'zero_state'",
        "A Keras cell has no zero_state.", "Write cell.get_initial_state(batch_size=...), or leave initial_state out.",
        "docs/chapters/carried-state.md",
    ),
    Entry(
        "no-value-of-a-size", "AttributeError", "'int' object has no attribute 'value'",
        "In TF1 x.shape[0] was a Dimension with .value; in TensorFlow 2 it is a whole number or None.",
        "Leave .value out. For a size that is only known at run time use keras.ops.shape(x).", _SESSIONS,
    ),
    Entry(
        "no-get-shape", "AttributeError", "'KerasTensor' object has no attribute 'get_shape'",
        "A Keras input is no TensorFlow tensor.", "Write x.shape.", _SESSIONS,
    ),
    Entry(
        "no-fit-generator", "AttributeError", "'...' object has no attribute 'fit_generator'",
        "fit takes generators itself since TensorFlow 2.1.", "Write model.fit(generator).", _SESSIONS,
    ),
    Entry(
        "no-keep-prob", "TypeError", "Got an unexpected keyword argument 'keep_prob'",
        "tf.nn.dropout of TensorFlow 2 takes the rate that is dropped, not the one that is kept.",
        "Write rate=1 - keep_prob, and drop in training only.", "docs/chapters/dropout.md",
    ),
)  # fmt: skip
