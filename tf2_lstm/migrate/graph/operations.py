"""The table of operations: a row for each TF1 operation that the project knows, with all that it knows of it.

TensorFlow's own declaration tells how many inputs and outputs an operation has (`artifacts.protos.definition`). The
rest is here and nowhere else: whether it may be run, what it does to a tensor, and its form for matching.
"""

from dataclasses import dataclass, field
from enum import Flag, auto


class Trait(Flag):
    """A property of an operation; an operation may have several.

    RUNS: a stranger's graph may run it. An operation without a row, or without this trait, is refused by name.
    PURE: equal inputs have equal outputs at every run, and nothing is changed; weights give weights.
    OPEN: has no value until it is fed.
    FRESH: gives another value each time it runs.
    VARIABLE, READS: holds a variable, gives the value of one.
    ASSIGNS, WRITES: gives a variable a whole new value, changes the one it has.
    ENTER, EXIT, NEXT, SWITCH, MERGE: the parts of control flow v1.
    LOOP, CONDITIONAL, CALL: control flow v2.
    HANDS_ON: gives its first input as it is.
    CUTS, JOINS, RESHAPES: takes a tensor apart, puts tensors together, changes the shape or dtype alone.
    IN_ORDER: gives the numbers of its first input in their order, in another shape.
    SILENT: reads a tensor's form, or keeps a record of it, and computes nothing with it.
    KEEPS: stores a value of a branch for its gradient.
    ELEMENTWISE: is an activation of each element alone.
    MULTIPLIES: multiplies with a matrix of weights, perhaps among other things.
    MIXES: computes a state from states, which a person fetches to feed it again.
    CELL: is a cell, or an unroll of one.
    CUDNN: is an unroll of cuDNN, whose weights are one blob.
    WEIGHS: takes a weight in another way than by a product.
    CHOOSES: chooses the next input of a decoder.
    REVERSES: reverses a sequence.
    POPS: takes a value of the forward pass from a stack.
    RESTORES: reads a variable from a checkpoint.
    MOMENT: computes moments, or normalises by them.
    ORDINARY: cells, wrappers and unrolls consist of it, so that it is never named as special.
    LOSS: compares the outputs of a program with labels.
    MINOR: is left out where the operations around a recurrence are listed.
    BARE: its result does not depend on its attributes.
    """

    NONE = 0
    RUNS = auto()
    PURE = auto()
    OPEN = auto()
    FRESH = auto()
    VARIABLE = auto()
    READS = auto()
    ASSIGNS = auto()
    WRITES = auto()
    ENTER = auto()
    EXIT = auto()
    NEXT = auto()
    SWITCH = auto()
    MERGE = auto()
    LOOP = auto()
    CONDITIONAL = auto()
    CALL = auto()
    HANDS_ON = auto()
    CUTS = auto()
    JOINS = auto()
    RESHAPES = auto()
    IN_ORDER = auto()
    SILENT = auto()
    KEEPS = auto()
    ELEMENTWISE = auto()
    MULTIPLIES = auto()
    MIXES = auto()
    CELL = auto()
    CUDNN = auto()
    WEIGHS = auto()
    CHOOSES = auto()
    REVERSES = auto()
    POPS = auto()
    RESTORES = auto()
    MOMENT = auto()
    ORDINARY = auto()
    LOSS = auto()
    MINOR = auto()
    BARE = auto()


@dataclass(frozen=True)
class Operation:
    """One row.

    Attributes:
        name: TensorFlow's name of the operation.
        traits: the `Trait`s.
        form: its form for matching, a name in `forms`; "" for a term of its own.
        weights: its first input that may be a weight; None where none may be.
        outputs: names of its outputs, where one term stands for all of them.
        functions: the attributes that name the functions it runs.
        arguments: its first input that is an argument of those functions.
        like: the input that its output has the shape of, for operations that may not be run and make numbers from
            strings; -1 where the output is one number.
    """

    name: str
    traits: Trait = Trait.NONE
    form: str = ""
    weights: int | None = None
    outputs: tuple = ()
    functions: tuple = ()
    arguments: int = field(default=0)
    like: int | None = None


_TABLE: dict[str, Operation] = {}


def _rows(names, traits=Trait.NONE, **columns):
    for name in names.split():
        _TABLE[name] = Operation(name, traits, **columns)


_T = Trait
_MATH = _T.RUNS | _T.PURE
_CELL = _MATH | _T.ORDINARY
_HELD = _T.RUNS
_CONTROL = _T.RUNS | _T.ORDINARY

