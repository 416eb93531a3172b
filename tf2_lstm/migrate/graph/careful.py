"""The shapes of a graph of which TensorFlow's inference died: tried in forks, until nothing deadly is left in it."""

import contextlib
import json
import os
import resource

from tf2_lstm.migrate.graph.nodes import in_order
from tf2_lstm.migrate.graph.shapes import inferred

#: What the work is called while shapes are inferred, for who watches it.
STAGE = "the shapes of the graph"
#: Deadly nodes that are looked for before all shapes are given up, and what each try may take.
_MOST, _SECONDS, _BYTES = 8, 20, 2 * 2**30


class Inference:
    """Infers shapes as `artifacts.shapes.inferred` does, and with care in a process that is there because one died.

    Args:
        skipped: what is not to be done again -> how it ended; `STAGE` when a process died of the inference.
        tell: called with `STAGE` as it begins, with "" when it has ended.
        infer: what infers; called with a graph and the names of the nodes that are not to be looked into.

    Attributes:
        notes: what a person must know of how it went.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
        assert Inference({STAGE: "it died"}, infer=lambda graph, without: {"x:0": [2]})(graph) == {"x:0": (2,)}
        ```
    """

    def __init__(self, skipped, tell=lambda name: None, infer=inferred):
        self._skipped, self._tell, self._infer, self.notes = skipped, tell, infer, []

    def __call__(self, graph):
        """Return name of a tensor -> shape, as `inferred` does."""
        self._tell(STAGE)
        found = self._carefully(graph) if STAGE in self._skipped else self._infer(graph, ())
        self._tell("")
        return found

    def _carefully(self, graph):
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
        """The name of the first node that ends a process which looks no further than it."""
        good, bad = 0, len(order)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._tried(graph, [*known, *order[middle:]]) is None:
                bad = middle
            else:
                good = middle
        return order[bad - 1]

    def _tried(self, graph, without):
        """What is inferred in a fork, None when that is its end."""
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
        """Infer and say what was found; the process ends here."""
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
    """The data of this process in bytes, as the limit counts it; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData"))
    return 0
