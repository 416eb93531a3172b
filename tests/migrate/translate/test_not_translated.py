"""What cannot be translated is a reason, before there is room for it or time; a defect of a row is none."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fuzz import programs
from tests.fuzz.deep import deepened
from tests.migrate.recognise.test_deep_graphs import calls
from tf2_lstm.cli import main
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.translate import translation
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows.registry import rows
from tf2_lstm.migrate.translate.translation import DEEPEST, translate
from tf2_lstm.migrate.translate.whole import ProgramRefused

raw = tf.raw_ops
SIZES = [2**20, 2**20]
#: What is computed of x -> words of the reason.
REFUSED = {
    "a Fill of 2^40": (
        lambda x: x + raw.Fill(dims=SIZES, value=1.0),
        "Fill (odd/Fill): it has 1,099,511,627,776",
    ),
    "a Range of 2^31": (
        lambda x: x + raw.Cast(x=raw.Range(start=0, limit=2**31 - 1, delta=1), DstT=tf.float32),
        "Range (odd/Range): it has 2,147,483,647 numbers",
    ),
    "a Tile of 2^40": (
        lambda x: x + raw.Tile(input=[[1.0, 2.0]], multiples=SIZES),
        "Tile (odd/Tile): it has 2,199,023,255,552 numbers",
    ),
    "an axis that is two": (
        lambda x: x + raw.Cumsum(x=[1.0, 2.0], axis=tf.constant([0, 1])),
        "its axis has 2 numbers, expected one",
    ),
    "an axis that is none": (
        lambda x: x + raw.Cumsum(x=[1.0, 2.0], axis=3),
        "its axis is 3, expected one of 1 axes",
    ),
    "constants that TensorFlow looks at as it runs": (
        lambda x: x + raw.GatherV2(params=[1.0], indices=7, axis=0),
        "of its constants nothing can be computed: ",
    ),
    "branches of one row and of all": (
        lambda x: tf.compat.v1.cond(
            tf.reduce_sum(x) > 0, lambda: tf.reduce_sum(x, 0, keepdims=True), lambda: x * 2
        ),
        "its branches give tensors of different sizes",
    ),
    "what nothing goes into": (lambda x: tf.tanh([1.0]), "all that is fetched is constant"),
}


def _distinct(x, shift=0):
    return tf.unique(tf.cast(x[:, 0], tf.int32) + shift)


def _rows_at(x, change):
    """Rows of a table at what is made of distinct numbers, at the places of all numbers."""
    found = _distinct(x)
    return tf.gather(tf.gather(np.eye(4, dtype="float32"), change(found.y)), found.idx)


#: What reads distinct numbers for more than the rows of one table.
DISTINCT = {
    "a sum": lambda x: tf.reduce_sum(_distinct(x).y),
    "nothing at all": lambda x: _distinct(x).y,
    "the places": lambda x: _distinct(x).idx + 1,
    "rows at the places of another vector": lambda x: tf.gather(
        tf.gather(np.eye(4, dtype="float32"), _distinct(x).y), _distinct(x, 1).idx
    ),
    "how many there are": lambda x: tf.cast(tf.size(_distinct(x).y), tf.float32) + x,
    "twice the numbers": lambda x: tf.cast(2 * _distinct(x).y, tf.float32),
    "rows at running sums": lambda x: _rows_at(x, tf.cumsum),
    "rows at numbers and what is fed": lambda x: _rows_at(x, lambda y: y * tf.cast(x[0], tf.int32)),
    "rows at how many there are": lambda x: _rows_at(x, lambda y: tf.range(tf.size(y))),
    "rows at a constant and numbers": lambda x: _rows_at(x, lambda y: tf.concat([[0], y], 0)),
    "rows at numbers times how many": lambda x: _rows_at(x, lambda y: y * tf.size(y)),
    "pairs of rows": lambda x: _rows_at(x, lambda y: tf.reshape(y, [-1, 2])),
    "rows along another axis": lambda x: tf.gather(np.eye(4, dtype="float32"), _distinct(x).y, axis=1),
}


def graph_of(make):
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, 1], name="x")
        with tf.name_scope("odd"):
            made = make(x)
        tf.identity(made, name="end")
    return graph.as_graph_def()


def translated(graph, fetch=("end",)):
    tf1, findings = TF1Model("frozen_graph", "", graph=graph), Findings(shapes=inferred(graph))
    return translate(tf1, findings, boundary_of(tf1, findings, fetch))


@pytest.mark.parametrize("name", DISTINCT)
def test_distinct_numbers_are_rows_of_a_table_or_refused(name):
    with pytest.raises(ProgramRefused, match=r"distinct numbers of a vector \(tf\.unique\) .* with --feed"):
        translated(graph_of(DISTINCT[name]))


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(make, words):
    with pytest.raises(ProgramRefused) as refused:
        translated(graph_of(make))
    assert words in str(refused.value)


def test_a_constant_that_says_it_is_large_is_refused_before_it_is_made():
    graph = graph_of(lambda x: x + 1.0)
    (constant,) = [node for node in graph.node if node.op == "Const"]
    for size in (1, 2**40):
        constant.attr["value"].tensor.tensor_shape.dim.add(size=size)
    with pytest.raises(ProgramRefused, match="it has 1,099,511,627,776 numbers"):
        translated(graph)


def test_of_a_graph_that_tensorflow_does_not_import_it_says_why():
    graph = graph_of(tf.tanh)
    graph.node[-1].attr["T"].type = tf.int32.as_datatype_enum
    converter = WholeConverter(TF1Model("frozen_graph", "", graph=graph), Findings(), Request("x"), None)
    *_, problem = converter.convert()
    assert problem.startswith("no shape in the graph is known: ")
    assert "incompatible with expected int32" in problem


def test_a_large_constant_is_a_weight_that_does_not_train():
    table = np.arange(400, dtype="float32").reshape(1, 400)
    graph = graph_of(lambda x: tf.matmul(x, table) + table)
    tf1, findings = TF1Model("frozen_graph", "", graph=graph), Findings(shapes=inferred(graph))
    whole, case, _, problem = WholeConverter(tf1, findings, Request("x"), None).convert()
    assert (problem, case.passed) == ("", True)
    assert [len(held) for held in whole.layers.values()] == [1]


def test_a_constant_that_is_fetched_is_held_beside_what_is_computed():
    graph = graph_of(lambda x: tf.concat([x, tf.zeros_like(x)], 1))
    with tf.Graph().as_default() as other:
        tf.import_graph_def(graph, name="")
        tf.constant([[1.5, -2.0]], name="first_state")
    tf1, findings = TF1Model("frozen_graph", "", graph=other.as_graph_def()), Findings()
    findings = Findings(shapes=inferred(tf1.graph))
    request = Request("x", fetch=("end:0", "first_state:0"))
    whole, case, _, problem = WholeConverter(tf1, findings, request, None).convert()
    assert (problem, case.passed) == ("", True)
    found = build_whole(whole, tf1)({"x": np.ones((3, 1), "float32")})
    assert np.asarray(found["first_state"]).tolist() == [[1.5, -2.0]]


@pytest.mark.parametrize("kind", [TypeError, ValueError, IndexError, ZeroDivisionError])
def test_a_defect_of_a_row_is_to_be_reported(kind, tmp_path, monkeypatch, capsys):
    def goes_wrong(writer, node, inputs):
        raise kind("planted")

    monkeypatch.delenv("TF2_LSTM_TRACEBACK")
    monkeypatch.setitem(rows(), "Tanh", goes_wrong)
    (tmp_path / "graph.pb").write_bytes(graph_of(tf.tanh).SerializeToString())
    out = tmp_path / "out"
    assert main(["convert", str(tmp_path / "graph.pb"), "-o", str(out)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"a defect of tf2-lstm, please report it: {kind.__name__} at test_not_translated.py:" in line
    assert not out.exists()


def chain(levels, width=1):
    """Chains of one operation after the other, and their sum."""

    def make(x):
        ends = []
        for number in range(width):
            end = x + float(1 + number)
            for _ in range(levels):
                end = tf.tanh(end)
            ends.append(end)
        return tf.add_n(ends)

    return graph_of(make)


def test_as_many_operations_as_keras_walks_are_built_and_loaded(tmp_path):
    # Plus, sum and identity are three of them; Identity is none.
    whole = translated(chain(DEEPEST - 1))
    build_whole(whole, TF1Model("frozen_graph", "")).save(tmp_path / "deep.keras")
    assert len(keras.models.load_model(tmp_path / "deep.keras").operations) > DEEPEST
    with pytest.raises(
        ProgramRefused, match="801 operations follow each other up to it, expected 800 at most"
    ):
        translated(chain(DEEPEST))


def test_a_source_of_five_thousand_lines_gives_the_numbers():
    whole = translated(chain(50, 100))
    assert len(whole.program.lines) > 5_000
    written = {}
    exec(compile(emit_whole(whole), "model.py", "exec"), written)
    ends = np.arange(1, 101, dtype="float32")
    for _ in range(50):
        ends = np.tanh(ends)
    found = written["build_model"]()({"x": np.zeros((1, 1), "float32")})["end"]
    np.testing.assert_allclose(found, [[ends.sum()]], rtol=1e-5)


@pytest.mark.parametrize("place", ["in front", "behind"])
@pytest.mark.parametrize("block", ["h + tanh(h)", "h * sigmoid(h)", "h + h", "[h, h]"])
def test_four_times_the_levels_take_four_times_the_calls(place, block):
    few, many = (_calls(deepened(place, block, levels)) for levels in (40, 160))
    assert many < 4.5 * few


def _calls(model):
    findings = recognise(model)

    def whole():
        return translate(model, findings, boundary_of(model, findings))

    return calls(lambda: emit_whole(whole()))


def test_five_thousand_levels_are_refused_in_a_sentence():
    with pytest.raises(
        ProgramRefused, match="5,001 operations follow each other up to it, expected 800 at most"
    ):
        translated(chain(5_000))


def test_what_is_computed_of_nothing_that_is_fed_is_named():
    with pytest.raises(ProgramRefused, match="end:0: nothing that is fed goes into it"):
        translation._check_end("end:0", None)


#: A graph that TensorFlow would refuse, or whose numbers are none -> words of the reason.
MALFORMED = {
    "program:MatrixSetDiag:77": "it takes a tensor of 2 axes or more, and has one of 0",
    "program:MatrixDiagPart:83": "it takes a tensor of 2 axes or more, and has one of 0",
    "program:MatrixBandPart:132": "it takes a tensor of 2 axes or more, and has one of 1",
    "program:Squeeze:128": "has no element, there is nothing to compare",
    "program:Squeeze:176": "has no element, there is nothing to compare",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_graph_is_refused_by_its_reason(case):
    kind, said = programs.work(case)
    assert (kind, MALFORMED[case] in said) == ("refused", True)
