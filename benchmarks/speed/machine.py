"""What a result was measured on: hardware and settings, and no name of a host."""

import os
import platform
import time

from benchmarks.speed.process import THREADS

#: For so many seconds a run rests, to see what the machine does beside it.
REST = 1.0
#: What part of a core other programs have to keep busy to be named.
NOTICED = 0.2


def describe():
    """Return {"cpu": model, "cores": n, "system": kernel and architecture, "threads": n, "others": busy cores}."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": THREADS,
        "others": others(),
    }


def look_again(found):
    """Look for other work once more, at the end of a run: what `describe` found holds the more that was seen."""
    found["others"] = max(found["others"], others())


def others(seconds=REST, path="/proc/stat"):
    """Return how many cores other programs kept busy while this one rested.

    The load average does not say that: for a minute it holds what the run itself did before it looked. Where nobody
    counts the time of the cores, it has to do.
    """
    before = _busy(path)
    time.sleep(seconds)
    after = _busy(path)
    return round(os.getloadavg()[0] if None in (before, after) else (after - before) / seconds, 1)


def _busy(path):
    """The seconds of all cores in which they did something, since the machine began; None where nobody counts."""
    try:
        with open(path, encoding="utf-8") as lines:
            ticks = [int(one) for one in lines.readline().split()[1:9]]
    except OSError:
        return None
    # The fourth and the fifth are those in which a core waited.
    return (sum(ticks) - sum(ticks[3:5])) / os.sysconf("SC_CLK_TCK")


def said(found):
    """Return what `describe` found as the tables say it; work that the machine did beside the run is named.

    Example:
        ```python
        assert said({"cpu": "A", "cores": 2, "threads": 2, "others": 0.7}) == (
            "A, 2 threads, beside other work on 0.7 of 2 cores"
        )
        ```
    """
    return f"{found['cpu']}, {found['threads']} threads{_beside(found)}"


def _beside(found):
    if found.get("others", 0) >= NOTICED:
        return f", beside other work on {found['others']:.1f} of {found['cores']} cores"
    if found.get("load", 0) >= 1:
        # Of a result that was measured before others were told from the run.
        return f", a load average of {found['load']:.1f} on {found['cores']} cores when it began, its own start counted"
    return ""


def _cpu(path="/proc/cpuinfo"):
    try:
        with open(path, encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
