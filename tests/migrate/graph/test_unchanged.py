"""A reshape to the shape that a tensor has gives the tensor; any other one does not."""

from types import SimpleNamespace as Node

import pytest

from tf2_lstm.migrate.graph.unchanged import unchanged

#: What is said of shapes -> (that of the tensor, that of what is made of it, whether they are the same).
SHAPES = {
    "the batch is free": ((None, 4), (None, 4), True),
    "the reshape fixes the batch": ((None, 4), (3, 4), True),
    "the batch was fixed": ((3, 4), (None, 4), True),
    "two sizes are free": ((None, None, 4), (None, None, 4), False),
    "two sizes are free, one in each": ((None, 2, 4), (3, None, 4), False),
    "other columns": ((None, 4), (None, 2), False),
    "one axis more": ((None, 4), (None, 1, 4), False),
    "nothing is known of the tensor": (None, (None, 4), False),
    "nothing is in it": ((None, 0), (3, 0), False),
    "one number": ((), (), True),
}


def chain(*ops):
    """Node name -> node: "n0" is a placeholder, each reads the one before."""
    nodes = {"n0": Node(op="Placeholder", name="n0", input=[])}
    for number, op in enumerate(ops, 1):
        nodes[f"n{number}"] = Node(op=op, name=f"n{number}", input=[f"n{number - 1}", "sizes"])
    return nodes


@pytest.mark.parametrize(("before", "after", "same"), SHAPES.values(), ids=SHAPES)
def test_shapes_are_the_same_where_one_size_at_most_is_open(before, after, same):
    nodes = chain("Reshape")
    shapes = {name: shape for name, shape in (("n0:0", before), ("n1:0", after)) if shape is not None}
    assert unchanged(nodes["n1"], nodes, shapes) == ("n0:0" if same else "")


@pytest.mark.parametrize(
    ("between", "found"),
    [("ExpandDims", "n0:0"), ("Reshape", "n0:0"), ("Identity", "n0:0"), ("Transpose", ""), ("Unpack", "")],
)
def test_what_lies_between_keeps_the_order(between, found):
    nodes = chain(between, "Squeeze")
    assert unchanged(nodes["n2"], nodes, {"n0:0": (2, 4), "n1:0": (2, 1, 4), "n2:0": (2, 4)}) == found


def test_a_long_chain_is_not_gone_through():
    nodes = chain(*["Reshape"] * 40)
    shapes = {name + ":0": (4, 2) for name in nodes} | {"n0:0": (2, 4), "n40:0": (2, 4)}
    assert unchanged(nodes["n40"], nodes, shapes) == ""
