"""Recurrences of a checkpoint without a graph: options that names and shapes do not tell are assumed or asked for."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from tf2_lstm.migrate.model import CellVariables, NotConverted, Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.pairs.tree import leaf_names, output_size
from tf2_lstm.migrate.recognise.refusals import GRAPH
from tf2_lstm.migrate.recognise.without_graph.assumptions import DEFAULTS, DIRECTIONS
from tf2_lstm.migrate.recognise.without_graph.by_form import named_by_form
from tf2_lstm.migrate.recognise.without_graph.directions_by_name import around, backwards
from tf2_lstm.migrate.recognise.without_graph.lacking import absent_layers, said_of
from tf2_lstm.migrate.recognise.without_graph.names_alone import CELL, named_cells
from tf2_lstm.migrate.roles import Form, Tensor

NOTES = (
    "without a graph nobody can tell wrappers (residual, dropout) or sequence_length: none are assumed",
    "without a graph there is nothing to replay: the proof is against the equations of the cell that was assumed",
)
FORWARD = (
    "without a graph nobody can tell the direction, nor what feeds it: it is assumed to go from the first step to the "
    "last, by itself"
)
KERAS = (
    "by its names it is a recurrent layer of tf.keras, whose options are in no checkpoint. Next step: save the model "
    "with model.save('model.h5') and convert that, or save the graph with it"
)


def graphless(model, assumptions, findings):
    """Add to findings the recurrences that the names and shapes of a model show.

    Args:
        model: a `TF1Model` without a graph.
        assumptions: the `Assumptions`.
        findings: the `Findings` that are added to.

    Returns:
        The scopes of all cells, known ones or not.
    """
    runs = _runs(named_cells(model.variables))
    for way in _ways(runs, assumptions):
        cells = [cell for side in way.sides for cell in runs[side]]
        missing = _missing(cells, assumptions) + way.asked
        absent = " ".join(filter(None, (absent_layers(runs[side], model.variables) for side in way.sides)))
        if absent:
            findings.not_converted.append(_incomplete(way.scope, cells, absent))
        elif missing or not all(cell.pair for cell in cells):
            findings.not_converted.append(_asked(way.scope, cells, missing))
        else:
            findings.recurrences.append(_recurrence(way, [runs[side] for side in way.sides], assumptions))
    known = {name for one in findings.not_converted for name in one.variables}
    known |= {name for one in findings.recurrences for cell in one.cells for name in cell.names.values()}
    others = {name: variable for name, variable in model.variables.items() if name not in known}
    findings.not_converted += _keras_layers(others)
    known |= {name for one in findings.not_converted for name in one.variables}
    findings.not_converted += named_by_form(
        {name: variable for name, variable in others.items() if name not in known}
    )
    return [cell.scope for run in runs.values() for cell in run]


def _keras_layers(names):
    """Report the layers of tf.keras among variables: only the model's configuration tells what they are."""
    found = []
    for name in names:
        scope, _, leaf = name.rpartition("/")
        if leaf == "recurrent_kernel" and not CELL.match(name):
            own = [f"{scope}/{one}".lstrip("/") for one in ("kernel", "recurrent_kernel", "bias")]
            found.append(NotConverted(scope, KERAS, tuple(one for one in own if one in names)))
    return found


def _runs(cells):
    """Group the cells by the scope around them, the layers of a stack in order; a cell without a stack is alone."""
    runs = OrderedDict()
    for cell in cells:
        base = cell.base if cell.layer is not None or cell.base not in runs else cell.scope
        runs.setdefault(base, []).append(cell)
    for found in runs.values():
        found.sort(key=lambda cell: cell.layer or 0)
    return OrderedDict(sorted(runs.items(), key=lambda item: _by_number(item[0])))


def _by_number(scope):
    """Return a sort key that puts cell_10 after cell_2."""
    return [(part.isdigit(), int(part) if part.isdigit() else part) for part in re.split(r"(\d+)", scope)]


@dataclass(frozen=True)
class Way:
    """One run, or the two directions of one, as names and assumptions tell it.

    Attributes:
        scope: the scope around the run.
        sides: the scopes of its runs, forward before backward.
        reverse: whether the run goes from the last step to the first.
        asked: the assumptions that are missing, as `_missing` lists them.
        assumed: a sentence for each assumption.
    """

    scope: str
    sides: tuple
    reverse: bool = False
    asked: list = field(default_factory=list)
    assumed: list = field(default_factory=list)


