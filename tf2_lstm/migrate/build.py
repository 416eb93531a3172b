"""Build Keras layers of a cell tree in TF1's vocabulary, by the rows of the pairs table."""

import importlib
from dataclasses import dataclass

from tf2_lstm.migrate.pairs import PAIRS, Call, Fed
from tf2_lstm.migrate.pairs.tree import inner_calls


class BuildError(ValueError):
    """A construct has no Keras equal, or an argument is unknown."""


@dataclass(frozen=True)
class Symbol:
    """An object that is named, not called: "tf2_lstm.hard_sigmoid"."""

    name: str


def _gates(name):
    """Return the name of a gate's function; TF1's hard_sigmoid is not that of Keras 3."""
    return Symbol("tf2_lstm.hard_sigmoid") if name == "hard_sigmoid" else name


def resolve(symbol):
    """Import the object that a row names: a class or function ("keras.layers.LSTMCell"), or a program's module."""
    module, attribute = symbol.rsplit(".", 1)
    found = getattr(importlib.import_module(module), attribute, None)
    return importlib.import_module(symbol) if found is None else found


def is_stock(call):
    """Whether stock Keras has an exact cell for a call, and for all cells inside, by the rows.

    Example:
        ```python
        assert is_stock(Call("lstm", num_units=4)) and not is_stock(Call("lstm", num_units=4, num_proj=2))
        ```
    """
    row, inside = PAIRS[call.pair], [cell for _, cell in inner_calls(call)]
    if row.kind == "stack":
        distinct = {id(cell) for cell in inside}
        return len(inside) > 1 and len(distinct) == len(inside) and all(map(is_stock, inside))
    return bool(row.stock) and not any(call.arguments.get(name) for name in row.stock_unless)


def stock_symbol(call):
    """Return the name of the class for a cell: stock Keras where it is exact, else the row's own."""
    row = PAIRS[call.pair]
    return row.stock if is_stock(call) else row.keras


