"""What a result was measured on: hardware and settings, and no name of a host."""

import os
import platform

from benchmarks.speed.process import THREADS


def describe():
    """Return {"cpu": model, "cores": n, "system": kernel and architecture, "threads": n, "load": of other work}."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": THREADS,
        "load": round(os.getloadavg()[0], 1),
    }


def said(found):
    """Return what `describe` found as the tables say it; work that the machine did beside the run is named.

    Example:
        ```python
        assert said({"cpu": "A", "cores": 2, "threads": 2, "load": 6.0}) == (
            "A, 2 threads, beside other work: a load of 6.0 on 2 cores"
        )
        ```
    """
    load = found.get("load", 0)
    beside = f", beside other work: a load of {load:.1f} on {found['cores']} cores" if load >= 1 else ""
    return f"{found['cpu']}, {found['threads']} threads{beside}"


def _cpu(path="/proc/cpuinfo"):
    try:
        with open(path, encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
