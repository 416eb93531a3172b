"""A whole plan over a batch of sequences: the two programs that `unroll.py` chooses from.

`training` runs recurrence after recurrence, each with its gradient written by hand. `inference` is
one loop through all of them, step by step, which keeps nothing; TensorFlow's own gradient works
through it, at TensorFlow's own speed.
"""

from dataclasses import dataclass

from tf2_lstm.backends.tensorflow import schedule as schedules
from tf2_lstm.backends.tensorflow.plan import Residual, Stack, recurrences
from tf2_lstm.backends.tensorflow.recurrence import EQUATIONS, loop, recurrence


@dataclass(frozen=True)
class Request:
    """What a layer wants: the plan and the options of its RNN that outputs depend on.

    ```python
    from tf2_lstm import GRUCell
    from tf2_lstm.backends.tensorflow.plan import plan_of
    from tf2_lstm.backends.tensorflow.program import Request

    print(Request(plan_of(GRUCell(4)), sequences=True, states=True, zero=True))
    ```
    """

    plan: object
    sequences: bool
    states: bool
    zero: bool


def run(request, trains, x, states, mask, tensors, fixed):
    """Run a plan.

    Args:
        request: the Request.
        trains: whether a gradient will be asked for.
        x: [B, T, D].
        states: the first states, a flat list of [B, W].
        mask: bool [B, T], or None.
        tensors: the weights of all recurrences, in the plan's order.
        fixed: whether shapes are fixed, under XLA.

    Returns:
        The outputs, [B, T, P] or [B, P] without request.sequences; and the last states as a flat list.
    """
    schedule = _schedule(x, mask, fixed)
    compute = _training if trains else _inference
    y, last = compute(request, schedule, schedule.pack(x), schedule.sort(states), tensors)
    outputs = schedule.unpack(y, hold=not request.zero) if request.sequences else schedule.final(y)
    return outputs, schedule.unsort(last)


def _schedule(x, mask, fixed):
    if mask is None:
        return schedules.whole(x)
    return schedules.masked(x, mask) if fixed else schedules.packed(mask)


def _training(request, schedule, x, states, tensors):
    states, tensors, last = iter(states), iter(tensors), []

    def through(plan, x):
        if isinstance(plan, Stack):
            for part in plan.parts:
                x = through(part, x)
            return x
        if isinstance(plan, Residual):
            return x + through(plan.part, x)
        mine = [next(states) for _ in range(plan.states)]
        y, new = recurrence(plan, schedule, x, mine, [next(tensors) for _ in plan.weights])
        last.extend(new)
        return y

    return through(request.plan, x), last


def _inference(request, schedule, x, first, tensors):
    weights, tensors = [], iter(tensors)
    for cell in recurrences(request.plan):
        mine = [next(tensors) for _ in cell.weights]
        weights.append(EQUATIONS[cell.kind].named(cell, mine))
    steps = schedule.split(x)
    width = _width(request.plan, weights)
    kept = first if request.states else []
    arrays = [schedule.array(w, x.dtype) for w in (width, *(state.shape[-1] for state in kept))]

    def body(time, states, arrays):
        old = schedule.trim(states, time)
        y, new = _step(request.plan, weights, steps.read(time), old)
        new = schedule.choose(time, new, old)
        values = [y, *(new if request.states else [])]
        return time + 1, new, [a.write(time, v) for a, v in zip(arrays, values, strict=True)]

    *_, arrays = loop(schedule, body, first, arrays)
    y, *history = [schedule.join(array) for array in arrays]
    return y, schedule.last(history, first) if request.states else first


def _step(plan, weights, x, states):
    """One step through a plan: the output and the new states, flat."""
    weights, states, new = iter(weights), iter(states), []

    def through(plan, x):
        if isinstance(plan, Stack):
            for part in plan.parts:
                x = through(part, x)
            return x
        if isinstance(plan, Residual):
            return x + through(plan.part, x)
        mine, equations = next(weights), EQUATIONS[plan.kind]
        old = [next(states) for _ in range(plan.states)]
        found, _ = equations.step(plan, mine, equations.project(plan, mine, x), old)
        new.extend(found)
        return found[0]

    return through(plan, x), new


def _width(plan, weights):
    """The width of a plan's output: that of its last recurrence."""
    cell = recurrences(plan)[-1]
    projection = weights[-1].get("projection_kernel")
    return cell.units if projection is None else projection.shape[-1]
