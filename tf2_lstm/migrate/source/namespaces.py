"""Find the TF1 RNN name that a full dotted name is, if it is one."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tf2_lstm.migrate.source.catalogue import FAMILIES

# The longest prefix wins; a name below one of these is an RNN name, known or not.
NAMESPACES = {
    "nn.rnn_cell": "rnn",
    "contrib.rnn": "rnn",
    "python.ops.rnn": "rnn",
    "python.ops.rnn_cell": "rnn",
    "python.ops.rnn_cell_impl": "rnn",
    "python.keras.layers.legacy_rnn": "rnn",
    "models.rnn": "rnn",
    "models.rnn.rnn": "rnn",
    "models.rnn.linear": "rnn",
    "models.rnn.seq2seq": "legacy_seq2seq",
    "nn.seq2seq": "legacy_seq2seq",
    "python.ops.seq2seq": "legacy_seq2seq",
    "contrib.legacy_seq2seq": "legacy_seq2seq",
    "contrib.seq2seq": "seq2seq",
    "contrib.cudnn_rnn": "cudnn",
    "contrib.grid_rnn": "grid",
    "contrib.recurrent": "recurrent",
    "contrib.crf": "crf",
    "lite.experimental.nn": "lite",
    "addons.rnn": "addons_rnn",
    "addons.seq2seq": "addons_seq2seq",
}

# Here only the names of the catalogue count: the rest of these modules is not about RNNs.
MIXED = {
    "nn": "rnn",
    "python.ops.nn": "rnn",
    "python.ops.nn_ops": "rnn",
    "python.ops.ctc_ops": "rnn",
    "contrib.ctc": "rnn",
    "contrib.model_pruning": "pruning",
    "contrib.model_pruning.python.layers.rnn_cells": "pruning",
    "keras.layers": "keras",
    "keras.experimental": "keras",
    "python.keras.layers": "keras",
    "contrib.keras.layers": "keras",
    "contrib.estimator": "estimators",
    "contrib.learn": "estimators",
    "estimator.experimental": "estimators",
    "raw_ops": "raw_ops",
}

_NN_ONLY = re.compile(
    r"(static_|bidirectional_|dynamic_|raw_|state_saving_|static_state_saving_)*rnn$|RNNCell\w+Wrapper$|ctc_\w+$"
)
_ROOT = re.compile(
    r"(?:tensorflow|tensorflow_core)(?:\._api\.v[12])?((?:\.compat\.v[12])*)(?:\.|$)"
    r"|(tensorflow_addons)(?:\.|$)"
)
_STANDALONE = re.compile(r"keras(?:\.src|\.api)?\.(?=layers|experimental)")
_MODULES = frozenset(
    (
        "python", "ops", "layers", "tools", "kernel_tests", "rnn_cell", "rnn_cell_impl",
        "core_rnn_cell", "core_rnn_cell_impl", "lstm_ops", "gru_ops", "fused_rnn_cell",
        "attention_wrapper", "basic_decoder", "beam_search_decoder", "beam_search_ops", "decoder",
        "decoder_fn", "helper", "loss", "seq2seq", "cudnn_rnn", "cudnn_rnn_ops", "grid_rnn_cell",
        "functional_rnn", "recurrent", "dynamic_attention_wrapper", "checkpoint_convert", "linear_ops", "crf",
    )
)  # fmt: skip
_DEEPEST = 16
TF_ROOTS = frozenset(("tensorflow", "tensorflow_core", "tensorflow_addons", "keras", "tf_keras"))


@dataclass(frozen=True)
class Use:
    """The meaning of a dotted name.

    Attributes:
        what: "name" (of the catalogue or the pairs table), "namespace", or "unknown" (below a
            namespace of RNNs, but not a known name of it).
        name: the full dotted name, cut after the RNN name.
        family: a key of the catalogue's `FAMILIES`.
        leaf: the name without its namespace, "" for a namespace.
    """

    what: str
    name: str
    family: str
    leaf: str = ""


def _leaves():
    from tf2_lstm.migrate.pairs import PAIRS

    leaves = {family: {entry.name for entry in entries} for family, entries in FAMILIES.items()}
    for symbol in (symbol for pair in PAIRS.values() if pair.kind != "program" for symbol in pair.tf1):
        if not symbol.endswith(".__call__"):
            family, leaf = family_of(symbol)
            leaves.setdefault(family, set()).add(leaf)
    return leaves


def family_of(symbol):
    """Return (family, name) of a symbol of the tables: "tf.nn.dynamic_rnn" -> ("rnn", "dynamic_rnn")."""
    path = symbol.removeprefix("tf.")
    for namespace in sorted((*NAMESPACES, *MIXED), key=len, reverse=True):
        if path.startswith(namespace + "."):
            return {**NAMESPACES, **MIXED}[namespace], path.split(".")[namespace.count(".") + 1]
    return "rnn", path.rsplit(".", 1)[-1]


def strip_root(dotted):
    """Return the part below TensorFlow's root ("nn.dynamic_rnn"), or None when the name is not TensorFlow's.

    `compat.v1`, `_api.v1` and `tensorflow_core` are the root too; TensorFlow Addons is "addons.", the
    stand-alone Keras is "keras.".
    """
    match = _ROOT.match(dotted)
    if match:
        return ("addons." if match.group(2) else "") + dotted[match.end() :]
    return dotted if _STANDALONE.match(dotted) else None


@lru_cache(maxsize=65536)
def look_up(dotted):
    """Find the TF1 RNN name that a full dotted name is.

    Args:
        dotted: a full name, e.g. "tensorflow.contrib.rnn.BasicLSTMCell".

    Returns:
        A `Use`, or None when it is no RNN name.
    """
    path = strip_root(dotted)
    if not path or ".compat.v2.keras" in dotted or "tensorflow.compat.v2.keras" in dotted:
        return None
    parts = path.split(".", _DEEPEST)[:_DEEPEST]  # No module of TensorFlow lies deeper.
    head = dotted[: len(dotted) - len(path)] if not path.startswith("addons.") else "tensorflow_addons."
    shift = 1 if path.startswith("addons.") else 0
    for length in range(len(parts), 0, -1):
        namespace = ".".join(parts[:length])
        if namespace in NAMESPACES:
            return _below(namespace, parts[length:], head, shift)
        if namespace in MIXED and len(parts) > length:
            leaf = parts[length]
            if namespace.startswith("python.keras.layers") and leaf.islower() and len(parts) > length + 1:
                leaf = parts[length + 1]
                length += 1
            return _mixed(namespace, leaf, head + ".".join(parts[shift : length + 1]))
    return None


def _below(namespace, rest, head, shift):
    family = NAMESPACES[namespace]
    known = LEAVES.get(family, ())
    path = namespace.split(".")[shift:]
    previous = path[-1]
    for part in rest:
        path.append(part)
        below_modules = previous in ("ops", "python", "layers") and part.islower()
        is_module = below_modules or (part in _MODULES and part not in known)
        if not is_module:
            what = "name" if part in known else "unknown"
            return Use(what, head + ".".join(path), family, part)
        previous = part
    return Use("namespace", head + ".".join(path), family)


def _mixed(namespace, leaf, name):
    family = MIXED[namespace]
    if leaf not in LEAVES[family] or (family == "rnn" and not _NN_ONLY.match(leaf)):
        return None
    if name.startswith("keras.") and leaf not in ("CuDNNLSTM", "CuDNNGRU", "PeepholeLSTMCell"):
        return Use("name", name, "keras3", leaf)
    return Use("name", name, family, leaf)


LEAVES = _leaves()
