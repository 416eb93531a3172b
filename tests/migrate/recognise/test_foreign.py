"""What is unrolled in a graph and no known cell is reported, whole or the one step that differs."""

from tests.zoo.tampering import Tampered
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


def change_gates(tampered):
    """Put an operation that no cell has before one gate of every step."""
    for number in range(5):
        gate = f"rnn/basic_lstm_cell/Sigmoid{f'_{3 * number}' if number else ''}"
        tampered.insert(gate, 0, "AddV2", "rnn/basic_lstm_cell/Tanh")
    return tampered


def test_a_chain_of_unknown_steps_is_reported():
    findings = recognise(change_gates(Tampered("static_rnn")).model)
    assert not findings.recurrences
    (said,) = findings.not_converted
    assert said.scope == "rnn"
    assert said.variables == ("rnn/basic_lstm_cell/bias", "rnn/basic_lstm_cell/kernel")
    assert said.nearest == "basic_lstm"
    assert not findings.unclaimed


def test_a_chain_of_steps_whose_gates_stand_in_another_order_is_that_cell():
    (found,) = recognise(swap_gates(Tampered("static_rnn"), range(5)).model).recurrences
    (cell,) = found.cells
    assert (found.call.arguments["cell"].pair, bool(cell.blocks)) == ("basic_lstm", True)
    kernel = {one.columns: one.from_columns for one in cell.blocks if one.target == "kernel"}
    assert kernel == {(0, 5): (15, 20), (5, 10): (5, 10), (10, 15): (10, 15), (15, 20): (0, 5)}


def test_a_chain_without_a_scope_around_its_variables_has_a_name():
    graph = Tampered("clothes_gru")
    for name in [one for one in graph.nodes if one.startswith("Tanh")]:
        graph.insert(name, 0, "Sinh")
    assert [one.scope for one in recognise(graph.model).not_converted] == ["gates"]


def test_one_step_that_differs_is_reported():
    findings = recognise(swap_gates(Tampered("static_rnn"), [2]).model)
    (said,) = findings.not_converted
    assert said.reason.startswith("1 of 5 steps that multiply rnn/basic_lstm_cell/kernel differ")


def test_a_chain_of_known_steps_is_not_reported():
    assert not recognise(Tampered("static_rnn").model).not_converted
