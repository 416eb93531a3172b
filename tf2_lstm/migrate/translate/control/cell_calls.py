"""Calls of known cells in the steps of loops, in place of their equations."""

from tf2_lstm.migrate.graph.nodes import edge, node_of
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.keras_code.held_cells import HeldCell
from tf2_lstm.migrate.keras_code.states import keras_nest, tf1_order
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.translate.writing.values import Live
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


class CellCalls:
    """Writes the calls of cells in a program or one part of a loop, each where its first state is computed.

    Other nodes of a cell are written by their rows; these lines are removed when nothing reads them.

    Args:
        scene: an object with the `tf1` model and its `findings`.
        nodes: name -> NodeDef, of the part.
        writer: the `Writer`.
        values: name of a tensor -> its value, for those that are known already; the outputs of cells are added.
    """

    def __init__(self, scene, nodes, writer, values):
        self.tf1, self.nodes, self.writer, self.values = scene.tf1, nodes, writer, values
        found = scene.findings.single_cells.get(writer.function, ())
        self.cells = {node_of(name): one for one in found for names in one.next_states for name in names}
        self.names = {}

    def reserve(self, nodes):
        """Take a name for each cell that the part calls, before its equations take it.

        Args:
            nodes: the names of the nodes of the part.
        """
        for cell in (self.cells[one] for one in nodes if one in self.cells):
            is_one = not self._is_shared(cell.cell) and len(self._trained(cell.cell)) == 1
            if id(cell) not in self.names and is_one:
                self.names[id(cell)] = self.writer.cell_name(cell.cell)

    def write(self, name):
        """Write the call of the cell whose state a node computes.

        Args:
            name: the node's name.

        Returns:
            Whether all outputs of the node have a value then.
        """
        cell = self.cells.get(name)
        if cell is None:
            return False
        if id(cell) in self.names and not self._is_called(cell):
            self._call(cell)
        return all(f"{name}:{number}" in self.values for number in range(len(dtypes_of(self.nodes[name]))))

    def _is_called(self, cell):
        return any(one in self.values for names in cell.next_states for one in names)

    def _call(self, found):
        joined, states = self._live(found.joined), list(map(self._live, found.states))
        inputs = [joined] if joined or not found.inputs else list(map(self._live, found.inputs))
        every = [*inputs, *states]
        if None in every or len({one.dtype for one in every}) > 1:
            return
        widths = [one.shape[-1] for one in inputs]
        if not all(isinstance(one, int) for one in widths):
            return
        program, call = self.writer.program, found.cell.call
        name = self.names[id(found)]
        [trains] = self._trained(found.cell)
        cell = self.writer.held_cell(HeldCell(name, found.cell, sum(widths), inputs[0].dtype, trains))
        refs = [one.ref for one in inputs]
        x = refs[0] if len(refs) == 1 else program.op("inputs", "concatenate", refs, axis=-1)
        pieces = iter([self._dense(one.ref) for one in states])
        nest = keras_nest(call, lambda width: next(pieces))
        gives = program.add(
            f"{cell.name}_outputs", Apply(cell, (x, nest if isinstance(nest, list) else [nest]))
        )
        names = ("c", "h") if PAIRS[call.pair].states else ("state",)
        behind = tf1_order(call, [Item(Item(gives, 1), place) for place in range(len(names))])
        for name, value, tensors, old in zip(names, behind, found.next_states, states, strict=True):
            self._give(f"{cell.name}_{name}", value, tensors, old)

    def _dense(self, state):
        """Return a state as a dense tensor: for Keras a product with a number is sparse, and no cell's state is."""
        program = self.writer.program
        value = next((line.value for line in reversed(program.lines) if line.targets == (state.name,)), None)
        is_computed = isinstance(value, Apply) and str(value.what).startswith("keras.ops.")
        if self.writer.inside or not is_computed:
            return state
        return program.op("state", "convert_to_tensor", state, sparse=False)

    def _give(self, name, value, tensors, old):
        """Write the line of a state and make it the value of its tensors."""
        ref = self.writer.program.add(name, value)
        node, number = edge(tensors[0])
        self.writer.tensors[ref.name] = tensors[0]
        live = self.writer.live(self.nodes[node], ref, old.shape, number)
        self.values.update(dict.fromkeys(tensors, live))

    def _live(self, names):
        """Return the value of a tensor that has several names; None where it has none yet."""
        found = [self.values.get(one) for one in names]
        return next((one for one in found if isinstance(one, Live)), None)

    def _trained(self, cell):
        """Return whether TF1 trains the variables, as a set: both where it trains some, which no Keras cell does."""
        if self.tf1.trainable is None:
            return {True}
        return {
            node in self.tf1.trainable for node, (name, _) in self.tf1.nodes.items() if name in cell.variables
        }

    def _is_shared(self, cell):
        """Whether another part of the program holds a variable of the cell."""
        shared = {self.tf1.nodes[node][0] for node in self.writer.shared}
        return bool(shared & {*cell.variables})
