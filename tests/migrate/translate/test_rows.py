"""Every row against TensorFlow 1.15.5 and the session: graphs of many cases, each translated, saved and run once."""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from row_cases import FED, cases
from row_records import fed, records
from rows_on_tf115 import weights

from tf2_lstm.lines import OPERATIONS as CALLED
from tf2_lstm.migrate.graph.operations import OPERATIONS
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.keras_code.program import symbols_of
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows.registry import rows
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1
CASES = cases()
#: Cases of which TensorFlow 1.15.5 computes no gradient, and its reason.
WITHOUT_GRADIENTS = {
    "Conv2D, dilations": "on a processor it has none of a dilated convolution",
    "Merge, where a size is 1": "it infers the size 1 of one branch, and finds three",
    "SparseToDense": "it takes indices for a matrix there, and these are a vector",
    **dict.fromkeys(
        ("SegmentProd", "SegmentProd, of more axes", "SegmentProd, nothing", "SegmentProd, endless"),
        "none is defined",
    ),
}
WITH_GRADIENTS = [
    name for name in CASES if name not in WITHOUT_GRADIENTS and records()[name]["output"].dtype.kind == "f"
]
NAMES = {name: f"case_{number}" for number, name in enumerate(CASES)}
#: How many cases are in one graph.
TOGETHER = 60
#: Rows that no case is for, and why.
WITHOUT = {
    "it hands on": "Const Identity Switch Snapshot Print CheckNumerics PreventGradient EnsureShape ReadVariableOp "
    "RefSwitch RefMerge",
    "an older name of one that has": "Concat Gather Inv BatchMatMul BiasAddV1 ResourceGather FusedBatchNorm "
    "FusedBatchNormV2",
    "of loops, test_loops.py": "TensorArrayV3 TensorArrayScatterV3 TensorArrayReadV3 TensorArrayWriteV3 "
    "TensorArrayGatherV3 TensorArrayConcatV3 TensorArraySizeV3 TensorListConcatV2 TensorListReserve "
    "TensorListFromTensor TensorListGetItem TensorListSetItem TensorListStack TensorListLength",
    "TensorFlow runs it no more, test_lost.py": "GatherTree",
    "a layer or nothing, test_recovered_layers.py": "Conv2DBackpropInput",
    "a function as others, of numbers that nothing here has": "Acosh Atanh",
}


def graph_of(functions):
    """A graph of functions of the placeholders, the results named as in `NAMES`."""
    v1.disable_control_flow_v2()
    graph = tf.Graph()
    with graph.as_default():
        fed = {name: v1.placeholder(dtype, shape, name=name) for name, (dtype, shape, _) in FED.items()}
        for name, function in functions.items():
            made = tf.identity(function(fed), name=NAMES[name])
            # Times 1 that is fed: an output is computed of inputs.
            tf.multiply(tf.shape(made), fed["n"][1], name=f"{NAMES[name]}_sizes")
    return graph


