"""Run a whole plan over a batch of sequences: the two programs that `unroll.py` chooses from.

`_by_layers` runs recurrence after recurrence, each with its gradient written by hand, over chunks of
time: while one layer is at a chunk, the layer below is at the next. `_in_one_loop` goes through all of
them step by step and keeps nothing; TensorFlow's own gradient works through it, at TensorFlow's own
speed. Training is by layers, and so is every program that XLA compiles loop by loop.
"""

from dataclasses import dataclass
from functools import partial

from tf2_lstm.backends.tensorflow import layout as layouts
from tf2_lstm.backends.tensorflow.one_recurrence import outputs_of, recurrence
from tf2_lstm.backends.tensorflow.step_loops import EQUATIONS, loop
from tf2_lstm.backends.tensorflow.time_chunks import in_chunks, sorted_rows
from tf2_lstm.cell_plan import Residual, Stack, recurrences

#: Ways to run: with any sizes; with fixed sizes, inside a program of XLA; with loops that XLA compiles.
FREE, FIXED, COMPILED = "free", "fixed", "compiled"
#: Sequences of this many steps are long: worth being compiled, and being cut into this many chunks; in training if a
#: state has this many numbers (rows x units), as chunks cost time to be traced and joined.
LONG, CHUNKS, MANY = 16, 5, 4096


@dataclass(frozen=True)
class Request:
    """The request of a layer: the plan and the options of its RNN that outputs depend on.

    ```python
    from tf2_lstm import GRUCell
    from tf2_lstm.backends.tensorflow.run_plan import Request
    from tf2_lstm.cell_plan import plan_of

    print(Request(plan_of(GRUCell(4)), sequences=True, states=True, zero=True))
    ```
    """

    plan: object
    sequences: bool
    states: bool
    zero: bool


def run(request, needs_gradient, x, states, mask, tensors, way):
    """Run a plan.

    Args:
        request: the Request.
        needs_gradient: whether a gradient will be asked for.
        x: [B, T, D].
        states: the first states, a flat list of [B, W].
        mask: bool [B, T], or None.
        tensors: the weights of all recurrences, in the plan's order.
        way: FREE, FIXED or COMPILED.

    Returns:
        The outputs, [B, T, P] or [B, P] without request.sequences; and the last states as a flat list.
    """
    layout = _layout(x, mask, way)
    compute = _by_layers if needs_gradient or way == COMPILED else _in_one_loop
    y, last = compute(request, layout, way, needs_gradient, layout.pack(x), layout.sort(states), tensors)
    outputs = layout.unpack(y, hold=not request.zero) if request.sequences else layout.final(y)
    return outputs, layout.unsort(last)


def _layout(x, mask, way):
    if mask is None:
        return layouts.whole(x)
    if way == FREE:
        return layouts.packed(mask)
    return layouts.masked(x, mask) if way == FIXED else sorted_rows(x, mask)


def _by_layers(request, layout, way, needs_gradient, x, states, tensors):
    one = partial(recurrence, compiles=way == COMPILED) if needs_gradient else outputs_of
    run = partial(_layers, request, one, tensors)
    count = CHUNKS if way != FIXED and _pays_in_chunks(request, layout, needs_gradient) else 1
    return in_chunks(layout, count, run, x, states)


def _pays_in_chunks(request, layout, needs_gradient):
    """Whether there is a layer above to run meanwhile, or a row to leave out, and enough work in either."""
    if not layout.has_known_sizes:
        return False
    cells = recurrences(request.plan)
    numbers = layout.batch * max(cell.units for cell in cells)
    overlaps = len(cells) > 1 or layout.valid is not None
    return overlaps and layout.steps >= LONG and (not needs_gradient or numbers >= MANY)


def _layers(request, one, tensors, layout, x, states):
    """Run recurrence after recurrence over one chunk."""
    states, tensors, last = iter(states), iter(tensors), []

    def through(plan, x):
        if isinstance(plan, Stack):
            for part in plan.parts:
                x = through(part, x)
            return x
        if isinstance(plan, Residual):
            return x + through(plan.part, x)
        mine = [next(states) for _ in range(plan.states)]
        y, new = one(plan, layout, x, mine, [next(tensors) for _ in plan.weights])
        last.extend(new)
        return y

    return through(request.plan, x), last


def _in_one_loop(request, layout, way, needs_gradient, x, first, tensors):
    weights, tensors = [], iter(tensors)
    for cell in recurrences(request.plan):
        mine = [next(tensors) for _ in cell.weights]
        weights.append(EQUATIONS[cell.kind].named(cell, mine))
    steps = layout.split(x)
    width = _width(request.plan, weights)
    kept = first if request.states and layout.loses_rows else []
    arrays = [layout.array(w, x.dtype) for w in (width, *(state.shape[-1] for state in kept))]

    def body(time, states, arrays):
        old = layout.trim(states, time)
        y, new = _step(request.plan, weights, steps.read(time), old)
        new = layout.choose(time, new, old)
        values = [y, *(new if kept else [])]
        return time + 1, new, [a.write(time, v) for a, v in zip(arrays, values, strict=True)]

    _, ended, arrays = loop(layout, body, first, arrays)
    y, *history = [layout.join(array) for array in arrays]
    return y, layout.last(ended, history, first) if request.states else first


def _step(plan, weights, x, states):
    """Run one step through a plan: the output and the new states, flat."""
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
    """Return the width of a plan's output: that of its last recurrence."""
    cell = recurrences(plan)[-1]
    projection = weights[-1].get("projection_kernel")
    return cell.units if projection is None else projection.shape[-1]
