"""Idioms that look like a trap and are none, and traps that hide: what `#!` marks, and nothing else."""

import pytest
from snippet_marks import expected_traps, findings, names, table, traps

from tf2_lstm.migrate.source.scan import scan

TF = "import tensorflow as tf\nfrom tensorflow.contrib import rnn\n"
TWO = "a, b = rnn.GRUCell(3), rnn.GRUCell(3)\n"

SHARED = (
    ("a loop over a list of cells",
     "cells = [rnn.GRUCell(n) for n in sizes]\nfor c in cells:\n    x, _ = tf.nn.dynamic_rnn(c, x)\n"),
    ("a loop over zip", TWO + "for c, x in zip([a, b], xs):\n    tf.nn.dynamic_rnn(c, x)\n"),
    ("a loop over enumerate", TWO + "for i, c in enumerate([a, b]):\n    tf.nn.dynamic_rnn(c, xs[i])\n"),
    ("a comprehension over cells",
     "cells = [rnn.GRUCell(n) for n in sizes]\ncells = [rnn.ResidualWrapper(c) for c in cells]\n"
     "tf.nn.dynamic_rnn(rnn.MultiRNNCell(cells), x)\n"),
    ("a comprehension over zip of two lists",
     "f = [rnn.GRUCell(n) for n in s]\ng = [rnn.GRUCell(n) for n in s]\n"
     "[tf.nn.bidirectional_dynamic_rnn(a, b, x) for a, b in zip(f, g)]\n"),
    ("two halves of a list",
     "cells = [rnn.GRUCell(3) for _ in range(4)]\nu = rnn.MultiRNNCell(cells[:2])\nv = rnn.MultiRNNCell(cells[2:])\n"),
    ("== typed for =",
     "c = rnn.GRUCell(3)\nif keep < 1:\n    c == rnn.ResidualWrapper(c)\ntf.nn.dynamic_rnn(c, x)\n"),
    ("a wrapper that is thrown away", "c = rnn.GRUCell(3)\nrnn.ResidualWrapper(c)\ntf.nn.dynamic_rnn(c, x)\n"),
    ("a return before the other use",
     "def f(n):\n    c = rnn.GRUCell(3)\n    if n:\n        return tf.nn.dynamic_rnn(c, x)\n"
     "    return tf.nn.static_rnn(c, xs)\n"),
    ("a raise in the other arm",
     "def f(n):\n    c = rnn.GRUCell(3)\n    if n:\n        y = tf.nn.dynamic_rnn(c, x)\n    else:\n        raise X\n"
     "    return y\n"),
    ("objects of a class with a cell each",
     "class L:\n    def __init__(self):\n        self.cell = rnn.GRUCell(3)\np = L()\nq = L()\n"
     "tf.nn.dynamic_rnn(p.cell, x)\ntf.nn.dynamic_rnn(q.cell, y)\n"),
    ("a loop over objects with a cell each",
     "class L:\n    def __init__(self):\n        self.cell = rnn.GRUCell(3)\nls = [L() for _ in range(3)]\n"
     "for l in ls:\n    tf.nn.dynamic_rnn(l.cell, x)\n"),
    ("a dictionary that a loop filled",
     "cells = {}\nfor d in ds:\n    cells[d] = rnn.GRUCell(3)\n"
     "tf.nn.bidirectional_dynamic_rnn(cells['fw'], cells['bw'], x)\n"),
    ("two entries with keys that are not known",
     "cells = [rnn.GRUCell(3) for _ in range(4)]\ntf.nn.bidirectional_dynamic_rnn(cells[i], cells[j], x)\n"),
    ("both ways from one comprehension",
     "f, b = [rnn.GRUCell(3) for _ in range(2)]\ntf.nn.bidirectional_dynamic_rnn(f, b, x)\n"),
    ("a list that grows in an if",
     "cells = [rnn.GRUCell(3)]\nif deep:\n    cells.append(rnn.GRUCell(3))\nrnn.MultiRNNCell(cells)\n"),
    ("a list that grows in a loop",
     "cells = [rnn.GRUCell(3)]\nfor n in sizes:\n    cells.append(rnn.GRUCell(n))\nrnn.MultiRNNCell(cells)\n"),
    ("one cell or several", TWO + "rnn.MultiRNNCell([a] if small else [a, b])\n"),
    ("one cell in a loop is shared",
     "c = rnn.GRUCell(3)\nfor x in xs:\n    tf.nn.dynamic_rnn(c, x)  #! RNN511\n"),
    ("one cell in two calls is shared",
     "c = rnn.GRUCell(3)\ntf.nn.dynamic_rnn(c, x)\ntf.nn.dynamic_rnn(c, y)  #! RNN511\n"),
    ("one cell in a loop over a list of it",
     "c = rnn.GRUCell(3)\nfor d in [c] * 3:\n    tf.nn.dynamic_rnn(d, x)  #! RNN511\n"),
    ("a turn's cell used twice is shared",
     "for c in [rnn.GRUCell(n) for n in s]:\n    tf.nn.dynamic_rnn(c, x)\n    tf.nn.dynamic_rnn(c, y)  #! RNN511\n"),
    ("one attribute in two methods is shared",
     "class L:\n    def __init__(self):\n        self.cell = rnn.GRUCell(3)\n"
     "    def f(self, x):\n        return tf.nn.dynamic_rnn(self.cell, x)\n"
     "    def g(self, x):\n        return tf.nn.dynamic_rnn(self.cell, x)  #! RNN511\n"),
    ("forward and backward are one",
     "f = b = rnn.GRUCell(3)\ntf.nn.bidirectional_dynamic_rnn(f, b, x)  #! RNN512\n"),
    ("a stack of one, and nothing else", "rnn.MultiRNNCell([rnn.GRUCell(3)])  #! RNN530\n"),
)  # fmt: skip

