"""Names of the weights and the lines in a cell of its own equations."""

import keras

from tf2_lstm.migrate.keras_code.expression import Ref
from tf2_lstm.migrate.translate.writing.naming import python_name

#: Names that an attribute of a cell may not have.
_TAKEN = {*dir(keras.layers.Layer()), "state_size", "output_size", "self", "inputs", "states"}


def weight_names(sources, taken=()):
    """Return a name for each weight: the last part of its variable's name, with scopes in front where several share it.

    Args:
        sources: the names of the variables, or arrays.
        taken: other names that the cell holds.
    """
    names = []
    for source in sources:
        levels = range(1, source.count("/") + 2 if isinstance(source, str) else 2)
        level = next((one for one in levels if _is_unique(source, sources, one)), levels[-1])
        names.append(_free(python_name(_ending(source, level)), {*_TAKEN, *taken, *names}))
    return names


def _is_unique(source, sources, level):
    return [_ending(one, level) for one in sources].count(_ending(source, level)) == 1


def _ending(source, parts):
    """Return the last parts of the name of a variable."""
    return "_".join(source.split("/")[-parts:]) if isinstance(source, str) else "constant"


def local_names(names, taken):
    """Map each name to a `Ref` of the same name, or of another one where that is taken.

    Args:
        names: the names of lines.
        taken: names that no line may have.
    """
    found = {}
    for name in names:
        found[name] = Ref(_free(name, {*taken, *(one.name for one in found.values())}))
    return found


def _free(name, taken):
    """Return a name that is not taken."""
    return name if name not in taken else _free(f"{name}_", taken)
