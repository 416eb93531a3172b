"""Three ways to lay out a batch of sequences for a loop: which row takes part in which step.

| way    | layout     | for                                                       |
|--------|------------|-----------------------------------------------------------|
| Whole  | [T, B, W]  | no mask                                                   |
| Masked | [T, B, W]  | a mask under XLA, whose shapes are fixed                  |
| Packed | [N, W]     | any other mask: only the N valid steps, nothing padded    |

Packed sorts the rows by their number of valid steps, longest first, and puts valid step 0 of all
rows first, then step 1 of those rows that have one, and so on: step t is one block of `sizes[t]`
rows. A hole in a mask closes, since a padded step leaves the state alone.

All three have the same methods, so that a loop is written once: `pack` and `unpack` between [B, T,
W] and the layout; `split` and `join` between the layout and a TensorArray of steps; `trim`, `grow`,
`choose` at a step; `before` and `last` for the states before each step and after the last one.
"""

import functools
from dataclasses import dataclass

import tensorflow as tf

#: Up to this many steps, if their number is known, are written one after the other; more are a loop.
FEW_STEPS = 8


@dataclass(frozen=True)
class Whole:
    """Every row is valid at every step.

    ```python
    import tensorflow as tf

    from tf2_lstm.backends.tensorflow.layout import whole

    print(whole(tf.zeros((2, 5, 3))).pack(tf.zeros((2, 5, 3))).shape)
    ```
    """

    steps: object
    batch: object
    valid: object = None
    is_short: bool = False  # Whether the steps are written one after the other, without a loop.
    loses_rows = False

    @property
    def has_known_sizes(self):
        """Whether the numbers of steps and rows are known now, and no tensors."""
        return isinstance(self.steps, int) and isinstance(self.batch, int)

    @property
    def stop(self):
        """The number of steps that the loops run."""
        return self.steps

    def pack(self, x):
        """Turn [B, T, W] into the layout."""
        return tf.transpose(x, [1, 0, 2])

    def unpack(self, y, hold=False):
        """Turn the layout into [B, T, W]."""
        return tf.transpose(y, [1, 0, 2])

    def final(self, y):
        """Return the output of each row's last valid step, [B, W]."""
        return y[-1]

    def sort(self, states):
        """Put states [B, W] into the order of the layout's rows."""
        return list(states)

    def unsort(self, states):
        """Undo `sort`."""
        return list(states)

    def split(self, y):
        """Turn the layout into a TensorArray with an element for each step."""
        return tf.TensorArray(y.dtype, self.steps, element_shape=y.shape[1:]).unstack(y)

    def array(self, width, dtype):
        """Return an empty TensorArray for steps [rows, width]."""
        return tf.TensorArray(dtype, self.steps, element_shape=[_static(self.batch), width])

    def shape(self, state):
        """Return the shape that a state has at every step."""
        return tf.TensorShape([_static(self.batch), state.shape[-1]])

    def join(self, array):
        """Turn a TensorArray into the layout."""
        return array.stack()

    def trim(self, states, step):
        """Return the states of the rows that take part in a step."""
        return list(states)

    def grow(self, states, final, step):
        """Return, for a loop backwards, the states of the rows that took part in a step, new ones from `final`."""
        return list(states)

    def choose(self, step, new, old):
        """Return the new values at valid rows, the old ones at others; an old None is zero."""
        return list(new)

    def start_back(self, final):
        """Return the states with which a loop backwards begins."""
        return list(final)

    def end_back(self, states, final):
        """Return the states with which a loop backwards ends, for all rows."""
        return list(states)

    def before(self, history, first):
        """Return the states before each step, in the layout, from those after each step and the first ones."""
        return [tf.concat([s[None], h[:-1]], axis=0) for h, s in zip(history, first, strict=True)]

    def last(self, ended, history, first):
        """Return the states after each row's last step, [B, W] sorted, from those that a loop ended with."""
        return list(ended)


