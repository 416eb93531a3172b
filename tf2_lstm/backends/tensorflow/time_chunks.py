"""A batch of sequences in chunks of time, one after the other.

While one layer is at a chunk, TensorFlow runs the layer below at the next. With a mask the rows are
sorted, those that end last first, and a chunk leaves out the rows that have ended. XLA compiles for
every size anew: the number of remaining rows is rounded up to a quarter of the batch, and all chunks
but the last have one length.
"""

from dataclasses import dataclass

import tensorflow as tf

from tf2_lstm.backends.tensorflow import layout as layouts
from tf2_lstm.backends.tensorflow.layout import Masked, invertible_gather

#: The rows of a chunk are rounded up to a multiple of this part of the batch.
QUARTERS = 4


@dataclass(frozen=True, kw_only=True)
class Sorted(Masked):
    """The layout Masked with the rows sorted: the latest valid step first."""

    order: object  # [B] the row of the batch at each place
    rank: object  # [B] its inverse
    ends: object  # [B] the number of the last valid step, and one more, sorted

    def pack(self, x):
        """Turn [B, T, W] into the layout."""
        return super().pack(invertible_gather(x, self.order, self.rank))

    def unpack(self, y, hold=False):
        """Turn the layout into [B, T, W], zero at padded steps."""
        return invertible_gather(super().unpack(y), self.rank, self.order)

    def final(self, y):
        """Return the output of each row's last valid step, zero without one."""
        return invertible_gather(super().final(y), self.rank, self.order)

    def sort(self, states):
        """Put states [B, W] into the order of the layout's rows."""
        return [invertible_gather(state, self.order, self.rank) for state in states]

    def unsort(self, states):
        """Undo `sort`."""
        return [invertible_gather(state, self.rank, self.order) for state in states]


def sorted_rows(x, mask):
    """Return the layout of inputs [B, T, D] with a mask [B, T], all sizes known."""
    steps = tf.range(1, x.shape[1] + 1)
    ends = tf.reduce_max(tf.where(mask, steps, 0), axis=1)
    order = tf.argsort(ends, direction="DESCENDING", stable=True)
    valid = tf.transpose(tf.gather(mask, order))[:, :, None]
    rank = tf.math.invert_permutation(order)
    return Sorted(x.shape[1], x.shape[0], valid, order=order, rank=rank, ends=tf.gather(ends, order))


def in_chunks(layout, count, run, x, states):
    """Run a function over chunks of time, one after the other.

    Args:
        layout: Whole, or Sorted; any for one chunk.
        count: the number of chunks, or one more than there are.
        run: a function of (layout, x, states) that returns (y, last states), for one chunk.
        x: [T, B, D] in the layout.
        states: the first states, [B, W], sorted.

    Returns:
        (y, last states) of the whole.
    """
    if count == 1:
        return run(layout, x, states)
    starts = range(0, layout.steps, -(-layout.steps // count))
    sizes = [min(starts.step, layout.steps - start) for start in starts]
    masks = [None] * len(sizes) if layout.valid is None else tf.split(layout.valid, sizes)
    outputs = []
    for start, chunk, valid in zip(starts, tf.split(x, sizes), masks, strict=True):
        if valid is None:
            y, states = run(layouts.fixed(chunk, None), chunk, states)
        else:
            y, states = _with_rows(_rows(layout, start), run, chunk, valid, states)
        outputs.append(y)
    return tf.concat(outputs, axis=0), states


def _with_rows(rows, run, x, valid, states):
    """Run over the first rows; the outputs of the others are zero, and their states stay."""
    x, valid, left = x[:, :rows], valid[:, :rows], valid.shape[1] - rows
    y, new = run(layouts.fixed(x, valid), x, [state[:rows] for state in states])
    states = [tf.concat([n, s[rows:]], axis=0) for n, s in zip(new, states, strict=True)]
    return tf.pad(y, [[0, 0], [0, left], [0, 0]]), states


def _rows(layout, start):
    """Return the number of rows with a valid step after a start, rounded up to a quarter of the batch."""
    quarter = -(-layout.batch // QUARTERS)
    count = tf.reduce_sum(tf.cast(layout.ends > start, "int32"))
    return tf.clip_by_value(-(-count // quarter) * quarter, quarter, layout.batch)