@pytest.fixture
def sides(name):
    """Of a case: of the session, the loaded model, its gradients, a model from few shapes, the sizes that it says."""
    number = list(CASES).index(name)
    return _sides(number // TOGETHER)[name]


@cache
def _sides(part):
    """The sides of the cases of one graph, name -> sides: a process that has half of the tests makes half of them."""
    some = dict(list(CASES.items())[part * TOGETHER : (part + 1) * TOGETHER])
    graph = graph_of(some)
    given = fed()
    with v1.Session(graph=graph) as session:
        feeds = {f"{name}:0": value for name, value in given.items()}
        expected = session.run({name: f"{NAMES[name]}:0" for name in some}, feeds)
    definition, names = graph.as_graph_def(), {name: NAMES[name] for name in some}
    sizes = [f"{one}_sizes" for one in names.values()]
    untold, tf1 = whole_of(definition, [*names.values(), *sizes], told(definition))
    model, other = model_of(definition, list(some)), build_whole(untold, tf1)
    found, gradients = called(model, given)
    # As fit and predict call it: what runs eagerly need not run there.
    alone = tf.function(other, input_signature=[signature(other)])(
        {name: given[name] for name in other.input}
    )
    return {
        name: (
            expected[name],
            found[one],
            gradients.get(one, {}),
            np.asarray(alone[one]),
            np.asarray(alone[f"{one}_sizes"]),
        )
        for name, one in names.items()
    }


def called(model, given):
    """What a model gives, and for each output of floats name -> gradient, of the inputs that it depends on."""
    inputs = {name: tf.constant(given[name]) for name in model.input}
    floats = {name: one for name, one in inputs.items() if one.dtype.is_floating}
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(list(floats.values()))
        found = model(inputs)
    gradients = {}
    for name, one in found.items():
        if one.dtype.is_floating:
            by_input = tape.gradient(one, floats, tf.constant(weights(one.numpy())))
            gradients[name] = {
                key: keras.ops.convert_to_numpy(tf.convert_to_tensor(value))
                for key, value in by_input.items()
                if value is not None
            }
    return {name: np.asarray(one) for name, one in found.items()}, gradients


def signature(model):
    """What a function takes that calls a model with inputs of any size."""
    return {name: tf.TensorSpec(one.shape, one.dtype) for name, one in model.input.items()}


def told(definition):
    """The shapes of what nobody computes, as in the steps of a loop whose array TensorFlow does not follow."""
    sources = {f"{node.name}:0" for node in definition.node if node.op in ("Placeholder", "Const")}
    return {name: shape for name, shape in inferred(definition).items() if name in sources}


def whole_of(definition, names, shapes=None):
    tf1 = TF1Model("frozen_graph", "", graph=definition)
    findings = Findings(shapes=inferred(definition) if shapes is None else shapes)
    boundary = boundary_of(tf1, findings, [f"{name}:0" for name in names])
    return translate(tf1, findings, boundary), tf1


def model_of(definition, names):
    import tempfile

    whole, tf1 = whole_of(definition, [NAMES[name] for name in names])
    with tempfile.TemporaryDirectory() as folder:
        build_whole(whole, tf1).save(f"{folder}/model.keras")
        return keras.models.load_model(f"{folder}/model.keras")


# With this scope both tests of a case are run one after the other, in one process.
@pytest.mark.parametrize("name", CASES, scope="module")
def test_a_row_gives_what_the_session_gives(sides):
    expected, received, *_ = sides
    hold(received, expected)


@pytest.mark.parametrize("name", CASES, scope="module")
def test_a_row_gives_what_tensorflow_1_15_computed(sides, name):
    expected, received, *_ = sides
    hold(received, records()[name]["output"])
    hold(expected, records()[name]["output"])


@pytest.mark.parametrize("name", WITH_GRADIENTS, scope="module")
def test_a_row_has_the_gradients_of_tensorflow_1_15(sides, name):
    """By what nothing depends on there is none, or zeros."""
    _, _, received, *_ = sides
    expected = {key.removeprefix("gradient of "): value for key, value in records()[name].items()}
    del expected["output"]
    for one in received.keys() | expected.keys():
        zeros = np.zeros_like(fed()[one])
        hold(received.get(one, zeros), expected.get(one, zeros))


@pytest.mark.parametrize("name", CASES, scope="module")
def test_a_row_follows_the_sizes_that_tensorflow_does_not(sides):
    expected, *_, received, sizes = sides
    hold(received, expected)
    assert tuple(sizes) == expected.shape


def hold(received, expected):
    assert (received.dtype, received.shape) == (expected.dtype, expected.shape)
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(received, expected, atol=2e-6, rtol=2e-6)
    else:
        np.testing.assert_array_equal(received, expected)


def test_each_case_is_recorded_and_none_that_is_gone():
    assert records().keys() == CASES.keys()
    assert all(records()[name].keys() == {"output"} for name in WITHOUT_GRADIENTS)
    assert sum(len(records()[name]) - 1 for name in WITH_GRADIENTS) > 200


def test_a_record_that_is_off_is_seen():
    output = records()["Tanh"]["output"]
    for wrong in (output + 1e-5, output.astype("float64"), output[:1]):
        with pytest.raises(AssertionError):
            hold(output, wrong)


def test_every_row_has_a_case_or_a_reason():
    known = {name.partition(",")[0] for name in CASES} | set(" ".join(WITHOUT.values()).split())
    assert rows().keys() - known == set()


def test_what_rows_write_a_loop_may_call():
    """A loop is data, whose lines call what is in a closed table."""
    whole, _ = whole_of(graph_of(CASES).as_graph_def(), list(NAMES.values()))
    called = {
        one for one in symbols_of(whole.program) if not one.startswith(("keras.layers.", "keras.Input"))
    }
    assert called - CALLED == set()


def test_a_row_is_an_operation_of_the_table():
    assert rows().keys() <= OPERATIONS.keys()
