"""A cause is given for numbers that differ, never for a shape."""

import numpy as np

from tf2_lstm.migrate.convert.diagnose import diagnose_sample
from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call


def test_where_a_shape_differs_no_cause_is_given():
    call = Call("dynamic_rnn", cell=Call("basic_lstm", num_units=3))
    run = Recurrence("rnn", "rnn", "while", call, [], [])
    said = diagnose_sample(None, run, None, {"outputs": np.ones((2, 4, 3))}, {"outputs": np.ones((2, 1, 3))})
    assert said == "no diagnosis: outputs has another shape, and the known mistakes change numbers only"
