"""How fast is what this package gives, beside TF1, stock Keras, torch and onnxruntime?

`make bench`, or `python -m benchmarks.speed --help`. Every contender has a process of its own, gets
and gives NumPy arrays over a pipe, and is held against a float64 reference before it is timed:
outputs, and gradients with respect to every weight and the input. Then they take turns, round after
round, so that what disturbs the machine disturbs all.

    tasks.py        what is computed: kinds, shapes, curves
    reference.py    the same in float64 NumPy, with gradients
    contenders/     who computes it, a file a library
    worker.py       the process of a contender      wire.py  what goes over its pipes
    measure.py      rounds                          checking.py  nothing wrong is timed
    goals.py        goal, measured, verdict         tables.py, plots.py  the result for people

`worker.py`, `wire.py`, `tasks.py` and `contenders/legacy.py` also run on Python 3.7 with the real TF 1.15.
"""
