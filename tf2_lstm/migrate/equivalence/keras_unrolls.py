"""How Keras calls the twin of each unroll, with its inputs and with its outputs in the same order as TF1's.

TF1 has no training flag, only keep_prob, so everything is called with training=True.
"""

from collections import OrderedDict

import keras

import tf2_lstm


def _rnn(built):
    call = built.case.call.arguments["cell"]
    cell, layer = built.builder.cell(call), built.builder.layer(built.case.call)

    def run():
        state = built.initial_state(call)
        state = None if state is None else _listed(tf2_lstm.to_keras_state(cell, state))
        outputs, *states = layer(built.fed["inputs"], initial_state=state, mask=built.mask, training=True)
        return outputs, _tf1_state(cell, states, call)

    return run


def _python_loop(built):
    call = built.case.call.arguments["cell"]
    cell = built.builder.cell(call)

    def run():
        state = built.initial_state(call)
        if state is None:
            states = cell.get_initial_state(batch_size=built.case.batch)
        else:
            states = tf2_lstm.to_keras_state(cell, state)
        outputs, states = tf2_lstm.python_loop(cell, built.fed["inputs"], states, training=True)
        return keras.ops.stack(outputs, axis=1), _tf1_state(cell, _listed(states), call)

    return run


def _bidirectional(built):
    calls = [built.case.call.arguments["cell_" + side] for side in ("fw", "bw")]
    cells = [built.builder.cell(call) for call in calls]
    layer = built.builder.layer(built.case.call)
    paired = layer.merge_mode is None

    def run():
        states = _both_states(
            built, cells, [built.initial_state(c, "initial_state." + s) for c, s in _sided(calls)]
        )
        returned = layer(built.fed["inputs"], initial_state=states, mask=built.mask, training=True)
        outputs = _sides(*returned[:2]) if paired else returned[0]
        states = list(returned[2 if paired else 1 :])
        split = len(_listed(cells[0].state_size))
        state = _sides(
            _tf1_state(cells[0], states[:split], calls[0]), _tf1_state(cells[1], states[split:], calls[1])
        )
        return outputs, state

    return run


def _stack_bidirectional(built):
    calls = [built.case.call.arguments["cells_" + side] for side in ("fw", "bw")]
    cells = [[built.builder.cell(call) for call in side] for side in calls]
    layers = built.builder.layer(built.case.call)

    def run():
        initial = [
            _both_states(
                built,
                [cells[0][n], cells[1][n]],
                [
                    built.initial_state(calls[i][n], f"initial_state.{s}[{n}]")
                    for i, s in enumerate(("fw", "bw"))
                ],
            )
            for n in range(len(layers))
        ]
        outputs, forward, backward = tf2_lstm.stack_bidirectional(
            layers,
            built.fed["inputs"],
            mask=built.mask,
            initial_state=initial if built.case.initial_state else None,
        )
        sides = [
            [_tf1_state(cell, _listed(state), call) for cell, state, call in zip(*side, strict=True)]
            for side in ((cells[0], forward, calls[0]), (cells[1], backward, calls[1]))
        ]
        return outputs, _sides(*sides)

    return run


def _both_states(built, cells, states):
    if not built.case.initial_state:
        return None
    return [
        tensor
        for cell, state in zip(cells, states, strict=True)
        for tensor in _listed(tf2_lstm.to_keras_state(cell, state))
    ]


def _tf1_state(cell, states, call):
    states = states if isinstance(cell.state_size, (list, tuple)) else states[0]
    return tf2_lstm.to_tf1_state(cell, states, state_is_tuple=call.arguments.get("state_is_tuple", True))


def _listed(state):
    return list(state) if isinstance(state, (list, tuple)) else [state]


def _sided(calls):
    return zip(calls, ("fw", "bw"), strict=True)


def _sides(forward, backward):
    return OrderedDict([("fw", forward), ("bw", backward)])


UNROLLS = {
    "dynamic_rnn": _rnn,
    "static_rnn": _rnn,
    "python_loop": _python_loop,
    "bidirectional_dynamic_rnn": _bidirectional,
    "static_bidirectional_rnn": _bidirectional,
    "stack_bidirectional_dynamic_rnn": _stack_bidirectional,
}
