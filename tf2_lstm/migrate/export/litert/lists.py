"""The lists in a function of TensorFlow's, and their elements."""

from dataclasses import dataclass, field

import tensorflow as tf
from tensorflow.core.framework import function_pb2

from tf2_lstm.migrate.export.litert.saved_functions import name_of, place_of, value_of

LOOPS = ("While", "StatelessWhile")


class Kept(Exception):
    """A list is used by more than loops: all lists stay, and the converter reports what it makes of them."""


@dataclass(frozen=True)
class Elements:
    """The elements of a list.

    Attributes:
        dtype: their dtype, an enum of TensorFlow's.
        sizes: the size of each axis, -1 for one that is open.
    """

    dtype: int
    sizes: tuple

    @property
    def shape(self):
        """The shape of all elements together, as a proto."""
        return tf.TensorShape([None if size < 0 else size for size in (-1, *self.sizes)]).as_proto()


@dataclass
class Rewriting:
    """A function whose lists become tensors.

    Attributes:
        function: the FunctionDef.
        named: name -> each FunctionDef of its library, and the new ones.
        lists: name of an argument -> the `Elements` of the list that it is.
        nodes: name -> its nodes, as they were.
        made: the new nodes.
        renamed: old name of a tensor -> its new name.
        bodies: name of a loop -> the `Rewriting` of its body.
    """

    function: function_pb2.FunctionDef
    named: dict
    lists: dict
    nodes: dict
    made: list = field(default_factory=list)
    renamed: dict = field(default_factory=dict)
    bodies: dict = field(default_factory=dict)

    def source(self, tensor):
        """Return where a list comes from in this function: an argument, or a node's output."""
        node = self.nodes.get(name_of(tensor))
        while node is not None and node.op in ("Identity", "TensorListSetItem", *LOOPS):
            tensor = node.input[place_of(tensor)]
            node = self.nodes.get(name_of(tensor))
        return tensor

    def elements(self, tensor):
        """Return the `Elements` of a list, None of a tensor."""
        source = self.source(tensor)
        node = self.nodes.get(name_of(source))
        if node is None or node.op not in ("TensorListReserve", "TensorListFromTensor"):
            return self.lists.get(source)
        places = [node.input[node.op == "TensorListFromTensor"], *self._stacked(source)]
        return Elements(node.attr["element_dtype"].type, self._sizes(places))

    def _stacked(self, source):
        """List the shape inputs of the operations that stack a list: they describe its elements."""
        stacks = [node for node in self.nodes.values() if node.op == "TensorListStack"]
        return [node.input[1] for node in stacks if self.source(node.input[0]) == source]

    def _sizes(self, tensors):
        values = [value_of(self.nodes.get(name_of(tensor))) for tensor in tensors]
        known = [value.tolist() for value in values if value is not None and value.ndim == 1]
        if not known:
            raise Kept
        return tuple(max(sizes) for sizes in zip(*known, strict=True))
