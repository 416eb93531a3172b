"""Programs that begin with records or sparse placeholders: where they begin, the names and limits of what is fed."""

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.prove.sparse_samples import sparse_tensors, sparse_values
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.edges.ids import limits_of, pruned_ids
from tf2_lstm.migrate.translate.edges.sparse_parts import fed_name, part_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.whole import Edge, ProgramRefused

v1, raw = tf.compat.v1, tf.raw_ops
#: How a program comes to a sparse tensor of ids, one of hashed words, and numbers: name -> a function.
READS = {
    "ParseExample": lambda: raw.ParseExample(
        serialized=v1.placeholder(tf.string, [None], "records"),
        names=tf.constant([], tf.string),
        sparse_keys=[tf.constant("ids"), tf.constant("tags")],
        sparse_types=[tf.int64, tf.string],
        dense_keys=[tf.constant("age")],
        dense_defaults=[np.float32([0])],
        dense_shapes=[[1]],
    ),
    "ParseExampleV2": lambda: raw.ParseExampleV2(
        serialized=v1.placeholder(tf.string, [None], "records"),
        names=tf.constant([], tf.string),
        sparse_keys=["ids", "tags"],
        dense_keys=["age"],
        ragged_keys=tf.constant([], tf.string),
        dense_defaults=[np.float32([0])],
        num_sparse=2,
        sparse_types=[tf.int64, tf.string],
        ragged_value_types=[],
        ragged_split_types=[],
        dense_shapes=[[1]],
    ),
}


def program(read):
    """The graph of a program: a safe lookup of the ids, a lookup of the words, and a number, together."""
    with tf.Graph().as_default() as graph:
        found = READS[read]()
        with v1.variable_scope("program", use_resource=False):
            table, other = (v1.get_variable(name, [7, 3]) for name in ("table", "other"))
        ids, tags = (
            tf.SparseTensor(*parts)
            for parts in zip(found.sparse_indices, found.sparse_values, found.sparse_shapes, strict=True)
        )
        looked_up = tf.SparseTensor(
            tags.indices, tf.strings.to_hash_bucket_fast(tags.values, 7), tags.dense_shape
        )
        rows = [v1.nn.safe_embedding_lookup_sparse([table], ids)]
        rows += [v1.nn.embedding_lookup_sparse([other], looked_up, None, combiner="sum")]
        tf.concat([*rows, found.dense_values[0]], 1, name="rows")
    return graph.as_graph_def()


def boundary(definition, fetch):
    tf1 = TF1Model("frozen_graph", "", graph=definition)
    return boundary_of(tf1, Findings(shapes=inferred(definition)), [fetch])


@pytest.mark.parametrize("read", READS)
def test_a_program_begins_behind_the_parser_and_its_inputs_are_named_after_the_features(read):
    definition = program(read)
    nodes = {node.name: node for node in definition.node}
    inputs = [one for one in boundary(definition, "rows:0").inputs if "program/" not in one]
    assert {fed_name(nodes, one): one for one in inputs} == {
        "ids_indices": f"{read}:0",
        "tags_indices": f"{read}:1",
        "ids_values": f"{read}:2",
        "ids_shape": f"{read}:4",
        "age": f"{read}:6",
        "tags_values": "StringToHashBucketFast:0",
    }
    keys = [
        {part_of(nodes, one)[0] for one in inputs if name in fed_name(nodes, one)} for name in ("ids", "tags")
    ]
    assert [len(one) for one in keys] == [1, 1]
    assert keys[0] != keys[1]
    assert part_of(nodes, f"{read}:6") is None


def test_an_operation_without_a_row_behind_the_parser_is_named():
    """And not the strings in front of it."""
    with tf.Graph().as_default() as graph:
        found = READS["ParseExampleV2"]()
        shape = found.sparse_shapes[0]
        added = raw.SparseAdd(
            a_indices=found.sparse_indices[0],
            a_values=found.sparse_values[0],
            a_shape=shape,
            b_indices=found.sparse_indices[0],
            b_values=found.sparse_values[0],
            b_shape=shape,
            thresh=tf.constant(0, tf.int64),
        )
        tf.cast(added.sum_values, tf.float32, name="rows")
    definition = graph.as_graph_def()
    where = boundary(definition, "rows:0")
    assert where.inputs == tuple(f"ParseExampleV2:{number}" for number in (0, 2, 4))
    tf1, findings = TF1Model("frozen_graph", "", graph=definition), Findings(shapes=inferred(definition))
    with pytest.raises(ProgramRefused, match=r"SparseAdd .*no row translates this operation"):
        translate(tf1, findings, where)


