"""What a result was measured on: hardware and settings, and no name of a host."""

import os
import platform

from benchmarks.speed.process import THREADS


def describe():
    """Return {"cpu": model, "cores": n, "system": kernel and architecture, "threads": n}."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": THREADS,
    }


def _cpu(path="/proc/cpuinfo"):
    try:
        with open(path, encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
