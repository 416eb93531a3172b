"""The goals: a ratio of two figures of one result, what it must be, and whether it is.

A ratio is "times as fast as": the other's median over ours. "ours" is the best of the ways of
calling tf2_lstm: `model(x)`, tf.function, and `tf2_lstm.streaming`; `measured` says which.
"""

from dataclasses import dataclass

OURS = ("ours", "ours_function", "ours_streaming")
#: What differs by less is a tie on a machine that does other things too.
TIE = 0.85
#: The real TF 1.15.5 if it took part, else the session on TF 2.21.
TF1 = ("tf1", "legacy")


@dataclass(frozen=True)
class Goal:
    """One line of the goals' table.

    Attributes:
        what: for people.
        task: key of the task.
        against: contenders, of which the first that took part counts.
        must, stretch: the ratio, None where there is none.
        ours: contenders, of which the fastest counts.
        base_task: key of the other's task, if it is another.
    """

    what: str
    task: str
    against: tuple
    must: float
    stretch: float | None = None
    ours: tuple = OURS
    base_task: str = ""


def _each(what, kind, against, musts, stretches, cell="lstm"):
    return [
        Goal(f"{what}, {shape}", f"{kind}/{cell}/{shape}", against, must, stretches.get(shape))
        for shape, must in musts.items()
    ]


GOALS = [
    *_each(
        "inference against TF1 dynamic_rnn",
        "inference",
        TF1,
        {"seed": 1.0, "small": 2.5, "mid": 1.5, "big": 1.5, "long": 1.5},
        {"small": 2.5, "mid": 1.8, "big": 1.8, "long": 1.8},
    ),
    *_each(
        "inference against torch",
        "inference",
        ("torch",),
        {"mid": 0.7, "big": 0.7, "long": 0.7},
        {"mid": 0.9, "big": 0.9, "long": 0.9},
    ),
    *_each(
        "training against TF1",
        "training",
        TF1,
        {"small": 6.0, "mid": 1.8, "big": 2.5, "long": 1.8},
        {"small": 8.0, "mid": 2.5, "big": 3.3, "long": 2.3},
    ),
    *_each(
        "training against Keras stacked cells in tf.function",
        "training",
        ("keras_cells",),
        {"small": 4.0, "mid": 0.95, "big": 2.0, "long": 1.3},
        {"mid": 1.25},
    ),
    *_each(
        "training against torch",
        "training",
        ("torch",),
        {"mid": 0.55, "big": 0.85, "long": 0.85},
        {"mid": 0.75, "big": 1.0, "long": 1.0},
    ),
    Goal("streaming step, batch 1, against session.run", "streaming/lstm/small", TF1, 5.0, 15.0),
    *[
        Goal(
            f"{kind.replace('variable', 'variable length').replace('_', ', ')}, 56 % of the steps, against "
            f"our full length, {shape}",
            f"{kind}/lstm/{shape}",
            OURS,
            1.15,
            1.5,
            base_task=f"{base}/lstm/{shape}",
        )
        for kind, base in (("variable", "inference"), ("variable_training", "training"))
        for shape in ("mid", "long")
    ],
    *_each("GRU inference against TF1", "inference", TF1, {"mid": 1.3}, {"mid": 1.6}, "gru"),
    *_each("GRU training against TF1", "training", TF1, {"mid": 1.5}, {"mid": 2.0}, "gru"),
]
#: Peak memory of training at big, ours over stock Keras in tf.function: at most.
MEMORY = ("peak memory of training at big, over stock Keras tf.function (at most)", 1.15, 1.0)


def ratio(result, goal):
    """Return (ratio, our contender, the other), or None when one of the two was not measured."""
    ours = _fastest(result["tasks"].get(goal.task, {}), goal.ours)
    others = result["tasks"].get(goal.base_task or goal.task, {})
    same = goal.against is OURS
    other = _fastest(others, OURS) if same else next((name for name in goal.against if name in others), None)
    if ours is None or other is None:
        return None
    return others[other]["median"] / result["tasks"][goal.task][ours]["median"], ours, other


def _fastest(figures, names):
    there = [name for name in names if name in figures]
    return min(there, key=lambda name: figures[name]["median"]) if there else None


def evaluate(result):
    """Return the rows of the goals' table: (what, must, stretch, measured, by whom, verdict)."""
    rows = []
    for goal in GOALS:
        found = ratio(result, goal)
        if found is None:
            rows.append((goal.what, goal.must, goal.stretch, None, "", "not measured"))
        else:
            measured, ours, other = found
            verdict = _verdict(measured, goal.must, goal.stretch)
            rows.append((goal.what, goal.must, goal.stretch, measured, f"{ours} / {other}", verdict))
    return [*rows, _memory(result)]


def _verdict(measured, must, stretch):
    if stretch is not None and measured >= stretch:
        return "stretch"
    if measured >= must:
        return "met"
    return "tie" if measured >= TIE * must else "missed"


def _memory(result):
    what, must, stretch = MEMORY
    memory = result.get("memory", {})
    if not {"ours_function", "keras_function"} <= memory.keys():
        return (what, must, stretch, None, "", "not measured")
    measured = memory["ours_function"] / memory["keras_function"]
    verdict = "stretch" if measured <= stretch else "met" if measured <= must else "missed"
    return (what, must, stretch, measured, "ours_function / keras_function", verdict)