def test_a_matrix_of_strings_that_is_made_sparse_is_drawn_as_one():
    """A vocabulary column of a dense feature: a mask, ids by a table and a shape are fed, which belong together."""
    with tf.Graph().as_default() as graph:
        words = v1.placeholder(tf.string, [None, 3], "words")
        mask = tf.not_equal(words, "", name="mask")
        places = tf.where(mask)
        table = v1.lookup.StaticHashTable(
            v1.lookup.KeyValueTensorInitializer(["a"], [1], value_dtype=tf.int64), 0
        )
        ids = table.lookup(tf.gather_nd(words, places))
        shape = tf.shape(words, tf.int64, name="shape")
        numbers = v1.placeholder(tf.float32, [None], "numbers")
        tf.not_equal(numbers, 0.0, name="apart")
    nodes = {node.name: node for node in graph.as_graph_def().node}
    parts = {"mask": mask.name, "values": ids.name, "shape": shape.name}
    assert {part: part_of(nodes, name) for part, name in parts.items()} == {
        part: (words.name, part) for part in parts
    }
    assert {part: fed_name(nodes, name) for part, name in parts.items()} == {
        part: f"words_{part}" for part in parts
    }
    assert part_of(nodes, "apart:0") is None
    assert fed_name(nodes, "apart:0") == ""
    tensors = [
        Edge("mask", mask.name, "bool", (None, 3)),
        Edge("ids", ids.name, "int64", (None,)),
        Edge("shape", shape.name, "int64", (2,)),
    ]
    found = sparse_values(nodes, {ids.name: 5}, tensors, 4, 9, 2, 0)
    assert found[mask.name].shape == (4, 3) == tuple(found[shape.name])
    assert 0 < found[mask.name].sum() == len(found[ids.name]) < 12


def test_what_is_made_twice_of_one_matrix_of_strings_is_drawn_alike():
    """A wide and a deep part that read one feature, each of its own mask; another matrix has its own rows."""
    with tf.Graph().as_default() as graph:
        words, others = (
            v1.placeholder(tf.string, [rows, 3], name) for rows, name in ((2, "words"), (None, "others"))
        )
        masks = [tf.not_equal(one, "") for one in (words, words, others)]
        ids = [
            tf.strings.to_hash_bucket_fast(tf.gather_nd(one, tf.where(mask)), 5)
            for one, mask in zip((words, words, others), masks, strict=True)
        ]
    nodes = {node.name: node for node in graph.as_graph_def().node}
    tensors = [Edge(one.name, one.name, "bool", tuple(one.shape)) for one in masks]
    tensors += [Edge(one.name, one.name, "int64", (None,)) for one in ids]
    found = sparse_values(nodes, {}, tensors, 4, 9, 5, 0)
    first, second, third = (found[one.name] for one in masks)
    assert (first == second).all()
    assert (first.shape, third.shape) == ((2, 3), (4, 3))
    assert [len(found[one.name]) for one in ids] == [first.sum(), second.sum(), third.sum()]


