"""Choose among trees of layers that compute the same numbers by the scopes: which one did the program write?

A dropout between two layers may belong to the output of the lower or to the input of the upper one; one around a
stack is the same as one on its lowest input or highest output; a stack of one is the same as its cell. Only here are
names looked at, and they cannot change a number.
"""

import re
from itertools import takewhile

from tf2_lstm.migrate.recognise.steps.wrapped_layers import Layer, is_alike

#: The scope of a cell in a stack; the second call of a cell has one more number, cell_0_1.
STACK = re.compile(r"multi_rnn_cell(?:_\d+)?/cell_(\d+)(?:_\d+)?/")


def regroup(layers, place):
    """Choose among equal trees of layers by the scopes.

    Args:
        layers: the `Layer`s of a step, bottom to top.
        place: a function from a term to the name of the node that made it first.

    Returns:
        The layers; one `Layer` around all of them for a stack of one, or for dropout around a stack.
    """
    if not all(STACK.search(place(one.output)) for layer in layers for one in layer.matches()):
        return layers
    if len(layers) == 1 and not isinstance(layers[0].inside, list):
        return _one(layers[0], place)
    for number in range(len(layers) - 1):
        _between(layers[number], layers[number + 1], number + 1, place)
    around = _around(layers, place)
    return [Layer(list(layers), [around])] if around else layers


def _level(dropped, place):
    found = STACK.findall(place(dropped.mask))
    return int(found[-1]) if found else None


def _one(layer, place):
    # The order counts: a wrapper around one that belongs to the stack belongs to the stack too.
    inner = list(takewhile(lambda wrapper: _inside(wrapper, place), layer.wrappers))
    return [Layer([Layer(layer.inside, inner)], layer.wrappers[len(inner) :])]


def _inside(wrapper, place):
    masks = [dropped for dropped in wrapper.values() if dropped is not True]
    return not masks or any(_level(dropped, place) is not None for dropped in masks)


def _between(lower, upper, number, place):
    """Move dropouts of a lower layer that were made in the scope of the upper one there, the last one first."""
    for wrapper in lower.wrappers[::-1]:
        if "residual" in wrapper or ("output" in wrapper and _level(wrapper["output"], place) != number):
            break
        if "output" in wrapper:
            upper.drop("input", wrapper.pop("output"))
    lower.wrappers[:] = [wrapper for wrapper in lower.wrappers if wrapper]


def _around(layers, place):
    """Take the dropouts that were made outside of the stack off the layers: {"input": ..., ...}."""
    around = {}
    for what, ends in (("input", layers[:1]), ("output", layers[-1:]), ("state", layers)):
        found = [_made_outside(layer, what, place) for layer in ends]
        # One dropout around the stack drops the states of all its layers.
        if None not in found and is_alike(around, found[0][what]):
            around[what] = found[0][what]
            for wrapper in found:
                del wrapper[what]
    for layer in layers:
        layer.wrappers[:] = [wrapper for wrapper in layer.wrappers if wrapper]
    return around


def _made_outside(layer, what, place):
    """Return the wrapper of a layer whose dropout was made outside of the stack; None without one."""
    wrappers = layer.wrappers[::-1] if what == "state" else layer.wrappers[-1:]
    outside = [one for one in wrappers if what in one and _level(one[what], place) is None]
    return outside[0] if outside else None
