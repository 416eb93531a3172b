"""Bidirectional language models that keep their states in variables, written in two ways."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, lstm, named, recurrence, stack
from tests.zoo.record.feeds import floats, lengths
from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell


def _draw_states(session, variables):
    """Give states that are kept in variables numbers of their own."""
    for variable in variables:
        drawn = wide(draws(0, "state:" + variable.op.name), variable.shape.as_list(), 1.0)
        variable.load(drawn.astype("float32"), session)


@artefact("a bidirectional language model: projected, clipped, residual layers, states kept in variables")
def language_model():
    x = tf.placeholder(tf.float32, [3, 5, 3], name="token_embeddings")
    sizes = tf.placeholder(tf.int32, [3], name="lengths")
    options = {"num_proj": 3, "cell_clip": 0.75, "proj_clip": 0.5}
    starts, kept = {}, []
    for side in ("fw", "bw"):
        starts[side] = []
        for number in range(2):
            pair = [
                tf.get_variable(f"{side}_{number}_{leaf}", [3, width], trainable=False)
                for leaf, width in (("c", 5), ("h", 3))
            ]
            kept += pair
            starts[side].append(cells.LSTMStateTuple(*[tf.convert_to_tensor(one) for one in pair]))

    def direction():
        return cells.MultiRNNCell(
            [cells.LSTMCell(5, **options), cells.ResidualWrapper(cells.LSTMCell(5, **options))]
        )

    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        direction(),
        direction(),
        x,
        sequence_length=sizes,
        initial_state_fw=tuple(starts["fw"]),
        initial_state_bw=tuple(starts["bw"]),
    )
    ends = [leaf for side in states for layer in side for leaf in layer]
    with tf.control_dependencies(outputs):
        update = tf.group(*[variable.assign(end) for variable, end in zip(kept, ends)], name="keep")
    with tf.control_dependencies([update]):
        tf.concat(outputs, 2, name="context")
    calls = [stack(lstm(**options), Call("residual", cell=lstm(**options))) for _ in range(2)]
    scope = "bidirectional_rnn/{}/multi_rnn_cell/cell_{}/lstm_cell"
    names = []
    for side in ("fw", "bw"):
        for number in range(2):
            names += named(scope.format(side, number), "kernel", "bias", "projection/kernel")
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(*calls),
        names,
        x,
        {"fw": outputs[0], "bw": outputs[1]},
        {"fw": states[0], "bw": states[1]},
        sequence_length=sizes,
        initial_state=starts,
    )

    return Built(
        {x: floats("B", "T", 3), sizes: lengths()},
        [found],
        unclaimed=[variable.op.name for variable in kept],
        prepare=lambda session: _draw_states(session, kept),
        sizes=SIZES[:1],
    )


@artefact(
    "the same model as one loop a layer and direction: the backward layers run on reversed tensors throughout"
)
def language_model_layers():
    x = tf.placeholder(tf.float32, [3, 5, 3], name="token_embeddings")
    options = {"num_proj": 3, "cell_clip": 0.75, "proj_clip": 0.5}
    kept, updates, runs = [], [], {}
    with tf.variable_scope("bilm"):
        for side, inputs in enumerate((x, tf.reverse(x, [1]))):
            for layer in range(2):
                pair = [
                    tf.get_variable(f"state_{side}_{layer}_{leaf}", [3, width], trainable=False)
                    for leaf, width in (("c", 5), ("h", 3))
                ]
                start = cells.LSTMStateTuple(*[tf.convert_to_tensor(one) for one in pair])
                cell = cells.LSTMCell(5, **options)
                cell = cells.ResidualWrapper(cell) if layer else cell
                with tf.variable_scope(f"RNN_{side}/RNN/MultiRNNCell/Cell{layer}"):
                    raw, state = tf.nn.dynamic_rnn(cell, inputs, initial_state=start)
                output = tf.reverse(raw, [1]) if side else raw
                kept += pair
                updates += [variable.assign(end) for variable, end in zip(pair, state)]
                runs[side, layer] = inputs, raw, output, start, state
                inputs = raw
    with tf.control_dependencies(updates):
        tf.stack([tf.concat([runs[0, layer][2], runs[1, layer][2]], 2) for layer in range(2)], name="layers")

    def call(layer):
        return Call("residual", cell=lstm(**options)) if layer else lstm(**options)

    def names(side, layer):
        scope = f"bilm/RNN_{side}/RNN/MultiRNNCell/Cell{layer}/rnn/lstm_cell"
        return named(scope, "kernel", "bias", "projection/kernel")

    (_, _, fw, fw_start, fw_state), (_, _, bw, bw_start, bw_state) = runs[0, 0], runs[1, 0]
    found = [
        recurrence(
            "bilm",
            bidirectional(call(0), call(0)),
            names(0, 0) + names(1, 0),
            x,
            {"fw": fw, "bw": bw},
            {"fw": fw_state, "bw": bw_state},
            initial_state={"fw": fw_start, "bw": bw_start},
        )
    ]
    # The upper backward layer reads the lower one's tensor as it is, from the last step to the first.
    for side in range(2):
        inputs, raw, _, start, state = runs[side, 1]
        scope = f"bilm/RNN_{side}/RNN/MultiRNNCell/Cell1/rnn"
        found.append(
            recurrence(scope, dynamic(call(1)), names(side, 1), inputs, raw, state, initial_state=start)
        )
    return Built(
        {x: floats("B", "T", 3)},
        found,
        unclaimed=[variable.op.name for variable in kept],
        prepare=lambda session: _draw_states(session, kept),
        sizes=SIZES[:1],
    )
