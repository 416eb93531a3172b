"""Why does Keras differ? Try the known mistakes of a migration and name the one that gives the same numbers."""

from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.equivalence.reference import Reference
from tf2_lstm.migrate.pairs.tree import scoped_cells

#: Mistake -> the sentence for the user. They are tried in this order.
MISTAKES = OrderedDict(
    [
        (
            "gates_in_tf1_order",
            "the gates were left in TF1's order (i, j, f, o; GRU r, u), Keras reads i, f, c, o (z, r, h)",
        ),
        (
            "gates_in_tf1_order_and_bias",
            "the gates were left in TF1's order i, j, f, o, with forget_bias on what Keras reads as the candidate",
        ),
        (
            "forget_bias_missing",
            "forget_bias is missing: TF1 adds it at every step, Keras needs it inside the bias",
        ),
        ("forget_bias_doubled", "forget_bias was added twice"),
        (
            "kernel_split",
            "the kernel's rows were split at the wrong place: the input rows come first, then the recurrent rows",
        ),
        ("c_and_h_swapped", "c and h are swapped: TF1's tuple is (c, h), Keras has [h, c]"),
        (
            "fed_c_and_h_swapped",
            "c and h of the initial state are swapped: TF1's tuple is (c, h), Keras takes [h, c]",
        ),
        (
            "returned_c_and_h_swapped",
            "c and h of the returned state are swapped: TF1's tuple is (c, h), Keras returns [h, c]",
        ),
        (
            "reset_after",
            "the reset gate acts after the matmul (reset_after=True); TF1's GRUCell needs reset_after=False",
        ),
        (
            "output_peephole_on_old_c",
            "the output gate's peephole looks at the old c; TF1 shows it the new, clipped c",
        ),
        (
            "clip_after",
            "the clip comes too late or too early: TF1 clips c before the output gate, and m after the projection",
        ),
        (
            "padding_repeated",
            "padded steps repeat the last output; TF1 gives zeros (zero_output_for_mask=True)",
        ),
        ("sequence_length_ignored", "sequence_length is ignored: padded steps are computed"),
        ("layers_swapped", "the weights of two layers are swapped"),
        (
            "backward_reversed_whole",
            "the backward direction is not reversed by length: it starts on the padding",
        ),
        (
            "backward_over_padding",
            "the backward direction is not reversed by length: it runs over the padding",
        ),
        ("backward_not_reversed", "the backward direction is not reversed at all"),
        ("residual_missing", "the residual connection is missing"),
    ]
)

#: Two runs that differ by no more than this are the same run; a mistake moves numbers by far more.
_SAME = 1e-4


def diagnose(case, reference, candidate, seed=0, fed=None):
    """Name the likely cause of a difference.

    Args:
        case: the `Case`.
        reference: the `RunResult` of a TF1 reference; its `weights` are the TF1 variables.
        candidate: the `RunResult` that differs.
        seed: the seed of the inputs.
        fed: inputs that replace the seeded ones: "inputs", "initial_state..." -> array, batch-major.

    Returns:
        One sentence. It says so when no known mistake gives these numbers.
    """
    if case.noise:
        return "no diagnosis: the case draws noise, which the known mistakes are not tried with"
    if _widths_swapped(reference.tensors, candidate.tensors):
        return f"likely cause: {MISTAKES['c_and_h_swapped']} [c_and_h_swapped]"
    # A mistake that makes no difference in a case cannot explain one.
    plain = _same(Reference(case, reference.weights, seed, fed=fed).run(), candidate.tensors)
    for mistake, sentence in MISTAKES.items() if not plain else ():
        for variables in _variants(case, reference.weights, mistake):
            run = Reference(case, variables, seed, mistake, fed).run()
            if _same(run, candidate.tensors) and not _same(run, reference.tensors):
                return f"likely cause: {sentence} [{mistake}]"
    return "no known mistake gives these numbers" + _only_later(reference, candidate)


def _variants(case, variables, mistake):
    """Yield the weights to try: as they are, or with the variables of two cells of equal shapes exchanged."""
    if mistake != "layers_swapped":
        yield variables
        return
    scopes = list(scoped_cells(case.call))
    own = {
        scope: {n[len(scope) :]: v for n, v in variables.items() if n.startswith(scope + "/")}
        for scope in scopes
    }
    for first in scopes:
        for second in scopes[scopes.index(first) + 1 :]:
            if {n: v.shape for n, v in own[first].items()} == {n: v.shape for n, v in own[second].items()}:
                swapped = dict(variables)
                swapped.update((first + name, value) for name, value in own[second].items())
                swapped.update((second + name, value) for name, value in own[first].items())
                yield swapped


def _same(run, tensors):
    return all(
        name in tensors
        and tensors[name].shape == value.shape
        and np.allclose(tensors[name], value, rtol=0, atol=_SAME)
        for name, value in run.items()
    )


def _widths_swapped(expected, received):
    """Whether every c of another width than its h has the other's numbers, and all else is equal."""
    pairs = [(name, name[:-1] + "h") for name in expected if name.endswith(".c")]
    wider = [(c, h) for c, h in pairs if h in expected and expected[c].shape != expected[h].shape]
    run = {name: value for name, value in expected.items() if name.startswith(("outputs", "state"))}
    for c, h in wider:
        run.update({c: expected[h], h: expected[c]})
    return bool(wider) and _same(run, received)


def _only_later(reference, candidate):
    """Say which tensor differs first: "" if it is an output, else a gradient or a result of training."""
    for name, value in reference.tensors.items():
        other = candidate.tensors.get(name)
        if other is None or other.shape != value.shape or not np.allclose(other, value, rtol=0, atol=_SAME):
            return f"; the first tensor that differs is {name}"
    return ""
