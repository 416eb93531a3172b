"""Write a recurrence as the Keras source that a person would have written for it."""

import inspect
import re
import textwrap
from itertools import groupby

from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK, Apply, Item, Line, Symbol
from tf2_lstm.migrate.keras_code.program import symbols_of
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.keras_code.sized import with_sizes
from tf2_lstm.migrate.keras_code.write import WIDTH, source, write_comment, write_line, write_value

#: From how many steps on their outputs are written together.
_MANY = 5
#: The name of the output of a step, "outputs_fw_7".
_OF_A_STEP = re.compile(r"(outputs(?:_fw|_bw)?_)\d+")


def emit(recurrence):
    """Write the Keras model of a recurrence as Python source.

    Args:
        recurrence: a `model.Recurrence`.

    Returns:
        The text of a module with `build_model()`, whose parameters are the rates of dropout that TF1 programs feed as
        a keep_prob, and `load()`, which gives the model its weights. Names out of the TF1 model stand in comments and
        string literals only, escaped.

    Raises:
        BuildError: the recurrence is of a kind that no Keras model is written for.
    """
    notes = [f"TF1 scope: {recurrence.scope or '(none)'}", f"TF1 call: {recurrence.call!r}"]
    doc = "The Keras model of one TF1 recurrence; its weights are in the .keras file beside it."
    sized, _, _, sizes = with_sizes({"build_model": program_of(recurrence)})
    program = sized["build_model"]
    return module_of(doc, sizes, [function_of("build_model", program, recurrence, notes)], program.defaults())


def module_of(doc, sizes, functions, defaults, by_order=False):
    """Return the text of a module.

    Args:
        doc: its docstring.
        sizes: its constants, name -> int.
        functions: of `function_of`, in order; the last one is `build_model`.
        defaults: its parameters, name -> default.
        by_order: whether its weights are those of the file's model in their order: Keras finds layers in a file by
            their classes, and a loop that holds weights is data there.
    """
    lines = [f'"""{doc}"""', "", "from pathlib import Path", ""]
    ours = any(uses for uses, _ in functions)
    lines += ["import keras", "", "import tf2_lstm"] if ours else ["import keras"]
    lines += _constants(sizes)
    has_lengths = any("length_mask(" in line for _, text in functions for line in text)
    for text in [*([_length_mask()] if has_lengths else []), *(text for _, text in functions)]:
        lines += ["", "", *text]
    wrapped = any("tf2_lstm.DropoutWrapper(" in line for _, text in functions for line in text)
    return "\n".join([*lines, "", "", *_load(defaults, wrapped, by_order)]) + "\n"


def _constants(sizes):
    assigned = [f"{name} = {value}" for name, value in sizes.items()]
    return (
        [
            "",
            "# Sizes: those of the weights that load() takes. A model of others begins untrained.",
            *assigned,
        ]
        if sizes
        else []
    )


def _length_mask():
    """Return the lines of the function of that name; importing it needs Keras, so that only this does."""
    from tf2_lstm.migrate.keras_code.length_mask import length_mask

    return inspect.getsource(length_mask).splitlines()


def _load(defaults, wrapped, by_order):
    path = 'Path(__file__).with_suffix(".keras")'
    # Of a wrapper the file has the rates too, those of inference.
    keeps_rates = defaults and wrapped
    loaded = [f"tf2_lstm.load_weights(model, {path})" if keeps_rates else f"model.load_weights({path})"]
    if by_order:
        assigned = (
            "tf2_lstm.load_weights(model, saved)" if keeps_rates else "model.set_weights(saved.get_weights())"
        )
        loaded = [f"saved = keras.models.load_model({path})", assigned]
    parameters = ", ".join(f"{rate}={value!r}" for rate, value in defaults.items())
    return [
        f"def load({parameters}):",
        '    """Return the model with the weights of the .keras file beside this one."""',
        f"    model = build_model({', '.join(defaults)})",
        *(f"    {line}" for line in loaded),
        "    return model",
    ]


def function_of(name, program, edges, notes):
    """Return (whether it needs tf2_lstm, lines) of a function that builds a model.

    Args:
        name: the function's name.
        program: the `Program`.
        edges: what has the model's `name` and its `outputs`, each with `name` and `tf1`.
        notes: comments at its beginning.
    """
    parameters = ", ".join(f"{rate}={value!r}" for rate, value in program.defaults().items())
    lines = [f"def {name}({parameters}):", *_documented(program)]
    for rate, held in program.rates.items():
        lines += write_comment(f"{rate} is {held.said}; it acts with training=True only.", 4)
    for note in notes:
        lines += write_comment(note, 4)
    for line in program.lines:
        lines += write_line(line, 4)
    model = Apply("keras.Model", (dict(program.inputs), _outputs(program)), {"name": edges.name})
    for output, note in _origins(edges):
        lines += write_comment(f"{output} {note}", 4)
    ours = any(symbol.startswith("tf2_lstm.") for symbol in symbols_of(program) - {LENGTH_MASK})
    return ours, lines + write_value("return ", model, "", 4)


def _documented(program):
    """Return the docstring of a function that builds a model, as lines."""
    called = (
        f"It is called with a dict of {', '.join(program.inputs)}, and gives a dict of "
        f"{', '.join(_in_words(names) for names in _together(program.outputs))}."
    )
    lines = textwrap.wrap(called, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return ['    """Return the model without its weights.', "", *(f"    {line}" for line in lines), '    """']


def _origins(edges):
    """Return (output, where it is in TF1), in words, of all outputs that have a place there."""
    places = {tensor.name: tensor.tf1 for tensor in edges.outputs if tensor.tf1}
    return [
        (_in_words(names), f"{'are' if len(names) > 1 else 'is'} {_in_words([places[one] for one in names])}")
        for names in _together(places)
    ]


def _together(names):
    """Yield lists of names that follow each other: the outputs of many steps are one list, each other name is one."""
    for prefix, group in groupby(names, lambda name: (_OF_A_STEP.fullmatch(name) or ("", ""))[1]):
        found = list(group)
        if prefix and len(found) >= _MANY and found == [f"{prefix}{step}" for step in range(len(found))]:
            yield found
        else:
            yield from ([one] for one in found)


def _in_words(names):
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _outputs(program):
    """Return the outputs as a dict for `write_value`; many steps that one list holds are one comprehension."""
    found = {}
    for names in _together(program.outputs):
        values = [program.outputs[one] for one in names]
        if len(names) > 1 and _are_all_of_a_list(values):
            prefix, of = names[0].removesuffix("0"), source(values[0].of)
            each = f'f"{prefix}{{step}}": {of}[step] for step in range({len(names)})'
            found[Symbol(f"**{{{each}}}")] = None
        else:
            found.update(zip(names, values, strict=True))
    return found


def _are_all_of_a_list(values):
    """Whether these are the items of one value, from the first on."""
    return all(
        isinstance(one, Item) and one.of == values[0].of and one.at == number
        for number, one in enumerate(values)
    )


__all__ = ["Line", "emit", "function_of", "module_of"]
