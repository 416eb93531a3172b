"""A graph in which anything at all was changed is recognised, reported or refused in one line; it never crashes."""

import copy
import random

import numpy as np
import pytest
import tensorflow as tf
from tensorflow import make_tensor_proto

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.recognise import recognise

GRAPHS = (
    "lstm_all_options",
    "raw_rnn",
    "residual_in_stack_with_dropout",
    "static_rnn_lengths",
    "fused_options",
    "functional_while_lengths",
)
OPERATIONS = (
    "Mul",
    "Add",
    "Sub",
    "Tanh",
    "Identity",
    "Maximum",
    "Exp",
    "Select",
    "Split",
    "Enter",
    "Switch",
    "Merge",
)


def damage(graph, chance):
    """Change one node, of a function if there are some: what it reads, what it does, or that it is there."""
    functions = list(graph.library.function)
    function = chance.choice(functions) if functions else None
    if function and chance.random() < 0.3:
        signature = function.signature
        del chance.choice((signature.input_arg, signature.output_arg, function.node_def))[0]
        return
    graph_nodes = function.node_def if function else graph.node
    nodes = [number for number, node in enumerate(graph_nodes) if node.input]
    number = chance.choice(nodes)
    node = graph_nodes[number]
    kind = chance.choice(("input", "output", "operation", "gone", "attribute"))
    if kind == "input":
        node.input[chance.randrange(len(node.input))] = graph_nodes[
            chance.choice(nodes[: nodes.index(number)] or nodes)
        ].name
    elif kind == "output":
        node.input[chance.randrange(len(node.input))] += ":3"
    elif kind == "operation":
        node.op = chance.choice(OPERATIONS)
    elif kind == "gone":
        del graph_nodes[number]
    else:
        node.attr.clear()


@pytest.mark.parametrize("name", GRAPHS)
def test_a_damaged_graph_is_no_crash(name):
    """What is refused is damaged: TensorFlow does not import it either, as far as it looks."""
    chance, original = random.Random(name), Tampered(name).model
    said, wrongly = [], []
    for _ in range(60):
        model = copy.copy(original)
        model.graph = copy.deepcopy(original.graph)
        damage(model.graph, chance)
        try:
            recognise(model)
        except ArtifactError as error:
            said.append(str(error))
            wrongly += [] if UNSEEN in str(error) or is_damaged(model.graph) else [str(error)]
    assert 0 < len(said) < 60
    assert not wrongly
    assert all("damaged" in message and "\n" not in message for message in said)


#: What TensorFlow sees no sooner than it runs it: loops that are none.
UNSEEN = "is no Merge of Enter and NextIteration"


def is_damaged(graph):
    """Whether TensorFlow refuses to import a graph, or its functions are not what they were: it does not look there."""
    if graph.library.function:
        return True
    with tf.Graph().as_default():
        try:
            tf.graph_util.import_graph_def(graph, name="")
        except ValueError:
            return True
    return False


@pytest.mark.parametrize("name", GRAPHS)
def test_without_damage_it_is_recognised(name):
    model = Tampered(name).model
    assert recognise(model).recurrences
    assert is_damaged(model.graph) == (name == "functional_while_lengths")


def test_a_node_that_reads_itself_is_refused():
    model = Tampered("lstm_all_options").wire("rnn/transpose", 0, "rnn/transpose").model
    with pytest.raises(ArtifactError, match=r"'rnn/transpose' \(Transpose\) reads what comes of itself"):
        recognise(model)


@pytest.mark.parametrize("numbers", [(0, 2**31 - 1, 1), (0, 5, 0)])
def test_a_range_of_any_size_takes_no_room(numbers):
    graph = Tampered("lstm_all_options")
    for number, value in enumerate(numbers):
        new = graph.model.graph.node.add(name=f"r{number}", op="Const")
        new.attr["value"].tensor.CopyFrom(make_tensor_proto(np.int32(value)))
    graph.model.graph.node.add(name="range", op="Range", input=["r0", "r1", "r2"])
    assert recognise(graph.model).recurrences


#: What a constant says it is: shape, dtype's number, field, numbers.
IMPOSSIBLE = {
    "a trillion": ((10**12,), 1, "float_val", [1]),
    "more than can be counted": ((2**32, 2**32), 1, "float_val", [1]),
    "fewer than none": ((-5,), 1, "float_val", [1]),
    "too large for the dtype": ((2,), 6, "int_val", [300]),
    "too many": ((2,), 3, "int_val", [1, 2, 3]),
    "too short": ((2,), 1, "tensor_content", b"123"),
}


@pytest.mark.parametrize(("shape", "dtype", "field", "numbers"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_impossible_constant_is_an_unknown_one(shape, dtype, field, numbers):
    tensor = make_tensor_proto(np.zeros(0, "int32"))
    tensor.dtype = dtype
    del tensor.tensor_shape.dim[:]
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    if field == "tensor_content":
        tensor.tensor_content = numbers
    else:
        getattr(tensor, field).extend(numbers)
    assert array_of(tensor) is None
