"""Mistakes in how known cells are found and called in loops, in cells of one's own and in steps by hand."""

from tests.mutants.mistake import mistakes

_TESTS = "tests/migrate/translate/test_single_cells.py::"
_LAYERS = "tests/layers/test_layers_held_cells.py::"
_TRANSLATE = "tf2_lstm/migrate/translate/"

SINGLE_CELLS = [
    *mistakes(
        "tf2_lstm/migrate/recognise/rest/single_cells.py",
        f"{_TESTS}test_a_known_cell_stays_that_cell",
        ("(has_gates or carried == len(match.new)) and", "True and"),
        (" and has_bias and not is_computed", " and not is_computed"),
        (
            "in reading.bodies.items() if len(values) == 1}",
            "in reading.bodies.items()}",
        ),
        ('one.args[1:] if one.op == "select" else []', "[]"),
        ('parts = x.args if x.op == "concat" else ()', "parts = ()"),
    ),
    *mistakes(
        _TRANSLATE + "control/cell_calls.py",
        f"{_TESTS}test_a_known_cell_stays_that_cell",
        ("        return bool(shared & {*cell.variables})", "        return False"),
        ("if id(cell) in self.names and not self._is_called(cell):", "if False:"),
    ),
    *mistakes(
        _TRANSLATE + "control/cell_calls.py",
        f"{_TESTS}test_it_gives_what_the_session_gives",
        ('"concatenate", refs, axis=-1)', '"concatenate", refs[::-1], axis=-1)'),
        ("tf1_order(call, [Item(Item(gives, 1), place) for", "list([Item(Item(gives, 1), place) for"),
    ),
    *mistakes(
        _TRANSLATE + "control/cell_calls.py",
        f"{_TESTS}test_what_tf1_does_not_train_does_not_train",
        (" and len(self._trained(cell.cell)) == 1", ""),
        ("node in self.tf1.trainable for node, (name, _)", "True for node, (name, _)"),
    ),
    *mistakes(
        _TRANSLATE + "control/cell_calls.py",
        "tests/migrate/translate/test_drawn_single_cells.py::test_drawn_cells_are_called_with_the_numbers_of_the_session",
        ("if self.writer.inside or not is_computed:", "if True:"),
        ("inputs = [joined] if joined or not found.inputs else", "inputs = [joined] if found.joined else"),
    ),
    *mistakes(
        _TRANSLATE + "translation.py",
        f"{_TESTS}test_a_step_that_is_called_once_is_the_model_of_its_recurrence",
        ("if times > 1 and names in called}", "if times > 0 and names in called}"),
    ),
    *mistakes(
        _TRANSLATE + "translation.py",
        f"{_TESTS}test_a_known_cell_stays_that_cell",
        (
            "fewer = _without_steps_of_one(findings)",
            "fewer = findings.recurrences",
        ),
    ),
    *mistakes(
        _TRANSLATE + "writing/held.py",
        f"{_TESTS}test_the_proof_says_so_of_gradients_too",
        ("return layer.weights[: len(sources)]", "return layer.weights"),
        ("    found, owns = list(whole.held.items()), {}", "    found, owns = [], {}"),
    ),
    *mistakes(
        _TRANSLATE + "writing/writer.py",
        f"{_TESTS}test_a_known_cell_stays_that_cell",
        (
            "if one.cell.call is cell.cell.call and (one.width",
            "if one.cell.call.pair == cell.cell.call.pair and (one.width",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/held_cells.py",
        f"{_TESTS}test_the_source_gives_the_numbers_of_the_model",
        ("source((None, one.width))", "source((None, 1))"),
    ),
    *mistakes(
        _TRANSLATE + "as_source.py",
        f"{_TESTS}test_the_source_gives_the_numbers_of_the_model",
        ("whole.program.defaults(), by_order)", "whole.program.defaults(), False)"),
    ),
    *mistakes(
        "tf2_lstm/held_layers.py",
        f"{_LAYERS}test_a_cell_is_called_a_cell",
        (r'r"[a-z][a-z0-9_]*cell(_\d+)*"', r'r".*(_\d+)*"'),
    ),
    *mistakes(
        "tf2_lstm/held_layers.py",
        f"{_LAYERS}test_a_name_is_that_of_one_cell",
        (" or hasattr(owner, name):", ":"),
    ),
    *mistakes(
        "tf2_lstm/held_layers.py",
        f"{_LAYERS}test_its_configuration_makes_it_again",
        ("{**self._given[name], self._kind:", '{"name": name, "width": 1, self._kind:'),
    ),
    *mistakes(
        "tf2_lstm/equation_cell.py",
        f"{_LAYERS}test_the_cell_of_a_cell_comes_behind_its_own_weights",
        ("        self.held_cells.build()\n", ""),
    ),
]
