"""The writer that the rows use: lines of Keras code, tensors with their sizes, layers that hold weights."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.nodes import normal
from tf2_lstm.migrate.graph.shapes import output_dtypes
from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.translate.writing.naming import line_name, python_name
from tf2_lstm.migrate.translate.writing.values import Held, Known, Live, Refusal, Size

#: A constant of more numbers than this is not in the source: it is a weight that is not trained.
LARGEST = 256


@dataclass
class Writer:
    """Collects the lines of one program.

    Attributes:
        shapes: name of a tensor -> shape, by TensorFlow's inference.
        readers: name of a tensor -> how many nodes and fetches of the program read it.
        shared: the names of variables' nodes that several layers would hold: each is one `tf2_lstm.Weight`.
        program: the `Program`.
        layers: name of a layer -> its weights in order, each the name of a variable's node, or an array.
        tensors: name of a line -> the TF1 tensor that it computes.
        rates: the rates of dropout that the graph fixes.
        dropouts: the names of the layers of dropout.
        draws: the draws of noise that dropout was made of.
        notes: a sentence for each part that is left out of the program.
        loops: name of a class -> the `keras_code.cycle.Cycle` of a loop of its own.
        wanted: name of a layer -> the name that was meant for it.
        cells: name of a class -> the `keras_code.own_cell.OwnCell` of a cell of its own.
        selects: whether both branches of a conditional are computed, and one is chosen.
        function: the name of the function whose nodes are translated, "" of the graph itself.
        known_cells: the `HeldCell`s that are called, of a loop also those of the loops in it.
        flag: the condition of a branch that is translated for its dropout, "" outside of one.
    """

    shapes: dict
    readers: dict = field(default_factory=dict)
    shared: frozenset = frozenset()
    program: Program = field(default_factory=Program)
    layers: dict = field(default_factory=dict)
    tensors: dict = field(default_factory=dict)
    rates: list = field(default_factory=list)
    dropouts: set = field(default_factory=set)
    draws: set = field(default_factory=set)
    notes: list = field(default_factory=list)
    loops: dict = field(default_factory=dict)
    wanted: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    selects: bool = False
    function: str = ""
    flag: str = ""
    known_cells: list = field(default_factory=list)
    _made: dict = field(default_factory=dict)
    _swapped: dict = field(default_factory=dict)

    #: Whether the lines are those of a loop, which holds no layer of Keras.
    inside: ClassVar[bool] = False

    @property
    def depth(self):
        """The number of loops around the lines."""
        return 0

    def note(self, text):
        """Add a note about a part of the program that is left out."""
        self.notes += [] if text in self.notes else [text]

    def may_hold(self, weight):
        """Whether a variable belongs to one layer alone."""
        return weight.node not in self.shared

    def op(self, node, symbol, *arguments, dims=None, number=0, **options):
        """Write a call of a `keras.ops` function on values or expressions for a node; return its `Live`."""
        arguments = tuple(self.operand(one) for one in arguments)
        return self.result(node, Apply(f"keras.ops.{symbol}", arguments, options), dims, number)

    def step(self, node, symbol, *arguments, **options):
        """Write an intermediate call for a node; return its `Ref`."""
        arguments = tuple(self.operand(one) for one in arguments)
        return self.program.add(line_name(node), Apply(f"keras.ops.{symbol}", arguments, options))

    def result(self, node, expression, dims=None, number=0, **more):
        """Assign an expression to a line named for a node.

        Args:
            node: the NodeDef.
            expression: one of `keras_code.expression`.
            dims: the sizes of all axes, None for one that only this tensor knows; or None for no word on them.
            number: the number of the output.
            **more: `product` and `whole` of the `Live`.

        Returns:
            The `Live`.
        """
        ref = self.program.add(line_name(node), expression)
        self.tensors[ref.name] = normal(f"{node.name}:{number}")
        return self.live(node, ref, dims, number, **more)

    def swapped(self, ref, name="turned"):
        """Return the `Ref` of a tensor with its first two axes exchanged; exchanged twice it is the tensor itself."""
        if ref.name not in self._swapped:
            new = self.program.add(name, Apply("keras.ops.swapaxes", (ref, 0, 1)))
            self._swapped.update({ref.name: new, new.name: ref})
        return self._swapped[ref.name]

    def aside(self, node, expression, shape):
        """Assign an expression that is no tensor of the graph, in the dtype of a node's output; return its `Live`."""
        return Live(self.program.add(line_name(node), expression), tuple(shape), dtypes_of(node)[0])

    def begun(self, array, dims):
        """Write zeros for an empty `Elements`; return it with this tensor."""
        length = array.length.array.item() if isinstance(array.length, Known) else array.length.ref
        told = [one if isinstance(one, int) else None for one in (length, *dims)]
        given = [self.size(one) if isinstance(one, Size) else one for one in (length, *dims)]
        given = tuple(one for one in given if not isinstance(one, int))
        if given:
            options = {} if array.dtype == "float32" else {"dtype": array.dtype}
            layer = self.program.add("full", Apply("tf2_lstm.FullOf", (told, 0), options))
            ref = self.program.add("elements", Apply(layer, given))
        else:
            ref = self.program.add("elements", Apply("keras.ops.zeros", (tuple(told), array.dtype)))
        return replace(array, value=Live(ref, (length, *dims), array.dtype), dims=dims)

    def live(self, node, ref, dims=None, number=0, **more):
        """Return the `Live` of a node's output that an existing line computes."""
        return Live(ref, self.shape(f"{node.name}:{number}", ref, dims), dtypes_of(node)[number], **more)

    def shape(self, tensor, ref, dims=None):
        """Return the sizes of a tensor: numbers where TensorFlow infers them, else `dims`, else its own open sizes.

        Raises:
            Refusal: its rank is not known.
        """
        inferred = self.shapes.get(tensor)
        if inferred is None and dims is None:
            raise Refusal("its rank is open. Give the placeholders their shapes")
        inferred = [None] * len(dims) if inferred is None else inferred
        dims = list(dims) if dims is not None and len(dims) == len(inferred) else [None] * len(inferred)
        return tuple(
            size if size is not None else known if known is not None else Size(((ref.name, axis),))
            for axis, (size, known) in enumerate(zip(inferred, dims, strict=True))
        )

    # Operands.

    def operand(self, value):
        """Return the expression of a value: numbers as they are, tensors by name."""
        if isinstance(value, Live):
            return value.ref
        if isinstance(value, Held):
            return self.weight(value)
        if isinstance(value, Known):
            return self.constant(value)
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.operand, value))
        return value

    def tensor(self, value):
        """Return the expression of a value as a tensor, where `keras.ops` does not take a number."""
        expression = self.operand(value)
        return self._scalar(expression, value.dtype) if hasattr(value, "dtype") else expression

    def integers(self, value):
        """Return the expression of integers that a place or a number is read of, of whichever dtype."""
        before = getattr(value, "before_cast", None)
        return before.ref if before is not None else self.tensor(value)

    def _scalar(self, expression, dtype):
        """Return an expression as a tensor: a number becomes one."""
        if not isinstance(expression, (bool, int, float)):
            return expression
        call = Apply("keras.ops.convert_to_tensor", (expression, dtype))
        return self.once(("number", expression, dtype), "number", call)

    def constant(self, value):
        """Return the expression of a `Known`."""
        if value.open:
            return self._of_sizes(value)
        if value.array.ndim == 0:
            return value.array.item()
        if value.array.size > LARGEST:
            return self.held(value)
        key = ("constant", value.dtype, value.array.shape, value.array.tobytes())
        call = Apply("keras.ops.convert_to_tensor", (value.array.tolist(), value.dtype))
        if not value.array.size:
            # A list without elements does not say how many axes there are behind it.
            call = Apply("keras.ops.zeros", (value.array.shape, value.dtype))
        return self.once(key, "constant", call)

    def _of_sizes(self, value):
        if value.array.ndim == 0:
            return self._cast(self.size(value.array.item()), value.dtype)
        if value.array.ndim > 1:
            raise Refusal("it computes with a table of sizes")
        sizes = [self._scalar(self._cast(self.size(one), value.dtype), value.dtype) for one in value.array]
        return self.once(("sizes", str(sizes)), "sizes", Apply("keras.ops.stack", (sizes,)))

    def _cast(self, expression, dtype):
        """Return a size, an int32 scalar, in another dtype."""
        if dtype == "int32" or not isinstance(expression, Ref):
            return expression
        name = f"{expression.name}_{dtype}"
        return self.once(("cast", name), name, Apply("keras.ops.cast", (expression, dtype)))

    def size(self, one):
        """Return the expression of a size: an int, or a scalar tensor."""
        if not isinstance(one, Size):
            return int(one)
        factors = [self._size_of(*factor) for factor in one.factors]
        factors += [one.times] if one.times != 1 else []
        found = factors[0]
        for factor in factors[1:]:
            call = Apply("keras.ops.multiply", (found, factor))
            found = self.once(("times", str(found), str(factor)), "size", call)
        return found

    def _size_of(self, name, axis):
        if axis is None:
            return Ref(name)
        layer = self.once(("axis", axis), f"size_{axis}", Apply("tf2_lstm.SizeOf", (axis,)))
        return self.once(("size", name, axis), f"{name}_size_{axis}", Apply(layer, (Ref(name),)))

    def once(self, key, name, expression, note=""):
        """Assign an expression at its first use; return its `Ref`."""
        if key not in self._made:
            self._made[key] = self.program.add(name, expression, note)
        return self._made[key]

    def sizes(self, given):
        """Return (sizes with None where they are open, the expressions of the open ones)."""
        told = [None if isinstance(one, Size) else int(one) for one in given]
        return told, tuple(self.size(one) for one in given if isinstance(one, Size))

    def filled(self, sizes, number, dtype):
        """Write a tensor of one number, of sizes of which some may be open; return its `Ref`."""
        return self.program.add("filled", self.full(sizes, number, dtype))

    def full(self, sizes, number, dtype, name="full"):
        """Write the layer of a tensor of one number, of sizes of which some are open; return its call."""
        told, given = self.sizes(sizes)
        options = {} if dtype == "float32" else {"dtype": dtype}
        return Apply(self.program.add(name, Apply("tf2_lstm.FullOf", (told, number), options)), given)

    def layer_for(self, name, symbol, *arguments):
        """Return the `Ref` of a layer without weights; the same arguments again are the same layer."""
        return self.once((symbol, str(arguments)), name, Apply(symbol, arguments))

    def numbers(self, size):
        """Write 0, 1, 2, ... up to a size; return the `Ref`."""
        told, given = self.sizes([0, size, 1])
        layer = self.program.add("numbers", Apply("tf2_lstm.RangeOf", (told,)))
        return self.program.add("numbers", Apply(layer, given))

    # Weights.

    def weight(self, held):
        """Return the expression of a variable's value: a call of a layer that holds only the variable."""
        name = python_name(held.node.rpartition("/")[2])
        return self._alone(held.node, name, held, held.trains and "float" in held.dtype, held.node)

    def held(self, value):
        """Return the expression of a `Known`: a call of a layer that holds it."""
        return self._alone(value.array.tobytes(), "constant", value, False, value.array)

    def _alone(self, key, name, value, trains, source):
        if ("weight", key) not in self._made:
            shape = value.shape if isinstance(value, Held) else value.array.shape
            options = {} if value.dtype == "float32" else {"dtype": value.dtype}
            options |= {} if trains else {"trainable": False}
            note = source if isinstance(source, str) else ""
            layer = self.layer(name, [source], "tf2_lstm.Weight", (list(shape),), options, note)
            call = Apply(layer, (self.reference(),))
            self._made["weight", key] = self.program.add(f"{layer.name.rstrip('_')}_value", call)
        return self._made["weight", key]

    def layer(self, name, weights, symbol, arguments, options, note=""):
        """Assign a layer with weights to a name, which is the layer's own name too; return its `Ref`."""
        wanted, name = name, self.program.fresh(name)
        self.layers[name], self.wanted[name] = weights, wanted
        return self.program.add(name, Apply(symbol, arguments, {**options, "name": name}), note)

    def layer_of(self, key, *arguments):
        """Return the `Ref` of a layer; `layer` makes it when its key is new."""
        if key not in self._made:
            self._made[key] = self.layer(*arguments)
        return self._made[key]

    def cell_name(self, cell):
        """Return a name for a known cell, given its `CellVariables`: a new one, or that of its layer."""
        known = [one.name for one in self.known_cells if one.cell.call is cell.call]
        name = python_name(cell.scope.rpartition("/")[2] or cell.call.pair).rstrip("_")
        return known[0] if known else self.program.reserve(name if name.endswith("cell") else f"{name}_cell")

    def held_cell(self, cell):
        """Return the `Ref` of a `HeldCell`; the same cell again is the same layer."""
        for one in self.known_cells:
            if one.cell.call is cell.cell.call and (one.width, one.dtype) == (cell.width, cell.dtype):
                return Ref(one.name)
        self.known_cells.append(cell)
        self.add_cell(cell)
        return Ref(cell.name)

    def add_cell(self, cell):
        """Write the line that makes a `HeldCell`."""
        options = {
            name: one for name, one in cell.call.options.items() if (name, one) != ("dtype", "float32")
        }
        scope = f"TF1 scope: {cell.cell.scope or '(none)'}"
        self.program.lines.append(Line((cell.name,), replace(cell.call, options=options), scope))

    def dropout(self, rate, options, note):
        """Write a dropout layer; return its `Ref`.

        Args:
            rate: a number, or the result of `rate_parameter`.
            options: more options of the layer.
            note: a comment, "" for none.
        """
        name = self.program.fresh("dropout")
        self.dropouts.add(name)
        return self.program.add(name, Apply("keras.layers.Dropout", (rate,), {"name": name, **options}), note)

    def rate_parameter(self, said):
        """Return the `Ref` of the parameter for a rate of dropout, given its description."""
        return self.program.rate_parameter(said, 0.0)

    def reference(self):
        """Return the `Ref` of any tensor: the first input."""
        if not self.program.inputs:
            raise Refusal(
                "nothing is fed to the program, all that is fetched is constant. Name with --fetch what is computed of "
                "inputs"
            )
        return next(iter(self.program.inputs.values()))

    def read_once(self, value):
        """Whether exactly one node reads the tensor of a `Live`."""
        return self.readers.get(self.tensors.get(value.ref.name), 0) == 1


def dtypes_of(node):
    """Return the names of the dtypes of a node's outputs, "" for one that NumPy does not have."""
    return [DTYPES.get(one, "") for one in output_dtypes(node) or ()]
