"""Cells of a checkpoint without a graph with no name of TF1: known by the names and shapes of their weights."""

import re

from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.refusals import BY_HAND, GRAPH
from tf2_lstm.migrate.recognise.without_graph.names_alone import CELL, SLOT

#: A kind of cell, the letters of its gates in names, the letters of which it has one more, and its row of the
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
#: The names of a vector of layer normalisation.
_NORM = re.compile(r"(?:^|/|_)(?:gamma|beta|scale|offset|shift)$", re.IGNORECASE)
#: The scopes of LayerNormBasicLSTMCell's normalisations.
_BASIC = {"input", "transform", "forget", "output", "state"}
#: Names of a scope or a matrix that holds all gates; cells that are named after a class of TF1 are not meant.
_FUSED = re.compile(r"lstm(_?\d+)?$|gates", re.IGNORECASE)
_LSTM = re.compile("lstm", re.IGNORECASE)
#: The most scopes around a variable that may be its cell's.
_NEAREST = 3
_BY_FORM = "by the names and shapes of its variables it is"
OF_GATES = "with a matrix of its own for each gate"
NORMALISED = "an LSTM with layer normalisation"
IN_ONE = "an LSTM whose gates are one matrix"


def named_by_form(variables):
    """Report cells that their variables show by their form: a matrix for each gate, gates in one, normalised ones.

    Args:
        variables: checkpoint name -> `Variable`, of those that are not reported otherwise.

    Returns:
        A list of `NotConverted`.
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
    """Map scope -> the rest of a variable's name -> (its name, its shape); an optimizer's slots are left out."""
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
    """Report a cell in which each gate has matrices of its own."""
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
    """List groups of names that differ only in the letter, or the word, of a gate: [{letter: name}]."""
    found = {}
    for leaf in own:
        for match in (*re.finditer("[a-z]", leaf.lower()), *_WORD.finditer(leaf.lower())):
            pattern = leaf[: match.start()] + "*" + leaf[match.end() :]
            found.setdefault(pattern, {})[WORDS.get(match[0], match[0])] = leaf
    return list(found.values())


def _whole(group, own, must, one_of):
    """List the names of the gates of a group in which none is missing and all are alike; [] for any other group."""
    more = next((letter for letter in one_of if letter in group), None)
    if more is None or not set(must) <= set(group):
        return []
    leaves = [group[letter] for letter in must + more]
    return leaves if len({own[leaf] for leaf in leaves}) == 1 and own[leaves[0]] else []


def _normalised(scope, own):
    """Report a cell that normalises its gates."""
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
    """Report an LSTM with names of its own whose gates are one matrix."""
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