# Arithmetic.
_rows("Add AddV2", _CELL | _T.MIXES, form="add", weights=0)
_rows("AddN", _CELL, form="add")
_rows("BiasAdd", _CELL | _T.WEIGHS, form="add", weights=1)
_rows("Sub", _CELL | _T.MIXES, form="sub", weights=0)
_rows("Mul", _CELL | _T.MIXES, form="mul", weights=0)
_rows("RealDiv", _CELL | _T.MIXES, form="div")
_rows("Div", _CELL, form="div")
_rows("Reciprocal Inv", _CELL, form="inverse")
_rows("Neg", _CELL, form="neg")
_rows("MatMul", _CELL | _T.MULTIPLIES, form="matmul", weights=1)
_rows("BatchMatMul BatchMatMulV2", _CELL | _T.MULTIPLIES)
_rows("Minimum", _CELL | _T.MIXES, form="minimum")
_rows("Maximum", _CELL | _T.MIXES, form="maximum")
_rows("ClipByValue", _CELL | _T.MIXES, form="clip")
_rows("Select SelectV2", _CELL | _T.MIXES, form="select")
_rows("GreaterEqual", _CELL, form="greater_equal")
_rows("Greater", _CELL, form="greater")
_rows("LessEqual", _CELL, form="less_equal")
_rows("Less", _CELL, form="less")
_rows("LogicalAnd", _CELL, form="and")
_rows("LogicalOr", _CELL, form="or")
_rows("Equal NotEqual LogicalNot All Any", _CELL)
_rows("Max Min", _CELL | _T.BARE, form="reduce")
_rows("Floor", _CELL | _T.BARE)
_rows("Cast", _CELL | _T.RESHAPES, form="cast")
_rows("Range", _CELL | _T.BARE | _T.MINOR, form="range")
_rows("CheckNumerics", _MATH | _T.HANDS_ON)
_rows("Mean SquaredDifference Rsqrt", _MATH | _T.MOMENT)
_rows("Exp Pow Square", _MATH | _T.BARE)
_rows("ArgMax", _MATH | _T.CHOOSES)
_rows(
    """
    Abs Acos Acosh ApproximateEqual ArgMin Asin Asinh Atan Atan2 Atanh BesselI0e BesselI1e Bucketize Ceil
    Complex ComplexAbs Conj Cos Cosh Cross Cumprod Cumsum Digamma DivNoNan Einsum Erf Erfc Expm1 FloorDiv FloorMod
    HistogramFixedWidth Imag InvGrad IsFinite IsInf IsNan L2Loss LeftShift Lgamma LinSpace Log Log1p Mod MulNoNan
    NextAfter Polygamma Prod Real ReciprocalGrad RightShift Rint Round RsqrtGrad SegmentMax SegmentMean SegmentMin
    SegmentProd SegmentSum SigmoidGrad Sign Sin Sinh Sqrt SqrtGrad Sum Tan TanhGrad TruncateDiv TruncateMod
    SparseSegmentMean SparseSegmentMeanWithNumSegments SparseSegmentSqrtN SparseSegmentSqrtNWithNumSegments
    SparseSegmentSum SparseSegmentSumWithNumSegments
    UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Xdivy Xlogy Zeta
    """,
    _MATH,
)

# Arrays.
_rows("Const", _CELL | _T.MINOR, form="const")
_rows("Placeholder PlaceholderV2", _CONTROL | _T.OPEN | _T.FRESH, form="placeholder")
_rows("PlaceholderWithDefault", _CONTROL | _T.FRESH | _T.MINOR, form="placeholder")
_rows("Identity", _CELL | _T.HANDS_ON | _T.JOINS | _T.CUTS)
_rows("StopGradient", _CELL | _T.HANDS_ON)
_rows("PreventGradient EnsureShape", _MATH | _T.HANDS_ON)
_rows("IdentityN", _MATH, form="each")
_rows("Concat", _CELL, form="concat")
_rows("ConcatV2", _CELL | _T.JOINS, form="concat")
_rows("Pack", _CELL | _T.JOINS, form="pack")
_rows("ExpandDims", _CELL | _T.JOINS | _T.RESHAPES | _T.IN_ORDER | _T.BARE)
_rows("Unpack", _CELL | _T.RESHAPES, form="unpack")
_rows("Split SplitV", _CELL | _T.CUTS, form="split")
_rows("Slice", _CELL | _T.CUTS, form="slice")
_rows("StridedSlice", _CELL | _T.CUTS, form="strided_slice")
_rows("Reshape Squeeze", _CELL | _T.RESHAPES | _T.IN_ORDER)
_rows("Transpose", _CELL | _T.RESHAPES, form="transpose")
_rows("Gather GatherV2", _CELL | _T.WEIGHS, form="gather")
_rows("ResourceGather", _CONTROL)
_rows("Shape Size Rank", _CELL | _T.SILENT | _T.BARE)
_rows("ShapeN", _MATH | _T.SILENT)
_rows("Fill", _CELL | _T.BARE | _T.MINOR, form="fill")
_rows("ZerosLike", _CELL | _T.MINOR, form="zeros_like")
_rows("OnesLike", _CELL | _T.MINOR)
_rows("Tile", _CELL)
_rows("Pad", _MATH | _T.MINOR)
_rows("TopKV2", _MATH | _T.CHOOSES)
_rows("ReverseV2", _MATH | _T.REVERSES, form="reverse")
_rows("ReverseSequence", _MATH | _T.REVERSES, form="reverse_sequence")
_rows("ResourceGatherNd", _HELD)
_rows(
    """
    BatchToSpace BatchToSpaceND BroadcastArgs BroadcastGradientArgs BroadcastTo ConcatOffset DepthToSpace Dequantize
    Diag DiagPart DynamicPartition DynamicStitch ExtractImagePatches FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsPerChannel GatherNd GatherTree InvertPermutation MatrixBandPart MatrixDiag MatrixDiagPart
    MatrixDiagPartV2 MatrixDiagV2 MatrixSetDiag MatrixSetDiagV2 MirrorPad OneHot PadV2 ParallelDynamicStitch
    Reverse Roll ScatterNd SpaceToBatch SpaceToBatchND SpaceToDepth StridedSliceGrad TensorScatterAdd
    TensorScatterSub TensorScatterUpdate TopK Unique UniqueV2 UniqueWithCounts UnravelIndex Where
    """,
    _MATH,
)

