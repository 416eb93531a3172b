"""What of a stranger's graph may be run."""

import pytest
import tensorflow as tf
from artefact_files import ZOO, tf1, zoo_names
from tensorflow.python.framework import op_def_registry

from tf2_lstm.migrate.artifacts import meta_graph
from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph.lost import LOST
from tf2_lstm.migrate.graph.safety import ALLOWED, refused_operations

#: Allowed though they keep something or are not the same each time: variables, arrays of loops, random numbers, calls
#: of functions that are looked at themselves, and what says on the screen that an assertion failed.
KEEPS = (
    *("Assert", "CheckNumerics", "Print"),
    *("AssignAddVariableOp", "AssignSubVariableOp", "AssignVariableOp", "ReadVariableOp", "ResourceGather"),
    *("ResourceGatherNd", "VarHandleOp", "VarIsInitializedOp", "Variable", "VariableShape", "VariableV2"),
    *("Case", "If", "StatefulPartitionedCall", "While"),
    *("Stack", "StackCloseV2", "StackPopV2", "StackPushV2", "StackV2"),
    *(
        f"TensorArray{what}V3"
        for what in ("", "Close", "Concat", "Gather", "Grad", "Read", "Scatter", "Size")
    ),
    *("TensorArraySplitV3", "TensorArrayWriteV3"),
    *("Multinomial", "ParameterizedTruncatedNormal", "RandomGamma", "RandomPoissonV2", "RandomShuffle"),
    *("RandomStandardNormal", "RandomUniform", "RandomUniformInt", "TruncatedNormal"),
)
#: Words that the name of no allowed operation has.
WORDS = (
    *(
        "File",
        "Save",
        "Restore",
        "Reader",
        "Py",
        "Dataset",
        "Iterator",
        "Remote",
        "Rpc",
        "Socket",
        "Send",
        "Recv",
    ),
    *(
        "Queue",
        "Debug",
        "Summary",
        "Collective",
        "Table",
        "Decode",
        "Encode",
        "Xla",
        "Tpu",
        "Tensorrt",
        "Infeed",
    ),
    *("Checkpoint", "Vocab", "Lmdb", "Barrier", "Session", "Host", "Stage", "Record", "Audio", "Image"),
)
DANGEROUS = [
    *(
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "PyFunc",
        "PyFuncStateless",
        "EagerPyFunc",
        "SaveV2",
        "RestoreV2",
    ),
    *(
        "Save",
        "SaveSlices",
        "Restore",
        "RestoreSlice",
        "MergeV2Checkpoints",
        "ShardedFilename",
        "TextLineReaderV2",
    ),
    *(
        "TFRecordReaderV2",
        "WholeFileReaderV2",
        "ReaderReadV2",
        "PrintV2",
        "RemoteCall",
        "RemoteFusedGraphExecute",
    ),
    *(
        "TensorDataset",
        "TFRecordDataset",
        "GeneratorDataset",
        "IteratorGetNext",
        "QueueDequeueV2",
        "FIFOQueueV2",
    ),
    *("InitializeTableFromTextFileV2", "LoadAndRemapMatrix", "GenerateVocabRemapping", "WriteAudioSummary"),
    *(
        "SummaryWriter",
        "CreateSummaryFileWriter",
        "DebugIdentity",
        "DebugIdentityV2",
        "ImmutableConst",
        "_Send",
        "_Recv",
    ),
    *(
        "LMDBReader",
        "Rpc",
        "TryRpc",
        "StartServer",
        "SomethingNew",
        "Abort",
        "Unstage",
        "TPUExecute",
        "_HostSend",
    ),
]


def graph_of(*operations):
    graph = tf1.GraphDef()
    for number, operation in enumerate(operations):
        graph.node.add(name=f"node_{number}", op=operation)
    return graph


def add_function(graph, name, *operations, calls=()):
    function = graph.library.function.add()
    function.signature.name = name
    for number, operation in enumerate(operations):
        function.node_def.add(name=f"inner_{number}", op=operation)
    for number, called in enumerate(calls):
        node = function.node_def.add(name=f"call_{number}", op="StatelessIf")
        node.attr["then_branch"].func.name = called


def call(graph, operation, attribute, name):
    graph.node.add(name="call", op=operation).attr[attribute].func.name = name


@pytest.mark.parametrize("operation", DANGEROUS)
def test_what_reaches_out_is_refused_by_name(operation):
    assert refused_operations(graph_of("MatMul", operation, "Tanh")) == [f"node_1 ({operation})"]


def test_only_the_slice_is_judged():
    graph = graph_of("MatMul", "ReadFile", "WriteFile")
    assert refused_operations(graph, ["node_0"]) == []
    assert refused_operations(graph, ["node_0:0", "^node_2"]) == ["node_2 (WriteFile)"]