def test_a_cross_of_columns_is_fed_as_the_parts_of_one_sparse_tensor():
    """TensorFlow is not asked what it gives, as it is run for nobody."""
    with tf.Graph().as_default() as graph:
        words, ages = (v1.placeholder(kind, [None, 1], kind.name) for kind in (tf.string, tf.int64))
        crossed = raw.SparseCross(
            indices=[],
            values=[],
            shapes=[],
            dense_inputs=[words, ages],
            hashed_output=True,
            num_buckets=20,
            hash_key=7,
            out_type=tf.int64,
            internal_type=tf.string,
        )
        table = v1.get_variable("table", [20, 3], use_resource=False)
        tf.identity(v1.nn.embedding_lookup_sparse([table], tf.SparseTensor(*crossed), None), name="rows")
    definition = graph.as_graph_def()
    nodes = {node.name: node for node in definition.node}
    inputs = [one for one in boundary(definition, "rows:0").inputs if not one.startswith("table")]
    assert inputs == ["SparseCross:0", "SparseCross:1"]
    shapes, parts = inferred(definition), [f"SparseCross:{number}" for number in range(3)]
    assert [(part_of(nodes, one)[1], shapes[one]) for one in parts] == [
        ("indices", (None, 2)),
        ("values", (None,)),
        ("shape", (2,)),
    ]
    assert len({part_of(nodes, one)[0] for one in parts}) == 1


def drawn(read, odd=True):
    """What the parts of the sparse tensors are fed: name -> array."""
    definition = program(read)
    nodes = {node.name: node for node in definition.node}
    tensors = [
        Edge(fed_name(nodes, name), name, dtype, shape)
        for name, dtype, shape in (
            (f"{read}:0", "int64", (None, 2)),
            (f"{read}:1", "int64", (None, 2)),
            (f"{read}:2", "int64", (None,)),
            (f"{read}:4", "int64", (2,)),
            ("StringToHashBucketFast:0", "int64", (None,)),
        )
    ]
    assert [{*parts} for parts in sparse_tensors(nodes, tensors)] == [
        {"indices", "values", "shape"},
        {"indices", "values"},
    ]
    variables = {name: np.zeros((7, 3)) for name in ("program/table", "program/other")}
    tf1 = TF1Model("checkpoint", "", variables=variables, nodes={name: (name, None) for name in variables})
    limits = limits_of(nodes, tf1, list(nodes))
    assert (limits[f"{read}:2"], limits["StringToHashBucketFast:0"]) == (7, 7)
    assert f"{read}:2" in pruned_ids(nodes)
    assert "StringToHashBucketFast:0" not in pruned_ids(nodes)
    values = sparse_values(nodes, limits, tensors, 4, 5, 2, 0, odd)
    return {fed_name(nodes, name): one for name, one in values.items()}


def test_empty_rows_and_ids_below_zero_are_drawn_where_the_program_takes_them():
    found = drawn("ParseExample")
    assert {*found["ids_indices"][:, 0]} == {*found["tags_indices"][:, 0]} == {0, 2}
    assert found["ids_values"].min() < 0 <= found["tags_values"].min()
    assert found["ids_values"].max() < 7
    assert found["ids_shape"].tolist() == [4, 5]
    assert [len(found[f"{name}_indices"]) == len(found[f"{name}_values"]) for name in ("ids", "tags")]
    plain = drawn("ParseExample", odd=False)
    assert {*plain["ids_indices"][:, 0]} == {0, 1, 2, 3}
    assert plain["ids_values"].min() >= 0


def test_numbers_of_which_the_distinct_ones_are_taken_are_there_twice():
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.int32, [None], name="x")
        tf.gather(tf.range(5), tf.unique(x).idx, name="y")
    nodes = {node.name: node for node in graph.as_graph_def().node}
    assert limits_of(nodes, TF1Model("frozen_graph", ""), [*nodes])["x:0"] == 3


def test_weights_of_which_the_values_alone_are_read_have_as_many_as_the_ids():
    with tf.Graph().as_default() as graph:
        for name in ("ids/indices", "ids/values", "weights/values"):
            v1.placeholder(tf.int64, name=name)
    nodes = {node.name: node for node in graph.as_graph_def().node}
    shapes = {"ids/indices": (None, 2), "ids/values": (None,), "weights/values": (None,)}
    tensors = [Edge(name, f"{name}:0", "int64", shape) for name, shape in shapes.items()]
    drawn = sparse_values(nodes, {}, tensors, 3, 5, 2, 0)
    assert {len(drawn[f"{name}:0"]) for name in shapes} == {5 + 3 + 1}
    assert sparse_tensors(nodes, tensors[2:]) == []
