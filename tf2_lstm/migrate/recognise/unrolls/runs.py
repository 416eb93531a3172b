"""Make `Recurrence`s of loops and fused operations over a sequence; two directions over one sequence are one."""

from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.recognise.steps.call_trees import common_prefix
from tf2_lstm.migrate.roles import Ends


def both(forward, backward, calls, edges):
    """Make the `Recurrence` of two loops over one sequence."""
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
    """Make the `Recurrence` of one loop."""
    calls.keep_probs = {}
    cell = calls.cell(unrolled.layers, unrolled.kept)
    reverse, source = is_reversed(unrolled, edges)
    if not reverse and not edges.reading.place(source) and edges.terms.find("swap", (source,)) is not None:
        # The program reversed a tensor that it had transposed (tf.keras with go_backwards): none has the other layout.
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
    """Return (whether a loop runs over a reversed sequence, the sequence before that).

    Its outputs are turned back, or nothing reads them: a graph that was frozen has nothing of them then.
    """
    source = unrolled.source
    whole = source.op == "reverse" and unrolled.lengths is None
    is_reversed = whole or (source.op == "ReverseSequence" and source.args[1] is unrolled.lengths)
    if not is_reversed or source.attr != unrolled.axis:
        return False, source
    back = edges.unread(unrolled) or edges.kept(unrolled, True) is not None
    return (True, source.args[0]) if back else (False, source)


def paired(unrolled, reversal):
    """Pair forward and backward runs over the same sequence.

    Args:
        unrolled: the runs, each with `source`, `axis`, `lengths` and `scope`.
        reversal: a function from a run to (whether it runs from the end, the sequence).

    Returns:
        A list of (forward, backward), (run, None) for a run without a partner; in the order of the first of each.
    """
    known = [(one, *reversal(one)) for one in unrolled]
    pairs, used = [], set()
    for number, (one, backward, sequence) in enumerate(known):
        if number in used:
            continue
        partners = [
            (other, at)
            for at, (other, is_reversed, same) in enumerate(known)
            if at not in used and is_reversed is not backward and same is sequence and alike(one, other)
        ]
        if not partners:
            pairs.append((one, None))
            continue
        partner, at = max(partners, key=lambda found: len(common_prefix([one.scope, found[0].scope])))
        used |= {number, at}
        pairs.append((partner, one) if backward else (one, partner))
    return pairs


def alike(one, other):
    """Whether two runs go over a sequence in the same layout, for as long, in the same way: as dynamic_rnn does."""
    same = one.axis == other.axis and one.lengths is other.lengths and one.form == other.form
    return same and all(run.dense is None and not run.termination.with_longest for run in (one, other))


def scope_of(pair):
    """Return the scope of one run, or the common scope of two."""
    return pair[0].scope if pair[1] is None else common_prefix([pair[0].scope, pair[1].scope])