# Layers.
_rows("Sigmoid Tanh Relu Relu6 Elu Selu Softplus Softsign", _CELL | _T.ELEMENTWISE, form="elementwise")
_BLOCK = ("i", "cs", "f", "o", "ci", "co", "h")
_rows("LSTMBlockCell", _MATH | _T.CELL, weights=3, outputs=_BLOCK)
_rows("BlockLSTM", _MATH | _T.CELL, weights=4, outputs=_BLOCK)
_rows("GRUBlockCell", _MATH | _T.CELL, weights=2, outputs=("r", "u", "c", "h"))
_rows("Conv2D Conv3D", _MATH | _T.MULTIPLIES)
_rows("FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3", _MATH | _T.MOMENT)
_rows(
    """
    AvgPool BiasAddGrad BiasAddV1 BlockLSTMGrad Conv2DBackpropFilter Conv2DBackpropInput DepthwiseConv2dNative
    Dilation2D EluGrad GRUBlockCellGrad InTopK InTopKV2 LeakyRelu LogSoftmax LRN LSTMBlockCellGrad MaxPool MaxPoolV2
    NthElement ReluGrad ResizeNearestNeighbor SeluGrad Softmax SoftplusGrad SoftsignGrad SparseTensorDenseMatMul
    SparseFillEmptyRows SparseReshape SparseToDense
    """,
    _MATH,
)
_rows("CTCBeamSearchDecoder CTCGreedyDecoder", _MATH)
_rows(
    "CTCLoss EditDistance SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits", _MATH | _T.LOSS
)
_CUDNN = ("output", "output_h", "output_c", "reserve_space")
_rows("CudnnRNN", _T.CUDNN, outputs=_CUDNN)
_rows("CudnnRNNV2 CudnnRNNV3", _T.CUDNN, outputs=(*_CUDNN, "host_reserved"))

# Control flow.
_rows("Enter RefEnter", _CONTROL | _T.ENTER | _T.HANDS_ON)
_rows("Exit RefExit", _CONTROL | _T.EXIT | _T.HANDS_ON)
_rows("NextIteration RefNextIteration", _CONTROL | _T.NEXT | _T.HANDS_ON)
_rows("Switch RefSwitch", _CONTROL | _T.SWITCH)
_rows("Merge RefMerge", _CONTROL | _T.MERGE)
_rows("LoopCond", _CONTROL | _T.HANDS_ON)
_rows("While StatelessWhile", _HELD | _T.LOOP, functions=("body",))
_rows("If StatelessIf", _HELD | _T.CONDITIONAL, functions=("then_branch", "else_branch"), arguments=1)
_rows("PartitionedCall StatefulPartitionedCall", _HELD | _T.CALL, functions=("f",))
_rows("Assert Print", _HELD | _T.MINOR)
_rows("Case ControlTrigger NoOp RefIdentity RefSelect StatelessCase SymbolicGradient", _HELD)

