"""The equations of the rows are read as they are written, and everything that uses them follows them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.equivalence.cell_step import step
from tf2_lstm.migrate.graph.reader import GraphReader
from tf2_lstm.migrate.pairs import PAIRS, Call, Tensor, WeightMap
from tf2_lstm.migrate.pairs.equations import Node, linears, parsed
from tf2_lstm.migrate.recognise.cells.known_cells import Cell

CELLS = [row for row in PAIRS.values() if row.kind == "cell"]
ALL = [(row, variant) for row in CELLS for variant in (None, *row.variants)]


def ids(one):
    row, variant = one
    return f"{row.name} {variant.option}" if variant else row.name


@pytest.mark.parametrize("one", ALL, ids=ids)
def test_equations_use_every_gate_of_the_weight_map_and_no_other(one):
    row, variant = one
    weights, states = (variant or row).weights, parsed((variant or row).equations)
    used = {linear.name for node in states.values() for linear in linears(node)}
    assert used == {letter for tensor in weights.tf1 if not tensor.when for letter in tensor.gates}
    assert {name.rstrip("'") for name in states} == set(row.states or "h")


@pytest.mark.parametrize("row", CELLS, ids=lambda row: row.name)
def test_equations_name_arguments_and_weights_of_their_row(row):
    def names(node):
        return {node.name} if node.kind == "name" else {one for part in node.parts for one in names(part)}

    states = parsed(row.equations)
    known = {"x", *states, *(name.rstrip("'") for name in states)}
    known |= {one.tf1 for one in row.arguments} | {tensor.name for tensor in row.weights.tf1}
    assert {name for node in states.values() for name in names(node)} <= known


def test_what_stands_in_between_is_put_in_its_place_and_is_one_object():
    states = parsed(("u = gate(linear.u(x, h))", "h' = u * h + (1 - u) * h"))
    kept, written = states["h'"].parts
    assert kept.parts[0] is written.parts[0].parts[1].parts[1]
    assert kept.parts[1] == Node("name", "h")


def test_another_operation_is_refused():
    with pytest.raises(ValueError, match="names, numbers, sums, products and calls, not BinOp"):
        parsed(("h' = x / h",))


#: A row -> a program of the zoo that has its cell, and a change of its equations.
CHANGES = {
    "basic_rnn": ("keras_gru_before", "activation(", "gate("),
    "basic_lstm": ("clothes_order", "activation(c')", "gate(c')"),
    "gru": ("clothes_gru", "(1 - u)", "(2 - u)"),
}


@pytest.mark.parametrize("name", ["basic_lstm", "gru"])
def test_the_matcher_follows_the_equations(name):
    program, old, new = CHANGES[name]
    terms = GraphReader(Tampered(program).model).terms
    row = PAIRS[name]
    assert any(Cell(row).matches(terms, term) for term in list(terms.every))
    other = replace(row, equations=tuple(text.replace(old, new) for text in row.equations))
    assert other.equations != row.equations
    assert not any(Cell(other).matches(terms, term) for term in list(terms.every))


@pytest.mark.parametrize("name", CHANGES)
def test_the_reference_follows_the_equations(name, monkeypatch):
    _, old, new = CHANGES[name]
    row, draw = PAIRS[name], np.random.default_rng(0).normal
    shapes = {"kernel": (7, 16), "bias": (16,)} if name == "basic_lstm" else {"kernel": (7, 4), "bias": (4,)}
    if name == "gru":
        shapes = {
            "gates/kernel": (7, 8),
            "gates/bias": (8,),
            "candidate/kernel": (7, 4),
            "candidate/bias": (4,),
        }
    weights = {leaf: draw(size=shape) for leaf, shape in shapes.items()}
    states = {one: draw(size=(2, 4)) for one in row.states or "h"}
    run = lambda: step(Call(name, num_units=4), weights, np.ones((2, 3)), states)["h"]  # noqa: E731
    right = run()
    other = replace(row, equations=tuple(text.replace(old, new) for text in row.equations))
    monkeypatch.setitem(PAIRS, name, other)
    assert np.abs(run() - right).max() > 1e-3


#: TF1's UGRNNCell as a row, which the table does not have; a kernel of the gate's columns, then the candidate's.
UGRNN = replace(
    PAIRS["basic_lstm"],
    name="ugrnn",
    states=(),
    weights=WeightMap(
        tf1=(Tensor("kernel", ("input", "recurrent"), "gc"), Tensor("bias", ("bias",), "gc")),
        keras=(Tensor("kernel", ("input",), "gc"), Tensor("recurrent_kernel", ("recurrent",), "gc")),
    ),
    equations=("g = gate(linear.g(x, h) + forget_bias)", "h' = g * h + (1 - g) * activation(linear.c(x, h))"),
)


def test_a_row_is_enough_for_a_cell():
    terms = GraphReader(Tampered("ugrnn_cell").model).terms
    (found,) = [one for term in list(terms.every) for one in Cell(UGRNN).matches(terms, term)]
    assert (found.pair, found.blocks, dict(found.options)) == ("ugrnn", (), {"num_units": found.width})
    assert [term.attr[0] for term in found.variables.values()] == [
        "rnn/ugrnn_cell/kernel",
        "rnn/ugrnn_cell/bias",
    ]
    assert not [
        one for term in list(terms.every) for cell in CELLS for one in Cell(cell).matches(terms, term)
    ]
