"""Mistakes in what is made of the random numbers of a whole program."""

from tests.mutants.mistake import mistakes

DRAWN = "tests/migrate/translate/test_drawn_numbers.py::"
DRAWN_READ = f"{DRAWN}test_a_program_begins_behind_numbers_that_no_dropout_reads"

DRAWN_NUMBERS = [
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[a constant share below]",
        ("_BELOW and first == (node.op in _ABOVE)", "_BELOW"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[a mask that is chosen]",
        ('node.op == "SelectV2" and first and nodes', 'node.op == "SelectV2" and nodes'),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[chances that are computed]",
        ("plain = all(shapes.get(normal(one)) in ((), None) for one in others)", "plain = True"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[a mask that is read otherwise]",
        ("makes = plain and noise not in masks and", "makes = plain and"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[dropout whose mask goes through something else]",
        ("if plain and any(_is_of(nodes, one, fixed) for one in others):", "if not plain and others == []:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[dropout in a function]",
        ("if node.op in SILENT | _RUNS_FUNCTIONS or", "if node.op in SILENT or"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[a coin]",
        ("if not makes and not (node.op in _MOVES and first):", "if not makes and node.op not in _MOVES:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN_READ}[a sample that goes on]",
        ('if node is None or (not given and node.op != "Const"):', "if node is None:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN}test_an_output_that_is_a_sample_ends_in_front_of_it",
        ("if now is not None and now not in (*ends, *outputs.values()):", "if now is None:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/drawn.py",
        f"{DRAWN}test_the_proof_draws_numbers_of_the_same_range[a sample that goes on]",
        ("return {one: shape[-1] for one, shape", "return {one: 9 * shape[-1] for one, shape"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_samples.py",
        f"{DRAWN}test_the_proof_draws_numbers_of_the_same_range[Gumbel's noise]",
        ("if draw is not None and draw.values:", "if draw is None and draw:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/drawn_sizes.py",
        f"{DRAWN}test_numbers_have_the_sizes_that_the_graph_would_draw",
        ("if shape != values[one.tf1].shape:", "if shape == values[one.tf1].shape:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/edges/boundary.py",
        f"{DRAWN}test_noise_alone_is_no_output",
        ("        _check_ends(nodes, outputs, notes)\n        order", "        order"),
    ),
]
