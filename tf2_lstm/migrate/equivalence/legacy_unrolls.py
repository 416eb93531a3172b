"""How TF1 calls each of its unrolls, with its inputs and with its outputs in one common order."""

import importlib
from collections import OrderedDict

from legacy_tf1.compat import tf
from tf2_lstm.migrate.pairs import PAIRS


def legacy_symbol(name):
    """Return the TF1 column's callable of a pair."""
    module, attribute = PAIRS[name].legacy.split(":")
    return getattr(importlib.import_module(module), attribute)


def _dynamic_rnn(built):
    call = built.case.call.arguments["cell"]
    inputs = tf.transpose(built.inputs, [1, 0, 2]) if built.time_major() else built.inputs
    outputs, state = legacy_symbol("dynamic_rnn")(
        built.cell(call),
        inputs,
        sequence_length=built.lengths,
        initial_state=built.state(call),
        dtype=built.dtype,
        time_major=built.time_major(),
    )
    return (tf.transpose(outputs, [1, 0, 2]) if built.time_major() else outputs), state


def _static_rnn(built):
    call = built.case.call.arguments["cell"]
    outputs, state = legacy_symbol("static_rnn")(
        built.cell(call),
        tf.unstack(built.inputs, axis=1),
        initial_state=built.state(call),
        dtype=built.dtype,
        sequence_length=built.lengths,
    )
    return tf.stack(outputs, axis=1), state


def _python_loop(built):
    call = built.case.call.arguments["cell"]
    cell = built.cell(call)
    state = built.state(call) or cell.zero_state(built.case.batch, built.dtype)
    outputs, state = legacy_symbol("python_loop")(cell, built.inputs, state)
    return tf.stack(outputs, axis=1), state


def _direction_states(built):
    arguments = built.case.call.arguments
    return {
        "initial_state_" + side: built.state(arguments["cell_" + side], "initial_state." + side)
        for side in ("fw", "bw")
    }


def _bidirectional_dynamic_rnn(built):
    arguments = built.case.call.arguments
    inputs = tf.transpose(built.inputs, [1, 0, 2]) if built.time_major() else built.inputs
    outputs, states = legacy_symbol("bidirectional_dynamic_rnn")(
        built.cell(arguments["cell_fw"]),
        built.cell(arguments["cell_bw"]),
        inputs,
        sequence_length=built.lengths,
        dtype=built.dtype,
        time_major=built.time_major(),
        **_direction_states(built),
    )
    if built.time_major():
        outputs = [tf.transpose(output, [1, 0, 2]) for output in outputs]
    return _sides(*outputs), _sides(*states)


def _static_bidirectional_rnn(built):
    arguments = built.case.call.arguments
    outputs, forward, backward = legacy_symbol("static_bidirectional_rnn")(
        built.cell(arguments["cell_fw"]),
        built.cell(arguments["cell_bw"]),
        tf.unstack(built.inputs, axis=1),
        sequence_length=built.lengths,
        dtype=built.dtype,
        **_direction_states(built),
    )
    return tf.stack(outputs, axis=1), _sides(forward, backward)


def _stack_bidirectional_dynamic_rnn(built):
    arguments = built.case.call.arguments
    cells = {side: [built.cell(call) for call in arguments["cells_" + side]] for side in ("fw", "bw")}
    states = {
        side: [
            built.state(call, f"initial_state.{side}[{n}]")
            for n, call in enumerate(arguments["cells_" + side])
        ]
        if built.case.initial_state
        else None
        for side in ("fw", "bw")
    }
    outputs, forward, backward = legacy_symbol("stack_bidirectional_dynamic_rnn")(
        cells["fw"],
        cells["bw"],
        built.inputs,
        initial_states_fw=states["fw"],
        initial_states_bw=states["bw"],
        dtype=built.dtype,
        sequence_length=built.lengths,
    )
    return outputs, _sides(forward, backward)


def _sides(forward, backward):
    return OrderedDict([("fw", forward), ("bw", backward)])


UNROLLS = {
    "dynamic_rnn": _dynamic_rnn,
    "static_rnn": _static_rnn,
    "python_loop": _python_loop,
    "bidirectional_dynamic_rnn": _bidirectional_dynamic_rnn,
    "static_bidirectional_rnn": _static_bidirectional_rnn,
    "stack_bidirectional_dynamic_rnn": _stack_bidirectional_dynamic_rnn,
}
