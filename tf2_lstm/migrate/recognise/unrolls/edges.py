"""The tensors at the edge of a recurrence: what goes in, what comes out, under which names."""

from dataclasses import replace
from functools import cached_property

from tf2_lstm.migrate.graph.indexing import fixed_size
from tf2_lstm.migrate.graph.nodes import data_inputs, dtype_of, edge
from tf2_lstm.migrate.graph.operations import ASSIGNS, HANDS_ON, OPEN, SILENT, SWITCHES, Trait, having
from tf2_lstm.migrate.graph.terms import array, constant
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.recognise.steps.calls import state_names
from tf2_lstm.migrate.recognise.steps.flat import together
from tf2_lstm.migrate.roles import Form, Tensor


def first_variable(cell):
    """The first variable of a cell, its kernel."""
    return next(iter(cell.variables.values()))


def input_width(cell):
    """The depth of the input: the kernel's rows above those of the state, which a Keras kernel does not have."""
    if cell.blocks:
        return max(one.rows[1] for one in cell.blocks if one.target == cell.blocks[0].target) - cell.width
    rows = first_variable(cell).attr[1][0]
    return rows if cell.layout is Layout.KERAS else rows - cell.width


def _after_the_end(unrolled):
    """What a loop writes of a row that has ended, None when it tells no row's end."""
    written = unrolled.output.next.args[2] if unrolled.output is not None else None
    return written.args[1] if written is not None and written.op == "select" else None


