"""Known cells in loops and steps by hand, drawn at random: which, of what they read, what is done to their states."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold
from single_cell_programs import UNITS, attend, gru_weights, lstm_weights
from step_programs import WIDTH, held
from test_own_cells import SIZES, model_of_programs, samples
from test_single_cells import whole_of

from tf2_lstm.migrate.translate.as_model import build_whole

COUNT = 12
#: Kind of a cell -> its states, in TF1's order.
CELLS = {"lstm": 2, "peepholes": 2, "projected": 2, "gru": 1, "rnn": 1}
#: What is done to the states behind a step.
BEHIND = ("nothing", "some rows keep theirs", "mixed with the old one", "a sine")
#: What the lowest cell reads beside what is fed.
READS = ("what is fed", "what it gave", "attention")


@dataclass(frozen=True)
class Stacked:
    """Cells on each other that were drawn.

    Attributes:
        cells: of `CELLS`, bottom to top.
        biases: the forget bias of each.
        reads: of `READS`.
        behind: of `BEHIND`.
        flat: whether one tensor holds all states between two steps.
        joined: whether what the lowest cell reads is joined with the state at once.
        steps: how many steps stand in the graph one after another, 0 for a loop.
    """

    cells: tuple
    biases: tuple
    reads: str
    behind: str
    flat: bool
    joined: bool
    steps: int

    def __call__(self, x, start):
        """Build it; return the states behind the last step."""
        weights = [
            _weights(kind, f"cell_{number}_cell", UNITS if number else 2 * WIDTH)
            for number, kind in enumerate(self.cells)
        ]
        into, states = held("query", UNITS, WIDTH), sum(CELLS[kind] for kind in self.cells)
        first = [tf.zeros_like(start[:, :UNITS]) + 0.1 * number for number in range(states)]

        def step(number, *carried):
            old = tf.split(carried[0], states, 1) if self.flat else list(carried)
            beside = {
                "what is fed": start,
                "what it gave": old[-1] @ into,
                "attention": attend(x, old[-1] @ into),
            }
            below, new = [tf.sin(start), beside[self.reads]], []
            below = below if self.joined else [tf.concat(below, 1)]
            for kind, own, bias in zip(self.cells, weights, self.biases, strict=True):
                before = old[len(new) : len(new) + CELLS[kind]]
                found = _step(kind, own, bias, below, before)
                new += [self._behind(one, two, number, x) for one, two in zip(found, before, strict=True)]
                below = [new[-1]]
            return (number + 1, tf.concat(new, 1)) if self.flat else (number + 1, *new)

        carried = (0, tf.concat(first, 1)) if self.flat else (0, *first)
        if not self.steps:
            carried = tf.while_loop(lambda number, *_: number < 4, step, carried)
        for _ in range(self.steps):
            carried = step(*carried)
        return tuple(carried[1:])

    def carries_a_state(self):
        """Whether a loop carries each state, or keeps it: by that a cell without gates is known."""
        is_one = not self.flat or sum(CELLS[kind] for kind in self.cells) == 1
        return self.behind in BEHIND[:2] and is_one and not self.steps

    def _behind(self, new, old, number, x):
        if self.behind == "some rows keep theirs":
            return tf.where(x[:, 0, :1] > tf.cast(number, tf.float32) - 1.5, new, old)
        if self.behind == "mixed with the old one":
            return 0.75 * new + 0.25 * old
        return tf.sin(new) if self.behind == "a sine" else new


def _weights(kind, scope, width):
    if kind == "gru":
        return gru_weights(width, scope)
    if kind == "rnn":
        return held(f"{scope}/kernel", width + UNITS, UNITS), held(f"{scope}/bias", UNITS)
    more = [held(f"{scope}/w_{gate}_diag", UNITS) for gate in "fio"] if kind == "peepholes" else []
    more += [held(f"{scope}/projection/kernel", UNITS, UNITS)] if kind == "projected" else []
    return (*lstm_weights(width, scope), *more)


def _step(kind, weights, bias, x, old):
    """The next states of a cell by TF1's equations, x a list of what is joined with the state."""
    h = old[-1]
    if kind == "gru":
        gates, gates_bias, candidate, candidate_bias = weights
        r, u = tf.split(tf.sigmoid(tf.concat([*x, h], 1) @ gates + gates_bias), 2, 1)
        return [u * h + (1.0 - u) * tf.tanh(tf.concat([*x, r * h], 1) @ candidate + candidate_bias)]
    product = tf.concat([*x, h], 1) @ weights[0] + weights[1]
    if kind == "rnn":
        return [tf.tanh(product)]
    (c, _), (i, j, f, o) = old, tf.split(product, 4, 1)
    f = f + bias
    if kind == "peepholes":
        of_f, of_i, of_o = weights[2:]
        f, i = f + of_f * c, i + of_i * c
    c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j)
    h = tf.sigmoid(o + of_o * c if kind == "peepholes" else o) * tf.tanh(c)
    return [c, h @ weights[2] if kind == "projected" else h]


def drawn(seed):
    """Programs by their names."""
    random = np.random.RandomState(seed)
    found = {}
    for number in range(COUNT):
        cells = tuple(str(random.choice(list(CELLS))) for _ in range(random.randint(1, 3)))
        found[f"drawn_{number}"] = Stacked(
            cells,
            tuple(float(random.choice([0.0, 0.3, 1.0])) for _ in cells),
            str(random.choice(READS)),
            str(random.choice(BEHIND)),
            bool(random.randint(2)),
            bool(random.randint(2)),
            int(random.choice([0, 0, 2, 3])),
        )
    return found


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
def test_drawn_cells_are_called_with_the_numbers_of_the_session(functional, tmp_path):
    programs = drawn(111 if functional else 108)
    graph, tf1, fetch = model_of_programs(programs, functional)
    whole = whole_of(tf1, fetch)
    outside = {
        one.rpartition("/")[0] for sources in whole.layers.values() for one in sources if isinstance(one, str)
    }
    for name, program in programs.items():
        # Steps by hand of a cell without gates may be a recurrence, a loop that carries its state is of a cell.
        gated = [number for number, kind in enumerate(program.cells) if kind != "rnn"]
        plain = [number for number in range(len(program.cells)) if number not in gated and not program.steps]
        for number in (*gated, *plain):
            is_known = number in gated or program.carries_a_state()
            assert (f"{name}/cell_{number}_cell" in outside) != is_known, (program, number)
    build_whole(whole, tf1).save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    names = {one.name: one.tf1 for one in whole.outputs}
    feeds = list(map(samples, SIZES))
    hold(model, feeds, fetched(graph, tf1, names, feeds))
