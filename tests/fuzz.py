"""Every allowed operation with odd attributes, put in front of a cell and read: `python -m tests.fuzz [SETTINGS]`.

Nothing is run: what kills TensorFlow is the matter of `tests/test_isolation.py`. A reading may refuse the graph
as an `ArtifactError`; another exception, or more than five seconds, is a failure and the exit code 1. TensorFlow's own
shape inference dies of some: the command says so in one line (`isolation.py`), and here they are counted.
"""

import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "migrate" / "recognise"))

from tampering import Tampered

from tf2_lstm.migrate.artifacts.safety import ALLOWED
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.recognise import recognise

SECONDS = 5.0
OPERATIONS = tuple(sorted(ALLOWED))
NUMBERS = (-(2**63), -(2**31), -1, 0, 1, 2, 7, 2**31 - 1, 2**40, 2**62, 2**63 - 1)
WHOLE = (
    "num_split",
    "num",
    "N",
    "axis",
    "batch_dims",
    "begin_mask",
    "shrink_axis_mask",
    "num_elements",
    "seq_dim",
)
SOURCES = (
    "Placeholder",
    "rnn/transpose",
    "rnn/time",
    "rnn/Shape",
    "rnn/while/Identity_1",
    "rnn/concat_1/axis",
)


def odd(draws, operation):
    """Return the model `basic_lstm` with an operation of odd attributes and inputs in front of the cell."""
    tampered = Tampered("basic_lstm")
    node = tampered.model.graph.node.add(name="odd", op=operation)
    node.input.extend(draws.choice(SOURCES[:3]) for _ in range(draws.randrange(5)))
    for name in draws.sample(WHOLE, draws.randrange(len(WHOLE))):
        node.attr[name].i = draws.choice(NUMBERS)
    tampered.nodes["rnn/transpose"].input[0] = draws.choice(("odd", "odd:1", f"odd:{2**31}"))
    if "rnn/transpose" in node.input:
        tampered.nodes["rnn/transpose"].input[0] = "Placeholder"
    return tampered.model


def failure(model, read=recognise):
    """Return what went wrong when a model was read, "" for nothing, and whether it was refused."""
    start = time.monotonic()
    refused = False
    try:
        read(model)
    except ArtifactError:
        refused = True
    except Exception as error:
        return f"{type(error).__name__}: {error}", False
    took = time.monotonic() - start
    return (f"took {took:.1f} s" if took > SECONDS else ""), refused


def in_a_process(model, read=recognise):
    """Return "read", "refused", "died" or what failed; read in a fork, as the command does it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        signal.alarm(int(SECONDS))
        said, refused = failure(model, read)
        print(said, flush=True) if said else None
        os._exit(3 if said else int(refused))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {0: "read", 1: "refused", 3: "failed", -signal.SIGALRM: "no end"}.get(code, "died")


def main(settings=20, operations=OPERATIONS):
    """Read `settings` graphs of each operation; 0 when all were read or refused in time, or TensorFlow died of them."""
    draws, found = random.Random(0), Counter()
    for operation in operations:
        for _ in range(settings):
            end = in_a_process(odd(draws, operation))
            found[end] += 1
            if end not in ("read", "refused"):
                print(f"{operation}: {end}")
    print(f"{len(operations)} operations, {found.total()} graphs: {dict(found)}")
    return 1 if found["failed"] + found["no end"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
