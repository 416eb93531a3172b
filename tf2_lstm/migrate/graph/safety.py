"""Which operations of a stranger's graph may be run: arithmetic, control flow, arrays, variables, random numbers.

What is not on the list is refused, by name: operations that touch files, Python, the network, devices or data sets, and
every one that nobody looked at.
"""

from tf2_lstm.migrate.artifacts.functions import called
from tf2_lstm.migrate.graph.nodes import node_of

_MATH = """
    Abs Acos Acosh Add AddN AddV2 All Any ApproximateEqual ArgMax ArgMin Asin Asinh Atan Atan2 Atanh
    BatchMatMul BatchMatMulV2 BesselI0e BesselI1e Bucketize Cast Ceil CheckNumerics ClipByValue Complex
    ComplexAbs Conj Cos Cosh Cross Cumprod Cumsum Digamma Div DivNoNan Einsum Equal Erf Erfc Exp Expm1 Floor
    FloorDiv FloorMod Greater GreaterEqual HistogramFixedWidth Imag Inv InvGrad IsFinite IsInf IsNan L2Loss
    LeftShift Less LessEqual Lgamma LinSpace Log Log1p LogicalAnd LogicalNot LogicalOr MatMul Max Maximum
    Mean Min Minimum Mod Mul MulNoNan Neg NextAfter NotEqual Polygamma Pow Prod Range Real RealDiv
    Reciprocal ReciprocalGrad RightShift Rint Round Rsqrt RsqrtGrad SegmentMax SegmentMean SegmentMin
    SegmentProd SegmentSum Select SelectV2 Sigmoid SigmoidGrad Sign Sin Sinh Sqrt SqrtGrad Square
    SquaredDifference Sub Sum Tan Tanh TanhGrad TruncateDiv TruncateMod UnsortedSegmentMax
    UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Xdivy Xlogy Zeta
"""
_ARRAYS = """
    BatchToSpace BatchToSpaceND BroadcastArgs BroadcastGradientArgs BroadcastTo Concat ConcatOffset ConcatV2
    Const DepthToSpace Dequantize Diag DiagPart DynamicPartition DynamicStitch EnsureShape ExpandDims
    ExtractImagePatches FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel
    Fill Gather GatherNd GatherV2 Identity IdentityN InvertPermutation MatrixBandPart
    MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagV2 MatrixSetDiag MatrixSetDiagV2 MirrorPad OneHot
    OnesLike Pack Pad PadV2 ParallelDynamicStitch Placeholder PlaceholderV2 PlaceholderWithDefault
    PreventGradient Rank Reshape ResourceGather ResourceGatherNd Reverse ReverseSequence ReverseV2 Roll
    ScatterNd Shape ShapeN Size Slice SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV Squeeze
    StopGradient StridedSlice StridedSliceGrad TensorScatterAdd TensorScatterSub TensorScatterUpdate Tile
    TopK TopKV2 Transpose Unique UniqueV2 UniqueWithCounts Unpack UnravelIndex Where ZerosLike
"""
_LAYERS = """
    AvgPool BiasAdd BiasAddGrad BiasAddV1 BlockLSTM BlockLSTMGrad Conv2D Conv2DBackpropFilter
    Conv2DBackpropInput Conv3D CTCLoss DepthwiseConv2dNative Dilation2D Elu EluGrad FusedBatchNorm
    FusedBatchNormV2 FusedBatchNormV3 GRUBlockCell GRUBlockCellGrad InTopK InTopKV2 LeakyRelu LogSoftmax LRN
    LSTMBlockCell LSTMBlockCellGrad MaxPool MaxPoolV2 NthElement Relu Relu6 ReluGrad Selu SeluGrad Softmax
    SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad Softsign SoftsignGrad
    SparseSoftmaxCrossEntropyWithLogits SparseTensorDenseMatMul SparseToDense
"""
_CONTROL = """
    Assert Case ControlTrigger Enter Exit If LoopCond Merge NextIteration NoOp PartitionedCall Print
    RefEnter RefExit RefIdentity RefMerge RefNextIteration RefSelect RefSwitch StatefulPartitionedCall
    StatelessCase StatelessIf StatelessWhile Switch SymbolicGradient While
"""
_HELD = """
    AccumulateNV2 Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp
    EmptyTensorList IsVariableInitialized OptionalFromValue OptionalGetValue OptionalHasValue
    OptionalNone ReadVariableOp ScatterAdd ScatterSub ScatterUpdate Stack StackCloseV2 StackPopV2
    StackPushV2 StackV2 TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayGradV3
    TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3
    TensorArrayWriteV3 TensorListConcatV2 TensorListElementShape TensorListFromTensor TensorListGather
    TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack TensorListReserve
    TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem TensorListSplit
    TensorListStack VarHandleOp Variable VariableShape VariableV2 VarIsInitializedOp
"""
_RANDOM = """
    Multinomial ParameterizedTruncatedNormal RandomGamma RandomPoissonV2 RandomShuffle RandomStandardNormal
    RandomUniform RandomUniformInt StatelessMultinomial StatelessRandomNormal StatelessRandomUniform
    StatelessTruncatedNormal TruncatedNormal
"""
#: Every operation that may be run.
ALLOWED = frozenset(" ".join((_MATH, _ARRAYS, _LAYERS, _CONTROL, _HELD, _RANDOM)).split())
#: Those that give the same of the same inputs at every run, and change nothing; of weights they make weights.
PURE = frozenset(" ".join((_MATH, _ARRAYS, _LAYERS)).split()) - frozenset(
    ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "ResourceGather", "ResourceGatherNd")
)


def refused_operations(graph, names=None):
    """List what may not be run of a graph, functions that are called among it.

    Args:
        graph: a `GraphDef`.
        names: the nodes that are to run, by default all.

    Returns:
        Sorted texts such as "load/ReadFile (ReadFile)", or "body_12/log (PrintV2)" inside a function; [] if all
        may run.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="sum", op="Add")
        graph.node.add(name="load", op="ReadFile")
        assert refused_operations(graph) == ["load (ReadFile)"]
        assert refused_operations(graph, ["sum"]) == []
        ```
    """
    functions = {function.signature.name: function for function in graph.library.function}
    gradients = {one.function_name: one.gradient_func for one in graph.library.gradient}
    wanted = None if names is None else {node_of(name) for name in names}
    nodes = [node for node in graph.node if wanted is None or node.name in wanted]
    refused, waiting = _look(nodes, "", functions)
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in functions:
            refused.append(f"{name} (a function that the graph does not have)")
            continue
        found, more = _look(functions[name].node_def, name + "/", functions)
        refused += found
        waiting += more + ([gradients[name]] if name in gradients else [])
    return sorted(refused)


def _look(nodes, prefix, functions):
    """(refused, called) of some nodes: texts, and names of functions."""
    refused = [
        f"{prefix}{node.name} ({node.op})"
        for node in nodes
        if node.op not in functions and node.op not in ALLOWED
    ]
    return refused, [name for node in nodes for name in called(node, functions)]
