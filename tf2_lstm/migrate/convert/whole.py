"""Convert the whole program: translate it, replay it, build the model, save it, load it again, prove it."""

import contextlib
import shutil
from dataclasses import replace
from functools import partial

from tf2_lstm.migrate.build import BuildError
from tf2_lstm.migrate.convert.drawn import drawing_of
from tf2_lstm.migrate.convert.keras_file import load_unzipped, save_model
from tf2_lstm.migrate.convert.manifest import weight_paths as paths_of_cell
from tf2_lstm.migrate.convert.whole_edges import program_boundary
from tf2_lstm.migrate.functional import find
from tf2_lstm.migrate.graph.careful import Inference
from tf2_lstm.migrate.graph.shapes import import_errors
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.prove.proof_in_double import whole_in_double
from tf2_lstm.migrate.prove.replay import ReplayError, eagerly, first_line
from tf2_lstm.migrate.prove.speed import Speed, speed_of
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.whole import NAME, ProgramRefused
from tf2_lstm.migrate.translate.writing.held import single_cells, weights_of
from tf2_lstm.migrate.weights import WeightError


class WholeConverter:
    """Converts the whole inference graph of one model.

    Args:
        tf1: the `TF1Model`.
        findings: the `Findings` of the model.
        request: the `Request`.
        staging: the folder to write to, None to write nothing.
        name: the name of the model and its files.
    """

    def __init__(self, tf1, findings, request, staging, name=NAME):
        self._tf1, self._findings, self._request = tf1, findings, request
        self._staging, self._name = staging, name

    def convert(self):
        """Translate, write and prove the whole program.

        Returns:
            (Whole or None, CaseReport or None, weight paths, problem): the problem is "" when it is proved; else
            nothing of it is left in the folder.
        """
        if self._name in self._request.skipped:
            return None, None, {}, self._request.skipped[self._name]
        try:
            boundary = program_boundary(self._tf1, self._findings, self._request)
            again = partial(translated, request=self._request, name=self._name, boundary=boundary)
            whole = again(self._tf1, self._findings)
            runs = run_whole(self._tf1, whole, inputs=self._request.inputs)
            in_double = partial(whole_in_double, self._tf1, self._findings, whole, runs, again)
            with eagerly():
                return self._proved(whole, runs, in_double)
        except (ProgramRefused, ReplayError, BuildError, WeightError) as error:
            self._remove()
            return None, None, {}, str(error)

    def _proved(self, whole, runs, in_double):
        model = self._built(whole)
        with _word_of_keras():
            case = prove_whole(self._tf1, whole, model, runs, in_double)
        case.drawing = drawing_of(model)
        if case.passed:
            case.speed = self._speed(whole, model)
            return whole, case, weight_paths(self._tf1, whole, model), ""
        self._remove()
        wrong = next((tensor for tensor in case.tensors if not tensor.passed), None)
        amount = (
            "nothing could be compared"
            if wrong is None
            else wrong.problem or f"off by {wrong.max_abs_diff:.3g}"
        )
        what = "" if wrong is None else f"{wrong.name}: "
        return whole, case, {}, f"over tolerance: {what}{amount}; {case.diagnosis}"

    def _built(self, whole):
        """Build the model; with a folder, write it and its source, and return the model that is loaded from there."""
        with _word_of_keras():
            model = build_whole(whole, self._tf1)
        if not self._staging:
            return model
        path = self._staging / f"{self._name}.keras"
        path.with_suffix(".py").write_text(emit_whole(whole), encoding="utf-8")
        return load_unzipped(save_model(model, path))

    def _speed(self, whole, model):
        """Time a proved program, where that is asked for; a failure here does not touch the proof."""
        if not self._request.speed:
            return None
        part = f"the speed of {self._name}"
        if part in self._request.skipped:
            return Speed(problems=(self._request.skipped[part],))
        self._request.tell(part)
        speed = speed_of(self._tf1, whole, model, self._request.inputs)
        self._request.tell(self._name)
        return speed

    def _remove(self):
        if self._staging:
            for ending in (".keras", ".py"):
                (self._staging / f"{self._name}{ending}").unlink(missing_ok=True)
            shutil.rmtree(self._staging / f"{self._name}.unzipped", ignore_errors=True)


def translated(tf1, findings, request, name=NAME, boundary=None):
    """Translate the whole inference graph of a model.

    Args:
        tf1: the `TF1Model`.
        findings: the `Findings` of the model.
        request: the `Request`.
        name: the name of its Keras model.
        boundary: its `Boundary`; None where nobody has asked for it yet.

    Returns:
        A `Whole`.

    Raises:
        ProgramRefused: it cannot be translated.
    """
    boundary = boundary or program_boundary(tf1, findings, request)
    whole = translate(tf1, findings, boundary, Inference(request.skipped))
    return replace(whole, name=name)


@contextlib.contextmanager
def _word_of_keras():
    """Turn Keras's error for a shape or an option that no row foresaw into a `BuildError`."""
    try:
        yield
    except (*import_errors(), TypeError) as error:
        raise BuildError(f"Keras cannot run it: {first_line(error)}") from error


def weight_paths(tf1, whole, model):
    """Map each variable outside of the recurrences to the weights of the Keras model that hold its numbers.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model of the program.

    Returns:
        A dict: checkpoint name -> list of Keras weight paths.
    """
    found = {}
    for name, sources in whole.layers.items():
        for source, weight in zip(sources, weights_of(find(model, name), sources), strict=True):
            if isinstance(source, str):
                found.setdefault(tf1.nodes[source][0], []).append(weight.path)
    for path, cell in single_cells(whole):
        for name, paths in paths_of_cell(cell, find(model, path).weights).items():
            found.setdefault(name, []).extend(paths)
    return found


__all__ = ["WholeConverter", "translated", "weight_paths"]
