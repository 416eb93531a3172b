"""The tensors at the edges of a recurrence, inputs and outputs, with their names."""

from dataclasses import replace
from functools import cached_property

from tf2_lstm.migrate.graph.indexing import fixed_size
from tf2_lstm.migrate.graph.nodes import data_inputs, dtype_of, edge
from tf2_lstm.migrate.graph.operations import ASSIGNS, HANDS_ON, OPEN, SILENT, SWITCHES, Trait, having
from tf2_lstm.migrate.graph.terms import array, constant
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.recognise.steps.call_trees import state_names
from tf2_lstm.migrate.recognise.steps.flat import grouped
from tf2_lstm.migrate.roles import Form, Tensor


def first_variable(cell):
    """Return the first variable of a cell, its kernel."""
    return next(iter(cell.variables.values()))


def input_width(cell):
    """Return the width of the input: the kernel's rows above those of the state, which a Keras kernel does not have."""
    if cell.blocks:
        return max(one.rows[1] for one in cell.blocks if one.target == cell.blocks[0].target) - cell.width
    rows = first_variable(cell).attr[1][0]
    return rows if cell.layout is Layout.KERAS else rows - cell.width


def _after_the_end(unrolled):
    """Return what a loop writes for a row that has ended; None where it does not watch the ends of rows."""
    written = unrolled.output.next.args[2] if unrolled.output is not None else None
    return written.args[1] if written is not None and written.op == "select" else None


class Edges:
    """Describes the tensors at the edges of recurrences.

    Args:
        reading: the `GraphReader` of the graph.
    """

    def __init__(self, reading):
        self.reading, self.terms = reading, reading.terms

    def dtype(self, run):
        """Return the dtype that the cells compute in: that of the program's input."""
        source = run.stepped.inputs[0] if hasattr(run, "stepped") else run.source
        node = self.reading.nodes.get(self.reading.place(source))
        found = dtype_of(node) if node is not None else ""
        if "float" in found:
            return found
        return self.reading.model.variables[first_variable(run.first()).attr[0]].dtype

    def shape(self, name):
        """Return the static shape of a tensor; None for an unknown rank."""
        return self.reading.shapes.get(name if ":" in name else f"{name}:0")

    def sized(self, tensor):
        """Return a `Tensor` with the sizes that the graph fixes for it, perhaps more than for the input."""
        known = self.shape(tensor.tf1) if tensor.tf1 else None
        if known is None or len(known) != len(tensor.shape):
            return tensor
        sizes = zip(tensor.shape, known, strict=True)
        return replace(tensor, shape=tuple(own if own is not None else size for own, size in sizes))

    def batch_of(self, terms):
        """Return the batch that the first of some tensors [B, D] fixes; None where it fixes none.

        A tensor that is computed from variables alone is fed, and fixes no batch.
        """
        fed = [one for one in terms if one.op == "var" or self.reading.computed.is_of_variables(one)]
        shapes = [self.shape(self.reading.name(term)) for term in terms if term not in fed]
        return next((shape[0] for shape in shapes if shape and len(shape) == 2 and shape[0]), None)

    def source(self, unrolled, term):
        """Return the TF1 tensor that holds the input as the program gave it: before a transpose or a TensorArray."""
        swapped = self.terms.find("swap", (term,)) if unrolled.axis == 1 else None
        steps = swapped if swapped is not None else self.terms.find("steps", (term,))
        names = self.reading.sources.get(steps.number) if steps is not None else None
        if not names and unrolled.source.op in ("reverse", "ReverseSequence"):
            names = self.reading.sources.get(unrolled.source.number)
        if not names:
            return self.reading.name(term)
        return names[2] if steps is not None and steps.op == "steps" and len(names) == 4 else names[0]

    def passes_by(self, sequence):
        """Whether the forward pass reads single steps of a sequence, and not the tensor that joins them."""
        if sequence.read is not None:
            return False
        steps = {edge(name) for step in sequence.steps for name, _ in self.reading.names.get(step.number, ())}
        readers = [node for step in steps for node in self._readers.get(step, ())]
        return any(self.reading.term(node.name) is not sequence.whole for node in readers)

    @cached_property
    def _readers(self):
        """Map each tensor to the nodes of the forward part that read its values, not only its sizes."""
        found = {}
        for node in self.reading.nodes.values():
            if node.op not in HANDS_ON | SILENT | ASSIGNS | SWITCHES and node.name not in self.terms.backward:
                for reference in data_inputs(node):
                    found.setdefault(edge(reference), []).append(node)
        return found

    def inputs(self, unrolled, term, name="inputs"):
        """Describe the input as a `Tensor`."""
        shape = (*self.sizes(unrolled), input_width(unrolled.first()))
        return Tensor(name, self.source(unrolled, term), self.dtype(unrolled), shape)

    def sizes(self, unrolled):
        """Return the first two sizes of the input, None for each one that the graph does not fix."""
        known = self.shape(self.source(unrolled, unrolled.source))
        known = known[:2] if known is not None and len(known) == 3 else (None, None)
        found = [size or fixed_size(self.terms, unrolled.source, axis) for axis, size in enumerate(known)]
        if found[1 - unrolled.axis] is None:
            found[1 - unrolled.axis] = self.batch_of([var.initial for var in unrolled.states.values()])
        return tuple(found)

    def lengths(self, term):
        """Describe sequence_length as a `Tensor`; a constant has no TF1 name, as many tensors may be equal to it."""
        value = array(term)
        if value is not None:
            return Tensor("sequence_length", "", "int32", (len(value),), value=tuple(value))
        name = self.reading.name(term)
        node = self.reading.nodes.get(edge(name)[0])
        dtype = dtype_of(node) if node is not None else "int32"
        shape = self.shape(name)
        return Tensor("sequence_length", name, dtype if "int" in dtype else "int32", shape or (None,))

    def states(self, unrolled, suffix=""):
        """The `Tensor`s of the initial and of the final states: two lists, in TF1's order."""
        initial, final, seen, batch = [], [], [], self.batch(unrolled)
        dtype = self.dtype(unrolled)
        for ending, match, state, width in self._flat(unrolled):
            var = unrolled.states[match, state]
            if any(var is one for one in seen):
                continue
            seen.append(var)
            name, shape = f"state{suffix}{ending}", (batch, width)
            zero = constant(var.initial) == 0
            # Where equal nodes were merged, ended rows have these zeros too: they cannot be fed.
            tf1 = "" if zero and var.initial is _after_the_end(unrolled) else var.initial_name
            initial.append(Tensor("initial_" + name, tf1, dtype, shape, zero))
            exit = self.reading.name(var.exit) if var.exit is not None else ""
            final.append(Tensor(name, exit, dtype, shape))
        return initial, final

    def _flat(self, unrolled):
        groups = grouped(state_names(unrolled.layers), unrolled.kept)
        return [(ending, *members[0][:2], sum(width for *_, width in members)) for ending, members in groups]

    def batch(self, unrolled):
        """Return the static batch size; None where it is not fixed."""
        return self.sizes(unrolled)[1 - unrolled.axis]

    def outputs(self, unrolled, reverse, name="outputs"):
        """Describe the outputs as a `Tensor` in the input's layout; the TF1 name is "" where the graph keeps none."""
        term = self.kept(unrolled, reverse)
        sizes = list(self.sizes(unrolled))
        if unrolled.termination.with_longest:
            sizes[unrolled.axis] = None
        width = unrolled.dense.units if unrolled.dense else unrolled.layers[-1].matches()[-1].width
        tf1 = self.reading.name(term) if term is not None else ""
        return Tensor(name, tf1, self.dtype(unrolled), (*sizes, width))

    def kept(self, unrolled, reverse):
        """Return the term of the outputs in the layout of the input; a reversed input has its outputs reversed back."""
        term = unrolled.outcome
        if unrolled.output is not None:
            term = self.terms.find("stack", (unrolled.output.exit,))
            if term is not None and unrolled.axis == 1:
                term = self.terms.find("swap", (term,))
        if term is None or not reverse:
            return term
        if unrolled.source.op == "reverse":
            return self._reversal("reverse", (term,), unrolled.axis)
        return self._reversal("ReverseSequence", (term, unrolled.source.args[1]), unrolled.axis)

    def unread(self, unrolled):
        """Whether nothing reads the outputs of a loop, as in a graph that was frozen to use only last states."""
        if unrolled.output is None:
            return unrolled.outcome is None
        exit = unrolled.output.exit
        joined = self.terms.find("stack", (exit,)) is not None
        return not joined and not self._readers.get(edge(self.reading.name(exit)))

    def _reversal(self, op, args, axis):
        """Find the reversal of a tensor: a transpose may be outside of the reversal or inside of it."""
        found = self.terms.find(op, args, axis)
        if found is None and args[0].op == "swap":
            inner = self.terms.find(op, (args[0].args[0], *args[1:]), 1 - axis)
            found = self.terms.find("swap", (inner,)) if inner is not None else None
        return found


