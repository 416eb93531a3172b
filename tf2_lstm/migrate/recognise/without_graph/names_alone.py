"""Cells of a checkpoint without a graph: only names and shapes are known, the rest is asked for."""

import re
from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.pairs import PAIRS, Call
from tf2_lstm.migrate.pairs.tree import tensors_of

GRU, RESET_AFTER = (
    tuple(one.name for one in tensors_of(Call("gru", reset_after=after))) for after in (False, True)
)
PEEPHOLES = tuple(one.name for one in PAIRS["lstm"].weights.tf1 if one.when == "use_peepholes")
BLOCK_GRU = ("w_ru", "b_ru", "w_c", "b_c")
LAYER = re.compile(r"(?:^|/)multi_rnn_cell/cell_(\d+)$")
#: The scope of a cell that is named after a class of TF1.
CELL = re.compile(r"(?:^|.*?/)(?!multi_rnn_cell)\w+_cell(?:_\d+)?(?=/)")
#: Names of an optimizer's slots in a checkpoint without a graph.
SLOT = re.compile(
    r"(^|/)(beta[12]_power|Adam|Momentum|RMSProp|Adagrad|AdagradDA|Adadelta|Ftrl|LazyAdam)(_\d+)?$"
)
#: The most scopes around a variable that may be its cell's.
NEAREST = 32


@dataclass(frozen=True)
class NamedCell:
    """One cell as the names show it.

    Attributes:
        scope: the scope of its variables.
        pair: the row, "" when the names are those of a cell without a row.
        options: the options that the shapes tell, num_units first.
        names: leaf of the row -> checkpoint name; of a cell without a row all its variables.
        needed: the options that neither names nor shapes tell.
        depth: the width of the input.
        dtype: the dtype's name.
    """

    scope: str
    pair: str
    options: OrderedDict
    names: OrderedDict
    needed: tuple
    depth: int
    dtype: str

    @property
    def base(self):
        """The scope around the cell, without the scope of a stack: "rnn"."""
        return LAYER.sub("", self.scope.rpartition("/")[0])

    @property
    def layer(self):
        """The number of the layer in a stack, None outside of one."""
        found = LAYER.search(self.scope.rpartition("/")[0])
        return int(found.group(1)) if found else None


def named_cells(variables):
    """Find the cells among named variables.

    Args:
        variables: checkpoint name -> `Variable`.

    Returns:
        A list of `NamedCell`s, in the order of the checkpoint.
    """
    found, others, inside = OrderedDict(), set(), _by_scope(variables)
    for name in variables:
        for scope in _scopes(name):
            if scope in found or scope in others or not _may_be_a_cell(_last(scope)):
                continue
            cell = _cell(scope, inside[scope])
            if cell is not None:
                found[scope] = cell
                break
            others.add(scope)
    return list(found.values())


def _may_be_a_cell(name):
    return re.search("lstm|gru|rnn|nas|cell", name) and re.fullmatch(r"\w+", name)


def _by_scope(variables):
    """Map each scope to the variables in it, by the rest of their names; each variable is looked at once."""
    inside = {}
    for name, variable in variables.items():
        for scope in _scopes(name):
            inside.setdefault(scope, {})[name[len(scope) + 1 :]] = variable
    return inside


def _scopes(name):
    """List the scopes around a name, the nearest first; at most `NEAREST`, as a stranger's name may have any number."""
    found = []
    while "/" in name and len(found) < NEAREST:
        name = name.rpartition("/")[0]
        found.append(name)
    return found


def _last(scope):
    return scope.rpartition("/")[2]


def _cell(scope, inside):
    own = {leaf: variable for leaf, variable in inside.items() if not _is_slot(leaf)}
    if any(leaf.endswith("recurrent_kernel") for leaf in own):
        return None
    for match in (_gru, _lstm, _rnn):
        found = match(scope, own)
        if found is not None:
            return found
    return None


def _is_slot(leaf):
    return re.search(r"/(Adam|Momentum|RMSProp|Adagrad|ExponentialMovingAverage)(_\d+)?$", leaf) is not None


def _made(scope, pair, options, needed, kernel, width, leaves, rows=()):
    names = OrderedDict((row, f"{scope}/{leaf}") for row, leaf in zip(rows or leaves, leaves, strict=True))
    return NamedCell(scope, pair, OrderedDict(options), names, needed, kernel.shape[0] - width, kernel.dtype)


def _gru(scope, own):
    leaves = next((set_ for set_ in (GRU, BLOCK_GRU, RESET_AFTER) if set(set_) == set(own)), None)
    if leaves is None or not _is_affine(own[leaves[0]], own[leaves[1]]) or own[leaves[1]].shape[0] % 2:
        return None
    gates, units = own[leaves[0]], own[leaves[1]].shape[0] // 2
    options = {"num_units": units, **({"reset_after": True} if leaves is RESET_AFTER else {})}
    needed, rows = ((), GRU) if leaves is BLOCK_GRU else (("activation",), leaves)
    return _made(scope, "gru", options, needed, gates, units, leaves, rows)


def _lstm(scope, own):
    kernel, bias = own.get("kernel"), own.get("bias")
    if "lstm" not in _last(scope) or not _is_affine(kernel, bias) or bias.shape[0] % 4:
        return None
    units, options, leaves = bias.shape[0] // 4, {"num_units": bias.shape[0] // 4}, ["kernel", "bias"]
    if all(leaf in own for leaf in PEEPHOLES):
        options["use_peepholes"] = True
        leaves += PEEPHOLES
    width = units
    if "projection/kernel" in own:
        options["num_proj"] = width = own["projection/kernel"].shape[1]
        leaves.append("projection/kernel")
    if set(leaves) != set(own) or kernel.shape[0] <= width:
        return NamedCell(
            scope, "", OrderedDict(), OrderedDict((leaf, f"{scope}/{leaf}") for leaf in own), (), 0, ""
        )
    compatible = "cudnn_compatible" in _last(scope)
    if compatible:
        options["forget_bias"] = 0.0
    pair = "lstm" if {"use_peepholes", "num_proj"} & set(options) else "basic_lstm"
    needed = () if compatible else ("forget_bias", "activation")
    return _made(scope, pair, options, needed, kernel, width, leaves)


def _rnn(scope, own):
    if set(own) != {"kernel", "bias"} or not _last(scope).startswith("basic_rnn_cell"):
        return None
    kernel, bias = own["kernel"], own["bias"]
    if not _is_affine(kernel, bias) or kernel.shape[0] <= bias.shape[0]:
        return None
    units = bias.shape[0]
    return _made(scope, "basic_rnn", {"num_units": units}, ("activation",), kernel, units, ("kernel", "bias"))


def _is_affine(kernel, bias):
    if kernel is None or bias is None:
        return False
    return len(kernel.shape) == 2 and len(bias.shape) == 1 and kernel.shape[1] == bias.shape[0]
