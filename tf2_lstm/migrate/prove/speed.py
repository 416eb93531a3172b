"""Before and after: the user's own graph in a session and its Keras model, called in turn with equal arrays."""

import os
import statistics
import time
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import dataclass

from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.graph.shapes import import_errors
from tf2_lstm.migrate.prove.keras_side import accelerated, compiled
from tf2_lstm.migrate.prove.own_inputs import own_samples
from tf2_lstm.migrate.prove.program_samples import whole_samples
from tf2_lstm.migrate.prove.programs import REFERENCE, WHERE, replay_whole
from tf2_lstm.migrate.prove.replay import ReplayError, first_line, tensorflow_version
from tf2_lstm.migrate.prove.rounding import beyond_rounding
from tf2_lstm.migrate.prove.spare import spare_numbers

#: The ways of computing.
GRAPH, MODEL = "TF1 graph in a session", "Keras model in tf.function"
#: The same by the fast unrolls, as `tf2_lstm.load_model` returns it.
FAST = "the same, accelerated"
#: (batch, steps) where they are open: a batch, and one request.
SIZES = ((32, 50), (1, 50))
#: The number of turns, that of a slow program, and the seconds for one call of each above which it is slow.
TURNS, FEW, SLOW = 7, 3, 2.0
#: The seconds that a turn takes about, and the most calls in it.
TURN, CALLS = 0.1, 400


@dataclass(frozen=True)
class Timing:
    """One way to compute a program, at one size.

    Attributes:
        sample: the label of its inputs, "32 x 50".
        way: `GRAPH`, `MODEL` or `FAST`.
        milliseconds: (median, least, most) of one call, over the turns.
        times: (median, least, most) of the factor by which it is faster than the graph, over the turns.
    """

    sample: str
    way: str
    milliseconds: tuple
    times: tuple


@dataclass(frozen=True)
class Speed:
    """A program before and after.

    Attributes:
        timings: the `Timing`s, of each sample the graph's first.
        problems: sentences on ways that were not timed, and why.
        turns: the fewest turns of any sample.
        session: the TensorFlow whose session ran the graph.
        onednn: whether oneDNN may have been on, on both sides.
        cores: the number of the machine's cores.
    """

    timings: tuple = ()
    problems: tuple = ()
    turns: int = 0
    session: str = ""
    onednn: bool = False
    cores: int = 0


def speed_of(tf1, whole, model, inputs=None):
    """Time the whole graph and its Keras model; a model whose numbers differ is not timed.

    Args:
        tf1: the `TF1Model`.
        whole: the `Whole`.
        model: the Keras model, which is proved.
        inputs: a `.npz` of the user's own data; None for seeded numbers of `SIZES`.

    Returns:
        A `Speed`.
    """
    timings, problems = [], []
    try:
        with replay_whole(tf1, whole, served=True) as replay:
            if replay.remark:
                return Speed(problems=(f"{replay.remark}. There is no such graph to time",))
            for run in _runs(tf1, whole, replay, inputs):
                own, why = _of_sample(whole, replay, model, *run)
                timings += own
                problems += why
    except (ReplayError, *import_errors()) as error:
        return Speed(problems=(first_line(error),))
    return Speed(
        tuple(one for one, _ in timings),
        tuple(problems),
        min((turns for _, turns in timings), default=0),
        f"TensorFlow {tensorflow_version()}",
        os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0",
        os.cpu_count() or 0,
    )


def _runs(tf1, whole, replay, inputs):
    """List the samples that the graph takes, with its other inputs and its outputs."""
    wanted = {edge.tf1: edge.dtype for edge in whole.inputs}
    own, most, failed = own_samples(tf1, wanted, inputs, WHERE), [], None
    for samples in [own] if own else whole_samples(tf1, whole, whole.inputs, wanted=SIZES):
        runs = []
        for sample in samples:
            spare = spare_numbers(replay.open, (1,), sample.label)
            try:
                runs.append((sample, spare, replay.run(sample.values, spare)))
            except ReplayError as error:
                failed = failed or error
        most = max(most, runs, key=len)
        if len(runs) == len(samples):
            break
    if not most:
        raise failed
    return most


def _of_sample(whole, replay, model, sample, spare, expected):
    """Return the (Timing, turns) of one sample, and why some way was not timed: it differs."""
    inputs = {one.name: sample.values[one.tf1] for one in whole.inputs}
    ways, problems = OrderedDict(), []
    for way, acceleration in ((MODEL, nullcontext(True)), (FAST, accelerated(model))):
        with acceleration as is_another:
            call, why = _checked(whole, model, inputs, expected, replay) if is_another else (None, "")
        if why:
            problems.append(f"{way}, fed {sample.label}: {why}")
        elif call:
            ways[way] = call
    if not ways:
        return [], problems
    turns = take_turns({GRAPH: replay.prepared(sample.values, spare), **ways})
    return [(one, len(turns)) for one in timings_of(sample.label, turns)], problems


def _checked(whole, model, inputs, expected, replay):
    """Return a model as a function without arguments, and why it is not timed, "" where it is."""
    try:
        call = compiled(model, inputs)
        return call, _difference(whole, expected, call(), replay.narrowest)
    except (*import_errors(), TypeError) as error:
        return None, f"Keras cannot run it: {first_line(error)}"


def _difference(whole, expected, given, narrowest):
    """Return where a model is off by more than its floats can have rounded, "" where it is not."""
    outputs = OrderedDict((one.name, expected[one.tf1]) for one in whole.outputs)
    given = OrderedDict((one.name, given[one.name]) for one in whole.outputs)
    found = compare_results(RunResult(REFERENCE, outputs), RunResult(KERAS, given))
    wrong = next((one for one in found if beyond_rounding(CaseReport("", [one]), narrowest)), None)
    if wrong is None:
        return ""
    amount = wrong.problem or f"off by {wrong.max_abs_diff:.3g}, allowed {wrong.tolerance:.3g}"
    return f"{wrong.name}: {amount}"


def take_turns(ways, clock=time.perf_counter):
    """Call every way in turn, again and again, so that a disturbance of the machine hits all of them.

    Args:
        ways: name -> a function without arguments.
        clock: returns seconds.

    Returns:
        A list of turns, each name -> seconds of one call.
    """
    for call in ways.values():
        call()
    first = {name: _seconds(call, 1, clock) for name, call in ways.items()}
    calls = {name: max(1, min(CALLS, round(TURN / max(one, 1e-6)))) for name, one in first.items()}
    turns = TURNS if sum(first.values()) < SLOW else FEW
    return [{name: _seconds(call, calls[name], clock) for name, call in ways.items()} for _ in range(turns)]


def _seconds(call, calls, clock):
    start = clock()
    for _ in range(calls):
        call()
    return (clock() - start) / calls


def timings_of(sample, turns):
    """Summarise turns whose first way is the graph's.

    Args:
        sample: the label of the inputs.
        turns: the result of `take_turns`.

    Returns:
        A list of `Timing`s.
    """
    base, *_ = turns[0]
    return [
        Timing(
            sample,
            way,
            _spread([1e3 * turn[way] for turn in turns]),
            _spread([turn[base] / turn[way] for turn in turns]),
        )
        for way in turns[0]
    ]


def _spread(values):
    return statistics.median(values), min(values), max(values)