_REVERSED = having(Trait.REVERSES)


def with_own_zeros(reading, run):
    """Return the inputs of a recurrence, with those marked that are its own zeros.

    Args:
        reading: the `GraphReader` of the graph.
        run: a `model.Recurrence`.

    Returns:
        A list of `Tensor`s.
    """
    scopes = [] if run.form == Form.STEP else [run.scope, *(cell.scope for cell in run.cells)]
    scopes += [scope.rpartition("/")[0] for scope in scopes[1:]]
    begins = _begins(reading, run)

    def is_own(tensor):
        inside = any(scope and tensor.tf1.startswith(f"{scope}/") for scope in scopes)
        return tensor.zero and (not tensor.tf1 or (inside and not _is_fed(reading, tensor.tf1, begins)))

    return [replace(one, own=is_own(one)) for one in run.inputs]


def _begins(reading, run):
    """Return the names of the nodes where the model begins, and of those before a reversal or transpose of them."""
    found = {edge(name)[0] for one in run.inputs if not one.zero for name in (one.tf1, *one.same)}
    for name in list(found):
        while (node := reading.nodes.get(name)) is not None and node.op in (*_REVERSED, "Transpose"):
            name = edge(node.input[0])[0]
            found.add(name)
    return found


def _is_fed(reading, name, begins):
    """Whether a tensor needs a value that is fed in front of the model."""
    todo, seen = [edge(name)[0]], set(begins)
    while todo:
        node = reading.nodes.get(todo.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.op in OPEN:
            return True
        todo += [edge(reference)[0] for reference in node.input if not reference.startswith("^")]
    return False
