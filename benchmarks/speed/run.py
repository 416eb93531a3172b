"""One run: start the contenders, measure the tables and the curves, write the result."""

import importlib.util
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import machine
from benchmarks.speed.contenders import CONTENDERS, able
from benchmarks.speed.measure import measure, peak_memory
from benchmarks.speed.process import Process
from benchmarks.speed.tables import markdown
from benchmarks.speed.tasks import CURVES, SHAPES, Task, curves, tables

#: Who is in the curves and in the memory table.
IN_CURVES = ("tf1", "legacy", "keras_function", "ours_function", "torch")
IN_MEMORY = ("tf1", "legacy", "keras_function", "keras_cells", "keras_jit", "ours_function", "torch")


def present(names, tf1_python=None):
    """Return those of the contenders that can take part, and why the others cannot."""
    there, absent = [], {}
    for name in names:
        missing = [
            one for one in (CONTENDERS[name].needs or "").split() if importlib.util.find_spec(one) is None
        ]
        if name == "tf1" and tf1_python is None:
            absent[name] = "no --tf1-python was given"
        elif missing:
            absent[name] = f"{missing[0]} is not installed"
        else:
            there.append(name)
    return there, absent


def run(names, rounds, quick, only=None, tf1_python=None, say=print):
    """Measure and return the result, a dict that JSON can hold.

    Args:
        names: of the contenders.
        rounds: turns a contender and task.
        quick: the short run: fewer shapes, two points a curve, no memory.
        only: texts; a part is measured if its key contains one of them. Keys are those of the tasks,
            "curves" and "memory".
        tf1_python: the Python of a TensorFlow 1.15.5 environment.
        say: prints how far it is.
    """
    started = time.monotonic()
    wanted = lambda key: not only or any(text in key for text in only)  # noqa: E731
    names, absent = present(names, tf1_python)
    for name, reason in absent.items():
        say(f"without {CONTENDERS[name].label}: {reason}")
    make = lambda name: Process(name, tf1_python if name == "tf1" else sys.executable)  # noqa: E731
    result = {
        "schema": 1,
        "kind": "quick" if quick else "full",
        "rounds": rounds,
        "absent": absent,
        "machine": machine.describe(),
    }
    with ExitStack() as stack:
        processes = {name: stack.enter_context(make(name)) for name in names}
        result["versions"] = _versions(processes)
        result["tasks"] = _tables(processes, rounds, quick, wanted, say)
        result["curves"] = _curves(processes, rounds, quick, say) if wanted("curves") else {}
    result["memory"] = {}
    if wanted("memory") and not quick:
        big = Task("training", "lstm", *SHAPES["big"], name="big")
        for name in [name for name in IN_MEMORY if name in names]:
            result["memory"][name] = peak_memory(name, make, big)
            say(f"memory {name}: {result['memory'][name]:.0f} MB")
    machine.look_again(result["machine"])
    result["seconds"] = round(time.monotonic() - started, 1)
    return result


def _versions(processes):
    with ThreadPoolExecutor(len(processes)) as pool:
        found = pool.map(lambda process: process.do("versions")[0]["versions"], processes.values())
        return dict(zip(processes, found, strict=True))


def _tables(processes, rounds, quick, wanted, say):
    found = {}
    for task in tables(quick):
        if wanted(task.key) and any(able(name, task) for name in processes):
            found[task.key] = measure(task, processes, rounds)
            say(
                f"{task.key}: "
                + ", ".join(f"{name} {one['median']:.3g}" for name, one in found[task.key].items())
            )
    return found


def _curves(processes, rounds, quick, say):
    some = {name: process for name, process in processes.items() if name in IN_CURVES}
    found = {kind: {curve: {} for curve in CURVES} for kind in ("inference", "training")}
    done = {}
    for (curve, value), tasks in curves(quick).items():
        for task in tasks:
            # The curves cross in one point.
            if task.key not in done:
                done[task.key] = measure(task, some, rounds)
                say(f"curve {curve} {value}, {task.kind}")
            found[task.kind][curve][str(value)] = done[task.key]
    return found


def write(result, folder, name, say=print):
    """Write NAME.json and NAME.md, and the pictures of a run with curves."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(markdown(result), encoding="utf-8")
    written = [f"{name}.json", f"{name}.md"]
    if result["curves"] and importlib.util.find_spec("matplotlib"):
        from benchmarks.speed.plots import draw

        written += [path.name for path in draw(result, folder)]
    say(f"written: {', '.join(written)} in {folder}")
