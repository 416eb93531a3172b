"""Rules for the layers of a source: their shapes, and the names of the sizes that they are made with.

A rule takes the layer's name in capitals and the arguments that make the layer, and returns a `Layer`.
"""

from tf2_lstm.migrate.keras_code.tensor_shapes import (
    NotFollowed,
    Tensor,
    fixed,
    join,
    reshape,
    shape_of,
    windows,
)
from tf2_lstm.migrate.keras_code.written_size import fix, same, total


class Layer:
    """A layer of a source.

    Args:
        call: a function of (the `Layer`, the arguments of a call) that returns the call's result.
        sizes: the `WrittenSize`s in the arguments that make it.
        states: the sizes of a cell's states, nested as in Keras.
        output: the size of a cell's output.
        layers: the layers inside it.
    """

    def __init__(self, call, sizes=(), states=None, output=None, layers=()):
        self.call, self.sizes, self.states, self.output, self.layers = call, sizes, states, output, layers
        self._width = None

    def __call__(self, *arguments, **options):
        """Return the result of a call."""
        return self.call(self, *arguments, **options)

    def takes(self, x):
        """Return the shape of an input; the last axis of all inputs is one size, as the kernel has it."""
        x = shape_of(x)
        if not x:
            raise NotFollowed
        same(self._width, x[-1])
        self._width = self._width or x[-1]
        return x

    def fix(self):
        """Write its sizes as numbers."""
        fix([list(self.sizes), self._width])
        for layer in self.layers:
            layer.fix()


def _input(name, shape=None, batch_shape=None, dtype=None):
    return Tensor((None, *shape) if batch_shape is None else batch_shape)


def _dense(name, units, **_):
    def call(layer, x):
        return Tensor((*layer.takes(x)[:-1], units))

    return Layer(call, [units.named(f"{name}_UNITS")])


def _embedding(name, rows, columns, **_):
    def call(layer, ids):
        ids = shape_of(ids)
        same(ids.below, rows)
        return Tensor((*ids, columns))

    return Layer(call, [rows.named(f"{name}_INPUT_DIM"), columns.named(f"{name}_OUTPUT_DIM")])


def _weight(name, shape, **_):
    return Layer(lambda layer, x: Tensor(shape), shape)


def _convolution(name, filters, kernel, strides=1, padding="valid", dilation_rate=1, data_format=None, **_):
    if data_format not in (None, "channels_last"):
        raise NotFollowed

    def call(layer, x):
        x = layer.takes(x)
        return Tensor((x[0], *windows(x[1:-1], kernel, strides, padding, dilation_rate), filters))

    return Layer(call, [filters.named(f"{name}_FILTERS")])


def _pooling(name, pool, strides=None, padding="valid", data_format=None):
    if data_format not in (None, "channels_last"):
        raise NotFollowed

    def call(layer, x):
        x = shape_of(x)
        strides_of = pool if strides is None else strides
        return Tensor((x[0], *windows(x[1:-1], pool, strides_of, padding, 1), x[-1]))

    return Layer(call)


def _same_shape(name, *_, **__):
    return Layer(lambda layer, x, *_, **__: layer.takes(x))


def _cell(states):
    def rule(name, units, **_):
        return Layer(_step, [units.named(f"{name}_UNITS")], units if states == 1 else [units] * states, units)

    return rule


def _lstm_cell(name, units, projection_units=None, **_):
    units.named(f"{name}_UNITS")
    output = units if projection_units is None else projection_units.named(f"{name}_PROJECTION_UNITS")
    return Layer(_step, [units, output], [output, units], output)


def _step(cell, x, states):
    x = cell.takes(x)
    return [Tensor((*x[:-1], cell.output)), joined_states(cell.states, states, x[:-1])]


def joined_states(sizes, states, batch):
    """Return the shapes of a cell's states, joined to those of the given states, None for none."""
    if isinstance(sizes, (list, tuple)):
        given = [None] * len(sizes) if states is None else states
        return [joined_states(one, state, batch) for one, state in zip(sizes, given, strict=True)]
    if isinstance(states, list):
        return [joined_states(sizes, state, batch) for state in states]
    shape = Tensor((*batch, sizes))
    if states is not None:
        join(shape, states)
    return shape


def _stacked_cells(name, cells, **_):
    def call(layer, x, states):
        after = []
        for cell, state in zip(cells, states, strict=True):
            x, state = cell(x, state)
            after.append(state)
        return [x, after]

    _all_layers(cells)
    return Layer(call, states=[cell.states for cell in cells], output=cells[-1].output, layers=cells)


def _wrapped(name, cell, **_):
    _all_layers([cell])
    return Layer(lambda layer, *arguments: cell(*arguments), (), cell.states, cell.output, [cell])


def _residual(name, cell, residual_fn=None):
    _all_layers([cell])
    if residual_fn is not None:
        raise NotFollowed

    def call(layer, x, states):
        output, states = cell(x, states)
        return [join(output, x), states]

    return Layer(call, (), cell.states, cell.output, [cell])


def _all_layers(layers):
    if not all(isinstance(one, Layer) and one.states is not None for one in layers):
        raise NotFollowed


