"""Translate the nodes of a graph by their rows, each after its inputs; a loop among them is one item."""

from functools import partial

import numpy as np

from tf2_lstm.migrate.build import resolve
from tf2_lstm.migrate.graph.declared import completed
from tf2_lstm.migrate.graph.frames import Frame, begins_a_step
from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import data_inputs, dtype_of, node_of, normal
from tf2_lstm.migrate.graph.operations import MERGES, VARIABLES, Trait, operation
from tf2_lstm.migrate.graph.shapes import import_errors
from tf2_lstm.migrate.keras_code.expression import evaluate, value_of
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.translate.control.branches import branch_values, call_values
from tf2_lstm.migrate.translate.control.cell_calls import CellCalls
from tf2_lstm.migrate.translate.control.fixed import with_origin
from tf2_lstm.migrate.translate.control.flagged import in_training
from tf2_lstm.migrate.translate.control.order import CLOSED
from tf2_lstm.migrate.translate.control.own_loops import loop_values
from tf2_lstm.migrate.translate.control.sides import chooses, chosen
from tf2_lstm.migrate.translate.edges.drawn import DRAWS
from tf2_lstm.migrate.translate.recovered.dilation import dilated
from tf2_lstm.migrate.translate.recovered.dropout import Noise, noise_of, with_noise
from tf2_lstm.migrate.translate.recovered.layer_norm import by_own_moments
from tf2_lstm.migrate.translate.recovered.normalisation import by_moving_averages
from tf2_lstm.migrate.translate.recovered.partitioned import looked_up
from tf2_lstm.migrate.translate.rows.distinct import looked_up_of, with_distinct
from tf2_lstm.migrate.translate.rows.registry import folds, rows
from tf2_lstm.migrate.translate.rows.tensor_arrays import WITH_ARRAYS
from tf2_lstm.migrate.translate.writing.values import (
    Distinct,
    Elements,
    Held,
    Known,
    Live,
    Refusal,
    Size,
    Untranslated,
    check_size,
)
from tf2_lstm.migrate.translate.writing.writer import Writer, dtypes_of

#: The last operation of a pattern -> the function that writes the whole pattern.
WHOLE = {"BatchToSpaceND": dilated, "ParallelDynamicStitch": looked_up, "DynamicStitch": looked_up}


