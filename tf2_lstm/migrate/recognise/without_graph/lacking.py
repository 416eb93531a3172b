"""Find the variables that a cell, or a stack, lacks in a checkpoint without a graph, by the names that it has."""

import re

from tf2_lstm.migrate.recognise.without_graph.names_alone import BLOCK_GRU, GRU, PEEPHOLES
from tf2_lstm.migrate.recognise.without_graph.names_alone import RESET_AFTER as COMPATIBLE

_LSTM = ("kernel", "bias")
#: (pattern of the last part of a cell's scope in TF1, the sets of variables that the cell may have).
_CELLS = (
    (
        r"(basic_)?lstm_cell|lstm_block_cell|lstm_fused_cell|cudnn_compatible_lstm_cell",
        (_LSTM, (*_LSTM, *PEEPHOLES)),
    ),
    (r"gru_cell|gru_block_cell(_v2)?|cudnn_compatible_gru_cell", (GRU, BLOCK_GRU, COMPATIBLE)),
    (r"basic_rnn_cell", (_LSTM,)),
)


def lacking(scope, names):
    """List the variables that a cell lacks, judged by the names of the others.

    Args:
        scope: the scope of the cell, "rnn/gru_cell".
        names: the names of the variables that the checkpoint has in it.

    Returns:
        The names of the missing variables, of the TF1 cell with that name that shares most variables and needs the
        fewest; [] where the scope has no name of a TF1 cell, or nothing is missing.
    """
    own = {name.removeprefix(f"{scope}/") for name in names}
    last = re.sub(r"_\d+$", "", scope.rpartition("/")[2])
    sets = [leaves for pattern, sets_ in _CELLS if re.fullmatch(pattern, last) for leaves in sets_]
    near = [leaves for leaves in sets if own & set(leaves)]
    if not near:
        return []
    best = max(near, key=lambda leaves: (len(own & set(leaves)), -len(leaves)))
    return [f"{scope}/{leaf}" for leaf in best if leaf not in own]


def said_of(scope, names):
    """Return a sentence about the variables that a cell lacks, with the next step; "" where it lacks none."""
    absent = lacking(scope, names)
    if not absent:
        return ""
    return (
        f"of what a cell of TF1 with the name has, the checkpoint lacks {', '.join(absent)}. Next step: name a "
        "checkpoint that has all of it; where the program's own cell has none, name the graph (.meta) too, with this "
        "checkpoint as --weights"
    )


def absent_layers(cells, variables):
    """Return a sentence about the layers of a stack that have no complete cell in the checkpoint.

    Args:
        cells: the `NamedCell`s of a stack, or one cell of no stack.
        variables: the names of all variables.

    Returns:
        One sentence, "" when the layers are all there.
    """
    have = {cell.layer for cell in cells}
    if None in have:
        return ""
    stack = cells[0].scope.rpartition("/")[0].rpartition("/")[0]
    found = [re.match(rf"{re.escape(stack)}/cell_(\d+)/", name) for name in variables]
    named = {int(match[1]) for match in found if match}
    absent = [number for number in range(max(have | named)) if number not in have]
    absent += [number for number in sorted(named) if number not in have and number not in absent]
    if not absent:
        return ""
    scopes = ", ".join(f"{stack}/cell_{number}" for number in absent[:3])
    more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
    return (
        f"the stack has layers without a whole cell in the checkpoint: {scopes}{more}. Next step: name a checkpoint "
        "that has all layers; where the program has one cell in several layers, or a cell of its own, name the graph "
        "(.meta) too, with this checkpoint as --weights"
    )