class Builder:
    """Builds Keras cells and layers from calls; the same call object makes the same cell, as in TF1.

    Args:
        dtype: the Keras dtype policy of all cells and layers.
        functions: name -> Python function, for arguments that are functions (residual_fn).
        stock: whether to use stock Keras where it is exact, instead of the class of this package.
        make: a function of (symbol, call, **options) that makes a cell; by default the class itself is called.
        rate: a function from a `Fed` keep_prob to the rate; by default 1 - its value.
    """

    def __init__(self, dtype="float32", functions=None, stock=False, make=None, rate=None):
        self.dtype, self.functions = dtype, functions or {}
        self._symbol = stock_symbol if stock else lambda call: PAIRS[call.pair].keras
        self._make, self._rate = make or _construct, rate or (lambda fed: 1.0 - fed.value)
        self._cells = {}

    def cell(self, call):
        """Return the Keras cell of a call, built once.

        Raises:
            BuildError: an argument is unknown or has no Keras equal.
        """
        if id(call) not in self._cells:
            cell = self._make(self._symbol(call), call, dtype=self.dtype, **self.options(call))
            self._cells[id(call)] = (cell, call)
        return self._cells[id(call)][0]

    def options(self, call):
        """Translate a call's TF1 arguments into Keras keyword arguments by the row, including its constants."""
        row = PAIRS[call.pair]
        known = {argument.tf1: argument for argument in row.arguments}
        options = dict(row.constants)
        for name, value in call.arguments.items():
            if name == "recurrent_activation":  # of a cell of tf.keras 1.15
                options |= {} if value == "sigmoid" else {name: _gates(value)}
                continue
            if any(name == one.option for one in row.variants):
                options[name] = value
                continue
            if name not in known:
                raise BuildError(
                    f"{row.tf1[0]}: unknown argument {name!r}, expected one of {', '.join(known)}."
                )
            if known[name].how == "refused":
                raise BuildError(f"{row.tf1[0]}({name}={value!r}): no Keras equal. {known[name].why}")
            if known[name].how == "renamed" and known[name].to not in ("dtype", "name"):
                options.update(self._convert(known[name], value, call))
        return options

    def _convert(self, argument, value, call):
        if argument.convert == "cell":
            return {argument.to: self.cell(value)}
        if argument.convert == "cells":
            return {argument.to: [self.cell(inner) for inner in value]}
        if argument.convert == "rate":
            return self._dropout(argument.to, value)
        if argument.convert == "function":
            return {argument.to: self.functions[value]}
        if argument.convert == "only_with_num_proj" and not call.arguments.get("num_proj"):
            return {}
        return {argument.to: value}

    def _dropout(self, name, keep_prob):
        """Return the option for a keep_prob: none for exactly 1, as in TF1; a fed one may have any value."""
        if isinstance(keep_prob, Fed):
            return {name: self._rate(keep_prob)}
        return {} if keep_prob == 1.0 else {name: 1.0 - keep_prob}

    def layer(self, call):
        """Return the Keras layer of an unroll: `RNN`, `Bidirectional`, or a list of them for a stack of both.

        Args:
            call: a call of dynamic_rnn, static_rnn, bidirectional_dynamic_rnn, static_bidirectional_rnn or
                stack_bidirectional_dynamic_rnn.

        Returns:
            A Keras layer, or a list of layers for stack_bidirectional_dynamic_rnn.

        Raises:
            BuildError: the call is not an unroll that a layer stands for.
        """
        cells = [cell for _, cell in inner_calls(call)]
        row = PAIRS[call.pair]
        if row.kind != "unroll" or not row.keras.startswith("tf2_lstm.") or call.pair == "python_loop":
            raise BuildError(f"{call.pair}: expected an unroll that is a Keras layer, such as dynamic_rnn.")
        if call.pair.startswith("stack_bidirectional"):
            half = len(cells) // 2
            return [
                self._bidirectional(*both, "concat") for both in zip(cells[:half], cells[half:], strict=True)
            ]
        if len(cells) == 2:
            return self._bidirectional(*cells, row.constants["merge_mode"], call.pair.startswith("static"))
        return resolve(row.keras)(self.cell(cells[0]), dtype=self.dtype, **row.constants)

    def _bidirectional(self, forward, backward, merge_mode, unroll=False):
        common = {"return_sequences": True, "return_state": True, "unroll": unroll, "dtype": self.dtype}
        rnn = resolve(PAIRS["dynamic_rnn"].keras)
        return resolve(PAIRS["bidirectional_dynamic_rnn"].keras)(
            rnn(self.cell(forward), **common),
            backward_layer=rnn(self.cell(backward), go_backwards=True, **common),
            merge_mode=merge_mode,
            dtype=self.dtype,
        )


def _construct(symbol, call, **options):
    given = {key: resolve(one.name) if isinstance(one, Symbol) else one for key, one in options.items()}
    return resolve(symbol)(**given)


def set_weights(cell, arrays, where, own=None):
    """Assign arrays to a built Keras cell, in the order of its own weights.

    Args:
        cell: a built Keras cell with weights.
        arrays: a list of as many arrays as the cell has weights, of the same shapes. It is emptied, so that a large
            array is freed after its turn.
        where: the TF1 scope, for messages.
        own: the weights to assign; all of the cell's by default.

    Raises:
        BuildError: the numbers or the shapes differ.
    """
    own = cell.weights if own is None else own
    shapes = [tuple(weight.shape) for weight in own]
    if shapes != [array.shape for array in arrays]:
        raise BuildError(
            f"{where}: expected the weights of {cell.name} with shapes {shapes}, received "
            f"{[array.shape for array in arrays]}. Was the cell built for this input depth?"
        )
    for weight in own:
        weight.assign(arrays.pop(0))


__all__ = ["BuildError", "Builder", "Call", "is_stock", "resolve", "set_weights", "stock_symbol"]
