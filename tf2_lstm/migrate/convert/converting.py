"""The whole way of a conversion: look, build, prove, write."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.convert import in_whole
from tf2_lstm.migrate.convert.folder import REPORTS, check_output, safe_names, staged
from tf2_lstm.migrate.convert.manifest import manifest_of
from tf2_lstm.migrate.convert.not_trained import not_trained
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.convert.written import write_manifest
from tf2_lstm.migrate.equivalence.compare import Report
from tf2_lstm.migrate.graph.careful import Inference
from tf2_lstm.migrate.model import ArtifactError, NotConverted
from tf2_lstm.migrate.prove.computed import add_computed
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.refusals import GRAPH
from tf2_lstm.migrate.report import rendered


@dataclass(frozen=True)
class Request:
    """A request to convert, as the command line has it.

    Attributes:
        path: a checkpoint, graph or SavedModel; see `artifacts.read`.
        weights: the checkpoint, where it is not beside the graph.
        ema: serve the exponential moving averages.
        assume: assumptions about a model without a graph, "rnn/lstm_cell: forget_bias=0".
        assume_defaults: assume TF1's defaults for it.
        inputs: a `.npz` of the user's own data, its keys TF1 tensor names; None for seeded numbers.
        program: whether the whole inference graph is converted too, where there is one.
        fetch: names of the tensors that are outputs of the whole program; () to find them.
        feed: names of tensors at which it begins, beside the placeholders.
        skipped: name of a recurrence that is not to be tried, or `careful.STAGE` -> why.
        tell: called with `careful.STAGE` as shapes are inferred, with "" when that has ended.
        speed: whether the whole program is timed, before and after, once it is proved.
    """

    path: str
    weights: str | None = None
    ema: bool = False
    assume: tuple = ()
    assume_defaults: bool = False
    inputs: str | None = None
    program: bool = False
    fetch: tuple = ()
    feed: tuple = ()
    skipped: dict = field(default_factory=dict)
    tell: object = lambda name: None
    speed: bool = False


@dataclass
class Conversion:
    """The result of a request.

    Attributes:
        tf1: the `TF1Model`.
        findings: the `Findings`; recurrences that failed are among `not_converted`.
        report: the `Report`, with a case for each recurrence.
        models: names of the recurrences that were converted and proved.
        manifest: the manifest as plain data.
        program: the result of the whole program: "" when it was proved, else why not; None when it was not asked for,
            or the artefact has no graph.
        failed: the `NotConverted` ones whose cells are known, and whose models were not proved.
        lacking: a sentence for each part that the whole programs lack; see `Boundary`.
    """

    tf1: object
    findings: object
    report: object
    models: list = field(default_factory=list)
    manifest: dict = field(default_factory=dict)
    program: str | None = None
    failed: list = field(default_factory=list)
    lacking: list = field(default_factory=list)

    @property
    def complete(self):
        """Whether all was converted and proved: the whole program, or every recurrence and its model lacks nothing.

        A recurrence of a known cell whose own model is not proved is no success, even where the program's is.
        """
        if self.program is not None:
            return not self.program and not self.failed and not self.lacking
        return bool(self.models) and not self.findings.not_converted and not self.findings.not_in_the_model


def look(request):
    """Read a TF1 model and find its recurrences; nothing is built or run.

    Args:
        request: the `Request`.

    Returns:
        (TF1Model, Findings), the recurrences with names that are safe as file names.

    Raises:
        ArtifactError: the input cannot be used.
    """
    tf1 = artifacts.read(request.path, request.weights, request.ema)
    infer = Inference(request.skipped, request.tell)
    findings = recognise(tf1, tuple(request.assume), request.assume_defaults, infer)
    findings.notes += infer.notes
    names = [recurrence.name or recurrence.scope for recurrence in findings.recurrences]
    # Recurrences cannot have the names of the whole programs.
    taken = list(programs_of(tf1, request.fetch)) if request.program else []
    names = safe_names([*taken, *names])[len(taken) :]
    for recurrence, name in zip(findings.recurrences, names, strict=True):
        recurrence.name = name
    add_computed(tf1, findings.recurrences)
    return tf1, findings


def convert(request, out, overwrite=False, advance=lambda name: None):
    """Convert every recurrence of a TF1 model to a Keras model, prove each, and write a folder.

    Args:
        request: the `Request`.
        out: the folder to write: NAME.keras, NAME.py, report.html, report.json, report.md, manifest.json.
        overwrite: whether a folder that was written before is replaced.
        advance: called with each recurrence's name as it begins.

    Returns:
        A `Conversion`; recurrences that are not in its `models` are in its `findings.not_converted`.

    Raises:
        ArtifactError: the input cannot be used; nothing is written.
        FolderError: the output cannot be written; nothing is left of it.

    Example:
        ```python
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            conversion = convert(Request("tests/zoo/files/lstm_peepholes/model.ckpt"), f"{folder}/out")
            assert conversion.complete and conversion.models == ["rnn"]
        ```
    """
    sources = [request.path, *filter(None, [request.weights, request.inputs])]
    check_output(Path(out), overwrite, sources)
    tf1, findings = look(request)
    _check(request, tf1, findings)
    with staged(out, overwrite, sources) as staging:
        conversion = _convert_all(request, tf1, findings, staging, advance)
        for name, form in REPORTS.items():
            _write(staging / name, rendered(shown(conversion.report, form), form))
        write_manifest(staging, conversion.manifest)
    return conversion


def prove(request, advance=lambda name: None):
    """Prove every recurrence of a TF1 model against its Keras model, and write nothing.

    Args:
        request: the `Request`.
        advance: called with each recurrence's name as it begins.

    Returns:
        A `Conversion`.

    Raises:
        ArtifactError: the input cannot be used.
    """
    tf1, findings = look(request)
    _check(request, tf1, findings)
    return _convert_all(request, tf1, findings, None, advance)


#: The names in a checkpoint without a graph in which nothing is a cell.
NAMELESS = "it has no graph, and no variable has a name that TF1 or Keras gives those of a cell"


def _has_whole(request, tf1):
    return request.program and tf1.graph is not None


def _check(request, tf1, findings):
    if tf1.graph is None and (request.fetch or request.feed):
        raise ArtifactError(
            f"{request.path}: expected a graph, in which --fetch and --feed name tensors, found weights alone: {GRAPH}."
        )
    if not findings.recurrences and not findings.not_converted and not _has_whole(request, tf1):
        alone = tf1.graph is None and tf1.config is None
        seen = NAMELESS if alone else "no loop and no step carries a state through weights"
        more = f". Where the program has a cell of its own, {GRAPH}" if alone else ""
        raise ArtifactError(
            f"{request.path}: no recurrence in it: {seen}. Expected a model with an RNN; tf2-lstm inspect says what "
            f"its variables are{more}."
        )


def _convert_all(request, tf1, findings, staging, advance):
    """Build, prove and write the whole programs, then one recurrence after the other; return the `Conversion`."""
    from tf2_lstm.migrate.convert.one import Converter
    from tf2_lstm.migrate.prove.replay import eagerly

    converter = Converter(tf1, request.inputs, staging)
    whole, proofs, problem = [], [], None
    if _has_whole(request, tf1):
        whole, proofs, problem = _convert_wholes(request, tf1, findings, staging, advance)
    proved = [case for _, case, _ in whole]
    converted, cases, failed = [], [], []
    for recurrence in findings.recurrences:
        if recurrence.name in request.skipped:
            failed.append(_failed(recurrence, request.skipped[recurrence.name]))
            continue
        advance(recurrence.name)
        elsewhere = in_whole.differentiated_in(recurrence, proved)
        with eagerly():
            case, paths, unproved = converter.convert(recurrence, elsewhere)
        cases += [case] if case else []
        if unproved:
            failed.append(_failed(recurrence, unproved))
        else:
            converted.append((recurrence, case, paths))
    cases += proofs
    held = {name for one, _, paths in whole for name in in_whole.variables_of(one, paths)}
    lacking = [
        f"{one.name} is written without {said}" for one, _, _ in whole for said in one.boundary.lacking
    ]
    findings = replace(findings, not_converted=[*findings.not_converted, *failed])
    findings = in_whole.claimed(findings, held)
    subject = f"{os.path.basename(os.path.normpath(tf1.path))}, {tf1.kind.replace('_', ' ')}"
    notes = [*_notes(tf1, findings, cases, problem, held, _has_whole(request, tf1)), *lacking]
    notes += _untimed(request, problem)
    report = Report(cases, notes, converter.versions(), subject)
    manifest = manifest_of(tf1, findings, converted, converter.versions()["Keras"], whole)
    names = [one.name for one, _, _ in [*converted, *whole]]
    return Conversion(tf1, findings, report, names, manifest, problem, failed, lacking)


def _convert_wholes(request, tf1, findings, staging, advance):
    """Translate, prove and write the whole programs: ([(Whole, CaseReport, weight paths)], [CaseReport], problem)."""
    from tf2_lstm.migrate.convert.whole import WholeConverter

    programs = programs_of(tf1, request.fetch)
    converted, cases, problems = [], [], []
    for name, one in programs.items():
        advance(name)
        whole, case, paths, problem = WholeConverter(one, findings, request, staging, name).convert()
        cases += [case] if case else []
        if problem:
            problems.append(problem if len(programs) == 1 else f"{name}: {problem}")
        else:
            converted.append((whole, case, paths))
    return converted, cases, "; ".join(problems)


def shown(report, form):
    """Return a report for people: only the worst sample of each tensor; for JSON the whole report."""
    if form == "json":
        return report
    return replace(report, cases=[replace(case, tensors=_worst(case.tensors)) for case in report.cases])


def _worst(tensors):
    worst = {}
    for tensor in tensors:
        known = worst.get(tensor.name)
        rank = (not tensor.passed, tensor.max_abs_diff)
        if known is None or rank > (not known.passed, known.max_abs_diff):
            worst[tensor.name] = tensor
    return [_of_all(tensor) for tensor in worst.values()]


def _of_all(tensor):
    """Return a tensor's report for all samples together; the sample's name moves to the place of the difference."""
    reference, _, sample = tensor.reference.partition(", ")
    where = f"{tensor.where} of {sample}" if tensor.where else ""
    return replace(tensor, reference=reference, where=where)


def _failed(recurrence, problem):
    variables = tuple(name for cell in recurrence.cells for name in cell.variables)
    return NotConverted(recurrence.scope or recurrence.name, problem, variables, nearest=recurrence.call.pair)


def _notes(tf1, findings, cases, problem, held, asked):
    onednn = os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0"
    notes = [] if onednn else ["oneDNN is on: its fusions change results. Set TF_ENABLE_ONEDNN_OPTS=0."]
    notes += [*tf1.notes, *findings.notes, *(note for case in cases for note in case.notes)]
    notes += [f"the whole program is not converted: {problem}"] if problem else []
    notes += [note for one in findings.recurrences if (note := not_trained(tf1, one))]
    return notes + in_whole.notes_of(findings, held, asked)


def _untimed(request, problem):
    """Return the note that nothing was timed, where timing is asked for and no program is proved."""
    if not request.speed or problem == "":
        return []
    why = "there is no graph to run" if problem is None else "it is not converted and proved"
    return [f"the speed of the whole program was not measured: {why}"]


def _write(path, text):
    path.write_text(text + "\n", encoding="utf-8")


__all__ = ["ArtifactError", "Conversion", "Request", "convert", "look", "prove"]