@dataclass(frozen=True)
class Masked(Whole):
    """Every row goes through every step up to the last one that any row needs.

    A row keeps its state where it is not valid: `valid` [T, B, 1]. The steps after the last are never
    written, and XLA's arrays are zero there.
    """

    @property
    def stop(self):
        """The number of the last step that is valid for any row, plus one."""
        numbers = tf.range(1, self.steps + 1)[:, None, None]
        return tf.reduce_max(tf.where(self.valid, numbers, 0))

    def unpack(self, y, hold=False):
        """Turn the layout into [B, T, W], zero at padded steps; `hold` is only for Packed."""
        return tf.transpose(tf.where(self.valid, y, tf.zeros_like(y)), [1, 0, 2])

    def final(self, y):
        """Return the output of each row's last valid step, zero without one."""
        to_come = tf.cumsum(tf.cast(self.valid, "int32"), reverse=True)
        return tf.reduce_sum(tf.where(self.valid & (to_come == 1), y, tf.zeros_like(y)), axis=0)

    def choose(self, step, new, old):
        """Return the new values at valid rows, the old ones at others; an old None is zero."""
        # Not valid[step]: XLA would compile anew for every value that the step depends on.
        valid = tf.gather(self.valid, step)
        old = [tf.zeros_like(n) if o is None else o for n, o in zip(new, old, strict=True)]
        return [tf.where(valid, n, o) for n, o in zip(new, old, strict=True)]


@dataclass(frozen=True)
class Packed:
    """Only the valid steps; see the head of this file."""

    steps: object
    batch: object
    sizes: object  # [T] rows of each step
    order: object  # [B] the row of the batch at each place
    rank: object  # [B] its inverse
    source: object  # [N] of the B * T steps, which stands where
    place: object  # [B, T] where each step stands; N for a padded one
    held: object  # [B, T] the same, a padded one standing where the valid one before it does
    previous: object  # [N] where the step before stands, after the B first states
    end: object  # [B] where the last step of each sorted row stands, after the B first states
    is_short = False
    loses_rows = True
    has_known_sizes = False

    @property
    def stop(self):
        """The number of steps that the loops run."""
        return self.steps

    def pack(self, x):
        """Turn [B, T, W] into the layout."""
        flat = tf.reshape(x, tf.stack([tf.size(self.place), x.shape[-1]]))
        return invertible_gather(flat, self.source, tf.reshape(self.place, [-1]), (False, True))

    def unpack(self, y, hold=False):
        """Turn the layout into [B, T, W]; padded steps are zero, or with `hold` the valid step before."""
        if hold:
            return tf.gather(_with_zero(y), self.held)
        flat = invertible_gather(y, tf.reshape(self.place, [-1]), self.source, (True, False))
        return tf.reshape(flat, tf.concat([tf.shape(self.place), [y.shape[-1]]], axis=0))

    def final(self, y):
        """Return the output of each row's last valid step, zero without one."""
        return tf.gather(_with_zero(y), self.held[:, -1])

    def sort(self, states):
        """Put states [B, W] into the order of the layout's rows."""
        return [invertible_gather(state, self.order, self.rank) for state in states]

    def unsort(self, states):
        """Undo `sort`."""
        return [invertible_gather(state, self.rank, self.order) for state in states]

    def split(self, y):
        """Turn the layout into a TensorArray with an element for each step."""
        array = tf.TensorArray(y.dtype, self.steps, infer_shape=False, element_shape=[None, y.shape[-1]])
        return array.split(y, self.sizes)

    def array(self, width, dtype):
        """Return an empty TensorArray for steps [rows, width]."""
        return tf.TensorArray(dtype, self.steps, infer_shape=False, element_shape=[None, width])

    def shape(self, state):
        """Return the shape that a state has at every step."""
        return tf.TensorShape([None, state.shape[-1]])

    def join(self, array):
        """Turn a TensorArray into the layout."""
        return array.concat()

    def trim(self, states, step):
        """Return the states of the rows that take part in a step."""
        rows = tf.gather(self.sizes, step)
        return [state[:rows] for state in states]

    def grow(self, states, final, step):
        """Return, for a loop backwards, the states of the rows that took part in a step, new ones from `final`."""
        rows, pairs = tf.gather(self.sizes, step), zip(states, final, strict=True)
        return [tf.concat([s, f[tf.shape(s)[0] : rows]], axis=0) for s, f in pairs]

    def choose(self, step, new, old):
        """Return the new values: every row in a step is valid."""
        return list(new)

    def start_back(self, final):
        """Return the states with which a loop backwards begins: those of no row."""
        return [state[:0] for state in final]

    def end_back(self, states, final):
        """Return the states with which a loop backwards ends; `final` for rows without a step."""
        pairs = zip(states, final, strict=True)
        return [tf.concat([s, f[tf.shape(s)[0] :]], axis=0) for s, f in pairs]

    def before(self, history, first):
        """Return the states before each step, in the layout."""
        pairs = zip(history, first, strict=True)
        return [tf.gather(tf.concat([s, h], axis=0), self.previous) for h, s in pairs]

    def last(self, ended, history, first):
        """Return the states after each row's last step, [B, W] sorted."""
        pairs = zip(history, first, strict=True)
        return [tf.gather(tf.concat([s, h], axis=0), self.end) for h, s in pairs]


