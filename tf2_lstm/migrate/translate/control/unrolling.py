"""The lines that call a cell of its own equations at each step of a sequence."""

from itertools import takewhile

from tf2_lstm.migrate.keras_code.drops import parameters
from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.translate.writing.naming import class_name, python_name


def unrolled(writer, loop, found, **options):
    """Write a cell and the `keras.layers.RNN` around it.

    Args:
        writer: the `Writer`.
        loop: the name of the TF1 loop.
        found: the `own_cells.Stepped`.
        **options: of the layer.

    Returns:
        The `Ref` of what the layer gives: the outputs, batch-major, and the states behind the last step.
    """
    scopes = [one for one in loop.split("/") if not one.startswith("while")]
    dtype = {} if found.cell.dtype == "float32" else {"dtype": found.cell.dtype}
    name = _cell_name(scopes, found.sources)
    if class_name(name) in {*writer.cells, *writer.loops}:
        name = writer.program.fresh(name)
    symbol = class_name(name)
    writer.cells[symbol] = found.cell
    drops = found.cell.drops
    cell = writer.program.add(name, Apply(symbol, (), {**parameters(drops), **dtype, "name": name}))
    options = {"return_sequences": True, "return_state": True, **options, **dtype}
    options |= {"zero_output_for_mask": True} if found.lengths else {}
    weights = ", ".join(one for one in found.sources if isinstance(one, str))
    name = python_name("_".join(scopes)) if scopes else "rnn"
    # On JAX Keras's own loop drops the same at every step.
    symbol = "tf2_lstm.RNN" if drops else "keras.layers.RNN"
    layer = writer.layer(name, list(found.sources), symbol, (cell,), options, weights)
    given = {} if found.initial is None else {"initial_state": list(found.initial)}
    given |= {"mask": _mask(writer, found)} if found.lengths else {}
    call = Apply(layer, (writer.turned(found.sequence.ref),), given)
    return writer.program.add(f"{layer.name}_outputs", call)


def _mask(writer, found):
    """Write which steps of each row there are. It is given by name: a layer behind this one takes no mask from it."""
    steps = writer.numbers(found.sequence.shape[0])
    lengths = writer.program.op("lengths", "expand_dims", Ref(found.lengths), 1)
    return writer.program.op("mask", "less", steps, lengths)


def _cell_name(scopes, sources):
    """A cell is called after the scope that all its variables share, or after the loop's."""
    held = [one.split("/")[:-1] for one in sources if isinstance(one, str)]
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*held, strict=False))
    shared = [level[0] for level in levels]
    name = python_name(shared[-1] if shared and shared != scopes else "_".join(scopes) or "rnn")
    return name if name.endswith("cell") else f"{name}_cell"
