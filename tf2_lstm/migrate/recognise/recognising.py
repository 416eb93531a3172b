"""The whole of recognising: a model in, findings out."""

import re

from tf2_lstm.migrate.model import Findings, Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise import static
from tf2_lstm.migrate.recognise.assumptions import parse
from tf2_lstm.migrate.recognise.blocks import block_applications
from tf2_lstm.migrate.recognise.calls import Calls
from tf2_lstm.migrate.recognise.chains import chains_of, is_rehearsal, stepped
from tf2_lstm.migrate.recognise.cudnn import cudnn, cudnn_terms
from tf2_lstm.migrate.recognise.directions import paired, scope_of
from tf2_lstm.migrate.recognise.edges import Edges
from tf2_lstm.migrate.recognise.fused import fused, fused_terms
from tf2_lstm.migrate.recognise.graphless import graphless
from tf2_lstm.migrate.recognise.gru import gru_applications, rnn_applications
from tf2_lstm.migrate.recognise.induction import written_out
from tf2_lstm.migrate.recognise.keras1 import keras_layers
from tf2_lstm.migrate.recognise.keras_cells import keras_applications
from tf2_lstm.migrate.recognise.lstm import lstm_applications
from tf2_lstm.migrate.recognise.nearest import not_converted, whole
from tf2_lstm.migrate.recognise.places import regroup
from tf2_lstm.migrate.recognise.reading import Reading
from tf2_lstm.migrate.recognise.unclaimed import unclaimed
from tf2_lstm.migrate.recognise.understood import NotUnderstood
from tf2_lstm.migrate.recognise.unrolled import is_recurrence, understand

MATCHERS = (lstm_applications, gru_applications, rnn_applications, block_applications, keras_applications)
ENDS_WITH_ROWS = (
    "raw_rnn stops after the longest row: its outputs have max(sequence_length) steps, those of the Keras model as "
    "many as the input; the steps that both have are the same"
)


def recognise(model, assume=(), assume_defaults=False):
    """Find every recurrence of a TF1 model and say what each one is.

    Args:
        model: a `TF1Model`.
        assume: what the user says of a model without a graph: "rnn/lstm_cell: forget_bias=0".
        assume_defaults: whether TF1's defaults may be assumed for what a model without a graph cannot tell.

    Returns:
        `Findings`: recurrences, what is not converted and why, and the variables that nobody claims.

    Example:
        ```python
        from tf2_lstm.migrate.model import TF1Model

        class Empty:
            node, library = (), type("Library", (), {"function": ()})

        assert recognise(TF1Model("checkpoint", "", graph=Empty)).recurrences == []
        ```
    """
    findings, assumptions = Findings(), parse(assume, assume_defaults)
    reading = None
    if model.config is not None:
        keras_layers(model, findings)
    elif model.graph is None:
        graphless(model, assumptions, findings)
    else:
        reading = Reading(model)
        _of_graph(reading, findings)
    _name(findings.recurrences)
    findings.notes += [f"{said}: not needed by any cell, and not used" for said in assumptions.unused()]
    findings.unclaimed = unclaimed(model, findings, reading)
    return findings


def _of_graph(reading, findings):
    """Add everything that a graph holds to findings."""
    ends_with_rows = {loop.name for loop in reading.loops if written_out(reading.terms, loop)}
    applications = every_application(reading.terms)
    unrolled, calls, edges = [], Calls(reading.name), Edges(reading)
    for loop in reading.loops:
        if loop.is_backward() or not is_recurrence(loop):
            continue
        try:
            one = understand(reading.terms, loop, applications)
            one.layers = regroup(one.layers, reading.place)
            one.notes += [ENDS_WITH_ROWS] if loop.name in ends_with_rows else []
            unrolled.append(one)
        except NotUnderstood as problem:
            states = [(var.leaf, var.next) for var in loop.variables]
            said = not_converted(reading.terms, loop.scope, f"{problem}", states, applications)
            findings.not_converted.append(said)
    for term in fused_terms(reading.terms):
        try:
            unrolled.append(fused(reading, term))
        except NotUnderstood as problem:
            findings.not_converted.append(whole(reading, term, f"{problem}", "lstm"))
    for forward, backward in paired(unrolled, lambda one: is_reversed(one, edges)):
        make = _alone if backward is None else _both
        findings.recurrences.append(make(forward, backward, calls, edges))
    for term in cudnn_terms(reading.terms):
        try:
            findings.recurrences.append(cudnn(edges, term))
        except NotUnderstood as problem:
            findings.not_converted.append(whole(reading, term, f"{problem}", "basic_lstm"))
    for forward, backward in static.pairs(steps_of(reading, applications, edges, unrolled)):
        made = static.alone(forward, calls) if backward is None else static.both(forward, backward, calls)
        findings.recurrences.append(made)