@pytest.mark.parametrize("operation", ["While", "StatelessWhile", "PartitionedCall", "MapDefun"])
def test_functions_are_looked_into_however_deep(operation):
    graph = graph_of("MatMul")
    add_function(graph, "outer", "Tanh", calls=["inner"])
    add_function(graph, "inner", "Tanh", "ReadFile", calls=["outer"])
    call(graph, operation, "body", "outer")
    refused = refused_operations(graph)
    assert "inner/inner_1 (ReadFile)" in refused
    assert ("call (MapDefun)" in refused) == (operation == "MapDefun")


def test_a_list_of_functions_is_looked_into():
    graph = graph_of()
    add_function(graph, "branch", "PyFunc")
    graph.node.add(name="case", op="Case").attr["branches"].list.func.add(name="branch")
    assert refused_operations(graph) == ["branch/inner_0 (PyFunc)"]


def test_a_function_that_is_called_as_an_operation_is_looked_into():
    graph = graph_of("my_function")
    add_function(graph, "my_function", "EagerPyFunc")
    assert refused_operations(graph) == ["my_function/inner_0 (EagerPyFunc)"]


def test_the_gradient_of_a_function_is_looked_into():
    graph = graph_of("my_function")
    add_function(graph, "my_function", "Tanh")
    add_function(graph, "its_gradient", "WriteFile")
    graph.library.gradient.add(function_name="my_function", gradient_func="its_gradient")
    assert refused_operations(graph) == ["its_gradient/inner_0 (WriteFile)"]


def test_a_function_that_lies_about_its_name_hides_nothing():
    """Called like an allowed operation, it is what TensorFlow would run."""
    graph = graph_of("Tanh")
    add_function(graph, "Tanh", "ReadFile")
    assert refused_operations(graph) == ["Tanh/inner_0 (ReadFile)"]


def test_a_function_that_is_not_there_is_refused():
    graph = graph_of()
    call(graph, "While", "body", "gone")
    assert refused_operations(graph) == ["gone (a function that the graph does not have)"]


def test_a_function_that_is_handed_to_a_function_is_looked_into():
    """The called function may call it by the name that it gave its attribute."""
    graph = graph_of()
    add_function(graph, "outer", "Tanh")
    add_function(graph, "handed", "WriteFile")
    call(graph, "PartitionedCall", "f", "outer")
    graph.node[0].attr["f"].func.attr["g"].func.name = "handed"
    assert refused_operations(graph) == ["handed/inner_0 (WriteFile)"]


def test_a_function_that_nobody_calls_is_not_judged():
    graph = graph_of("Tanh")
    add_function(graph, "unused", "ReadFile")
    assert refused_operations(graph) == []


def test_every_allowed_operation_is_one_of_tensorflow_or_has_its_numpy():
    assert {name for name in ALLOWED if op_def_registry.get(name) is None} == set(LOST)


def test_what_is_allowed_keeps_nothing_but_what_is_listed():
    """TensorFlow marks what has effects. The list is exact: nothing stays on it that is gone."""
    assert {name for name in ALLOWED - set(LOST) if op_def_registry.get(name).is_stateful} == set(KEEPS)


#: Operations on numbers alone that are called like one on files or texts.
HARMLESS = {"ExtractImagePatches", "CTCBeamSearchDecoder", "CTCGreedyDecoder"}


def test_no_allowed_operation_is_called_like_a_danger():
    assert not [(name, word) for name in ALLOWED - HARMLESS for word in WORDS if word in name]


def test_allowed_operations_take_no_text_that_could_be_a_path():
    """No input is always text, and the attributes that are text are names and forms. The list is exact."""
    texts = set()
    for name in ALLOWED:
        declared = definition(name)
        assert not [one.name for one in declared.input_arg if one.type == tf.string.as_datatype_enum], name
        texts |= {one.name for one in declared.attr if one.type in ("string", "list(string)")}
    assert texts == {
        *(
            "shared_name",
            "container",
            "debug_name",
            "stack_name",
            "tensor_array_name",
            "frame_name",
            "source",
        ),
        *("data_format", "padding", "mode", "equation", "bad_indices_policy", "message", "allowed_devices"),
        *("executor_type", "config", "config_proto"),
    }


@pytest.mark.parametrize("name", [name for name in zoo_names() if (ZOO / name / "model.ckpt.meta").exists()])
def test_programs_of_the_zoo_are_refused_for_their_saver_alone(name):
    """And for cuDNN, which no CPU runs, an optimizer's steps, an initial value: no recurrence has them."""
    graph = meta_graph.read_meta(ZOO / name / "model.ckpt.meta").graph
    kinds = {one.rpartition("(")[2].rstrip(")") for one in refused_operations(graph)}
    assert kinds <= {
        *(
            "SaveV2",
            "SaveSlices",
            "RestoreV2",
            "ShardedFilename",
            "ShardedFilespec",
            "StringJoin",
            "MergeV2Checkpoints",
        ),
        *("CudnnRNN", "CudnnRNNV3", "CudnnRNNCanonicalToParams", "CudnnRNNParamsToCanonical"),
        *("ApplyAdam", "ApplyMomentum", "ApplyGradientDescent", "Qr"),
    }
    assert "RestoreV2" in kinds
