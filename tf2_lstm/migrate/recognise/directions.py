"""Two loops over one sequence, one of them from its end, are one bidirectional recurrence."""

from tf2_lstm.migrate.recognise.calls import common_prefix


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
            for at, (other, turned, same) in enumerate(known)
            if at not in used and turned is not backward and same is sequence and alike(one, other)
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
    """The scope of both: what their scopes share."""
    return pair[0].scope if pair[1] is None else common_prefix([pair[0].scope, pair[1].scope])
