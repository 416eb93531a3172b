"""Convert one recurrence: build its model, save it, load it again, prove it."""

import shutil
from functools import partial

import keras

from tf2_lstm.migrate.build import BuildError
from tf2_lstm.migrate.convert.drawn import drawing_of
from tf2_lstm.migrate.convert.keras_file import load_unzipped, save_model
from tf2_lstm.migrate.convert.manifest import weight_paths
from tf2_lstm.migrate.emit import emit
from tf2_lstm.migrate.functional import build_model, find
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.graph_side import run_graph
from tf2_lstm.migrate.prove.own_inputs import own_samples
from tf2_lstm.migrate.prove.proof_in_double import recurrence_in_double
from tf2_lstm.migrate.prove.recurrences import compare_model
from tf2_lstm.migrate.prove.replay import first_line, tensorflow_version
from tf2_lstm.migrate.prove.rounding import settled
from tf2_lstm.migrate.prove.samples import fed_tensors, key_of
from tf2_lstm.migrate.weights import WeightError


class Converter:
    """Converts the recurrences of one model.

    Args:
        tf1: the `TF1Model`.
        inputs: the path of the user's own `.npz`, or None.
        staging: the folder to write to, None to write nothing.
    """

    def __init__(self, tf1, inputs, staging):
        self._tf1, self._inputs, self._staging = tf1, inputs, staging

    def versions(self):
        """Return the versions of the programs that computed each side: reference -> {program: version}."""
        here = {"tensorflow": tensorflow_version(), "keras": keras.__version__}
        source = {"producer": self._tf1.producer or "unknown", "tensorflow": here["tensorflow"]}
        return {"TF1 model": source, "Keras": here}

    def convert(self, recurrence, elsewhere=""):
        """Build, write and prove the Keras model of one recurrence.

        Args:
            recurrence: the `Recurrence`.
            elsewhere: the name of a program whose proof has the gradients by all its variables; "" without one.

        Returns:
            (CaseReport or None, weight paths, problem): the problem is "" when it is converted and proved; else
            nothing of it is left in the folder.
        """
        wanted = {key_of(tensor): tensor.dtype for tensor in fed_tensors(recurrence)}
        samples = own_samples(self._tf1, wanted, self._inputs, recurrence.scope)
        try:
            # The graph is run first: its variables are freed before the model has its own.
            graph = run_graph(self._tf1, recurrence, samples, elsewhere=elsewhere)
        except WeightError as error:
            return None, {}, str(error)
        try:
            model = self._built(recurrence)
        except ArtifactError:
            raise
        except (BuildError, WeightError) as error:
            return None, {}, str(error)
        except (ValueError, TypeError) as error:
            # Keras's error for a shape or an option that no matcher foresaw: a sentence, no traceback.
            self._remove(recurrence)
            return None, {}, f"Keras cannot build it: {first_line(error)}"
        report = compare_model(self._tf1, recurrence, model, graph)
        case = settled(report, partial(recurrence_in_double, self._tf1, recurrence, samples, elsewhere))
        case.drawing = drawing_of(model)
        if not case.passed:
            self._remove(recurrence)
            return case, {}, _problem(case)
        return case, _paths(model, recurrence), ""

    def _built(self, recurrence):
        """Build the model; with a folder, write it and its source, and return the model that is loaded from there."""
        if not self._staging:
            return build_model(recurrence, self._tf1.variables)
        source, path = emit(recurrence), self._staging / f"{recurrence.name}.keras"
        folder = save_model(build_model(recurrence, self._tf1.variables), path)
        path.with_suffix(".py").write_text(source, encoding="utf-8")
        return load_unzipped(folder)

    def _remove(self, recurrence):
        if self._staging:
            for ending in (".keras", ".py"):
                (self._staging / f"{recurrence.name}{ending}").unlink(missing_ok=True)
            shutil.rmtree(self._staging / f"{recurrence.name}.unzipped", ignore_errors=True)


def _problem(case):
    wrong = [tensor for tensor in case.tensors if not tensor.passed]
    if not wrong:
        return case.diagnosis or "not proved: nothing could be compared"
    worst = max(wrong, key=lambda tensor: tensor.max_abs_diff)
    amount = worst.problem or f"off by {worst.max_abs_diff:.3g}, allowed {worst.tolerance:.3g}"
    cause = f"; {case.diagnosis}" if case.diagnosis else ""
    return f"over tolerance: {worst.name} {amount}{cause}"


def _paths(model, recurrence):
    cells, found = program_of(recurrence).cells, {}
    for cell in recurrence.cells:
        found.update(weight_paths(cell, find(model, cells[id(cell.call)]).weights))
    return found


__all__ = ["Converter"]
