"""The pairs table: one row for each TF1 construct and its Keras twin. Everything else reads it."""

from collections import OrderedDict

from tf2_lstm.migrate.pairs.basic_lstm import BASIC_LSTM
from tf2_lstm.migrate.pairs.basic_rnn import BASIC_RNN
from tf2_lstm.migrate.pairs.gru import GRU
from tf2_lstm.migrate.pairs.lstm import LSTM
from tf2_lstm.migrate.pairs.programs import CHAR_RNN, SINGLE_LSTM, STACKED_LSTM, TAGGER
from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Fed, Pair, Part, Tensor, WeightMap
from tf2_lstm.migrate.pairs.stack import MULTI_RNN
from tf2_lstm.migrate.pairs.state import LSTM_STATE_TUPLE
from tf2_lstm.migrate.pairs.unroll import (
    BIDIRECTIONAL_DYNAMIC_RNN,
    DYNAMIC_RNN,
    PYTHON_LOOP,
    STACK_BIDIRECTIONAL_DYNAMIC_RNN,
    STATIC_BIDIRECTIONAL_RNN,
    STATIC_RNN,
)
from tf2_lstm.migrate.pairs.wrappers import DROPOUT, RESIDUAL

PAIRS = OrderedDict(
    (pair.name, pair)
    for pair in (
        BASIC_RNN,
        BASIC_LSTM,
        LSTM,
        GRU,
        MULTI_RNN,
        DROPOUT,
        RESIDUAL,
        DYNAMIC_RNN,
        STATIC_RNN,
        BIDIRECTIONAL_DYNAMIC_RNN,
        STATIC_BIDIRECTIONAL_RNN,
        STACK_BIDIRECTIONAL_DYNAMIC_RNN,
        PYTHON_LOOP,
        LSTM_STATE_TUPLE,
        SINGLE_LSTM,
        STACKED_LSTM,
        CHAR_RNN,
        TAGGER,
    )
)

CASES = OrderedDict((case.name, case) for pair in PAIRS.values() for case in pair.cases)

__all__ = ["CASES", "PAIRS", "Argument", "Call", "Case", "Fed", "Pair", "Part", "Tensor", "WeightMap"]
