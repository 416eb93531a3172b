"""A result as Markdown: ratios first, milliseconds beside them."""

from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.goals import TF1, evaluate
from benchmarks.speed.machine import said
from benchmarks.speed.tasks import SHAPES

_TITLES = {
    "inference": "Inference, a whole sequence",
    "training": "A training step: forward, gradients to weights and input, SGD",
    "streaming": "Streaming: one step a call, the state carried by the caller",
    "variable": "Inference, rows of different lengths, 56 % of the steps valid",
    "variable_training": "Training, rows of different lengths, 56 % of the steps valid",
}


def markdown(result):
    """Return the whole result as a Markdown text."""
    parts = [_head(result)]
    for kind, title in _TITLES.items():
        for cell in ("lstm", "gru"):
            keys = [key for key in result["tasks"] if key.startswith(f"{kind}/{cell}/")]
            if keys:
                parts.append(f"## {title}, {cell.upper()}\n\n{task_table(result, keys)}")
    if result.get("memory"):
        parts.append(f"## Peak memory of training at big\n\n{memory_table(result)}")
    parts.append(f"## Goals\n\n{goals_table(result)}")
    return "\n\n".join(parts) + "\n"


def _head(result):
    machine, versions = result["machine"], result["versions"]
    lines = [f"- {said(machine)}; {machine['cores']} cores, {machine['system']}"]
    used = {tuple(sorted(found.items())) for found in versions.values()}
    lines += sorted("- " + ", ".join(f"{name} {version}" for name, version in found) for found in used)
    shapes = "; ".join(f"{name} {tuple(shape)}" for name, shape in SHAPES.items())
    return (
        "# Speed\n\nA cell is how many times as fast as the TF1 session a contender is (median over median), with "
        "median / minimum milliseconds beside it.\n"
        f"{result['kind']} run, {result['rounds']} rounds. Shapes (batch, time, depth, units): {shapes}.\n\n"
        + "\n".join(lines)
    )


def task_table(result, keys):
    """The contenders of some tasks, one row each, one column a task."""
    names = [name for name in CONTENDERS if any(name in result["tasks"][key] for key in keys)]
    rows = [[CONTENDERS[name].label, *(_cell(result["tasks"][key], name) for key in keys)] for name in names]
    return grid(["contender", *(key.rpartition("/")[2] for key in keys)], rows)


def _cell(figures, name):
    if name not in figures:
        return "-"
    found = figures[name]
    base = base_of(figures)
    times = f"**{number(figures[base]['median'] / found['median'])}x** " if base else ""
    few = f" ({found['rounds']} rounds)" if found["rounds"] < 7 else ""
    return f"{times}{number(found['median'])} / {number(found['min'])}{few}"


def base_of(figures):
    """The session that ratios refer to: TF 1.15 if it took part, else the one on TF 2.21."""
    return next((name for name in TF1 if name in figures), None)


def number(value):
    """Two or three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def memory_table(result):
    """Peak resident memory, MB."""
    rows = [[CONTENDERS[name].label, f"{mb:.0f}"] for name, mb in result["memory"].items()]
    return grid(["contender", "MB"], rows)


def goals_table(result):
    """Goal, measured, verdict."""
    rows = []
    for what, must, stretch, measured, by, verdict in evaluate(result):
        found = "-" if measured is None else number(measured)
        rows.append([what, number(must), "-" if stretch is None else number(stretch), found, by, verdict])
    return grid(["goal, times as fast", "must", "stretch", "measured", "by", "verdict"], rows)


def grid(titles, rows):
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
