"""Speed in a report, before and after: a line, a table, plain data."""

from dataclasses import asdict

SPEED_HEADS = ("fed", "what is called", "ms, median", "least to most", "times as fast", "least to most")


def speed_rows(case):
    """Return the rows of the table of a `CaseReport`, as texts under `SPEED_HEADS`; none where nothing was timed."""
    return [_row(one) for one in (case.speed.timings if case.speed else ())]


def _row(one):
    median, least, most = map(_number, one.milliseconds)
    times, lowest, highest = map(_number, one.times)
    is_base = one.times == (1.0, 1.0, 1.0)
    return (
        one.sample,
        one.way,
        median,
        f"{least} to {most}",
        *(("1", "") if is_base else (times, f"{lowest} to {highest}")),
    )


def speed_remarks(case):
    """Return sentences on what is compared, what was not timed, and why."""
    speed = case.speed
    if speed is None:
        return []
    onednn = (
        "with oneDNN as TensorFlow has it by default" if speed.onednn else "without oneDNN, as in the proof"
    )
    compared = (
        f"Speed: arrays in, arrays out, all in turn, {speed.turns} turns, on {speed.cores} cores. The graph was run "
        f"by a session of {speed.session}, not of the TensorFlow that wrote it; both sides {onednn}"
    )
    return [*([compared] if speed.timings else []), *_not_timed(speed)]


def speed_line(case):
    """Return one line on a `CaseReport`'s speed, "" where nobody asked."""
    speed = case.speed
    if speed is None:
        return ""
    samples = dict.fromkeys(one.sample for one in speed.timings)
    found = [f"fed {sample}: {_at(sample, speed.timings)}" for sample in samples]
    head = f"times as fast as the TF1 graph in a session of {speed.session}"
    said = [f"{head}, {'; '.join(found)}"] if found else []
    return f"{case.name}: {'. '.join([*said, *_not_timed(speed)])}"


def _at(sample, timings):
    """Return the part of the line about a sample: "2.1 (1.9 to 2.2), accelerated 3.0 (2.9 to 3.2)"."""
    _, *ways = [one for one in timings if one.sample == sample]
    return ", ".join(f"{'accelerated ' if 'accelerated' in one.way else ''}{_times(one)}" for one in ways)


def _times(one):
    median, least, most = map(_number, one.times)
    return f"{median} ({least} to {most})"


def _not_timed(speed):
    return [f"not timed: {one}" for one in speed.problems]


def speed_entry(speed):
    """Return a `Speed` as plain data."""
    found = asdict(speed)
    keys = ("median", "least", "most")
    for one in found["timings"]:
        for name in ("milliseconds", "times"):
            one[name] = dict(zip(keys, one[name], strict=True))
    return found


def _number(value):
    """Return a number with at most three significant digits, without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