# Variables, arrays of tensors, stacks.
_rows("VariableV2 Variable VarHandleOp", _CONTROL | _T.VARIABLE)
_rows("AutoReloadVariable", _T.VARIABLE | _T.ORDINARY)
_rows("ReadVariableOp", _CONTROL | _T.READS | _T.HANDS_ON)
_rows("Snapshot", _T.HANDS_ON)
_rows("Assign AssignVariableOp", _CONTROL | _T.ASSIGNS | _T.WRITES)
_rows("AssignAdd AssignSub AssignAddVariableOp AssignSubVariableOp", _CONTROL | _T.WRITES)
_rows("IsVariableInitialized VarIsInitializedOp VariableShape", _HELD | _T.SILENT)
_rows("TensorArrayV3", _CONTROL | _T.FRESH, outputs=("handle", "flow"))
_rows("TensorArrayScatterV3", _CONTROL, form="scatter")
_rows("TensorListFromTensor", _CONTROL, form="list")
_rows("TensorArrayReadV3 TensorListGetItem", _CONTROL, form="read")
_rows("TensorArrayWriteV3 TensorListSetItem", _CONTROL, form="write")
_rows("TensorArrayGatherV3 TensorListStack", _CONTROL, form="stack")
_rows("TensorListPopBack", _CONTROL | _T.POPS)
_rows("StackPopV2", _HELD | _T.POPS)
_rows("StackPop", _T.POPS)
_rows(
    """
    TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGradV3 TensorArraySizeV3 TensorArraySplitV3 TensorListConcatV2
    TensorListElementShape TensorListGather TensorListLength TensorListPushBack TensorListReserve
    TensorListResize TensorListScatter TensorListScatterV2 TensorListSplit StackPushV2
    """,
    _CONTROL,
)
_rows("OptionalFromValue", _HELD | _T.KEEPS)
_rows(
    """
    AccumulateNV2 EmptyTensorList OptionalGetValue OptionalHasValue OptionalNone ScatterAdd ScatterSub ScatterUpdate
    Stack StackCloseV2 StackV2
    """,
    _HELD,
)

# Random numbers.
_rows("RandomUniform", _CONTROL | _T.FRESH)
_rows("Multinomial", _HELD | _T.CHOOSES)
_rows(
    """
    ParameterizedTruncatedNormal RandomGamma RandomPoissonV2 RandomShuffle RandomStandardNormal
    RandomUniformInt StatelessMultinomial StatelessRandomNormal StatelessRandomUniform StatelessTruncatedNormal
    TruncatedNormal
    """,
    _HELD,
)

# Files and records: known, and never run.
_rows("IteratorGetNext IteratorV2", _T.MINOR)
_rows("LookupTableFindV2 LookupTableFind", like=1)
_rows("LookupTableSizeV2 LookupTableSize", like=-1)
_rows(
    """
    RegexReplace StaticRegexReplace StringLower StringStrip StringToHashBucket StringToHashBucketFast
    StringToHashBucketStrong StringToNumber StringUpper
    """,
    like=0,
)
_rows("RestoreV2 Restore RestoreSlice", _T.RESTORES | _T.SILENT)
_rows(
    "SaveV2 SaveSlices Save MergeV2Checkpoints ScalarSummary HistogramSummary TensorSummary TensorSummaryV2",
    _T.SILENT,
)

#: Name -> `Operation`.
OPERATIONS = dict(_TABLE)
_UNKNOWN = Operation("")


def operation(name):
    """Return the row of an operation; a row without traits for one that is not in the table.

    Example:
        ```python
        assert operation("BiasAdd").weights == 1
        assert operation("Nothing").traits == Trait.NONE
        ```
    """
    return OPERATIONS.get(name, _UNKNOWN)


def having(*traits):
    """Return the names of the operations with at least one of some traits; a combined trait counts as a whole.

    Example:
        ```python
        assert having(Trait.SWITCH) == {"Switch", "RefSwitch"}
        ```
    """
    return frozenset(
        name for name, row in OPERATIONS.items() if any(row.traits & trait == trait for trait in traits)
    )


VARIABLES = having(Trait.VARIABLE)
OPEN = having(Trait.OPEN)
HANDS_ON = having(Trait.HANDS_ON)
SWITCHES, MERGES = having(Trait.SWITCH), having(Trait.MERGE)
ENTERS, EXITS = having(Trait.ENTER), having(Trait.EXIT)
SILENT, ASSIGNS = having(Trait.SILENT), having(Trait.ASSIGNS)
#: Operations that write a variable and do not read it for a result.
BOOKKEEPING = ASSIGNS | SILENT
ELEMENTWISE = having(Trait.ELEMENTWISE)
#: Operations that take tensors apart, put them together or hand them on, and compute nothing.
MOVES = HANDS_ON | SWITCHES | MERGES | having(Trait.CUTS, Trait.JOINS, Trait.RESHAPES)