class Edges:
    """Names the edges of recurrences.

    Args:
        reading: the `GraphReader` of the graph.
    """

    def __init__(self, reading):
        self.reading, self.terms = reading, reading.terms

    def dtype(self, run):
        """The dtype that the cells compute in: that of what the program gives them."""
        source = run.stepped.inputs[0] if hasattr(run, "stepped") else run.source
        node = self.reading.nodes.get(self.reading.place(source))
        found = dtype_of(node) if node is not None else ""
        if "float" in found:
            return found
        return self.reading.model.variables[first_variable(run.first()).attr[0]].dtype

    def shape(self, name):
        """The static shape of a tensor; None for an unknown rank."""
        return self.reading.shapes.get(name if ":" in name else f"{name}:0")

    def sized(self, tensor):
        """The same `Tensor` with the sizes that the graph fixes of this very tensor, more than of the input perhaps."""
        known = self.shape(tensor.tf1) if tensor.tf1 else None
        if known is None or len(known) != len(tensor.shape):
            return tensor
        sizes = zip(tensor.shape, known, strict=True)
        return replace(tensor, shape=tuple(own if own is not None else size for own, size in sizes))

    def batch_of(self, terms):
        """The batch that the first of some tensors [B, D] fixes, None for none.

        What comes of a variable alone, a piece of it too, is fed and fixes none.
        """
        fed = [one for one in terms if one.op == "var" or self.reading.computed.is_of_variables(one)]
        shapes = [self.shape(self.reading.name(term)) for term in terms if term not in fed]
        return next((shape[0] for shape in shapes if shape and len(shape) == 2 and shape[0]), None)

    def source(self, unrolled, term):
        """The TF1 tensor that holds the input, as the program gave it: what was transposed, or put into an array."""
        swapped = self.terms.find("swap", (term,)) if unrolled.axis == 1 else None
        steps = swapped if swapped is not None else self.terms.find("steps", (term,))
        names = self.reading.sources.get(steps.number) if steps is not None else None
        if not names and unrolled.source.op in ("reverse", "ReverseSequence"):
            names = self.reading.sources.get(unrolled.source.number)
        if not names:
            return self.reading.name(term)
        return names[2] if steps is not None and steps.op == "steps" and len(names) == 4 else names[0]

    def passes_by(self, sequence):
        """Whether something reads single steps of a sequence, past the tensor that the graph joins them in."""
        if sequence.read is not None:
            return False
        steps = {edge(name) for step in sequence.steps for name, _ in self.reading.names.get(step.number, ())}
        readers = [node for step in steps for node in self._readers.get(step, ())]
        return any(self.reading.term(node.name) is not sequence.whole for node in readers)

    @cached_property
    def _readers(self):
        """Each tensor -> the nodes of the forward part that read more than its sizes, in which it is not handed on."""
        found = {}
        for node in self.reading.nodes.values():
            if node.op not in HANDS_ON | SILENT | ASSIGNS | SWITCHES and node.name not in self.terms.backward:
                for reference in data_inputs(node):
                    found.setdefault(edge(reference), []).append(node)
        return found

    def inputs(self, unrolled, term, name="inputs"):
        """The `Tensor` of the input."""
        shape = (*self.sizes(unrolled), input_width(unrolled.first()))
        return Tensor(name, self.source(unrolled, term), self.dtype(unrolled), shape)

    def sizes(self, unrolled):
        """The first two sizes of the input that the graph fixes, None for the others."""
        known = self.shape(self.source(unrolled, unrolled.source))
        known = known[:2] if known is not None and len(known) == 3 else (None, None)
        found = [size or fixed_size(self.terms, unrolled.source, axis) for axis, size in enumerate(known)]
        if found[1 - unrolled.axis] is None:
            found[1 - unrolled.axis] = self.batch_of([var.initial for var in unrolled.states.values()])
        return tuple(found)

    def lengths(self, term):
        """The `Tensor` of sequence_length; a constant is no tensor of the graph, many things may be equal to it."""
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
            # Where equal nodes were merged, these zeros are what ended rows give out too: not to be fed.
            tf1 = "" if zero and var.initial is _after_the_end(unrolled) else var.initial_name
            initial.append(Tensor("initial_" + name, tf1, dtype, shape, zero))
            exit = self.reading.name(var.exit) if var.exit is not None else ""
            final.append(Tensor(name, exit, dtype, shape))
        return initial, final

    def _flat(self, unrolled):
        groups = together(state_names(unrolled.layers), unrolled.kept)
        return [(ending, *members[0][:2], sum(width for *_, width in members)) for ending, members in groups]

    def batch(self, unrolled):
        """The static batch size, None where it is not fixed."""
        return self.sizes(unrolled)[1 - unrolled.axis]

    def outputs(self, unrolled, reverse, name="outputs"):
        """The `Tensor` of the outputs, in the layout of the input; its TF1 name is "" when the graph keeps none."""
        term = self.kept(unrolled, reverse)
        sizes = list(self.sizes(unrolled))
        if unrolled.termination.with_longest:
            sizes[unrolled.axis] = None
        width = unrolled.dense.units if unrolled.dense else unrolled.layers[-1].matches()[-1].width
        tf1 = self.reading.name(term) if term is not None else ""
        return Tensor(name, tf1, self.dtype(unrolled), (*sizes, width))

    def kept(self, unrolled, reverse):
        """The term of the outputs in the layout of the input, turned back round if the input was turned round."""
        term = unrolled.outcome
        if unrolled.output is not None:
            term = self.terms.find("stack", (unrolled.output.exit,))
            if term is not None and unrolled.axis == 1:
                term = self.terms.find("swap", (term,))
        if term is None or not reverse:
            return term
        if unrolled.source.op == "reverse":
            return self._turned("reverse", (term,), unrolled.axis)
        return self._turned("ReverseSequence", (term, unrolled.source.args[1]), unrolled.axis)

    def unread(self, unrolled):
        """Whether nothing reads the outputs of a loop, as in a graph that was frozen to what uses its last states."""
        if unrolled.output is None:
            return unrolled.outcome is None
        exit = unrolled.output.exit
        joined = self.terms.find("stack", (exit,)) is not None
        return not joined and not self._readers.get(edge(self.reading.name(exit)))

    def _turned(self, op, args, axis):
        """The reversed tensor; transposes are kept outside of reversals, so both places are looked at."""
        found = self.terms.find(op, args, axis)
        if found is None and args[0].op == "swap":
            inner = self.terms.find(op, (args[0].args[0], *args[1:]), 1 - axis)
            found = self.terms.find("swap", (inner,)) if inner is not None else None
        return found


_REVERSED = having(Trait.REVERSES)


def with_own_zeros(reading, run):
    """Return the inputs of a recurrence, those that are its own zeros marked.

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
    """The nodes where the model begins, and what was reversed, or transposed and reversed, to be its input."""
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
