"""Rounds: every contender in turn, then again; what disturbs the machine disturbs all of them."""

import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.speed.checking import check
from benchmarks.speed.contenders import able
from benchmarks.speed.reference import expected
from benchmarks.speed.tables import base_of
from benchmarks.speed.tasks import arrays_of

#: A turn lasts about so many seconds, that the clock can tell, and at most so many calls.
TURN, CALLS = 0.03, 400
#: Slower calls than this are not called once more to be warm.
WARM = 0.02
#: One turn slower than this makes the contender take part in three rounds only, and the result says so.
TOO_SLOW, FEW = 1.5, 3


def measure(task, processes, rounds):
    """Build, check and time a task in all contenders that can do it.

    Args:
        task: the `Task`.
        processes: {name: Process}.
        rounds: how many turns each contender has.

    Returns:
        {name: {"median": ms, "min": ms, "rounds": n, "error": the largest relative difference}}, and with a session of
        TF1 "times", the least and the most times as fast as it that one is in a turn.

    Raises:
        WrongResult: one computes something else.
        ContenderError: one cannot run.
    """
    arrays = arrays_of(task)
    taking_part = {name: process for name, process in processes.items() if able(name, task)}
    for process in taking_part.values():
        process.ask("build", arrays, task=task._asdict())
    wanted = expected(task, arrays)
    with ThreadPoolExecutor(len(taking_part)) as pool:
        answers = dict(
            zip(taking_part, pool.map(lambda one: one.answer()[1], taking_part.values()), strict=True)
        )
    errors = {
        # The floor multiplies matrices and computes no recurrence: there is nothing to compare.
        name: 0.0 if name == "floor" else check(name, task, found, wanted)
        for name, found in answers.items()
    }
    seconds = take_turns(taking_part, rounds)
    base = seconds.get(base_of(seconds), [])
    return {
        name: {**_summary(times), **_beside(base, times), "error": errors[name]}
        for name, times in seconds.items()
    }


def take_turns(processes, rounds):
    """Return {name: seconds a call, one figure a round}; the first turn says how many calls a turn has."""
    first = {name: _turn(process, 1, warm=True) for name, process in processes.items()}
    calls = {name: max(1, min(CALLS, math.ceil(TURN / seconds))) for name, seconds in first.items()}
    seconds = {name: [] for name in processes}
    for number in range(rounds):
        for name, process in processes.items():
            if first[name] < TOO_SLOW or number < FEW:
                seconds[name].append(_turn(process, calls[name], warm=first[name] < WARM))
    return seconds


def _turn(process, repeats, warm):
    # Threads of the one before may still spin.
    time.sleep(0.005)
    return process.do("time", repeats=repeats, warm=warm)[0]["seconds"]


def _summary(seconds):
    return {
        "median": 1000 * statistics.median(seconds),
        "min": 1000 * min(seconds),
        "rounds": len(seconds),
    }


def _beside(base, times):
    """How many times as fast as the session: the least and the most of the turns that both had, the first."""
    ratios = [session / own for session, own in zip(base, times, strict=False)]
    return {"times": [min(ratios), max(ratios)]} if ratios else {}


def peak_memory(name, make_process, task, steps=3):
    """Return the peak resident memory in MB of a fresh process that trains a few steps."""
    with make_process(name) as process:
        process.do("build", arrays_of(task), task=task._asdict())
        process.do("time", repeats=steps, warm=False)
        return process.do("memory")[0]["mb"]
