"""A recurrence becomes the Keras source that a person would have written for it."""

from tf2_lstm.migrate.keras_code.expression import Apply, Line
from tf2_lstm.migrate.keras_code.program import symbols_of
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.keras_code.write import write_comment, write_line, write_value


def emit(recurrence):
    """Write the Keras model of a recurrence as Python source.

    Args:
        recurrence: a `model.Recurrence`.

    Returns:
        The text of a module with `build_model()`, whose parameters are the rates of dropout that TF1 programs feed as
        a keep_prob. Names out of the TF1 model stand in comments and string literals
        only, escaped.

    Raises:
        BuildError: the recurrence is of a kind that no Keras model is written for.
    """
    program = program_of(recurrence)
    lines = ['"""The Keras model of one TF1 recurrence; its weights are in the .keras file beside it."""', ""]
    ours = any(symbol.startswith("tf2_lstm.") for symbol in symbols_of(program))
    lines += ["import keras", "", "import tf2_lstm"] if ours else ["import keras"]
    parameters = ", ".join(f"{name}={value!r}" for name, value in program.defaults().items())
    lines += ["", "", f"def build_model({parameters}):"]
    lines += ['    """Return the model without its weights."""']
    for name, rate in program.rates.items():
        lines += write_comment(f"{name} is 1 - {rate.keep_prob}; it acts with training=True only.", 4)
    for note in [f"TF1 scope: {recurrence.scope or '(none)'}", f"TF1 call: {recurrence.call!r}"]:
        lines += write_comment(note, 4)
    for line in program.lines:
        lines += write_line(line, 4)
    model = Apply("keras.Model", (dict(program.inputs), dict(program.outputs)), {"name": recurrence.name})
    for output, note in _origins(recurrence):
        lines += write_comment(f"{output} is {note}", 4)
    lines += write_value("return ", model, "", 4)
    return "\n".join(lines) + "\n"


def _origins(recurrence):
    return [(tensor.name, tensor.tf1) for tensor in recurrence.outputs if tensor.tf1]


__all__ = ["Line", "emit"]
