"""Run a case as TF1 session code: under real TensorFlow 1.15 (the recorder) or live under TensorFlow 2."""

import importlib
from collections import OrderedDict

import numpy as np

from legacy_tf1 import session as ceremony
from legacy_tf1.compat import IS_TF1, tf
from tf2_lstm.migrate.equivalence.inputs import case_weights
from tf2_lstm.migrate.equivalence.legacy_case import LegacyCase, plain
from tf2_lstm.migrate.equivalence.result import LIVE, RECORD, RunResult
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.tree import name_leaves
from tf2_lstm.migrate.weights import join_partitions


class LegacyProgram:
    """A whole TF1 program of `legacy_tf1/programs/`, built in a graph of its own.

    Attributes:
        graph: the `tf.Graph`.
        dtype: always "float32", the dtype of the programs.
    """

    dtype = "float32"

    def __init__(self, case):
        """Build the program's graph."""
        self._program = importlib.import_module(PAIRS[case.call.pair].legacy)
        with ceremony.graph() as self.graph:
            self._built = self._program.build()

    def run_levels(self, session, steps=10, gradients=True):
        """Run all levels of the program, whichever are asked for: name -> array."""
        return name_leaves(plain(self._program.run(session, self._built)), "")


def build(case, seed=0, dtype="float32", **levels):
    """Build the graph of a case, for `levels` of `LegacyCase.run_levels`, or of a program."""
    if PAIRS[case.call.pair].kind == "program":
        return LegacyProgram(case)
    return LegacyCase(case, seed, dtype, **levels)


def run_and_save(case, seed, prefix, dtype="float32", **options):
    """Draw a case's weights, write them with `tf.train.Saver` to `prefix`, and run the case.

    Args:
        case: the `Case`.
        seed: the seed of the inputs and the weights.
        prefix: the checkpoint's prefix.
        dtype: "float32" or "float64".
        **options: `steps` and `gradients`, see `LegacyCase.run_levels`.

    Returns:
        The `RunResult`, RECORD under TF 1.15 and LIVE under TF 2.
    """
    built = build(case, seed, dtype, **options)
    with ceremony.session(built.graph, rewrite=False) as session:
        shapes = {name: value.shape for name, value in read_variables(session).items()}
        assign(session, case_weights(case, shapes, seed), dtype)
        tf.train.Saver(tf.trainable_variables()).save(
            session, prefix, write_meta_graph=False, write_state=False
        )
        return _run(built, session, options)


def run_live(case, seed, prefix, dtype="float32", **options):
    """Restore a checkpoint into the graph of a case and run it in a live session.

    Args:
        case: the `Case`.
        seed: the seed of the inputs.
        prefix: the checkpoint's prefix; `tf.train.Saver` restores it by variable name. In another dtype than the
            checkpoint's the values are read and assigned.
        dtype: "float32" or "float64".
        **options: `steps` and `gradients`, see `LegacyCase.run_levels`.

    Returns:
        The `RunResult`, RECORD under TF 1.15 and LIVE under TF 2.
    """
    built = build(case, seed, dtype, **options)
    reader = tf.train.load_checkpoint(prefix)
    dtypes = reader.get_variable_to_dtype_map()
    with ceremony.session(built.graph, rewrite=False) as session:
        if set(dtypes.values()) == {tf.as_dtype(built.dtype)}:
            tf.train.Saver(tf.trainable_variables()).restore(session, prefix)
        else:
            assign(session, {name: reader.get_tensor(name) for name in dtypes}, built.dtype)
        return _run(built, session, options)


def _run(built, session, options):
    weights = read_variables(session)
    tensors = built.run_levels(session, **options)
    if "losses" in tensors:
        tensors.update(("trained " + name, value) for name, value in read_variables(session).items())
    versions = {"tensorflow": tf.__version__, "numpy": np.__version__}
    return RunResult(RECORD if IS_TF1 else LIVE, tensors, weights, versions)


def _variables(session):
    found = session.graph.get_collection("trainable_variables")
    return OrderedDict((variable.name.split(":")[0], variable) for variable in found)


def read_variables(session):
    """Return variable name -> value, sorted by name, partitioned variables joined."""
    found = _variables(session)
    values = OrderedDict(zip(found, session.run(list(found.values()))))
    return OrderedDict(sorted(join_partitions(values).items()))


def assign(session, weights, dtype):
    """Load arrays, named as a Saver names them, into a session's variables; partitions take their rows in order."""
    taken = {}
    for name, variable in _variables(session).items():
        whole, _, part = name.partition("/part_")
        value = weights[whole]
        if part:
            first = taken.get(whole, 0)
            taken[whole] = first + variable.shape.as_list()[0]
            value = value[first : taken[whole]]
        variable.load(value.astype(dtype), session)