def _rnn(name, cell, return_sequences=False, return_state=False, **_):
    _all_layers([cell])

    def call(layer, x, mask=None, initial_state=None):
        x = shape_of(x)
        cell(Tensor((x[0], x[2])), _flat_zeros(cell.states, x[0]))
        states = joined_states(cell.states, initial_state, x[:1])
        states = states if isinstance(states, list) else [states]
        output = Tensor((*x[: 2 if return_sequences else 1], cell.output))
        return [output, *states] if return_state else output

    return Layer(call, (), cell.states, cell.output, [cell])


def _flat_zeros(sizes, batch):
    if isinstance(sizes, (list, tuple)):
        return [_flat_zeros(one, batch) for one in sizes]
    return Tensor((batch, sizes))


def _rnn_of(states):
    def rule(name, units, **options):
        return _rnn(name, _cell(states)(name, units), **options)

    return rule


def _bidirectional(name, forward, backward=None, merge_mode="concat", **_):
    backward = forward if backward is None else backward
    _all_layers([forward, backward])

    def call(layer, x, mask=None, initial_state=None):
        halves = [None, None]
        if initial_state is not None:
            middle = len(initial_state) // 2
            halves = [initial_state[:middle], initial_state[middle:]]
        given = [
            one(x, mask=mask, initial_state=half)
            for one, half in zip((forward, backward), halves, strict=True)
        ]
        outputs = [one[0] if isinstance(one, list) else one for one in given]
        states = [state for one in given if isinstance(one, list) for state in one[1:]]
        if merge_mode == "concat":
            outputs = [Tensor((*outputs[0][:-1], total([forward.output, backward.output])))]
        elif merge_mode is not None:
            raise NotFollowed
        return [*outputs, *states] if states or len(outputs) > 1 else outputs[0]

    return Layer(call, layers=[forward, backward])


def _size_of(name, axis):
    return Layer(lambda layer, x: Tensor())


def _reshape_to(name, sizes, **_):
    return Layer(lambda layer, x, *given: reshape(x, sizes))


def _reshape(name, shape, **_):
    return Layer(lambda layer, x: Tensor((shape_of(x)[0], *reshape(Tensor(x[1:]), shape))))


def _attention(name, **_):
    def call(layer, inputs, mask=None, return_attention_scores=False):
        query, values, keys = map(shape_of, inputs)
        same(query[-1], layer.takes(keys)[-1])
        output = Tensor((*query[:-1], values[-1]))
        return [output, Tensor((*query[:-1], keys[-2]))] if return_attention_scores else output

    return Layer(call)


def _gather_tree(name):
    return Layer(lambda layer, ids, *_, **__: shape_of(ids))


def _full_of(name, sizes, *_, **__):
    return Layer(lambda layer, *given: Tensor(sizes))


def _range_of(name, *_, **__):
    return Layer(lambda layer, *given: Tensor((None,)))


def _filled_rows(name, *_, **__):
    return Layer(
        lambda layer, indices, values, rows: [
            Tensor((None, *shape_of(indices)[1:])),
            Tensor((None,)),
            Tensor((None,)),
        ]
    )


def _reshaped_indices(name, shape, target, **_):
    return Layer(lambda layer, indices, *given: Tensor((shape_of(indices)[0], fixed(len(target)))))


def _combined(name, how, **_):
    return Layer(lambda layer, x, ids, count: Tensor((None, *shape_of(x)[1:])))


_ROOMS = ("1D", "2D", "3D")

#: Symbol -> rule.
LAYERS = {
    "keras.Input": _input,
    "keras.layers.Dense": _dense,
    "keras.layers.Embedding": _embedding,
    **{f"keras.layers.Conv{room}": _convolution for room in _ROOMS},
    **{f"keras.layers.{kind}Pooling{room}": _pooling for kind in ("Max", "Average") for room in _ROOMS},
    **{
        f"keras.layers.{name}": _same_shape
        for name in ("BatchNormalization", "LayerNormalization", "Dropout")
    },
    **{
        f"keras.layers.{name}{kind}": rule(states)
        for name, states in (("LSTM", 2), ("GRU", 1), ("SimpleRNN", 1))
        for kind, rule in (("Cell", _cell), ("", _rnn_of))
    },
    "keras.layers.StackedRNNCells": _stacked_cells,
    "keras.layers.RNN": _rnn,
    "keras.layers.Reshape": _reshape,
    "keras.layers.Attention": _attention,
    "keras.layers.AdditiveAttention": _attention,
    "keras.layers.Bidirectional": _bidirectional,
    "tf2_lstm.Bidirectional": _bidirectional,
    "tf2_lstm.DropoutWrapper": _wrapped,
    "tf2_lstm.LSTMCell": _lstm_cell,
    "tf2_lstm.ResidualWrapper": _residual,
    "tf2_lstm.GatherTree": _gather_tree,
    "tf2_lstm.RNN": _rnn,
    "tf2_lstm.StackedRNNCells": _stacked_cells,
    "tf2_lstm.Weight": _weight,
    "tf2_lstm.SizeOf": _size_of,
    "tf2_lstm.ReshapeTo": _reshape_to,
    "tf2_lstm.FullOf": _full_of,
    "tf2_lstm.RangeOf": _range_of,
    "tf2_lstm.CombineSegments": _combined,
    "tf2_lstm.SparseFillEmptyRows": _filled_rows,
    "tf2_lstm.SparseReshape": _reshaped_indices,
}
