# ruff: noqa: E501 - a row of a table is a line
"""The idioms of real TF1 programs: each one as it is written there, with all that it must give."""

import pytest
from snippet_marks import expected_names, expected_traps, names, table, traps

HEAD = "import tensorflow as tf\n"

ROWS = (
    ("sequence_length and zero_state", HEAD + """
cell = tf.nn.rnn_cell.BasicLSTMCell(num_units=HIDDEN, forget_bias=1.0, state_is_tuple=True)  #: tf.nn.rnn_cell.BasicLSTMCell #! RNN502
initial = cell.zero_state(batch_size, dtype=tf.float32)  #! RNN524
outputs, state = tf.nn.dynamic_rnn(cell, X, sequence_length=seq_len, initial_state=initial)  #: tf.nn.dynamic_rnn #! RNN507 RNN508
"""),
    ("the positional third argument", HEAD + """
rnn_cell = tf.nn.rnn_cell  #: tf.nn.rnn_cell
outputs, states = tf.nn.dynamic_rnn(rnn_cell.GRUCell(8), X, lengths, dtype=tf.float32)  #: tf.nn.dynamic_rnn tf.nn.rnn_cell.GRUCell #! RNN505 RNN507
"""),
    ("a cell class as a value", HEAD + """
if args.model == 'rnn':
    cell_fn = tf.contrib.rnn.BasicRNNCell  #: tf.contrib.rnn.BasicRNNCell
elif args.model == 'gru':
    cell_fn = tf.contrib.rnn.GRUCell  #: tf.contrib.rnn.GRUCell
elif args.model == 'lstm':
    cell_fn = tf.contrib.rnn.BasicLSTMCell  #: tf.contrib.rnn.BasicLSTMCell
else:
    raise Exception('model type not supported: {}'.format(args.model))
cells = []
for _ in range(args.num_layers):
    cell = cell_fn(args.rnn_size)  #: tf.contrib.rnn.BasicRNNCell tf.contrib.rnn.GRUCell tf.contrib.rnn.BasicLSTMCell #! RNN501
    if args.keep < 1.0:
        cell = tf.contrib.rnn.DropoutWrapper(cell, output_keep_prob=args.keep)  #: tf.contrib.rnn.DropoutWrapper #! RNN514
    cells.append(cell)
cell = tf.contrib.rnn.MultiRNNCell(cells, state_is_tuple=True)  #: tf.contrib.rnn.MultiRNNCell
"""),
    ("a list comprehension and a helper", HEAD + """
def lstm_cell():
    return tf.contrib.rnn.BasicLSTMCell(size, forget_bias=0.0, reuse=tf.get_variable_scope().reuse)  #: tf.contrib.rnn.BasicLSTMCell #! RNN502 RNN513
attn_cell = lstm_cell
if is_training and keep_prob < 1:
    def attn_cell():
        return tf.contrib.rnn.DropoutWrapper(lstm_cell(), output_keep_prob=keep_prob)  #: tf.contrib.rnn.DropoutWrapper #! RNN514
cell = tf.contrib.rnn.MultiRNNCell([attn_cell() for _ in range(layers)], state_is_tuple=True)  #: tf.contrib.rnn.MultiRNNCell
"""),
    ("a state as a feed_dict key, after the PTB tutorial", HEAD + """
class PTBModel(object):
    def __init__(self, config):
        cell = tf.nn.rnn_cell.MultiRNNCell([make() for _ in range(2)])  #: tf.nn.rnn_cell.MultiRNNCell
        self._initial_state = cell.zero_state(config.batch_size, tf.float32)  #! RNN524
        state = self._initial_state
        outputs = []
        with tf.variable_scope("RNN"):
            for time_step in range(num_steps):
                if time_step > 0: tf.get_variable_scope().reuse_variables()  #! RNN513
                (cell_output, state) = cell(inputs[:, time_step, :], state)  #: tf.nn.rnn_cell.MultiRNNCell.__call__ #! RNN522
                outputs.append(cell_output)
        self._final_state = state
    @property
    def initial_state(self):
        return self._initial_state
def run_epoch(session, model):
    state = session.run(model.initial_state)
    feed_dict = {}
    for i, (c, h) in enumerate(model.initial_state):  #! RNN520
        feed_dict[c] = state[i].c  #! RNN509 RNN520
        feed_dict[h] = state[i].h  #! RNN509 RNN520
"""),
    ("state.c and state.h", HEAD + """
cell = tf.nn.rnn_cell.LSTMCell(n)  #: tf.nn.rnn_cell.LSTMCell #! RNN501
(fw, bw), (fw_state, bw_state) = tf.nn.bidirectional_dynamic_rnn(  #: tf.nn.bidirectional_dynamic_rnn
    cell_fw=cell, cell_bw=tf.nn.rnn_cell.LSTMCell(n), inputs=x, dtype=tf.float32)  #: tf.nn.rnn_cell.LSTMCell #! RNN501
c = tf.concat((fw_state.c, bw_state.c), 1)  #! RNN520
h = tf.concat((fw_state.h, bw_state.h), 1)  #! RNN520
state = tf.nn.rnn_cell.LSTMStateTuple(c=c, h=h)  #: tf.nn.rnn_cell.LSTMStateTuple
"""),
    ("an RNNCell of one's own that derives from one", HEAD + """
from tensorflow.python.ops.rnn_cell_impl import RNNCell  #: tf.python.ops.rnn_cell_impl.RNNCell
class MyCell(RNNCell):  #: tf.python.ops.rnn_cell_impl.RNNCell #! RNN521
    @property
    def state_size(self):
        return tf.nn.rnn_cell.LSTMStateTuple(self.n, self.n)  #: tf.nn.rnn_cell.LSTMStateTuple
    def __call__(self, inputs, state, scope=None):
        c, h = state  #! RNN520
        return h, tf.contrib.rnn.LSTMStateTuple(c, h)  #: tf.contrib.rnn.LSTMStateTuple
out, s = tf.nn.dynamic_rnn(MyCell(3), x, dtype=tf.float32)  #: tf.nn.dynamic_rnn
"""),
    ("the append loop", HEAD + """
from tensorflow.contrib import rnn  #: tf.contrib.rnn
cells = []
for i in range(layers):
    cells.append(rnn.GRUCell(sizes[i]))  #: tf.contrib.rnn.GRUCell
stack = rnn.MultiRNNCell(cells)  #: tf.contrib.rnn.MultiRNNCell
"""),
    ("[cell] * n with dropout from a placeholder", HEAD + """
keep_prob = tf.placeholder(tf.float32, name='keep_prob')
lstm = tf.contrib.rnn.BasicLSTMCell(lstm_size)  #: tf.contrib.rnn.BasicLSTMCell #! RNN501
drop = tf.contrib.rnn.DropoutWrapper(lstm, output_keep_prob=keep_prob)  #: tf.contrib.rnn.DropoutWrapper #! RNN514
cell = tf.contrib.rnn.MultiRNNCell([drop] * num_layers)  #: tf.contrib.rnn.MultiRNNCell #! RNN510
initial_state = cell.zero_state(batch_size, tf.float32)  #! RNN524
"""),
    ("state_is_tuple False, and the state sliced", HEAD + """
cell = tf.nn.rnn_cell.LSTMCell(n, state_is_tuple=False)  #: tf.nn.rnn_cell.LSTMCell #! RNN501 RNN504
outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)  #: tf.nn.dynamic_rnn
c, h = tf.split(state, 2, 1)
"""),
    ("the same object as fw and bw", HEAD + """
cell = tf.contrib.rnn.LSTMCell(n)  #: tf.contrib.rnn.LSTMCell #! RNN501
outputs, states = tf.nn.bidirectional_dynamic_rnn(cell, cell, x, dtype=tf.float32)  #: tf.nn.bidirectional_dynamic_rnn #! RNN512
"""),
    ("a packed state that is unstacked", HEAD + """
init = tf.placeholder(tf.float32, [layers, 2, batch, n])
per_layer = tf.unstack(init, axis=0)
state = tuple([tf.nn.rnn_cell.LSTMStateTuple(per_layer[i][0], per_layer[i][1]) for i in range(layers)])  #: tf.nn.rnn_cell.LSTMStateTuple
out, last = tf.nn.dynamic_rnn(cell, x, initial_state=state)  #: tf.nn.dynamic_rnn #! RNN508
"""),
    ("a class that lies about its name", HEAD + """
class LSTMCell(object):
    def __call__(self, x, state):
        i, f, o, u = tf.split(tf.matmul(x, self.w), 4, 1)
        return state
class BasicLSTMCell(LSTMCell):
    pass
cell = BasicLSTMCell(3)
cell(x, state)
"""),
    ("several cells in one class", HEAD + """
class M:
    def build(self):
        with tf.variable_scope('a'):
            self.a = tf.nn.rnn_cell.LSTMCell(3, forget_bias=self.fb)  #: tf.nn.rnn_cell.LSTMCell #! RNN503
        self.b = tf.nn.rnn_cell.LSTMCell(3, initializer=self.init)  #: tf.nn.rnn_cell.LSTMCell #! RNN501 RNN526
    def step(self, x):
        _, self.s = self.a(x, self.s)  #: tf.nn.rnn_cell.LSTMCell.__call__
        return self.b(x, self.s)  #: tf.nn.rnn_cell.LSTMCell.__call__
"""),
    ("a step in tf.while_loop and tf.cond", HEAD + """
cell = tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell
def body(t, state):
    out, state = cell(ta.read(t), state)  #: tf.nn.rnn_cell.GRUCell.__call__
    return t + 1, state
tf.while_loop(cond, body, [0, s])
x = tf.cond(flag, lambda: cell(a, b), lambda: (a, b))  #: tf.nn.rnn_cell.GRUCell.__call__
"""),
    ("a single step that dynamic_rnn takes up through a scope", HEAD + """
with tf.variable_scope('lstm') as scope:
    cell = tf.nn.rnn_cell.BasicLSTMCell(3, 0.0)  #: tf.nn.rnn_cell.BasicLSTMCell #! RNN502
    out, s = cell(x, s)  #: tf.nn.rnn_cell.BasicLSTMCell.__call__
    scope.reuse_variables()  #! RNN513
    outs, last = tf.nn.dynamic_rnn(cell, xs, initial_state=s, time_major=False, scope=scope)  #: tf.nn.dynamic_rnn #! RNN508
"""),
    ("getattr with a flag", HEAD + """
cell = getattr(tf.contrib.rnn, FLAGS.cell)(FLAGS.size)  #: tf.contrib.rnn
cells = [getattr(tf.nn.rnn_cell, name)(3) for name in names]  #: tf.nn.rnn_cell
"""),
    ("cell_fn with **params", HEAD + """
params = {'num_units': 3, 'forget_bias': 0.0}
cell = tf.nn.rnn_cell.BasicLSTMCell(**params)  #: tf.nn.rnn_cell.BasicLSTMCell #! RNN502
cell = tf.nn.rnn_cell.BasicLSTMCell(3, **kwargs)  #: tf.nn.rnn_cell.BasicLSTMCell #! RNN527
"""),
    ("keep_prob as 1 - x, and no keep_prob", HEAD + """
a = tf.nn.rnn_cell.DropoutWrapper(c, output_keep_prob=1.0 - self.drop)  #: tf.nn.rnn_cell.DropoutWrapper #! RNN514
b = tf.nn.rnn_cell.DropoutWrapper(d)  #: tf.nn.rnn_cell.DropoutWrapper #! RNN515
"""),
    ("pre-1.0 argument orders", HEAD + """
from tensorflow.models.rnn import rnn, rnn_cell  #: tf.models.rnn.rnn tf.models.rnn.rnn_cell
cell = rnn_cell.BasicLSTMCell(n, forget_bias=0.0)  #: tf.models.rnn.rnn_cell.BasicLSTMCell #! RNN502
inputs = [tf.squeeze(i, [1]) for i in tf.split(1, steps, x)]
outputs, state = rnn.rnn(cell, inputs, initial_state=s)  #: tf.models.rnn.rnn.rnn #! RNN508
"""),
    ("cudnn", HEAD + """
lstm = tf.contrib.cudnn_rnn.CudnnLSTM(2, 100, direction='bidirectional')  #: tf.contrib.cudnn_rnn.CudnnLSTM
outputs, (h, c) = lstm(tf.transpose(x, [1, 0, 2]))
"""),
    ("the fused block cell", HEAD + """
cell = tf.contrib.rnn.LSTMBlockFusedCell(n, forget_bias=0)  #: tf.contrib.rnn.LSTMBlockFusedCell #! RNN502
back = tf.contrib.rnn.TimeReversedFusedRNN(cell)  #: tf.contrib.rnn.TimeReversedFusedRNN
out, _ = cell(x, dtype=tf.float32, sequence_length=n)
"""),
    ("attention and a decoder", HEAD + """
from tensorflow.contrib.seq2seq import *  #: tf.contrib.seq2seq
mechanism = BahdanauAttention(n, memory)  #: tf.contrib.seq2seq.BahdanauAttention
cell = AttentionWrapper(cell, mechanism, attention_layer_size=n)  #: tf.contrib.seq2seq.AttentionWrapper
helper = tf.contrib.seq2seq.TrainingHelper(x, lengths)  #: tf.contrib.seq2seq.TrainingHelper #! RNN507
decoder = BasicDecoder(cell, helper, cell.zero_state(b, tf.float32))  #: tf.contrib.seq2seq.BasicDecoder #! RNN508 RNN524
outputs, state, lengths = dynamic_decode(decoder)  #: tf.contrib.seq2seq.dynamic_decode
loss = sequence_loss(logits, targets, weights)  #: tf.contrib.seq2seq.sequence_loss
"""),
    ("stacked bidirectional layers", HEAD + """
import tensorflow.contrib.rnn as rnn  #: tf.contrib.rnn
fw = [rnn.GRUCell(n) for _ in range(2)]  #: tf.contrib.rnn.GRUCell
bw = [rnn.GRUCell(n) for _ in range(2)]  #: tf.contrib.rnn.GRUCell
out, a, b = rnn.stack_bidirectional_dynamic_rnn(fw, bw, x, dtype=tf.float32)  #: tf.contrib.rnn.stack_bidirectional_dynamic_rnn
"""),
    ("raw_rnn", HEAD + """
outputs_ta, state, _ = tf.nn.raw_rnn(cell, loop_fn)  #: tf.nn.raw_rnn
"""),
    ("static_rnn over an unstacked tensor", HEAD + """
from tensorflow.contrib import rnn  #: tf.contrib.rnn
x = tf.unstack(x, timesteps, 1)
lstm_cell = rnn.BasicLSTMCell(num_hidden, forget_bias=1.0)  #: tf.contrib.rnn.BasicLSTMCell #! RNN502
outputs, states = rnn.static_rnn(lstm_cell, x, dtype=tf.float32)  #: tf.contrib.rnn.static_rnn
saver = tf.train.Saver()  #! RNN523
"""),
)  # fmt: skip


@pytest.mark.parametrize(**table(*ROWS))
def test_an_idiom_gives_all_its_findings(code):
    assert names(code) == expected_names(code)
    assert traps(code) == expected_traps(code)