def every_application(terms):
    """All applications of known cells among the terms, in the order of the graph."""
    return [found for term in list(terms.every) for match in MATCHERS for found in match(terms, term)]


def steps_of(reading, applications, edges, runs):
    """The recurrences whose steps stand in the graph one by one."""
    chains = [
        chain
        for chain in chains_of(reading.terms, applications)
        if not any(is_rehearsal(reading.terms, chain, run) for run in runs)
    ]
    found = stepped(reading.terms, chains, reading.place)
    for one in found:
        one.layers = regroup(one.layers, reading.place)
    return [static.Static(edges, one) for one in found]


def _both(forward, backward, calls, edges):
    """The `Recurrence` of two loops over one sequence."""
    calls.keep_probs = {}
    cells = [calls.cell(one.layers, one.flat) for one in (forward, backward)]
    initial, final = [], []
    for one, side in ((forward, "_fw"), (backward, "_bw")):
        before, after = edges.states(one, side)
        initial, final = initial + before, final + after
    inputs = [edges.inputs(forward, forward.source)]
    if forward.lengths is not None:
        inputs.append(edges.lengths(forward.lengths))
    outputs = [edges.outputs(forward, False, "outputs_fw"), edges.outputs(backward, True, "outputs_bw")]
    return Recurrence(
        name="",
        scope=scope_of((forward, backward)),
        form=forward.form,
        call=Call("bidirectional_dynamic_rnn", cell_fw=cells[0], cell_bw=cells[1]),
        inputs=inputs + initial,
        outputs=outputs + final,
        time_major=forward.axis == 0,
        cells=calls.of(forward.layers + backward.layers),
        keep_probs=calls.keep_probs,
    )


def _alone(unrolled, _, calls, edges):
    """The `Recurrence` of one loop."""
    calls.keep_probs = {}
    cell = calls.cell(unrolled.layers, unrolled.flat)
    reverse, source = is_reversed(unrolled, edges)
    initial, final = edges.states(unrolled)
    inputs = [edges.inputs(unrolled, source)]
    if unrolled.lengths is not None:
        inputs.append(edges.lengths(unrolled.lengths))
    return Recurrence(
        name="",
        scope=unrolled.loop.scope,
        form=unrolled.loop.form,
        call=Call("dynamic_rnn", cell=cell),
        inputs=inputs + initial,
        outputs=[edges.outputs(unrolled, reverse), *final],
        time_major=unrolled.axis == 0,
        reverse=reverse,
        cells=calls.of(unrolled.layers),
        notes=list(unrolled.notes),
        keep_probs=calls.keep_probs,
    )


def is_reversed(unrolled, edges):
    """Whether a loop runs over a reversed sequence and its outputs are turned back: (whether, the sequence)."""
    source = unrolled.source
    turned = source.op == "reverse" or (source.op == "ReverseSequence" and source.args[1] is unrolled.lengths)
    if turned and source.attr == unrolled.axis and edges.kept(unrolled, True) is not None:
        return True, source.args[0]
    return False, source


def _name(recurrences):
    """Give each recurrence a name that is safe as a file name and unique."""
    used = set()
    for recurrence in recurrences:
        safe = re.sub(r"[^A-Za-z0-9_-]+", "_", recurrence.scope).strip("_-")[:80] or "rnn"
        name, number = safe, 1
        while name.lower() in used:
            number += 1
            name = f"{safe}_{number}"
        used.add(name.lower())
        recurrence.name = name
