"""The arguments in the tables are those of TensorFlow 1.15.5, written down there with `inspect.getfullargspec`."""

import json
from pathlib import Path

import pytest
from snippet_marks import traps

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source.catalogue import ENTRIES

SIGNATURES = json.loads(Path(__file__).with_name("signatures_1_15_5.json").read_text())
#: Names that 1.15.5 does not have, or whose signature there is (*args, **kwargs).
NOT_RECORDED = {
    "tf.nn.rnn_cell.DeviceWrapper", "tf.nn.RNNCellDropoutWrapper", "tf.nn.RNNCellResidualWrapper",
    "tf.nn.RNNCellDeviceWrapper", "tf.nn.rnn", "tf.nn.bidirectional_rnn", "tf.nn.state_saving_rnn", "tf.nn.linear",
    "tf.contrib.seq2seq.DynamicAttentionWrapper",
}  # fmt: skip
#: A class whose keywords go to another one, but the number of axes, which it gives itself.
HANDED_ON = {f"tf.contrib.rnn.Conv{axes}DLSTMCell": "tf.contrib.rnn.ConvLSTMCell" for axes in (1, 2, 3)}
TABLES = {entry.tf1: entry.params for entry in ENTRIES if entry.params}


def test_every_table_was_recorded_or_is_listed():
    assert set(TABLES) - set(SIGNATURES) == NOT_RECORDED


@pytest.mark.parametrize("name", sorted(set(TABLES) & set(SIGNATURES)))
def test_a_table_has_the_arguments_of_1_15_5_in_their_order(name):
    own, handed_on = (
        SIGNATURES[name].split(),
        SIGNATURES[HANDED_ON[name]].split() if name in HANDED_ON else [],
    )
    assert [*TABLES[name]] == own + [one for one in handed_on if one not in [*own, "conv_ndims"]]


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_no_argument_of_1_15_5_is_called_unknown(name):
    given = ", ".join(f"{argument}=a{number}" for number, argument in enumerate(SIGNATURES[name].split()))
    found = {rule for _, rule in traps(f"import tensorflow as tf\n{name}({given})\n")}
    assert "RNN528" not in found


@pytest.mark.parametrize(
    "name", sorted({symbol for pair in PAIRS.values() for symbol in pair.tf1} & set(SIGNATURES))
)
def test_an_argument_that_1_15_5_lacks_is_seen(name):
    assert (2, "RNN528") in traps(f"import tensorflow as tf\n{name}(a, no_such_argument=3)\n")
