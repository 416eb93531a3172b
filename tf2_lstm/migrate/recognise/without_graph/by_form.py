"""Cells of a checkpoint without a graph that no class of TF1 names: known by the names and shapes of their weights."""

import re

from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.refusals import BY_HAND, GRAPH
from tf2_lstm.migrate.recognise.without_graph.names_alone import CELL, SLOT

#: A kind of cell -> the letters that its gates have in names, and those of which one more is there; the row of the
#: pairs table.
GATES = (
    ("an LSTM", "ifo", "cgjux", "basic_lstm"),
    ("a GRU", "zr", "hncg", "gru"),
    ("a GRU", "ur", "cnh", "gru"),
)
#: Words of names -> the letter of their gate.
WORDS = {
    "input": "i",
    "forget": "f",
    "output": "o",
    "candidate": "c",
    "cell": "c",
    "update": "z",
    "reset": "r",
}
_WORD = re.compile("|".join(WORDS))
#: How a vector of layer normalisation is called.
_NORM = re.compile(r"(?:^|/|_)(?:gamma|beta|scale|offset|shift)$", re.IGNORECASE)
#: The scopes of what LayerNormBasicLSTMCell normalises.
_BASIC = {"input", "transform", "forget", "output", "state"}
#: How a scope, or a matrix, is called that holds all gates; in what is called after a class of TF1 they have its names.
_FUSED = re.compile(r"lstm(_?\d+)?$|gates", re.IGNORECASE)
_LSTM = re.compile("lstm", re.IGNORECASE)
#: How many scopes around a variable may be that of its cell.
_NEAREST = 3
_BY_FORM = "by the names and shapes of its variables it is"
OF_GATES = "with a matrix of its own for each gate"
NORMALISED = "an LSTM with layer normalisation"
IN_ONE = "an LSTM whose gates are one matrix"


def named_by_form(variables):
    """Report the cells among variables that have a form of their own: a matrix a gate, gates in one, normalised ones.

    Args:
        variables: checkpoint name -> `Variable`, of those that nothing else is said of.

    Returns:
        A list of `NotConverted`.

    Example:
        ```python
        from tf2_lstm.migrate.model import Variable

        shapes = {f"w_{gate}": (7, 4) for gate in "ifoc"} | {f"b_{gate}": (4,) for gate in "ifoc"}
        held = {name: Variable(name, shape, "float32", None) for name, shape in shapes.items()}
        (said,) = named_by_form(held)
        assert "an LSTM with a matrix of its own for each gate" in said.reason
        ```
    """
    found, known = [], set()
    scopes = _by_scope({name: variables[name] for name in sorted(variables)})
    for scope in sorted(scopes, key=lambda one: -one.count("/") - bool(one)):
        own = {leaf: shape for leaf, (name, shape) in scopes[scope].items() if name not in known}
        said = _of_gates(own) or _normalised(scope, own) or _fused(scope, own)
        if said:
            reason, leaves, row = said
            names = tuple(scopes[scope][leaf][0] for leaf in sorted(leaves))
            known |= set(names)
            found.append(
                NotConverted(scope, f"{_BY_FORM} {reason}", names, (), (), row, reason.partition(". ")[0])
            )
    return found


def _by_scope(variables):
    """Scope -> the rest of a variable's name -> (its name, its shape); slots of an optimizer are left out."""
    found = {}
    for name, variable in variables.items():
        if SLOT.search(name) or name.rpartition("/")[0] in variables:
            continue
        parts = name.split("/")
        for number in range(max(0, len(parts) - _NEAREST), len(parts)):
            scope, leaf = "/".join(parts[:number]), "/".join(parts[number:])
            found.setdefault(scope, {})[leaf] = (name, tuple(variable.shape or ()))
    return found


def _of_gates(own):
    """A cell each gate of which has matrices of its own."""
    groups = _groups(own)
    for kind, must, one_of, row in GATES:
        gated = [_whole(group, own, must, one_of) for group in groups]
        gated = [leaves for leaves in gated if leaves]
        shapes = {own[leaves[0]]: leaves for leaves in gated if len(own[leaves[0]]) == 2}
        recurrent = [shape for shape in shapes if _is_recurrent(shape, shapes)]
        if recurrent:
            held = sorted({leaf for leaves in gated for leaf in leaves})
            norms = [leaf for leaf in own if _NORM.search(leaf) and leaf not in held]
            one = ", ".join(f"{', '.join(leaves)} {list(shape)}" for shape, leaves in shapes.items())
            more = " and layer normalisation" if norms else ""
            return (
                f"{kind} {OF_GATES}{more} ({one}). They do not tell its equations. Next step: {GRAPH}",
                [*held, *norms],
                row,
            )
    return None


def _is_recurrent(shape, shapes):
    """Whether a matrix multiplies a state: alone, beside one for the input, or joined with the input."""
    rows, units = shape
    return rows > units if len(shapes) == 1 else rows == units


def _groups(own):
    """The names that differ in the letter, or the word, of a gate alone: [{letter: name}]."""
    found = {}
    for leaf in own:
        for match in (*re.finditer("[a-z]", leaf.lower()), *_WORD.finditer(leaf.lower())):
            pattern = leaf[: match.start()] + "*" + leaf[match.end() :]
            found.setdefault(pattern, {})[WORDS.get(match[0], match[0])] = leaf
    return list(found.values())


def _whole(group, own, must, one_of):
    """The names of the gates of a group in which none is missing and all are alike, [] for none."""
    more = next((letter for letter in one_of if letter in group), None)
    if more is None or not set(must) <= set(group):
        return []
    leaves = [group[letter] for letter in must + more]
    return leaves if len({own[leaf] for leaf in leaves}) == 1 and own[leaves[0]] else []


def _normalised(scope, own):
    """A cell that normalises what its gates make."""
    norms = [leaf for leaf in own if _NORM.search(leaf) and len(own[leaf]) == 1]
    if not norms:
        return None
    kernels = [leaf for leaf, shape in own.items() if len(shape) == 2 and shape[1] == 4 * own[norms[0]][0]]
    if not kernels or not (_is_basic(norms) or _LSTM.search(scope.rpartition("/")[2])):
        return None
    name = ", TF1's LayerNormBasicLSTMCell" if _is_basic(norms) else ""
    said = f"{NORMALISED}{name} ({', '.join(norms[:2])}, ...). No Keras layer has its equations"
    biases = [leaf for leaf, shape in own.items() if len(shape) == 1 and shape[0] == own[kernels[0]][1]]
    return f"{said}. Next step: {BY_HAND}", [*kernels, *biases, *norms], "basic_lstm"


def _is_basic(norms):
    return {leaf.rpartition("/")[0] for leaf in norms} >= _BASIC


def _fused(scope, own):
    """An LSTM whose gates are one matrix, under names of its own."""
    if CELL.match(f"{scope}/"):
        return None
    for leaf, shape in ((leaf, shape) for leaf, shape in own.items() if "/" not in leaf):
        columns = shape[1] if len(shape) == 2 else 0
        biases = [other for other, size in own.items() if size == (columns,)]
        called = _FUSED.search(leaf) or _FUSED.search(scope.rpartition("/")[2])
        if called and columns and biases and not columns % 4 and shape[0] > columns // 4:
            return (
                f"{IN_ONE} ({leaf} {list(shape)}, {biases[0]} {[columns]}), under names that "
                "TF1 does not give. They do not tell the order of the gates, nor what is added to the forget gate. "
                f"Next step: {GRAPH}",
                [leaf, *biases],
                "basic_lstm",
            )
    return None


__all__ = ["named_by_form"]
