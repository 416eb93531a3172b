"""Where two trees compute the same numbers, the scope of an operation says which one the program wrote.

A dropout between two layers may belong to the output of the lower or to the input of the upper one; one around a
stack is the same as one on its lowest input or highest output; a stack of one is the same as its cell. Only here are
names looked at, and they cannot change a number.
"""

import re

from tf2_lstm.migrate.recognise.wrappers import Layer

STACK = re.compile(r"multi_rnn_cell(?:_\d+)?/cell_(\d+)/")


def regroup(layers, place):
    """Choose among equal trees by the scopes.

    Args:
        layers: the `Layer`s of a step, bottom to top.
        place: a function from a term to the name of the node that made it first.

    Returns:
        The layers; one `Layer` around all of them for a stack of one, or for dropout around a stack.
    """
    if not all(STACK.search(place(one.output)) for layer in layers for one in layer.applications()):
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
    inner = [wrapper for wrapper in layer.wrappers if _inside(wrapper, place)]
    outer = [wrapper for wrapper in layer.wrappers if wrapper not in inner]
    return [Layer([Layer(layer.inside, inner)], outer)]


def _inside(wrapper, place):
    masks = [dropped for dropped in wrapper.values() if dropped is not True]
    return not masks or any(_level(dropped, place) is not None for dropped in masks)


def _between(lower, upper, number, place):
    """Hand the dropout between two layers to the upper one if it was made there."""
    last = lower.wrappers[-1] if lower.wrappers else {}
    if "output" in last and _level(last["output"], place) == number:
        upper.drop("input", last.pop("output"))
        if not last:
            lower.wrappers.pop()


def _around(layers, place):
    """Take the dropouts that were made outside of the stack off the layers: {"input": ..., ...}."""
    around = {}
    for layer in layers:
        for what, here in (("input", layers[0]), ("output", layers[-1]), ("state", layer)):
            if layer is not here or not layer.wrappers:
                continue
            outer = layer.wrappers[-1]
            if what in outer and _level(outer[what], place) is None:
                around.setdefault(what, outer.pop(what))
                if not outer:
                    layer.wrappers.pop()
    return around
