"""The table of operations against TensorFlow's own declarations, and against every other text of the sources."""

import ast
from pathlib import Path

import pytest

from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph import forms
from tf2_lstm.migrate.graph.declared import inputs, position
from tf2_lstm.migrate.graph.operations import OPERATIONS, Trait, having, operation

MIGRATE = Path(__file__).parents[3] / "tf2_lstm" / "migrate"
#: What TensorFlow 1.15 has and 2.21 has not.
GONE = {"AutoReloadVariable"}
#: File -> the texts there that are more than one operation's name: words for people, and Keras's names.
WORDS = {
    "recognise/cells/cell_match.py",
    "recognise/unrolls/decoders.py",
    "recognise/unrolls/nearest.py",
    "graph/operations.py",
}


def test_every_row_is_an_operation_of_tensorflow():
    assert {name for name in OPERATIONS if definition(name) is None} == GONE


@pytest.mark.parametrize("name", sorted(name for name, row in OPERATIONS.items() if row.outputs))
def test_the_outputs_of_a_row_are_those_that_tensorflow_declares(name):
    assert operation(name).outputs == tuple(one.name for one in definition(name).output_arg)


@pytest.mark.parametrize("name", sorted(name for name, row in OPERATIONS.items() if row.functions))
def test_the_functions_of_a_row_are_attributes_and_their_arguments_inputs(name):
    row, declared = operation(name), definition(name)
    assert set(row.functions) <= {one.name for one in declared.attr if one.type == "func"}
    assert declared.input_arg[row.arguments].type_list_attr == "Tin" or Trait.LOOP in row.traits


def test_forms_are_known_and_used():
    assert {row.form for row in OPERATIONS.values()} - {""} == set(forms.FORMS)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (Trait.PURE, Trait.RUNS),
        (Trait.OPEN, Trait.FRESH),
        (Trait.ASSIGNS, Trait.WRITES),
        (Trait.READS, Trait.HANDS_ON),
        (Trait.ELEMENTWISE, Trait.PURE),
    ],
)
def test_one_trait_is_a_part_of_another(narrow, wide):
    assert having(narrow) < having(wide)


@pytest.mark.parametrize(
    "stateful", [Trait.WRITES, Trait.VARIABLE, Trait.FRESH, Trait.LOOP, Trait.CALL, Trait.CHOOSES]
)
def test_what_changes_or_holds_something_makes_no_weights(stateful):
    random = having(stateful) & having(Trait.PURE)
    assert random <= {"ArgMax", "TopKV2"}


@pytest.mark.parametrize("trait", [trait for trait in Trait if trait != Trait.NONE])
def test_every_trait_is_one_of_a_row_and_is_told(trait):
    assert having(trait)
    assert f"{trait.name}" in Trait.__doc__


def test_what_may_not_be_run_touches_files_or_is_unknown():
    """What has a row without RUNS; a new one is a decision to be written here."""
    assert set(OPERATIONS) - having(Trait.RUNS) == {
        *("AutoReloadVariable", "Snapshot", "StackPop", "IteratorGetNext", "IteratorV2"),
        *(name for name in OPERATIONS if OPERATIONS[name].like is not None),
        *("CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"),
        *("RestoreV2", "Restore", "RestoreSlice", "SaveV2", "SaveSlices", "Save", "MergeV2Checkpoints"),
        *("ScalarSummary", "HistogramSummary", "TensorSummary", "TensorSummaryV2"),
    }


def test_how_many_tensors_an_operation_reads_is_what_tensorflow_declares():
    assert [inputs(name) for name in ("Identity", "MatMul", "Select", "StridedSlice", "BlockLSTM")] == [
        1,
        2,
        3,
        4,
        9,
    ]
    assert inputs("AddN") is inputs("Nothing") is None


@pytest.mark.parametrize(
    ("name", "output", "number"),
    [
        ("TopKV2", ("indices", 0), 1),
        ("BlockLSTM", ("h", 0), 6),
        ("Split", ("output", 2), 2),
        ("Switch", ("output_true", 0), 1),
        ("Nothing", ("y", 3), 3),
        ("Add", 0, 0),
    ],
)
def test_the_number_of_an_output_that_a_function_names(name, output, number):
    assert position(name, output) == number


def listed(source):
    """The lists of operation names in a source: tuples, sets and lists of three or more texts that all have rows."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple | ast.Set | ast.List) and len(node.elts) > 2:
            texts = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            if len(texts) == len(node.elts) and all(text in OPERATIONS for text in texts):
                yield node.lineno


@pytest.mark.parametrize("room", ["artifacts", "convert", "graph", "recognise"])
def test_no_other_list_of_operations_is_in_the_sources(room):
    found = {
        f"{path.relative_to(MIGRATE)}:{line}"
        for path in (MIGRATE / room).rglob("*.py")
        if path.relative_to(MIGRATE).as_posix() not in WORDS
        for line in listed(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_a_list_of_operations_is_seen():
    assert list(listed("X = ('Add', 'Sub', 'Mul')")) == [1]
    assert not list(listed("X = ('Add', 'Sub')\nY = ('add', 'sub', 'mul')"))


def read_attributes(source):
    """The lines that read `node.attr[...]`: reading one that is not there makes it, and changes the graph."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "attr"
        ):
            last = node
            while isinstance(above[last], ast.Attribute):
                last = above[last]
            called = isinstance(above[last], ast.Call) and above[last].func is last
            kind = above[node] if isinstance(above[node], ast.Attribute) else None
            field = kind.attr if kind else ""
            if not called and isinstance(getattr(last, "ctx", None), ast.Load) and field in FIELDS:
                yield node.lineno


#: The fields of an AttrValue that hold one value.
FIELDS = {"i", "b", "f", "s", "type", "func", "tensor"}


@pytest.mark.parametrize("room", ["artifacts", "convert", "graph", "recognise"])
def test_attributes_are_read_by_the_one_function_that_changes_nothing(room):
    found = {
        f"{path.relative_to(MIGRATE)}:{line}"
        for path in (MIGRATE / room).rglob("*.py")
        for line in read_attributes(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_a_bare_attribute_is_seen():
    assert list(read_attributes('x = node.attr["T"].type')) == [1]
    assert not list(read_attributes('node.attr["T"].type = 1\nnode.attr["T"].CopyFrom(x)\nx = term.attr[0]'))
