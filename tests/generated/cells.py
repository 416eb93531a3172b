"""The cells of a program, by the classes of `tf.nn.rnn_cell`."""

from legacy_tf1.compat import rnn_cell, tf
from tests.generated.program import DROPOUTS


def keep_of(program):
    """The keep probability of every dropout: a number or a placeholder."""
    if program.keep in ("placeholder", "default"):
        return _placeholder(program)
    return 1.0 if program.keep == "one" else 0.7


def _placeholder(program):
    if program.keep == "default":
        return tf.placeholder_with_default(tf.constant(1.0, program.dtype), [], name="keep_prob")
    return tf.placeholder(program.dtype, [], name="keep_prob")


def cell_of(program, layers, width, keep):
    """Build the cell that a program runs.

    Args:
        program: the `Program`.
        layers: its layers, or one of them in a tuple.
        width: of what it reads.
        keep: as `keep_of` gives it.

    Returns:
        An `RNNCell`.
    """
    read, cells = width, []
    for layer in layers:
        cells.append(_layer(program, layer, read, keep))
        read = layer.width
    stack = len(cells) > 1 or program.stacked
    cell = rnn_cell.MultiRNNCell(cells, state_is_tuple=program.stack_is_tuple) if stack else cells[0]
    return _wrapped(program, cell, program.outer, width, keep)


def _layer(program, layer, read, keep):
    options = dict(layer.options)
    if "activation" in options:
        options["activation"] = getattr(tf.nn, options["activation"])
    cell = getattr(rnn_cell, f"{layer.kind}Cell")(layer.units, dtype=program.dtype, **options)
    for wrapper in layer.wrappers:
        cell = _wrapped(program, cell, wrapper, read, keep)
    return cell


def _wrapped(program, cell, wrapper, read, keep):
    if not wrapper:
        return cell
    if wrapper == "residual":
        return rnn_cell.ResidualWrapper(cell)
    if wrapper == "device":
        return rnn_cell.DeviceWrapper(cell, "/cpu:0")
    more = {}
    if wrapper == "dropout_recurrent":
        more = {"variational_recurrent": True, "input_size": tf.TensorShape([read]), "dtype": program.dtype}
    return rnn_cell.DropoutWrapper(cell, **dict.fromkeys(DROPOUTS[wrapper], keep), **more)
