# ruff: noqa: E501 - a row of a table is a line
"""Every public RNN name of TF 1.x is found, by each path that leads to it."""

import pytest
from snippet_marks import findings

from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.source.analyse import may_hold_a_use
from tf2_lstm.migrate.source.catalogue import ENTRIES
from tf2_lstm.migrate.source.namespaces import look_up
from tf2_lstm.migrate.source.rules import RULES, known

# The public names of TF 1.15, counted with dir() on 1.15.5.
PUBLIC = {
    "tf.nn": "dynamic_rnn bidirectional_dynamic_rnn static_rnn static_bidirectional_rnn static_state_saving_rnn raw_rnn",
    "tf.nn.rnn_cell": "BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper GRUCell LSTMCell LSTMStateTuple "
    "MultiRNNCell RNNCell ResidualWrapper",
    "tf.contrib.rnn": "AttentionCellWrapper BasicLSTMCell BasicRNNCell BidirectionalGridLSTMCell CompiledWrapper "
    "Conv1DLSTMCell Conv2DLSTMCell Conv3DLSTMCell ConvLSTMCell CoupledInputForgetGateLSTMCell DeviceWrapper "
    "DropoutWrapper EmbeddingWrapper FusedRNNCell FusedRNNCellAdaptor GLSTMCell GRUBlockCell GRUBlockCellV2 GRUCell "
    "GridLSTMCell HighwayWrapper IndRNNCell IndyGRUCell IndyLSTMCell InputProjectionWrapper IntersectionRNNCell "
    "LSTMBlockCell LSTMBlockFusedCell LSTMBlockWrapper LSTMCell LSTMStateTuple LayerNormBasicLSTMCell LayerRNNCell "
    "MultiRNNCell NASCell OutputProjectionWrapper PhasedLSTMCell RNNCell ResidualWrapper SRUCell TimeFreqLSTMCell "
    "TimeReversedFusedRNN UGRNNCell best_effort_input_batch_size stack_bidirectional_dynamic_rnn "
    "stack_bidirectional_rnn static_bidirectional_rnn static_rnn static_state_saving_rnn transpose_batch_time",
    "tf.contrib.rnn.python.ops.rnn_cell": "LayerNormLSTMCell WeightNormLSTMCell NTMCell NTMControllerState "
    "MinimalRNNCell CFNCell",
    "tf.contrib.cudnn_rnn": "CudnnCompatibleGRUCell CudnnCompatibleLSTMCell CudnnGRU CudnnGRUSaveable CudnnLSTM "
    "CudnnLSTMSaveable CudnnParamsFormatConverterGRU CudnnParamsFormatConverterLSTM CudnnParamsFormatConverterRelu "
    "CudnnParamsFormatConverterTanh CudnnRNNRelu CudnnRNNReluSaveable CudnnRNNTanh CudnnRNNTanhSaveable",
    "tf.contrib.seq2seq": "AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention "
    "BahdanauMonotonicAttention BasicDecoder BasicDecoderOutput BeamSearchDecoder BeamSearchDecoderOutput "
    "BeamSearchDecoderState CustomHelper Decoder FinalBeamSearchDecoderOutput GreedyEmbeddingHelper Helper "
    "InferenceHelper LuongAttention LuongMonotonicAttention SampleEmbeddingHelper ScheduledEmbeddingTrainingHelper "
    "ScheduledOutputTrainingHelper TrainingHelper dynamic_decode gather_tree hardmax monotonic_attention safe_cumprod "
    "sequence_loss tile_batch",
    "tf.contrib.grid_rnn": "Grid1BasicLSTMCell Grid1BasicRNNCell Grid1LSTMCell Grid2BasicLSTMCell Grid2BasicRNNCell "
    "Grid2GRUCell Grid2LSTMCell Grid3LSTMCell GridRNNCell",
    "tf.contrib.legacy_seq2seq": "attention_decoder basic_rnn_seq2seq embedding_attention_decoder "
    "embedding_attention_seq2seq embedding_rnn_decoder embedding_rnn_seq2seq embedding_tied_rnn_seq2seq "
    "model_with_buckets one2many_rnn_seq2seq rnn_decoder sequence_loss sequence_loss_by_example tied_rnn_seq2seq",
    "tf.contrib.recurrent": "Recurrent bidirectional_functional_rnn functional_rnn",
    "tf.keras.layers": "AbstractRNNCell ConvLSTM2D CuDNNGRU CuDNNLSTM GRU GRUCell LSTM LSTMCell RNN SimpleRNN "
    "SimpleRNNCell StackedRNNCells",
    "tf.keras.experimental": "PeepholeLSTMCell",
    "tf.compat.v2.nn": "RNNCellDeviceWrapper RNNCellDropoutWrapper RNNCellResidualWrapper",
    "tf.raw_ops": "BlockLSTM BlockLSTMGrad BlockLSTMGradV2 BlockLSTMV2 CudnnRNN CudnnRNNBackprop CudnnRNNBackpropV2 "
    "CudnnRNNBackpropV3 CudnnRNNCanonicalToParams CudnnRNNCanonicalToParamsV2 CudnnRNNParamsSize "
    "CudnnRNNParamsToCanonical CudnnRNNParamsToCanonicalV2 CudnnRNNV2 CudnnRNNV3 GRUBlockCell GRUBlockCellGrad "
    "LSTMBlockCell LSTMBlockCellGrad",
    "tf.contrib.estimator": "RNNClassifier RNNEstimator",
    "tf.contrib.learn": "DynamicRnnEstimator",
}  # fmt: skip
NAMES = [(space, name) for space, names in PUBLIC.items() for name in names.split()]


@pytest.mark.parametrize(("space", "name"), NAMES, ids=[f"{space}.{name}" for space, name in NAMES])
def test_a_public_name_has_a_rule_of_its_own_and_is_found_by_every_import(space, name):
    full = f"{space}.{name}".replace("tf.", "tensorflow.", 1)
    module = full.rpartition(".")[0]
    ways = (
        f"import tensorflow as tf\ntf.Session\nx = {space}.{name}",
        f"import tensorflow as tf\ntf.Session\nfrom {module} import {name} as n\nn",
        f"import tensorflow as tf\ntf.Session\nimport {module} as m\nm.{name}",
    )
    for code in ways:
        last = [one for one in findings(code) if one.line == code.count("\n") + 1]
        assert [one.name for one in last] == [full]
        assert RULES[last[0].rule].slug in (name, last[0].pair)


def test_no_two_names_of_a_namespace_share_a_rule():
    for space, names in PUBLIC.items():
        uses = [look_up(f"{space}.{name}".replace("tf.", "tensorflow.", 1)) for name in names.split()]
        rules = [known(use).rule for use in uses]
        assert len(rules) == len(set(rules)), space


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_search_that_decides_about_parsing_lets_every_name_through(entry):
    assert may_hold_a_use(f"x = {entry.tf1}(3)".replace("tf.nn.linear", "rnn_cell.linear").encode())


def test_every_symbol_of_the_pairs_table_is_found_under_its_pair():
    for pair in PAIRS.values():
        for symbol in pair.tf1:
            if pair.kind != "program" and not symbol.endswith(".__call__"):
                (one,) = [f for f in findings(f"import tensorflow as tf\nx = {symbol}") if f.line == 2]
                assert one.pair == pair.name
