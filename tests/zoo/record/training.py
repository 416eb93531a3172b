"""Graphs that train: gradients, slots, counters, clipped norms."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, recurrence, rnn
from tests.zoo.record.feeds import floats
from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell


def _steps(train, feeds, sizes=SIZES[0], count=2):
    """Return a function that trains a little, so that slots and counters are not as they began."""

    def prepare(session):
        feed = {tensor: draw(draws(7, tensor.name), sizes) for tensor, draw in feeds.items()}
        for _ in range(count):
            session.run(train, feed)

    return prepare


@artefact("Adam, gradients through the loop, clip_by_global_norm, global_step")
def train_adam():
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    target = tf.placeholder(tf.float32, [None, 1], name="target")
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(3), x, dtype=tf.float32)
    loss = tf.losses.mean_squared_error(target, tf.layers.dense(state.h, 1))
    step = tf.train.get_or_create_global_step()
    weights = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, weights), 5.0)
    train = tf.train.AdamOptimizer(0.01).apply_gradients(zip(gradients, weights), global_step=step)
    rnn_names, dense = named("rnn/basic_lstm_cell"), named("dense")
    unclaimed = [*dense, "beta1_power", "beta2_power", "global_step"]
    unclaimed += [name + slot for name in rnn_names + dense for slot in ("/Adam", "/Adam_1")]
    found = recurrence("rnn", dynamic(lstm(3)), rnn_names, x, outputs, state)
    feeds = {x: floats("B", "T", 2), target: floats("B", 1)}
    return Built(
        feeds, [found], unclaimed=unclaimed, fetches=[loss, *gradients[:2]], prepare=_steps(train, feeds)
    )


@artefact("momentum and averages at once, over a cell that is unrolled")
def train_momentum_averages():
    x = tf.placeholder(tf.float32, [None, 2, 2], name="x")
    target = tf.placeholder(tf.float32, [None, 3], name="target")
    outputs, state = tf.nn.static_rnn(cells.BasicRNNCell(3), tf.unstack(x, axis=1), dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(state - target))
    optimize = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    average = tf.train.ExponentialMovingAverage(0.5)
    with tf.control_dependencies([optimize]):
        train = average.apply(tf.trainable_variables())
    names = named("rnn/basic_rnn_cell")
    unclaimed = [name + more for name in names for more in ("/Momentum", "/ExponentialMovingAverage")]
    call = Call("static_rnn", cell=rnn(3))
    found = recurrence("rnn", call, names, x, list(outputs), state, form="static")
    feeds = {x: floats("B", "T", 2), target: floats("B", 3)}
    sizes = ({"B": 3, "T": 2}, {"B": 2, "T": 2})
    built = Built(feeds, [found], unclaimed=unclaimed, fetches=[loss], sizes=sizes)
    built.prepare = _steps(train, feeds, sizes[0])
    return built


@artefact(
    "MirroredStrategy: a copy of the recurrence on each device, one variable of the checkpoint for both"
)
def mirrored():
    strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])
    with strategy.scope():
        inputs = [tf.placeholder(tf.float32, [None, None, 2], name=name) for name in ("x", "y")]

        def replica():
            number = tf.distribute.get_replica_context().replica_id_in_sync_group
            x = inputs[tf.contrib.util.constant_value(number)]
            return tf.nn.dynamic_rnn(cells.GRUCell(3), x, dtype=tf.float32)

        made = zip(*map(strategy.experimental_local_results, strategy.experimental_run_v2(replica)))
    names = gru_named("rnn/gru_cell")
    found = []
    for scope, x, (outputs, state) in zip(("rnn", "replica_1/rnn"), inputs, made):
        found.append(recurrence(scope, dynamic(gru(3)), names, x, outputs, state))

    def prepare(session):
        session.run(tf.global_variables_initializer())
        for one in tf.trainable_variables():
            drawn = wide(draws(0, one.name), one.shape.as_list(), 1.0).astype("float32")
            for copy in one.values:
                copy.load(drawn, session)

    return Built({x: floats("B", "T", 2) for x in inputs}, found, prepare=prepare, weights=False)
