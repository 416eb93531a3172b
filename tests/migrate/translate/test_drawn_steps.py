"""Loops over steps, drawn at random: how many sequences, states and outputs, of which shapes, in which direction."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold
from step_programs import held
from test_own_cells import SIZES, model_of_programs, samples, whole_of

from tf2_lstm.migrate.translate.as_model import build_whole

COUNT = 16
SHAPES = [(), (1,), (3,), (2, 2)]
STARTS = ("zeros", "like", "fed")
#: What is in a step that a cell cannot have.
EXTRAS = ("the step's number", "what is fed", "a weight that is read elsewhere")


@dataclass(frozen=True)
class Steps:
    """A loop that was drawn.

    Attributes:
        sequences: the shapes of an element of each, without the batch.
        states: the shapes of the states.
        outputs: the shapes of what is written at each step.
        starts: how each state begins, of `STARTS`.
        backwards: whether the last step is the first.
        extra: of `EXTRAS`, "" for none.
    """

    sequences: tuple
    states: tuple
    outputs: tuple
    starts: tuple
    backwards: bool
    extra: str

    def __call__(self, x, start):
        """Build it; return its outputs and what it carries last."""
        steps, batch = tf.shape(x)[1], tf.shape(x)[0]
        read = [
            tf.TensorArray(tf.float32, steps).unstack(_as_sequence(x, number, shape))
            for number, shape in enumerate(self.sequences)
        ]
        written = [tf.TensorArray(tf.float32, steps) for _ in self.outputs]
        elements = [*self.sequences, *self.states]
        weights = [
            [held(f"w_{to}_{of}", _size(one), _size(shape)) for of, one in enumerate(elements)]
            for to, shape in enumerate([*self.states, *self.outputs])
        ]
        beside = held("beside", 1)

        def body(step, states, arrays):
            values = [*(one.read(step) for one in read), *states]
            more = {
                "the step's number": tf.cast(step, tf.float32),
                "what is fed": start[:, :1],
                "a weight that is read elsewhere": beside,
            }.get(self.extra, 0.0)
            new = [
                tf.reshape(
                    tf.tanh(sum(_flat(value) @ one for value, one in zip(values, row, strict=True)) + more),
                    [-1, *shape],
                )
                for shape, row in zip([*self.states, *self.outputs], weights, strict=True)
            ]
            states, given = new[: len(self.states)], new[len(self.states) :]
            arrays = [array.write(step, one) for array, one in zip(arrays, given, strict=True)]
            return (step - 1 if self.backwards else step + 1), states, arrays

        initial = [self._start(number, batch, start) for number in range(len(self.states))]
        first = steps - 1 if self.backwards else 0
        goes_on = (lambda step, *_: step >= 0) if self.backwards else (lambda step, *_: step < steps)
        shapes = [tf.TensorShape([None, *shape]) for shape in self.states]
        invariants = [tf.TensorShape([]), shapes, [tf.TensorShape(None) for _ in written]]
        _, states, arrays = tf.while_loop(goes_on, body, [first, initial, written], invariants)
        return (*(one.stack() for one in arrays), *states, beside * x[:, 0])

    def _start(self, number, batch, start):
        shape = self.states[number]
        fed = tf.reshape(start[:, : _size(shape)], [-1, *shape])
        if self.starts[number] == "fed":
            return fed
        return tf.zeros_like(fed) if self.starts[number] == "like" else tf.zeros([batch, *shape])


def _size(shape):
    return int(np.prod(shape, dtype=int))


def _flat(value):
    return tf.reshape(value, [-1, _size(value.shape[1:].as_list())])


def _as_sequence(x, number, shape):
    """A time-major sequence of elements of a shape, another one for another number."""
    turned = tf.transpose(x * (number + 1.0), [1, 0, 2])[:, :, : _size(shape)]
    return tf.reshape(turned, tf.concat([tf.shape(turned)[:2], np.array(shape, "int32")], 0))


def drawn(seed):
    """Loops by their names."""
    random = np.random.RandomState(seed)
    shapes = lambda least, most: tuple(  # noqa: E731
        SHAPES[random.randint(len(SHAPES))] for _ in range(random.randint(least, most + 1))
    )
    found = {}
    for number in range(COUNT):
        states = shapes(1, 2)
        found[f"drawn_{number}"] = Steps(
            shapes(1, 3),
            states,
            shapes(0, 2),
            tuple(random.choice(STARTS) for _ in states),
            bool(random.randint(2)),
            str(random.choice(EXTRAS)) if random.randint(4) == 0 else "",
        )
    return found


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
def test_drawn_loops_are_cells_with_the_numbers_of_the_session(functional, tmp_path):
    programs = drawn(7 + functional)
    graph, tf1, fetch = model_of_programs(programs, functional)
    whole = whole_of(tf1, fetch)
    said = [one.note.split()[-1].split("/")[0] for one in whole.cells.values()]
    assert sorted(said) == sorted(name for name, one in programs.items() if not one.extra)
    build_whole(whole, tf1).save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    names = {one.name: one.tf1 for one in whole.outputs}
    feeds = list(map(samples, SIZES))
    hold(model, feeds, fetched(graph, tf1, names, feeds))
