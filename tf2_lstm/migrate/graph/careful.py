"""Infer the shapes of a graph on which TensorFlow's inference crashed: in forks, until no deadly node is left."""

import contextlib
import json
import os
import resource

from tf2_lstm.migrate.graph.nodes import in_order
from tf2_lstm.migrate.graph.shapes import inferred

#: The name of the work while shapes are inferred, for the process that watches.
STAGE = "the shapes of the graph"
#: The most deadly nodes before all shapes are given up, and the limits of each try.
_MOST, _SECONDS, _BYTES = 8, 20, 2 * 2**30


class Inference:
    """Infers shapes as `graph.shapes.inferred` does; with care in a process that replaces a crashed one.

    Args:
        skipped: work that must not be repeated -> how it ended; `STAGE` when inference crashed a process.
        tell: called with `STAGE` at the beginning, with "" at the end.
        infer: the function that infers; called with a graph and the names of the nodes that it must not look into.

    Attributes:
        notes: notes for the user about the run.
    """

    def __init__(self, skipped, tell=lambda name: None, infer=inferred):
        self._skipped, self._tell, self._infer, self.notes = skipped, tell, infer, []

    def __call__(self, graph):
        """Return name of a tensor -> shape, as `inferred` does."""
        self._tell(STAGE)
        found = self._without_deadly(graph) if STAGE in self._skipped else self._infer(graph, ())
        self._tell("")
        return found

    def _without_deadly(self, graph):
        order = [node.name for node in in_order({node.name: node for node in graph.node}, "the graph")]
        deadly = []
        while len(deadly) <= _MOST:
            found = self._tried(graph, deadly)
            if found is not None:
                self._note(graph, deadly)
                return found
            deadly.append(self._first_deadly(graph, order, deadly))
        self.notes.append(f"no shapes are known: {self._skipped[STAGE]} as it inferred them")
        return {}

    def _first_deadly(self, graph, order, known):
        """Find the name of the first node that ends a process which infers up to it."""
        good, bad = 0, len(order)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._tried(graph, [*known, *order[middle:]]) is None:
                bad = middle
            else:
                good = middle
        return order[bad - 1]

    def _tried(self, graph, without):
        """Return the shapes that a fork infers; None where the fork crashes."""
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            self._live(graph, frozenset(without), write)
        os.close(write)
        with os.fdopen(read, "rb") as said:
            told = said.read()
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            return None
        return {name: tuple(shape) for name, shape in json.loads(told).items()}

    def _live(self, graph, without, write):
        """Infer, write the shapes to the pipe and end the process."""
        code = 1
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
            resource.setrlimit(resource.RLIMIT_DATA, (_held() + _BYTES, resource.RLIM_INFINITY))
            with os.fdopen(write, "w", encoding="utf-8") as saying:
                json.dump(self._infer(graph, without), saying)
            code = 0
        os._exit(code)

    def _note(self, graph, deadly):
        operations = {node.name: node.op for node in graph.node}
        named = ", ".join(f"{name} ({operations[name]})" for name in deadly)
        if deadly:
            self.notes.append(f"the shape of {named} is not known: {self._skipped[STAGE]} as it inferred it")


def _held():
    """Return this process's data in bytes, as the limit counts it; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData"))
    return 0
