"""A frozen graph has what its outputs need and no more: what is missing then must not hide what is there."""

from pathlib import Path

import pytest
import tensorflow as tf

from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf as tf1
from legacy_tf1.unroll import dynamic_rnn
from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.recognise.recognising import recognise

#: Of its first recurrence the last states alone are used.
TAGGER = Path(__file__).resolve().parents[3] / "examples" / "tagger" / "served" / "tagger.pb"


@pytest.fixture(scope="module")
def simplified(tmp_path_factory):
    """The tagger's graph without the nodes between a weight and what reads it."""
    graph = tf.compat.v1.GraphDef.FromString(TAGGER.read_bytes())
    graph = tf.compat.v1.graph_util.remove_training_nodes(graph, ["probabilities"])
    assert not [node for node in graph.node if node.name.endswith("/read")]
    path = tmp_path_factory.mktemp("simplified") / "tagger.pb"
    path.write_bytes(graph.SerializeToString())
    return path


def of(path):
    model = artifacts.read(str(path))
    return model, recognise(model).recurrences


def test_both_directions_are_one_recurrence_where_the_states_alone_are_used():
    _, (chars, words) = of(TAGGER)
    assert [one.call.pair for one in (chars, words)] == ["bidirectional_dynamic_rnn"] * 2
    ends = {tensor.name: tensor.tf1 for tensor in chars.outputs}
    assert [name for name, tf1 in ends.items() if tf1] == ["state_fw_h", "state_bw_h"]
    assert all(tensor.tf1 for tensor in words.outputs if tensor.name.startswith("outputs"))


def test_the_kernel_of_a_dense_layer_on_a_sequence_is_a_variable_of_a_simplified_graph(simplified):
    whole, found = of(TAGGER)
    model, simple = of(simplified)
    assert "scores/kernel" in model.variables
    assert sorted(model.variables) == sorted(whole.variables)
    assert [repr(one.call) for one in simple] == [repr(one.call) for one in found]


def frozen(folder, used):
    """An LSTM over reversed rows, frozen to what the program uses of it."""
    with tf1.Graph().as_default() as graph, tf1.Session() as session:
        x, lengths = tf1.placeholder(tf1.float32, [None, None, 3]), tf1.placeholder(tf1.int32, [None])
        turned = tf1.reverse_sequence(x, lengths, seq_axis=1, batch_axis=0)
        outputs, state = dynamic_rnn(LSTMCell(4), turned, sequence_length=lengths, dtype=tf1.float32)
        back = tf1.reverse_sequence(outputs, lengths, seq_axis=1, batch_axis=0)
        used = tf1.identity(
            {"state": state.h, "turned back": back, "as they are": outputs}[used], name="used"
        )
        session.run(tf1.global_variables_initializer())
        made = tf1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["used"])
    (folder / "graph.pb").write_bytes(made.SerializeToString())
    return folder / "graph.pb"


@pytest.mark.parametrize(
    ("used", "reverse"), [("state", True), ("turned back", True), ("as they are", False)]
)
def test_a_run_over_reversed_rows_is_backward_unless_its_outputs_stay_reversed(used, reverse, tmp_path):
    _, [found] = of(frozen(tmp_path, used))
    assert found.reverse is reverse
