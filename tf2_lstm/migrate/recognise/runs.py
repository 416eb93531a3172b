"""Loops and fused operations over a sequence become `Recurrence`s."""

from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.directions import scope_of
from tf2_lstm.migrate.roles import Ends


def both(forward, backward, calls, edges):
    """The `Recurrence` of two loops over one sequence."""
    calls.keep_probs = {}
    cells = [calls.cell(one.layers, one.kept) for one in (forward, backward)]
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
        cells=calls.of(*cells),
        notes=list(dict.fromkeys(forward.notes + backward.notes)),
        keep_probs=calls.keep_probs,
    )


def alone(unrolled, calls, edges):
    """The `Recurrence` of one loop."""
    calls.keep_probs = {}
    cell = calls.cell(unrolled.layers, unrolled.kept)
    reverse, source = is_reversed(unrolled, edges)
    if not reverse and not edges.reading.place(source) and edges.terms.find("swap", (source,)) is not None:
        # The program reversed what it had transposed (tf.keras with go_backwards): no tensor has the other layout.
        unrolled.source = source = edges.terms.find("swap", (source,))
        unrolled.axis = 1 - unrolled.axis
    initial, final = edges.states(unrolled)
    inputs = [edges.inputs(unrolled, source)]
    if unrolled.lengths is not None:
        inputs.append(edges.lengths(unrolled.lengths))
    termination, dense = unrolled.termination, [unrolled.dense.variables()] if unrolled.dense else []
    return Recurrence(
        name="",
        scope=unrolled.loop.scope,
        form=unrolled.loop.form,
        call=Call("dynamic_rnn", cell=cell),
        inputs=inputs + initial,
        outputs=[edges.outputs(unrolled, reverse), *final],
        time_major=unrolled.axis == 0,
        reverse=reverse,
        cells=calls.of(cell) + dense,
        notes=list(unrolled.notes),
        keep_probs=calls.keep_probs,
        ends=Ends.WITH_LONGEST if termination.with_longest else Ends.WITH_INPUT,
        past_end=termination.past_end,
        most_steps=termination.most,
        output_layer=dense[0].call if dense else None,
    )


def is_reversed(unrolled, edges):
    """Whether a loop runs over a reversed sequence and its outputs are turned back: (whether, the sequence)."""
    source = unrolled.source
    whole = source.op == "reverse" and unrolled.lengths is None
    turned = whole or (source.op == "ReverseSequence" and source.args[1] is unrolled.lengths)
    if turned and source.attr == unrolled.axis and edges.kept(unrolled, True) is not None:
        return True, source.args[0]
    return False, source
