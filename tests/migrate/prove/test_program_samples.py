"""What a whole program is fed: numbers of order 1, smaller ones where many are summed."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.prove.program_samples import whole_samples
from tf2_lstm.migrate.prove.samples import SUMMED
from tf2_lstm.migrate.translate.whole import Edge

TF1 = SimpleNamespace(graph=tf.compat.v1.GraphDef(), variables={})
WHOLE = SimpleNamespace(recurrences={}, limits={}, reshapes={})


@pytest.mark.parametrize(
    ("shape", "largest"),
    [
        ((None, None, 8), 1.0),
        ((None, None, SUMMED), 1.0),
        ((None, None, 4 * SUMMED), 0.5),
        ((None, 16 * SUMMED), 0.25),
        ((16 * SUMMED,), 1.0),
    ],
)
def test_inputs_are_of_order_one_unless_they_are_many(shape, largest):
    for samples in whole_samples(TF1, WHOLE, [Edge("x", "x:0", "float32", shape)]):
        for sample in samples:
            sizes = np.abs(sample.values["x:0"])
            assert 0.1 * largest <= sizes.min()
            assert 0.6 * largest < sizes.max() <= largest


@pytest.mark.parametrize(
    ("shapes", "size"), [([(9, 6), (6, 24), (6,)], 6), ([(3, 3), (7,)], 7), ([(64, 3)], 4), ([None, ()], 4)]
)
def test_a_sample_has_as_many_rows_and_steps_as_the_weights_have_of_something(shapes, size):
    variables = {str(number): SimpleNamespace(shape=shape) for number, shape in enumerate(shapes)}
    tf1 = SimpleNamespace(graph=TF1.graph, variables=variables)
    first, *_ = whole_samples(tf1, WHOLE, [Edge("x", "x:0", "float32", (None, None, 8))])
    assert [sample.values["x:0"].shape[:2] for sample in first] == [(3, 5), (1, 1), (size, size)]
