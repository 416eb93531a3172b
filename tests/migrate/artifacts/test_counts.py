"""How many tensors a node says that it has is not believed: refused by each command, before TensorFlow makes them."""

import pytest
import tensorflow as tf
from artefact_files import copy_of

from tf2_lstm.cli import main
from tf2_lstm.migrate.artifacts import protos
from tf2_lstm.migrate.artifacts.counts import MOST, check_counts, count_outputs
from tf2_lstm.migrate.graph.safety import ALLOWED
from tf2_lstm.migrate.model import ArtifactError

NUMBERS = (MOST + 1, 2**31 - 1, 2**40, 2**62, 2**63 - 1)


def counted(arguments):
    """(operation, attribute) of every operation that may be run and whose attribute is a number of tensors."""
    declared = [(name, protos.definition(name)) for name in sorted(ALLOWED)]
    return [
        (name, argument.number_attr)
        for name, one in declared
        if one is not None
        for argument in getattr(one, arguments)
        if argument.number_attr
    ]


def listed():
    """(operation, attribute) of every operation that gives as many tensors as a list of dtypes has."""
    declared = [(name, protos.definition(name)) for name in sorted(ALLOWED)]
    return [
        (name, argument.type_list_attr)
        for name, one in declared
        if one is not None
        for argument in one.output_arg
        if argument.type_list_attr
    ]


def graph_of(operation, reads=()):
    graph = protos.message("GraphDef")
    graph.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
    return graph, graph.node.add(name="odd", op=operation, input=reads)


def test_the_counts_are_those_that_tensorflow_has():
    assert {"Split", "SplitV", "Unpack", "ShapeN"} <= {name for name, _ in counted("output_arg")}
    assert {"AddN", "Merge", "ConcatV2", "Pack"} <= {name for name, _ in counted("input_arg")}
    assert {"IdentityN", "While", "If", "PartitionedCall"} <= {name for name, _ in listed()}


@pytest.mark.parametrize(("operation", "attribute"), counted("output_arg"))
def test_a_number_of_outputs_is_not_believed(operation, attribute):
    graph, node = graph_of(operation)
    for number in (*NUMBERS, -1, -(2**63)):
        node.attr[attribute].i = number
        with pytest.raises(ArtifactError, match=f"'odd' .{operation}. says that it"):
            check_counts(graph, "graph.pb")


@pytest.mark.parametrize(("operation", "attribute"), counted("input_arg"))
def test_a_number_of_inputs_is_not_believed(operation, attribute):
    graph, node = graph_of(operation, ["x", "x"])
    for number in (3, *NUMBERS):
        node.attr[attribute].i = number
        with pytest.raises(ArtifactError, match=f"'odd' .{operation}. says that it"):
            check_counts(graph, "graph.pb")


@pytest.mark.parametrize(("operation", "attribute"), listed())
def test_a_list_of_outputs_is_not_believed(operation, attribute):
    graph, node = graph_of(operation)
    node.attr[attribute].list.type.extend([1] * (MOST + 1))
    with pytest.raises(ArtifactError, match=f"says that it has {MOST + 1:,} outputs"):
        check_counts(graph, "graph.pb")


def test_what_a_graph_has_is_counted():
    with tf.Graph().as_default() as graph:
        pieces = tf.split(tf.compat.v1.placeholder(tf.float32, [4, 300]), 300, axis=1)
        tf.add_n(pieces)
        tf.identity_n(pieces)
        tf.unique(tf.shape(pieces[0]))
    graph_def = graph.as_graph_def()
    check_counts(graph_def, "graph.pb")
    found = {node.name: count_outputs(node) for node in graph_def.node}
    assert found == {one.name: len(one.outputs) for one in graph.get_operations()}


@pytest.mark.parametrize("reads", ["x:1", f"x:{2**29}"])
def test_an_output_that_is_not_there_is_not_read(reads):
    graph, node = graph_of("Tanh", [reads])
    with pytest.raises(ArtifactError, match=f"'odd' reads '{reads}', but 'x' .Placeholder. has 1 output"):
        check_counts(graph, "graph.pb")
    node.input[:] = ["x", "^x"]
    check_counts(graph, "graph.pb")


def test_the_nodes_of_functions_are_looked_at():
    graph, _ = graph_of("NoOp")
    function = graph.library.function.add()
    function.signature.name = "pieces"
    function.node_def.add(name="many", op="Split").attr["num_split"].i = 2**62
    with pytest.raises(ArtifactError, match=r"'many' .Split. says that it has 4,611,686"):
        check_counts(graph, "graph.pb")


@pytest.mark.parametrize(
    ("operation", "attribute"), [("Split", "num_split"), ("Unpack", "num"), ("IdentityN", "T"), ("AddN", "N")]
)
def test_the_commands_refuse_it(operation, attribute, tmp_path, capsys):
    path = copy_of("lstm_block_cell_step", tmp_path / "model")
    meta = tmp_path / "model" / "model.ckpt.meta"
    damaged = tf.compat.v1.MetaGraphDef.FromString(meta.read_bytes())
    node = damaged.graph_def.node.add(name="odd", op=operation, input=["x"])
    if attribute == "T":
        node.attr["T"].list.type.extend([1] * 3_000_000)
    else:
        node.attr[attribute].i = 2**62
    meta.write_bytes(damaged.SerializeToString())
    commands = (
        ["inspect", str(path)],
        ["convert", str(path), "-o", str(tmp_path / "out")],
        ["compare", str(path)],
    )
    for command in commands:
        assert main(command) == 2
        out, errors = capsys.readouterr()
        assert (out, len(errors.splitlines())) == ("", 1)
        assert f"model.ckpt.meta: node 'odd' ({operation}) says that it" in errors
    assert [one.name for one in tmp_path.iterdir()] == ["model"]
