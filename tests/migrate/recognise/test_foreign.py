"""What is unrolled in a graph and no known cell is reported, whole or the one step that differs."""

from tampering import Tampered

from tf2_lstm.migrate.recognise import recognise


def swap_gates(tampered, numbers):
    """Let the input gate and the output gate change places in some steps."""
    for number in numbers:
        split = "rnn/basic_lstm_cell/split" + (f"_{number}" if number else "")
        for node in tampered.model.graph.node:
            if node.op == "Sigmoid" and node.input[0] == split:
                node.input[0] = split + ":3"
            elif node.op == "Sigmoid" and node.input[0] == split + ":3":
                node.input[0] = split
    return tampered


def test_a_chain_of_unknown_steps_is_reported():
    findings = recognise(swap_gates(Tampered("static_rnn"), range(5)).model)
    assert not findings.recurrences
    (said,) = findings.not_converted
    assert said.scope == "rnn"
    assert said.variables == ("rnn/basic_lstm_cell/bias", "rnn/basic_lstm_cell/kernel")
    assert said.nearest == "basic_lstm"
    assert said.differs == "the gates stand in the order o, j, f, i and not i, j, f, o"
    assert not findings.unclaimed


def test_one_step_that_differs_is_reported():
    findings = recognise(swap_gates(Tampered("static_rnn"), [2]).model)
    (said,) = findings.not_converted
    assert said.reason.startswith("1 of 5 steps that multiply rnn/basic_lstm_cell/kernel differ")


def test_a_chain_of_known_steps_is_not_reported():
    assert not recognise(Tampered("static_rnn").model).not_converted