def whole(x):
    """Return the layout of a batch [B, T, D] without a mask."""
    steps = _size(x, 1)
    return Whole(steps, _size(x, 0), is_short=isinstance(steps, int) and steps <= FEW_STEPS)


def masked(x, mask):
    """Return the layout of a mask [B, T] for fixed shapes."""
    return Masked(_size(x, 1), _size(x, 0), tf.transpose(mask)[:, :, None])


def fixed(y, valid):
    """Return the layout of tensors that are already laid out for fixed shapes: y [T, B, W], valid [T, B, 1] or None."""
    size = _size(y, 0), _size(y, 1)
    return Whole(*size) if valid is None else Masked(*size, valid)


def packed(mask):
    """Return the layout that computes only the valid steps of a mask [B, T].

    ```python
    import tensorflow as tf

    from tf2_lstm.backends.tensorflow.layout import packed

    plan = packed(tf.constant([[True, False, True], [True, False, False]]))
    print(plan.sizes.numpy(), plan.place.numpy())
    ```
    """
    layout = Packed(*_numbers()(mask))
    for rows in (layout.order, layout.rank, layout.end):
        rows.set_shape(mask.shape[:1])
    for steps in (layout.place, layout.held):
        steps.set_shape(mask.shape)
    return layout


@functools.cache
def _numbers():
    """Return a function from a mask to the fields of its `Packed`, which is traced once for all layers and sizes."""
    with tf.init_scope():
        mask = tf.TensorSpec([None, None], "bool")
        return tf.function(_numbers_of, autograph=False, input_signature=[mask]).get_concrete_function()


def _numbers_of(mask):
    valid = tf.cast(mask, "int32")
    batch, steps = tf.unstack(tf.shape(mask))
    lengths = tf.reduce_sum(valid, axis=1)
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)
    rank = tf.math.invert_permutation(order)
    # An empty batch has no largest length.
    longest = tf.maximum(tf.reduce_max(lengths), 0)
    sizes = tf.reduce_sum(tf.cast(lengths[:, None] > tf.range(longest), "int32"), axis=0)
    # One more, so that there is a row to gather from when no step is valid.
    offsets = tf.concat([[0], tf.cumsum(sizes)], axis=0)
    count = offsets[-1]
    number = tf.cumsum(valid, axis=1) - 1
    held = tf.where(number < 0, count, tf.gather(offsets, tf.maximum(number, 0)) + rank[:, None])
    place = tf.where(mask, held, count)
    # Padded steps are all written to the place after the last.
    flat, numbers = tf.reshape(place, [-1, 1]), tf.range(batch * steps)
    source = tf.scatter_nd(flat, numbers, [count + 1])[:count]
    step = tf.gather(tf.reshape(number, [-1]), source)
    row = tf.range(count) - tf.gather(offsets, step)
    previous = tf.where(step == 0, row, batch + tf.gather(offsets, tf.maximum(step - 1, 0)) + row)
    ordered = tf.gather(lengths, order)
    rows = tf.range(batch)
    end = tf.where(ordered == 0, rows, batch + tf.gather(offsets, tf.maximum(ordered - 1, 0)) + rows)
    return longest, batch, sizes, order, rank, source, place, held, previous, end


def _size(x, axis):
    return tf.shape(x)[axis] if x.shape[axis] is None else x.shape[axis]


def _static(size):
    return size if isinstance(size, int) else None


def _with_zero(y):
    """Append a row of zeros, for rows without a place."""
    return tf.concat([y, tf.zeros([1, y.shape[-1]], y.dtype)], axis=0)


def invertible_gather(y, to, back, zero=(False, False)):
    """Gather rows; `back` is the inverse, for the gradient; `zero`: whether an index after the last row gives zero."""

    @tf.custom_gradient
    def move(y):
        found = tf.gather(_with_zero(y) if zero[0] else y, to)
        return found, lambda upstream: invertible_gather(upstream, back, to, zero[::-1])

    return move(y)
