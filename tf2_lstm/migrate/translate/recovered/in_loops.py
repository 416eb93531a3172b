"""Layers in the steps of a loop, where a person would write one: Dense, Attention, AdditiveAttention."""

from dataclasses import replace
from itertools import chain, repeat

import keras

from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref
from tf2_lstm.migrate.keras_code.held_layers import HeldLayer
from tf2_lstm.migrate.translate.recovered.attention_in_loops import attention_in
from tf2_lstm.migrate.translate.recovered.dense_in_loops import dense_in
from tf2_lstm.migrate.translate.recovered.loop_lines import LoopLines, Weight
from tf2_lstm.migrate.translate.writing.needed import behind, free_names, names_in, needed

#: Attributes of a loop that no layer in it may be called.
_TAKEN = {*dir(keras.layers.Layer()), "captured", "dropouts", "held_cells", "held_layers"}


def with_held_layers(program, loops, layers):
    """Let loops hold the layers whose weights only their own steps read.

    Args:
        program: the `Program`.
        loops: name of a class -> the `Cycle` of a loop.
        layers: name of a layer -> its weights in order, each the name of a variable's node, or an array.

    Returns:
        (the program, loops, layers, notes): the arguments with these layers, one of a loop by its path
        "decoder_while/logits", and a sentence for each that computes something in another way.
    """
    program, loops, held, notes = replace(program, lines=list(program.lines)), dict(loops), {}, []
    for line in list(program.lines):
        symbol, name = getattr(line.value, "what", None), line.targets[0]
        if isinstance(symbol, str) and symbol in loops:
            loop = _Loop(program, name, loops[symbol], layers)
            loops[symbol] = loop.with_layers()
            notes += loop.notes
            held.update((f"{name}/{one.name}", list(one.sources)) for one in loops[symbol].layers)
    return needed(program), loops, {**layers, **held}, notes


class _Loop:
    def __init__(self, program, name, cycle, layers):
        self.program, self.name, self.cycle, self.notes = program, name, cycle, []
        calls = [line for line in program.lines if getattr(line.value, "what", None) == Ref(name)]
        self.call = calls[0] if len(calls) == 1 else None
        self.weights = self._weights(layers) if self.call else {}
        floats = {one.dtype for one in cycle.carried if "float" in one.dtype}
        self.dtype = floats.pop() if len(floats) == 1 else ""

    def with_layers(self):
        """Return the `Cycle` with its layers; what calls it gives it their weights no more."""
        while self.call is not None and (found := self._first()):
            name = self._named(found.wanted)
            if name:
                self._hold(name, found)
        return self.cycle

    def _first(self):
        """Return the first layer that can be held; None where there is no other one."""
        lines = LoopLines(self.cycle)
        every = chain(attention_in(lines, self.weights), dense_in(lines, self.weights))
        return next((one for one in every if self._is_free(lines, one)), None)

    def _is_free(self, lines, found):
        """Whether no line reads weights of a layer beside those that it replaces, and the loop is fed without them."""
        after = lines.with_layer(HeldLayer("layer", None, ()), found)
        is_free = after is not None and not free_names(after) & {*found.weights}
        return is_free and bool(self._dtype(found)) and self._is_fed_without(found.weights)

    def _dtype(self, found):
        """Return the dtype of a layer: that of its weights, or of what the loop carries; "" where that has several."""
        return found.options.get("dtype", "float32") if found.weights else self.dtype

    def _named(self, wanted):
        """Return a free name for a layer; "" where a line had it, which has another one now."""
        wanted = f"{wanted}_layer" if wanted in _TAKEN else wanted
        lines = LoopLines(self.cycle)
        names = {one.name for one in (*self.cycle.carried, *self.cycle.held)} | {*self.cycle.captured}
        if wanted in names or lines.assigns(f"{wanted}_outputs"):
            # The first new name may be the wanted one itself.
            return next(name for name in map(self.program.reserve, repeat(wanted)) if name != wanted)
        if not lines.assigns(wanted):
            return wanted
        other = self.program.reserve(wanted)
        renamed = lines.renamed(wanted, other)
        self.cycle = renamed or self.cycle
        return "" if renamed else other

    def _hold(self, name, found):
        options = {"dtype": self._dtype(found), **found.options, "name": name}
        sources = tuple(self.weights.pop(one).node for one in found.weights)
        call = Apply(found.symbol, found.arguments, options)
        self.cycle = LoopLines(self.cycle).with_layer(HeldLayer(name, call, found.shape, sources), found)
        self.notes += [f"{self.name}: {found.note}"] if found.note else []
        given, captured = self.call.value.arguments
        left = [one for one in captured if one.name not in found.weights]
        number = self.program.lines.index(self.call)
        self.call = Line(self.call.targets, Apply(self.call.value.what, (given, left)), self.call.note)
        self.program.lines[number] = self.call

    def _weights(self, layers):
        """Map names that the loop is given to the `Weight`s that nothing else reads."""
        lines, found = {line.targets[0]: line.value for line in self.program.lines}, {}
        given, captured = self.call.value.arguments
        for name in (one.name for one in captured):
            value = lines.get(name)
            layer = value.what.name if isinstance(value, Apply) and isinstance(value.what, Ref) else ""
            made = lines.get(layer)
            is_weight = isinstance(made, Apply) and made.what == "tf2_lstm.Weight"
            if is_weight and self._read_once(name) and self._read_once(layer) and name not in names_in(given):
                [source] = layers[layer]
                options = {key: one for key, one in made.options.items() if key != "name"}
                if isinstance(source, str) and "float" in options.get("dtype", "float32"):
                    found[name] = Weight(source, tuple(made.arguments[0]), options)
        return found

    def _read_once(self, name):
        readers = [line for line in self.program.lines if name in names_in(line.value)]
        return len(readers) == 1 and name not in names_in(list(self.program.outputs.values()))

    def _is_fed_without(self, weights):
        """Whether the loop is given something that is computed of an input when it is not given some weights."""
        given, captured = self.call.value.arguments
        left = names_in(given) | {one.name for one in captured} - {*self.weights} - {*weights}
        return bool(left & {*behind(self.program.inputs.values(), self.program.lines)})
