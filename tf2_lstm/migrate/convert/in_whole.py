"""The parts of a graph that the model of the whole program has, and no recurrence's model."""

from dataclasses import replace

from tf2_lstm.migrate.recognise.refusals import IN_WHOLE
from tf2_lstm.migrate.translate.whole import NAME

#: The beginning of the next step in a reason.
_STEP = ". Next step: "


def variables_of(whole, paths):
    """Return the set of the checkpoint names of a whole program's variables.

    Args:
        whole: the `Whole`.
        paths: those outside of its recurrences: checkpoint name -> weight paths.
    """
    inside = {name for one in whole.recurrences.values() for cell in one.cells for name in cell.variables}
    return {*paths, *inside}


def differentiated_in(recurrence, proved):
    """Return the name of a proved program with the gradients by all variables of a recurrence; "" without one.

    Args:
        recurrence: the `Recurrence`.
        proved: the `CaseReport`s of the programs.
    """
    wanted = {f"gradient of {name}" for cell in recurrence.cells for name in cell.variables}
    for case in proved:
        # What float64 has settled has a mark behind its name.
        if wanted and wanted <= {tensor.name.partition(", ")[0] for tensor in case.tensors}:
            return case.name
    return ""


def claimed(findings, held):
    """Return findings without the unclaimed variables that the whole program has.

    Args:
        findings: the `Findings`.
        held: names of its variables, of `variables_of`.
    """
    return replace(findings, unclaimed=[one for one in findings.unclaimed if one.name not in held])


def notes_of(findings, held, asked=False):
    """List the notes on parts that a recurrence's own model lacks, and on whether the whole program's model has them.

    Args:
        findings: the `Findings`.
        held: names of the variables of the whole program, empty without one.
        asked: whether the whole program was asked for; then no note tells to ask for it.

    Returns:
        A list of notes. A note on a part that the whole program has needs no next step.
    """
    inside = bool(held) and all(_has(one, held) for one in findings.recurrences)
    lost = [
        f"not in the recurrence's own model, but in {NAME}: {_scope(one)}: {_without_step(one.reason)}"
        if inside
        else f"not in the model: {_scope(one)}: {one.reason}"
        for one in findings.not_in_the_model
    ]
    return lost + [
        f"no model by itself, {NAME} computes it: {_scope(one)}: {_without_step(one.reason)}"
        if held.issuperset(one.variables) and one.variables
        else f"not converted: {_scope(one)}: {one.reason.replace(_STEP + IN_WHOLE, '') if asked else one.reason}"
        for one in findings.not_converted
    ]


def _has(recurrence, held):
    return all(name in held for cell in recurrence.cells for name in cell.variables)


def _scope(one):
    return one.scope or "(no scope)"


def _without_step(reason):
    return reason.partition(_STEP)[0]


__all__ = ["claimed", "differentiated_in", "notes_of", "variables_of"]
