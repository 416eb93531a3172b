"""Messages about checkpoints, graphs and the files of Keras."""

from tf2_lstm.migrate.source.pasted.entry import Entry

_GUIDE = "MIGRATION.md"
_NAMES = "docs/chapters/variable-names.md"
_SAVING = "docs/chapters/saving.md"
_CONVERT = "`tf2-lstm convert FILE -o OUT` reads it without that layer, and proves the result."

ENTRIES = (
    Entry(
        "key-not-found", "NotFoundError", "Key ... not found in checkpoint",
        "The checkpoint has no variable of that name. TF1 names changed with 1.0 (rnn/LSTM/W_0) and 1.2 (weights to "
        "kernel, "
        "Cell0 to cell_0), and every scope is a part of the name.",
        "tf.train.list_variables(checkpoint) shows the names that there are. `tf2-lstm convert` reads the old ones "
        "as today's.",
        _NAMES,
    ),
    Entry(
        "assign-shapes", "InvalidArgumentError",
        "Restoring from checkpoint failed. This is most likely due to a mismatch between the current graph and the "
        "graph from the "
        "checkpoint. ... Assign requires shapes of both tensors to match. lhs shape= ... rhs shape= ...",
        "The graph was built with other sizes than the checkpoint was saved with: units, vocabulary, projection.",
        "lhs is the graph's shape, rhs the checkpoint's. An LSTM kernel is [inputs + units, 4 * units].", _NAMES,
    ),
    Entry(
        "no-valid-checkpoint", "ValueError", "The passed save_path is not a valid checkpoint: ...",
        "A checkpoint is named by its prefix, model.ckpt-100, and no file of that prefix is there.",
        "Leave .index, .meta and .data-00000-of-00001 out of the name.", _SAVING,
    ),
    Entry(
        "no-matching-files", "NotFoundError",
        "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for ...",
        "No checkpoint of that prefix is there.", "Leave .index, .meta and .data-00000-of-00001 out of the "
        "name.", _SAVING,
    ),
    Entry(
        "no-checkpoint-in-folder", "ValueError", "Couldn't find 'checkpoint' file or checkpoints in given directory "
        "...",
        "The folder has no file `checkpoint`, which names the newest one.",
        "Name the prefix itself, FOLDER/model.ckpt-100.", _SAVING,
    ),
    Entry(
        "no-data-file", "OpError", "...data-00000-of-... No such file or directory",
        "A checkpoint is several files; the one with the numbers was not copied.",
        "Copy .index and every .data-... file.", _SAVING,
    ),
    Entry(
        "not-an-sstable", "OpError", "not an sstable (bad magic number)",
        "The file is no checkpoint index: a broken download, a Git LFS pointer, or another format under this name.",
        "Look at its size and its first bytes; `git lfs pull` fetches what a pointer stands for.", _SAVING,
    ),
    Entry(
        "no-variables-to-save", "ValueError", "No variables to save",
        "A Saver was made in a graph without variables: before the model, or after one of Keras.",
        "Make it behind the model. A Keras model is saved by model.save.", _SAVING,
    ),
    Entry(
        "op-not-registered", "NotFoundError", "Op type not registered '...' in binary running on ...",
        "The graph has an operation that this TensorFlow lacks: one of tf.contrib (GatherTree, ...), or a library of "
        "one's own.",
        "`tf2-lstm inspect` reads such graphs without running them, and says which recurrences do not need it.", _GUIDE,
    ),
    Entry(
        "no-kernel", "InvalidArgumentError", "No OpKernel was registered to support Op '...' used by ...",
        "The operation runs on a GPU only: the cuDNN layers do.",
        "`tf2-lstm convert` takes their weights to a Keras layer that runs anywhere.", _GUIDE,
    ),
    Entry(
        "opaque-kernel", "KeyError", "The name '...opaque_kernel_saveable' refers to an Operation not in the graph.",
        "A graph with tf.contrib.cudnn_rnn keeps its weights in an opaque kernel, and the object that saves it is "
        "made by "
        "tf.contrib only.",
        "`tf2-lstm convert CHECKPOINT -o OUT` reads the matrices beside it.", _GUIDE,
    ),
    Entry(
        "no-saved-model", "OSError", "SavedModel file does not exist at: ...",
        "The folder has no saved_model.pb: one level too high (Estimators write into a folder with a number), or a "
        "folder of "
        "checkpoints.", "Name the folder that holds saved_model.pb.", _GUIDE,
    ),
    Entry(
        "no-graph-def", "DecodeError", "Error parsing message with type 'tensorflow.GraphDef'",
        "The file is no frozen graph: often a saved_model.pb, which is a folder's part, or a text file (.pbtxt).",
        "`tf2-lstm inspect FILE` says what it is.", _GUIDE,
    ),
    Entry(
        "format-not-supported", "ValueError",
        "File format not supported: filepath=... Keras 3 only supports V3 `.keras` files, legacy H5 format files",
        "load_model of Keras 3 reads neither a SavedModel, nor a frozen .pb, nor a checkpoint.",
        "`tf2-lstm convert PATH -o OUT` reads all three and writes .keras. keras.layers.TFSMLayer runs a SavedModel, "
        "and cannot "
        "train it.", _GUIDE,
    ),
    Entry(
        "weights-format-not-supported", "ValueError",
        "File format not supported: filepath=... Keras 3 only supports V3 `.keras` files, `.weights.h5` files",
        "load_weights of Keras 3 reads no TensorFlow checkpoint.",
        "`tf2-lstm convert CHECKPOINT -o OUT`, or read_cells and set_weights by hand.", _SAVING,
    ),
    Entry(
        "file-not-found", "ValueError", "File not found: filepath=... Please ensure the file is an accessible "
        "`.keras` zip file.",
        "The file is not there, or is no zip file although it is called .keras.",
        "Look at the path; a file of Keras 2 that is really HDF5 is loaded under the name .h5.", _SAVING,
    ),
    Entry(
        "save-extension", "ValueError", "Invalid filepath extension for saving.",
        "Keras 3 saves .keras and .h5 only; a name without an extension was a SavedModel once.",
        "model.save(\"model.keras\"); model.export(\"folder\") writes a SavedModel.", _SAVING,
    ),
    Entry(
        "weights-extension", "ValueError", "The filename must end in `.weights.h5`.",
        "save_weights of Keras 3 writes no TensorFlow checkpoint.",
        "Name it model.weights.h5. `tf2-lstm export` writes a TF1 checkpoint.", _SAVING,
    ),
    Entry(
        "no-model-config", "ValueError", "No model config found in the file at ...",
        "The .h5 file holds weights only.",
        "Build the model in code, then load_weights; or save it again where it was made, with model.save.", _SAVING,
    ),
    Entry(
        "no-hdf5", "OSError", "Unable to synchronously open file (file signature not found)",
        "The file is no HDF5 file: a broken download or a Git LFS pointer.",
        "Look at its size and its first bytes; `git lfs pull` fetches what a pointer stands for.", _SAVING,
    ),
    Entry(
        "unknown-layer", "ValueError", "Unknown layer: '...'. Please ensure you are using a "
        "`keras.utils.custom_object_scope`",
        "Keras 3 has no layer of that name: CuDNNLSTM and CuDNNGRU, or one of the program's own.",
        f"For CuDNNLSTM and CuDNNGRU, {_CONVERT} One of your own is given in custom_objects=.", _GUIDE,
    ),
    Entry(
        "could-not-locate", "TypeError", "Could not locate class '...'. Make sure custom classes and functions are "
        "decorated",
        "The file names a class that Keras 3 does not find. In .h5 files of tf.keras 1.15 that is so for a cell or a "
        "layer inside "
        "of Bidirectional or RNN, too.", f"For such a file, {_CONVERT} For a class of your own, import its module "
        "first.", _GUIDE,
    ),
    Entry(
        "could-not-be-deserialized", "TypeError", "... could not be deserialized properly. ... got an unexpected "
        "keyword argument ...",
        "A file of tf.keras 1.15: its initialisers and layers have arguments that Keras 3 lacks.", _CONVERT, _GUIDE,
    ),
    Entry(
        "weight-count", "ValueError", "Weight count mismatch for layer #... Layer expects ... weight(s). Received "
        "... saved weight(s)",
        "The model in code is another one than the file's: another order of layers, or another kind.",
        "Compare model.summary() with the file; `tf2-lstm inspect FILE.h5` lists its layers.", _SAVING,
    ),
    Entry(
        "weight-shape-in-file", "ValueError", "Shape mismatch in layer #... Weight expects shape ... Received saved "
        "weight with shape",
        "The model in code has other sizes than the file.", "Build it with the sizes that the message shows "
        "last.", _SAVING,
    ),
    Entry(
        "objects-not-loaded", "ValueError", "A total of ... objects could not be loaded. Example error message for "
        "object",
        "The model in code has other sizes or layers than the file.", "Build it with the sizes that the message "
        "shows last.",
        _SAVING,
    ),
    Entry(
        "lambda-layer", "ValueError", "Requested the deserialization of a `Lambda` layer whose `function` is a "
        "Python lambda.",
        "The file holds Python code, which a stranger may have written.",
        "Only for a file that you trust: load_model(path, safe_mode=False). `tf2-lstm` never runs code of a "
        "file.", _SAVING,
    ),
)  # fmt: skip
