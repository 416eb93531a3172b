"""Random numbers that no dropout reads: a program begins behind them, and ends in front of a sample of its scores."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import ELEMENTWISE, HANDS_ON, SILENT, SWITCHES, Trait, having

_ADDS_OR_SCALES = frozenset({"Add", "AddV2", "Sub", "Mul"})
_ABOVE, _BELOW = frozenset({"Greater", "GreaterEqual"}), frozenset({"Less", "LessEqual"})
_RUNS_FUNCTIONS = having(Trait.CONDITIONAL, Trait.LOOP, Trait.CALL)
_MOVES = HANDS_ON | SWITCHES | {"Cast"}


@dataclass(frozen=True)
class Draw:
    """How an operation draws its numbers.

    Attributes:
        keras: the call that draws them today.
        values: a function from a NumPy generator and a shape to numbers of the same range; None for integers.
        of: the input that it draws by, scores or a parameter; None where that is a shape.
    """

    keras: str
    values: Callable | None
    of: int | None = None


#: Operation -> `Draw`. Integers are drawn as ids are, below their `limits_of_draws`.
DRAWS = {
    "RandomStandardNormal": Draw("keras.random.normal(shape)", lambda of, shape: of.standard_normal(shape)),
    "TruncatedNormal": Draw(
        "keras.random.truncated_normal(shape)", lambda of, shape: np.clip(of.standard_normal(shape), -2, 2)
    ),
    "RandomUniform": Draw("keras.random.uniform(shape)", lambda of, shape: of.random_sample(shape)),
    "RandomGamma": Draw("keras.random.gamma(shape, alpha)", lambda of, shape: of.gamma(2.0, size=shape), 1),
    "RandomPoissonV2": Draw("numpy.random.poisson(rate, shape)", lambda of, shape: of.poisson(3.0, shape), 1),
    "RandomUniformInt": Draw("keras.random.randint(shape, minval, maxval)", None),
    "Multinomial": Draw("keras.random.categorical(logits, num_samples)", None, 0),
}


def draw_of(nodes, tensor):
    """Return the `Draw` that gives a tensor; None for any other tensor.

    Args:
        nodes: name -> NodeDef.
        tensor: the name of a tensor.
    """
    node = nodes.get(node_of(tensor))
    return DRAWS.get(node.op) if node is not None else None


def drawn(nodes, names, shapes, fixed):
    """List the tensors of random numbers among some nodes that are no noise of a dropout.

    Those in loops, branches and functions are not listed: nothing can be fed there. What is masked by a keep_prob that
    inference fixes is dropout whatever reads the mask: it drops in training.

    Args:
        nodes: name -> NodeDef.
        names: the names of the nodes that a program is computed by.
        shapes: name of a tensor -> shape, by TensorFlow's inference.
        fixed: the names of the placeholders that inference fixes.

    Returns:
        A list of names of tensors.
    """
    found = [name for name in names if name in nodes and nodes[name].op in DRAWS]
    if not found:
        return []
    readers, nesting = {}, Nesting(nodes)
    for name in names:
        for one in data_inputs(nodes[name]) if name in nodes else ():
            readers.setdefault(node_of(one), []).append(nodes[name])
    return [
        f"{name}:0"
        for name in found
        if not nesting.of(name)
        and not (nodes[name].op == "RandomUniform" and _drops(nodes, readers, name, shapes, fixed))
    ]


def _drops(nodes, readers, name, shapes, fixed):
    """Whether all that reads noise makes masks of it, as dropout does, and products alone read these."""
    todo, masks, seen = [name], set(), set()
    while todo:
        noise = todo.pop()
        for node in readers.get(noise, ()):
            given = data_inputs(node)
            first = node_of(given[0]) == noise
            others = [one for one in given if node_of(one) != noise]
            applied = noise in masks and _applies(nodes, node, first)
            # What a function does with noise, as what a loop does, its own translation says.
            if node.op in SILENT | _RUNS_FUNCTIONS or node.name in seen or applied:
                continue
            masking = noise in masks or node.op == "Floor" or _keeps_above(node, first)
            plain = all(shapes.get(normal(one)) in ((), None) for one in others)
            if plain and any(_is_of(nodes, one, fixed) for one in others):
                return True
            makes = plain and noise not in masks and (masking or node.op in _ADDS_OR_SCALES)
            if not makes and not (node.op in _MOVES and first):
                return False
            seen.add(node.name)
            todo.append(node.name)
            masks |= {node.name} if masking else set()
    return True


def _is_of(nodes, tensor, names):
    """Whether a number is computed from one of some nodes."""
    todo, seen = [node_of(tensor)], set()
    while todo:
        name = todo.pop()
        if name in names:
            return True
        if name in nodes and name not in seen:
            seen.add(name)
            todo += map(node_of, data_inputs(nodes[name]))
    return False


def _keeps_above(node, first):
    """Whether a node keeps the noise above a bound, as the masks of a constant rate are drawn in a proof."""
    return node.op in _ABOVE | _BELOW and first == (node.op in _ABOVE)


def _applies(nodes, node, first):
    """Whether a node applies a mask as dropout does: by a product, or by choosing between something and zeros."""
    return node.op in ("Mul", "RealDiv") or (
        node.op == "SelectV2" and first and nodes[node_of(data_inputs(node)[2])].op == "Const"
    )


def ending_in_front(nodes, outputs, tensors):
    """Take from the outputs those that only hand samples on, and find what these are drawn by, the scores.

    Args:
        nodes: name -> NodeDef.
        outputs: name of an output -> the TF1 tensor.
        tensors: the names of the tensors of random numbers.

    Returns:
        (the other outputs, the TF1 tensors in front of samples, a sentence for each output that was taken).
    """
    found, ends, notes = dict(outputs), [], []
    for name, tensor in outputs.items():
        source = _only_draw(nodes, tensor, tensors)
        if source is None:
            continue
        del found[name]
        draw, node = draw_of(nodes, source), nodes[node_of(source)]
        now = None if draw.of is None else normal(data_inputs(node)[draw.of])
        where = "it is left out" if now is None else f"the program ends in front of them, at {now}"
        notes.append(f"{tensor}: random numbers and nothing else: {where}. In Keras: {draw.keras}")
        if now is not None and now not in (*ends, *outputs.values()):
            ends.append(now)
    return found, ends, notes


def _only_draw(nodes, tensor, tensors):
    """Return the first draw that a tensor is computed from, where nothing but draws and constants goes into it."""
    todo, seen, source = [normal(tensor)], set(), None
    while todo:
        one = todo.pop()
        if one in tensors:
            source = source or one
            continue
        node = nodes.get(node_of(one))
        given = data_inputs(node) if node is not None else []
        if node is None or (not given and node.op != "Const"):
            return None
        if node.name not in seen:
            seen.add(node.name)
            todo += map(normal, given)
    return source


def shapes_with_draws(nodes, inputs, findings):
    """Return the shapes of a graph with those of random numbers that are drawn for what a recurrence gives.

    Args:
        nodes: name -> NodeDef.
        inputs: the names of the fed tensors.
        findings: the `Findings`; TensorFlow's inference knows no shape behind a loop.

    Returns:
        A dict from the name of a tensor to its shape.
    """
    outputs = [tensor for one in findings.recurrences for tensor in one.outputs if tensor.tf1]
    shapes, found = {normal(one.tf1): tuple(one.shape) for one in outputs} | findings.shapes, {}
    for tensor in inputs:
        if draw_of(nodes, tensor) is None or findings.shapes.get(tensor) is not None:
            continue
        wanted = nodes[node_of(data_inputs(nodes[node_of(tensor)])[0])]
        shape = _like(nodes, normal(data_inputs(wanted)[0]), shapes) if wanted.op == "Shape" else None
        found |= {} if shape is None else {tensor: shape}
    return findings.shapes | found if found else findings.shapes


def _like(nodes, tensor, shapes):
    """Return the shape of a tensor, or of what is computed from element by element; None where none is known."""
    todo, seen = [tensor], set()
    while todo:
        one = todo.pop(0)
        if shapes.get(one):
            return shapes[one]
        node = nodes.get(node_of(one))
        if (
            node is not None
            and one not in seen
            and node.op in _MOVES | _ADDS_OR_SCALES | ELEMENTWISE | {"RealDiv"}
        ):
            seen.add(one)
            todo += map(normal, data_inputs(node))
    return None


def limits_of_draws(nodes, inputs, shapes):
    """Map the fed tensors that are samples of scores to the number of classes.

    Args:
        nodes: name -> NodeDef.
        inputs: the names of the fed tensors.
        shapes: name of a tensor -> shape, by TensorFlow's inference.
    """
    sampled = [one for one in inputs if nodes[node_of(one)].op == "Multinomial"]
    scores = {one: shapes.get(normal(data_inputs(nodes[node_of(one)])[0])) for one in sampled}
    return {one: shape[-1] for one, shape in scores.items() if shape and shape[-1]}


def drawn_name(nodes, tensor):
    """Return a name for a tensor of random numbers: that of the function that drew it, "random_normal"; "" for others.

    Args:
        nodes: name -> NodeDef.
        tensor: the name of a tensor.
    """
    scope = node_of(tensor).rpartition("/")[0]
    return scope.rpartition("/")[2] if draw_of(nodes, tensor) else ""