ARGUMENTS = (
    ("attention mechanisms with every argument",
     "s = tf.contrib.seq2seq\nk = dict(probability_fn=f, score_mask_value=0, dtype=tf.float32, name='a')\n"
     "s.BahdanauAttention(3, m, custom_key_value_fn=g, normalize=True, probability_fn=f, score_mask_value=0.0)\n"
     "s.LuongAttention(3, m, scale=True, dtype=tf.float32, name='a')\n"
     "s.BeamSearchDecoder(c, e, t, 1, i, 4, length_penalty_weight=1.0, coverage_penalty_weight=0.1, "
     "reorder_tensor_arrays=False)  #! RNN508\n"
     "s.sequence_loss(l, t, w, softmax_loss_function=f, name='n', sum_over_batch=True)\n"),
    ("an argument that only another version has, if it is that version",
     "k = {}\nif old:\n    k['input_size'] = 3\nrnn.GRUCell(3, **k)\n"),
    ("a choice of arguments", "rnn.GRUCell(3, **(dict(input_size=3) if old else {}))\n"),
    ("an argument that is not there", "rnn.GRUCell(3, input_siz=3)  #! RNN528\n"),
    ("the initial state of a GRU", "tf.nn.dynamic_rnn(rnn.GRUCell(3), x, initial_state=s)\n"),
    ("the initial state of a stack of GRUs",
     "tf.nn.dynamic_rnn(rnn.MultiRNNCell([rnn.GRUCell(3) for _ in range(2)]), x, initial_state=s)\n"),
    ("the initial state of a dropped GRU",
     "tf.nn.dynamic_rnn(rnn.ResidualWrapper(rnn.GRUCell(3)), x, initial_state=s)\n"),
    ("the initial state of another library's core",
     "import sonnet as snt\ncore = snt.LSTM(3)\ntf.nn.dynamic_rnn(core, x, initial_state=s)\n"),
    ("the initial state of an LSTM",
     "tf.nn.dynamic_rnn(rnn.LSTMCell(3, forget_bias=b), x, initial_state=s)  #! RNN503 RNN508\n"),
    ("the initial state of a cell that is not known", "tf.nn.dynamic_rnn(cell, x, initial_state=s)  #! RNN508\n"),
)  # fmt: skip

