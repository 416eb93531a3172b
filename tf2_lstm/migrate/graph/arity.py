"""How many tensors an operation reads: a graph that says otherwise is damaged."""

from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.model import ArtifactError

#: Number of inputs -> the operations that `operations` and `reading` take apart.
INPUTS = {
    1: "Identity Enter RefEnter NextIteration Exit RefExit ReadVariableOp Snapshot StopGradient PreventGradient "
    "CheckNumerics EnsureShape LoopCond Reciprocal Inv Sigmoid Tanh Relu Relu6 Elu Selu Softplus Softsign Cast Neg "
    "Shape Unpack ZerosLike PlaceholderWithDefault",
    2: "Add AddV2 BiasAdd Mul Sub RealDiv Div MatMul Split Transpose Gather Fill Max Min ReverseV2 ReverseSequence "
    "Minimum Maximum GreaterEqual LessEqual Less Greater LogicalAnd LogicalOr Switch RefSwitch ExpandDims All "
    "TensorListFromTensor",
    3: "Range Slice SplitV Select SelectV2 GatherV2 ClipByValue TensorArrayReadV3 TensorArrayGatherV3 "
    "TensorListGetItem TensorListSetItem",
    4: "StridedSlice TensorArrayWriteV3 TensorArrayScatterV3",
    6: "GRUBlockCell",
    8: "LSTMBlockCell",
    9: "BlockLSTM",
}
COUNTS = {op: count for count, ops in INPUTS.items() for op in ops.split()}


def check_functions(functions, path):
    """Raise an error for a function that returns what is not there, or has such a node as `check_inputs` refuses.

    Args:
        functions: a dict from name to FunctionDef.
        path: the file, for messages.

    Raises:
        ArtifactError: such a function.
    """
    for name, function in functions.items():
        arguments = {arg.name for arg in function.signature.input_arg}
        nodes = {node.name: node for node in function.node_def}
        check_inputs(nodes, path, arguments)
        for result in function.signature.output_arg:
            if edge(function.ret.get(result.name, ""))[0] not in arguments | nodes.keys():
                raise ArtifactError(
                    f"{path}: the graph is damaged: function {name!r} returns {result.name!r}, which it does not "
                    "compute. Write the graph again with TensorFlow 1.x"
                )


def check_inputs(nodes, path, arguments=frozenset()):
    """Raise an error for a node that reads what is not there, or another number of tensors than its operation.

    Args:
        nodes: a dict from name to NodeDef.
        path: the file, for messages.
        arguments: names of a function's arguments, which nodes read too.

    Raises:
        ArtifactError: such a node.
    """
    known = arguments | nodes.keys()
    for node in nodes.values():
        inputs = data_inputs(node)
        missing = [reference for reference in inputs if edge(reference)[0] not in known]
        if missing:
            raise ArtifactError(
                f"{path}: the graph is damaged: node {node.name!r} ({node.op}) reads {missing[0]!r}, which is no node "
                "of the graph. Write the graph again with TensorFlow 1.x"
            )
        if COUNTS.get(node.op, len(inputs)) != len(inputs):
            raise ArtifactError(
                f"{path}: the graph is damaged: node {node.name!r} ({node.op}) reads {len(inputs)} tensor(s), expected "
                f"{COUNTS[node.op]}. Write the graph again with TensorFlow 1.x"
            )
