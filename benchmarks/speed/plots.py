"""How cost grows with batch, time, units and layers: one small picture a kind of work."""

from pathlib import Path

from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.tasks import CURVE_BASE, CURVES


def draw(result, folder):
    """Write `inference.png` and `training.png`; return their paths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    paths = []
    for kind in ("inference", "training"):
        figure, axes = pyplot.subplots(1, len(CURVES), figsize=(11, 2.8), sharey=True)
        for axis, curve in zip(axes, CURVES, strict=True):
            _curve(axis, result, kind, curve)
        axes[0].set_ylabel(f"{kind}, ms (median)")
        axes[-1].legend(fontsize=6)
        figure.suptitle(
            ", ".join(f"{name} {value}" for name, value in CURVE_BASE.items()) + ", LSTM", fontsize=8
        )
        figure.tight_layout()
        paths.append(Path(folder) / f"{kind}.png")
        figure.savefig(paths[-1], dpi=80)
        pyplot.close(figure)
    return paths


def _curve(axis, result, kind, curve):
    points = {int(value): figures for value, figures in result["curves"][kind][curve].items()}
    names = [name for name in CONTENDERS if all(name in figures for figures in points.values())]
    for name in names:
        medians = [points[value][name]["median"] for value in sorted(points)]
        axis.loglog(sorted(points), medians, marker=".", label=CONTENDERS[name].label)
    axis.set_xlabel(curve)
    axis.set_xticks(sorted(points), [str(value) for value in sorted(points)])
    axis.minorticks_off()
    axis.grid(True, alpha=0.3)