STATES = (
    ("the parts of state_size",
     "c = rnn.LSTMCell(3)  #! RNN501\nn = c.state_size.c  #! RNN520\nm = c.output_size\n"),
    ("a pair that went through a dictionary of fetches",
     "o, s = tf.nn.dynamic_rnn(rnn.LSTMCell(3), x)  #! RNN501\nv = sess.run({'s': s, 'o': o})\n"
     "c, h = v['s']  #! RNN520\n"),
    ("a pair that went through a loop over a dictionary",
     "o, s = tf.nn.dynamic_rnn(rnn.LSTMCell(3), x)  #! RNN501\nd = {'a': s}\nfor k, (c, h) in d.items():  #! RNN520\n"
     "    pass\n"),
)  # fmt: skip


@pytest.mark.parametrize(**table(*SHARED, *ARGUMENTS, *STATES))
def test_a_trap_is_where_it_is_and_nowhere_else(code):
    assert traps(TF + code) == expected_traps(TF + code)


def test_global_in_a_module_says_nothing():
    code = "global x\n" + TF + "x = rnn.GRUCell(3)\ndef f():\n    global y\n    y = rnn.NASCell(3)\n"
    assert {name for _, name in names(code)} >= {"tf.contrib.rnn.GRUCell", "tf.contrib.rnn.NASCell"}
    assert "RNN006" not in {one.rule for one in findings(code)}


TF2 = "import tensorflow as tf\n{}x = tf.keras.layers.LSTM(3)\ny = tf.keras.layers.GRU(3)\n"


@pytest.mark.parametrize(
    ("lines", "is_tf1"),
    [
        ("tf.compat.v1.logging.set_verbosity(0)\n", False),
        ("@tf.function\ndef f(): pass\ntf.compat.v1.disable_eager_execution\n", False),
        ("tf.random.set_seed(1)\n", False),
        ("tf.placeholder(tf.float32)\n", True),
        ("tf.compat.v1.placeholder(tf.float32)\n", True),
    ],
)
def test_advice_for_tf_keras_1_is_not_given_to_tf_2(lines, is_tf1):
    assert bool({one.rule for one in findings(TF2.format(lines))} & {"RNN405", "RNN541"}) is is_tf1


def test_a_saver_counts_where_the_project_has_rnns(tmp_path):
    saver = "import tensorflow as tf\nsaver = tf.train.Saver()\n"
    (tmp_path / "model.py").write_text(TF + "from base import Base\nc = rnn.GRUCell(3)\n")
    (tmp_path / "base.py").write_text(saver + "class Base: pass\n")
    (tmp_path / "train.py").write_text("from model import c\n" + saver)
    (tmp_path / "other.py").write_text(saver)
    found = {(one.path.rsplit("/", 1)[1], one.rule) for one in scan([str(tmp_path)]).findings}
    assert found == {
        ("model.py", "RNN010"),
        ("model.py", "RNN103"),
        ("base.py", "RNN523"),
        ("train.py", "RNN523"),
    }


NEIGHBOURS = [
    "tf.nn.ctc_loss",
    "tf.nn.ctc_greedy_decoder",
    "tf.nn.ctc_beam_search_decoder",
    "tf.contrib.crf.crf_log_likelihood",
    "tf.contrib.crf.viterbi_decode",
    "tf.lite.experimental.nn.TFLiteLSTMCell",
    "tf.lite.experimental.nn.TfLiteRNNCell",
    "tf.lite.experimental.nn.dynamic_rnn",
    "tf.contrib.model_pruning.MaskedBasicLSTMCell",
    "tf.contrib.model_pruning.MaskedLSTMCell",
    "tf.contrib.seq2seq.AttentionWrapperV2",
    "tf.contrib.seq2seq.BasicDecoderV2",
    "tf.contrib.seq2seq.BeamSearchDecoderV2",
    "tf.contrib.seq2seq.BahdanauAttentionV2",
    "tf.contrib.seq2seq.LuongAttentionV2",
    "tf.contrib.seq2seq.BahdanauMonotonicAttentionV2",
    "tf.contrib.seq2seq.LuongMonotonicAttentionV2",
    "tf.contrib.seq2seq.SequenceLoss",
    "tf.contrib.seq2seq.gather_tree_from_array",
]


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_neighbour_has_a_rule_of_its_own(name):
    code = f"import tensorflow as tf\ntf.placeholder(tf.float32)\n{name}(a)\n"
    assert (3, name) in names(code)
    assert "RNN012" not in {one.rule for one in findings(code)}
