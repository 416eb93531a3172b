"""Mistakes in what is read and proved of graphs with many operations."""

from tests.mutants.mistake import mistakes

_LONG = "tests/migrate/convert/test_long_graphs.py::"
_HELD = f"{_LONG}test_all_variables_must_have_one"
_OWN = f"{_LONG}test_where_no_program_has_them_the_recurrences_have_their_own"
_ONCE = f"{_LONG}test_the_program_has_the_gradients_of_its_recurrences_for_one_sample"
_WHOLE = "tests/migrate/translate/test_whole_gradients.py::"
_READERS = "tests/migrate/graph/test_readers.py::"

LONG_GRAPHS = [
    *mistakes(
        "tf2_lstm/migrate/convert/in_whole.py",
        _HELD,
        ("if wanted and wanted <= {", "if wanted and wanted & {"),
        ('tensor.name.partition(", ")[0]', "tensor.name"),
        ('f"gradient of {name}" for cell', "name for cell"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/in_whole.py",
        f"{_LONG}test_a_recurrence_without_variables_is_in_no_program",
        ("if wanted and wanted <= {", "if wanted <= {"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/graph_side.py",
        _OWN,
        ("LONG if elsewhere else None", "LONG"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/graph_side.py",
        _ONCE,
        ("LONG if elsewhere else None", "None"),
        ("are compared in {elsewhere}", "are compared"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        f"{_WHOLE}test_a_long_one_has_those_of_its_first_sample",
        ('own=by == "weights", most=LONG)', 'own=by == "weights")'),
        ("if replay.too_long and not replay.writes:", "if replay.writes:"),
        ("side.notes += [] if why else [alone]", "side.notes += [alone] if why else []"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        f"{_WHOLE}test_why_a_long_one_has_none_is_said",
        ("if replay.too_long and not replay.writes:", "if replay.too_long:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/programs.py",
        f"{_WHOLE}test_the_gradients_of_a_long_one_that_are_its_own_are_those_of_the_open_one",
        ("runs[0] = replace(runs[0], targets=targets, gradients=gradients)", "runs[0] = replace(runs[0])"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/reader.py",
        f"{_READERS}test_gradients_that_nobody_fetches_are_not_read",
        (
            "without_backward(with_hoisted(model.graph, model.path), fetched)",
            "with_hoisted(model.graph, model.path)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/backward.py",
        f"{_READERS}test_a_gradient_is_no_reader",
        (" or any(node_of(name) in gone for name in fetched):", ":"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/backward.py",
        f"{_READERS}test_gradients_that_a_layer_reads_are_read",
        ("if not gone or learns or any", "if not gone or any"),
    ),
    *mistakes(
        "tf2_lstm/migrate/graph/backward.py",
        f"{_READERS}test_gradients_that_nobody_fetches_are_not_read",
        ("for name in gone - backward)", "for name in gone)"),
    ),
]