def _ways(runs, assumptions):
    """List the runs as `Way`s, both directions of one together, in order."""
    labels = {_label(base, run): base for base, run in runs.items()}
    found = backwards(labels, lambda one, other: _depth(runs[labels[one]]) == _depth(runs[labels[other]]))
    ways = {base: Way(base, (base,)) for base in runs}
    for label, one in found.items():
        base, other = labels[label], labels.get(one.forward, "")
        said, sentence = assumptions.direction(label, "bidirectional" if other else "backward")
        together = Way(around(one.forward, label), (other, base))
        if one.sure:
            ways[other] = together
        elif said == "bidirectional" and other in ways:
            ways[other] = replace(together, assumed=[f"{sentence}, with {one.forward}"])
        elif said in ("forward", "backward"):
            ways[base] = Way(base, (base,), said == "backward", assumed=[sentence])
            continue
        elif other in ways:
            ways[other] = replace(together, asked=[(label, {"direction": "bidirectional"})])
        else:
            ways[base] = Way(base, (base,), asked=[(label, {"direction": "backward"})])
            continue
        del ways[base]
    return list(ways.values())


def _label(base, run):
    """Return the scope that shows a direction: a cell outside of a stack may have it in its own name."""
    return base if run[0].layer is not None else run[0].scope


def _depth(run):
    return run[0].depth


def _missing(cells, assumptions):
    """List the missing assumptions, (scope, option -> usual value); without options for a cell without a row."""
    found = []
    for cell in cells:
        missing = assumptions.of(cell.scope, cell.needed, _possible(cell))[2]
        if missing or not cell.pair:
            found.append((cell.scope, {option: DEFAULTS[option] for option in missing}))
    return found


def _possible(cell):
    clips = ("cell_clip", "proj_clip") if "num_proj" in cell.options else ("cell_clip",)
    return clips if "forget_bias" in cell.needed else ()


def _incomplete(scope, cells, reason):
    return NotConverted(scope, reason, _names(cells), (), (), cells[0].pair, "layers are missing")


def _names(cells):
    return tuple(name for cell in cells for name in cell.names.values())


def _asked(scope, cells, missing):
    unknown = [cell for cell in cells if not cell.pair]
    names = _names(cells)
    if unknown:
        first = unknown[0].scope
        reason = f"{first}: the variables are those of no known cell. Next step: {GRAPH}"
        if absent := said_of(first, unknown[0].names.values()):
            reason = f"{first}: {absent}"
        return NotConverted(scope, reason, names, (), (), "basic_lstm", "more variables than the cell has")
    asked = " ".join(
        f"--assume '{where}: {', '.join(f'{one}={value}' for one, value in options.items())}'"
        for where, options in missing
    )
    reason = (
        f"a checkpoint without a graph does not tell {_options(missing)}: give {asked} with what the program had, "
        "written here are the usual values, or --assume-defaults for TF1's defaults"
    )
    if any("direction" in options for _, options in missing):
        reason += f". The direction is one of {', '.join(DIRECTIONS)}; by default it is what the names say"
    shapes = tuple((None, cell.options["num_units"]) for cell in cells)
    return NotConverted(
        scope, reason, names, (), shapes, cells[0].pair, "nothing that names and shapes can show"
    )


def _options(missing):
    return " and ".join(dict.fromkeys(option for _, options in missing for option in options))


def _recurrence(way, sides, assumptions):
    cells, assumed, made = [], list(way.assumed), []
    for side in sides:
        calls = []
        for cell in side:
            said, sentences, _ = assumptions.of(cell.scope, cell.needed, _possible(cell))
            options = {**cell.options, **said}
            more = {"use_peepholes", "cell_clip", "num_proj", "proj_clip"} & set(options)
            pair = "lstm" if more and cell.pair == "basic_lstm" else cell.pair
            calls.append(Call(pair, **options))
            cells.append(CellVariables(calls[-1], cell.scope, cell.names))
            assumed += sentences
        stacked = side[0].layer is not None
        made.append(Call("multi_rnn", cells=tuple(calls)) if stacked else calls[0])
    call = Call("dynamic_rnn", cell=made[0])
    if len(made) == 2:
        call = Call("bidirectional_dynamic_rnn", cell_fw=made[0], cell_bw=made[1])
    first, dtype = sides[0][0], sides[0][0].dtype
    states = states_of(call, dtype)
    ends = zip(("_fw", "_bw") if len(made) == 2 else ("",), made, strict=True)
    outputs = [Tensor(f"outputs{side}", "", dtype, (None, None, output_size(one))) for side, one in ends]
    inputs = [Tensor("inputs", "", dtype, (None, None, first.depth))]
    initial = [Tensor(f"initial_{one.name}", "", dtype, one.shape, True, own=True) for one in states]
    return Recurrence(
        name="",
        scope=way.scope,
        form=Form.NAMES,
        call=call,
        reverse=way.reverse,
        inputs=inputs + initial,
        outputs=outputs + states,
        cells=cells,
        assumed=assumed,
        notes=[*NOTES, *([FORWARD] if len(sides) == 1 and not way.assumed else [])],
    )


def states_of(call, dtype):
    """Describe the final states of a call as `Tensor`s without a TF1 name, in TF1's order."""
    return [Tensor(name, "", dtype, (None, width)) for name, width in leaf_names(call, "state")]
