"""Rules about source that the scanner could not read or resolve fully: it is never silent about them."""

from tf2_lstm.migrate.source.rule import Rule


def _unread(number, slug, summary, why):
    return Rule(f"RNN{number:03}", slug, "error", "manual", summary, why, fixed=True)


READING = (
    _unread(
        1,
        "not-python-3",
        "The file is not Python 3: no parser takes it. Its uses were found by text only.",
        "Python 2 sources (print statements, mixed tabs) and broken files cannot be resolved, so aliases "
        "and traps are not seen. Port the file to Python 3 first, then scan it again.",
    ),
    _unread(
        2,
        "encoding",
        "The file is not in the encoding that it declares (UTF-8 if none).",
        "Python itself refuses it. It was read as Latin-1, or without its NUL bytes, to find what can be "
        "found. Save it as UTF-8, then scan it again.",
    ),
    _unread(
        3,
        "too-large",
        "The file is too large to parse, or to read to its end. Its uses were found by text only.",
        "Parsing takes a hundred times the file's size in memory; beyond 16 MB nothing is read. Move the code out "
        "of the data.",
    ),
    _unread(
        4,
        "unreadable",
        "The file could not be opened, or is no regular file.",
        "What is in it is unknown. Mend its permissions, or leave it out with --exclude; for a pipe, give - and "
        "the standard input.",
    ),
    _unread(
        5,
        "notebook",
        "The notebook is not valid JSON with cells. Its uses were found by text only.",
        "Save it again from Jupyter, then scan it again.",
    ),
    _unread(
        6,
        "too-deep",
        "The file could not be resolved to the end. Its uses were found by text only.",
        "The code is nested too deeply or is too long for the resolver, or took longer than a file may.",
    ),
    Rule(
        "RNN007",
        "name-at-run-time",
        "error",
        "manual",
        "A member of an RNN namespace is chosen at run time: which one cannot be read from the source.",
        "Look up which names reach this place (flags, configuration) and treat each one.",
        "cell = getattr(tf.contrib.rnn, FLAGS.cell)(64)",
        'CELLS = {"lstm": keras.layers.LSTMCell, "gru": ...}\ncell = CELLS[FLAGS.cell](64)',
    ),
    Rule(
        "RNN008",
        "perhaps-tf1",
        "note",
        "manual",
        "A name that only TF1's RNNs have comes from a module that was not found.",
        "If the module re-exports TensorFlow's class, this is a use; scan it together with that module to "
        "know.",
        "from my_layers import BasicLSTMCell\ncell = BasicLSTMCell(64)",
    ),
    Rule(
        "RNN009",
        "star-import",
        "error",
        "manual",
        "A star import of an RNN namespace, which TF 2.21 does not have.",
        "Every name of the namespace may be in use. The names that the file uses are findings of their own.",
        "from tensorflow.contrib.rnn import *",
        "import keras",
    ),
    Rule(
        "RNN010",
        "import",
        "error",
        "unsafe",
        "An import of a TF1 RNN name or namespace.",
        "It fails on TF 2.21 (contrib, private paths), or the first use does (tf.compat.v1.nn.rnn_cell). It "
        "goes when the last use has gone.",
        "from tensorflow.contrib.rnn import BasicLSTMCell",
        "import keras",
    ),
    Rule(
        "RNN011",
        "namespace",
        "error",
        "unsafe",
        "A namespace of TF1 RNN names, used as a value.",
        "`rnn_cell = tf.nn.rnn_cell` hides every later use from a search by text, and fails on TF 2.21. The "
        "uses through the alias are findings of their own.",
        "rnn_cell = tf.nn.rnn_cell",
        "import keras",
    ),
    Rule(
        "RNN012",
        "unknown-name",
        "error",
        "manual",
        "A name below an RNN namespace that no public list of TF 1.x has: a private helper, or one of "
        "another version.",
        "No twin can be named. Look the helper up in the TensorFlow version that the program was written "
        "for.",
        "from tensorflow.python.ops.rnn_cell_impl import _linear",
    ),
    _unread(
        13,
        "gitignore",
        "A .gitignore was not obeyed to the end: files that it names may have been read.",
        "It is no regular file, is too large, or has a pattern with so many stars that matching it could take for "
        "ever. Mend it, or leave the files out with --exclude.",
    ),
)  # fmt: skip
