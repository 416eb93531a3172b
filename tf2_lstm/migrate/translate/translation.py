"""The way from a graph to a `Whole`: each node by its row, each recurrence as a model that is called."""

from collections import Counter

import numpy as np

from tf2_lstm.migrate.build import resolve
from tf2_lstm.migrate.graph.declared import completed
from tf2_lstm.migrate.graph.nodes import data_inputs, dtype_of, edge, node_of, normal
from tf2_lstm.migrate.graph.operations import MERGES, VARIABLES, Trait, operation
from tf2_lstm.migrate.keras_code.expression import Apply, Item, evaluate, value_of
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.pairs import Fed
from tf2_lstm.migrate.roles import Ends, Role
from tf2_lstm.migrate.translate.dropout import Noise, with_noise
from tf2_lstm.migrate.translate.ids import limits_of
from tf2_lstm.migrate.translate.lines import behind, needed
from tf2_lstm.migrate.translate.naming import python_name
from tf2_lstm.migrate.translate.order import CLOSED, Order
from tf2_lstm.migrate.translate.rows import folds, rows
from tf2_lstm.migrate.translate.values import Held, Known, Live, Nothing, Refusal, Size, check_size
from tf2_lstm.migrate.translate.whole import Edge, ProgramRefused, Whole
from tf2_lstm.migrate.translate.writer import Writer, dtypes_of

#: How many operations may follow each other in a Keras model, wherever it is loaded: Python's recursion ends at 1,000.
DEEPEST = 800


def translate(tf1, findings, boundary, shapes):
    """Translate a whole inference graph.

    Args:
        tf1: the `TF1Model`.
        findings: its `Findings`.
        boundary: the `Boundary`.
        shapes: name of a tensor -> shape, by TensorFlow's inference.

    Returns:
        A `Whole`.

    Raises:
        ProgramRefused: an operation has no row, or is not translated as it is.
    """
    shared = frozenset()
    while True:
        translation = _Translation(tf1, findings, boundary, shapes, shared)
        try:
            whole = translation.whole()
        except Refusal as error:
            raise ProgramRefused(str(error)) from error
        twice = _held_twice(whole) - shared
        if not twice:
            return whole
        shared |= twice


def _held_twice(whole):
    """The nodes of variables that several layers would hold."""
    held = [one for name in whole.layers for one in set(whole.layers[name]) if isinstance(one, str)]
    return {one for one, times in Counter(held).items() if times > 1}