class ByRows:
    """Translates the nodes of the graph itself, or of a part of a loop.

    Args:
        scene: an object with the `tf1` model, its `findings` and the `boundary` of the program.
        nodes: name -> NodeDef.
        order: the `Order` among them.
        writer: the `Writer`.
        values: name of a tensor -> its value, for those that are known already.
        turning: the keys of nodes that read a tensor computed from themselves.
        has_variables: whether the nodes are those of the graph itself, which has the variables.
    """

    def __init__(self, scene, nodes, order, writer, values, turning=frozenset(), has_variables=True):
        self.scene, self.nodes, self.graph, self.writer = scene, nodes, order, writer
        self.values, self.turning, self.has_variables = values, turning, has_variables
        self.nesting = Nesting(nodes)
        self.cells = CellCalls(scene, nodes, writer, values)

    def translate(self, key):
        """Translate a loop or a node, given by its key in `Order`."""
        if isinstance(key, Frame):
            self.values.update(loop_values(self, key, self.graph.wanted[key]))
        elif key in self.nodes and not self.cells.write(key):
            self._node(completed(self.nodes[key]))

    def part(self, nodes, order, writer, values, turning, has_variables):
        """Return a `ByRows` of the nodes in a part of a loop, in the same scene."""
        return ByRows(self.scene, nodes, order, writer, values, turning, has_variables)

    def _node(self, node):
        values = self._translated(node)
        values = values if isinstance(values, list) else [values]
        numbers = max(len(dtypes_of(node)), 1)
        values = values * numbers if len(values) == 1 and isinstance(values[0], Untranslated) else values
        for number, value in enumerate(values):
            self.values.setdefault(f"{node.name}:{number}", value)

    def _translated(self, node):
        if self._is_variable(node):
            name, place = self.scene.tf1.nodes[node.name]
            shape = self.scene.tf1.variables[name].shape
            shape = shape if place is None else tuple(one.stop - one.start for one in place)
            trains = self.scene.tf1.trainable is None or node.name in self.scene.tf1.trainable
            return Held(node.name, tuple(shape), dtype_of(node), trains)
        if node.op == "RandomUniform":
            return noise_of(self.writer, self.nodes, node)
        closed = node.op in CLOSED or (
            Trait.CONDITIONAL in operation(node.op).traits and not self.writer.selects
        )
        if node.name in self.turning or closed or begins_a_step(self.nodes, node):
            return Untranslated(self._closed(node))
        if Trait.CONDITIONAL in operation(node.op).traits:
            return self._refused(node, partial(branch_values, self, node))
        if Trait.CALL in operation(node.op).traits:
            return self._refused(node, partial(call_values, self, node))
        if node.op in WHOLE:
            whole = partial(WHOLE[node.op], self.writer, self.nodes, node)
            return self._refused(node, partial(looked_up_of, self.value, whole))
        inputs = [self.value(one) for one in data_inputs(node)]
        lost = [one for one in inputs if isinstance(one, Untranslated)]
        chosen_of = self.writer.selects or chooses(self.nodes, node)
        if node.op in MERGES and chosen_of and len(inputs) == 2 and not lost:
            return self._refused(node, partial(chosen, self.writer, self.nesting, node, inputs, self.value))
        trained = in_training(self, node, inputs) if node.op in MERGES and lost else None
        if trained is not None:
            return trained
        if lost and node.op not in MERGES:
            # A branch that is never taken matters more than one that is not translated.
            return next((one for one in lost if not one.reason), lost[0])
        return self._by_row(node, inputs)

    def _refused(self, node, translate):
        """Return the translated value, or an `Untranslated` with the reason why there is none."""
        try:
            return translate()
        except Refusal as error:
            return Untranslated(f"{node.op} ({node.name}): {error}")

    def value(self, reference):
        """Return the value of a tensor; an `Untranslated` for one that is computed from itself."""
        found = self.values.get(normal(reference))
        return self._missing(reference) if found is None else found

    def _missing(self, reference):
        """Return an `Untranslated` with the reason why a tensor has no value."""
        return Untranslated(self._closed(self.nodes[node_of(reference)]))

    def _is_variable(self, node):
        if not self.has_variables or node.name not in self.scene.tf1.nodes:
            return False
        if self.scene.tf1.nodes[node.name][0] not in self.scene.tf1.variables:
            return False
        return node.op in VARIABLES or node.op == "Const"

    def _by_row(self, node, inputs):
        try:
            if any(isinstance(one, Noise) for one in inputs):
                return with_noise(self.writer, node, inputs)
            folded = self._folded(node, inputs)
            if folded is not None:
                return with_origin(node, inputs, folded)
            found = rows().get(node.op)
            if node.op in VARIABLES:
                raise Refusal("no value of this variable is in the file. Name the checkpoint with --weights")
            if found is None and node.op in DRAWS:
                raise Refusal(
                    "it draws random numbers in a loop, a branch or a function, where nothing can be fed. Fetch what "
                    "comes before that with --fetch, or draw in front of it in the TF1 program"
                )
            if found is None:
                raise Refusal(
                    "no row translates this operation. Fetch what it reads with --fetch, or feed what it gives "
                    "with --feed"
                )
            if any(isinstance(one, Elements) for one in inputs) and found not in WITH_ARRAYS:
                raise Refusal("it takes an array of tensors for a tensor. Read the array first")
            if any(isinstance(one, Distinct) for one in inputs):
                return with_distinct(found, self.writer, node, inputs)
            normalised = by_moving_averages(
                self.writer, self.nodes, node, self.value, self.scene.tf1.trainable is not None
            )
            if normalised is None:
                normalised = by_own_moments(self.writer, self.nodes, node, self.value)
            return found(self.writer, node, inputs) if normalised is None else normalised
        except Refusal as error:
            return Untranslated(f"{node.op} ({node.name}): {error}")

    def _folded(self, node, inputs):
        """Return a value that is known before the model runs: sizes by NumPy, constants by the row itself; or None."""
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
            sizes = self.writer.shapes.get(f"{node.name}:{number}") or ()
            check_size(size for size in sizes if size is not None)
        return self._computed(node, inputs)

    def _computed(self, node, inputs):
        """Return the numbers that a row computes from constants."""
        writer = Writer(self.writer.shapes, program=Program())
        found = rows()[node.op](writer, node, inputs)
        names = _evaluated(writer.program.lines)
        several = isinstance(found, list)
        values = [
            Known(np.asarray(value_of(one.ref, names, resolve)), one.dtype) if isinstance(one, Live) else one
            for one in (found if several else [found])
        ]
        return values if several else values[0]

    def _closed(self, node):
        """Return the reason why the translation stops at a node."""
        for one in self.scene.findings.not_in_the_model:
            if one.scope and node.name.startswith(one.scope):
                return one.reason
        for one in self.scene.findings.not_converted:
            if one.scope and node.name.startswith(one.scope):
                return f"{one.scope}: {one.reason}"
        for one in self.scene.findings.recurrences:
            if one.scope and node.name.startswith(f"{one.scope}/"):
                return (
                    f"{node.op} ({node.name}): it is inside of the recurrence {one.scope}, whose model does not give "
                    "out what is computed from it. Fetch what comes before it with --fetch, or feed it with --feed"
                )
        kind = "a loop of its own" if node.op not in rows() else "something that is computed of itself"
        if Trait.FRESH in operation(node.op).traits:
            kind = "drawn anew at each run, or fed"
        return f"{node.op} ({node.name}): it is {kind}. Fetch what comes before it with --fetch, or feed it with --feed"


def _evaluated(lines):
    """Return the values of lines of constants. TensorFlow checks some of them only when it runs the graph."""
    try:
        return evaluate(lines, resolve)
    except (*import_errors(), TypeError) as error:
        said = " ".join(str(error).split())[:160]
        raise Refusal(f"of its constants nothing can be computed: {said}") from error


def _again(array, dtype):
    """Return the `Known` of an array of sizes, of plain numbers again when none is open."""
    array = np.asarray(array, object)
    is_open = any(isinstance(one, Size) for one in array.flat)
    return Known(array if is_open else array.astype(dtype), dtype)
