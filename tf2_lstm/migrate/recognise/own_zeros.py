"""Zeros that a recurrence begins with: what its unroll makes by itself is part of the Keras model, no input of it.

Zeros that the program makes outside (`cell.zero_state`) are an input, because programs feed them: all of a step that
the program calls itself. So are zeros that have as many rows as a tensor in front of the model: nothing in the model
has that size.
"""

from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import edge
from tf2_lstm.migrate.graph.operations import OPEN, Trait, having
from tf2_lstm.migrate.roles import Form

_REVERSED = having(Trait.REVERSES)


def with_own_zeros(reading, run):
    """Return the inputs of a recurrence, those that are its own zeros marked.

    Args:
        reading: the `GraphReader` of the graph.
        run: a `model.Recurrence`.

    Returns:
        A list of `Tensor`s.
    """
    scopes = [] if run.form == Form.STEP else [run.scope, *(cell.scope for cell in run.cells)]
    scopes += [scope.rpartition("/")[0] for scope in scopes[1:]]
    begins = _begins(reading, run)

    def is_own(tensor):
        inside = any(scope and tensor.tf1.startswith(f"{scope}/") for scope in scopes)
        return tensor.zero and (not tensor.tf1 or (inside and not _is_fed(reading, tensor.tf1, begins)))

    return [replace(one, own=is_own(one)) for one in run.inputs]


def _begins(reading, run):
    """The nodes where the model begins, and what was reversed, or transposed and reversed, to be its input."""
    found = {edge(name)[0] for one in run.inputs if not one.zero for name in (one.tf1, *one.same)}
    for name in list(found):
        while (node := reading.nodes.get(name)) is not None and node.op in (*_REVERSED, "Transpose"):
            name = edge(node.input[0])[0]
            found.add(name)
    return found


def _is_fed(reading, name, begins):
    """Whether a tensor needs a value that is fed in front of the model."""
    todo, seen = [edge(name)[0]], set(begins)
    while todo:
        node = reading.nodes.get(todo.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.op in OPEN:
            return True
        todo += [edge(reference)[0] for reference in node.input if not reference.startswith("^")]
    return False