class _Translation:
    def __init__(self, tf1, findings, boundary, shapes, shared):
        self.tf1, self.findings, self.boundary, self.shapes = tf1, findings, boundary, shapes
        self.nodes = {node.name: node for node in tf1.graph.node}
        feeds = {*map(normal, boundary.inputs), *map(normal, boundary.fixed)}
        self.graph = Order(self.nodes, findings.recurrences, feeds)
        self.fetched = [normal(one) for one in boundary.outputs.values()]
        self.order, self.turning = self.graph.of(self.fetched)
        self.writer = Writer(shapes, self._readers(), shared)
        self.values, self.called = {}, {}

    def _readers(self):
        """Name of a tensor -> how many read it, of what computes the program."""
        found = {}
        for one in [*(one for key in self.order for one in self.graph.before(key)), *self.fetched]:
            found[normal(one)] = found.get(normal(one), 0) + 1
        return found

    def whole(self):
        """Translate everything in its order."""
        for tensor in self.boundary.inputs:
            self._input(normal(tensor))
        for key in self.order:
            if isinstance(key, int):
                self._call(key)
            elif key in self.nodes:
                self._node(completed(self.nodes[key]))
            elif key not in self.values:
                self._fixed(key)
        for name, tensor in self.boundary.outputs.items():
            self._output(name, normal(tensor))
        program = needed(self.writer.program)
        return self._described(program)

    def _described(self, program):
        known = {target for line in program.lines for target in line.targets}
        live = behind(program.inputs.values(), program.lines)
        for name, ref in program.outputs.items():
            _check_end(self.boundary.outputs[name], live.get(ref.name))
        layers = {name: held for name, held in self.writer.layers.items() if name in known}
        fed = {*map(normal, self.boundary.inputs)}
        tensors = {
            tensor: value.ref.name
            for tensor, value in self.values.items()
            if isinstance(value, Live) and value.ref.name in live and tensor not in fed
        }
        inputs = [self._edge(name, self.writer.tensors[ref.name]) for name, ref in program.inputs.items()]
        outputs = [self._edge(name, normal(one)) for name, one in self.boundary.outputs.items()]
        called = {name: one for name, one in self.called.items() if name.removeprefix("build_") in known}
        limits = limits_of(self.nodes, self.tf1, self.order)
        return Whole(
            program, inputs, outputs, called, layers, tensors, limits, self.boundary, tuple(self.writer.rates)
        )

    def _edge(self, name, tensor):
        value = self.values[tensor]
        shape = tuple(None if isinstance(one, Size) else int(one) for one in value.shape)
        return Edge(name, tensor, value.dtype, shape)

    def _input(self, tensor):
        node = self.nodes[edge(tensor)[0]]
        shape = self.shapes.get(tensor)
        dtype = dtypes_of(node)[edge(tensor)[1]]
        if shape is None or not dtype:
            what = "a shape" if dtype else "numbers"
            raise ProgramRefused(
                f"{tensor}: expected {what} of what is fed, found none. Begin behind it, with --feed"
            )
        name = self.writer.program.fresh(python_name(node.name.rpartition("/")[2]))
        options = {} if dtype == "float32" else {"dtype": dtype}
        if shape and shape[0] is None:
            call = Apply("keras.Input", (tuple(shape[1:]),), {**options, "name": name})
        else:
            call = Apply("keras.Input", (), {"batch_shape": tuple(shape), **options, "name": name})
        ref = self.writer.program.add(name, call, tensor)
        self.writer.program.inputs[name] = ref
        self.writer.tensors[name] = tensor
        self.values[tensor] = self._live(tensor, ref, dtype)

    def _live(self, tensor, ref, dtype, dims=()):
        return Live(ref, self.writer.shape(tensor, ref, dims), dtype)

    def _fixed(self, tensor):
        dtype = dtypes_of(self.nodes[edge(tensor)[0]])[edge(tensor)[1]]
        value = next(one for name, one in self.boundary.fixed.items() if normal(name) == tensor)
        self.values[tensor] = Known(np.asarray(value, dtype), dtype)

    def _output(self, name, tensor):
        value = self.values[tensor]
        if isinstance(value, Nothing):
            raise ProgramRefused(value.reason or f"{tensor}: it is in a branch that inference does not take")
        if not isinstance(value, Live):
            ref = self.writer.program.add(
                python_name(name), Apply("keras.ops.copy", (self.writer.tensor(value),))
            )
            value = self._live(
                tensor, ref, value.dtype, value.array.shape if isinstance(value, Known) else value.shape
            )
            self.values[tensor] = value
        self.writer.program.outputs[name] = value.ref

    # The nodes.

    def _node(self, node):
        values = self._translated(node)
        values = values if isinstance(values, list) else [values]
        numbers = max(len(dtypes_of(node)), 1)
        values = values * numbers if len(values) == 1 and isinstance(values[0], Nothing) else values
        for number, value in enumerate(values):
            self.values.setdefault(f"{node.name}:{number}", value)

    def _translated(self, node):
        if self._is_variable(node):
            name, place = self.tf1.nodes[node.name]
            shape = self.tf1.variables[name].shape
            shape = shape if place is None else tuple(one.stop - one.start for one in place)
            trains = self.tf1.trainable is None or node.name in self.tf1.trainable
            return Held(node.name, tuple(shape), dtype_of(node), trains)
        if node.op == "RandomUniform":
            return Noise()
        if node.name in self.turning or node.op in CLOSED or self._begins_a_step(node):
            return Nothing(self._closed(node))
        inputs = [self._value(one) for one in data_inputs(node)]
        lost = [one for one in inputs if isinstance(one, Nothing)]
        if lost and node.op not in MERGES:
            # What is never taken is more than what is not translated.
            return next((one for one in lost if not one.reason), lost[0])
        return self._by_row(node, inputs)

    def _begins_a_step(self, node):
        """Whether a node is where a loop takes what it carries."""
        before = [self.nodes[node_of(one)].op for one in data_inputs(node)] if node.op in MERGES else []
        return any(Trait.NEXT in operation(op).traits for op in before)

    def _value(self, reference):
        """The value of a tensor; of one that is computed of itself there is none yet."""
        found = self.values.get(normal(reference))
        if found is None:
            key = self.graph.key(reference)
            one = self.findings.recurrences[key] if isinstance(key, int) else None
            return Nothing(self._feedback(one) if one else self._closed(self.nodes[key]))
        return found

    def _is_variable(self, node):
        if node.name not in self.tf1.nodes or self.tf1.nodes[node.name][0] not in self.tf1.variables:
            return False
        return node.op in VARIABLES or node.op == "Const"

    def _by_row(self, node, inputs):
        try:
            if any(isinstance(one, Noise) for one in inputs):
                return with_noise(self.writer, self.nodes, node, inputs, self.boundary.fixed)
            folded = self._folded(node, inputs)
            if folded is not None:
                return folded
            found = rows().get(node.op)
            if node.op in VARIABLES:
                raise Refusal("no value of this variable is in the file. Name the checkpoint with --weights")
            if found is None:
                raise Refusal(
                    "no row translates this operation. Fetch what it reads with --fetch, or feed what it gives "
                    "with --feed"
                )
            return found(self.writer, node, inputs)
        except Refusal as error:
            return Nothing(f"{node.op} ({node.name}): {error}")

    def _folded(self, node, inputs):
        """What is known already: sizes by NumPy, other constants by the row itself."""
        if not inputs or not all(isinstance(one, Known) for one in inputs):
            return None
        if any(one.open for one in inputs):
            how = folds().get(node.op)
            found = how(node, [one.array for one in inputs]) if how else None
            dtypes = dtypes_of(node)
            if found is None:
                return None
            if isinstance(found, list):
                return [_again(one, dtype) for one, dtype in zip(found, dtypes, strict=True)]
            return _again(found, dtypes[0])
        if Trait.PURE not in operation(node.op).traits or node.op not in rows():
            return None
        for number in range(len(dtypes_of(node))):
            sizes = self.shapes.get(f"{node.name}:{number}") or ()
            check_size(size for size in sizes if size is not None)
        return self._computed(node, inputs)

    def _computed(self, node, inputs):
        """The numbers that a row makes of constants."""
        writer = Writer(self.shapes, program=Program())
        found = rows()[node.op](writer, node, inputs)
        names = _evaluated(writer.program.lines)
        several = isinstance(found, list)
        values = [
            Known(np.asarray(value_of(one.ref, names, resolve)), one.dtype) if isinstance(one, Live) else one
            for one in (found if several else [found])
        ]
        return values if several else values[0]

    def _closed(self, node):
        """Why nothing is looked for behind a node."""
        for one in self.findings.losses:
            if one.scope and node.name.startswith(one.scope):
                return one.reason
        for one in self.findings.not_converted:
            if one.scope and node.name.startswith(one.scope):
                return f"{one.scope}: {one.reason}"
        for one in self.findings.recurrences:
            if one.scope and node.name.startswith(f"{one.scope}/"):
                return (
                    f"{node.op} ({node.name}): it is inside of the recurrence {one.scope}, whose model does not give "
                    "out what is computed from it. Fetch what comes before it with --fetch, or feed it with --feed"
                )
        kind = "a loop of its own" if node.op not in rows() else "something that is computed of itself"
        if Trait.FRESH in operation(node.op).traits:
            kind = "drawn anew at each run, or fed"
        return f"{node.op} ({node.name}): it is {kind}. Fetch what comes before it with --fetch, or feed it with --feed"

    # The recurrences.

    def _call(self, number):
        """Write a recurrence as a model that is called with a dict."""
        one = self.findings.recurrences[number]
        given = {tensor.name: self._value(tensor.tf1) for tensor in one.inputs if tensor.is_input}
        outputs = [tensor for tensor in one.outputs if tensor.tf1 and not tensor.closed]
        lost = [value for value in given.values() if isinstance(value, Nothing)]
        if number in self.turning:
            lost = [Nothing(self._feedback(one))]
        if lost:
            self.values.update((normal(tensor.tf1), lost[0]) for tensor in outputs)
            return
        program, name = self.writer.program, self.writer.program.fresh(python_name(one.name))
        rates = {
            rate: program.rate(Fed(1.0 - held.value, held.keep_prob))
            for rate, held in program_of(one).rates.items()
        }
        model = program.add(name, Apply(f"build_{name}", (), rates), f"TF1 scope: {one.scope or '(none)'}")
        self.called[f"build_{name}"] = one
        fed = {tensor: self.writer.tensor(value) for tensor, value in given.items()}
        results = program.add(f"{name}_outputs", Apply(model, (fed,)))
        for tensor in outputs:
            ref = program.add(f"{name}_{tensor.name}", Item(results, tensor.name))
            self.writer.tensors[ref.name] = normal(tensor.tf1)
            dims = self._dims(one, tensor, given)
            self.values.setdefault(
                normal(tensor.tf1), self._live(normal(tensor.tf1), ref, tensor.dtype, dims)
            )

    def _dims(self, one, tensor, given):
        """The sizes of what a recurrence gives out: the batch and the steps are those of what goes in."""
        shape = list(tensor.shape)
        inputs = [given[other.name] for other in one.inputs if other.role is Role.INPUTS and other.is_input]
        sizes = inputs[0].shape if isinstance(inputs[0], Live) else ()
        if tensor.role is Role.OUTPUTS and len(shape) == 3 == len(sizes) and one.ends == Ends.WITH_INPUT:
            return (*sizes[:2], shape[2])
        if len(shape) == 2 and len(sizes) in (2, 3):
            return (sizes[1 if one.time_major and len(sizes) == 3 else 0], shape[1])
        return tuple(shape)

    def _feedback(self, one):
        said = [loss.reason for loss in self.findings.losses if loss.scope == one.scope]
        where = f"{one.scope or one.name}: "
        return where + (said[0] if said else "what it gives out goes back into it outside of its model")


def _check_end(tensor, steps):
    """Refuse what no Keras model can give out.

    Args:
        tensor: the name of what is fetched.
        steps: how many lines follow each other up to it; None when nothing goes into it that is fed.
    """
    if steps is None:
        raise ProgramRefused(
            f"{tensor}: nothing that is fed goes into it. Leave it out: name with --fetch what is computed of inputs"
        )
    if steps > DEEPEST:
        raise ProgramRefused(
            f"{tensor}: {steps:,} operations follow each other up to it, expected {DEEPEST} at most, because Keras "
            "walks a model by recursion. Cut the program in two with --fetch and --feed"
        )


def _evaluated(lines):
    """The values of lines of constants. Some of them TensorFlow looks at no sooner than it runs the graph."""
    try:
        return evaluate(lines, resolve)
    except Exception as error:
        said = " ".join(str(error).split())[:160]
        raise Refusal(f"of its constants nothing can be computed: {said}") from error


def _again(array, dtype):
    """The `Known` of an array of sizes, plain numbers again when none is open."""
    array = np.asarray(array, object)
    is_open = any(isinstance(one, Size) for one in array.flat)
    return Known(array if is_open else array.astype(dtype), dtype)
