"""Read a tree of calls with the help of the table: its cells, their scopes and states."""

from collections import OrderedDict

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.dense import DENSE
from tf2_lstm.migrate.pairs.row import Layout


def row_of(call):
    """Return the row of a call, or the row's `Variant` that an option of the call chooses."""
    row = DENSE if call.pair == DENSE.name else PAIRS[call.pair]
    return next((one for one in row.variants if call.arguments.get(one.option)), row)


def tensors_of(call, layout=Layout.TF1):
    """Return the `Tensor`s of a call's weights in a layout.

    Example:
        ```python
        from tf2_lstm.migrate.pairs import Call

        assert [one.name for one in tensors_of(Call("basic_lstm", num_units=2))] == ["kernel", "bias"]
        ```
    """
    tensors = getattr(row_of(call).weights, layout.value)
    return [one for one in tensors if not one.when or call.arguments.get(one.when)]


def inner_calls(call):
    """List the cells that a call holds, in TF1's order.

    Args:
        call: a `Call` of any pair.

    Returns:
        A list of (scope, inner call); the scope is the one that TF1 opens around the cell, "" for none.
    """
    found = []
    for argument, scope in PAIRS[call.pair].cells.items():
        inner = call.arguments[argument]
        if isinstance(inner, tuple):
            found += [(scope % number, cell) for number, cell in enumerate(inner)]
        else:
            found.append((scope, inner))
    return found


def scoped_cells(call, prefix=""):
    """List the cells with weights, each object once, under the scope of its first use.

    Args:
        call: a `Call` of any pair.
        prefix: the scopes around it, joined by "/".

    Returns:
        An OrderedDict: scope of the cell's variables ("rnn/multi_rnn_cell/cell_0/lstm_cell") -> its `Call`.
    """
    found = OrderedDict()
    _collect(call, prefix, found)
    return found


def _collect(call, prefix, found):
    if PAIRS[call.pair].weights is not None:
        name = call.arguments.get("name") or PAIRS[call.pair].scope
        if all(call is not known for known in found.values()):
            found[_join(prefix, name)] = call
    for scope, inner in inner_calls(call):
        _collect(inner, _join(prefix, scope), found)


def _join(*parts):
    return "/".join(part for part in parts if part)


def output_size(call):
    """Return the width of a cell's output, an int."""
    if PAIRS[call.pair].kind == "cell":
        return call.arguments.get("num_proj") or call.arguments["num_units"]
    return output_size(inner_calls(call)[-1][1])


def state_sizes(call):
    """Return the nest of a call's state in TF1's structure and names, with a width at every leaf.

    An LSTM gives `{"c": units, "h": output width}`, a flat state or a bare tensor an int, a stack a list, a
    bidirectional function `{"fw": ..., "bw": ...}`.
    """
    row = PAIRS[call.pair]
    if row.kind == "cell":
        if not row.states:
            return call.arguments["num_units"]
        sizes = OrderedDict([("c", call.arguments["num_units"]), ("h", output_size(call))])
        return sizes if call.arguments.get("state_is_tuple", True) else sum(sizes.values())
    if row.kind == "stack":
        sizes = [state_sizes(cell) for _, cell in inner_calls(call)]
        return sizes if call.arguments.get("state_is_tuple", True) else sum(sizes)
    directions = OrderedDict()
    for argument in row.cells:
        inner = call.arguments[argument]
        directions[argument.split("_")[-1]] = (
            [state_sizes(cell) for cell in inner] if isinstance(inner, tuple) else state_sizes(inner)
        )
    return directions if len(directions) > 1 else next(iter(directions.values()))


def plain(nest):
    """Turn TF1's nest into dicts and lists: LSTMStateTuple has names, other tuples have numbers."""
    if hasattr(nest, "_asdict"):
        return OrderedDict((key, plain(value)) for key, value in nest._asdict().items())
    if isinstance(nest, dict):
        return OrderedDict((key, plain(value)) for key, value in nest.items())
    return [plain(value) for value in nest] if isinstance(nest, (list, tuple)) else nest


def name_leaves(nest, name):
    """Flatten a nest of dicts, lists and leaves into named leaves.

    Args:
        nest: the nest; a dict adds ".key" to the name, a list "[number]".
        name: the name of the whole.

    Returns:
        An OrderedDict from names such as "state[0].c" to leaves, in order.
    """
    leaves = OrderedDict()
    if isinstance(nest, dict):
        for key, inner in nest.items():
            leaves.update(name_leaves(inner, f"{name}.{key}" if name else key))
    elif isinstance(nest, (list, tuple)):
        for number, inner in enumerate(nest):
            leaves.update(name_leaves(inner, f"{name}[{number}]"))
    else:
        leaves[name] = nest
    return leaves


def leaf_names(call, name):
    """Name the leaves of a cell's state as at the edge of a recurrence.

    Args:
        call: the cell's `Call`.
        name: "initial_state", "state_fw", ...

    Returns:
        A list of (name, width), TF1's c before h.

    Example:
        ```python
        from tf2_lstm.migrate.pairs import Call

        stack = Call("multi_rnn", cells=(Call("basic_lstm", num_units=2), Call("gru", num_units=3)))
        assert leaf_names(stack, "state") == [("state_0_c", 2), ("state_0_h", 2), ("state_1", 3)]
        ```
    """
    leaves = name_leaves(state_sizes(call), name)
    return [
        (one.replace("[", "_").replace("]", "").replace(".", "_"), width) for one, width in leaves.items()
    ]
